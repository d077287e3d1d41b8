"""The city of a load: whose lifts talk, who calls, who goes dark, and who is there to be asked.

It differs from life in two things: there are few companies, for each needs a key, whose making takes a tenth of a
second; and many crews, so that a case is offered to somebody however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from simulators.city import City, Lift, build_city
from simulators.crowd import crowd
from simulators.errors import SimulatorError
from simulators.load.sender import Cut
from simulators.load.talk import BASES, is_at_rest

COMPANIES = 40
CREWS_IN_ALL = 2_000
TRAPPED_PER_LIFT = 200 / 15_000
"""Of the lifts that lose their power, so many hold people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The lifts are ordered by area, so that those that go dark are neighbours."""

    city: City
    callers: Sequence[Lift]
    """Each calls once, from a car that stands at a landing with its doors closed. None of them goes dark."""
    cut: Cut | None
    trapped: Sequence[Lift]
    """They call when it goes dark."""


def draw_town(lifts: int, seed: int, *, callers: int, cut: int) -> Town:
    """Raises SimulatorError for a city too small for so many callers."""
    if 2 * callers + cut + 2 * BASES > lifts:
        raise SimulatorError(f"of {lifts:,} lifts {cut:,} go dark, and too few are left for {callers:,} to call")
    city = _with_few_companies(build_city(lifts=lifts, seed=seed))
    city = replace(city, lifts=tuple(sorted(city.lifts, key=lambda lift: (lift.area, lift.lift_id))))
    rng, dark = Random(f"load {seed}"), _widest_area(city.lifts, cut)
    trapped = frozenset(rng.sample(dark, round(cut * TRAPPED_PER_LIFT))) if cut else frozenset[int]()
    others = [lift for n, lift in enumerate(city.lifts) if n not in dark and is_at_rest(n)]
    return Town(
        city=crowd(city, max(1, CREWS_IN_ALL // len(city.companies))),
        callers=rng.sample(others, callers),
        cut=Cut(first=dark.start, last=dark.stop, trapped=trapped) if cut else None,
        trapped=[city.lifts[number] for number in sorted(trapped)],
    )


def _widest_area(lifts: Sequence[Lift], cut: int) -> range:
    """The first `cut` lifts from where an area begins; beyond its end the next area's."""
    begins = [n for n, lift in enumerate(lifts) if n == 0 or lift.area != lifts[n - 1].area]
    sizes = [(end - begin, begin) for begin, end in zip(begins, [*begins[1:], len(lifts)], strict=True)]
    fitting = [(size, begin) for size, begin in sizes if begin + cut <= len(lifts)]
    first = max(fitting)[1] if fitting else 0
    return range(first, first + cut)


def _with_few_companies(city: City) -> City:
    """The first contractors take the others' contracts and crews."""
    contractors = [company for company in city.companies if company.kind == "contractor"]
    kept = contractors[:COMPANIES]
    heir = {one.company_id: kept[n % len(kept)].company_id for n, one in enumerate(contractors)}
    gone = {one.company_id for one in contractors[COMPANIES:]}
    return replace(
        city,
        companies=tuple(one for one in city.companies if one.company_id not in gone),
        lifts=tuple(replace(lift, company_id=heir[lift.company_id]) for lift in city.lifts),
        crews=tuple(replace(crew, company_id=heir.get(crew.company_id, crew.company_id)) for crew in city.crews),
    )
