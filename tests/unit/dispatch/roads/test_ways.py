from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dispatch.crews import Position
from dispatch.roads.closures import Closure, times_slower
from dispatch.roads.errors import MapUnusable
from dispatch.roads.network import Network
from dispatch.roads.speeds import WALK_KMH, load_speeds
from dispatch.roads.ways import Conditions, RoadTravel, Way
from tests.unit.dispatch.roads.atlas import (
    CROSS,
    METRE_A_SECOND,
    NOON,
    STRAIGHT,
    Nodes,
    Street,
    all_open,
    arcs_s,
    judged_s,
    junction,
    lon_lat,
    network_of,
    place,
    square,
    street,
    travel_on,
)

SOUTH_WEST, SOUTH_EAST, NORTH_WEST = place(0, 0), place(1000, 0), place(0, 1000)


def way(travel: RoadTravel, origin: Position | None, destination: Position) -> Way:
    return travel.ways([origin], destination, NOON)[0]


def seconds(travel: RoadTravel, origin: Position, destination: Position) -> float:
    return way(travel, origin, destination).seconds


# --- against Dijkstra


@st.composite
def maps(draw: st.DrawFn) -> Network:
    """Streets, some one-way, some twice, between points on a circle, so that none runs through another's corner."""
    corners = draw(st.integers(4, 20))
    turns = [2 * math.pi * n / corners for n in range(corners)]
    nodes: Nodes = {n: (1000 * math.cos(turn), 1000 * math.sin(turn)) for n, turn in enumerate(turns)}
    courses = st.lists(st.integers(0, corners - 1), min_size=2, max_size=4, unique=True)
    streets = st.builds(
        lambda course, kind, one_way: Street(course, {"highway": kind, "oneway": one_way}),
        courses,
        st.sampled_from(["primary", "residential", "service"]),
        st.sampled_from(["no", "no", "yes", "-1"]),
    )
    try:
        return network_of(nodes, draw(st.lists(streets, min_size=1, max_size=16)))
    except MapUnusable:
        assume(False)
        raise


@given(network=maps(), data=st.data())
def test_the_hierarchy_finds_dijkstras_ways_whatever_is_closed_or_slow(network: Network, data: st.DataObject) -> None:
    factor = st.sampled_from([1.0, 1.0, 2.5, math.inf])
    travel = travel_on(network, speeds=load_speeds())
    times = travel.roads.now.times
    for _ in range(3):
        factors = np.array(data.draw(st.lists(factor, min_size=network.pieces, max_size=network.pieces)))
        travel.roads.adapt(Conditions(hour=12, times_slower=factors))
        target = data.draw(st.integers(0, network.junctions - 1))
        arc_s = arcs_s(network, factors)
        found = travel.roads.now.times.to(((target, 0),), range(network.junctions))
        for origin, ms in enumerate(found):
            judged = judged_s(network, arc_s, origin).get(target, math.inf)
            assert ms / 1000 == pytest.approx(judged, abs=0.001 * network.pieces)
    assert travel.roads.now.times is not times


@given(network=maps(), data=st.data())
def test_a_way_from_junction_to_junction_is_dijkstras(network: Network, data: st.DataObject) -> None:
    travel = travel_on(network)
    target = data.draw(st.integers(0, network.junctions - 1))
    origins = range(network.junctions)
    found = travel.seconds([junction(network, origin) for origin in origins], junction(network, target), NOON)
    for origin, found_s in zip(origins, found, strict=True):
        judged = judged_s(network, arcs_s(network, speeds=METRE_A_SECOND), origin)
        assert found_s == pytest.approx(judged[target], abs=0.1)


@given(network=maps(), east_m=st.floats(-800, 2000), north_m=st.floats(-800, 2000))
def test_no_place_makes_an_estimate_fail(network: Network, east_m: float, north_m: float) -> None:
    answer = way(travel_on(network), place(east_m, north_m), junction(network, 0))
    assert answer.seconds >= 0
    assert math.isfinite(answer.seconds) or answer.remark


# --- on a square of streets


def test_a_way_takes_turn_out_and_the_road_and_the_walk_to_the_door() -> None:
    travel = travel_on(square())
    assert seconds(travel, SOUTH_WEST, SOUTH_EAST) == pytest.approx(1000, rel=0.01)
    # 90 m off the road, on foot.
    walk_s = 90 / (WALK_KMH / 3.6)
    assert seconds(travel, SOUTH_WEST, place(1000, -90)) == pytest.approx(1000 + walk_s, rel=0.02)


def test_both_may_be_on_the_same_piece_of_road() -> None:
    travel = travel_on(square())
    assert seconds(travel, place(300, 0), place(700, 0)) == pytest.approx(400, abs=21)
    assert seconds(travel, place(700, 0), place(300, 0)) == pytest.approx(400, abs=21)


def test_against_a_one_way_street_one_drives_round_the_block() -> None:
    travel = travel_on(square(oneway="yes"))
    assert seconds(travel, place(300, 0), place(700, 0)) == pytest.approx(400, abs=21)
    assert seconds(travel, place(700, 0), place(300, 0)) == pytest.approx(3600, abs=21)


