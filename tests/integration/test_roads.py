"""Roads as an administrator imports and closes them, and a service that follows, with files on a real disk."""

from __future__ import annotations

import asyncio
import json
import math
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dispatch.crews import Position
from dispatch.roads.speeds import SHIPPED, SpeedsUnusable
from dispatch.travel import StraightLine
from rescue.cli import FORESEEN, app
from rescue.roads.following import FollowedRoads, follow_roads
from rescue.settings import Settings
from tests.integration.centre import HandClock

MAP = Path(__file__).parent.parent / "unit/dispatch/roads/data/helsinki.osm.pbf"
NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
STATION, HOTEL = Position(24.9405, 60.1713), Position(24.9480, 60.1675)
MANNERHEIMINTIE = {"type": "Polygon", "coordinates": [[[24.930, 60.165], [24.944, 60.165], [24.944, 60.175],
                                                      [24.930, 60.175], [24.930, 60.165]]]}  # fmt: skip
WITHIN_S = 10.0


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


def roads(*words: str, data_dir: Path) -> list[str]:
    """What a command that must succeed prints, line by line."""
    result = CliRunner().invoke(app, ["roads", *words, "--data-dir", str(data_dir)])
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def refusal(*words: str, data_dir: Path) -> str:
    """Why a command would not do what it was told; it ends with this one line and exit code 1."""
    result = CliRunner().invoke(app, ["roads", *words, "--data-dir", str(data_dir)])
    assert result.exit_code == 1
    if isinstance(result.exception, FORESEEN):
        return str(result.exception)
    return result.stderr


def drawn(tmp_path: Path, geometry: Any, **properties: Any) -> str:
    file = tmp_path / "closure.geojson"
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    file.write_text(json.dumps(feature), "utf-8")
    return str(file)


def followed(data_dir: Path, clock: HandClock, **settings: Any) -> FollowedRoads:
    return follow_roads(Settings(data_dir=data_dir, timezone="Europe/Helsinki", **settings), clock)


def way_s(travel: FollowedRoads) -> float:
    return travel.seconds([STATION], HOTEL, NOON)[0]


# --- the commands


def test_roads_are_imported_shown_closed_slowed_down_and_opened(data_dir: Path, tmp_path: Path) -> None:
    [network, left_out] = roads("import", str(MAP), data_dir=data_dir)
    assert network.startswith("27 km of road in 954 pieces between 864 junctions, from helsinki.osm.pbf, imported ")
    assert left_out.startswith("left out: 97 pieces")
    flood = drawn(tmp_path, MANNERHEIMINTIE, name="积水")
    [closed] = roads("close", flood, data_dir=data_dir)
    assert closed.startswith("1 积水: closed, ")
    assert "Mannerheimintie" in closed
    [slowed] = roads("close", flood, "--times-slower", "3", "--name", "暴雨", data_dir=data_dir)
    assert slowed.startswith("2 暴雨: 3 times slower, ")
    assert roads("show", data_dir=data_dir) == [network, left_out, closed, slowed]
    assert roads("open", "1", data_dir=data_dir) == ["opened: 1"]
    assert roads("show", data_dir=data_dir)[2:] == [slowed]
    assert roads("open", "--all", data_dir=data_dir) == ["opened: 2"]
    assert roads("open", "--all", data_dir=data_dir) == ["opened: nothing was closed"]


def test_a_drawing_may_say_itself_how_much_slower_it_is(data_dir: Path, tmp_path: Path) -> None:
    roads("import", str(MAP), data_dir=data_dir)
    [slowed] = roads("close", drawn(tmp_path, MANNERHEIMINTIE, times_slower=2.5), data_dir=data_dir)
    assert slowed.startswith("1: 2.5 times slower, ")


def test_what_touches_no_road_closes_nothing(data_dir: Path, tmp_path: Path) -> None:
    roads("import", str(MAP), data_dir=data_dir)
    geometries = [MANNERHEIMINTIE, {"type": "Point", "coordinates": [60.17, 24.94]}]
    collection = {"type": "GeometryCollection", "geometries": geometries}
    assert "GeometryCollection" in refusal("close", drawn(tmp_path, collection), data_dir=data_dir)
    swapped = drawn(tmp_path, geometries[1])
    assert "touches no road, so nothing was closed: is it GCJ-02" in refusal("close", swapped, data_dir=data_dir)
    assert roads("open", "--all", data_dir=data_dir) == ["opened: nothing was closed"]


@pytest.mark.parametrize("factor", ["0.5", "-3", "nan", "1000"])
def test_an_absurd_factor_is_refused(data_dir: Path, tmp_path: Path, factor: str) -> None:
    roads("import", str(MAP), data_dir=data_dir)
    flood = drawn(tmp_path, MANNERHEIMINTIE)
    said = refusal("close", flood, f"--times-slower={factor}", data_dir=data_dir)
    assert "needed is a number from 1 to 100" in said


def test_what_is_not_there_is_named(data_dir: Path, tmp_path: Path) -> None:
    assert "begin with `rescue roads import" in refusal("show", data_dir=data_dir)
    assert "begin with `rescue roads import" in refusal("close", drawn(tmp_path, {}), data_dir=data_dir)
    assert "is not a file" in refusal("import", str(tmp_path / "none.osm.pbf"), data_dir=data_dir)
    assert "no closure has the number 7" in refusal("open", "7", data_dir=data_dir)
    assert "by their numbers, or give --all" in refusal("open", data_dir=data_dir)


