"""Is anyone trapped? What speaks for it and against it, and how sure that makes us.

Decides from one picture of a lift; how long the picture has lasted is the tracker's affair, and what to do about it
the desk's. "Trapped" is inferred (GB/T 24476 has no code for it), so every answer carries its reasons, each with the
message it came from. Where signs conflict we lean towards people: a drive too many is cheaper than a person left in a
car.

A car that holds people, as `suspect` grades it once it has lasted for T. Somebody inside is known from the sensor, from
what it saw before the car stuck (nobody leaves between landings), or from the alarm button; a sensor that changed its
mind counts as not knowing, and so does one that sees somebody for hours on end, whatever the doors do.

=================================================================  ==========  ===========  ==========
the car stands ...                                                 someone in  not known    nobody
=================================================================  ==========  ===========  ==========
outside the door zone, doors closed                                likely      possible     a fault
the same, but a door not closed, or only a fault code tells of it  possible    possible     a fault
it ran, or stood ready with people, when it last spoke, and has
reported a fault that stops a car under way                        possible    possible     a fault
in the zone; the door will not open (fault)                        likely      possible     a fault
the same, but a door told as open (or only as not closed)          possible    possible     nothing
in the zone; the door is opening still: two messages 10 s apart    likely      possible     a fault
the same, but one message, or some after it are missing            possible    possible     a fault
in the zone; the door was opening and shut without having opened   likely      nothing      nothing
the same, twice or more at this stop                               likely      possible     nothing
in the zone; it came with people and the door has not opened       possible    nothing      nothing
in the zone, door shut since; it stood between landings before     possible    possible     nothing
in the zone, doors closed, no power or after a quake               possible    nothing      nothing
anywhere; the lift itself says "trapped" (no waiting for T)        likely      likely       likely
any of these, and the alarm button held for 3 s                    confirmed   confirmed    likely
at rest or moving; no way out for `shut_in_after_s`                possible    nothing      nothing
=================================================================  ==========  ===========  ==========

The service mode changes this so: `inspection` masks all of it; `firefighter` masks what doors do at a landing, for they
open only under the fire brigade's hand; `earthquake` makes a closed door with somebody behind it a sign, since the car
is to open at the nearest landing and stay; `fire_return`, `emergency_power` and `stopped` change nothing: a car that
does not arrive holds people in any of them. No mode masks the alarm button. A levelled car with its door open ends it.

An alarm always opens a case; only what `weigh_alarm` makes of it differs:

==============================================================  ==========  =================================
the car, when the button was pressed                            confidence  because
==============================================================  ==========  =================================
off line, or never heard of                                     likely      nothing speaks against it
levelled, its door open                                         possible    they can walk out
moving, in normal service, without a fault                      possible    pressed in passing, or by a child
moving otherwise                                                likely      a lift in trouble
levelled, doors not open                                        likely      people call because of something
stuck as above, the button held for 3 s                         confirmed   two signs that need no third
stuck, but pressed shorter, or in inspection, or nobody seen    likely      one of the two signs is weak
==============================================================  ==========  =================================

A reason is `code: sentence (message)`; the code is stable, for those who translate it.
"""

from __future__ import annotations

from collections.abc import Callable

from devices.faults import Fault
from devices.messages import CarStatus, Confidence, DoorStatus, Evidence, PowerStatus, ServiceMode
from devices.pictures import STUCK, VAIN_OPENINGS, Button, Picture, Situation, has_fault


def suspect(picture: Picture) -> Confidence | None:
    """How sure we shall be that people are trapped if this picture lasts; None for no entrapment."""
    if picture.is_masked:
        return None
    if not (picture.situation in STUCK or picture.says_trapped):
        return Confidence.POSSIBLE if picture.shut_in and picture.occupied else None
    if picture.button is Button.HELD:
        return Confidence.LIKELY if picture.occupied is False else Confidence.CONFIRMED
    if picture.says_trapped or picture.button is Button.TOUCHED:
        return Confidence.LIKELY
    if picture.occupied is False or (picture.sensor_stuck and _needs_somebody(picture)):
        return None
    return Confidence.LIKELY if picture.occupied and not _is_weak(picture) else Confidence.POSSIBLE


def needs_no_waiting(picture: Picture) -> bool:
    """The picture is as good at once as after T: the lift says so, an alarm confirms it, or it has lasted anyway."""
    if picture.is_masked:
        return False
    if picture.shut_in and picture.situation not in STUCK:
        return True
    return picture.says_trapped or (picture.button is Button.HELD and weigh_alarm(picture) is Confidence.CONFIRMED)


