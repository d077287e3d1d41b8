"""What one lift's messages add up to: entrapments and alarms, and whether we still hear it.

Decides what is news, how long a state has lasted, and which events follow. `observe` takes a message, `next_deadline`
says when the tracker wants to be woken, `expire` is that waking. All durations are by our clock (`now`, POSIX
seconds); the lift's clock is reported and never counted with. Must not know of cases, crews, the database or how
messages travel.

This is the hot path: nearly all messages end here without an event, so the state of a lift is one slot that is changed
in place, and nothing is built where nothing happens (ADR 0006).

What is news:

- A status counts if its (boot, seq) is above the last one's. A repeated or overtaken one changes nothing.
- A lower boot is believed once its messages have kept rising for `replaced_after_s` while the known boot said nothing:
  then the controller was replaced, or its counter wrapped. Repeats do not rise and backlogs come in a burst, so
  neither gets that far.
- An alarm, and the end of one, is passed on every time: the lift repeats them until it is acknowledged, and the desk
  knows the numbers. No mode, order, boot or state stands before an alarm.
- A button that a profile reports within the status or as a fault code has no number. It is an entrapment by the rules
  for alarms, at once, and it is latched until the car stands levelled with its door open.
- A will or birth of an older boot is ignored, and so is one that says what the last one said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple

from devices.evidence import (
    LATE_ALARM,
    STUCK,
    Button,
    Picture,
    Situation,
    find_situation,
    needs_no_waiting,
    suspect,
    weigh,
    weigh_alarm,
    why_over,
)
from devices.faults import Fault
from devices.messages import (
    Alarm,
    AlarmEnded,
    AlarmRaised,
    Area,
    CarStatus,
    Confidence,
    DoorStatus,
    EndOfAlarm,
    EntrapmentEnded,
    EntrapmentFound,
    Event,
    Evidence,
    FaultReport,
    LiftId,
    Link,
    LinkChanged,
    Message,
    RawFault,
    Status,
    TestCall,
)

NOTHING: tuple[Event, ...] = ()
NEVER = inf
NONE_YET = (-1, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is configuration: seconds, by our clock."""

    trapped_after_s: float = 30.0
    """T: how long the signs must last (common practice of monitoring devices)."""
    button_held_s: float = 3.0
    """A press this long is meant (misuse filter of EN 81-28 equipment)."""
    report_period_s: float = 60.0
    """The slowest a healthy lift reports."""
    missed_reports: int = 3
    """Off line after so many."""
    restart_grace_s: float = 60.0
    """More patience with a lift's first silence after we began to listen."""
    replaced_after_s: float = 30.0
    """A lower boot that rises this long is a new controller."""


class Rival(NamedTuple):
    """A line of messages below the one we follow: late news, or a new controller."""

    boot: int
    seq: int
    since: float


@dataclass(slots=True, kw_only=True)
class LiftSlot:
    """One lift's state. Instants are ours; NEVER is a deadline that does not exist, NONE_YET a number not seen."""

    lift_id: LiftId
    area: Area
    profile: str | None = None

    status: Status | None = None
    status_at: float = 0.0
    faults: tuple[RawFault, ...] = ()
    boot: int = -1
    seq: int = -1
    fault_seq: int = -1
    """Of the last fault report: whichever is newer, it or the status, knows the faults."""
    rival: Rival | None = None

    online: bool | None = None
    """None: never heard."""
    quiet_by: float = NEVER
    link: tuple[int, bool] | None = None

    door_called: bool = False
    """The door was seen opening at this stop, and not open since."""
    seen_inside: bool = False
    """Someone was, since the doors were last open."""

    since: float | None = None
    """Since when people may be trapped."""
    trapped_by: float = NEVER
    """When they count as trapped unless the signs go."""
    found: Evidence | None = None
    found_since: float = 0.0

    open_alarm: tuple[int, int] = NONE_YET
    """(boot, number) of the alarm raised and not ended."""
    ended_alarm: tuple[int, int] = NONE_YET
    button: Button = Button.UNTOUCHED
    """Pressed since the car last stood levelled with its door open: an alarm nobody ended is no sign for ever."""
    is_pressed: bool = False
    """The press had no number."""
    last_press: tuple[int, int] = NONE_YET
    """(boot, seq) of the message that told of it."""
    test_call: tuple[int, int] = NONE_YET
    test_call_at: float | None = None

    queued_by: float = NEVER
    """For the fleet: when its heap wakes this lift."""


