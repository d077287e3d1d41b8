"""Faults that a lift shows without saying so: what its statuses, one after the other, give away.

Decides, from the last status and what is remembered of the ones before (`slot.Motion`), which faults are to be seen now
and why. Whether that is news is `conditions`' affair. In inspection nothing is inferred, and what was remembered of
door, run and people is forgotten: whoever works on a lift runs it with its door open, past its ends, and stands in it
for hours.

A rule must hold its peace in ordinary service, for lifts that report every change and for lifts that report once a
minute, with messages lost on the way. So what lasts is counted from report to report, and a run that was not heard of
for `CONTINUES_S` is another run.

What looks alike is told apart so:

- A door that opens before the car has stopped, and a car that levels anew under an open door, stay in the door zone;
  `door_open_while_running` is outside of it.
- A zone switch that flickers under an open door is back at once; `unintended_movement` stays away from the zone.
- A car that is stuck below its top landing has that landing's label and has not been in its door zone on this run;
  one that has been there, ran on and stands outside is an `overrun`. Likewise at the bottom: `pit`. A lift with a
  landing that is no number (`RF`, `G`) is not judged: nobody knows which of its landings is the last.
- A car that runs and runs at one position has `position_frozen`; when not one of its values has changed for so long
  that no ride could explain it, somebody repeats old values, and it is `restamped` instead.
- A lift parked with its door open is empty; a door that is held has somebody in it.
- People get out; a sensor that sees somebody behind a shut door at rest for an hour, or for longer than any lift
  attendant's shift, is stuck. It counts as stuck until it sees nobody once.

Limits are our judgement unless a source stands beside them; the code that a lift sends itself needs none of this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from devices.faults import Fault
from devices.messages import CarDirection, CarStatus, DoorStatus, PowerStatus, ServiceMode, Status
from devices.slot import NO_FAULTS, LiftSlot, Motion, Rules

CONTINUES_S = 25.0
"""A car that runs reports every 5 to 10 s, so after a longer pause it may have stopped meanwhile."""
LOST_TRACK_S = 180.0
"""After so long without a status nobody knows what the door did meanwhile."""

OVERSPEED_RATIO = 1.15
"""Of the rated speed: where an overspeed governor must trip at the earliest (EN 81-20)."""
SPEED_READING_MPS = 0.2
"""No sensor reads better than that."""
FASTEST_MPS = 12.0
"""No lift of the city runs faster, so a lift of unknown rated speed that does is too fast."""
FROZEN_AFTER_S = 90.0
"""The longest express zone, of a television tower, takes less between two floors."""
RESTAMPED_REPORTS = 20
RESTAMPED_AFTER_S = 180.0

DOOR_HELD_S = 300.0
OPENING_S = 180.0
"""A lift that reports once a minute may be caught opening twice in a row, but not four times."""
LONG_STAY_S = 24 * 3600.0
CYCLES = 8
CYCLE_S = 30.0
"""A door that shuts on something turns round within seconds; one that latecomers open has rests between."""
CYCLED_S = 60.0
"""So long after it last opened, it no longer cycles."""
SENSOR_STUCK_S = 12 * 3600.0
SENSOR_STUCK_OPENINGS = 10
SENSOR_STUCK_AT_REST_S = 3600.0

_OPEN = frozenset({DoorStatus.OPEN, DoorStatus.OPENING})


def follow(slot: LiftSlot, before: Status | None, status: Status, now: float) -> None:
    """Takes one status into the memory. Constant time."""
    motion = slot.motion
    in_inspection = status.service_mode is ServiceMode.INSPECTION
    if in_inspection or now - motion.seen_at > LOST_TRACK_S:
        _lose_track(motion)
    _follow_place(motion, before, status, now)
    if status.car_status is CarStatus.RUNNING:
        _follow_run(motion, before, status, now)
    else:
        _follow_stop(motion, before, status, now)
    _follow_door(motion, before, status, now)
    if in_inspection:
        motion.here_since = now
    if in_inspection or not status.passenger_present:
        motion.inside_since = None
    elif motion.inside_since is None:
        motion.inside_since, motion.inside_openings = now, 0
    motion.seen_at = now


def _lose_track(motion: Motion) -> None:
    motion.ran_since = motion.open_since = motion.left_open_at = None
    motion.openings = motion.same_reports = 0
    motion.door_since = 0.0
    motion.beyond = CarDirection.NONE


def _follow_place(motion: Motion, before: Status | None, status: Status, now: float) -> None:
    if before is None or status.car_position != before.car_position:
        motion.here_since = now
        floor = motion.floor = _floor(status.car_position)
        if floor is not None:
            motion.lowest = floor if motion.lowest is None else min(motion.lowest, floor)
            motion.highest = floor if motion.highest is None else max(motion.highest, floor)
    if motion.floor is None and status.door_zone:
        motion.is_numbered = False


def _follow_run(motion: Motion, before: Status | None, status: Status, now: float) -> None:
    motion.left_open_at = None
    motion.beyond = CarDirection.NONE
    motion.openings = 0
    if motion.ran_since is None or now - motion.seen_at > CONTINUES_S:
        motion.ran_since, motion.here_since = now, now
        motion.bound, motion.passed = CarDirection.NONE, None
    if status.car_direction is not CarDirection.NONE:
        motion.bound = status.car_direction
    if status.door_zone:
        motion.passed = motion.floor
    if before is not None and _says_the_same(before, status):
        motion.same_reports += 1
    else:
        motion.same_reports, motion.same_since = 0, now


def _follow_stop(motion: Motion, before: Status | None, status: Status, now: float) -> None:
    just_seen = before is not None and now - motion.seen_at <= CONTINUES_S
    if motion.ran_since is not None:
        motion.ran_since, motion.here_since, motion.same_reports = None, now, 0
        motion.beyond = _find_end_passed(motion) if just_seen else CarDirection.NONE
    elif before is not None and status.door_zone is not before.door_zone:
        motion.here_since = now
    if status.door_zone:
        motion.beyond = CarDirection.NONE
    if status.door_zone or status.door_status not in _OPEN:
        motion.left_open_at = None
    elif motion.left_open_at is None and just_seen and _stood_open(before):
        motion.left_open_at = now


def _find_end_passed(motion: Motion) -> CarDirection:
    """The end in whose zone it was on this run, if it has stopped on its way out of it."""
    if not motion.is_numbered or motion.floor is None or motion.passed != motion.floor:
        return CarDirection.NONE
    if motion.lowest == motion.highest:
        return CarDirection.NONE
    end = {CarDirection.UP: motion.highest, CarDirection.DOWN: motion.lowest}.get(motion.bound)
    return motion.bound if motion.floor == end else CarDirection.NONE


def _stood_open(before: Status | None) -> bool:
    if before is None or before.car_status is not CarStatus.STOPPED:
        return False
    return before.door_zone and before.door_status is DoorStatus.OPEN


def _follow_door(motion: Motion, before: Status | None, status: Status, now: float) -> None:
    if before is None or not motion.door_since or status.door_status is not before.door_status:
        motion.door_since = now
    if status.door_status not in _OPEN:
        motion.open_since = None
    elif motion.open_since is None:
        motion.open_since = now
        motion.inside_openings += 1
        motion.openings = motion.openings + 1 if now - motion.opened_at <= CYCLE_S else 1
        motion.opened_at = now


def infer(slot: LiftSlot, before: Status | None, status: Status, now: float, rules: Rules) -> Mapping[Fault, str]:
    """The faults to be seen now, each with its reason. Nearly always NO_FAULTS."""
    if status.service_mode is ServiceMode.INSPECTION:
        return NO_FAULTS
    if status.car_status is CarStatus.RUNNING:
        rules_that_apply = _WHILE_RUNNING
    else:
        rules_that_apply = _AT_A_LANDING if status.door_zone else _BETWEEN_LANDINGS
    if status.power_status in _WITHOUT_MAINS or status.service_mode is not ServiceMode.NORMAL:
        rules_that_apply = (*rules_that_apply, *_OUT_OF_ORDER)
    found = NO_FAULTS
    for fault, rule in rules_that_apply:
        reason = rule(slot, status, now, rules)
        if reason:
            found = {**found, fault: reason}
    return found


# While the car runs


def _door_open_while_running(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    if status.door_zone or status.door_status not in _OPEN:
        return None
    return "door_open_running: the car runs between landings and its door is not closed"


def _overspeed(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    speed, rated = status.car_speed_mps, slot.rated_speed_mps
    if speed is None:
        return None
    limit = FASTEST_MPS if rated is None else max(OVERSPEED_RATIO * rated, rated + SPEED_READING_MPS)
    return f"too_fast: the car runs at {abs(speed):.1f} m/s, more than {limit:.1f}" if abs(speed) > limit else None


def _position_frozen(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    ran_s = now - slot.motion.here_since
    if ran_s < FROZEN_AFTER_S or _is_restamped(slot.motion, now):
        return None
    return f"position_frozen: it has run for {ran_s:.0f} s and its position has not changed"


def _restamped(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    if not _is_restamped(slot.motion, now):
        return None
    return f"restamped: {slot.motion.same_reports} reports in a row say the very same of a car that runs"


def _is_restamped(motion: Motion, now: float) -> bool:
    return motion.same_reports >= RESTAMPED_REPORTS and now - motion.same_since >= RESTAMPED_AFTER_S


# While it stands between landings


def _unintended_movement(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    left_open_at = slot.motion.left_open_at
    if left_open_at is None or now - left_open_at < rules.settles_after_s:
        return None
    return "left_zone_open: the car left the door zone with its door open"


def _overrun(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    if slot.motion.beyond is not CarDirection.UP:
        return None
    return "past_top: the car ran through its top landing and stands beyond it"


def _pit(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    if slot.motion.beyond is not CarDirection.DOWN:
        return None
    return "past_bottom: the car ran through its bottom landing and stands beyond it"


def _stopped_outside_zone(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    """With nobody inside: an empty car between landings is a fault; with people it is an entrapment."""
    after_s = rules.trapped_after_s if slot.trapped_after_s is None else slot.trapped_after_s
    if not _is_empty(slot, status) or now - slot.motion.here_since < after_s:
        return None
    return "outside_zone: the empty car stands outside the door zone"


def _is_empty(slot: LiftSlot, status: Status) -> bool:
    return status.passenger_present is False and not slot.seen_inside


# While it stands at a landing


def _door_will_not_open(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    if status.door_status is not DoorStatus.OPENING or not _is_empty(slot, status):
        return None
    if now - slot.motion.door_since < OPENING_S:
        return None
    return "door_not_open: the door was to open and is not open; the car is empty"


def _door_cycling(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    motion = slot.motion
    if motion.openings < CYCLES or now - motion.opened_at > CYCLED_S:
        return None
    return f"door_cycling: the door has opened {motion.openings} times at this stop, again and again"


def _door_held(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    open_since = slot.motion.open_since
    if open_since is None or now - open_since < DOOR_HELD_S or status.service_mode is not ServiceMode.NORMAL:
        return None
    if not status.passenger_present and Fault.DOOR_HELD not in slot.inferred:
        return None
    return f"door_held: the door has been open for {(now - open_since) / 60:.0f} min"


def _long_stay(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    stood_s = now - slot.motion.here_since
    if stood_s < LONG_STAY_S or status.service_mode is not ServiceMode.NORMAL:
        return None
    return f"long_stay: the car has stood at one floor for {stood_s / 3600:.0f} h"


# Wherever it is


def _presence_stuck(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    motion = slot.motion
    if motion.inside_since is None:
        return None
    seen_s = now - motion.inside_since
    came_and_went = seen_s >= SENSOR_STUCK_S and motion.inside_openings >= SENSOR_STUCK_OPENINGS
    if not (came_and_went or Fault.PRESENCE_STUCK in slot.inferred or _rests_occupied(motion, status, now)):
        return None
    return f"presence_stuck: somebody has been seen inside for {seen_s / 3600:.0f} h without a break"


def _rests_occupied(motion: Motion, status: Status, now: float) -> bool:
    """At a landing, behind a shut door, for longer than anybody stays who could leave."""
    if status.door_status is not DoorStatus.CLOSED or not status.door_zone or motion.inside_since is None:
        return False
    return now - max(motion.inside_since, motion.here_since, motion.door_since) >= SENSOR_STUCK_AT_REST_S


def _mains_lost(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    if status.power_status is PowerStatus.LOST:
        return "power_lost: the lift has lost its power"
    if status.power_status is PowerStatus.BATTERY:
        return "on_battery: the lift runs on its battery"
    if status.service_mode is ServiceMode.EMERGENCY_POWER:
        return "emergency_power: the lift runs on emergency power"
    return None


def _earthquake(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    is_quake = status.service_mode is ServiceMode.EARTHQUAKE
    return "earthquake: the lift stopped because of an earthquake" if is_quake else None


def _fire(slot: LiftSlot, status: Status, now: float, rules: Rules) -> str | None:
    is_fire = status.service_mode in (ServiceMode.FIRE_RETURN, ServiceMode.FIREFIGHTER)
    return "fire: the lift was called back because of a fire, or the fire brigade uses it" if is_fire else None


_Rule = Callable[[LiftSlot, Status, float, Rules], str | None]
_Table = tuple[tuple[Fault, _Rule], ...]

_WITHOUT_MAINS = frozenset({PowerStatus.LOST, PowerStatus.BATTERY})
_WHILE_RUNNING: _Table = (
    (Fault.DOOR_OPEN_WHILE_RUNNING, _door_open_while_running),
    (Fault.OVERSPEED, _overspeed),
    (Fault.POSITION_FROZEN, _position_frozen),
    (Fault.RESTAMPED, _restamped),
    (Fault.PRESENCE_STUCK, _presence_stuck),
)
_BETWEEN_LANDINGS: _Table = (
    (Fault.UNINTENDED_MOVEMENT, _unintended_movement),
    (Fault.OVERRUN, _overrun),
    (Fault.PIT, _pit),
    (Fault.STOPPED_OUTSIDE_ZONE, _stopped_outside_zone),
    (Fault.PRESENCE_STUCK, _presence_stuck),
)
_AT_A_LANDING: _Table = (
    (Fault.DOOR_OPENING, _door_will_not_open),
    (Fault.DOOR_CYCLING, _door_cycling),
    (Fault.DOOR_HELD, _door_held),
    (Fault.LONG_STAY, _long_stay),
    (Fault.PRESENCE_STUCK, _presence_stuck),
)
_OUT_OF_ORDER: _Table = (
    (Fault.MAINS_LOST, _mains_lost),
    (Fault.EARTHQUAKE, _earthquake),
    (Fault.FIRE, _fire),
)


def _says_the_same(before: Status, status: Status) -> bool:
    return (
        before.car_status is status.car_status
        and before.car_position == status.car_position
        and before.door_zone is status.door_zone
        and before.door_status is status.door_status
        and before.passenger_present is status.passenger_present
        and before.load_percent == status.load_percent
        and before.car_speed_mps == status.car_speed_mps
    )


_NUMBERED = re.compile(r"(B|-)?([0-9]{1,4}(?:\.[0-9]+)?)F?")


@lru_cache(maxsize=4096)
def _floor(label: str) -> float | None:
    """The number of a floor label: `B2` is 2 below the ground. None for one that is no number, as `RF` or `3A`."""
    found = _NUMBERED.fullmatch(label)
    if found is None:
        return None
    return -float(found[2]) if found[1] else float(found[2])
