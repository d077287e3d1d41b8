"""The bench on so few alarms that it takes seconds: the real service and broker, real endpoints, every key."""

from __future__ import annotations

import pytest

from simulators.bench.desk import Load, Scale, measure_desk

A_STREET = Scale(
    lifts=300, crews_per_company=10, loads=(Load(alarms_per_s=4, for_s=1.0), Load(alarms_per_s=10, for_s=0.8))
)


def test_alarms_are_followed_from_the_button_to_the_company(capsys: pytest.CaptureFixture[str]) -> None:
    slow, fast = measure_desk(1, A_STREET)
    assert (slow["alarms_per_s"], fast["alarms_per_s"]) == (4, 10)
    for row in (slow, fast):
        assert 0 < row["case_p50_ms"] <= row["case_p99_ms"]
        assert row["case_p50_ms"] < row["webhook_p50_ms"] <= row["webhook_p99_ms"]
        assert row["case_p50_ms"] < row["ack_p50_ms"]
        assert (row["lost"], row["duplicated"], row["without_offer"]) == (0, 0, 0)
        assert row["floor_per_s"] > 0
    assert (slow["alarms"], fast["alarms"]) == (4, 8)
    assert "commits a second" in capsys.readouterr().err
