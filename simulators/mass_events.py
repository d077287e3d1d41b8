"""What a mass event does to which lifts, and when: drawn beforehand, so that the truth stands before anyone reports.

The proportions are domain research's (6.7): trapped = affected lifts x occupied and moving x (1 - levelling device).
Numbers of lifts are for a city of 120,000 and shrink with it. Instants count in seconds from the event. Only the plan
is made here; `mass_event_run` lets it happen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from random import Random

from simulators.cards import Lift
from simulators.geo import Point, distance_km
from simulators.habits import draw_party
from simulators.misfortunes import draw_on_site_s
from simulators.roads import RIVER

OF_LIFTS = 120_000
FEWEST_LIFTS = 40
NIGHT_H = frozenset(range(6))
RUSH_H = frozenset((7, 8, 9, 17, 18, 19))
PRESSED_SHARE, PHONED_SHARE = 0.7, 0.5
PRESSED_AFTER_S = (2.0, 90.0)
PHONED_AFTER_S = (60.0, 1800.0)
"""Calls come over half an hour."""
DRIVE_MEDIAN_S, DRIVE_SIGMA = 13.3 * 60, 0.41
"""To arrival, log-normal, of a stressed day (domain research, 6.5)."""
STRUCK_AGAIN_S = (300.0, 1200.0)
STRUCK_AGAIN_FOR_S = 120.0


class Kind(StrEnum):
    """What can happen to many lifts at once."""

    ESTATE = "estate"
    SUBSTATION = "substation"
    DISTRICT = "district"
    FLOOD = "flood"
    QUAKE = "quake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupied:
    """Share of the lifts that run with people inside, at night, by day and in the rush hours."""

    night: float
    day: float
    rush: float

    def at(self, hour: int) -> float:
        """At that hour of the day."""
        return self.night if hour in NIGHT_H else self.rush if hour in RUSH_H else self.day


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far an event of one kind goes. `lifts` of a city of 120,000, drawn between the two."""

    lifts: tuple[int, int]
    within_s: float
    occupied: Occupied
    silent_share: float
    """Lifts whose link goes with it."""
    again_share: float = 0.0
    """Of the lifts that come back: those that are struck a second time, by an aftershock or another cut."""
    power_cut: bool = True
    service_mode: str = ""


_CUT = Occupied(night=0.0003, day=0.01, rush=0.02)
_SEISMIC = Occupied(night=0.0003, day=0.002, rush=0.0055)
"""After seismic control has let many out: Tokyo 2021 by night, Osaka 2018 in the morning."""
EXTENTS: Mapping[Kind, Extent] = {
    Kind.ESTATE: Extent(lifts=(40, 40), within_s=2, occupied=_CUT, silent_share=0.1),
    Kind.SUBSTATION: Extent(lifts=(3000, 3000), within_s=20, occupied=_CUT, silent_share=0.1),
    Kind.DISTRICT: Extent(lifts=(15_000, 15_000), within_s=40, occupied=_CUT, silent_share=0.1),
    Kind.FLOOD: Extent(lifts=(2400, 14_400), within_s=6 * 3600, occupied=_CUT, silent_share=0.3, again_share=0.3),
    Kind.QUAKE: Extent(lifts=(60_000, 60_000), within_s=5, occupied=_SEISMIC, silent_share=0.02, again_share=0.2,
                       power_cut=False, service_mode="earthquake"),
}  # fmt: skip


class Outcome(StrEnum):
    """What became of a car."""

    EMPTY = "empty"
    LEVELLED = "levelled"
    """People were inside, and a levelling device let them out."""
    TRAPPED = "trapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """What happens to one lift. None for never."""

    lift: Lift
    at_s: float
    outcome: Outcome
    people: int
    is_silent: bool
    presses_after_s: float | None
    phones_after_s: float | None
    freed_after_s: float | None
    """By whoever comes; power or not."""
    back_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlan:
    """An event in full."""

    kind: Kind
    extent: Extent
    centre: Lift
    blows: tuple[Blow, ...]
    """By instant; a lift that is struck twice has two."""

    @property
    def trapped(self) -> tuple[Blow, ...]:
        """Those with people who cannot get out."""
        return tuple(blow for blow in self.blows if blow.outcome is Outcome.TRAPPED)

    @property
    def lifts(self) -> tuple[Lift, ...]:
        """Every lift that is struck, once."""
        return tuple({blow.lift.lift_id: blow.lift for blow in self.blows}.values())


def draw_event(
    rng: Random, kind: Kind, city: Sequence[Lift], *, hour: int, outage_s: float, most: int | None = None
) -> EventPlan:
    """Draws where it happens, whom it strikes and what becomes of each; `most` instead of the kind's own number."""
    extent, centre = EXTENTS[kind], rng.choice(city)
    affected = _choose(rng, kind, city, centre, min(len(city), most or _number(rng, extent, len(city))))
    first = [_draw_blow(rng, extent, lift, hour, outage_s) for lift in affected]
    blows = sorted([*first, *_draw_again(rng, extent, first)], key=lambda blow: blow.at_s)
    return EventPlan(kind=kind, extent=extent, centre=centre, blows=tuple(blows))


