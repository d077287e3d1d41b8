from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from simulators.bench import BENCHES
from simulators.cli import BenchName, app
from simulators.results import draw_table, write_result

run = CliRunner().invoke


@pytest.mark.parametrize("arguments", [[], ["city"], ["demo"], ["bench"], ["crews"], ["callers"]])
def test_every_command_explains_itself(arguments: list[str]) -> None:
    result = run(app, [*arguments, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_a_city_is_written_and_its_files_are_named(tmp_path: Path) -> None:
    result = run(app, ["city", "--out", str(tmp_path / "zz"), "--lifts", "40", "--json"])
    assert result.exit_code == 0
    printed = json.loads(result.output)
    assert set(printed) == {"name", "seed", "commit", "machine", "rows"}
    assert {row["register"]: row["rows"] for row in printed["rows"]}["lifts"] == 40
    assert all(Path(row["file"]).exists() for row in printed["rows"])


def test_a_city_for_a_person_is_a_table(tmp_path: Path) -> None:
    result = run(app, ["city", "--out", str(tmp_path), "--lifts", "40"])
    assert "companies" in result.output
    assert "seed 1" in result.output


def test_a_directory_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run(app, ["city", "--out", str(tmp_path / "file" / "city"), "--lifts", "40"])
    assert result.exit_code == 1
    assert result.output.startswith("error: cannot write to")
    assert result.output.count("\n") == 1


def test_a_number_of_lifts_that_no_city_has_is_refused(tmp_path: Path) -> None:
    assert run(app, ["city", "--out", str(tmp_path), "--lifts", "0"]).exit_code == 2


def test_every_bench_can_be_chosen_by_name() -> None:
    assert {name.value for name in BenchName} == {"all", *BENCHES}


def test_a_result_says_what_was_run_where_and_what_came_out() -> None:
    rows = [{"method": "floor", "messages_per_s": 9}, {"method": "product", "messages_per_s": 5}]
    printed = json.loads(write_result("bench ingest", 3, rows))
    assert (printed["name"], printed["seed"], printed["rows"]) == ("bench ingest", 3, rows)
    assert "cores" in printed["machine"]
    console = Console(width=80)
    with console.capture() as capture:
        console.print(draw_table("ingest", rows))
    assert "product" in capture.get()
