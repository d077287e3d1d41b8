"""The published JSON: what a case, an assignment, a lift, a crew look like from outside, and who may see which part.

These models are the contract (docs/contract.md): names here are never renamed or dropped, only added to. Decides who
reads whose phone number, and nothing else; must not know how a view travels, over HTTP, a webhook or a WebSocket.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from devices.faults import Fault
from devices.messages import Area, CarDirection, CarStatus, Confidence, DoorStatus, LiftId, PowerStatus, ServiceMode
from devices.pictures import Situation
from dispatch.crews import Crew
from dispatch.problem import Candidate, Refusal
from rescue.desk.expecting import Expected
from rescue.escalation import Policy
from rescue.holds import EscalationHeld, Held, Left, Shelved, Undoable
from rescue.incident import (
    AlarmRecord,
    Assignment,
    AssignmentStatus,
    Caller,
    Deadline,
    Incident,
    Kind,
    Lift,
    Member,
    Sign,
    Source,
    Status,
)
from rescue.people.privacy import mask as mask
from rescue.timeline import Entry, instant


class Reader(Enum):
    """Who reads: it decides which personal data a view holds."""

    OPERATOR = "operator"
    """The rescue centre: everything."""
    COMPANY = "company"
    """A company concerned: the safety officer's number until the case is final, never the caller."""
    ONLOOKER = "onlooker"
    """Wall, auditor, anyone else: no phone number at all."""


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant; RFC 3339 in UTC with `Z` in JSON."""


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


Item = TypeVar("Item")


class PageView(_View, Generic[Item]):
    """One page of a list; `next` is the cursor of the page after it, null on the last."""

    items: list[Item]
    next: str | None


class EvidenceView(_View):
    """Why we think someone is trapped; of other cases, why we think that something is wrong."""

    confidence: Confidence | None
    """That people are inside; null where nobody is known to be."""
    reasons: list[str]


class FaultView(_View):
    """A fault code as the lift sent it, and our word for it; null for a code that no profile knows."""

    profile: str
    code: str
    fault: Fault | None


class ConditionView(_View):
    """Something that is wrong with the lift now: by its own code, or (`code` null) inferred from what it says."""

    fault: Fault | None
    profile: str | None
    code: str | None
    since: Instant
    reasons: list[str]
    flapping: bool
    """It comes and goes so often that it opens no case."""


class LinkState(StrEnum):
    """Whether we hear the lift: `late` is one report missing, `offline` more."""

    ONLINE = "online"
    LATE = "late"
    OFFLINE = "offline"


class LiveView(_View):
    """What the lift said last, and how long ago by our clock."""

    online: bool
    link: LinkState
    heard_at: Instant | None
    """When anything was last heard of it."""
    seen_at: Instant
    """When its last status came."""
    age_s: float
    reported_at: Instant | None
    """The same by the lift's own clock, null if it has none or says what no calendar holds."""
    skew_s: float | None
    """How far that clock is ahead of ours."""
    situation: Situation
    """What the status means for people inside."""
    evidence: EvidenceView | None
    """Why people are thought to be trapped, null if they are not."""
    trapped_since: Instant | None
    conditions: list[ConditionView]
    test_call_at: Instant | None
    test_overdue: bool
    service_mode: ServiceMode
    car_status: CarStatus
    car_direction: CarDirection
    car_position: str
    door_zone: bool
    door_status: DoorStatus
    passenger_status: bool | None
    power_status: PowerStatus
    faults: list[FaultView]
    load_percent: float | None
    car_speed_mps: float | None


class LiftView(_View):
    """A lift as the registry knows it, and what it says now. `registered` is false for a lift we do not know."""

    lift_id: str
    area: str
    registered: bool
    rescue_code: str | None = None
    register_code: str | None = None
    address: str = ""
    building: str = ""
    entrance: str = ""
    lon: float | None = None
    lat: float | None = None
    company_id: str | None = None
    floors: int | None = None
    place_type: str = "other"
    machine_room: bool | None = None
    user_unit: str = ""
    safety_officer: str = ""
    safety_officer_phone: str = ""
    attributes: dict[str, str] = {}
    live: LiveView | None = None


