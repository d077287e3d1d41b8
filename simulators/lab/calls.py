"""A year of entrapments, drawn from what cities have published: how many, when, where and what comes of each.

Days are overdispersed: a record day has about twice the calls of a mean one. Who calls, who comes and how they travel
is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

DAYS = 365
DAY_S = 86_400.0
ENTRAPMENTS_PER_LIFT_YEAR = 12_052 / 120_000
"""Zhengzhou, 2018."""
TWO_HOUR_SHARES = (2, 1.5, 2, 9, 15, 12, 9, 8, 10.5, 17, 10, 4)
"""Per cent of a day's calls, from midnight on (domain research, derived)."""
DAYS_SHAPE = 12.0
"""Of the gamma law of a day's rate: the record of a year is then about twice the mean, as in three published years."""
IN_NEED_SHARE = 0.15
"""Children, the old, pregnant, sick or hurt among those inside (our judgement)."""
NOBODY_INSIDE_SHARE = 0.05
SELF_RECOVERED_SHARE = 0.2
"""The car goes on by itself before help is there, within the quarter of an hour after the call."""
SELF_RECOVERED_WITHIN_S = 900.0
ON_SITE_MEDIAN_S, ON_SITE_SIGMA = 128.0, 0.9
"""Log-normal, mean 3.2 min: Zhengzhou's mean release."""
HARD_SHARE, HARD_FROM_S, HARD_TO_S = 0.0075, 1_800.0, 10_800.0
"""Doors deformed, the car between blind floors, safety gear tripped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One entrapment, `at_s` after New Year's midnight. What does not happen is infinitely late."""

    number: int
    at_s: float
    lift: int
    """By its place in the city's register."""
    is_in_need: bool
    recovers_at_s: float
    on_site_s: float
    luck: float
    """How much longer than usual the drive there takes: the traffic of that quarter of an hour. Normal, 0 and 1."""

    @property
    def day(self) -> int:
        """The day of the year, from 0."""
        return int(self.at_s // DAY_S)


def draw_calls(*, lifts: int, seed: int, days: int = DAYS) -> tuple[Call, ...]:
    """Draw a year, or its first days, in the order of time."""
    rng = Random(f"calls {seed}")
    a_day = lifts * ENTRAPMENTS_PER_LIFT_YEAR / DAYS
    times = (at_s for day in range(days) for at_s in sorted(_draw_times(rng, day, a_day)))
    return tuple(_draw_call(rng, number, at_s, lifts) for number, at_s in enumerate(times))


def _draw_times(rng: Random, day: int, a_day: float) -> Iterator[float]:
    rate = a_day * rng.gammavariate(DAYS_SHAPE, 1 / DAYS_SHAPE)
    number = int(np.random.default_rng(rng.getrandbits(64)).poisson(rate))
    for block in rng.choices(range(12), TWO_HOUR_SHARES, k=number):
        yield day * DAY_S + (block + rng.random()) * 7_200.0


def _draw_call(rng: Random, number: int, at_s: float, lifts: int) -> Call:
    is_empty = rng.random() < NOBODY_INSIDE_SHARE
    recovers = rng.random() < SELF_RECOVERED_SHARE
    is_hard = rng.random() < HARD_SHARE
    usual_s = ON_SITE_MEDIAN_S * rng.lognormvariate(0, ON_SITE_SIGMA)
    return Call(
        number=number,
        at_s=at_s,
        lift=rng.randrange(lifts),
        is_in_need=not is_empty and rng.random() < IN_NEED_SHARE,
        recovers_at_s=at_s + rng.uniform(60, SELF_RECOVERED_WITHIN_S) if recovers else float("inf"),
        on_site_s=rng.uniform(HARD_FROM_S, HARD_TO_S) if is_hard else usual_s,
        luck=rng.gauss(0, 1),
    )
