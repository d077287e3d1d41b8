"""The lab from end to end: the town, the calls, the pace, and each policy's year, with progress as it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

from simulators.lab.calls import DAYS, Call, draw_calls
from simulators.lab.figures import Lived, count
from simulators.lab.moving_up import follow_cover
from simulators.lab.pace import find_pace
from simulators.lab.policies import Practice, by_hand, by_phone, pick_by_base, pick_by_product, pick_closest
from simulators.lab.staffing import fewer, more_at_night
from simulators.lab.town import Town, Traffic, make_town, straight_pace
from simulators.lab.travel import Line
from simulators.lab.year import Year

SAMPLE = 400
"""Calls by which the straight line is made as true as the roads."""

SOONER_S = 600.0

POLICIES = (
    "today",
    "closest_idle",
    "ours",
    "ours_no_roads",
    "ours_10_min",
    "ours_any",
    "ours_cover",
    "ours_fewer",
    "ours_night",
)

Tell = Callable[[str, float], None]
"""What is being done, and which share of it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the lab found: the pace it was set to, and a year of each policy."""

    pace: float
    years: Sequence[Lived]
    calls: int


def run_lab(
    *, lifts: int, seed: int, days: int = DAYS, only: Sequence[str] = (), tell: Tell = lambda _, __: None
) -> Findings:
    """Live through the year once for each policy. ValueError names a policy that there is not.

    Ctrl-C ends it with the policies whose year is over.
    """
    if unknown := set(only) - set(POLICIES):
        raise ValueError(f"no policy {', '.join(sorted(unknown))}; there are {', '.join(POLICIES)}")
    tell("town", 0.0)
    town, calls = make_town(lifts=lifts, seed=seed), draw_calls(lifts=lifts, seed=seed, days=days)
    tell("pace", 0.0)
    today = _today(seed)
    pace = find_pace(town, today, calls, seed)
    practices = [today, *_others(town, calls, pace)]
    assert [one.name for one in practices] == list(POLICIES), "a policy is listed as it is made"
    chosen = [one for one in practices if not only or one.name in only]
    years: list[Lived] = []
    with suppress(KeyboardInterrupt):
        for one in chosen:
            lived = _live(town, one, calls, pace, seed, days, tell)
            years.append(lived)
    if not years:
        raise KeyboardInterrupt
    return Findings(pace=pace, years=years, calls=len(calls))


def _live(
    town: Town, practice: Practice, calls: Sequence[Call], pace: float, seed: int, days: int, tell: Tell
) -> Lived:
    began = perf_counter()
    year = Year(town=town, practice=practice, pace=pace, seed=seed)
    year.live(calls, lambda day: tell(practice.name, min(1.0, day / days)))
    tell(practice.name, 1.0)
    return count(year, town, perf_counter() - began)


def _today(seed: int) -> Practice:
    return Practice(
        name="today",
        says="an operator rings the contractor, whose office rings its crew with the nearest base; then the stations",
        pick=pick_by_base,
        order_s=by_hand(seed),
        ask_s=by_phone(seed),
    )


def _others(town: Town, calls: Sequence[Call], pace: float) -> list[Practice]:
    """Told at once by the machine, and asked on their phones."""
    roads = Traffic(by_hour=town.by_hour, pace=pace)
    line = Line(pace=straight_pace(town, roads, calls[:SAMPLE]))
    ours = pick_by_product(roads)
    return [
        Practice(name="closest_idle", says="the closest crew as the crow flies, of any company", pick=pick_closest),
        Practice(name="ours", says="by road, the contracted company first unless it needs over 20 min", pick=ours),
        Practice(name="ours_no_roads", says="ours, by the straight line", pick=pick_by_product(line)),
        Practice(name="ours_10_min", says="ours, unless it needs over 10 min", pick=pick_by_product(roads, SOONER_S)),
        Practice(name="ours_any", says="ours, of any company from the start", pick=pick_by_product(roads, 0.0)),
        Practice(
            name="ours_cover",
            says="ours, crews waiting where the product's cover advice has them",
            pick=ours,
            move_up=follow_cover(town, line),
        ),
        Practice(name="ours_fewer", says="ours, with every fifth crew less", pick=ours, shifts=fewer),
        Practice(name="ours_night", says="ours, every tenth crew of the day by night", pick=ours, shifts=more_at_night),
    ]
