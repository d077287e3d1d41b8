"""GCJ-02, the shifted datum of Chinese maps and phones, back to WGS84.

Decides where a shifted coordinate really is. China's shift is a published-by-practice formula: a polynomial with
sine ripples, in metres on the Krasovsky ellipsoid, applied inside a box around the mainland. It has no closed
inverse; repeated correction finds it to a few millimetres.
"""

from __future__ import annotations

from math import cos, pi, radians, sin, sqrt

_EQUATOR_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_CORRECTIONS = 8
"""Each makes the error some thousand times smaller at first; eight leave nothing a double can show."""


def convert_gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """Degrees in, degrees out; outside the box of the shift nothing changes."""
    true_lon, true_lat = lon, lat
    for _ in range(_CORRECTIONS):
        seen_lon, seen_lat = convert_wgs84_to_gcj02(true_lon, true_lat)
        true_lon += lon - seen_lon
        true_lat += lat - seen_lat
    return true_lon, true_lat


def convert_wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Degrees in, degrees out: the shift itself."""
    if not (_WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH):
        return lon, lat
    east_m, north_m = _shift_m(lon - 105.0, lat - 35.0)
    bulge = 1 - _ECCENTRICITY_SQUARED * sin(radians(lat)) ** 2
    lon_radius_m = _EQUATOR_M / sqrt(bulge) * cos(radians(lat))
    lat_radius_m = _EQUATOR_M * (1 - _ECCENTRICITY_SQUARED) / bulge**1.5
    return lon + east_m / radians(lon_radius_m), lat + north_m / radians(lat_radius_m)


def _shift_m(x: float, y: float) -> tuple[float, float]:
    """The shift to the east and to the north; x and y are degrees from 105 E, 35 N."""
    bend = sqrt(abs(x))
    common = _ripple(x, (20.0, 6.0), (20.0, 2.0))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * bend
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * bend
    east += common + _ripple(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    north += common + _ripple(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    return east, north


def _ripple(degrees: float, *waves: tuple[float, float]) -> float:
    return sum(amplitude * sin(degrees * frequency * pi) for amplitude, frequency in waves) * 2 / 3
