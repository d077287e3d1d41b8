"""Which roads a closure touches: the pieces of the network under a GeoJSON point, line or area.

A point closes the road it lies on, a line the roads it runs along, an area every road that comes into it. Decides
nothing of time but by how much each piece is slower; a closed one endlessly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from dispatch.roads.errors import ClosuresUnusable
from dispatch.roads.geojson import DEPTHS, Geometry
from dispatch.roads.geometry import Flags, Floats, Ints, Plane, distance_to_line_m, inside, sample
from dispatch.roads.network import Network

POINT_WITHIN_M = 50.0
LINE_WITHIN_M = 20.0
"""So far a drawn line may lie beside the road it is meant for (our judgement: the width of an avenue)."""
ALONG_FROM = 0.5
"""A line that runs along at least this share of a piece is meant for it; one that only crosses it is not."""
EVERY_M = 5.0
MOST_TIMES_SLOWER = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Roads that are closed, or take `times_slower` as long."""

    closure_id: str
    name: str
    geometry: Geometry
    times_slower: float | None
    """None: closed."""
    since_at: datetime


class RoadPoints:
    """Points every few metres along all roads of a network, to be looked up by place."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.plane: Plane = network.plane
        self._corner_at = self.plane.lay(network.course_lon, network.course_lat)
        self._low = np.minimum.reduceat(self._corner_at, network.course[:-1])
        self._high = np.maximum.reduceat(self._corner_at, network.course[:-1])

    def near(self, low: Floats, high: Floats) -> tuple[Floats, Ints]:
        """The points of the pieces that may come into this rectangle, and of which piece each is."""
        pieces = np.flatnonzero(((self._low <= high) & (self._high >= low)).all(axis=1))
        course = self._network.course
        spans = [np.arange(course[piece], course[piece + 1]) for piece in pieces]
        begins = np.cumsum([0, *(len(span) for span in spans)])
        found = sample(self._corner_at[np.concatenate([*spans, np.empty(0, np.int64)])], begins, EVERY_M)
        return found.at, pieces[found.course]


def times_slower(network: Network, closures: Sequence[Closure]) -> Floats:
    """How many times as long each piece takes. Where closures lie over each other, the worst counts."""
    factors = np.ones(network.pieces)
    if closures:
        points = RoadPoints(network)
        for closure in closures:
            touched = touched_by(points, closure.geometry)
            factors[touched] = np.maximum(factors[touched], closure.times_slower or math.inf)
    return factors


def touched_by(points: RoadPoints, geometry: Geometry) -> Ints:
    """Return the pieces that a geometry is meant for."""
    found: list[Ints] = [np.empty(0, np.int64)]
    match geometry["type"]:
        case "Point" | "MultiPoint":
            found += [_under_point(points, part) for part in _parts(geometry, 0)]
        case "LineString" | "MultiLineString":
            found += [_along_line(points, part) for part in _parts(geometry, 1)]
        case _:
            found += [_in_area(points, part) for part in _parts(geometry, 2)]
    return np.unique(np.concatenate(found))


def _parts(geometry: Geometry, depth: int) -> Sequence[Any]:
    """The positions, lines or areas of a geometry, whether it is one or many."""
    coordinates: Any = geometry["coordinates"]
    many: Sequence[Any] = coordinates if DEPTHS[geometry["type"]] > depth else [coordinates]
    return many


def _under_point(points: RoadPoints, position: Sequence[float]) -> Ints:
    place = points.plane.lay(position[0], position[1])
    at, piece = points.near(place - POINT_WITHIN_M, place + POINT_WITHIN_M)
    away_m = np.hypot(*(at - place).T)
    if not len(away_m) or away_m.min() > POINT_WITHIN_M:
        return np.empty(0, np.int64)
    # The two directions of an avenue, drawn apart, are not told from each other: the nearest is closed.
    return piece[[away_m.argmin()]]


def _along_line(points: RoadPoints, line: Sequence[Sequence[float]]) -> Ints:
    drawn = _lay(points.plane, line)
    at, piece = points.near(drawn.min(axis=0) - LINE_WITHIN_M, drawn.max(axis=0) + LINE_WITHIN_M)
    return _mostly(piece, distance_to_line_m(at, drawn) <= LINE_WITHIN_M)


def _mostly(piece: Ints, flagged: Flags) -> Ints:
    """The pieces of whose points at least ALONG_FROM are flagged."""
    pieces, member = np.unique(piece, return_inverse=True)
    chosen: Ints = pieces[np.bincount(member, flagged, len(pieces)) >= ALONG_FROM * np.bincount(member)]
    return chosen


def _in_area(points: RoadPoints, rings: Sequence[Sequence[Sequence[float]]]) -> Ints:
    outer, *holes = (_lay(points.plane, ring) for ring in rings)
    at, piece = points.near(outer.min(axis=0), outer.max(axis=0))
    within = inside(at, outer)
    for hole in holes:
        within &= ~inside(at, hole)
    return np.unique(piece[within])


def _lay(plane: Plane, line: Sequence[Sequence[float]]) -> Floats:
    return plane.lay([position[0] for position in line], [position[1] for position in line])


def check_times_slower(value: Any) -> float | None:
    """Return how many times slower, None for closed. Raises ClosuresUnusable."""
    match value:
        case None:
            return None
        case bool():
            pass
        case int() | float() if 1 <= value <= MOST_TIMES_SLOWER:
            return float(value)
    raise ClosuresUnusable(f"{value} times slower: needed is a number from 1 to {MOST_TIMES_SLOWER:g}")
