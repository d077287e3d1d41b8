"""Where one district ends and the next begins: outlines for a map, and the question whose ground a point is on.

Each district has what is nearest to its built-up part (a power diagram: nearness is distance squared less radius
squared), so that outlines tile the city without gap or overlap. They are invented, as all the city is. Kilometres
inside, WGS84 outside. Nothing is drawn by lot.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from simulators.areas import AREAS, Area
from simulators.geo import Point, to_km, to_point

CITY_LIMITS: tuple[Point, ...] = (
    (112.72, 34.58),
    (112.92, 34.32),
    (113.40, 34.26),
    (113.95, 34.29),
    (114.15, 34.50),
    (114.22, 34.72),
    (114.10, 34.88),
    (113.80, 34.92),
    (113.45, 34.96),
    (113.05, 34.90),
    (112.80, 34.80),
)
"""The city's limits in broad strokes, convex, against the clock; the Yellow River is the northern one."""

_Km = tuple[float, float]
_Line = tuple[float, float, float]
"""Of a point (x, y) on the near side, a * x + b * y <= c."""

_SITES = [(area.code, *to_km((area.lon, area.lat)), area.radius_km**2) for area in AREAS]


def find_area(east_km: float, north_km: float) -> str:
    """The code of the district that has this point."""
    return min(_SITES, key=lambda site: (east_km - site[1]) ** 2 + (north_km - site[2]) ** 2 - site[3])[0]


def outline(area: Area) -> tuple[Point, ...]:
    """The district's outline, a closed ring against the clock."""
    ring = [to_km(corner) for corner in CITY_LIMITS]
    for other in AREAS:
        if other is not area:
            ring = _cut(ring, _border(area, other))
    return tuple(to_point(*corner) for corner in (*ring, ring[0]))


def write_outlines() -> dict[str, Any]:
    """All districts as GeoJSON: a feature each with its `code` and `name`."""
    return {"type": "FeatureCollection", "features": [_feature(area) for area in AREAS]}


def _feature(area: Area) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": area.code, "name": area.name},
        "geometry": {"type": "Polygon", "coordinates": [[list(corner) for corner in outline(area)]]},
    }


def _border(area: Area, other: Area) -> _Line:
    (x, y), (u, v) = to_km((area.lon, area.lat)), to_km((other.lon, other.lat))
    apart = (u * u + v * v - other.radius_km**2) - (x * x + y * y - area.radius_km**2)
    return 2 * (u - x), 2 * (v - y), apart


def _cut(ring: list[_Km], line: _Line) -> list[_Km]:
    """What of a convex ring lies on the near side."""
    kept: list[_Km] = []
    for here, there in pairwise([*ring, ring[0]]):
        beyond, next_beyond = _beyond(here, line), _beyond(there, line)
        if beyond <= 0:
            kept.append(here)
        if (beyond <= 0) != (next_beyond <= 0):
            share = beyond / (beyond - next_beyond)
            kept.append((here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])))
    return kept


def _beyond(point: _Km, line: _Line) -> float:
    a, b, c = line
    return a * point[0] + b * point[1] - c
