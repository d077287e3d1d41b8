"""GeoJSON read and checked: the points, lines and polygons that people draw. Decides nothing of roads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dispatch.roads.errors import ClosuresUnusable

Geometry = Mapping[str, Any]
"""A GeoJSON geometry, checked."""

DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
"""How many lists lie about a position."""


def read_geojson(text: str) -> list[tuple[Geometry, Mapping[str, Any]]]:
    """Read every geometry of a GeoJSON text, with the properties of its feature. Raises ClosuresUnusable."""
    try:
        found = list(_features(json.loads(text)))
    except (json.JSONDecodeError, RecursionError) as error:
        raise ClosuresUnusable(f"not JSON: {error}") from None
    if not found:
        raise ClosuresUnusable("there is no geometry in it")
    return found


def _features(value: Any) -> Iterator[tuple[Geometry, Mapping[str, Any]]]:
    match value:
        case {"type": "FeatureCollection", "features": list(features)}:
            for feature in features:
                yield from _features(feature)
        case {"type": "Feature", "geometry": dict(geometry), **rest}:
            properties = rest.get("properties")
            yield check_geometry(geometry), properties if isinstance(properties, dict) else {}
        case {"type": str(kind)} if kind in DEPTHS:
            yield check_geometry(value), {}
        case _:
            raise ClosuresUnusable("not GeoJSON: needed is a Feature, a FeatureCollection, a point, line or polygon")


def check_geometry(geometry: Any) -> Geometry:
    """Return it, with nothing but its type and coordinates. Raises ClosuresUnusable."""
    match geometry:
        case {"type": str(kind), "coordinates": list(coordinates)} if kind in DEPTHS:
            _check_positions(kind, coordinates, DEPTHS[kind])
            return {"type": kind, "coordinates": coordinates}
        case {"type": str(kind)}:
            raise ClosuresUnusable(f"a {kind} is not a point, line or polygon with coordinates")
        case _:
            raise ClosuresUnusable("a geometry needs type and coordinates")


def _check_positions(kind: str, coordinates: Any, depth: int) -> None:
    if depth == 0:
        _check_position(coordinates)
        return
    least = {"LineString": 2, "Polygon": 4}.get(kind.removeprefix("Multi"), 1) if depth == 1 else 1
    if not isinstance(coordinates, list) or len(coordinates) < least:
        raise ClosuresUnusable(f"a {kind} needs lists of at least {least} positions")
    for part in coordinates:
        _check_positions(kind, part, depth - 1)
    if depth == 1 and kind.endswith("Polygon") and coordinates[0] != coordinates[-1]:
        raise ClosuresUnusable(f"a {kind}'s ring must end where it begins")


def _check_position(position: Any) -> None:
    match position:
        case [int() | float() as lon, int() | float() as lat, *_] if -180 <= lon <= 180 and -90 <= lat <= 90:
            return
        case _:
            raise ClosuresUnusable(f"{json.dumps(position)} is not a position: WGS84 longitude, then latitude")