def weigh_alarm(picture: Picture) -> Confidence:
    """How sure an alarm makes us that people are trapped."""
    match picture.situation:
        case Situation.WAY_OUT:
            return Confidence.POSSIBLE
        case Situation.MOVING if _runs_normally(picture):
            return Confidence.POSSIBLE
        case _ if is_surely_stuck(picture):
            weak = picture.is_masked or picture.occupied is False or picture.button is not Button.HELD
            return Confidence.LIKELY if weak else Confidence.CONFIRMED
        case _:
            return Confidence.LIKELY


def is_surely_stuck(picture: Picture) -> bool:
    """Stuck even before T: a door that has only begun to open, or has not yet, is not."""
    if picture.says_trapped:
        return True
    if picture.situation is Situation.AT_LANDING:
        return has_fault(picture.faults, Fault.DOOR_OPENING)
    return picture.situation is Situation.BETWEEN_LANDINGS


def why_over(picture: Picture) -> str | None:
    """Why an entrapment that was found is over, None while it is not. A sign of release, never release itself.

    Only asked when nothing is suspected any more. That alone is not enough: the crew switches to inspection while
    people are still inside, and a car brought to a landing with its door closed still holds them.
    """
    match picture.situation:
        case Situation.WAY_OUT:
            return LEVELLED_OPEN
        case _ if picture.is_masked:
            return None
        case Situation.MOVING:
            return MOVING_AGAIN
        case Situation.UNKNOWN:
            return WITHDRAWN
        case _:
            return NOBODY_INSIDE if picture.occupied is False else None


def weigh(picture: Picture, confidence: Confidence, *more: str) -> Evidence:
    """The confidence with every reason for and against that the picture holds, and the message behind each."""
    reasons = (_told_by(reason, origin(picture)) for applies, reason, origin in _REASONS if applies(picture))
    return Evidence(confidence=confidence, reasons=(*reasons, *more))


def _told_by(reason: str, origin: str) -> str:
    return f"{reason} ({origin})" if origin else reason


def _is_weak(picture: Picture) -> bool:
    """A second sign contradicts the first, or nothing but a door that should be open by now speaks of it."""
    status = picture.status
    if status is None:
        return True
    if picture.situation is Situation.BETWEEN_LANDINGS:
        is_told = status.car_status is CarStatus.STOPPED or has_fault(picture.faults, Fault.STOPPED_OUTSIDE_ZONE)
        return not is_told or status.door_zone or status.door_status is not DoorStatus.CLOSED
    if _will_not_open(picture):
        return status.door_status is DoorStatus.OPEN
    return picture.openings_in_vain == 0 or picture.is_unseconded


def _needs_somebody(picture: Picture) -> bool:
    """A door that is shut at a landing tells of an entrapment only with somebody behind it, unless it tries again."""
    if picture.openings_in_vain >= VAIN_OPENINGS or picture.was_between:
        return False
    if picture.situation is not Situation.AT_LANDING or _will_not_open(picture) or picture.status is None:
        return False
    return picture.status.door_status is not DoorStatus.OPENING


def _will_not_open(picture: Picture) -> bool:
    return has_fault(picture.faults, Fault.DOOR_OPENING)


def _runs_normally(picture: Picture) -> bool:
    status = picture.status
    return status is not None and status.service_mode is ServiceMode.NORMAL and not picture.faults


def _is_stuck_closed(picture: Picture) -> bool:
    return _is_stuck(picture) and picture.status is not None and picture.status.door_status is DoorStatus.CLOSED


def _is_stuck(picture: Picture) -> bool:
    return picture.situation in STUCK


LEVELLED_OPEN = "levelled_open: the car is levelled and its door is open"
MOVING_AGAIN = "moving: the car is moving"
WITHDRAWN = "withdrawn: the lift no longer reports that people are trapped"
NOBODY_INSIDE = "nobody_inside: nobody is seen inside"
LATE_ALARM = "late_alarm: the lift has already ended this alarm or a later one"


def _in(situation: Situation) -> Callable[[Picture], bool]:
    return lambda p: p.situation is situation


def _in_mode(mode: ServiceMode) -> Callable[[Picture], bool]:
    return lambda p: p.status is not None and p.status.service_mode is mode


def _is_between_by_code_only(picture: Picture) -> bool:
    return picture.situation is Situation.BETWEEN_LANDINGS and picture.status is not None and picture.status.door_zone


def _is_opening_in_vain(picture: Picture) -> bool:
    if picture.situation is not Situation.AT_LANDING or _will_not_open(picture) or picture.status is None:
        return False
    return picture.openings_in_vain > 0 or picture.status.door_status is DoorStatus.OPENING


