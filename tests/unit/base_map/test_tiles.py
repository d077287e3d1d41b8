"""A feature's way into tiles: nothing in sight is missing, and the bytes are those of the format's own examples."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescue.base_map.features import LAST_ZOOM, Feature, Shape, Style, on_unit_square, place_style, road_style
from rescue.base_map.tiling import BORDER, Tile, cut
from rescue.base_map.vector_tile import GRID, _lines, _points, _varints, encode

STREET = Style("roads", Shape.LINE, "street", "花园路")
LAKE = Style("water", Shape.AREA, "area")
TOWN = Style("places", Shape.POINT, "town", "登封市", 8)
STEP = 1 / (GRID << LAST_ZOOM)
"""Of the grid of the last zoom, on the unit square."""
FIRST_TILE = np.array([53_000, 26_000])
CORNER = FIRST_TILE / 2**LAST_ZOOM

places = st.tuples(st.integers(0, 5 * GRID), st.integers(0, 5 * GRID))


def grid(*points: tuple[int, int]) -> np.ndarray:
    return np.array(points, np.int64)


def feature(style: Style, *parts: list[tuple[int, int]]) -> Feature:
    return Feature(style=style, from_zoom=0, parts=tuple(CORNER + np.array(part) * STEP for part in parts))


def test_points_lines_and_rings_are_written_as_in_the_examples_of_the_specification() -> None:
    assert _points([grid((25, 17))]) == [9, 50, 34]
    assert _points([grid((5, 7), (3, 2))]) == [17, 10, 14, 3, 9]
    assert _lines([grid((2, 2), (2, 10), (10, 10))], closed=False) == [9, 4, 4, 18, 0, 16, 16, 0]
    two = [grid((2, 2), (2, 10), (10, 10)), grid((1, 1), (3, 5))]
    assert _lines(two, closed=False) == [9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8]
    assert _lines([grid((3, 6), (8, 12), (20, 34), (3, 6))], closed=True) == [9, 6, 12, 18, 10, 12, 24, 44, 15]
    assert _varints([0, 127, 128, 300]) == bytes([0, 127, 128, 1, 172, 2])


def test_a_tile_names_its_layers_classes_and_names_once() -> None:
    tile = encode(
        {STREET: [grid((0, 0), (9, 9))], STREET._replace(name=""): [grid((1, 1), (5, 5))], TOWN: [grid((4, 4))]}
    )
    assert [tile.count(word.encode()) for word in ("roads", "places", "street", "花园路", "登封市", "class")] == [
        1,
        1,
        1,
        1,
        1,
        2,
    ]
    assert encode({}) == b""


@given(st.lists(places, min_size=2, max_size=12))
def test_every_point_of_a_line_is_in_the_tile_it_lies_in_and_every_stretch_in_all_it_crosses(
    points: list[tuple[int, int]],
) -> None:
    tiles = cut([feature(STREET, points)], LAST_ZOOM)
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        for share in (0.0, 0.37, 1.0):
            at = np.array([x + share * (to_x - x), y + share * (to_y - y)])
            tile = Tile(*(FIRST_TILE + at // GRID).astype(int).tolist())
            runs = tiles[tile][STREET]
            here = at - (np.array(tile) - FIRST_TILE) * GRID
            assert min(_off(here, run) for run in runs) < 1.5


def _off(point: np.ndarray, line: np.ndarray) -> float:
    """How far a point is from a line, in steps."""
    best = float(np.hypot(*(line - point).T).min())
    for begin, end in itertools.pairwise(line):
        along = end - begin
        share = np.clip((point - begin) @ along / max(along @ along, 1), 0, 1)
        best = min(best, float(np.hypot(*(begin + share * along - point))))
    return best


@given(st.integers(0, 3 * GRID), st.integers(0, 3 * GRID), st.integers(200, 3 * GRID), st.integers(200, 3 * GRID))
def test_an_area_covers_in_all_its_tiles_together_what_it_covers(west: int, north: int, wide: int, high: int) -> None:
    ring = [(west, north), (west + wide, north), (west + wide, north + high), (west, north + high), (west, north)]
    tiles = cut([feature(LAKE, ring)], LAST_ZOOM)
    covered = 0
    for styles in tiles.values():
        [outer] = styles[LAKE]
        assert _doubled_area(outer) > 0  # clockwise as seen, which makes it an outer ring
        assert outer.min() >= -BORDER
        assert outer.max() <= GRID + BORDER
        inside = np.clip(outer, 0, GRID)
        covered += _doubled_area(inside)
    assert covered == pytest.approx(2 * wide * high, rel=0.02, abs=8 * GRID)


def test_a_hole_goes_round_the_other_way_than_what_it_is_in() -> None:
    outer = [(1000, 1000), (1000, 2000), (2000, 2000), (2000, 1000), (1000, 1000)]
    hole = [(1300, 1300), (1300, 1600), (1600, 1600), (1600, 1300), (1300, 1300)]
    [tile] = cut([feature(LAKE, outer, hole)], LAST_ZOOM).values()
    ring, inner = tile[LAKE]
    assert _doubled_area(ring) > 0 > _doubled_area(inner)


def _doubled_area(ring: np.ndarray) -> int:
    x, y = ring[:, 0], ring[:, 1]
    return int((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


def test_what_is_too_small_to_be_seen_from_far_away_is_left_out_there() -> None:
    alley = feature(STREET, [(0, 0), (40, 40)])
    assert cut([alley], LAST_ZOOM)
    assert not cut([alley], 10)


def test_roads_are_drawn_by_what_they_are_links_later_and_without_a_name() -> None:
    assert road_style({"highway": "trunk", "name": "三环"}) == (Style("roads", Shape.LINE, "fast", "三环"), 6)
    assert road_style({"highway": "trunk_link", "name": "三环"}) == (Style("roads", Shape.LINE, "fast"), 9)
    assert road_style({"highway": "footway"}) is None
    assert road_style({"highway": "service", "area": "yes"}) is None
    assert place_style({"place": "town"}) is None  # nothing to write


def test_the_unit_square_is_that_of_web_mercator() -> None:
    square = on_unit_square(np.array([[-180.0, 85.051128779806], [0.0, 0.0], [180.0, -85.051128779806]]))
    assert square == pytest.approx(np.array([[0, 0], [0.5, 0.5], [1, 1]]), abs=1e-9)
