from __future__ import annotations

import numpy as np
import pytest

from dispatch.roads.errors import MapUnusable
from dispatch.roads.network import Network
from tests.unit.dispatch.roads.atlas import CROSS, Nodes, network_of, square, street


def pieces_called(network: Network, name: str) -> list[float]:
    """The lengths of the pieces of that name."""
    return sorted(round(float(m)) for m in network.length_m[network.name == network.names.index(name)])


def test_a_street_is_cut_where_another_meets_it_and_nowhere_else() -> None:
    network = square()
    assert (network.junctions, network.pieces) == (4, 4)
    assert pieces_called(network, "南街") == [1000]


def test_a_street_that_ends_on_another_cuts_it() -> None:
    nodes: Nodes = {**CROSS, 5: (500, 300)}
    network = network_of(nodes, [street(0, 4, 1, 2, 3, 0, name="环路"), street(4, 5, name="支路")])
    assert pieces_called(network, "支路") == [300]
    # The ring begins and ends at one place, so it is cut there as well.
    assert pieces_called(network, "环路") == [500, 3500]


def test_a_ring_that_nothing_meets_is_cut_in_its_middle() -> None:
    network = network_of(CROSS, [street(0, 1, 2, 3, 0)])
    assert network.pieces == 2
    assert network.length_m.sum() == pytest.approx(4000, rel=1e-3)
    assert (network.begin != network.end).all()


def test_a_roundabout_leads_one_way_round() -> None:
    network = network_of(CROSS, [street(0, 1, 2, 3, 0, junction="roundabout"), street(0, 2)])
    assert network.is_one_way.sum() == 2


def test_a_street_driven_against_its_drawing_is_turned_round() -> None:
    forward, backward = square(oneway="yes"), square(oneway="-1")
    south = forward.name == forward.names.index("南街")
    assert forward.lon[forward.begin[south]] == pytest.approx(backward.lon[backward.end[south]])


def test_an_end_that_can_only_be_entered_is_left_out_and_counted() -> None:
    nodes: Nodes = {**CROSS, 5: (-400, 0)}
    network = network_of(nodes, [street(0, 1, 2, 3, 0), street(0, 5, oneway="yes")])
    assert network.origin.one_way_ends == 1
    assert network.length_m.sum() == pytest.approx(4000, rel=1e-3)


def test_the_largest_part_is_kept_and_long_islands_are_named() -> None:
    nodes: Nodes = {**CROSS, 10: (9000, 0), 11: (9000, 1500), 20: (0, 9000), 21: (100, 9000)}
    islands = [street(10, 11, name="岛上路"), street(20, 21, name="断头路")]
    network = network_of(nodes, [street(0, 1, 2, 3, 0), street(0, 2), *islands])
    assert [(island.name, round(island.length_m)) for island in network.origin.islands] == [("岛上路", 1500)]
    assert network.length_m.sum() == pytest.approx(4000 + 1414, rel=1e-3)


def test_an_island_without_names_is_called_that() -> None:
    nodes: Nodes = {**CROSS, 10: (9000, 0), 11: (9000, 1500)}
    network = network_of(nodes, [street(0, 1, 2, 3, 0), street(10, 11)])
    assert network.origin.islands[0].name == "roads without a name"


def test_one_way_streets_that_never_lead_back_are_no_network() -> None:
    with pytest.raises(MapUnusable, match="hang together"):
        network_of(CROSS, [street(0, 1, oneway="yes")])


def test_the_order_is_of_every_junction_once() -> None:
    network = square()
    assert sorted(network.order.tolist()) == list(range(network.junctions))


def test_a_course_begins_and_ends_at_its_junctions() -> None:
    network = square()
    assert np.array_equal(network.course_lon[network.course[:-1]], network.lon[network.begin])
    assert np.array_equal(network.course_lat[network.course[1:] - 1], network.lat[network.end])