class AssignmentView(_View):
    """One attempt with one crew. Answers quote `attempt`."""

    id: str
    incident_id: str
    attempt: int
    level: int
    crew_id: str
    company_id: str
    status: AssignmentStatus
    eta_s: int | None
    reason: str
    offered_at: Instant
    accept_by: Instant
    accepted_at: Instant | None
    en_route_at: Instant | None
    on_scene_at: Instant | None
    ended_at: Instant | None
    end_reason: str


class ClockView(_View):
    """The instants by which the stay in the car is judged; all null where nobody is known to be inside."""

    trapped_since: Instant | None
    arrive_by: Instant | None
    accident_at: Instant | None


class CallerView(_View):
    """Who phoned."""

    name: str
    phone: str


class AlarmView(_View):
    """A numbered alarm of the lift that the case took in."""

    number: int
    boot: int
    raised_at: Instant
    ended_at: Instant | None


class MemberView(_View):
    """A lift of a parent case; `left_at` is null for as long as it suffers."""

    lift_id: str
    condition: str
    building: str
    company_id: str | None
    joined_at: Instant
    left_at: Instant | None


class HandoverView(_View):
    """The call to the last level that a person makes: whom to call, what to say, and whether it was made."""

    name: str
    name_zh: str
    call: str
    """The number."""
    say: str
    say_zh: str
    car_position: str | None
    """Where the car is as it says itself now; null while nobody hears it."""
    waits: bool
    """Nobody has confirmed the call, and people are still inside."""
    asked_at: Instant
    confirmed_at: Instant | None
    confirmed_by: str
    spoke_to: str
    note: str


class ExpectedView(_View):
    """Who is to come by the plan in force, while nobody could be asked yet: no promise, it changes with the plan.

    `place` 1: this crew comes here next; 2: after another case; and so on.
    """

    crew_id: str
    place: int
    at: Instant


class HeldView(_View):
    """A deed that is done at `until` unless it is undone before."""

    action: Undoable
    by: str
    at: Instant
    until: Instant
    reason: str
    crew_id: str | None


class EscalationHeldView(_View):
    """The level does not rise for want of an answer before `until`; `since` when it has been kept."""

    by: str
    reason: str
    since: Instant
    until: Instant


class ShelvedView(_View):
    """Nobody need look at the case before `until`."""

    by: str
    reason: str
    at: Instant
    until: Instant


class LeftView(_View):
    """Who went off shift left the case to the next; whoever claims it takes it over."""

    by: str
    note: str
    at: Instant


class IncidentView(_View):
    """A case. `assignment` is the attempt that counts now; `deadlines` what must happen next, and by when."""

    id: str
    number: int
    kind: Kind
    status: Status
    version: int
    level: int
    evidence: EvidenceView
    lift: LiftView | None
    """Null for a parent case, which is about `affected` lifts."""
    area: str
    building: str
    """Of a parent case that is about one building."""
    source: Source
    opened_at: Instant
    people: int | None
    injured: int
    vulnerable: list[str]
    assignment: AssignmentView | None
    clock: ClockView
    parent_id: str | None
    follows_id: str | None
    """The case of the same lift that ended a while before, or that this one reopens."""
    merged_into_id: str | None
    """Of a case that ended as another's double: that other case."""
    fault: Fault | None
    """What opened the case, if a fault did."""
    conditions: dict[str, Instant]
    """What is wrong with the lift as far as this case knows, and since when it does: faults, `link_lost` and
    `test_overdue`."""
    affected: int
    """Of a parent case: how many lifts have belonged to it."""
    recovered: int
    """How many of these suffer no longer."""
    children: int
    """How many cases of single lifts have named this one their parent."""
    relief_id: str | None
    """An offer to another crew beside `assignment`, whose crew is late."""
    handover: HandoverView | None
    """At level 3: the call to the fire brigade. Not shown to companies."""
    expected: ExpectedView | None
    """Where many wait and nobody could be asked for this one yet: who is to come, and when. Not shown to companies."""
    attempts: int
    alarms: list[AlarmView]
    signs: list[Sign]
    """Of release, as far as they go; two and a person's word stand a crew down."""
    deadlines: dict[Deadline, Instant]
    caller: CallerView | None
    other_callers: list[CallerView]
    """Who else phoned, the newest last; as `caller`, for the rescue centre only."""
    claimed_by: str | None
    left: LeftView | None
    """This and the next three: what operators have settled; not shown to companies."""
    held: HeldView | None
    escalation_held: EscalationHeldView | None
    shelved: ShelvedView | None
    comforted_at: Instant | None
    """When somebody last spoke to the passengers."""
    dispatched_at: Instant | None
    arrived_at: Instant | None
    released_at: Instant | None
    called_back_at: Instant | None
    closed_at: Instant | None
    people_released: int | None
    release_method: str | None
    cause_code: str | None


