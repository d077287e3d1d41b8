"""The picture of a lift at one moment: where the car stands, who may be inside, and which message told us so.

Decides what a status means for people inside (`find_situation`), and no more: how sure that makes us is `evidence`'s,
how long it has lasted the tracker's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from devices.faults import SAYS_TRAPPED, Fault
from devices.messages import CarStatus, DoorStatus, PowerStatus, RawFault, ServiceMode, Status


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


VAIN_OPENINGS = 2
"""Where it is not known whether anybody is inside: a door tries again for somebody."""
STUCK = frozenset({Situation.BETWEEN_LANDINGS, Situation.AT_LANDING})


class Button(StrEnum):
    """The alarm button, until the end of the alarm. A press of unknown length counts as held."""

    UNTOUCHED = "untouched"
    TOUCHED = "touched"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Which message told of what, as `status 3/118`: kind, boot, and the number within it. Empty: none did."""

    car: str = ""
    inside: str = ""
    door: str = ""
    button: str = ""
    faults: Mapping[Fault | None, str] = field(default_factory=dict)


NO_ORIGINS = Origins()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All that is known of a lift at one moment. `occupied`: someone inside, nobody, or None for not known."""

    situation: Situation
    status: Status | None
    faults: tuple[RawFault, ...]
    occupied: bool | None
    button: Button
    openings_in_vain: int = 0
    """How often its door was seen opening at this stop, never open since."""
    was_between: bool = False
    """On this ride the car stood between landings, and its door has not been open since."""
    rode_inside: bool = False
    """Someone was inside while the car ran, and the door has not opened since."""
    is_unseconded: bool = False
    """One message told of its door, or some since then are missing: that it opened after all may be among them."""
    comes_and_goes: bool = False
    """The signs that people are trapped are away for a moment, not for good."""
    shut_in: bool = False
    """Someone has had no way out for longer than any ride takes."""
    sensor_stuck: bool = False
    """The presence sensor sees somebody whatever happens."""
    origins: Origins = NO_ORIGINS

    @property
    def is_masked(self) -> bool:
        """People at work on the lift look like passengers."""
        return self.status is not None and self.status.service_mode is ServiceMode.INSPECTION

    @property
    def says_trapped(self) -> bool:
        """The lift itself says so, and does not stand there with its door open."""
        told = any(raw.fault in SAYS_TRAPPED for raw in self.faults)
        return told and self.situation is not Situation.WAY_OUT


def find_situation(
    status: Status,
    faults: tuple[RawFault, ...],
    *,
    openings_in_vain: int = 0,
    rode_inside: bool = False,
    was_between: bool = False,
) -> Situation:
    """Where the car stands.

    `openings_in_vain`: how often its door was seen opening at this stop, never open since. `rode_inside`: someone was
    inside while it ran, and the door has not opened since; `was_between`: on that ride it stood between landings.
    """
    if status.car_status is CarStatus.RUNNING:
        return Situation.MOVING
    if not status.door_zone:
        return Situation.BETWEEN_LANDINGS
    will_not_open = bool(faults) and has_fault(faults, Fault.DOOR_OPENING)
    if status.door_status is DoorStatus.OPEN and not (will_not_open and status.passenger_present is not False):
        # Some profiles tell only "closed" and "not closed": with that fault, it may be a hand's breadth.
        return Situation.WAY_OUT
    if faults and has_fault(faults, Fault.STOPPED_OUTSIDE_ZONE):
        return Situation.BETWEEN_LANDINGS
    if will_not_open:
        return Situation.AT_LANDING
    if status.service_mode is ServiceMode.FIREFIGHTER:
        # The fire brigade drives it: its door opens only while their hand is on the button.
        return Situation.RESTING
    if status.door_status is DoorStatus.OPENING:
        return Situation.AT_LANDING
    is_due = _is_due_to_open(status, openings_in_vain=openings_in_vain, rode_inside=rode_inside or was_between)
    is_due = is_due or (was_between and status.passenger_present is not False)
    return Situation.AT_LANDING if is_due else Situation.RESTING


def _is_due_to_open(status: Status, *, openings_in_vain: int, rode_inside: bool) -> bool:
    """The door is not open, and with somebody inside it should be by now."""
    if status.passenger_present is None:
        return openings_in_vain >= VAIN_OPENINGS
    return status.passenger_present and (openings_in_vain > 0 or rode_inside or _should_stand_open(status))


def _should_stand_open(status: Status) -> bool:
    """Without power the door cannot be opened from inside; after a quake the car is to let everybody out and wait."""
    return status.power_status is PowerStatus.LOST or status.service_mode is ServiceMode.EARTHQUAKE


def has_fault(faults: tuple[RawFault, ...], fault: Fault) -> bool:
    """Whether this fault is raised, by whatever code."""
    return any(raw.fault is fault for raw in faults)
