"""What one lift's messages add up to: entrapments, alarms and faults, and whether we still hear it.

Decides which room a message belongs to, and in which order the rooms are asked. `observe` takes a message,
`next_deadline` says when the tracker wants to be woken, `expire` is that waking. All durations are by our clock (`now`,
POSIX seconds); the lift's clock is reported, with how far it is off, and never counted with. Must not know of cases,
crews, the database or how messages travel.

This is the hot path: nearly all messages end here without an event, so the state of a lift is one slot that is changed
in place, and nothing is built where nothing happens (ADR 0006).

The rooms: `order` tells news from repeats, `clocks` keeps the lift's clock, `people` says whether anyone is trapped (by
`pictures` and `evidence`), `button` takes alarms, `inference` and `conditions` know what is wrong, `links` whether we
hear it, `calls` test calls and habits.
"""

from __future__ import annotations

from collections.abc import Sequence

from devices import button, calls, links, people
from devices.button import carries_alarm
from devices.clocks import note_clock
from devices.conditions import settle
from devices.faults import STOPS_CAR, Fault
from devices.inference import follow, infer
from devices.messages import (
    Alarm,
    CarStatus,
    EndOfAlarm,
    Event,
    FaultReport,
    Link,
    Message,
    Status,
    TestCall,
)
from devices.order import is_fault_news, is_news
from devices.pictures import Situation
from devices.slot import NEVER, LiftSlot, Rules

__all__ = ["LiftSlot", "Rules", "carries_alarm", "expire", "next_deadline", "observe"]

NOTHING: tuple[Event, ...] = ()
MOST_FAULTS = 64
"""Of one lift at once, as many as a status may name; a report beyond them takes the place of the oldest."""


def observe(slot: LiftSlot, message: Message, now: float, rules: Rules) -> Sequence[Event]:
    """Takes in one message, in place; what follows from it, alarms first. Nearly always NOTHING."""
    match message:
        case Status():
            return _observe_status(slot, message, now, rules)
        case Alarm():
            return button.observe_alarm(slot, message, now, rules)
        case EndOfAlarm():
            return button.observe_end_of_alarm(slot, message, now, rules)
        case FaultReport():
            return _observe_fault(slot, message, now, rules)
        case TestCall():
            return calls.observe_test_call(slot, message, now, rules)
        case Link():
            return links.observe_link(slot, message, now, rules)


def next_deadline(slot: LiftSlot) -> float | None:
    """When `expire` is due, None for never."""
    by = slot.next_by
    return None if by == NEVER else by


def expire(slot: LiftSlot, now: float, rules: Rules, *, is_deaf: bool = False) -> Sequence[Event]:
    """What follows from the time that has passed, people first. Afterwards no deadline is due.

    While we are deaf (the broker is away), nothing follows from what we have not heard.
    """
    events = NOTHING
    if slot.trapped_by <= now:
        events = people.judge(slot, now, rules)
    if slot.shut_in_by <= now:
        events = (*events, *people.outlast_ride(slot, now, rules))
    if is_deaf:
        return events
    if slot.quiet_by <= now:
        events = (*events, *links.miss_reports(slot, now, rules))
    if slot.lost_by <= now:
        events = (*events, *links.stay_away(slot, now, rules))
    if slot.test_by <= now:
        events = (*events, *calls.miss_test_call(slot, now))
    return events


def _observe_status(slot: LiftSlot, status: Status, now: float, rules: Rules) -> Sequence[Event]:
    was_restored, slot.is_restored = slot.is_restored, False
    if was_restored and (status.boot, status.seq) == (slot.boot, slot.seq):
        # Its retained status: what it says is known, and that it still says so is the lift's own word.
        back = links.hear(slot, now, rules)
        return (*people.judge(slot, now, rules), *back)
    if not is_news(slot, status.boot, status.seq, now, rules):
        return button.take_late_press(slot, status, now, rules) if status.alarm_button else NOTHING
    before, slot.status, slot.status_at = slot.status, status, now
    note_clock(slot, status.reported_at, now)
    if status.seq > slot.fault_seq:
        slot.faults = status.faults
    people.see_car(slot, before, status, now, rules)
    moved = people.miss_move(slot, before, status, now)
    follow(slot, before, status, now)
    slot.inferred = infer(slot, before, status, now, rules)
    if status.alarm_button:
        button.latch_press(slot, status)
    back = links.hear(slot, now, rules)
    habits = calls.note_habit(slot, moves=status.car_status is CarStatus.RUNNING, now=now, rules=rules)
    wrong = NOTHING
    if slot.faults or slot.inferred or slot.conditions is not None:
        origin = people.name_of("status", (status.boot, status.seq))
        wrong = tuple(settle(slot, slot.inferred, origin, status.reported_at, now, rules))
    if not (people.may_concern_people(slot) or moved or wrong or back or habits):
        return NOTHING
    return (*moved, *people.judge(slot, now, rules), *wrong, *habits, *back)


def _observe_fault(slot: LiftSlot, report: FaultReport, now: float, rules: Rules) -> Sequence[Event]:
    if not is_fault_news(slot, report, now, rules):
        return button.take_late_press(slot, report, now, rules) if button.is_press(report) else NOTHING
    slot.fault_seq = report.seq
    note_clock(slot, report.reported_at, now)
    if button.is_press(report):
        button.latch_press(slot, report)
    elif report.fault.fault is not Fault.ALARM_BUTTON:
        others = tuple(raw for raw in slot.faults if raw != report.fault)
        slot.faults = (*others, report.fault)[-MOST_FAULTS:] if report.raised else others
        _see_anew(slot, report)
    back = links.hear(slot, now, rules)
    origin = people.name_of("fault", (report.boot, report.seq))
    wrong = settle(slot, slot.inferred, origin, report.reported_at, now, rules)
    return (*people.judge(slot, now, rules), *wrong, *back)


def _see_anew(slot: LiftSlot, report: FaultReport) -> None:
    """A fault may change what the last status means; that the car has stopped is newer news than that it ran."""
    if slot.status is not None:
        slot.situation = people.situation_of(slot, slot.status)
        if report.raised and report.fault.fault in STOPS_CAR and _may_have_run(slot):
            slot.situation = Situation.BETWEEN_LANDINGS


def _may_have_run(slot: LiftSlot) -> bool:
    """When it last spoke it ran, or was about to with somebody inside."""
    is_boarded = slot.status is not None and bool(slot.status.passenger_present)
    return slot.situation is Situation.MOVING or (slot.situation is Situation.RESTING and is_boarded)