class ActorView(_View):
    """Who did it, and by which channel we heard."""

    kind: str
    name: str
    channel: str


class TimelineEntryView(_View):
    """One line of a case's history. `at` is spelled exactly as its `hash` covers it."""

    incident_id: str
    seq: int
    at: str
    what: str
    actor: ActorView
    said: str
    data: dict[str, Any]
    previous: str
    hash: str


class CrewView(_View):
    """A crew; `busy` says what keeps it, null for a free one."""

    crew_id: str
    company_id: str
    station_id: str | None
    name: str
    phone: str
    members: int
    qualifications: list[str]
    on_duty: bool
    lon: float | None
    lat: float | None
    positioned_at: Instant | None
    busy: str | None


class TermView(_View):
    """One part of a cost."""

    name: str
    seconds: float


class CandidateView(_View):
    """How a crew stands towards a case: its rank from 1 if it may go, otherwise the ground on which it may not."""

    crew_id: str
    may_go: bool
    rank: int | None
    eta_s: int | None
    cost_s: float | None
    terms: list[TermView]
    reasons: list[str]
    ground: str | None
    asked: bool
    """It is the one that was asked."""


class CandidatesView(PageView[CandidateView]):
    """Every crew, the best first, then those that may not go: as things stand, or as they stood at an attempt."""

    attempt: int | None
    """Null: as things stand."""
    at: Instant
    crew_id: str | None
    """The crew that was asked; null while nobody is."""
    ahead_s: float | None
    """By how much it costs less than the next; less than 0 where an operator chose another than the cheapest."""
    shortfall: str
    """As things stand: why nobody could be asked, if so."""
    expected: ExpectedView | None
    """As things stand: who is to come all the same, by the plan for all who wait."""


def incident_view(
    incident: Incident,
    assignment: Assignment | None,
    policy: Policy,
    *,
    reader: Reader = Reader.ONLOOKER,
    car_position: str | None = None,
    expected: Expected | None = None,
) -> IncidentView:
    """The case as `reader` may see it; `assignment` is the attempt that counts now. As long as the case has fields.

    `car_position` is where the car stands now, as whoever is called at the last level wants to know.
    """
    shows_phones = reader is Reader.OPERATOR or (reader is Reader.COMPANY and not incident.is_final)
    is_ours = reader is not Reader.COMPANY
    return IncidentView(
        id=incident.incident_id,
        number=incident.number,
        kind=incident.kind,
        status=incident.status,
        version=incident.version,
        level=incident.level,
        evidence=_evidence_view(incident),
        lift=lift_of(incident, shows_phones=shows_phones),
        area=incident.area,
        building=incident.building or (incident.lift.building if incident.lift else ""),
        source=incident.source,
        opened_at=incident.opened_at,
        people=incident.people,
        injured=incident.injured,
        vulnerable=list(incident.vulnerable),
        assignment=assignment_view(assignment) if assignment else None,
        clock=clock_view(incident, policy),
        parent_id=incident.parent_id,
        follows_id=incident.follows_id,
        merged_into_id=incident.merged_into_id,
        fault=incident.fault,
        conditions=dict(incident.conditions),
        affected=incident.affected,
        recovered=incident.recovered,
        children=incident.children,
        relief_id=incident.relief_id,
        handover=_handover_view(incident, car_position) if is_ours else None,
        expected=None if reader is Reader.COMPANY else expected_view(expected),
        attempts=incident.attempts,
        alarms=[_alarm_view(alarm) for alarm in incident.alarms],
        signs=sorted(incident.signs),
        deadlines=dict(incident.deadlines),
        caller=_caller_view(incident.caller) if incident.caller and reader is Reader.OPERATOR else None,
        other_callers=[_caller_view(one) for one in incident.other_callers] if reader is Reader.OPERATOR else [],
        claimed_by=incident.claimed_by if is_ours else None,
        left=_left_view(incident.left) if is_ours and incident.left else None,
        held=_held_view(incident.held) if is_ours and incident.held else None,
        escalation_held=_kept_view(incident.escalation_held) if is_ours and incident.escalation_held else None,
        shelved=_shelved_view(incident.shelved) if is_ours and incident.shelved else None,
        comforted_at=incident.comforted_at,
        dispatched_at=incident.dispatched_at,
        arrived_at=incident.arrived_at,
        released_at=incident.released_at,
        called_back_at=incident.called_back_at,
        closed_at=incident.closed_at,
        people_released=incident.people_released,
        release_method=incident.release_method,
        cause_code=incident.cause_code,
    )


