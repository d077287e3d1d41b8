from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from devices.datum import convert_wgs84_to_gcj02
from dispatch.crews import Position
from dispatch.roads.files import RoadFiles
from rescue.roads.findings import check_roads
from rescue.watch.findings import Finding
from tests.unit.dispatch.roads.atlas import Nodes, Street, network_of, place, square, street

BLOCK_M, BLOCKS = 320, 14


def lattice() -> tuple[Nodes, list[list[int]]]:
    """A dense part of a city: streets every 320 m."""
    side = range(BLOCKS)
    nodes = {row * BLOCKS + column: (column * float(BLOCK_M), row * float(BLOCK_M)) for row in side for column in side}
    rows = [[row * BLOCKS + column for column in side] for row in side]
    return nodes, [*rows, *([row[column] for row in rows] for column in side)]


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> RoadFiles:
    nodes, courses = lattice()
    return saved(tmp_path_factory.mktemp("dense"), [street(*course) for course in courses], nodes)


def saved(room: Path, streets: list[Street], nodes: Nodes) -> RoadFiles:
    files = RoadFiles(room)
    with files.changing():
        files.save_network(network_of(nodes, streets))
    return files


def entrances(count: int) -> list[Position]:
    """Doors 15 to 40 m off a street."""
    chance = Random(11)
    streets = (chance.randrange(3, 10) * BLOCK_M for _ in range(count))
    return [place(street_m - chance.uniform(15, 40), chance.uniform(1000, 3000)) for street_m in streets]


def found(files: RoadFiles, lifts: list[Position]) -> Finding:
    return check_roads(files, lifts)


def test_lifts_beside_their_streets_are_as_they_should_be(dense: RoadFiles) -> None:
    assert found(dense, entrances(200)).ok
    assert found(dense, []).ok


def test_lifts_in_gcj_02_are_told_by_all_of_them_although_each_lies_near_some_street(dense: RoadFiles) -> None:
    shifted = [Position(*convert_wgs84_to_gcj02(lift.lon, lift.lat)) for lift in entrances(200)]
    finding = found(dense, shifted)
    assert not finding.ok
    assert "if they are taken for GCJ-02: import them again as WGS84" in finding.said


def test_a_few_lifts_are_told_only_when_they_lie_far_off_any_road(dense: RoadFiles) -> None:
    few = entrances(20)
    assert found(dense, [Position(*convert_wgs84_to_gcj02(lift.lon, lift.lat)) for lift in few]).ok
    finding = found(dense, [*few, place(-5000, 0)])
    assert not finding.ok
    assert "1 of 21 lifts lie more than 400 m off any road: is it GCJ-02?" in finding.said


def test_without_roads_it_says_what_serves_and_how_to_import(tmp_path: Path) -> None:
    finding = found(RoadFiles(tmp_path), [])
    assert finding.ok
    assert "straight lines: `rescue roads import" in finding.said


def test_harmed_files_are_a_fault(tmp_path: Path) -> None:
    files = RoadFiles(tmp_path)
    with files.changing():
        files.save_network(square())
    files.closures.write_text("{", "utf-8")
    assert "closures.json cannot be read" in found(files, []).said
    files.network.write_bytes(b"harmed")
    finding = found(files, [])
    assert not finding.ok
    assert "import the roads again" in finding.said
