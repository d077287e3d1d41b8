"""The alarm button: alarms and their ends, numbered or told within other messages.

Nothing stands before an alarm: no mode, order, boot, flood or state. An alarm, and the end of one, is passed on every
time: the lift repeats them until it is acknowledged, and the desk knows the numbers. A button that a profile reports
within the status or as a fault code has no number: it is an entrapment by the rules for alarms, at once, and it is
latched until the car stands levelled with its door open.
"""

from __future__ import annotations

from collections.abc import Sequence

from devices.evidence import LATE_ALARM, weigh, weigh_alarm
from devices.faults import Fault
from devices.links import hear
from devices.messages import Alarm, AlarmEnded, AlarmRaised, EndOfAlarm, Event, FaultReport, Message, Status
from devices.people import NOTHING, draw, forget_car, is_stale, judge, name_of
from devices.pictures import Button
from devices.slot import NONE_YET, LiftSlot, Rules


def carries_alarm(message: Message) -> bool:
    """Whether the message tells of the alarm button: such a one is never refused."""
    match message:
        case Alarm() | EndOfAlarm():
            return True
        case Status():
            return message.alarm_button
        case FaultReport():
            return is_press(message)
        case _:
            return False


def is_press(report: FaultReport) -> bool:
    """Whether the code is the alarm button's."""
    return report.raised and report.fault.fault is Fault.ALARM_BUTTON


def observe_alarm(slot: LiftSlot, alarm: Alarm, now: float, rules: Rules) -> Sequence[Event]:
    """The alarm itself first, then what it changes."""
    is_held = alarm.button_held_s is None or alarm.button_held_s >= rules.button_held_s
    button = Button.HELD if is_held else Button.TOUCHED
    name = (alarm.boot, alarm.number)
    raised = _raise_alarm(slot, alarm, now, button, rules)
    if name <= slot.ended_alarm or name <= slot.open_alarm:
        return (raised,)
    slot.open_alarm = name
    slot.is_touched = True
    if slot.button is not Button.HELD:
        slot.button, slot.pressed_by = button, name_of("alarm", name)
    back = hear(slot, now, rules)
    return (raised, *judge(slot, now, rules), *back)


def observe_end_of_alarm(slot: LiftSlot, end: EndOfAlarm, now: float, rules: Rules) -> Sequence[Event]:
    """A sign of release, for the desk to weigh."""
    ended = AlarmEnded(
        lift_id=slot.lift_id,
        area=slot.area,
        number=end.number,
        at=now,
        reported_at=end.reported_at,
        skew_s=slot.skew_s,
    )
    name = (end.boot, end.number)
    if name <= slot.ended_alarm:
        return (ended,)
    slot.ended_alarm = name
    slot.is_touched = True
    if slot.open_alarm <= name:
        slot.open_alarm = NONE_YET
        slot.button = Button.HELD if slot.is_pressed else Button.UNTOUCHED
    return (ended, *hear(slot, now, rules))


def latch_press(slot: LiftSlot, message: Status | FaultReport) -> None:
    """A press without a number."""
    slot.is_pressed, slot.button = True, Button.HELD
    slot.pressed_by = name_of("status" if isinstance(message, Status) else "fault", (message.boot, message.seq))
    slot.last_press = max(slot.last_press, (message.boot, message.seq))
    slot.is_touched = True


def take_late_press(slot: LiftSlot, message: Status | FaultReport, now: float, rules: Rules) -> Sequence[Event]:
    """An overtaken message changes nothing, but a press of the button that only it tells of is not lost."""
    boot, seq = slot.last_press
    if message.boot == boot and message.seq <= seq:
        return NOTHING
    latch_press(slot, message)
    return judge(slot, now, rules)


def _raise_alarm(slot: LiftSlot, alarm: Alarm, now: float, button: Button, rules: Rules) -> AlarmRaised:
    picture = draw(slot, button, pressed_by=name_of("alarm", (alarm.boot, alarm.number)))
    if is_stale(slot, now, rules):
        picture = forget_car(picture)
    late = (LATE_ALARM,) if (alarm.boot, alarm.number) <= slot.ended_alarm else ()
    return AlarmRaised(
        lift_id=slot.lift_id,
        area=slot.area,
        number=alarm.number,
        boot=alarm.boot,
        at=now,
        reported_at=alarm.reported_at,
        skew_s=slot.skew_s,
        evidence=weigh(picture, weigh_alarm(picture), *late),
    )
