"""Is anyone trapped? What speaks for it and against it, and how sure that makes us.

Decides from one picture of a lift; how long the picture has lasted is the tracker's affair, and what to do about it
the desk's. "Trapped" is inferred (GB/T 24476 has no code for it), so every answer carries its reasons. Where signs
conflict we lean towards people: a drive too many is cheaper than a person left in a car.

A car that holds people, as `suspect` grades it once it has lasted for T. Somebody inside is known from the sensor, from
what it saw before the car stuck (nobody leaves between landings), or from the alarm button; a sensor that changed its
mind counts as not knowing. Inspection masks all of this, and a levelled car with its door open ends it.

=================================================================  ==========  ===========  ==========
the car stands ...                                                 someone in  not known    nobody
=================================================================  ==========  ===========  ==========
outside the door zone, doors closed                                likely      possible     a fault
the same, but a door not closed, or only a fault code tells of it  possible    possible     a fault
in the zone; the door will not open (fault), or is opening still   likely      possible     a fault
in the zone; the door was opening and shut without having opened   likely      nothing      nothing
in the zone, doors closed, no power                                possible    nothing      nothing
anywhere; the lift itself says "trapped" (no waiting for T)        likely      likely       likely
any of these, and the alarm button held for 3 s                    confirmed   confirmed    likely
=================================================================  ==========  ===========  ==========

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

A reason is `code: sentence`; the code is stable, for those who translate it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from devices.faults import SAYS_TRAPPED, Fault
from devices.messages import CarStatus, Confidence, DoorStatus, Evidence, PowerStatus, RawFault, ServiceMode, Status


class Situation(StrEnum):
    """What the car's state means for people inside."""

    UNKNOWN = "unknown"
    MOVING = "moving"
    WAY_OUT = "way_out"
    """Levelled, and its door open."""
    RESTING = "resting"
    """Levelled, its door not open, and nobody asked it to be."""
    BETWEEN_LANDINGS = "between_landings"
    AT_LANDING = "at_landing"
    """Levelled, but its door does not open."""


STUCK = frozenset({Situation.BETWEEN_LANDINGS, Situation.AT_LANDING})


