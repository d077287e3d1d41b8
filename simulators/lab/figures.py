"""What came out of a year: the published figures, with the range in which they would lie in years drawn alike.

Ranges are 95 % intervals by drawing days anew: calls of one day share its weather and its crews, days are taken to be
independent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulators.lab.calls import DAY_S
from simulators.lab.town import Floats, Ints, Town
from simulators.lab.year import Course, Year
from simulators.results import Row

DRAWN = 400
LIMIT_S = 1_800.0
"""Arrival in the city, TSG T5002."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A year as numbers: one entry a call that help came to, in the order of the calls."""

    policy: str
    says: str
    minutes: Floats
    day: Ints
    number: Ints
    area: Sequence[str]
    hour: Ints
    level2_share: float
    fire_brigade_share: float
    recovered_share: float
    crews: int
    busiest_load: float
    """Of all hours, those at work for entrapments."""
    mean_load: float
    wall_s: float


def count(year: Year, town: Town, wall_s: float) -> Lived:
    """Read a year that was lived through."""
    courses = sorted(year.courses, key=lambda course: course.call.number)
    came = [course for course in courses if course.arrival_s is not None]
    lifts = town.city.lifts
    load = year.worked_s / DAY_S / (1 + max(course.call.day for course in courses))
    return Lived(
        policy=year.practice.name,
        says=year.practice.says,
        minutes=np.array([course.arrival_s for course in came], dtype=np.float64) / 60,
        day=np.array([course.call.day for course in came]),
        number=np.array([course.call.number for course in came]),
        area=[lifts[course.call.lift].area for course in came],
        hour=np.array([int(course.call.at_s // 3600) % 24 for course in came]),
        level2_share=float(np.mean([_is_by_another(course, town) for course in came])),
        fire_brigade_share=float(np.mean([course.came is None for course in came])),
        recovered_share=1 - len(came) / len(courses),
        crews=len(load),
        busiest_load=float(load.max()),
        mean_load=float(load.mean()),
        wall_s=wall_s,
    )


def _is_by_another(course: Course, town: Town) -> bool:
    """A crew of another company than the contracted one was there first."""
    if course.came is None:
        return False
    return town.city.crews[course.came].company_id != town.city.lifts[course.call.lift].company_id


def row_of(lived: Lived, seed: int) -> Row:
    """The published row, and ranges beside it."""
    low, high = bounds(lived, seed)
    return {
        "policy": lived.policy,
        "mean_arrival_min": round(float(lived.minutes.mean()), 2),
        "mean_from_min": round(low["mean"], 2),
        "mean_to_min": round(high["mean"], 2),
        "p90_arrival_min": round(float(np.percentile(lived.minutes, 90)), 2),
        "p99_arrival_min": round(float(np.percentile(lived.minutes, 99)), 2),
        "p99_from_min": round(low["p99"], 2),
        "p99_to_min": round(high["p99"], 2),
        "within_30": round(float((lived.minutes * 60 <= LIMIT_S).mean()), 4),
        "level2_share": round(lived.level2_share, 4),
        "fire_brigade_share": round(lived.fire_brigade_share, 4),
        "slowest_area_min": round(max(by_area(lived).values()), 2),
        "quickest_area_min": round(min(by_area(lived).values()), 2),
        "busiest_crew_load": round(lived.busiest_load, 4),
        "arrivals": len(lived.minutes),
        "wall_s": round(lived.wall_s, 1),
    }


def bounds(lived: Lived, seed: int) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """The lower and upper ends of the ranges of mean, P90 and P99, in minutes."""
    drawn = np.array([_figures(minutes) for minutes in _draw_anew(lived, seed)])
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    names = ("mean", "p90", "p99")
    return dict(zip(names, low.tolist(), strict=True)), dict(zip(names, high.tolist(), strict=True))


def _figures(minutes: Floats) -> tuple[float, float, float]:
    p90, p99 = np.percentile(minutes, [90, 99])
    return float(minutes.mean()), float(p90), float(p99)


def _draw_anew(lived: Lived, seed: int) -> list[Floats]:
    rng = np.random.default_rng(seed)
    days, begins = np.unique(lived.day, return_index=True)
    parts = np.split(lived.minutes, begins[1:])
    return [np.concatenate([parts[day] for day in rng.integers(len(days), size=len(days))]) for _ in range(DRAWN)]


def saved(ours: Lived, other: Lived, seed: int) -> tuple[float, float, float]:
    """Minutes that one saves over the other in the mean, and the range, over the calls that both came to."""
    both, mine, theirs = np.intersect1d(ours.number, other.number, return_indices=True)
    spared = other.minutes[theirs] - ours.minutes[mine]
    day = ours.day[mine]
    days = np.unique(day)
    sums = np.array([(spared[day == one].sum(), (day == one).sum()) for one in days])
    rng = np.random.default_rng(seed)
    drawn = sums[rng.integers(len(days), size=(DRAWN, len(days)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    assert len(both), "two policies that never came to the same call cannot be compared"
    return float(spared.mean()), float(low), float(high)


def by_area(lived: Lived) -> dict[str, float]:
    """Mean minutes in each area."""
    areas = np.array(lived.area)
    return {area: float(lived.minutes[areas == area].mean()) for area in sorted(set(lived.area))}


def by_hour(lived: Lived) -> dict[int, float]:
    """Mean minutes in each hour of the day."""
    return {int(hour): float(lived.minutes[lived.hour == hour].mean()) for hour in np.unique(lived.hour)}
