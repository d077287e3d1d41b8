"""A lift's state stored and brought back: a restart of ours is a non-event."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from devices.faults import Fault
from devices.messages import (
    CarDirection,
    EntrapmentEnded,
    EntrapmentFound,
    Event,
    FaultRaised,
    LinkChanged,
    PowerStatus,
    TestCallOverdue,
)
from devices.order import is_news
from devices.slot import NO_FAULTS, LiftSlot
from devices.snapshot import KEPT, NOT_KEPT, recall, restore, snapshot
from tests.unit.devices.faults import raised, wrong_with
from tests.unit.devices.lifts import (
    AREA,
    BETWEEN,
    DOOR_OPENING,
    LEVELLED_OPEN,
    LIFT,
    NOON,
    RESTING,
    RUNNING,
    UNHEARD_OF,
    Listener,
    of_people,
)

MOST_BYTES = 1500
"""Of a lift in ordinary service: 120,000 are stored."""


def stored(lift: Listener) -> dict[str, Any]:
    """Its state as the database gives it back."""
    kept = json.loads(json.dumps(snapshot(lift.slot), allow_nan=False))
    assert isinstance(kept, dict)
    return kept


def recalled(lift: Listener) -> LiftSlot:
    """Its state in a new slot, to the letter."""
    slot = LiftSlot(lift_id=LIFT, area=AREA)
    recall(slot, stored(lift))
    for name in NOT_KEPT:
        setattr(slot, name, getattr(lift.slot, name))
    return slot


def restarts(lift: Listener, down_s: float = 60.0) -> None:
    """We are gone for so long and come back with what was stored."""
    kept, rules = stored(lift), lift.rules
    lift.now += down_s
    lift.slot = LiftSlot(lift_id=LIFT, area=AREA)
    restore(lift.slot, kept, lift.now, rules)


# Nothing is forgotten


def test_every_field_of_a_lift_is_kept_or_known_not_to_be() -> None:
    names = {field.name for field in fields(LiftSlot)}
    assert set(KEPT) | NOT_KEPT == names
    assert not set(KEPT) & NOT_KEPT


@pytest.mark.parametrize("days", [0, 255])
def test_what_no_short_history_reaches_is_kept_too(days: int) -> None:
    lift = Listener()
    lift.slot.habit = bytearray([days] * 24)
    lift.slot.idle_hours, lift.slot.clock_jumps, lift.slot.skew_doubted_at = 1, 7, lift.now
    lift.slot.motion.bound, lift.slot.motion.beyond = CarDirection.UP, CarDirection.DOWN
    lift.slot.motion.passed = lift.slot.motion.lowest = -2.0
    assert recalled(lift) == lift.slot


def test_a_lift_never_heard_needs_no_word() -> None:
    lift = Listener()
    assert snapshot(lift.slot) == {}
    assert recalled(lift) == lift.slot


def test_what_is_recalled_leaves_nothing_of_what_was_there() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    recall(lift.slot, {})
    assert snapshot(lift.slot) == {}


def test_recalled_lifts_share_nothing_that_changes() -> None:
    lift = Listener()
    one, other = recalled(lift), recalled(lift)
    assert one.motion is not other.motion
    assert one.inferred is NO_FAULTS


def test_a_state_stored_by_an_older_version_is_read_with_what_is_new_as_new() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    kept = stored(lift)
    del kept["heard_at"], kept["motion"]["seen_at"]
    recall(lift.slot, kept)
    assert (lift.slot.heard_at, lift.slot.motion.seen_at) == (0.0, 0.0)
    assert lift.slot.since is not None


def test_a_state_stored_by_a_newer_version_is_read_without_what_we_do_not_know() -> None:
    lift = Listener()
    lift.sees(BETWEEN, faults=(DOOR_OPENING,))
    kept = stored(lift)
    for part in (kept, kept["motion"], kept["status"], kept["conditions"]["door_opening"]):
        part["sentiment"] = "cheerful"
    expected = recalled(lift)
    recall(expected, kept)
    assert expected == replace(lift.slot, is_touched=expected.is_touched)


def test_what_is_stored_of_a_lift_in_ordinary_service_is_small() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.hears_test_call(1)
    lift.sees(RUNNING, passenger_present=True)
    lift.sees(LEVELLED_OPEN, passenger_present=True)
    lift.sees(RESTING)
    lift.slot.habit = bytearray(range(24))
    assert len(json.dumps(snapshot(lift.slot), separators=(",", ":"))) < MOST_BYTES


# People


def test_an_entrapment_suspected_before_the_restart_is_found_when_the_lift_confirms_it() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    began_at = lift.now
    lift.waits(20)
    restarts(lift, down_s=15)
    found, *_ = lift.sees(BETWEEN)
    assert isinstance(found, EntrapmentFound)
    assert (found.since, found.at) == (began_at, began_at + 35)


def test_a_suspicion_that_no_word_confirms_counts_after_the_grace() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    began_at = lift.now
    restarts(lift, down_s=100)
    assert lift.waits(lift.rules.restored_grace_s - 0.1) == []
    [found] = lift.waits(0.1)
    assert isinstance(found, EntrapmentFound)
    assert found.since == began_at


def test_a_suspicion_that_the_lifts_word_refutes_is_dropped() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    restarts(lift)
    assert lift.sees(LEVELLED_OPEN) == []
    assert not any(isinstance(event, EntrapmentFound) for event in lift.waits(3000))


@pytest.mark.parametrize("down_s", [1, 60, 36_000])
def test_an_entrapment_found_before_the_restart_is_not_found_again_and_ends_once(down_s: float) -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    assert len(lift.waits(30)) == 1
    restarts(lift, down_s)
    assert not any(isinstance(event, EntrapmentFound) for event in lift.waits(60))
    assert lift.sees(BETWEEN) == []
    [ended] = lift.sees(LEVELLED_OPEN)
    assert isinstance(ended, EntrapmentEnded)


def test_an_entrapment_that_was_found_still_rises_after_the_restart() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    began_at = lift.now
    lift.waits(30)
    restarts(lift)
    _, risen = lift.hears_alarm()
    assert isinstance(risen, EntrapmentFound)
    assert risen.since == began_at


def test_a_ride_that_does_not_end_is_asked_about_across_a_restart() -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True)
    restarts(lift, down_s=10_000)
    assert not any(isinstance(event, EntrapmentFound) for event in lift.waits(lift.rules.restored_grace_s - 1))
    assert any(isinstance(event, EntrapmentFound) for event in lift.waits(1))


def test_the_numbers_of_alarms_are_not_forgotten() -> None:
    lift = Listener()
    lift.hears_alarm(3)
    lift.hears_end(3)
    lift.hears_alarm(4)
    restarts(lift)
    assert (lift.slot.open_alarm, lift.slot.ended_alarm) == ((17, 4), (17, 3))


def test_what_the_lift_said_before_the_restart_is_still_no_news() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.sees(LEVELLED_OPEN)
    restarts(lift)
    assert not is_news(lift.slot, 17, 1, lift.now, lift.rules)
    assert lift.hears(replace(BETWEEN, seq=1)) == []
    assert lift.slot.status == replace(LEVELLED_OPEN, seq=2)


# Faults


def test_what_is_wrong_with_a_lift_is_not_raised_again() -> None:
    lift = Listener()
    state: dict[str, Any] = {"faults": (DOOR_OPENING, UNHEARD_OF), "power_status": PowerStatus.BATTERY}
    began_at = lift.now
    assert raised(lift.sees(RESTING, **state)) == [Fault.DOOR_OPENING, None, Fault.MAINS_LOST]
    restarts(lift)
    assert wrong_with(lift) == {Fault.DOOR_OPENING, None, Fault.MAINS_LOST}
    assert lift.sees(RESTING, **state) == []
    assert [one.since for one in (lift.slot.conditions or {}).values()] == [began_at] * 3
    assert len(lift.sees(RESTING)) == 3


def test_a_fault_that_flapped_before_the_restart_still_does() -> None:
    lift = Listener()
    for _ in range(3):
        lift.sees(RESTING, faults=(DOOR_OPENING,))
        lift.sees(RESTING)
    restarts(lift, down_s=10)
    [event] = lift.sees(RESTING, faults=(DOOR_OPENING,))
    assert isinstance(event, FaultRaised)
    assert event.is_flapping


# The link


def off_line(events: list[Event]) -> list[float]:
    return [event.at for event in events if isinstance(event, LinkChanged) and not event.online]


@pytest.mark.parametrize("down_s", [1, 120, 36_000])
def test_however_long_we_were_gone_no_lift_is_called_off_line_for_it(down_s: float) -> None:
    lift = Listener()
    lift.sees(RESTING)
    restarts(lift, down_s)
    for _ in range(10):
        assert lift.waits(170) == []
        assert lift.sees(RESTING) == []


def test_a_lift_that_stays_silent_after_our_restart_is_told_of_with_the_grace() -> None:
    lift = Listener()
    lift.sees(RESTING)
    restarts(lift)
    began_at = lift.now
    [at] = off_line(lift.waits(400))
    assert began_at + 240 <= at <= began_at + 300


def test_a_lift_off_line_before_the_restart_is_not_told_of_again_until_its_hour_is_over() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.hears_will()
    lost_at = lift.now
    lift.waits(100)
    restarts(lift)
    assert lift.hears_will() == []
    assert off_line(lift.waits(10_000)) == [lost_at + 3600]


@pytest.mark.parametrize("speak", [Listener.hears_birth, lambda lift: lift.sees(RESTING)], ids=["a birth", "a status"])
def test_a_lift_that_came_back_while_we_were_gone_is_back_once(speak: Callable[[Listener], list[Event]]) -> None:
    lift = Listener()
    lift.hears_birth()
    lift.hears_will()
    lift.waits(100)
    restarts(lift)
    [back] = speak(lift)
    assert isinstance(back, LinkChanged)
    assert back.online
    assert speak(lift) == []


def test_a_lift_lost_just_before_the_restart_has_time_to_come_back() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.hears_will()
    restarts(lift, down_s=3600)
    assert lift.waits(50) == []
    assert lift.hears_birth() == []


# Test calls


def test_a_test_call_that_came_while_we_were_gone_has_time_to_reach_us() -> None:
    lift = Listener()
    lift.hears_test_call(1)
    restarts(lift, down_s=74 * 3600)
    assert lift.waits(30) == []
    assert lift.hears_test_call(2) == []


def test_a_test_call_overdue_before_the_restart_is_not_told_of_again() -> None:
    lift = Listener()
    lift.hears_test_call(1)
    lift.waits(80 * 3600)
    restarts(lift)
    assert not any(isinstance(event, TestCallOverdue) for event in lift.waits(100 * 3600))
    assert lift.slot.is_test_overdue


def test_the_retained_status_after_a_restart_is_the_lifts_own_word_though_it_was_heard_before() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(25)
    said = lift.slot.status
    assert said is not None
    restarts(lift, down_s=10)
    [found] = of_people(lift.hears(said))
    assert isinstance(found, EntrapmentFound)
    assert found.since == NOON
    assert lift.hears(said) == []