def observe(slot: LiftSlot, message: Message, now: float, rules: Rules) -> Sequence[Event]:
    """Takes in one message, in place; what follows from it, alarms first. Nearly always NOTHING."""
    match message:
        case Status():
            return _observe_status(slot, message, now, rules)
        case Alarm():
            return _observe_alarm(slot, message, now, rules)
        case EndOfAlarm():
            return _observe_end_of_alarm(slot, message, now, rules)
        case FaultReport():
            return _observe_fault(slot, message, now, rules)
        case TestCall():
            return _observe_test_call(slot, message, now, rules)
        case Link():
            return _observe_link(slot, message, now, rules)


def next_deadline(slot: LiftSlot) -> float | None:
    """When `expire` is due, None for never."""
    by = min(slot.trapped_by, slot.quiet_by)
    return None if by == NEVER else by


def expire(slot: LiftSlot, now: float, rules: Rules) -> Sequence[Event]:
    """What follows from the time that has passed. Afterwards no deadline is due."""
    events = NOTHING
    if slot.trapped_by <= now:
        events = _judge(slot, situation_of(slot), now, rules)
    if slot.quiet_by <= now:
        silent_s = rules.missed_reports * rules.report_period_s
        events = (*events, *_go_off_line(slot, now, f"silent: nothing was heard for {silent_s:g} s"))
    return events


def excuse_silence(slot: LiftSlot, now: float, rules: Rules) -> None:
    """We did not listen for a while: the lift's silence counts from now."""
    if slot.online:
        slot.quiet_by = now + rules.missed_reports * rules.report_period_s + rules.restart_grace_s


def situation_of(slot: LiftSlot) -> Situation:
    """What the car's last status means for people inside."""
    if slot.status is None:
        return Situation.UNKNOWN
    return find_situation(slot.status, slot.faults, door_called=slot.door_called)


def carries_alarm(message: Message) -> bool:
    """Whether the message tells of the alarm button: such a one is never refused."""
    match message:
        case Alarm() | EndOfAlarm():
            return True
        case Status():
            return message.alarm_button
        case FaultReport():
            return _is_press(message)
        case _:
            return False


# Status


def _observe_status(slot: LiftSlot, status: Status, now: float, rules: Rules) -> Sequence[Event]:
    if not _is_news(slot, status.boot, status.seq, now, rules):
        return _take_late_press(slot, status, now, rules) if status.alarm_button else NOTHING
    slot.status = status
    slot.status_at = now
    if status.seq > slot.fault_seq:
        slot.faults = status.faults
    situation = _see_car(slot, status)
    if status.alarm_button:
        _latch_press(slot, status)
    back = _hear(slot, now, rules)
    if situation not in STUCK and not slot.faults and slot.since is None and slot.found is None and not slot.is_pressed:
        return back
    return (*_judge(slot, situation, now, rules), *back)


def _is_news(slot: LiftSlot, boot: int, seq: int, now: float, rules: Rules) -> bool:
    """Moves the slot's place in the lift's messages on, if this one is beyond it."""
    if boot == slot.boot and seq > slot.seq:
        slot.seq = seq
        slot.rival = None
        return True
    if boot > slot.boot or _is_replaced(slot, boot, seq, now, rules):
        _start_line(slot, boot, seq)
        return True
    return False


def _is_replaced(slot: LiftSlot, boot: int, seq: int, now: float, rules: Rules) -> bool:
    rival, name = slot.rival, (boot, seq)
    if name == (slot.boot, slot.seq) or (rival and name == (rival.boot, rival.seq)):
        return False
    if rival is None or name < (rival.boot, rival.seq):
        slot.rival = Rival(boot, seq, now)
        return False
    slot.rival = Rival(boot, seq, rival.since)
    return now - rival.since >= rules.replaced_after_s


def _start_line(slot: LiftSlot, boot: int, seq: int) -> None:
    if boot < slot.boot:
        # A new controller: its numbers begin anew, and must not look like the old one's past.
        slot.open_alarm = slot.ended_alarm = slot.last_press = slot.test_call = NONE_YET
    slot.boot, slot.seq, slot.fault_seq = boot, seq, -1
    slot.rival = None


