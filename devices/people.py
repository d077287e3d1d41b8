"""Is anyone trapped in this lift, since when, and did we say so already?

Keeps the time of a suspicion and says it once for each rise of confidence. What a picture means is `evidence`'s. Signs
that are away for less than `settles_after_s` are not gone: a zone switch that flickers, or a car that jerks and stops
again, must not begin the wait for T anew. A door that stands open at a landing ends it at once. Signs that stay away
are gone by our clock, whether or not the lift says another word: else the next entrapment would pass for the last one.
"""

from __future__ import annotations

from collections.abc import Mapping

from devices.conditions import holds, key_of
from devices.evidence import is_surely_stuck, needs_no_waiting, suspect, weigh, weigh_alarm, why_over
from devices.faults import Fault
from devices.messages import (
    CarStatus,
    Confidence,
    DoorStatus,
    EntrapmentEnded,
    EntrapmentFound,
    Event,
    ServiceMode,
    Status,
)
from devices.order import follows
from devices.pictures import NO_ORIGINS, STUCK, Button, Origins, Picture, Situation, find_situation
from devices.slot import NEVER, NONE_YET, LiftSlot, MessageName, Rules

NOTHING: tuple[Event, ...] = ()
SECONDED_AFTER_S = 10.0
"""Reports that come together are as one."""


def see_car(slot: LiftSlot, before: Status | None, status: Status, now: float, rules: Rules) -> None:
    """The car's situation, and what must be remembered of people and door from status to status to tell it."""
    if slot.openings_in_vain and not follows(slot, before, status):
        slot.is_opening_doubtful = True
    _see_door(slot, before, status, now)
    slot.situation = situation_of(slot, status)
    if status.service_mode is ServiceMode.INSPECTION:
        slot.was_between = False
    elif slot.situation is Situation.BETWEEN_LANDINGS:
        slot.was_between = True
    if slot.situation is Situation.WAY_OUT:
        _let_out(slot)
    elif status.passenger_present:
        _see_inside(slot, status, now, rules)
    elif status.passenger_present is False and slot.situation not in STUCK:
        _see_nobody(slot)


def situation_of(slot: LiftSlot, status: Status) -> Situation:
    """What this status means with the faults and the door as they are remembered now."""
    return find_situation(
        status,
        slot.faults,
        openings_in_vain=slot.openings_in_vain,
        rode_inside=slot.rode_inside,
        was_between=slot.was_between,
    )


def miss_move(slot: LiftSlot, before: Status | None, status: Status, now: float) -> tuple[Event, ...]:
    """The car stands stuck elsewhere than before, and nobody saw it move: what was found there is over, this is new.

    Not so if it is back where it was before that: between two landings, a position may waver from one to the other.
    """
    if before is None or status.car_position == before.car_position:
        return NOTHING
    if slot.situation not in STUCK and slot.found is None:
        return NOTHING
    if follows(slot, before, status):
        return NOTHING
    wavers = slot.since is not None and status.car_position == slot.moved_from
    slot.moved_from = before.car_position
    if wavers:
        return NOTHING
    slot.since = slot.doubted_at = None
    slot.trapped_by = NEVER
    if slot.found is None or slot.is_pressed or slot.situation is Situation.MOVING:
        return NOTHING
    slot.found, slot.is_touched = None, True
    told = (
        f"elsewhere: the car stands elsewhere, and nobody saw it move ({name_of('status', (status.boot, status.seq))})"
    )
    return (EntrapmentEnded(lift_id=slot.lift_id, area=slot.area, at=now, reasons=(told,)),)


def judge(slot: LiftSlot, now: float, rules: Rules) -> tuple[Event, ...]:
    """What follows for people from the slot as it is now."""
    picture = draw(slot, slot.button)
    suspicion = suspect(picture)
    confidence = suspicion if _has_lasted(slot, picture, suspicion, now, rules) else None
    if suspicion is None and _comes_and_goes(slot, now, rules):
        confidence = Confidence.POSSIBLE
    if slot.is_pressed and (slot.found is None or _is_pressed_now(slot) or is_surely_stuck(picture)):
        alarmed = weigh_alarm(forget_car(picture) if is_stale(slot, now, rules) else picture)
        confidence = alarmed if confidence is None else max(confidence, alarmed, key=_rank)
    if confidence is not None:
        return _find(slot, picture, confidence, now)
    if slot.found is None or suspicion is not None or slot.is_pressed:
        return NOTHING
    return _end(slot, picture, now)


def _is_pressed_now(slot: LiftSlot) -> bool:
    """The lift's newest message tells of the press: it says more than one that was made in passing."""
    return slot.last_press == (slot.boot, max(slot.seq, slot.fault_seq))


def _comes_and_goes(slot: LiftSlot, now: float, rules: Rules) -> bool:
    """T has passed since the signs began, and they were there moments ago."""
    return slot.since is not None and slot.situation is not Situation.MOVING and now >= _trapped_by(slot, rules)


