"""A load on a city so small that it takes seconds: the real service, and a connection for each lift."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from threading import Thread

import psutil
import pytest

from simulators.errors import ServiceFailedError, SimulatorError
from simulators.load.run import Load, run_load

A_STREET = Load(
    lifts=240, period_s=1.0, minutes=0.06, connections=240, alarms_per_s=1.0, cut=150, warm_s=1.0,
    calls_within_s=1.0, ended_after_s=0.5,
)  # fmt: skip


def test_all_that_a_street_says_arrives_and_every_alarm_becomes_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    result = run_load(A_STREET)
    assert not result.has_losses
    assert "150 lifts lose their power; people are in 2" in capsys.readouterr().err
    row, dark = result.rows
    assert (row["lifts"], row["connections"], row["alarms"]) == (240, 240, 4)
    assert 100 <= row["sent_per_s"] <= 500
    for one in (row, dark):
        assert one["case_p50_ms"] <= one["case_p99_ms"] <= one["case_max_ms"]
        assert one["case_p50_ms"] <= one["webhook_p50_ms"]
    assert dark["alarms"] == 2
    for part in ("broker", "database", "service", "simulator"):
        assert part in row["cpu"]
        assert row["rss_mb"][part] > 0
    assert result.written()[0]["use"]["cpu"]


def test_a_disk_without_room_is_found_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulators.load.run.ROOM_MB", 1 << 40)
    with pytest.raises(SimulatorError, match="make room"):
        run_load(replace(A_STREET, data_dir=tmp_path))


def kill_the_service_once_the_sender_is_begun(directory: Path) -> None:
    until = time.monotonic() + 60
    while not (directory / "load.json").exists() and time.monotonic() < until:
        time.sleep(0.05)
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # another child has ended meanwhile
            words = child.cmdline()
            if "rescue.cli" in words and "serve" in words:
                child.kill()


def test_a_service_that_dies_under_load_is_what_is_reported(tmp_path: Path) -> None:
    killing = Thread(target=kill_the_service_once_the_sender_is_begun, args=[tmp_path])
    killing.start()
    with pytest.raises(ServiceFailedError, match=r"^the service stopped with exit code -9: \S"):
        run_load(replace(A_STREET, data_dir=tmp_path, minutes=0.5, cut=0))
    killing.join()


def test_a_load_that_is_told_to_stop_says_what_it_measured_until_then(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators.cli", "load", "--lifts=240", "--period=1", "--minutes=2",
               "--alarms=0.5", f"--data-dir={tmp_path}", "--json"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any(" received, " in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate()
    (row,) = json.loads(printed)["rows"]
    assert "told to stop" in said
    assert (row["lost"], row["alarms_lost"]) == (0, 0)
    assert row["seconds"] < 120