def _see_car(slot: LiftSlot, status: Status) -> Situation:
    """The situation, and what must be remembered from status to status to tell it."""
    if status.door_status is DoorStatus.OPENING:
        slot.door_called = True
    elif status.door_status is DoorStatus.OPEN or status.car_status is CarStatus.RUNNING:
        slot.door_called = False
    situation = find_situation(status, slot.faults, door_called=slot.door_called)
    if situation is Situation.WAY_OUT:
        slot.seen_inside = slot.is_pressed = False
        slot.button = Button.UNTOUCHED
    elif status.passenger_present:
        slot.seen_inside = True
    elif status.passenger_present is False and situation not in STUCK:
        slot.seen_inside = False
    return situation


# People


def _judge(slot: LiftSlot, situation: Situation, now: float, rules: Rules) -> tuple[Event, ...]:
    """Is anyone trapped, and did we say so already?"""
    picture = _draw(slot, situation, slot.button)
    suspicion = suspect(picture)
    confidence = suspicion if _has_lasted(slot, picture, suspicion, now, rules) else None
    if slot.is_pressed:
        alarmed = weigh_alarm(picture)
        confidence = alarmed if confidence is None else max(confidence, alarmed, key=_rank)
    if confidence is not None:
        return _find(slot, picture, confidence, now)
    return _settle(slot, picture, now) if slot.found is not None and suspicion is None else NOTHING


def _has_lasted(slot: LiftSlot, picture: Picture, suspicion: Confidence | None, now: float, rules: Rules) -> bool:
    """Keeps the time of a suspicion. A deadline that has passed is gone, and stays passed while the signs last."""
    if suspicion is None:
        slot.since, slot.trapped_by = None, NEVER
        return False
    if slot.since is None:
        slot.since, slot.trapped_by = now, now + rules.trapped_after_s
    if slot.trapped_by != NEVER and now < slot.trapped_by and not needs_no_waiting(picture):
        return False
    slot.trapped_by = NEVER
    return True


def _find(slot: LiftSlot, picture: Picture, confidence: Confidence, now: float) -> tuple[Event, ...]:
    """Said once for each rise of confidence, and never taken back by a lower one."""
    if slot.found is None:
        slot.found_since = now if slot.since is None else slot.since
    elif confidence.rank <= slot.found.confidence.rank:
        return NOTHING
    lasted_s = now - slot.found_since
    slot.found = weigh(picture, confidence, *((f"lasted: this has lasted {lasted_s:.0f} s",) if lasted_s >= 1 else ()))
    return (EntrapmentFound(lift_id=slot.lift_id, area=slot.area, since=slot.found_since, at=now, evidence=slot.found),)


def _settle(slot: LiftSlot, picture: Picture, now: float) -> tuple[Event, ...]:
    reason = why_over(picture)
    if reason is None:
        return NOTHING
    slot.found = None
    return (EntrapmentEnded(lift_id=slot.lift_id, area=slot.area, at=now, reasons=(reason,)),)


def _draw(slot: LiftSlot, situation: Situation, button: Button) -> Picture:
    return Picture(
        situation=situation, status=slot.status, faults=slot.faults, occupied=_is_occupied(slot), button=button
    )


def _is_occupied(slot: LiftSlot) -> bool | None:
    """What the sensor says, unless it contradicts what it said while nobody could leave: then we do not know."""
    present = slot.status.passenger_present if slot.status else None
    if not slot.seen_inside:
        return present
    return None if present is False else True


def _rank(confidence: Confidence) -> int:
    return confidence.rank


# The alarm button


def _observe_alarm(slot: LiftSlot, alarm: Alarm, now: float, rules: Rules) -> Sequence[Event]:
    is_held = alarm.button_held_s is None or alarm.button_held_s >= rules.button_held_s
    button = Button.HELD if is_held else Button.TOUCHED
    name = (alarm.boot, alarm.number)
    raised = _raise_alarm(slot, alarm, now, button)
    if name <= slot.ended_alarm or name <= slot.open_alarm:
        return (raised,)
    slot.open_alarm = name
    if slot.button is not Button.HELD:
        slot.button = button
    back = _hear(slot, now, rules)
    return (raised, *_judge(slot, situation_of(slot), now, rules), *back)


def _raise_alarm(slot: LiftSlot, alarm: Alarm, now: float, button: Button) -> AlarmRaised:
    picture = _draw(slot, situation_of(slot), button)
    if slot.online is False and picture.situation not in STUCK:
        # What the car did before we lost it says nothing now.
        picture = replace(picture, situation=Situation.UNKNOWN, status=None, occupied=None)
    late = (LATE_ALARM,) if (alarm.boot, alarm.number) <= slot.ended_alarm else ()
    return AlarmRaised(
        lift_id=slot.lift_id,
        area=slot.area,
        number=alarm.number,
        boot=alarm.boot,
        at=now,
        reported_at=alarm.reported_at,
        evidence=weigh(picture, weigh_alarm(picture), *late),
    )