def _trapped_by(slot: LiftSlot, rules: Rules) -> float:
    after_s = rules.trapped_after_s if slot.trapped_after_s is None else slot.trapped_after_s
    return NEVER if slot.since is None else slot.since + after_s


def may_concern_people(slot: LiftSlot) -> bool:
    """Whether `judge` could say or change anything: of most statuses it could not."""
    return (
        slot.situation in STUCK
        or slot.since is not None
        or slot.found is not None
        or slot.is_pressed
        or _is_shut_in(slot)
        or bool(slot.faults)
    )


def draw(slot: LiftSlot, button: Button, *, pressed_by: str = "") -> Picture:
    """The picture of the lift as we know it now."""
    sensor_stuck = holds(slot, Fault.PRESENCE_STUCK) if slot.conditions else False
    return Picture(
        situation=slot.situation,
        status=slot.status,
        faults=slot.faults,
        occupied=_is_occupied(slot, sensor_stuck=sensor_stuck),
        button=button,
        openings_in_vain=slot.openings_in_vain,
        rode_inside=slot.rode_inside,
        was_between=slot.was_between,
        comes_and_goes=slot.doubted_at is not None,
        is_unseconded=slot.is_opening_doubtful or not _is_seconded(slot),
        shut_in=_is_shut_in(slot),
        sensor_stuck=sensor_stuck,
        origins=_origins(slot, pressed_by or slot.pressed_by),
    )


def _is_seconded(slot: LiftSlot) -> bool:
    """A later message than the first has told of it too."""
    return slot.since is not None and slot.status_at - slot.since >= SECONDED_AFTER_S


def is_stale(slot: LiftSlot, now: float, rules: Rules) -> bool:
    """What the car did before we lost it says nothing now; but a car that was stuck with people is stuck still."""
    if slot.situation in STUCK or slot.status is None:
        return False
    return slot.online is False or now - slot.status_at > rules.missed_reports * rules.report_period_s


def forget_car(picture: Picture) -> Picture:
    """The picture without what the car's last status said."""
    return Picture(
        situation=Situation.UNKNOWN,
        status=None,
        faults=picture.faults,
        occupied=None,
        button=picture.button,
        origins=Origins(button=picture.origins.button, faults=picture.origins.faults),
    )


def forget_case(slot: LiftSlot) -> None:
    """After so long that people have surely seen to it, whoever is trapped then is news."""
    slot.found = slot.since = slot.doubted_at = None
    slot.trapped_by = NEVER


def outlast_ride(slot: LiftSlot, now: float, rules: Rules) -> tuple[Event, ...]:
    """Somebody has had no way out for longer than any ride takes."""
    slot.shut_in_by = NEVER
    return judge(slot, now, rules)


def _is_shut_in(slot: LiftSlot) -> bool:
    """The ride has lasted too long; but the fire brigade may keep the door shut for as long as it likes."""
    if slot.shut_in_since is None or slot.shut_in_by != NEVER:
        return False
    return slot.status is None or slot.status.service_mode is not ServiceMode.FIREFIGHTER


def _see_door(slot: LiftSlot, before: Status | None, status: Status, now: float) -> None:
    running = status.car_status is CarStatus.RUNNING
    if running or status.door_status is DoorStatus.OPEN:
        slot.door_called, slot.openings_in_vain, slot.is_opening_doubtful = None, 0, False
        slot.rode_inside = running and bool(status.passenger_present)
    elif status.door_status is DoorStatus.OPENING:
        if before is None or before.door_status is not DoorStatus.OPENING:
            slot.openings_in_vain += 1
            slot.called_since = slot.called_since if slot.openings_in_vain > 1 else now
        slot.door_called = (status.boot, status.seq)
        slot.rode_inside = False
    elif before is not None and _rode_unseen(slot, before, status):
        slot.door_called, slot.openings_in_vain, slot.rode_inside = None, 0, True


def _rode_unseen(slot: LiftSlot, before: Status, status: Status) -> bool:
    """It is elsewhere with somebody inside; the statuses between were lost."""
    if not status.passenger_present or before.car_position == status.car_position:
        return False
    return bool(before.passenger_present) or not follows(slot, before, status)


def _see_nobody(slot: LiftSlot) -> None:
    """The sensor sees nobody, and the car is not stuck: whoever was inside got out, seen by us or not."""
    slot.seen_inside, slot.was_between = None, False
    slot.shut_in_since, slot.shut_in_by = None, NEVER
    if slot.is_pressed and slot.situation is Situation.RESTING:
        slot.is_pressed, slot.pressed_by = False, ""
        slot.button = Button.UNTOUCHED if slot.open_alarm == NONE_YET else slot.button


def _let_out(slot: LiftSlot) -> None:
    slot.was_between = False
    slot.seen_inside, slot.rode_inside, slot.is_pressed = None, False, False
    slot.button, slot.pressed_by = Button.UNTOUCHED, ""
    slot.shut_in_since, slot.shut_in_by = None, NEVER


