"""What a lift says (messages) and what we make of it (events).

Messages are the lift's own words after parsing: one vocabulary whatever profile the lift speaks. Events are the
tracker's findings; the desk takes them as inputs. Instants are POSIX seconds: `reported_at` by the lift's clock (None
where it gave none), every other by ours. Neither kind knows of cases, crews or how it travelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from devices.faults import Fault

LiftId = NewType("LiftId", str)
Area = NewType("Area", str)
"""A 6-digit GB/T 2260 code."""


class ServiceMode(StrEnum):
    """What the lift is in service for (GB/T 24476)."""

    STOPPED = "stopped"
    NORMAL = "normal"
    INSPECTION = "inspection"
    FIRE_RETURN = "fire_return"
    FIREFIGHTER = "firefighter"
    EMERGENCY_POWER = "emergency_power"
    EARTHQUAKE = "earthquake"
    UNKNOWN = "unknown"


class CarStatus(StrEnum):
    """Whether the car moves."""

    STOPPED = "stopped"
    RUNNING = "running"


class CarDirection(StrEnum):
    """Which way the car is bound."""

    NONE = "none"
    UP = "up"
    DOWN = "down"


class DoorStatus(StrEnum):
    """The car door; only `closed` means fully closed."""

    CLOSED = "closed"
    OPEN = "open"
    OPENING = "opening"
    CLOSING = "closing"
    UNKNOWN = "unknown"


class PowerStatus(StrEnum):
    """Where the lift's power comes from."""

    MAINS = "mains"
    BATTERY = "battery"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFault:
    """A fault code as the lift sent it: never thrown away, even when no profile knows it."""

    profile: str
    code: str
    fault: Fault | None = None
    """Our word for it; None: this profile has no such code, and it is shown as unknown."""


@dataclass(slots=True, kw_only=True)
class Status:
    """A lift's state in full, as of one moment. `seq` counts within `boot`.

    Nobody changes one, though nothing forbids it: of all that is made for a message, forbidding it cost the most.
    """

    reported_at: float | None
    boot: int
    seq: int
    service_mode: ServiceMode
    car_status: CarStatus
    car_direction: CarDirection
    car_position: str
    door_zone: bool
    door_status: DoorStatus
    passenger_present: bool | None
    power_status: PowerStatus
    faults: tuple[RawFault, ...] = ()
    load_percent: float | None = None
    car_speed_mps: float | None = None
    alarm_button: bool = False
    """Some profiles report the button in the status instead of as an alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The alarm button was pressed. `number` counts up per lift; re-sent until acknowledged."""

    reported_at: float | None
    boot: int
    number: int
    button_held_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfAlarm:
    """The end of alarm `number`, given at the lift by a competent person (EN 81-28)."""

    reported_at: float | None
    boot: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultReport:
    """One fault raised or cleared."""

    reported_at: float | None
    boot: int
    seq: int
    fault: RawFault
    raised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCall:
    """The periodic test call (EN 81-28: at least every 72 h)."""

    __test__ = False

    reported_at: float | None
    boot: int
    number: int
    battery_ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The controller came on line (its birth) or was lost (its will)."""

    boot: int
    online: bool
    profile: str | None = None
    firmware: str | None = None


Message = Status | Alarm | EndOfAlarm | FaultReport | TestCall | Link


class Confidence(StrEnum):
    """How sure we are that people are trapped. Ordered: `possible` < `likely` < `confirmed`."""

    POSSIBLE = "possible"
    LIKELY = "likely"
    CONFIRMED = "confirmed"

    @property
    def rank(self) -> int:
        """0, 1, 2: for comparing."""
        return _RANKS[self]


_RANKS = {Confidence.POSSIBLE: 0, Confidence.LIKELY: 1, Confidence.CONFIRMED: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why we think someone is trapped: each reason is a sentence for a person, for or against."""

    confidence: Confidence
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised:
    """The alarm button; to be acknowledged to the lift by `number` once the desk has committed it."""

    lift_id: LiftId
    area: Area
    number: int
    boot: int
    at: float
    reported_at: float | None
    evidence: Evidence
    heard_in: Area | None = None
    """The area of its topic, where that is not the lift's own: the acknowledgement must go there to be heard."""
    skew_s: float | None = None
    """How far the lift's clock was ahead of ours, as well as we knew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEnded:
    """The end of alarm `number`: a sign of release, not release itself."""

    lift_id: LiftId
    area: Area
    number: int
    at: float
    reported_at: float | None
    skew_s: float | None = None
    """How far the lift's clock was ahead of ours, as well as we knew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrapmentFound:
    """People are trapped, as far as the messages tell; said again when the confidence rises."""

    lift_id: LiftId
    area: Area
    since: float
    """When the car stopped with them, by our clock."""
    at: float
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrapmentEnded:
    """The signs of entrapment are gone (levelled, door open, or moving again): evidence of release, never release."""

    lift_id: LiftId
    area: Area
    at: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """The lift went off line (`online` False) or came back. Low news: never before an alarm."""

    lift_id: LiftId
    area: Area
    online: bool
    at: float
    reason: str
    lasted_s: float = 0.0
    """Above 0: it has been off line for so long that somebody should look; said once more for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRaised:
    """Something is wrong with the lift: by a code it sent (`raw`), or inferred from what it says (`raw` None)."""

    lift_id: LiftId
    area: Area
    fault: Fault | None
    """None: a code that no profile knows."""
    raw: RawFault | None
    since: float
    at: float
    reported_at: float | None
    reasons: tuple[str, ...] = ()
    is_flapping: bool = False
    """It comes and goes so often that only the first of it is news for a queue."""
    skew_s: float | None = None
    """How far the lift's clock was ahead of ours, as well as we knew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCleared:
    """What FaultRaised said holds no longer."""

    lift_id: LiftId
    area: Area
    fault: Fault | None
    raw: RawFault | None
    at: float
    reported_at: float | None
    is_flapping: bool = False
    skew_s: float | None = None
    """How far the lift's clock was ahead of ours, as well as we knew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCallOverdue:
    """No test call for longer than EN 81-28 allows: nobody knows whether the alarm button works."""

    __test__ = False

    lift_id: LiftId
    area: Area
    at: float
    last_at: float | None
    """The last one, None if none was ever heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCallHeard:
    """A test call that had been overdue has come."""

    __test__ = False

    lift_id: LiftId
    area: Area
    at: float


Event = (
    AlarmRaised
    | AlarmEnded
    | EntrapmentFound
    | EntrapmentEnded
    | LinkChanged
    | FaultRaised
    | FaultCleared
    | TestCallOverdue
    | TestCallHeard
)