class Button(StrEnum):
    """The alarm button, until the end of the alarm. A press of unknown length counts as held."""

    UNTOUCHED = "untouched"
    TOUCHED = "touched"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All that is known of a lift at one moment. `occupied`: someone inside, nobody, or None for not known."""

    situation: Situation
    status: Status | None
    faults: tuple[RawFault, ...]
    occupied: bool | None
    button: Button

    @property
    def is_masked(self) -> bool:
        """People at work on the lift look like passengers."""
        return self.status is not None and self.status.service_mode is ServiceMode.INSPECTION

    @property
    def says_trapped(self) -> bool:
        """The lift itself says so, and does not stand there with its door open."""
        told = any(raw.fault in SAYS_TRAPPED for raw in self.faults)
        return told and self.situation is not Situation.WAY_OUT


def find_situation(status: Status, faults: tuple[RawFault, ...], *, door_called: bool) -> Situation:
    """Where the car stands. `door_called`: its door was seen opening at this stop, and not yet open."""
    if status.car_status is CarStatus.RUNNING:
        return Situation.MOVING
    if not status.door_zone:
        return Situation.BETWEEN_LANDINGS
    if status.door_status is DoorStatus.OPEN:
        return Situation.WAY_OUT
    if faults and has_fault(faults, Fault.STOPPED_OUTSIDE_ZONE):
        return Situation.BETWEEN_LANDINGS
    if status.door_status is DoorStatus.OPENING or (faults and has_fault(faults, Fault.DOOR_OPENING)):
        return Situation.AT_LANDING
    if status.passenger_present and (door_called or status.power_status is PowerStatus.LOST):
        return Situation.AT_LANDING
    return Situation.RESTING


def suspect(picture: Picture) -> Confidence | None:
    """How sure we shall be that people are trapped if this picture lasts; None for no entrapment."""
    if picture.is_masked or not (picture.situation in STUCK or picture.says_trapped):
        return None
    if picture.button is Button.HELD:
        return Confidence.LIKELY if picture.occupied is False else Confidence.CONFIRMED
    if picture.says_trapped or picture.button is Button.TOUCHED:
        return Confidence.LIKELY
    if picture.occupied is False:
        return None
    return Confidence.LIKELY if picture.occupied and not _is_weak(picture) else Confidence.POSSIBLE


def needs_no_waiting(picture: Picture) -> bool:
    """The picture is as good at once as after T: the lift says so itself, or an alarm confirms it."""
    if picture.is_masked:
        return False
    return picture.says_trapped or (picture.button is Button.HELD and weigh_alarm(picture) is Confidence.CONFIRMED)


def weigh_alarm(picture: Picture) -> Confidence:
    """How sure an alarm makes us that people are trapped."""
    match picture.situation:
        case Situation.WAY_OUT:
            return Confidence.POSSIBLE
        case Situation.MOVING if _runs_normally(picture):
            return Confidence.POSSIBLE
        case _ if picture.says_trapped or _is_surely_stuck(picture):
            weak = picture.is_masked or picture.occupied is False or picture.button is not Button.HELD
            return Confidence.LIKELY if weak else Confidence.CONFIRMED
        case _:
            return Confidence.LIKELY


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
    """The confidence with every reason for and against that the picture holds."""
    reasons = (reason for applies, reason in _REASONS if applies(picture))
    return Evidence(confidence=confidence, reasons=(*reasons, *more))


def has_fault(faults: tuple[RawFault, ...], fault: Fault) -> bool:
    """Whether this fault is raised, by whatever code."""
    return any(raw.fault is fault for raw in faults)


def _is_weak(picture: Picture) -> bool:
    """A second sign contradicts the first, or it is only the power that holds the door."""
    status = picture.status
    if status is None:
        return True
    if picture.situation is Situation.BETWEEN_LANDINGS:
        return status.door_zone or status.door_status is not DoorStatus.CLOSED
    return status.power_status is PowerStatus.LOST and not has_fault(picture.faults, Fault.DOOR_OPENING)


def _is_surely_stuck(picture: Picture) -> bool:
    """Stuck even before T: a door that has only begun to open is not."""
    if picture.situation is Situation.AT_LANDING:
        return has_fault(picture.faults, Fault.DOOR_OPENING)
    return picture.situation is Situation.BETWEEN_LANDINGS


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


def _with(fault: Fault) -> Callable[[Picture], bool]:
    return lambda p: has_fault(p.faults, fault)


def _is_between_by_code_only(picture: Picture) -> bool:
    return picture.situation is Situation.BETWEEN_LANDINGS and picture.status is not None and picture.status.door_zone


def _is_opening_in_vain(picture: Picture) -> bool:
    if picture.situation is not Situation.AT_LANDING or has_fault(picture.faults, Fault.DOOR_OPENING):
        return False
    return picture.status is not None and picture.status.power_status is not PowerStatus.LOST


_REASONS: tuple[tuple[Callable[[Picture], bool], str], ...] = (
    (lambda p: p.says_trapped, "says_trapped: the lift itself reports that people are trapped"),
    (_in(Situation.BETWEEN_LANDINGS), "outside_zone: the car stopped outside the door zone"),
    (_is_between_by_code_only, "zone_doubtful: only a fault code says so, the door zone says otherwise"),
    (_with(Fault.DOOR_OPENING), "door_will_not_open: the lift reports that its door does not open"),
    (_is_opening_in_vain, "door_not_open: the door was to open and is not open"),
    (_is_stuck_closed, "doors_closed: the doors are closed"),
    (lambda p: _is_stuck(p) and not _is_stuck_closed(p), "doors_not_closed: the doors are not closed"),
    (
        lambda p: p.status is not None and p.status.power_status is PowerStatus.LOST,
        "power_lost: the lift has lost its power",
    ),
    (lambda p: p.occupied is True, "someone_inside: someone is inside"),
    (lambda p: p.occupied is False, NOBODY_INSIDE),
    (
        lambda p: p.occupied is None and p.status is not None and p.status.passenger_present is False,
        "presence_doubtful: someone was seen inside before, and nobody is now",
    ),
    (
        lambda p: p.occupied is None and (p.status is None or p.status.passenger_present is None),
        "presence_unknown: it is not known whether anyone is inside",
    ),
    (lambda p: p.button is Button.HELD, "alarm_button: the alarm button was held"),
    (lambda p: p.button is Button.TOUCHED, "alarm_button_brief: the alarm button was pressed only briefly"),
    (_in(Situation.UNKNOWN), "car_unknown: nothing certain is known of the car"),
    (_in(Situation.MOVING), MOVING_AGAIN),
    (_in(Situation.WAY_OUT), LEVELLED_OPEN),
    (_in(Situation.RESTING), "resting: the car stands at a landing and its door is not open"),
    (lambda p: p.is_masked, "inspection: the lift is in inspection, so its state says little"),
)
"""For and against, in the order in which a person wants to read them."""
