"""The incident: our case about one lift, and the only way its status changes.

An incident is a value: every change makes a new one with a higher `version`. Its status moves by the TRANSITIONS table
and by nothing else:

    open ──offered──▶ dispatched ──set_out──▶ en_route ──arrived──▶ on_scene ──released──▶ released ──closed──▶ closed
     ▲                    │                      │                     │                      │
     └────── crew_lost ───┴──────────────────────┴─────────────────────┘                      │
     ▲                                                                                        │
     └───────────────────────────────── trapped_again ────────────────────────────────────────┘

`dispatched` says a crew has been asked; whether it has accepted is the assignment's to say. Crews forget to report, so
`arrived` and `released` are taken from any stage in which a crew has accepted, and `released` from `open` too, when an
operator learns that the people are out. `stood_down` and `false_alarm` end a case before release, and so does `merged`:
the case is found to be about people of whom another case is about already.

A case about a fault, a power cut, a lost link or a missed test call goes the same way, only that nobody is inside:
`released` says that the crew's work is done, and `settled` closes it from any earlier stage, because what was wrong has
passed or an operator says so. An entrapment is never settled; `advance` sees to it. A case becomes an entrapment when
people are found to be inside, and never falls back.

This module knows nothing of databases, messages or who may do what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType

from devices.faults import Fault
from devices.messages import Area, Confidence, Evidence, LiftId
from dispatch.crews import CompanyId, CrewId, Position
from rescue.holds import EscalationHeld, Held, Left, Shelved

IncidentId = NewType("IncidentId", str)
AssignmentId = NewType("AssignmentId", str)


class Kind(StrEnum):
    """What the case is about, the gravest first: an entrapment outranks all others."""

    ENTRAPMENT = "entrapment"
    POWER_OUTAGE = "power_outage"
    FAULT = "fault"
    LINK_LOST = "link_lost"
    TEST_OVERDUE = "test_overdue"
    ENQUIRY = "enquiry"


class Source(StrEnum):
    """Who told us first."""

    IOT = "iot"
    PHONE = "phone"
    QR = "qr"
    STAFF = "staff"
    FIRE_BRIGADE = "119"


class Status(StrEnum):
    """Where the case stands. The last three are final."""

    OPEN = "open"
    DISPATCHED = "dispatched"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    RELEASED = "released"
    CLOSED = "closed"
    STOOD_DOWN = "stood_down"
    FALSE_ALARM = "false_alarm"


FINAL = frozenset({Status.CLOSED, Status.STOOD_DOWN, Status.FALSE_ALARM})
TRAPPED = frozenset({Status.OPEN, Status.DISPATCHED, Status.EN_ROUTE, Status.ON_SCENE})
"""The statuses in which people may still be inside; of other cases, those in which the work is not done."""


class Signal(StrEnum):
    """What moves a case from one status to the next."""

    OFFERED = "offered"
    CREW_LOST = "crew_lost"
    SET_OUT = "set_out"
    ARRIVED = "arrived"
    RELEASED = "released"
    TRAPPED_AGAIN = "trapped_again"
    CLOSED = "closed"
    SETTLED = "settled"
    """Nobody was inside, and nothing is left to do."""
    STOOD_DOWN = "stood_down"
    FALSE_ALARM = "false_alarm"
    MERGED = "merged"
    """The same people have another case, which goes on."""


TRANSITIONS: Mapping[tuple[Status, Signal], Status] = {
    (Status.OPEN, Signal.OFFERED): Status.DISPATCHED,
    (Status.DISPATCHED, Signal.CREW_LOST): Status.OPEN,
    (Status.DISPATCHED, Signal.SET_OUT): Status.EN_ROUTE,
    (Status.DISPATCHED, Signal.ARRIVED): Status.ON_SCENE,
    (Status.EN_ROUTE, Signal.CREW_LOST): Status.OPEN,
    (Status.EN_ROUTE, Signal.ARRIVED): Status.ON_SCENE,
    (Status.ON_SCENE, Signal.CREW_LOST): Status.OPEN,
    **{(status, Signal.RELEASED): Status.RELEASED for status in sorted(TRAPPED)},
    **{(status, Signal.SETTLED): Status.CLOSED for status in sorted(TRAPPED)},
    **{(status, Signal.STOOD_DOWN): Status.STOOD_DOWN for status in sorted(TRAPPED)},
    **{(status, Signal.FALSE_ALARM): Status.FALSE_ALARM for status in sorted(TRAPPED)},
    **{(status, Signal.MERGED): Status.CLOSED for status in sorted(TRAPPED)},
    (Status.RELEASED, Signal.TRAPPED_AGAIN): Status.OPEN,
    (Status.RELEASED, Signal.CLOSED): Status.CLOSED,
}


class TransitionRefused(Exception):
    """The table does not list this signal for this status, or the case is of a kind that cannot take it."""

    def __init__(self, status: Status, signal: Signal) -> None:
        super().__init__(f"a case that is {status} cannot take '{signal}'")
        self.status = status
        self.signal = signal


class Deadline(StrEnum):
    """What must have happened by then. An open case always has at least one ahead of it."""

    VERIFY_BY = "verify_by"
    """An operator has listened in on a merely possible entrapment; then it is treated as likely."""
    ASK_BY = "ask_by"
    """The next crew is sought."""
    ACCEPT_BY = "accept_by"
    """The crew that was asked has answered."""
    ENGAGE_BY = "engage_by"
    """Somebody has accepted, or the next level is asked."""
    SET_OUT_BY = "set_out_by"
    """The crew that accepted has set out, or is reminded."""
    EXPECTED_BY = "expected_by"
    """It is there, by its own estimate and a margin, or is reminded."""
    RELIEVE_BY = "relieve_by"
    """A crew that was reminded has said something, or another is looked for."""
    HAND_OVER_BY = "hand_over_by"
    """The call to the last level is confirmed, or people are reminded."""
    STAY_BY = "stay_by"
    """The next mark of the stay in the car (arrival limits, supervisor, regulator, accident)."""
    COMFORT_BY = "comfort_by"
    """Somebody has spoken to the passengers, or an operator is reminded."""
    CALL_BACK_BY = "call_back_by"
    """The passengers or the user unit have been called back after release."""
    CLOSE_BY = "close_by"
    """The cause is filed and the case closed."""
    ATTEND_BY = "attend_by"
    """Somebody has seen to a case in which nobody is inside; after that, people are reminded."""
    CARRY_OUT_BY = "carry_out_by"
    """An operator has thought better of a deed that is held, or it is done."""


class Sign(StrEnum):
    """Independent signs that people are out. Two of them and a person's word stand a crew down."""

    LIFT_RECOVERED = "lift_recovered"
    ALARM_ENDED = "alarm_ended"
    PASSENGERS_SAY = "passengers_say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """The registry's card of a lift: all a crew needs to find it and get in."""

    lift_id: LiftId
    area: Area
    rescue_code: str | None = None
    register_code: str | None = None
    address: str = ""
    building: str = ""
    entrance: str = ""
    position: Position | None = None
    company_id: CompanyId | None = None
    floors: int | None = None
    place_type: str = "other"
    machine_room: bool | None = None
    user_unit: str = ""
    safety_officer: str = ""
    safety_officer_phone: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Further columns of the registry's file, kept as they came (brand, model, drive type …)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who phoned, as far as they said."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRecord:
    """One numbered alarm of the lift that this case took in."""

    number: int
    boot: int
    raised_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a crew should not be asked again for this case, and since when."""

    reason: str
    at: datetime
    level: int


class AssignmentStatus(StrEnum):
    """How far one attempt with one crew has come."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    RELEASED = "released"
    DECLINED = "declined"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"
    CANNOT_REACH = "cannot_reach"


