"""A load on a city so small that it takes seconds: the real service, and a connection for each lift."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simulators.errors import SimulatorError
from simulators.load.run import Load, run_load

A_STREET = Load(
    lifts=240, period_s=1.0, minutes=0.06, connections=240, alarms_per_s=1.0, cut=150, warm_s=1.0
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