def _came_with_people(picture: Picture) -> bool:
    at_landing = picture.situation is Situation.AT_LANDING and picture.rode_inside
    return at_landing and not _will_not_open(picture) and not _is_opening_in_vain(picture)


def _is_doubtful(picture: Picture) -> bool:
    return picture.occupied is None and picture.status is not None and picture.status.passenger_present is False


def _is_unknown(picture: Picture) -> bool:
    if picture.occupied is not None or picture.sensor_stuck:
        return False
    return picture.status is None or picture.status.passenger_present is None


def _by_car(picture: Picture) -> str:
    return picture.origins.car


def _by_inside(picture: Picture) -> str:
    return picture.origins.inside or picture.origins.car


def _by_door(picture: Picture) -> str:
    return picture.origins.door or picture.origins.car


def _by_button(picture: Picture) -> str:
    return picture.origins.button


def _by_code(*faults: Fault) -> Callable[[Picture], str]:
    def origin(picture: Picture) -> str:
        told = (picture.origins.faults.get(fault) for fault in faults)
        return next((name for name in told if name), picture.origins.car)

    return origin


def _by_zone(picture: Picture) -> str:
    return _by_code(Fault.STOPPED_OUTSIDE_ZONE)(picture) if _is_between_by_code_only(picture) else picture.origins.car


_REASONS: tuple[tuple[Callable[[Picture], bool], str, Callable[[Picture], str]], ...] = (
    (
        lambda p: p.says_trapped,
        "says_trapped: the lift itself reports that people are trapped",
        _by_code(Fault.TRAPPED, Fault.TRAPPED_AT_LANDING),
    ),
    (_in(Situation.BETWEEN_LANDINGS), "outside_zone: the car stopped outside the door zone", _by_zone),
    (
        _is_between_by_code_only,
        "zone_doubtful: only a fault code says so, the door zone says otherwise",
        _by_code(Fault.STOPPED_OUTSIDE_ZONE),
    ),
    (_will_not_open, "door_will_not_open: the lift reports that its door does not open", _by_code(Fault.DOOR_OPENING)),
    (_is_opening_in_vain, "door_not_open: the door was to open and is not open", _by_door),
    (_came_with_people, "door_stayed_shut: the car came with people and its door has not opened", _by_car),
    (_is_stuck_closed, "doors_closed: the doors are closed", _by_car),
    (lambda p: _is_stuck(p) and not _is_stuck_closed(p), "doors_not_closed: the doors are not closed", _by_car),
    (lambda p: p.shut_in, "shut_in: nobody inside has had a way out for longer than any ride takes", _by_inside),
    (
        lambda p: p.status is not None and p.status.power_status is PowerStatus.LOST,
        "power_lost: the lift has lost its power",
        _by_car,
    ),
    (lambda p: p.occupied is True, "someone_inside: someone is inside", _by_inside),
    (lambda p: p.occupied is False, NOBODY_INSIDE, _by_car),
    (_is_doubtful, "presence_doubtful: someone was seen inside before, and nobody is now", _by_inside),
    (lambda p: p.sensor_stuck, "presence_stuck: the sensor sees somebody whatever the doors do", _by_car),
    (lambda p: p.comes_and_goes, "comes_and_goes: the signs of it come and go", _by_car),
    (_is_unknown, "presence_unknown: it is not known whether anyone is inside", _by_car),
    (lambda p: p.button is Button.HELD, "alarm_button: the alarm button was held", _by_button),
    (
        lambda p: p.button is Button.TOUCHED,
        "alarm_button_brief: the alarm button was pressed only briefly",
        _by_button,
    ),
    (_in(Situation.UNKNOWN), "car_unknown: nothing certain is known of the car", _by_car),
    (_in(Situation.MOVING), MOVING_AGAIN, _by_car),
    (_in(Situation.WAY_OUT), LEVELLED_OPEN, _by_car),
    (_in(Situation.RESTING), "resting: the car stands at a landing and its door is not open", _by_car),
    (lambda p: p.is_masked, "inspection: the lift is in inspection, so its state says little", _by_car),
    (_in_mode(ServiceMode.FIRE_RETURN), "fire_return: the lift was called back because of a fire", _by_car),
    (_in_mode(ServiceMode.FIREFIGHTER), "firefighter: the fire brigade is using the lift", _by_car),
    (_in_mode(ServiceMode.EARTHQUAKE), "earthquake: the lift stopped because of an earthquake", _by_car),
    (_in_mode(ServiceMode.EMERGENCY_POWER), "emergency_power: the lift runs on emergency power", _by_car),
)
"""For and against, in the order in which a person wants to read them."""
