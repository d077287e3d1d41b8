"""Everything the desk can be told. The tracker's events are inputs as they are; these are the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from devices.messages import (
    AlarmEnded,
    AlarmRaised,
    Area,
    EntrapmentEnded,
    EntrapmentFound,
    FaultCleared,
    FaultRaised,
    LiftId,
    LinkChanged,
    TestCallHeard,
    TestCallOverdue,
)
from dispatch.crews import CrewId
from rescue.incident import AssignmentId, Caller, IncidentId, Lift, Source
from rescue.timeline import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A person reports people trapped in a lift."""

    lift_id: LiftId
    area: Area
    source: Source
    caller: Caller
    people: int | None = None
    injured: int = 0
    vulnerable: tuple[str, ...] = ()
    note: str = ""


class Answer(StrEnum):
    """What a company can say to an offer or about an assignment."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CANNOT_REACH = "cannot_reach"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyAnswered:
    """A company's answer to `attempt`; it counts only while that attempt stands."""

    assignment_id: AssignmentId
    attempt: int
    answer: Answer
    crew_id: CrewId | None = None
    """With `accept`: another crew of the same company that goes instead."""
    reason: str = ""
    people_released: int | None = None
    injured: int | None = None
    cause_code: str | None = None
    release_method: str | None = None


class Action(StrEnum):
    """What an operator can do to a case."""

    CLAIM = "claim"
    UNCLAIM = "unclaim"
    COMFORT = "comfort"
    NOTE = "note"
    TRIAGE = "triage"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    STAND_DOWN = "stand_down"
    FALSE_ALARM = "false_alarm"
    CONFIRM_RELEASE = "confirm_release"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorActed:
    """An operator's action; with `version`, only if the case is still as the operator saw it."""

    incident_id: IncidentId
    action: Action
    version: int | None = None
    reason: str = ""
    """Free text: the note, or why."""
    crew_id: CrewId | None = None
    people: int | None = None
    injured: int | None = None
    vulnerable: tuple[str, ...] | None = None
    people_released: int | None = None
    cause_code: str | None = None
    passengers_confirm: bool = False
    """With `stand_down`: the passengers themselves say that they are out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferUndelivered:
    """No endpoint of the company took the offer; waiting longer for its answer is idle."""

    assignment_id: AssignmentId
    attempt: int
    reason: str


News = FaultRaised | FaultCleared | TestCallOverdue | TestCallHeard | LinkChanged
"""What is wrong with lifts while nobody is known to be inside. Many of these may be decided at once."""
LiftEvent = AlarmRaised | AlarmEnded | EntrapmentFound | EntrapmentEnded | News
Input = LiftEvent | Intake | CompanyAnswered | OperatorActed | OfferUndelivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An input as it reached us. `input_id` is made at the edge and names the incident, should it open one."""

    input_id: str
    input: Input
    actor: Actor
    lift: Lift | None = field(default=None)
    """The registry's card of the lift the input is about, None for a lift we do not know."""


def instant_of(seconds: float) -> datetime:
    """The instant of a lift's event, which the tracker gives in POSIX seconds."""
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