def _number(rng: Random, extent: Extent, city: int) -> int:
    drawn = rng.randint(*extent.lifts)
    return drawn if drawn <= FEWEST_LIFTS else max(FEWEST_LIFTS, round(drawn * city / OF_LIFTS))


def _choose(rng: Random, kind: Kind, city: Sequence[Lift], centre: Lift, number: int) -> list[Lift]:
    """A quake spares none by place, water follows the river, and cables the streets around."""
    match kind:
        case Kind.QUAKE:
            return rng.sample(city, k=number)
        case Kind.FLOOD:
            return sorted(city, key=lambda lift: _from_river_km(lift) + rng.expovariate(0.5))[:number]
        case Kind.ESTATE | Kind.SUBSTATION | Kind.DISTRICT:
            return sorted(city, key=lambda lift: (lift.address != centre.address, _apart_km(lift, centre)))[:number]


def _apart_km(lift: Lift, centre: Lift) -> float:
    return distance_km((lift.lon, lift.lat), (centre.lon, centre.lat))


def _from_river_km(lift: Lift) -> float:
    return min(distance_km((lift.lon, lift.lat), at) for at in _BANKS)


def _draw_blow(rng: Random, extent: Extent, lift: Lift, hour: int, outage_s: float) -> Blow:
    occupied = rng.random() < extent.occupied.at(hour)
    levelled = occupied and lift.levelling_device == "yes"
    trapped = occupied and not levelled
    return Blow(
        lift=lift,
        at_s=rng.random() * extent.within_s,
        outcome=Outcome.TRAPPED if trapped else Outcome.LEVELLED if levelled else Outcome.EMPTY,
        people=draw_party(rng) if occupied else 0,
        is_silent=not trapped and rng.random() < extent.silent_share,
        presses_after_s=rng.uniform(*PRESSED_AFTER_S) if trapped and rng.random() < PRESSED_SHARE else None,
        phones_after_s=rng.uniform(*PHONED_AFTER_S) if trapped and rng.random() < PHONED_SHARE else None,
        freed_after_s=_draw_freed_s(rng) if trapped else None,
        back_after_s=outage_s * rng.uniform(0.95, 1.0),
    )


def _draw_freed_s(rng: Random) -> float:
    return rng.lognormvariate(math.log(DRIVE_MEDIAN_S), DRIVE_SIGMA) + draw_on_site_s(rng)


def _draw_again(rng: Random, extent: Extent, first: Iterable[Blow]) -> Iterator[Blow]:
    """Cars are empty by then: who has heard of the first blow takes the stairs."""
    for blow in first:
        if blow.outcome is not Outcome.TRAPPED and rng.random() < extent.again_share:
            yield Blow(
                lift=blow.lift,
                at_s=blow.at_s + blow.back_after_s + rng.uniform(*STRUCK_AGAIN_S),
                outcome=Outcome.EMPTY,
                people=0,
                is_silent=False,
                presses_after_s=None,
                phones_after_s=None,
                freed_after_s=None,
                back_after_s=STRUCK_AGAIN_FOR_S,
            )


def _points_along(course: Sequence[Point], parts: int) -> list[Point]:
    return [
        (a[0] + (b[0] - a[0]) * part / parts, a[1] + (b[1] - a[1]) * part / parts)
        for a, b in pairwise(course)
        for part in range(parts + 1)
    ]


_BANKS = _points_along(RIVER, 8)
"""Points of the river, some two kilometres apart."""
