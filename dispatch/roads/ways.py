"""Travel times by road: TravelTimes on a network, at the hour and the closures it was last told.

A way is: turn-out, from the crew's place on its road to a junction, the shortest way, and from a junction to the lift's
place on its road; what lies off the road is walked. A place off the network is reached by the straight line instead.
Where no way leads there are no seconds, but a remark that says why. Nothing here raises for what a place may be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from dispatch.crews import Position
from dispatch.roads.geometry import Floats
from dispatch.roads.hierarchy import Doors, Hierarchy, Times
from dispatch.roads.network import Network
from dispatch.roads.snapping import Snapping, Spots
from dispatch.roads.speeds import Speeds, walk_ms
from dispatch.travel import StraightLine

NO_POSITION = "its position is not known"
NO_OPEN_ROAD = "no open road leads there"


class Way(NamedTuple):
    """How long a way takes, infinitely where there is none, and what is to be said of it."""

    seconds: float
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the roads' times hang on: the local hour, and how many times as long each piece takes."""

    hour: int
    times_slower: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """A network under some conditions."""

    times: Times
    piece_ms: Floats
    """Along each piece and back, as columns, for those who begin or end on it: one that is closed is walked."""


class Roads:
    """A network, and the times that hold on it now. `adapt` may run on another thread while ways are asked for."""

    def __init__(self, network: Network, speeds: Speeds, conditions: Conditions) -> None:
        self.network = network
        self.snapping = Snapping(network)
        self._speeds = speeds
        self._hierarchy = Hierarchy(network)
        self._spare: Times | None = None
        self.now = self._prepare(conditions)

    def adapt(self, conditions: Conditions) -> None:
        """Take other conditions; who asks meanwhile is answered by those of before."""
        before = self.now
        self.now = self._prepare(conditions)
        self._spare = before.times

    def _prepare(self, conditions: Conditions) -> Hour:
        drive_ms = self._speeds.drive_ms(self.network, conditions.hour) * conditions.times_slower
        back_ms = np.where(self.network.is_one_way, math.inf, drive_ms)
        both_ms = np.stack([drive_ms, back_ms], axis=1)
        on_foot_ms = walk_ms(self.network.length_m)[:, None]
        return Hour(
            times=self._customise(np.concatenate([drive_ms, back_ms])),
            piece_ms=np.where(np.isinf(drive_ms)[:, None], on_foot_ms, both_ms),
        )

    def _customise(self, arc_ms: Floats) -> Times:
        if self._spare is None:
            return self._hierarchy.times(arc_ms)
        self._spare.change(arc_ms)
        return self._spare


class _Doubt(NamedTuple):
    """What is wrong with a place off the network. `island` is where it lies, if it is one."""

    remark: str
    island: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadTravel:
    """TravelTimes by road; `straight` is for places off the network, and gives the turn-out."""

    roads: Roads
    straight: StraightLine

    def seconds(self, origins: Sequence[Position | None], destination: Position, at: datetime) -> list[float]:
        """Return one duration an origin; the roads' hour follows the clock, and `at` only counts off the roads."""
        return [way.seconds for way in self.ways(origins, destination, at)]

    def ways(self, origins: Sequence[Position | None], destination: Position, at: datetime) -> list[Way]:
        """Return one way an origin, with what is to be said of it."""
        known = [origin for origin in origins if origin is not None]
        found = iter(self._ways(known, destination, at))
        return [Way(math.inf, NO_POSITION) if origin is None else next(found) for origin in origins]

    def _ways(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[Way]:
        places = [*origins, destination]
        spots = self.roads.snapping.find(places)
        doubts = {int(n): self._doubt(places[n], spots.off_m[n]) for n in np.flatnonzero(~spots.on_roads)}
        by_road_s = (self.straight.turn_out_s + _by_road_ms(spots, self.roads.now, self.roads.network) / 1000).tolist()
        ways = [Way(seconds, None if math.isfinite(seconds) else NO_OPEN_ROAD) for seconds in by_road_s]
        for n in doubts if len(origins) not in doubts else range(len(origins)):
            ways[n] = self._off_network(origins[n], destination, at, doubts.get(n), doubts.get(len(origins)))
        return ways

    def _off_network(
        self, origin: Position, destination: Position, at: datetime, here: _Doubt | None, there: _Doubt | None
    ) -> Way:
        """By the straight line, unless an island lies between."""
        doubt = there or here
        assert doubt is not None, "at least one end is off the network"
        if (here.island if here else None) != (there.island if there else None):
            return Way(math.inf, doubt.remark)
        return Way(self.straight.seconds([origin], destination, at)[0], doubt.remark)

    def _doubt(self, place: Position, off_m: float) -> _Doubt:
        island = self.roads.snapping.island_at(place)
        if island is None:
            return _Doubt(f"{off_m:.0f} m off any road: is it GCJ-02?", None)
        name = self.roads.network.origin.islands[island].name
        return _Doubt(f"on an island of roads that nothing joins to the others: {name}", island)


def _by_road_ms(spots: Spots, now: Hour, network: Network) -> Floats:
    """From each spot but the last to the last."""
    piece, share, off_m = spots.piece[:-1], spots.share[:-1], spots.off_m[:-1]
    target, target_share, target_off_m = int(spots.piece[-1]), float(spots.share[-1]), float(spots.off_m[-1])
    ends = np.stack([network.end[piece], network.begin[piece]], axis=1)
    leave_ms = _part(np.stack([1 - share, share], axis=1), now.piece_ms[piece])
    rest_ms = np.asarray(now.times.to(_doors(target, target_share, now, network), ends.ravel().tolist()))
    by_junction_ms = (leave_ms + rest_ms.reshape(-1, 2)).min(axis=1)
    along = target_share - share
    direct_ms = _part(np.abs(along), np.where(along >= 0, *now.piece_ms[target]))
    nearest_ms = np.where(piece == target, np.minimum(direct_ms, by_junction_ms), by_junction_ms)
    total_ms: Floats = nearest_ms + walk_ms(off_m + target_off_m)
    return total_ms


def _doors(piece: int, share: float, now: Hour, network: Network) -> Doors:
    ms = _part(np.array([share, 1 - share]), now.piece_ms[piece]).tolist()
    ends = int(network.begin[piece]), int(network.end[piece])
    return tuple((end, round(end_ms)) for end, end_ms in zip(ends, ms, strict=True) if math.isfinite(end_ms))


def _part(share: Floats, ms: Floats) -> Floats:
    """That share of the time; nothing of an endless time is nothing."""
    return np.multiply(share, ms, out=np.zeros_like(ms), where=share > 0)