def member_view(member: Member) -> MemberView:
    """A lift of a parent case."""
    return MemberView(
        lift_id=member.lift_id,
        condition=member.condition,
        building=member.building,
        company_id=member.company_id,
        joined_at=member.joined_at,
        left_at=member.left_at,
    )


def assignment_view(assignment: Assignment) -> AssignmentView:
    """One attempt."""
    return AssignmentView(
        id=assignment.assignment_id,
        incident_id=assignment.incident_id,
        attempt=assignment.attempt,
        level=assignment.level,
        crew_id=assignment.crew_id,
        company_id=assignment.company_id,
        status=assignment.status,
        eta_s=_whole(assignment.eta_s),
        reason=assignment.reason,
        offered_at=assignment.offered_at,
        accept_by=assignment.accept_by,
        accepted_at=assignment.accepted_at,
        en_route_at=assignment.en_route_at,
        on_scene_at=assignment.on_scene_at,
        ended_at=assignment.ended_at,
        end_reason=assignment.end_reason,
    )


def lift_view(lift: Lift, *, live: LiveView | None = None, shows_phones: bool = False) -> LiftView:
    """The registry's card, with the safety officer's number only if `shows_phones`."""
    return LiftView(
        lift_id=lift.lift_id,
        area=lift.area,
        registered=True,
        rescue_code=lift.rescue_code,
        register_code=lift.register_code,
        address=lift.address,
        building=lift.building,
        entrance=lift.entrance,
        lon=lift.position.lon if lift.position else None,
        lat=lift.position.lat if lift.position else None,
        company_id=lift.company_id,
        floors=lift.floors,
        place_type=lift.place_type,
        machine_room=lift.machine_room,
        user_unit=lift.user_unit,
        safety_officer=lift.safety_officer,
        safety_officer_phone=lift.safety_officer_phone if shows_phones else mask(lift.safety_officer_phone),
        attributes=dict(lift.attributes),
        live=live,
    )


def unregistered_lift_view(lift_id: LiftId, area: Area, *, live: LiveView | None = None) -> LiftView:
    """A lift that has spoken and is in no registry: all we have is its topic."""
    return LiftView(lift_id=lift_id, area=area, registered=False, live=live)


def lift_of(incident: Incident, *, shows_phones: bool) -> LiftView | None:
    """The lift a case is about, None for a parent case."""
    if incident.lift_id is None:
        return None
    if incident.lift is None:
        return unregistered_lift_view(incident.lift_id, incident.area)
    return lift_view(incident.lift, shows_phones=shows_phones)


def clock_view(incident: Incident, policy: Policy) -> ClockView:
    """The limits of the stay in the car, where there are people in it."""
    if not incident.is_entrapment:
        return ClockView(trapped_since=None, arrive_by=None, accident_at=None)
    trapped_since = incident.trapped_since
    return ClockView(
        trapped_since=trapped_since,
        arrive_by=trapped_since + timedelta(seconds=policy.arrive_within_s),
        accident_at=trapped_since + timedelta(seconds=policy.accident_after_s),
    )


