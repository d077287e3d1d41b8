from __future__ import annotations

from collections import defaultdict
from itertools import pairwise, product

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.areas import AREAS, CENTRE, Area
from simulators.geo import Point, distance_km, to_km, to_point
from simulators.roads import SPEED_KMH, Drive, RoadNetwork, build_roads, crosses_river
from tests.unit.simulators.lives import CITY

ROADS: RoadNetwork = build_roads(seed=7)
doors = st.sampled_from([(lift.lon, lift.lat) for lift in CITY.lifts])


def test_every_crossing_can_be_reached_from_every_other() -> None:
    assert nx.is_strongly_connected(ROADS.graph)
    assert ROADS.graph.number_of_nodes() > 2000


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.code)
def test_every_area_has_a_road_near_its_middle(area: Area) -> None:
    middle: Point = (area.lon, area.lat)
    assert distance_km(ROADS.drive(middle, CENTRE).points[1], middle) < 0.6


@settings(max_examples=40, deadline=None)
@given(doors, doors)
def test_a_drive_is_longer_than_the_straight_line_but_not_absurdly(origin: Point, destination: Point) -> None:
    drive = ROADS.drive(origin, destination)
    straight_km = distance_km(origin, destination)
    assert drive.length_km >= straight_km - 0.01
    assert drive.length_km <= 2.5 * straight_km + 8
    assert drive.duration_s >= straight_km / max(SPEED_KMH.values()) * 3600


@settings(max_examples=40, deadline=None)
@given(doors, doors)
def test_a_drive_keeps_to_the_roads_and_their_direction(origin: Point, destination: Point) -> None:
    nodes_at: dict[Point, list[tuple[str, int, int]]] = defaultdict(list)
    for node in ROADS.graph.nodes:
        nodes_at[ROADS.graph.nodes[node]["at"]].append(node)
    for a, b in pairwise(ROADS.drive(origin, destination).points[1:-1]):
        assert any(ROADS.graph.has_edge(start, end) for start, end in product(nodes_at[a], nodes_at[b]))


def test_some_streets_are_one_way_and_no_larger_road_is() -> None:
    one_way = [data["road"] for a, b, data in ROADS.graph.edges(data=True) if not ROADS.graph.has_edge(b, a)]
    assert set(one_way) == {"street"}
    streets = sum(data["road"] == "street" for _, _, data in ROADS.graph.edges(data=True))
    assert 0.05 < len(one_way) / streets < 0.25


def test_one_way_streets_lead_east_and_west_north_and_south() -> None:
    one_way = [(a, b) for a, b in ROADS.graph.edges() if not ROADS.graph.has_edge(b, a)]
    assert {(b[1] - a[1], b[2] - a[2]) for a, b in one_way} == {(1, 0), (-1, 0), (0, 1), (0, -1)}


def test_only_avenues_and_larger_roads_bridge_the_river() -> None:
    at = ROADS.graph.nodes
    bridges = [data["road"] for a, b, data in ROADS.graph.edges(data=True) if crosses_river(at[a]["at"], at[b]["at"])]
    assert "street" not in bridges
    assert 4 <= len(bridges) <= 120


def test_the_same_seed_draws_the_same_roads() -> None:
    again = build_roads(seed=7).graph
    assert nx.utils.graphs_equal(again, ROADS.graph)
    assert not nx.utils.graphs_equal(build_roads(seed=8).graph, again)


@settings(max_examples=40, deadline=None)
@given(doors, doors, st.lists(st.floats(-10, 5000), min_size=2, max_size=8))
def test_a_vehicle_moves_steadily_from_door_to_door(origin: Point, destination: Point, instants: list[float]) -> None:
    drive = ROADS.drive(origin, destination)
    assert drive.position(-1.0) == origin
    assert drive.position(drive.duration_s) == destination
    for earlier, later in pairwise(sorted(instants)):
        moved_km = distance_km(drive.position(earlier), drive.position(later))
        assert moved_km <= max(SPEED_KMH.values()) / 3600 * (later - earlier) + 0.001


def test_between_two_points_the_position_is_interpolated() -> None:
    drive = Drive(points=((0.0, 0.0), (1.0, 2.0), (1.0, 4.0)), passed_at_s=(0.0, 10.0, 20.0))
    assert drive.position(5.0) == (0.5, 1.0)
    assert drive.position(15.0) == (1.0, 3.0)


def test_a_place_far_from_any_road_is_refused() -> None:
    with pytest.raises(ValueError, match="no road"):
        ROADS.drive((100.0, 20.0), CENTRE)


@given(st.floats(-80, 80), st.floats(-60, 60))
def test_kilometres_and_degrees_convert_both_ways(east: float, north: float) -> None:
    assert to_km(to_point(east, north)) == pytest.approx((east, north), abs=0.001)