def _observe_end_of_alarm(slot: LiftSlot, end: EndOfAlarm, now: float, rules: Rules) -> Sequence[Event]:
    ended = AlarmEnded(lift_id=slot.lift_id, area=slot.area, number=end.number, at=now, reported_at=end.reported_at)
    name = (end.boot, end.number)
    if name <= slot.ended_alarm:
        return (ended,)
    slot.ended_alarm = name
    if slot.open_alarm <= name:
        slot.open_alarm = NONE_YET
        slot.button = Button.HELD if slot.is_pressed else Button.UNTOUCHED
    return (ended, *_hear(slot, now, rules))


def _latch_press(slot: LiftSlot, message: Status | FaultReport) -> None:
    slot.is_pressed, slot.button = True, Button.HELD
    slot.last_press = max(slot.last_press, (message.boot, message.seq))


def _take_late_press(slot: LiftSlot, message: Status | FaultReport, now: float, rules: Rules) -> Sequence[Event]:
    """An overtaken message changes nothing, but a press of the button that only it tells of is not lost."""
    if (message.boot, message.seq) <= slot.last_press:
        return NOTHING
    _latch_press(slot, message)
    return _judge(slot, situation_of(slot), now, rules)


def _is_press(report: FaultReport) -> bool:
    return report.raised and report.fault.fault is Fault.ALARM_BUTTON


# Faults and test calls


def _observe_fault(slot: LiftSlot, report: FaultReport, now: float, rules: Rules) -> Sequence[Event]:
    if not _is_fault_news(slot, report):
        return _take_late_press(slot, report, now, rules) if _is_press(report) else NOTHING
    slot.fault_seq = report.seq
    if _is_press(report):
        _latch_press(slot, report)
    elif report.fault.fault is not Fault.ALARM_BUTTON:
        others = tuple(raw for raw in slot.faults if raw != report.fault)
        slot.faults = (*others, report.fault) if report.raised else others
    back = _hear(slot, now, rules)
    return (*_judge(slot, situation_of(slot), now, rules), *back)


def _is_fault_news(slot: LiftSlot, report: FaultReport) -> bool:
    """Beyond the last status and the last fault report: a status already holds every fault before it."""
    if report.boot > slot.boot:
        _start_line(slot, report.boot, -1)
    return report.boot == slot.boot and report.seq > max(slot.seq, slot.fault_seq)


def _observe_test_call(slot: LiftSlot, call: TestCall, now: float, rules: Rules) -> Sequence[Event]:
    name = (call.boot, call.number)
    if name <= slot.test_call:
        return NOTHING
    slot.test_call, slot.test_call_at = name, now
    return _hear(slot, now, rules)


# The link


def _observe_link(slot: LiftSlot, link: Link, now: float, rules: Rules) -> Sequence[Event]:
    if link.boot < slot.boot or slot.link == (link.boot, link.online):
        return NOTHING
    slot.link = (link.boot, link.online)
    slot.profile = link.profile or slot.profile
    if link.boot > slot.boot:
        _start_line(slot, link.boot, -1)
    if link.online:
        return _hear(slot, now, rules)
    return _go_off_line(slot, now, "will: the lift's connection was lost")


def _hear(slot: LiftSlot, now: float, rules: Rules) -> tuple[Event, ...]:
    """The lift is there. News only if we thought it gone."""
    slot.quiet_by = now + rules.missed_reports * rules.report_period_s
    if slot.online:
        return NOTHING
    if slot.online is None:
        slot.quiet_by += rules.restart_grace_s
        slot.online = True
        return NOTHING
    slot.online = True
    return (_change_link(slot, now, "heard: the lift is heard again"),)


def _go_off_line(slot: LiftSlot, now: float, reason: str) -> tuple[Event, ...]:
    """News only if the lift was on line: one never heard is not lost."""
    was_online, slot.online, slot.quiet_by = slot.online, False, NEVER
    return (_change_link(slot, now, reason),) if was_online else NOTHING


def _change_link(slot: LiftSlot, now: float, reason: str) -> LinkChanged:
    return LinkChanged(lift_id=slot.lift_id, area=slot.area, online=bool(slot.online), at=now, reason=reason)