def entry_view(entry: Entry) -> TimelineEntryView:
    """One line of the timeline, spelled so that a reader can check its hash."""
    return TimelineEntryView(
        incident_id=entry.incident_id,
        seq=entry.seq,
        at=instant(entry.at),
        what=entry.what,
        actor=ActorView(kind=entry.actor.kind, name=entry.actor.name, channel=entry.actor.channel),
        said=entry.said,
        data=dict(entry.data),
        previous=entry.previous,
        hash=entry.hash,
    )


def crew_view(crew: Crew, busy: Mapping[Any, str], *, shows_phones: bool = True) -> CrewView:
    """A crew; `busy` is the board's reason for each crew that is not free."""
    return CrewView(
        crew_id=crew.crew_id,
        company_id=crew.company_id,
        station_id=crew.station_id,
        name=crew.name,
        phone=crew.phone if shows_phones else mask(crew.phone),
        members=crew.members,
        qualifications=sorted(crew.qualifications),
        on_duty=crew.on_duty,
        lon=crew.position.lon if crew.position else None,
        lat=crew.position.lat if crew.position else None,
        positioned_at=crew.positioned_at,
        busy=busy.get(crew.crew_id),
    )


def candidate_view(candidate: Candidate, rank: int, *, asked: bool = False) -> CandidateView:
    """A crew that may go, `rank` counted from 1."""
    return CandidateView(
        crew_id=candidate.crew_id,
        may_go=True,
        rank=rank,
        eta_s=_whole(candidate.eta_s),
        cost_s=candidate.cost_s,
        terms=[TermView(name=term.name, seconds=term.seconds) for term in candidate.terms],
        reasons=list(candidate.reasons),
        ground=None,
        asked=asked,
    )


def refusal_view(refusal: Refusal, *, asked: bool = False) -> CandidateView:
    """A crew that may not go."""
    return CandidateView(
        crew_id=refusal.crew_id,
        may_go=False,
        rank=None,
        eta_s=None,
        cost_s=None,
        terms=[],
        reasons=[refusal.reason],
        ground=refusal.ground.value,
        asked=asked,
    )


def _evidence_view(incident: Incident) -> EvidenceView:
    confidence = incident.evidence.confidence if incident.is_entrapment else None
    return EvidenceView(confidence=confidence, reasons=list(incident.evidence.reasons))


def _caller_view(caller: Caller) -> CallerView:
    return CallerView(name=caller.name, phone=caller.phone)


def _handover_view(incident: Incident, car_position: str | None) -> HandoverView | None:
    handover = incident.handover
    if handover is None:
        return None
    waits = Deadline.HAND_OVER_BY in incident.deadlines
    fields = {one.name: getattr(handover, one.name) for one in dataclasses.fields(handover)}
    return HandoverView(car_position=car_position, waits=waits, **fields)


def expected_view(expected: Expected | None) -> ExpectedView | None:
    """Who is to come."""
    return ExpectedView(crew_id=expected.crew_id, place=expected.place, at=expected.at) if expected else None


def _held_view(held: Held) -> HeldView:
    return HeldView(
        action=held.action, by=held.by, at=held.at, until=held.until, reason=held.reason, crew_id=held.crew_id
    )


def _kept_view(held: EscalationHeld) -> EscalationHeldView:
    return EscalationHeldView(by=held.by, reason=held.reason, since=held.since, until=held.until)


def _shelved_view(shelved: Shelved) -> ShelvedView:
    return ShelvedView(by=shelved.by, reason=shelved.reason, at=shelved.at, until=shelved.until)


def _left_view(left: Left) -> LeftView:
    return LeftView(by=left.by, note=left.note, at=left.at)


def _alarm_view(alarm: AlarmRecord) -> AlarmView:
    return AlarmView(number=alarm.number, boot=alarm.boot, raised_at=alarm.raised_at, ended_at=alarm.ended_at)


def _whole(seconds: float | None) -> int | None:
    # An estimate is not known to fractions of a second.
    return None if seconds is None else round(seconds)
