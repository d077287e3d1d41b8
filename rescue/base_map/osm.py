"""An OpenStreetMap file read into features: roads, water and names of places.

Where an extract ends in the middle of a way, the way is cut there; an area that is not whole is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import AREA, NODE, WAY, Area, Node, Way
from osmium.osm.types import NodeRefList, OSMEntity

from dispatch.roads.errors import MapUnusable
from rescue.base_map.features import (
    AREA_ZOOM,
    WATER_AREA,
    Feature,
    Floats,
    Tags,
    is_water_area,
    on_unit_square,
    place_style,
    road_style,
    water_line_style,
)

DRAWN = ("highway", "waterway", "natural", "landuse", "place")
WATER_KEYS = ("natural", "waterway", "landuse")


def read_features(file: Path) -> list[Feature]:
    """Everything of the file that is drawn. Raises MapUnusable."""
    try:
        return [feature for entity in _entities(file) for feature in _features(entity)]
    except (RuntimeError, OSError) as error:
        raise MapUnusable(f"{file} cannot be read as .osm.pbf ({error}): is the download complete?") from None


def _entities(file: Path) -> Iterator[OSMEntity]:
    source = osmium.FileProcessor(osmium.io.File(str(file), "pbf"), NODE | WAY | AREA)
    whole = source.with_areas(osmium.filter.KeyFilter(*WATER_KEYS))
    yield from whole.with_filter(osmium.filter.KeyFilter(*DRAWN))


def _features(entity: OSMEntity) -> Iterator[Feature]:
    tags = {tag.k: tag.v for tag in entity.tags}
    match entity:
        case Node():
            yield from _place(entity, tags)
        case Way():
            yield from _line(entity, tags)
        case Area() if is_water_area(tags):
            yield from _areas(entity)


def _place(node: Node, tags: Tags) -> Iterator[Feature]:
    found = place_style(tags)
    if found and node.location.valid():
        style, from_zoom = found
        here = on_unit_square(np.array([[node.location.lon, node.location.lat]]))
        yield Feature(style=style, from_zoom=from_zoom, parts=(here,))


def _line(way: Way, tags: Tags) -> Iterator[Feature]:
    found = road_style(tags) or water_line_style(tags)
    if found is None:
        return
    style, from_zoom = found
    for points in _stretches(way.nodes):
        yield Feature(style=style, from_zoom=from_zoom, parts=(points,))


def _areas(area: Area) -> Iterator[Feature]:
    for outer in area.outer_rings():
        rings = [outer, *area.inner_rings(outer)]
        if all(node.location.valid() for ring in rings for node in ring):
            parts = tuple(points for ring in rings for points in _stretches(ring))
            yield Feature(style=WATER_AREA, from_zoom=AREA_ZOOM, parts=parts)


def _stretches(nodes: NodeRefList) -> Iterator[Floats]:
    """The points whose places are known, as long as they follow each other; two at least."""
    points: list[tuple[float, float]] = []
    for node in nodes:
        if node.location.valid():
            points.append((node.lon, node.lat))
            continue
        if len(points) > 1:
            yield on_unit_square(np.array(points))
        points = []
    if len(points) > 1:
        yield on_unit_square(np.array(points))