HOLDS_CREW = frozenset(
    {AssignmentStatus.OFFERED, AssignmentStatus.ACCEPTED, AssignmentStatus.EN_ROUTE, AssignmentStatus.ON_SCENE}
)
"""A crew in one of these is not asked for another case."""
ACCEPTED = HOLDS_CREW - {AssignmentStatus.OFFERED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A crew asked for an incident: the `attempt`-th try. Every answer must quote the attempt."""

    assignment_id: AssignmentId
    incident_id: IncidentId
    attempt: int
    level: int
    crew_id: CrewId
    company_id: CompanyId
    status: AssignmentStatus
    offered_at: datetime
    accept_by: datetime
    eta_s: float | None
    reason: str
    """Why this crew."""
    accepted_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """The call that a person makes to the last level: whom to call, what to say, and whether it was made.

    `say` and `say_zh` follow the case until the call is confirmed, and then stay as they were.
    """

    name: str
    name_zh: str
    call: str
    """The number."""
    say: str
    say_zh: str
    asked_at: datetime
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    spoke_to: str = ""
    note: str = ""


class Place(NamedTuple):
    """Where many lifts suffer from one thing: a building, or with `building` "" a whole area."""

    condition: str
    area: Area
    building: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A lift of a parent case. `left_at` is None for as long as the lift still suffers from `condition`."""

    parent_id: IncidentId
    lift_id: LiftId
    condition: str
    building: str
    company_id: CompanyId | None
    joined_at: datetime
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A case about one lift, or the parent case of many. `deadlines` holds what must happen next, and by when."""

    incident_id: IncidentId
    number: int
    kind: Kind
    status: Status
    version: int
    level: int
    source: Source
    lift_id: LiftId | None
    """None: a parent case, about many lifts; its members are kept beside it."""
    area: Area
    lift: Lift | None
    opened_at: datetime
    trapped_since: datetime
    """Where nobody is trapped: since when something is wrong."""
    evidence: Evidence
    """Where nobody is trapped: the reasons count, the confidence says nothing."""
    deadlines: Mapping[Deadline, datetime]
    people: int | None = None
    injured: int = 0
    vulnerable: tuple[str, ...] = ()
    caller: Caller | None = None
    other_callers: tuple[Caller, ...] = ()
    """Who else phoned, the newest last."""
    alarms: tuple[AlarmRecord, ...] = ()
    signs: frozenset[Sign] = frozenset()
    is_inferred: bool = False
    """The lift itself shows people inside, or did; its alarm button is another matter."""
    assignment_id: AssignmentId | None = None
    """The attempt that holds a crew now, if any."""
    relief_id: AssignmentId | None = None
    """An offer beside it: another crew is asked because this one is late, and stays until the other accepts."""
    handover: Handover | None = None
    """At the last level: the call that is to be made, or was."""
    attempts: int = 0
    asked_at_level: int = 0
    """Attempts made since this level was reached."""
    refusals: Mapping[CrewId, Refusal] = field(default_factory=dict)
    chosen_by: str | None = None
    """The operator who chose the crew that was asked last; None where the dispatcher did."""
    claimed_by: str | None = None
    left: Left | None = None
    """Nobody handles it since somebody went off shift."""
    held: Held | None = None
    """A deed that is still to be done, and may be undone: then CARRY_OUT_BY is ahead."""
    escalation_held: EscalationHeld | None = None
    shelved: Shelved | None = None
    """It comes back when ATTEND_BY passes."""
    comforted_at: datetime | None = None
    comforts_missed: int = 0
    """In a row, as far as they were written down."""
    dispatched_at: datetime | None = None
    arrived_at: datetime | None = None
    released_at: datetime | None = None
    called_back_at: datetime | None = None
    closed_at: datetime | None = None
    people_released: int | None = None
    release_method: str | None = None
    cause_code: str | None = None
    parent_id: IncidentId | None = None
    follows_id: IncidentId | None = None
    """The case of the same lift that ended a while before, or that was reopened by this one."""
    merged_into_id: IncidentId | None = None
    """The case that these people were found to have already."""
    late_entries: int = 0
    """Entries made after the end: they have a limit."""
    fault: Fault | None = None
    """What opened the case, if it was a fault; kept when the case rises."""
    conditions: Mapping[str, datetime] = field(default_factory=dict)
    """What is wrong with the lift and opens cases, and since when this case knows; all gone, a case may settle."""
    flapping: frozenset[str] = frozenset()
    """What comes and goes so often that it is no longer written down each time."""
    news: int = 0
    """Entries about faults and the link so far: they have a limit."""
    building: str = ""
    """Of a parent case that is about one building."""
    affected: int = 0
    """Of a parent case: how many lifts have belonged to it, and how many of these have recovered."""
    recovered: int = 0
    children: int = 0
    """Of a parent case: how many cases of single lifts have named it their parent."""
    company_ids: tuple[CompanyId, ...] = ()
    """Of a parent case: the companies of its lifts, each told when its first lift joined."""
    shortfall: str = ""
    """Why nobody could be asked, when last sought; said again in the timeline only when it changes."""
    entries: int = 0
    """How many entries its timeline has, and the hash of the last: the chain's head."""
    head: str = ""

    @property
    def is_final(self) -> bool:
        """Nothing more will happen in this case; what is said of it late is only written down."""
        return self.status in FINAL

    @property
    def is_entrapment(self) -> bool:
        """People are, or may be, inside."""
        return self.kind is Kind.ENTRAPMENT

    @property
    def place(self) -> Place | None:
        """What a parent case is about, and where; None for the case of one lift."""
        if self.lift_id is not None:
            return None
        return Place(next(iter(self.conditions)), self.area, self.building)

    def without(self, *deadlines: Deadline) -> Incident:
        """The incident with these deadlines met or dropped."""
        return replace(self, deadlines={k: v for k, v in self.deadlines.items() if k not in deadlines})

    def due(self, **by: datetime) -> Incident:
        """The incident with these deadlines set, e.g. `due(ask_by=now)`."""
        return replace(self, deadlines={**self.deadlines, **{Deadline(k): v for k, v in by.items()}})


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLedger:
    """The newest alarm of a lift, kept beyond its case, so that a delayed repeat is known for what it is.

    `ended_number` is the highest number that has ended. `reported_at` is by the lift's own clock (POSIX seconds), and
    only ever compared with other times by that clock.
    """

    lift_id: LiftId
    number: int
    boot: int
    seen_at: datetime
    reported_at: float | None = None
    ended_number: int | None = None


def advance(incident: Incident, signal: Signal) -> Incident:
    """The incident after `signal`, by the table. Raises TransitionRefused for a pair that is not listed.

    The rules that the table cannot hold: no entrapment is settled, and nothing else is merged.
    """
    status = TRANSITIONS.get((incident.status, signal))
    if status is None or not _suits(signal, incident):
        raise TransitionRefused(incident.status, signal)
    return replace(incident, status=status)


def _suits(signal: Signal, incident: Incident) -> bool:
    match signal:
        case Signal.SETTLED:
            return not incident.is_entrapment
        case Signal.MERGED:
            return incident.is_entrapment
        case _:
            return True


def is_sure(evidence: Evidence) -> bool:
    """Sure enough to offer at once; a merely possible entrapment is verified by voice first."""
    return evidence.confidence is not Confidence.POSSIBLE
