from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulators.bench.dispatch import measure_dispatch, send_closest_idle
from simulators.bench.instances import NOON, Size, draw, write
from simulators.bench.mass import WITHIN_S
from simulators.bench.streets import lay
from simulators.cli import app

SMALL = Size(callouts=12, crews=20)
FEW_CREWS = Size(callouts=14, crews=4)
MANY_WAIT = Size(callouts=8, crews=3)


def test_the_same_seed_draws_the_same_instance_and_its_file_says_all_of_it(tmp_path: Path) -> None:
    drawn = draw(SMALL, 7)
    assert drawn == draw(SMALL, 7)
    assert drawn != draw(SMALL, 8)
    write([drawn], tmp_path)
    (file,) = tmp_path.iterdir()
    read = json.loads(file.read_text("utf-8"))
    assert (read["name"], read["on_site_s"]) == ("12x20", 1800)
    assert (len(read["ways_s"]), len(read["ways_s"][0])) == (12, 32)
    assert read["ways_s"] == drawn.ways_s


def test_the_closest_idle_crew_takes_each_callout_in_turn_and_then_the_first_that_is_idle_again() -> None:
    drawn = draw(Size(callouts=3, crews=1, on_site_s=100), 1)
    ways = drawn.ways_s
    first = ways[0][0]
    second = first + 100 + ways[1][1]
    third = second + 100 + ways[2][2]
    assert send_closest_idle(drawn) == [first, second, third]


def test_the_bench_measures_every_method_and_ours_is_as_good_as_the_optimum_and_no_worse_than_the_closest() -> None:
    rows = {(row["instance"], row["method"]): row for row in measure_dispatch(1, (SMALL, FEW_CREWS), MANY_WAIT)}
    assert {method for instance, method in rows if instance == "12x20"} == {
        *("greedy", "ours", "vroom", "vroom_quick", "optimum")
    }
    assert rows["12x20", "ours"]["mean_arrival_s"] == pytest.approx(
        rows["12x20", "optimum"]["mean_arrival_s"], rel=0.01
    )
    assert rows["14x4", "ours"]["mean_arrival_s"] < rows["14x4", "greedy"]["mean_arrival_s"]
    added = rows["mass8+1", "ours"]
    assert 0 < added["answer_ms"] <= added["worst_ms"] < 1000 * WITHIN_S
    assert added["mean_arrival_s"] <= added["p95_arrival_s"] <= added["max_arrival_s"]
    keys = {"instance", "method", "mean_arrival_s", "p95_arrival_s", "max_arrival_s", "within_30_min", "answer_ms"}
    assert all(keys <= row.keys() for row in rows.values())


def test_the_made_streets_lead_from_every_crew_to_every_lift() -> None:
    drawn = draw(SMALL, 1)
    ways = lay(streets=60).ways(drawn.crews, drawn.callouts[0], NOON)
    assert all(120 < way.seconds < 3_600 and way.remark is None for way in ways)


def test_a_folder_that_cannot_be_written_to_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = CliRunner().invoke(app, ["bench", "dispatch", "--instances", str(tmp_path / "file")])
    assert result.exit_code == 1
    assert "cannot write to" in result.stderr
