"""Whatever a lift has said, storing it and bringing it back loses nothing."""

from __future__ import annotations

import json

from hypothesis import given

from devices.slot import LiftSlot
from devices.snapshot import NOT_KEPT, recall, snapshot
from tests.property.devices.test_conditions import History, lives
from tests.unit.devices.lifts import AREA, LIFT, Listener


def passes(history: History) -> Listener:
    lift = Listener()
    for pause_s, message in history:
        lift.waits(pause_s)
        lift.hears(message)
    return lift


def recalled(lift: Listener) -> LiftSlot:
    """As the database gives it back, in a new slot."""
    slot = LiftSlot(lift_id=LIFT, area=AREA)
    recall(slot, json.loads(json.dumps(snapshot(lift.slot), allow_nan=False)))
    for name in NOT_KEPT:
        setattr(slot, name, getattr(lift.slot, name))
    return slot


@given(lives)
def test_what_is_recalled_is_the_lift_as_it_was(history: History) -> None:
    lift = passes(history)
    assert recalled(lift) == lift.slot


@given(lives, lives)
def test_a_recalled_lift_goes_on_as_the_other_would_have(before: History, after: History) -> None:
    lift, other = passes(before), Listener()
    other.slot, other.now = recalled(lift), lift.now
    for pause_s, message in after:
        assert other.waits(pause_s) == lift.waits(pause_s)
        assert other.hears(message) == lift.hears(message)
    assert other.slot == lift.slot