def _see_inside(slot: LiftSlot, status: Status, now: float, rules: Rules) -> None:
    if slot.seen_inside is None:
        slot.seen_inside = (status.boot, status.seq)
    # Somebody at rest behind a closed door who wants nothing is no sign; a ride that does not end is.
    if status.service_mode is ServiceMode.INSPECTION:
        slot.shut_in_since, slot.shut_in_by = None, NEVER
    elif slot.shut_in_since is None and slot.situation is Situation.MOVING:
        slot.shut_in_since, slot.shut_in_by = now, now + rules.shut_in_after_s


def _has_lasted(slot: LiftSlot, picture: Picture, suspicion: Confidence | None, now: float, rules: Rules) -> bool:
    """Keeps the time of a suspicion."""
    if suspicion is None:
        _doubt(slot, picture, now, rules)
        return False
    slot.has_moved |= picture.situation is Situation.MOVING
    is_gone = slot.doubted_at is not None and now >= slot.doubted_at + rules.settles_after_s
    if is_gone or _has_arrived(slot, picture.situation):
        slot.since = None
    slot.doubted_at = None
    if slot.since is None:
        slot.has_moved = False
        is_called = picture.situation is Situation.AT_LANDING and slot.openings_in_vain > 0
        slot.since = slot.called_since if is_called else now
        slot.is_touched = True
    by = _trapped_by(slot, rules)
    if now < by and not needs_no_waiting(picture):
        slot.trapped_by = by
        return False
    slot.trapped_by = NEVER
    return True


def _has_arrived(slot: LiftSlot, situation: Situation) -> bool:
    """It moved, and stands at a landing now: whether its door opens here is another question."""
    return situation is Situation.AT_LANDING and slot.has_moved


def _doubt(slot: LiftSlot, picture: Picture, now: float, rules: Rules) -> None:
    """The signs are away: at once for good, or not yet."""
    slot.trapped_by = NEVER
    if slot.since is None:
        return
    if slot.doubted_at is None:
        slot.doubted_at = now
    slot.has_moved |= picture.situation is Situation.MOVING
    gone_by = slot.doubted_at + rules.settles_after_s
    if now >= gone_by or picture.situation is Situation.WAY_OUT or picture.is_masked:
        slot.since = slot.doubted_at = None
        slot.is_touched = True
    else:
        by = _trapped_by(slot, rules)
        slot.trapped_by = by if now < by < gone_by else gone_by


def _find(slot: LiftSlot, picture: Picture, confidence: Confidence, now: float) -> tuple[Event, ...]:
    """Said once for each rise of confidence, and never taken back by a lower one."""
    if slot.found is None:
        slot.found_since = now if slot.since is None else slot.since
    elif confidence.rank <= slot.found.confidence.rank:
        return NOTHING
    lasted_s = now - slot.found_since
    slot.found = weigh(picture, confidence, *((f"lasted: this has lasted {lasted_s:.0f} s",) if lasted_s >= 1 else ()))
    slot.is_touched = True
    return (EntrapmentFound(lift_id=slot.lift_id, area=slot.area, since=slot.found_since, at=now, evidence=slot.found),)


def _end(slot: LiftSlot, picture: Picture, now: float) -> tuple[Event, ...]:
    if slot.since is not None:
        return NOTHING
    reason = why_over(picture)
    if reason is None:
        return NOTHING
    slot.found = None
    slot.is_touched = True
    told = f"{reason} ({picture.origins.car})" if picture.origins.car else reason
    return (EntrapmentEnded(lift_id=slot.lift_id, area=slot.area, at=now, reasons=(told,)),)


def _is_occupied(slot: LiftSlot, *, sensor_stuck: bool) -> bool | None:
    """What the sensor says, unless it contradicts what it said while nobody could leave: then we do not know."""
    present = slot.status.passenger_present if slot.status else None
    if sensor_stuck:
        return None
    if slot.seen_inside is None:
        return present
    return None if present is False else True


def _origins(slot: LiftSlot, button: str) -> Origins:
    if slot.status is None:
        return Origins(button=button, faults=_fault_origins(slot)) if button or slot.faults else NO_ORIGINS
    return Origins(
        car=name_of("status", (slot.status.boot, slot.status.seq)),
        inside=name_of("status", slot.seen_inside),
        door=name_of("status", slot.door_called),
        button=button,
        faults=_fault_origins(slot),
    )


def _fault_origins(slot: LiftSlot) -> Mapping[Fault | None, str]:
    """The message that told of each code first."""
    known = slot.conditions
    if not slot.faults or known is None:
        return {}
    told = ((raw, known.get(key_of(raw.fault, raw))) for raw in slot.faults)
    return {raw.fault: condition.origin for raw, condition in told if condition and condition.raw == raw}


def name_of(kind: str, name: MessageName | None) -> str:
    """A message as people may look it up, as `status 3/118`."""
    return f"{kind} {name[0]}/{name[1]}" if name else ""


def _rank(confidence: Confidence) -> int:
    return confidence.rank
