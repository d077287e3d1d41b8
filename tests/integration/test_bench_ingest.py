"""The bench on a city so small that it takes seconds: the real broker, the real service, every key it publishes."""

from __future__ import annotations

import pytest

from simulators.bench.ingest import Scale, measure_ingest
from simulators.bench.latency import Load

A_STREET = Scale(
    lifts=400,
    reports=2_000,
    rounds=1,
    memory_every=1,
    memory_life_s=30.0,
    loads=(Load(background_per_s=400, for_s=4.0, alarms=8),),
)


def test_a_street_is_measured_from_floor_to_committed_incident(capsys: pytest.CaptureFixture[str]) -> None:
    floor, product, under_load = measure_ingest(1, A_STREET)
    assert (floor["method"], product["method"]) == ("floor", "product")
    assert floor["messages_per_s"] > 0
    assert product["messages_per_s"] > 0
    assert product["lifts"] == 400
    assert product["bytes_per_lift"] > 200
    assert 200 <= under_load["background_per_s"] <= 420
    assert 0 < under_load["case_p50_ms"] <= under_load["case_p99_ms"]
    assert under_load["case_p50_ms"] <= under_load["ack_p50_ms"]
    assert (under_load["alarms"], under_load["alarms_lost"], under_load["reports_lost"]) == (8, 0, 0)
    assert "the service knows 400 lifts" in capsys.readouterr().err
