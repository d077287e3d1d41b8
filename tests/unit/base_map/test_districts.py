"""Outlines of districts as centres give them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from devices.datum import convert_wgs84_to_gcj02
from rescue.base_map.districts import find_label, read_districts
from rescue.base_map.errors import DistrictsUnusable

POINT = '{"type":"Feature","properties":{"name":"x"},"geometry":{"type":"Point","coordinates":[1,2]}}'
SQUARE = [[113.6, 34.7], [113.7, 34.7], [113.7, 34.8], [113.6, 34.8], [113.6, 34.7]]


def district(name: Any = "金水区", rings: Any = (SQUARE,), **more: Any) -> str:
    geometry = {"type": "Polygon", "coordinates": list(rings)}
    return json.dumps({"type": "Feature", "properties": {"name": name, **more}, "geometry": geometry})


def test_an_outline_keeps_its_name_and_code_and_gets_a_place_for_them_inside_it() -> None:
    [feature] = read_districts(district(adcode=410105), is_gcj02=False)["features"]
    assert feature["properties"] == {"code": "410105", "name": "金水区", "label": (113.65, 34.75)}
    assert feature["geometry"]["coordinates"] == [[[tuple(corner) for corner in SQUARE]]]


def test_a_name_is_placed_inside_even_where_the_middle_of_the_outline_is_outside() -> None:
    horseshoe = [(0, 0), (9, 0), (9, 9), (7, 9), (7, 2), (2, 2), (2, 9), (0, 9), (0, 0)]
    lon, lat = find_label([horseshoe])
    assert 0 < lon < 2 or 7 < lon < 9
    assert 2 < lat < 9


def test_what_is_in_gcj02_is_put_right() -> None:
    shifted = [list(convert_wgs84_to_gcj02(*corner)) for corner in SQUARE]
    [feature] = read_districts(district(rings=[shifted]), is_gcj02=True)["features"]
    assert feature["geometry"]["coordinates"][0][0] == [pytest.approx(corner, abs=1e-6) for corner in SQUARE]


def test_points_that_nobody_could_tell_apart_are_left_out() -> None:
    along = [[113.6 + n / 100_000, 34.7] for n in range(10_000)]
    [feature] = read_districts(district(rings=[[*along, [113.65, 34.8], along[0]]]), is_gcj02=False)["features"]
    assert 400 < len(feature["geometry"]["coordinates"][0][0]) < 520


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        (district(name=""), "district 1 has no name"),
        (district(name=7), "district 1 has no name"),
        (POINT, "x is a Point"),
        (district(rings=[[[1, 2], [3, 4]]]), "at least 4 positions"),
        (json.dumps({"type": "FeatureCollection", "features": []}), "no geometry"),
    ],
)  # fmt: skip
def test_what_is_no_outline_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(DistrictsUnusable, match=reason):
        read_districts(text, is_gcj02=False)
