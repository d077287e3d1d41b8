"""Chaos in its shortest edition: the real service, database and broker, each killed once under load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
from typer.testing import CliRunner

from simulators.cli import app

WITHIN_S = 240.0
QUICK_SEED = 36
"""Whose three kills follow each other closely."""
PUBLISHED = {"kills", "alarms", "cases", "lost", "duplicated", "false_offline"}


def test_each_process_is_killed_once_and_nothing_is_lost_or_told_twice(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators.cli", "chaos", "--minutes=0", f"--seed={QUICK_SEED}", "--json"]
    done = subprocess.run(
        [*command, f"--data-dir={tmp_path}"], capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    total, *each = printed["rows"]
    assert total.keys() >= PUBLISHED
    assert total["kills"] == 3
    assert total["alarms"] == total["cases"] > 0
    wrong = {name: value for name, value in total.items() if value and name in PUBLISHED - {"kills", "alarms", "cases"}}
    assert not wrong
    assert {row["fault"] for row in each} == {"kill service", "kill database", "kill broker"}
    assert "acknowledged" in done.stderr
    left = [one for one in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(one.info["cmdline"] or [])]
    assert left == []


def test_a_directory_that_cannot_be_used_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = CliRunner().invoke(app, ["chaos", "--minutes", "0", "--data-dir", str(tmp_path / "file")])
    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert result.output.count("\n") == 1
