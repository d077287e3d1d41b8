"""Everything the desk can be told. The tracker's events are inputs as they are; these are the rest."""

from __future__ import annotations

from collections.abc import Mapping
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
from rescue.incident import Assignment, AssignmentId, Caller, Incident, IncidentId, Lift, Source
from rescue.timeline import Actor, Fact, instant


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
    CAUSE = "cause"
    """Why it happened, filed after the work is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyAnswered:
    """A company's answer to `attempt`; it counts only while that attempt stands."""

    assignment_id: AssignmentId
    attempt: int
    answer: Answer
    crew_id: CrewId | None = None
    """With `accept`: another crew of the same company that goes instead."""
    reason: str = ""
    eta_s: float | None = None
    """With `accept`: how long the crew itself thinks it will take."""
    people_released: int | None = None
    injured: int | None = None
    cause_code: str | None = None
    release_method: str | None = None
    reported_at: float | None = None
    """By the clock of the company or the crew's phone, in POSIX seconds: it may have been offline since."""


class Action(StrEnum):
    """What an operator can do to a case."""

    CLAIM = "claim"
    UNCLAIM = "unclaim"
    COMFORT = "comfort"
    NOTE = "note"
    TRIAGE = "triage"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    HAND_OVER = "hand_over"
    STAND_DOWN = "stand_down"
    FALSE_ALARM = "false_alarm"
    CONFIRM_RELEASE = "confirm_release"
    CLOSE = "close"
    MERGE = "merge"
    UNDO = "undo"
    """What is held is not done."""
    HOLD_ESCALATION = "hold_escalation"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    LEAVE = "leave"
    """To whoever comes next, at the end of a shift."""
    REOPEN = "reopen"
    """The only one for a case that is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorActed:
    """An operator's action; with `version`, only if the case is still as the operator saw it."""

    incident_id: IncidentId
    action: Action
    version: int | None = None
    reason: str = ""
    """Free text: the note, or why."""
    crew_id: CrewId | None = None
    redirect: bool = False
    """With `assign`: also if the crew is bound for a case that matters less."""
    spoke_to: str = ""
    """With `hand_over`: who took the call."""
    people: int | None = None
    injured: int | None = None
    vulnerable: tuple[str, ...] | None = None
    people_released: int | None = None
    cause_code: str | None = None
    passengers_confirm: bool = False
    """With `stand_down`: the passengers themselves say that they are out."""
    into: IncidentId | None = None
    """With `merge`: the case of the same people that goes on."""
    hold_s: float | None = None
    """With what can be undone: how long it waits for that. With `hold_escalation`: how long, None for all one may."""
    until: datetime | None = None
    """With `shelve`."""
    is_supervisor: bool = False
    """Whoever acts may do what is a supervisor's to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferUndelivered:
    """No endpoint of the company took the offer; waiting longer for its answer is idle."""

    assignment_id: AssignmentId
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanImproved:
    """Where each crew had best go, one case after the other, as a planner found it for the board of a moment ago.

    Advice: what has changed since then is not followed.
    """

    routes: Mapping[CrewId, tuple[IncidentId, ...]]
    expected_at: Mapping[IncidentId, datetime] = field(default_factory=dict)
    """When somebody is there, by this plan: for people to see, nothing is decided by it."""


News = FaultRaised | FaultCleared | TestCallOverdue | TestCallHeard | LinkChanged
"""What is wrong with lifts while nobody is known to be inside. Many of these may be decided at once."""
LiftEvent = AlarmRaised | AlarmEnded | EntrapmentFound | EntrapmentEnded | News
Input = LiftEvent | Intake | CompanyAnswered | OperatorActed | OfferUndelivered | PlanImproved


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A case that is over and that an input speaks of: the board holds it no more."""

    incident: Incident
    assignment: Assignment | None = None
    """Of an answer: the attempt that is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An input as it reached us. `input_id` is made at the edge and names the incident, should it open one."""

    input_id: str
    input: Input
    actor: Actor
    lift: Lift | None = field(default=None)
    """The registry's card of the lift the input is about, None for a lift we do not know."""
    finished: Finished | None = None
    """The case the input is about, if it is over; of an input that may open a case, the lift's last one of people."""


def own_clock(said: Input) -> dict[str, Fact]:
    """The time by the speaker's own clock, and how far that was ahead of ours, as far as either is known.

    A broken clock may say what no date can: then it is quoted in seconds.
    """
    reported_at, skew_s = getattr(said, "reported_at", None), getattr(said, "skew_s", None)
    facts: dict[str, Fact] = {}
    if reported_at is not None:
        facts["reported_at"] = _spell(reported_at)
    if skew_s is not None:
        facts["skew_s"] = round(skew_s, 3)
    return facts


def _spell(seconds: float) -> str:
    try:
        return instant(instant_of(seconds))
    except (OverflowError, ValueError):
        return f"{seconds:.0f} s"


def instant_of(seconds: float) -> datetime:
    """The instant of a lift's event, which the tracker gives in POSIX seconds."""
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
