"""Test calls (EN 81-28: at least every 72 h) and the silence of a lift that only seems well.

A lift is held to test calls from its first one on, or from the start if its rules say so: much of the installed base
makes none, and a case for each of those would be a case for none. One that is overdue is told of once, and once more
when it has come.

A lift that reports that all is fine but does not move in hours in which it usually does is `silent`: for each hour of
the day it is remembered, a bit a day, whether the car moved in it on the last eight days. An hour in which it did on
all of them is a usually busy one; two of these without a move since, and it is told of; the first move ends it. An hour
in which we did not hear it throughout, or it was out of service, says nothing unless it moved; a lift with a fault or
with people trapped is not silent, for something is known of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from devices.conditions import clear_one, holding, raise_one
from devices.faults import Fault
from devices.links import hear
from devices.messages import Event, ServiceMode, TestCall, TestCallHeard, TestCallOverdue
from devices.slot import NEVER, LiftSlot, Rules

NOTHING: tuple[Event, ...] = ()
HOUR_S = 3600.0
EVERY_DAY = 0xFF
"""All of the last eight: only such an hour is a busy one, so an office at the weekend is not missed."""
IDLE_HOURS = 2


def observe_test_call(slot: LiftSlot, call: TestCall, now: float, rules: Rules) -> Sequence[Event]:
    """The call is heard; what it says of the battery is a fault raised or cleared."""
    name = (call.boot, call.number)
    if name <= slot.test_call:
        return NOTHING
    slot.test_call, slot.test_call_at = name, now
    slot.test_by = now + rules.test_call_every_s + rules.test_call_grace_s
    slot.is_touched = True
    was_overdue, slot.is_test_overdue = slot.is_test_overdue, False
    heard = (TestCallHeard(lift_id=slot.lift_id, area=slot.area, at=now),) if was_overdue else NOTHING
    return (*heard, *_judge_battery(slot, call, now, rules), *hear(slot, now, rules))


def _judge_battery(slot: LiftSlot, call: TestCall, now: float, rules: Rules) -> Sequence[Event]:
    if call.battery_ok:
        return clear_one(slot, Fault.BATTERY_LOW, now)
    reason = f"battery_low: the test call says that the battery is low (test {call.boot}/{call.number})"
    return raise_one(slot, Fault.BATTERY_LOW, reason, now, rules)


def expect_test_calls(slot: LiftSlot, now: float, rules: Rules) -> None:
    """Holds the lift to test calls from now on."""
    slot.must_test = True
    if slot.test_call_at is None and slot.test_by == NEVER:
        slot.test_by = now + rules.test_call_every_s + rules.test_call_grace_s


def miss_test_call(slot: LiftSlot, now: float) -> Sequence[Event]:
    """It did not come in time."""
    slot.test_by = NEVER
    slot.is_test_overdue = slot.is_touched = True
    return (TestCallOverdue(lift_id=slot.lift_id, area=slot.area, at=now, last_at=slot.test_call_at),)


def note_habit(slot: LiftSlot, *, moves: bool, now: float, rules: Rules) -> Sequence[Event]:
    """One status of a lift at work: at the turn of an hour the one that is past is judged."""
    past_at, slot.habit_at = slot.habit_at, now
    is_broken = now - past_at > rules.missed_reports * rules.report_period_s or not _is_in_service(slot)
    if is_broken:
        slot.is_whole_hour, slot.idle_hours = False, 0
    events: Sequence[Event] = NOTHING
    if now - past_at >= HOUR_S or (now + rules.utc_offset_s) % HOUR_S < now - past_at:
        past = _hour_of(past_at, rules)
        events = _judge_hour(slot, past % 24, now, rules)
        slot.is_whole_hour, slot.moved_this_hour = not is_broken, False
    if not moves:
        return events
    slot.moved_this_hour, slot.idle_hours = True, 0
    return (*events, *clear_one(slot, Fault.SILENT, now)) if slot.conditions else events


def _hour_of(at: float, rules: Rules) -> int:
    return int((at + rules.utc_offset_s) // HOUR_S)


def _is_in_service(slot: LiftSlot) -> bool:
    return slot.status is not None and slot.status.service_mode is ServiceMode.NORMAL


def _judge_hour(slot: LiftSlot, hour: int, now: float, rules: Rules) -> Sequence[Event]:
    """An hour without a move says something only if we heard the lift throughout, and it was in service."""
    if not (slot.is_whole_hour or slot.moved_this_hour):
        return NOTHING
    if slot.habit is None:
        slot.habit = bytearray(24)
    was_busy = slot.habit[hour] == EVERY_DAY
    slot.habit[hour] = slot.habit[hour] << 1 & EVERY_DAY | slot.moved_this_hour
    if hour == int(24 * slot.spread):
        slot.is_touched = True  # Once a day is often enough for what takes a week to learn.
    if slot.moved_this_hour or not was_busy or _is_explained(slot):
        return NOTHING
    slot.idle_hours += 1
    if slot.idle_hours < IDLE_HOURS:
        return NOTHING
    reason = f"silent: it has not moved for {slot.idle_hours} hours in which it usually does, and reports no fault"
    return raise_one(slot, Fault.SILENT, reason, now, rules)


def _is_explained(slot: LiftSlot) -> bool:
    """Something is known of it that keeps it where it is; that it stays there explains nothing."""
    return slot.found is not None or any(one.fault is not Fault.LONG_STAY for one in holding(slot))
