"""The roads and districts of a drawn city, as files for others to read."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.roads.building import build
from dispatch.roads.osm import Ways, read_ways
from dispatch.roads.tags import ROAD_CLASSES
from simulators.areas import AREAS, CENTRE, Area
from simulators.errors import CityUnusableError
from simulators.geo import Point, to_km
from simulators.osm import CLASSES, SIGNS_KMH, read_osm, write_osm
from simulators.outlines import CITY_LIMITS, find_area, outline, write_outlines
from simulators.roads import RING_NAMES, build_roads

ROADS = build_roads(seed=7)


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Ways:
    path = tmp_path_factory.mktemp("roads") / "roads.osm.pbf"
    write_osm(ROADS, path)
    return read_ways(path, lambda _said: None)


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c")]
    for path, seed in zip(paths, (7, 7, 8), strict=True):
        write_osm(build_roads(seed=seed), path)
    same, again, other = (path.read_bytes() for path in paths)
    assert same == again != other


def test_every_stretch_is_in_the_file_in_both_or_its_one_direction(ways: Ways) -> None:
    ends = [*ways.begins[1:], len(ways.nodes)]
    driven = Counter[tuple[int, int]]()
    for begin, end, is_one_way in zip(ways.begins, ends, ways.is_one_way, strict=True):
        nodes = ways.nodes[begin:end]
        driven.update(pairwise(nodes))
        driven.update(() if is_one_way else pairwise(nodes[::-1]))
    numbers = {node: number for number, node in enumerate(sorted(ROADS.graph.nodes), start=1)}
    assert driven == Counter((numbers[a], numbers[b]) for a, b in ROADS.graph.edges)


def test_roads_have_their_classes_signs_and_names(ways: Ways) -> None:
    assert {ROAD_CLASSES[road_class] for road_class in ways.road_classes} == set(CLASSES.values())
    assert set(ways.limits_kmh) == set(SIGNS_KMH.values())
    assert {f"{ring}快速路" for ring in RING_NAMES} < ways.known_names.keys()
    assert ways.absurd_signs == 0


def test_the_product_makes_one_network_of_it_with_no_island(ways: Ways) -> None:
    network = build(ways, "roads.osm.pbf", "2026-05-01", lambda _said: None)
    assert network.origin.islands == ()
    assert network.origin.one_way_ends == 0
    assert network.length_m.sum() > 3_000_000


def test_roads_that_cannot_be_written_are_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        write_osm(ROADS, tmp_path / "nowhere" / "roads.osm.pbf")


def test_crews_who_read_the_file_drive_as_those_for_whom_it_was_drawn(tmp_path: Path) -> None:
    path = tmp_path / "roads.osm.pbf"
    write_osm(ROADS, path)
    read, there = read_osm(path), (113.80, 34.80)
    assert read.graph.number_of_edges() == ROADS.graph.number_of_edges()
    drives = [roads.drive(CENTRE, there) for roads in (read, ROADS)]
    assert drives[0].duration_s == pytest.approx(drives[1].duration_s, rel=1e-4)
    assert (read.reaches(there), read.reaches((0.0, 0.0))) == (True, False)


@pytest.mark.parametrize("content", [None, b"no roads"])
def test_a_file_without_roads_is_named_with_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "roads.osm.pbf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CityUnusableError, match=r"roads\.osm\.pbf: .*simulate city --out"):
        read_osm(path)


def contains(ring: tuple[Point, ...], x: float, y: float) -> bool:
    """For a convex ring against the clock."""
    corners = [to_km(corner) for corner in ring]
    sides = ((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) for a, b in pairwise(corners))
    return all(side >= -1e-6 for side in sides)


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.code)
def test_an_outline_is_a_closed_ring_around_its_districts_middle(area: Area) -> None:
    ring = outline(area)
    assert ring[0] == ring[-1]
    assert len(ring) >= 4
    assert contains(ring, *to_km((area.lon, area.lat)))


@given(st.floats(-60, 40), st.floats(-40, 20))
def test_every_place_in_the_city_is_in_the_one_outline_of_its_district(x: float, y: float) -> None:
    inside = [area.code for area in AREAS if contains(outline(area), x, y)]
    if contains((*CITY_LIMITS, CITY_LIMITS[0]), x, y):
        # On a border, and within the rounding of coordinates, there may be two or none.
        assert inside == [find_area(x, y)] or near_a_border(x, y)
    else:
        assert len(inside) == 0 or near_a_border(x, y)


def near_a_border(x: float, y: float) -> bool:
    steps = [(x + dx, y + dy) for dx in (-0.01, 0, 0.01) for dy in (-0.01, 0, 0.01)]
    inside = {contains((*CITY_LIMITS, CITY_LIMITS[0]), *step) for step in steps}
    return len({find_area(*step) for step in steps}) > 1 or len(inside) > 1


def test_districts_are_geojson_with_code_and_name() -> None:
    drawn = json.loads(json.dumps(write_outlines()))
    assert drawn["type"] == "FeatureCollection"
    assert {feature["properties"]["code"] for feature in drawn["features"]} == {area.code for area in AREAS}
    assert all(feature["geometry"]["type"] == "Polygon" for feature in drawn["features"])
