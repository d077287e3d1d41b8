"""A city with more crews than life: where many cases are wanted at once, each is to find somebody who may come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice

from simulators.city import City, Crew, Lift


def crowd(city: City, crews_per_company: int) -> City:
    """The city with so many crews for each company, at the bases that its crews have, all on duty."""
    bases: dict[str, list[Crew]] = defaultdict(list)
    for crew in city.crews:
        bases[crew.company_id].append(crew)
    crews = (crew for own in bases.values() for crew in islice(cycle(own), crews_per_company))
    numbered = (replace(crew, crew_id=f"R{n:05d}", on_duty="yes") for n, crew in enumerate(crews, start=1))
    return replace(city, crews=tuple(numbered))


def spread(city: City, wanted: int) -> Sequence[Lift]:
    """So many lifts, taken from each contractor in turn: no company is asked more than another."""
    contracts: dict[str, list[Lift]] = defaultdict(list)
    for lift in city.lifts:
        contracts[lift.company_id].append(lift)
    return list(islice(_in_turn(list(contracts.values())), wanted))


def _in_turn(piles: Sequence[Sequence[Lift]]) -> Iterator[Lift]:
    for turn in range(max(map(len, piles))):
        yield from (pile[turn] for pile in piles if turn < len(pile))
