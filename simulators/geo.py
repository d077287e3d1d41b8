"""Flat-earth arithmetic around Zhengzhou: kilometres east and north of the city's centre, and WGS84 back again.

Good to a few metres over a city, which is all that a generated city needs.
"""

from __future__ import annotations

import math

from simulators.areas import CENTRE

Point = tuple[float, float]
"""WGS84 (lon, lat)."""

KM_PER_DEGREE_LAT = 111.2
KM_PER_DEGREE_LON = KM_PER_DEGREE_LAT * math.cos(math.radians(CENTRE[1]))


def to_km(point: Point) -> tuple[float, float]:
    """Kilometres east and north of the centre."""
    return (point[0] - CENTRE[0]) * KM_PER_DEGREE_LON, (point[1] - CENTRE[1]) * KM_PER_DEGREE_LAT


def to_point(east_km: float, north_km: float) -> Point:
    """The inverse of `to_km`, to six decimals (a tenth of a metre)."""
    return round(CENTRE[0] + east_km / KM_PER_DEGREE_LON, 6), round(CENTRE[1] + north_km / KM_PER_DEGREE_LAT, 6)


def distance_km(a: Point, b: Point) -> float:
    """Straight-line distance."""
    return math.hypot((a[0] - b[0]) * KM_PER_DEGREE_LON, (a[1] - b[1]) * KM_PER_DEGREE_LAT)
