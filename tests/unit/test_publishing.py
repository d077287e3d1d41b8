"""What waits in the outbox is sent as the store shows it last, and not at all to a company it no longer concerns."""

from __future__ import annotations

from dataclasses import replace

from rescue.sending.retries import Reply, judge
from tests.unit.a_case import NOON
from tests.unit.test_in_hand import delivery, holding
from tests.unit.test_retries import NEWS


def test_what_waits_goes_out_as_it_was_seen_last() -> None:
    waiting = delivery(1)
    hand = holding([waiting])
    hand.renew(replace(waiting, url="https://moved.example", is_concerned=False))
    [started] = hand.start()
    assert started == replace(waiting, url="https://moved.example", is_concerned=False)
    hand.finish(started)
    hand.let_go(started.outbox_id)
    assert len(hand) == 0


def test_what_no_longer_concerns_a_company_is_given_up() -> None:
    unsent = Reply(status=None, error="the case no longer concerns this company")
    carried = judge(replace(NEWS, is_concerned=False), unsent, NOON)
    assert (carried.done, carried.due_at) == (False, None)
