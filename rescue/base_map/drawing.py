"""A base map made: the features of an OpenStreetMap file as tiles of every zoom in one PMTiles file."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from dispatch.roads.errors import MapUnusable
from rescue.base_map.features import FIRST_ZOOM, LAST_ZOOM, Feature
from rescue.base_map.files import BaseMapFiles
from rescue.base_map.osm import read_features
from rescue.base_map.tiling import cut
from rescue.base_map.vector_tile import encode

Say = Callable[[str], None]

ATTRIBUTION = "© OpenStreetMap contributors"
LAYERS: Sequence[Mapping[str, Any]] = (
    {"id": "roads", "fields": {"class": "String", "name": "String"}},
    {"id": "water", "fields": {"class": "String", "name": "String"}},
    {"id": "places", "fields": {"class": "String", "name": "String", "rank": "Number"}},
)
FINENESS = 10_000_000
"""The file's header counts ten-millionths of a degree."""


def draw_base_map(file: Path, files: BaseMapFiles, now: datetime, say: Say) -> None:
    """Make a base map of an .osm.pbf file and put it in the place of any before. Raises MapUnusable, OSError."""
    files.save_base_map(lambda into: draw(file, into, now.isoformat(timespec="seconds"), say))


def draw(file: Path, into: BinaryIO, made_at: str, say: Say) -> None:
    """Write the base map of an .osm.pbf file. Raises MapUnusable, OSError."""
    features = read_features(file)
    if not features:
        raise MapUnusable(f"{file} holds nothing that could be drawn: is it an extract of streets?")
    writer = Writer(into)
    for number, tile in _tiles(features):
        writer.write_tile(number, tile)
    writer.finalize(_header(features), _metadata(file.name, made_at))
    say(f"base map: {writer.addressed_tiles:,} tiles of {len(features):,} features")


def _tiles(features: Sequence[Feature]) -> Iterator[tuple[int, bytes]]:
    """In the order of their numbers, as the format wants them."""
    for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1):
        tiles = {zxy_to_tileid(zoom, *tile): drawn for tile, drawn in cut(features, zoom).items()}
        for number in sorted(tiles):
            yield number, gzip.compress(encode(tiles[number]), mtime=0)


def _header(features: Sequence[Feature]) -> dict[str, Any]:
    corners = np.array([corner for one in features for part in one.parts for corner in (part.min(0), part.max(0))])
    (west, north), (east, south) = corners.min(axis=0), corners.max(axis=0)
    edges = {"min_lon": _lon(west), "max_lon": _lon(east), "min_lat": _lat(south), "max_lat": _lat(north)}
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        **{f"{name}_e7": round(degrees * FINENESS) for name, degrees in edges.items()},
        "center_zoom": 11,
        "center_lon_e7": round(_lon((west + east) / 2) * FINENESS),
        "center_lat_e7": round(_lat((north + south) / 2) * FINENESS),
    }


def _metadata(drawn_from: str, made_at: str) -> dict[str, Any]:
    return {
        "name": "base map",
        "attribution": ATTRIBUTION,
        "vector_layers": LAYERS,
        "drawn_from": drawn_from,
        "made_at": made_at,
    }


def _lon(x: float) -> float:
    return (x - 0.5) * 360


def _lat(y: float) -> float:
    return float(np.degrees(np.arctan(np.sinh((0.5 - y) * 2 * np.pi))))
