"""When something happens to some lift: controllers restart, links break, maintenance comes, cars stop.

Each kind is a Poisson process over all lifts; a storm, which takes every link at once, comes at a fixed period. Only
"what, to whom, when" is decided here. Time is an argument, chance comes from the generator handed in.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from simulators.car import Stoppage
from simulators.habits import draw_party

DAY_S = 86_400.0
YEAR_S = 365 * DAY_S
ENTRAPMENTS_A_YEAR = 0.09
"""Of one lift: Zhengzhou's thirty a day over 120,000 (domain research, 6.2)."""
BREAKDOWNS_A_YEAR = 1.0
"""With nobody inside: 0.5 to 2."""
VISITS_A_YEAR = 24.0
"""Twice a month, as the law of special equipment asks."""
AT_LANDING_SHARE = 0.3
PRESSED_SHARE = 0.7
PRESSED_AFTER_S = (2.0, 40.0)
SELF_RECOVERED_SHARE = 0.1
RECOVERED_AFTER_S = (60.0, 600.0)


class Trouble(Enum):
    """What can happen."""

    RESTART = auto()
    LINK_LOSS = auto()
    VISIT = auto()
    ENTRAPMENT = auto()
    BREAKDOWN = auto()
    STORM = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often, of one lift; 0 for never. Links are lost by connection, which a gateway's lifts share."""

    restarts_a_day: float = 0.0
    link_losses_a_day: float = 0.0
    visits_a_year: float = VISITS_A_YEAR
    entrapments_a_year: float = ENTRAPMENTS_A_YEAR
    breakdowns_a_year: float = BREAKDOWNS_A_YEAR
    storm_every_s: float = 0.0


class Troubles:
    """Hands out what is due; for a storm the name is empty."""

    def __init__(self, rates: Rates, lifts: Sequence[str], links: Sequence[str], rng: Random, since: float) -> None:
        self._rng = rng
        self._storm_every_s = rates.storm_every_s
        self._per_s: dict[Trouble, tuple[float, Sequence[str]]] = {
            Trouble.RESTART: (rates.restarts_a_day * len(lifts) / DAY_S, lifts),
            Trouble.LINK_LOSS: (rates.link_losses_a_day * len(links) / DAY_S, links),
            Trouble.VISIT: (rates.visits_a_year * len(lifts) / YEAR_S, lifts),
            Trouble.ENTRAPMENT: (rates.entrapments_a_year * len(lifts) / YEAR_S, lifts),
            Trouble.BREAKDOWN: (rates.breakdowns_a_year * len(lifts) / YEAR_S, lifts),
        }
        self._due = [(since + self._gap_s(kind), kind.value) for kind in Trouble if self._gap_s(kind)]
        heapq.heapify(self._due)

    def take_due(self, now: float) -> Iterator[tuple[Trouble, str]]:
        """What has happened by now, to which lift or link."""
        while self._due and self._due[0][0] <= now:
            at, value = heapq.heappop(self._due)
            kind = Trouble(value)
            heapq.heappush(self._due, (at + self._gap_s(kind), value))
            yield kind, "" if kind is Trouble.STORM else self._rng.choice(self._per_s[kind][1])

    def _gap_s(self, kind: Trouble) -> float:
        """Until the next of its kind; 0 for never."""
        if kind is Trouble.STORM:
            return self._storm_every_s
        per_s, _ = self._per_s[kind]
        return self._rng.expovariate(per_s) if per_s else 0.0


def draw_entrapment(rng: Random) -> Stoppage:
    """People cannot get out; most of them press the button, some cars come to by themselves."""
    recovers = rng.random() < SELF_RECOVERED_SHARE
    return Stoppage(
        at_landing=rng.random() < AT_LANDING_SHARE,
        people=draw_party(rng),
        presses_after_s=rng.uniform(*PRESSED_AFTER_S) if rng.random() < PRESSED_SHARE else None,
        recovers_after_s=rng.uniform(*RECOVERED_AFTER_S) if recovers else None,
    )


BREAKDOWN = Stoppage(at_landing=False, people=0)
