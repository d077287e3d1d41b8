"""When an outgoing effect is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rescue.incident import AssignmentId
from rescue.ports import Delivery, Downlink, Outgoing
from rescue.sending.retries import Reply, judge, next_try_at, planned_try_at
from tests.unit.a_case import NOON

OFFER = Delivery(
    outbox_id=1,
    key="i1-2:offered",
    type="assignment.offered",
    body={},
    endpoint_id="e1",
    url="https://k.example/hooks",
    secrets=(),
    assignment_id=AssignmentId("i1-2"),
    attempt=2,
    tries=0,
    created_at=NOON,
    expires_at=NOON + timedelta(seconds=180),
)
NEWS = replace(OFFER, type="incident.updated", expires_at=NOON + timedelta(days=3))
ACK = Downlink(
    outbox_id=2,
    key="m9:ack",
    topic="lifts/v1/410105/L1/alarm/ack",
    payload={"number": 7},
    tries=0,
    created_at=NOON,
    expires_at=NOON + timedelta(hours=1),
)
DOWN = Reply(status=None, error="refused")
BUSY = Reply(status=503, error="HTTP 503")
GONE = Reply(status=410, error="HTTP 410")

outgoing = st.builds(replace, st.sampled_from([OFFER, NEWS, ACK]), tries=st.integers(0, 50))
ages = st.timedeltas(timedelta(0), timedelta(days=4))
replies = st.builds(
    Reply,
    status=st.sampled_from([None, 302, 404, 429, 500, 503]),
    error=st.just("failed"),
    retry_after_s=st.none() | st.floats(0, 3 * 86_400),
)


def tried_after_s(one: Outgoing, reply: Reply, *, taking_s: float = 0) -> list[float]:
    """When an effect whose every try fails after `taking_s` is tried, in seconds since it was made."""
    tried: list[float] = []
    due_at: datetime | None = one.created_at
    while due_at is not None:
        tried.append((due_at - one.created_at).total_seconds())
        due_at = judge(replace(one, tries=len(tried) - 1), reply, due_at + timedelta(seconds=taking_s)).due_at
    return tried


def test_an_offer_is_tried_ever_again_until_it_is_overdue() -> None:
    assert tried_after_s(OFFER, DOWN) == [0, 2, 5, 10, 20, 40, 80, 120, 160]


def test_an_offer_whose_tries_take_long_leaves_out_those_it_ran_past() -> None:
    assert tried_after_s(OFFER, DOWN, taking_s=5) == [0, 10, 20, 40, 80, 120, 160]


def test_other_webhooks_are_tried_for_three_days_with_growing_pauses() -> None:
    tried = tried_after_s(NEWS, DOWN)
    assert tried[:8] == [0, 5, 35, 155, 755, 4355, 15_155, 25_955]
    assert 3 * 86_400 - 10_800 <= tried[-1] < 3 * 86_400


def test_a_message_to_a_lift_is_tried_for_an_hour() -> None:
    tried = tried_after_s(ACK, DOWN)
    assert tried[:7] == [0, 1, 3, 8, 18, 28, 38]
    assert 3590 <= tried[-1] < 3600


def test_what_was_received_is_done() -> None:
    carried = judge(NEWS, Reply(status=204), NOON)
    assert (carried.done, carried.due_at, carried.status, carried.error) == (True, None, 204, "")


def test_an_endpoint_that_is_gone_is_told_nothing_more_but_still_gets_its_offer() -> None:
    assert tried_after_s(NEWS, GONE) == [0]
    assert tried_after_s(OFFER, GONE) == tried_after_s(OFFER, DOWN)


def test_a_pause_asked_for_is_kept() -> None:
    assert next_try_at(OFFER, replace(BUSY, retry_after_s=33), NOON) == NOON + timedelta(seconds=33)
    assert next_try_at(NEWS, replace(BUSY, retry_after_s=3600), NOON) == NOON + timedelta(hours=1)


def test_a_pause_asked_for_never_brings_a_try_forward() -> None:
    assert next_try_at(NEWS, replace(BUSY, retry_after_s=0), NOON) == NOON + timedelta(seconds=5)


@pytest.mark.parametrize("retry_after_s", [180, 181, 86_400])
def test_a_pause_that_leaves_no_try_before_the_deadline_is_not_kept(retry_after_s: float) -> None:
    assert next_try_at(OFFER, replace(BUSY, retry_after_s=retry_after_s), NOON) == NOON + timedelta(seconds=2)


@given(outgoing, replies, ages)
def test_the_next_try_is_later_and_before_the_deadline(one: Outgoing, reply: Reply, age: timedelta) -> None:
    at = NOON + age
    due_at = next_try_at(one, reply, at)
    assert due_at is None or at < due_at < one.expires_at


@given(outgoing, replies, ages)
def test_nothing_is_given_up_while_a_planned_try_remains(one: Outgoing, reply: Reply, age: timedelta) -> None:
    planned = planned_try_at(one, NOON + age)
    assert (next_try_at(one, reply, NOON + age) is None) == (planned >= one.expires_at)
