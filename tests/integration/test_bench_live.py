"""The bench with few lifts and few consoles: real sockets from another process, every key it publishes."""

from __future__ import annotations

import pytest

from simulators.bench.live import Scale, measure_live

A_STREET = Scale(lifts=200, changes_per_s=400, consoles=3, turns=1, settles_s=0.3, for_s=0.8)


def test_what_consoles_cost_is_measured_against_none(capsys: pytest.CaptureFixture[str]) -> None:
    alone, beside = measure_live(1, A_STREET)
    assert (alone["consoles"], alone["lifts"]) == (0, 200)
    assert 0 < alone["changes_per_s"] < 1000
    assert (beside["consoles"], beside["cut_off"]) == (3, 0)
    assert 0 < alone["cpu"] < 2
    assert beside["turns"] + beside["turns_unfair"] == 1
    if beside["turns"]:
        assert beside["live_cpu_least"] <= beside["live_cpu"] <= beside["live_cpu_most"]
    assert 0 < beside["hub_cpu"] < beside["cpu"]
    assert 0 < beside["frames_per_s"] <= 3 * 5
    assert beside["events_per_s"] > 0
    assert beside["received_mb"] > 0
    assert "without consoles" in capsys.readouterr().err
