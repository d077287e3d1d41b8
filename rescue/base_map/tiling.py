"""Which tiles a feature lies in, and what of it each of them is given.

A line's segments go whole to every tile they touch: nothing is cut in two that would not meet again. Areas are clipped.
Around each tile lies a border in which its neighbours' things are drawn too, so that wide lines have no seams. From
farther away, points that nobody could tell apart are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rescue.base_map.features import LAST_ZOOM, Feature, Floats, Shape, Style
from rescue.base_map.vector_tile import GRID, Points

BORDER = 128
"""Steps of the grid around a tile."""
FINE = 8
"""Steps: one pixel, for a tile is shown 512 pixels wide."""


class Tile(NamedTuple):
    """Column and row of a zoom."""

    x: int
    y: int


Tiles = Mapping[Tile, Mapping[Style, list[Points]]]


def cut(features: Iterable[Feature], zoom: int) -> Tiles:
    """The tiles of one zoom."""
    tiles: dict[Tile, dict[Style, list[Points]]] = defaultdict(lambda: defaultdict(list))
    for feature in features:
        if feature.from_zoom > zoom:
            continue
        for tile, parts in _pieces(feature, zoom):
            tiles[tile][feature.style] += parts
    return tiles


def _pieces(feature: Feature, zoom: int) -> Iterator[tuple[Tile, list[Points]]]:
    on_grid = [_simplify(part * (GRID << zoom), zoom) for part in feature.parts]
    match feature.style.shape:
        case Shape.AREA:
            yield from _cut_area(on_grid)
        case Shape.LINE if zoom == LAST_ZOOM or _is_seen(on_grid[0]):
            yield from _cut_line(on_grid[0])
        case Shape.POINT:
            tile = Tile(*(on_grid[0][0] // GRID).tolist())
            yield tile, [on_grid[0] - _corner(tile)]


def _simplify(points: Floats, zoom: int) -> Points:
    """Whole steps; of points closer together than a pixel the first, always with both ends."""
    whole: Points = np.rint(points).astype(np.int64)
    step = 1 if zoom == LAST_ZOOM else FINE
    kept = [0]
    rows = whole.tolist()
    for n in range(1, len(rows) - 1):
        (x, y), (last_x, last_y) = rows[n], rows[kept[-1]]
        if abs(x - last_x) >= step or abs(y - last_y) >= step:
            kept.append(n)
    if len(rows) > 1:
        kept.append(len(rows) - 1)
    return whole[kept]


def _is_seen(points: Points) -> bool:
    return bool((np.ptp(points, axis=0) >= FINE).any())


def _corner(tile: Tile) -> Points:
    return np.array(tile, np.int64) * GRID


def _reach(points: Points) -> Iterator[Tile]:
    """The tiles whose square, border included, the points' own rectangle touches."""
    (west, north), (east, south) = ((points.min(axis=0) - BORDER) // GRID, (points.max(axis=0) + BORDER) // GRID)
    for x in range(west, east + 1):
        for y in range(north, south + 1):
            yield Tile(int(x), int(y))


def _cut_line(points: Points) -> Iterator[tuple[Tile, list[Points]]]:
    tiles = list(_reach(points))
    if len(tiles) == 1:
        yield tiles[0], [points - _corner(tiles[0])]
        return
    low, high = np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])
    for tile in tiles:
        corner = _corner(tile)
        touches = np.all((high >= corner - BORDER) & (low <= corner + GRID + BORDER), axis=1)
        runs = [points[begin : end + 1] - corner for begin, end in _runs(touches)]
        if runs:
            yield tile, runs


def _runs(touches: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where segments that touch follow each other: the first of them, and the one after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], touches, [0]))))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _cut_area(rings: list[Points]) -> Iterator[tuple[Tile, list[Points]]]:
    """The outer ring goes round clockwise as seen, holes against it."""
    for tile in _reach(rings[0]):
        corner = _corner(tile)
        clipped = [_clip(ring - corner) for ring in rings]
        whole = [_turned(ring, outer=n == 0) for n, ring in enumerate(clipped) if len(ring) > 3 and _area(ring)]
        if len(clipped[0]) > 3 and _area(clipped[0]):
            yield tile, whole


def _clip(ring: Points) -> Points:
    """What of a closed ring lies within the tile and its border, edge by edge."""
    kept = ring[:-1].tolist()
    for axis, bound, sign in ((0, -BORDER, 1), (0, GRID + BORDER, -1), (1, -BORDER, 1), (1, GRID + BORDER, -1)):
        kept = list(_inside(kept, axis, bound, sign))
    return np.array([*kept, *kept[:1]], np.int64).reshape(-1, 2)


def _inside(ring: list[list[int]], axis: int, bound: int, sign: int) -> Iterator[list[int]]:
    for here, after in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        depth, next_depth = (here[axis] - bound) * sign, (after[axis] - bound) * sign
        if depth >= 0:
            yield here
        if (depth < 0) != (next_depth < 0):
            share = depth / (depth - next_depth)
            yield [round(here[way] + share * (after[way] - here[way])) for way in (0, 1)]


def _area(ring: Points) -> int:
    """Twice the area; positive if the ring goes round clockwise as seen, y growing downwards."""
    x, y = ring[:, 0], ring[:, 1]
    return int((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


def _turned(ring: Points, *, outer: bool) -> Points:
    return ring if (_area(ring) > 0) == outer else ring[::-1]