def test_every_origin_is_answered_in_its_order() -> None:
    far, near, unknown = travel_on(square()).ways([NORTH_WEST, SOUTH_WEST, None], SOUTH_EAST, NOON)
    assert far.seconds > near.seconds
    assert unknown == Way(math.inf, "its position is not known")
    assert travel_on(square()).seconds([], SOUTH_EAST, NOON) == []


def test_the_rush_hour_takes_longer_and_what_was_asked_before_is_forgotten() -> None:
    network = square()
    travel = travel_on(network, speeds=load_speeds())
    noon_s = seconds(travel, SOUTH_WEST, SOUTH_EAST)
    travel.roads.adapt(all_open(network, hour=18))
    peak_s = seconds(travel, SOUTH_WEST, SOUTH_EAST)
    travel.roads.adapt(all_open(network, hour=12))
    assert peak_s > noon_s
    assert seconds(travel, SOUTH_WEST, SOUTH_EAST) == noon_s


# --- closed roads


def closed(kind: str, coordinates: object, times: float | None = None) -> Closure:
    geometry = {"type": kind, "coordinates": coordinates}
    return Closure(closure_id="1", name="", geometry=geometry, times_slower=times, since_at=NOON)


def test_a_closed_road_is_driven_round_and_open_again_is_driven() -> None:
    network = square()
    travel = travel_on(network)
    closure = closed("Point", lon_lat(500, 3))
    travel.roads.adapt(Conditions(hour=12, times_slower=times_slower(network, [closure])))
    assert seconds(travel, place(0, 20), place(1000, 20)) == pytest.approx(2960, abs=42)
    travel.roads.adapt(all_open(network))
    assert seconds(travel, place(0, 20), place(1000, 20)) == pytest.approx(1040, abs=42)


def test_a_crew_on_a_closed_road_walks_out_of_it() -> None:
    network = square()
    factors = times_slower(network, [closed("Point", lon_lat(500, 0))])
    way_s = seconds(travel_on(network, factors), place(700, 0), place(1000, 500))
    assert way_s == pytest.approx(300 / (WALK_KMH / 3.6) + 500, abs=30)


def test_a_flooded_quarter_takes_three_times_as_long() -> None:
    network = square()
    flood = [lon_lat(-50, -50), lon_lat(400, -50), lon_lat(400, 50), lon_lat(-50, -50)]
    factors = times_slower(network, [closed("Polygon", [flood], 3.0)])
    assert seconds(travel_on(network, factors), place(20, 0), place(980, 0)) == pytest.approx(2880, abs=130)


def test_where_all_roads_are_closed_there_is_no_way_and_it_says_so() -> None:
    network = square()
    flood = [lon_lat(500, -50), lon_lat(1050, -50), lon_lat(1050, 1050), lon_lat(500, 1050), lon_lat(500, -50)]
    travel = travel_on(network, times_slower(network, [closed("Polygon", [flood])]))
    assert way(travel, NORTH_WEST, place(1000, 500)) == Way(math.inf, "no open road leads there")


# --- off the network


def test_the_568_m_that_gcj_02_is_off_are_said_and_the_straight_line_serves() -> None:
    travel = travel_on(square())
    there = place(500, -568)
    answer = way(travel, SOUTH_WEST, there)
    assert answer.remark == "568 m off any road: is it GCJ-02?"
    assert answer.seconds == STRAIGHT.seconds([SOUTH_WEST], there, NOON)[0]
    assert way(travel, there, SOUTH_WEST).remark == "568 m off any road: is it GCJ-02?"


def test_a_crew_off_the_network_does_not_touch_the_others_ways() -> None:
    travel = travel_on(square())
    lost, near = travel.ways([place(500, -3000), SOUTH_WEST], SOUTH_EAST, NOON)
    assert lost.remark
    assert near == way(travel, SOUTH_WEST, SOUTH_EAST)


ISLAND: Nodes = {**CROSS, 10: (9000, 0), 11: (9000, 1500), 12: (19000, 0), 13: (19000, 1500)}


def island_travel() -> RoadTravel:
    islands = [street(10, 11, name="岛上路"), street(12, 13, name="远岛路")]
    return travel_on(network_of(ISLAND, [street(0, 1, 2, 3, 0), *islands]))


@pytest.mark.parametrize(
    ("origin", "destination", "name"),
    [
        (SOUTH_WEST, place(9000, 700), "岛上路"),
        (place(9000, 700), SOUTH_WEST, "岛上路"),
        (place(19000, 0), place(9000, 700), "岛上路"),
        (place(5000, 0), place(9000, 700), "岛上路"),
    ],
)
def test_nobody_drives_to_an_island_or_from_one(origin: Position, destination: Position, name: str) -> None:
    answer = way(island_travel(), origin, destination)
    assert answer == Way(math.inf, f"on an island of roads that nothing joins to the others: {name}")


def test_on_the_same_island_the_straight_line_serves() -> None:
    answer = way(island_travel(), place(9000, 100), place(9000, 1400))
    assert answer.seconds == STRAIGHT.seconds([place(9000, 100)], place(9000, 1400), NOON)[0]