def test_a_download_that_was_cut_short_ends_in_one_clear_line_and_leaves_the_roads_there_were(
    data_dir: Path, tmp_path: Path
) -> None:
    roads("import", str(MAP), data_dir=data_dir)
    before = roads("show", data_dir=data_dir)
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(MAP.read_bytes()[:70_000])
    command = [sys.executable, "-m", "rescue.cli", "roads", "import", str(cut), "--data-dir", str(data_dir)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    [line] = ended.stderr.splitlines()
    assert "cut.osm.pbf cannot be read as .osm.pbf" in line
    assert roads("show", data_dir=data_dir) == before


# --- the service


def test_without_roads_the_straight_line_serves(data_dir: Path, clock: HandClock) -> None:
    travel = followed(data_dir, clock)
    assert travel.network is None
    straight = StraightLine(time_zone=travel.straight.time_zone)
    assert travel.seconds([STATION], HOTEL, NOON) == straight.seconds([STATION], HOTEL, NOON)
    assert [way.seconds for way in travel.ways([STATION], HOTEL, NOON)] == [way_s(travel)]


def test_a_service_takes_in_roads_closures_and_the_hour(data_dir: Path, tmp_path: Path, clock: HandClock) -> None:
    travel = followed(data_dir, clock)
    straight_s = way_s(travel)
    roads("import", str(MAP), data_dir=data_dir)
    travel.look()
    open_s = way_s(travel)
    assert open_s != straight_s
    flood = drawn(tmp_path, MANNERHEIMINTIE)
    roads("close", flood, "--times-slower", "5", data_dir=data_dir)
    travel.look()
    assert way_s(travel) > open_s
    roads("close", flood, data_dir=data_dir)
    travel.look()
    assert way_s(travel) == math.inf
    roads("open", "--all", data_dir=data_dir)
    travel.look()
    assert way_s(travel) == open_s
    clock.forward(6 * 3600)
    travel.look()
    assert way_s(travel) > open_s, "six in the evening"
    clock.forward(9 * 3600)
    travel.look()
    assert way_s(travel) < open_s, "three at night"


def test_a_service_that_starts_anew_knows_what_is_closed(data_dir: Path, tmp_path: Path, clock: HandClock) -> None:
    roads("import", str(MAP), data_dir=data_dir)
    roads("close", drawn(tmp_path, MANNERHEIMINTIE), data_dir=data_dir)
    assert way_s(followed(data_dir, clock)) == math.inf


def test_harmed_files_leave_in_force_what_was_and_are_told_until_they_are_whole(
    data_dir: Path, clock: HandClock
) -> None:
    roads("import", str(MAP), data_dir=data_dir)
    travel = followed(data_dir, clock)
    before_s = way_s(travel)
    travel.files.network.write_bytes(b"harmed")
    travel.files.closures.write_text("harmed", "utf-8")
    travel.look()
    clock.forward(6 * 3600)
    travel.look()
    assert set(travel.wrong) == {"network", "closures"}
    assert way_s(travel) > before_s, "the hour is followed all the same"
    travel.files.closures.unlink()
    roads("import", str(MAP), data_dir=data_dir)
    travel.look()
    assert travel.wrong == {}


def test_a_harmed_network_at_the_start_leaves_the_straight_line(data_dir: Path, clock: HandClock) -> None:
    roads("import", str(MAP), data_dir=data_dir)
    (data_dir / "roads/network.npz").write_bytes(b"harmed")
    travel = followed(data_dir, clock)
    assert "import the roads again" in travel.wrong["network"]
    assert math.isfinite(way_s(travel))


async def test_a_running_service_learns_of_a_closure_by_itself(
    data_dir: Path, tmp_path: Path, clock: HandClock
) -> None:
    roads("import", str(MAP), data_dir=data_dir)
    travel = followed(data_dir, clock)
    running = asyncio.create_task(travel.run())
    roads("close", drawn(tmp_path, MANNERHEIMINTIE), data_dir=data_dir)
    async with asyncio.timeout(WITHIN_S):
        while way_s(travel) < math.inf:  # noqa: ASYNC110 - a file sets no event of ours
            await asyncio.sleep(0.05)
    running.cancel()


def test_a_centre_drives_at_its_own_speeds(data_dir: Path, tmp_path: Path, clock: HandClock) -> None:
    roads("import", str(MAP), data_dir=data_dir)
    slow = tmp_path / "speeds.toml"
    slow.write_text(SHIPPED.read_text("utf-8").replace("km_h = 5", "km_h = 1").replace("km_h = 4", "km_h = 1"), "utf-8")
    assert way_s(followed(data_dir, clock, road_speeds_file=slow)) > way_s(followed(data_dir, clock))
    slow.write_text("", "utf-8")
    with pytest.raises(SpeedsUnusable):
        followed(data_dir, clock, road_speeds_file=slow)


def test_the_figures_tell_of_the_roads_in_use_and_of_what_they_were_asked(
    data_dir: Path, tmp_path: Path, clock: HandClock
) -> None:
    travel = followed(data_dir, clock)
    way_s(travel)
    assert {name: value for name, value in travel.figures().items() if value} == {}
    roads("import", str(MAP), data_dir=data_dir)
    roads("close", drawn(tmp_path, MANNERHEIMINTIE), data_dir=data_dir)
    travel.look()
    travel.seconds([STATION, Position(0.0, 0.0)], HOTEL, NOON)
    figures = travel.figures()
    assert (figures["rescue_road_nodes"], figures["rescue_road_closures"]) == (864, 1)
    assert 954 < figures["rescue_road_arcs"] < 2 * 954
    assert abs(figures["rescue_road_imported_at_seconds"] - datetime.now(UTC).timestamp()) < 60
    assert (figures["rescue_road_questions_total"], figures["rescue_road_ways_total"]) == (1, 2)
    assert figures["rescue_road_ways_unsnapped_total"] == 1
