"""The streets of some blocks of Helsinki, as OpenStreetMap has them (data/README.md)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium
import pytest

from dispatch.roads.building import build
from dispatch.roads.errors import MapUnusable
from dispatch.roads.network import Network
from dispatch.roads.osm import read_ways
from dispatch.roads.speeds import load_speeds
from dispatch.travel import straight_m
from tests.unit.dispatch.roads.atlas import NOON, arcs_s, judged_s, junction, travel_on

MAP = Path(__file__).parent / "data/helsinki.osm.pbf"


def quiet(_: str) -> None:
    """Say nothing of progress."""


@pytest.fixture(scope="module")
def helsinki() -> Network:
    return build(read_ways(MAP, quiet), MAP.name, "2026-03-02", quiet)


def test_the_streets_are_those_of_the_map(helsinki: Network) -> None:
    assert 25_000 < helsinki.length_m.sum() < 30_000
    assert {"Mannerheimintie", "Kaivokatu"} <= set(helsinki.names)
    assert 0.2 < helsinki.is_one_way.mean() < 0.8
    assert {60.16, 60.18} == {round(float(edge), 2) for edge in (helsinki.lat.min(), helsinki.lat.max())}


def test_every_way_between_junctions_is_dijkstras_at_every_hour_and_with_roads_closed(helsinki: Network) -> None:
    chance = np.random.default_rng(7)
    factors = chance.choice([1.0, 3.0, np.inf], helsinki.pieces, p=[0.8, 0.1, 0.1])
    travel = travel_on(helsinki, factors, load_speeds())
    targets = chance.integers(0, helsinki.junctions, 8).tolist()
    unreached = 0
    for origin in chance.integers(0, helsinki.junctions, 20).tolist():
        judged = judged_s(helsinki, arcs_s(helsinki, factors), origin)
        for target in targets:
            found_s = travel.roads.now.times.to(((target, 0),), [origin])[0] / 1000
            assert found_s == pytest.approx(judged.get(target, np.inf), abs=0.2)
            unreached += np.isinf(found_s)
    assert 0 < unreached < 160


def test_by_road_it_is_farther_than_the_crow_flies_but_not_by_much(helsinki: Network) -> None:
    chance = np.random.default_rng(3)
    places = [junction(helsinki, n) for n in chance.integers(0, helsinki.junctions, 60).tolist()]
    travel = travel_on(helsinki)
    by_road = np.array([travel.seconds(places, place, NOON) for place in places[:10]])
    straight = np.array([[straight_m(origin, place) for origin in places] for place in places[:10]])
    assert 1.1 < by_road.sum() / straight.sum() < 2.5


def test_what_was_answered_is_answered_again(helsinki: Network) -> None:
    places = [junction(helsinki, n) for n in range(0, 600, 7)]
    travel, again = travel_on(helsinki, speeds=load_speeds()), travel_on(helsinki, speeds=load_speeds())
    assert travel.seconds(places, places[3], NOON) == again.seconds(places[::-1], places[3], NOON)[::-1]


# --- maps that are none


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"this is no map of anything", "cannot be read as .osm.pbf"),
        (MAP.read_bytes()[:60_000], "is the download complete"),
    ],
)
def test_a_map_that_is_empty_foreign_or_cut_short_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "city.osm.pbf"
    file.write_bytes(content)
    with pytest.raises(MapUnusable, match=reason):
        read_ways(file, quiet)


def test_a_map_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MapUnusable, match="is not a file"):
        read_ways(tmp_path / "city.osm.pbf", quiet)


def test_a_map_without_roads_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "city.osm.pbf"
    with osmium.SimpleWriter(str(file)) as writer:
        for number in (1, 2):
            writer.add_node(osmium.osm.mutable.Node(id=number, version=1, location=(113.6, 34.7 + number / 100)))
        writer.add_way(osmium.osm.mutable.Way(id=1, version=1, nodes=[1, 2], tags={"highway": "footway"}))
    with pytest.raises(MapUnusable, match="no road that a crew may drive"):
        read_ways(file, quiet)


def test_a_way_is_cut_where_the_extract_ends_and_progress_is_said(tmp_path: Path) -> None:
    file = tmp_path / "city.osm.pbf"
    with osmium.SimpleWriter(str(file)) as writer:
        for number in (1, 2, 4, 5, 6):
            writer.add_node(osmium.osm.mutable.Node(id=number, version=1, location=(113.6, 34.7 + number / 100)))
        tags = {"highway": "primary", "name": "中原路"}
        writer.add_way(osmium.osm.mutable.Way(id=1, version=1, nodes=[1, 2, 2, 3, 4, 5, 7, 6], tags=tags))
    said: list[str] = []
    ways = read_ways(file, said.append)
    assert (ways.begins.tolist(), ways.nodes.tolist()) == ([0, 2], [1, 2, 4, 5])
    assert said == ["2 ways with 4 points"]
