"""The month of cases that reports are measured on: every kind of ending is there, and all of it has come to an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from rescue.incident import Kind, Status
from rescue.timeline import first_break
from simulators.bench.past import draw_past
from simulators.city import build_city

MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def test_every_case_of_the_month_has_come_to_an_end_of_its_own() -> None:
    past = list(draw_past(build_city(lifts=200, seed=1), Random(1), MARCH, days=31, entrapments=60, others=10))
    assert [one.case.number for one in past] == list(range(1, 71))
    assert {one.case.status for one in past} == {Status.CLOSED, Status.STOOD_DOWN, Status.FALSE_ALARM}
    assert [one.case.kind for one in past] == 60 * [Kind.ENTRAPMENT] + 10 * [Kind.FAULT]
    assert all(MARCH <= one.case.opened_at < MARCH + timedelta(days=31) for one in past)
    assert all(one.entries and first_break(one.entries) is None for one in past)


def test_the_same_seed_draws_the_same_month() -> None:
    city = build_city(lifts=50, seed=1)
    one, other = ([p.entries for p in draw_past(city, Random(7), MARCH, 31, 5, 5)] for _ in range(2))
    assert one == other
