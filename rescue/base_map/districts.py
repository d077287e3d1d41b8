"""The outlines of districts as a centre gives them: GeoJSON checked, thinned out, each with a place for its name.

Decides which points of an outline a screen can show. What is in GCJ-02 is put right on the way in; what is drawn is
never told apart from what is true by anybody but the centre.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from devices.datum import convert_gcj02_to_wgs84
from dispatch.roads.errors import ClosuresUnusable
from dispatch.roads.geojson import Geometry, read_geojson
from rescue.base_map.errors import DistrictsUnusable

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = Sequence[Point]
Convert = Callable[[float, float], Point]

FINE_DEGREES = 0.0002
"""Points closer than this to the last one kept are left out: 20 m, a pixel or two where outlines are looked at."""
DECIMALS = 6
MOST_POINTS = 50_000
"""Of all outlines, thinned out: every one is drawn anew whenever the map moves."""
NAMES = ("name", "NAME", "名称")


def read_districts(text: str, *, is_gcj02: bool) -> Mapping[str, Any]:
    """The outlines as they are kept, as GeoJSON: each with `code`, `name` and `label`. Raises DistrictsUnusable."""
    try:
        drawn = read_geojson(text)
    except ClosuresUnusable as error:
        raise DistrictsUnusable(f"districts: {error}") from None
    convert = convert_gcj02_to_wgs84 if is_gcj02 else _as_it_is
    features = [_feature(number, *one, convert) for number, one in enumerate(drawn, 1)]
    points = sum(len(ring) for one in features for part in one["geometry"]["coordinates"] for ring in part)
    if points > MOST_POINTS:
        raise DistrictsUnusable(f"the outlines have {points:,} points, the map shows {MOST_POINTS:,}: simplify them")
    return {"type": "FeatureCollection", "features": features}


def _feature(number: int, geometry: Geometry, properties: Mapping[str, Any], convert: Convert) -> dict[str, Any]:
    name = next((properties[key] for key in NAMES if isinstance(properties.get(key), str)), "").strip()
    if not name:
        raise DistrictsUnusable(f"district {number} has no name: give each feature a property `name`")
    parts = [[_thin([convert(*corner[:2]) for corner in ring]) for ring in part] for part in _polygons(name, geometry)]
    code = properties.get("code", properties.get("adcode", ""))
    return {
        "type": "Feature",
        "properties": {"code": str(code), "name": name, "label": find_label([part[0] for part in parts])},
        "geometry": {"type": "MultiPolygon", "coordinates": parts},
    }


def _polygons(name: str, geometry: Geometry) -> Sequence[Any]:
    match geometry["type"]:
        case "Polygon":
            return [geometry["coordinates"]]
        case "MultiPolygon":
            polygons: Sequence[Any] = geometry["coordinates"]
            return polygons
        case kind:
            raise DistrictsUnusable(f"{name} is a {kind}, a district is a Polygon or MultiPolygon")


def _as_it_is(lon: float, lat: float) -> Point:
    return lon, lat


def _thin(ring: Ring) -> Ring:
    """A closed ring of fewer points, four at least."""
    kept = [ring[0]]
    for point in ring[1:-1]:
        if max(abs(point[0] - kept[-1][0]), abs(point[1] - kept[-1][1])) >= FINE_DEGREES:
            kept.append(point)
    thin = [*kept, ring[-1]] if len(kept) > 2 else ring
    return [(round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in thin]


def find_label(rings: Sequence[Ring]) -> Point:
    """A point inside the largest ring: halfway along the widest stretch of its middle parallel."""
    ring = max(rings, key=lambda one: abs(_area(one)))
    south, north = (extreme(lat for _, lat in ring) for extreme in (min, max))
    lat = (south + north) / 2
    crossings = sorted(_crossings(ring, lat))
    stretches = list(zip(crossings[::2], crossings[1::2], strict=True))
    if not stretches:
        return ring[0]  # flat as a line
    west, east = max(stretches, key=lambda one: one[1] - one[0])
    return round((west + east) / 2, DECIMALS), round(lat, DECIMALS)


def _crossings(ring: Ring, lat: float) -> Iterator[float]:
    """Where the outline crosses a parallel: an even number of times, for each edge owns its southern end alone."""
    for (lon, at), (next_lon, next_at) in pairwise(ring):
        if (at <= lat) != (next_at <= lat):
            yield lon + (lat - at) / (next_at - at) * (next_lon - lon)


def _area(ring: Ring) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2
