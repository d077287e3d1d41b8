"""What real arrivals teach of the travel times: how many times as long a way takes as was estimated.

The method: the logarithm of took / estimated is split into three parts, one after the other: the centre's mean, what
the local hour adds to it, and what the area adds to both. Each part is a mean pulled towards nothing as if it had
BELIEF trips more that were estimated rightly, so that few trips change little, and is nothing below a least number of
trips. A single trip counts no more than threefold either way (a crew that had lunch), and no correction is beyond the
two limits below. What has been learned is of use only if it would have made the newest trips' estimates better.

`estimated_s` must be the estimate without any correction, or corrections would be learned twice.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from dispatch.crews import Position

Area: TypeAlias = tuple[int, int]
Key = TypeVar("Key", bound=Hashable)

AREA_DEGREES = 0.05
"""The side of an area: about 5 km, some hundred to a city (our judgement)."""
BELIEF = 14.0
"""0.37² / 0.1²: arrivals scatter by 0.37 (log-normal, domain figures), areas and hours by a tenth (our judgement)."""
FEWEST = 30
FEWEST_OF_A_GROUP = 5
"""With fewer trips nothing is learned at all, or nothing of that hour or area (our judgement)."""
MOST_OF_A_TRIP = math.log(3.0)
LEAST_CORRECTION, MOST_CORRECTION = 0.5, 2.0
LONGEST_TRIP_S = 4 * 3600.0
"""Longer, and it was no drive: a report that was forgotten."""
WITHIN_S = 300.0
LEARNED_SHARE = 0.75


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """A crew's way from its acceptance to its arrival."""

    destination: Position
    local_hour: int
    estimated_s: float
    took_s: float

    @property
    def is_usable(self) -> bool:
        """Whether anything can be learned of it."""
        return 0 < self.estimated_s < math.inf and 0 < self.took_s <= LONGEST_TRIP_S


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Corrections, as logarithms: of the centre, of each hour and of each area. Empty, it changes nothing."""

    centre: float = 0.0
    by_hour: Mapping[int, float] = field(default_factory=dict)
    by_area: Mapping[Area, float] = field(default_factory=dict)
    trips: int = 0

    def factor(self, destination: Position, local_hour: int) -> float:
        """How many times as long as estimated a way there takes."""
        by_area = self.by_area.get(area_of(destination), 0.0)
        factor = math.exp(self.centre + self.by_hour.get(local_hour, 0.0) + by_area)
        return min(MOST_CORRECTION, max(LEAST_CORRECTION, factor))


def area_of(place: Position) -> Area:
    """The square a place lies in."""
    return math.floor(place.lon / AREA_DEGREES), math.floor(place.lat / AREA_DEGREES)


def learn(trips: Iterable[Trip]) -> Calibration:
    """Return what these trips teach; those of which nothing can be learned are passed over."""
    usable = [trip for trip in trips if trip.is_usable]
    if len(usable) < FEWEST:
        return Calibration(trips=len(usable))
    left = [_excess(trip) for trip in usable]
    centre = _pulled(left)
    left = [excess - centre for excess in left]
    hours = [trip.local_hour for trip in usable]
    by_hour = _pulled_by(hours, left)
    left = [excess - by_hour.get(hour, 0.0) for excess, hour in zip(left, hours, strict=True)]
    by_area = _pulled_by([area_of(trip.destination) for trip in usable], left)
    return Calibration(centre=centre, by_hour=by_hour, by_area=by_area, trips=len(usable))


def _excess(trip: Trip) -> float:
    return max(-MOST_OF_A_TRIP, min(MOST_OF_A_TRIP, math.log(trip.took_s / trip.estimated_s)))


def _pulled(excesses: Sequence[float]) -> float:
    """Their mean, pulled towards nothing."""
    return math.fsum(excesses) / (len(excesses) + BELIEF)


def _pulled_by(keys: Sequence[Key], excesses: Sequence[float]) -> dict[Key, float]:
    groups: defaultdict[Key, list[float]] = defaultdict(list)
    for key, excess in zip(keys, excesses, strict=True):
        groups[key].append(excess)
    return {key: _pulled(group) for key, group in groups.items() if len(group) >= FEWEST_OF_A_GROUP}


@dataclass(frozen=True, kw_only=True, slots=True)
class Accuracy:
    """How far estimates were from what ways took. `late_s` above 0: crews came later than was said."""

    trips: int
    late_s: float
    """On average."""
    off_s: float
    """On average, either way."""
    within_5_min: float
    """Share of the trips."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The newest trips, estimated without correction and with what the older ones taught."""

    uncorrected: Accuracy
    corrected: Accuracy

    @property
    def pays(self) -> bool:
        """Whether correcting made them better."""
        return self.corrected.off_s < self.uncorrected.off_s


def accuracy(trips: Iterable[Trip], calibration: Calibration) -> Accuracy | None:
    """Return how good the corrected estimates of these trips were, or None if none is usable."""
    lates_s = [_late_s(trip, calibration) for trip in trips if trip.is_usable]
    if not lates_s:
        return None
    return Accuracy(
        trips=len(lates_s),
        late_s=math.fsum(lates_s) / len(lates_s),
        off_s=math.fsum(map(abs, lates_s)) / len(lates_s),
        within_5_min=sum(abs(late_s) <= WITHIN_S for late_s in lates_s) / len(lates_s),
    )


def _late_s(trip: Trip, calibration: Calibration) -> float:
    return trip.took_s - trip.estimated_s * calibration.factor(trip.destination, trip.local_hour)


def judge(trips: Sequence[Trip]) -> Judgement | None:
    """Return what correcting is worth: learn from the older three quarters, judge by the rest. None with too few.

    `trips` are in the order in which they were made: no trip is judged by what it taught.
    """
    usable = [trip for trip in trips if trip.is_usable]
    learned = int(len(usable) * LEARNED_SHARE)
    uncorrected = accuracy(usable[learned:], Calibration())
    corrected = accuracy(usable[learned:], learn(usable[:learned]))
    if not (learned and uncorrected and corrected):
        return None
    return Judgement(uncorrected=uncorrected, corrected=corrected)
