"""Cases, crews and effects for the store's contract: small values by name, and strategies for any value at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import strategies as st

from devices.faults import Fault
from devices.messages import Area, Confidence, Evidence, LiftId
from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position, Station, StationId
from rescue.desk.board import Decision, Outcome, Verdict
from rescue.incident import (
    AlarmLedger,
    AlarmRecord,
    Assignment,
    AssignmentId,
    AssignmentStatus,
    Caller,
    Deadline,
    Handover,
    Incident,
    IncidentId,
    Kind,
    Lift,
    Member,
    Refusal,
    Sign,
    Source,
    Status,
)
from rescue.ports import Rendered
from rescue.timeline import MACHINE, Actor, Entry, Fact, chain

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ERQI = Area("410103")
JINSHUI = Area("410105")

ANKANG = Company(company_id=CompanyId("ankang"), name="安康电梯", phone="0371-1", kind=CompanyKind.CONTRACTOR)
BEIHAI = Company(company_id=CompanyId("beihai"), name="北海", phone="0371-2", kind=CompanyKind.STATION)
EAST_GATE = Station(
    station_id=StationId("east"), company_id=BEIHAI.company_id, name="East gate", position=Position(113.7, 34.75)
)
CREW = Crew(
    crew_id=CrewId("c1"),
    company_id=ANKANG.company_id,
    station_id=None,
    name="Li and Wang",
    phone="138",
    members=2,
    qualifications=frozenset({"traction", "hydraulic"}),
    on_duty=True,
    position=Position(113.6, 34.7),
    positioned_at=NOON,
)
CARD = Lift(lift_id=LiftId("L1"), area=JINSHUI, rescue_code="000123", company_id=ANKANG.company_id)

_numbers = count(1)


def later(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)


def incident(name: str, number: int, lift_id: str = "", status: Status = Status.OPEN, area: Area = JINSHUI) -> Incident:
    """An entrapment opened `number` minutes after noon, in a lift of its own unless told otherwise."""
    return Incident(
        incident_id=IncidentId(name),
        number=number,
        kind=Kind.ENTRAPMENT,
        status=status,
        version=1,
        level=1,
        source=Source.IOT,
        lift_id=LiftId(lift_id or f"lift-of-{name}"),
        area=area,
        lift=CARD,
        opened_at=later(60 * number),
        trapped_since=NOON,
        evidence=Evidence(confidence=Confidence.CONFIRMED, reasons=("the alarm button was held for 4 s",)),
        deadlines={Deadline.ASK_BY: NOON},
    )


def assignment(
    case: Incident,
    attempt: int = 1,
    crew_id: str = "c1",
    status: AssignmentStatus = AssignmentStatus.OFFERED,
    company: Company = ANKANG,
) -> Assignment:
    """An attempt with a crew, for this case."""
    return Assignment(
        assignment_id=AssignmentId(f"{case.incident_id}-{attempt}"),
        incident_id=case.incident_id,
        attempt=attempt,
        level=1,
        crew_id=CrewId(crew_id),
        company_id=company.company_id,
        status=status,
        offered_at=NOON,
        accept_by=later(180),
        eta_s=412.5,
        reason="nearest of the contracted company",
    )


def history(case: Incident, *sayings: str, after: Entry | None = None) -> tuple[Entry, ...]:
    """Entries that say these things, chained."""
    entries: list[Entry] = []
    for said in sayings:
        entries.append(entry(case.incident_id, {"said": said}, entries[-1] if entries else after))
    return tuple(entries)


def entry(incident_id: IncidentId, data: dict[str, Fact], after: Entry | None = None) -> Entry:
    """The first entry of a case's history, or the one that follows `after`."""
    seq, previous = (after.seq + 1, after.hash) if after else (1, "")
    return chain(
        incident_id=incident_id, seq=seq, at=NOON, what="noted", actor=MACHINE, said="…", data=data, previous=previous
    )


def parent(name: str, number: int, status: Status = Status.OPEN) -> Incident:
    """A power outage of many lifts."""
    mains = {Fault.MAINS_LOST.value: NOON}
    about_a_lift = incident(name, number, status=status)
    return replace(about_a_lift, kind=Kind.POWER_OUTAGE, lift_id=None, lift=None, conditions=mains)


def member(of: Incident, lift_id: str, left_at: datetime | None = None) -> Member:
    """A lift of that outage."""
    return Member(
        parent_id=of.incident_id,
        lift_id=LiftId(lift_id),
        condition=Fault.MAINS_LOST.value,
        building="Jinshui Road 1 3",
        company_id=ANKANG.company_id,
        joined_at=NOON,
        left_at=left_at,
    )


def decision(
    *,
    incidents: Sequence[Incident] = (),
    assignments: Sequence[Assignment] = (),
    ledgers: Sequence[AlarmLedger] = (),
    members: Sequence[Member] = (),
    entries: Sequence[Entry] = (),
) -> Decision:
    """A decision to save these values."""
    return Decision(
        outcome=Outcome(verdict=Verdict.DONE),
        incidents={one.incident_id: one for one in incidents},
        assignments={one.assignment_id: one for one in assignments},
        ledgers={one.lift_id: one for one in ledgers},
        members={(one.condition, one.lift_id): one for one in members},
        entries=tuple(entries),
    )


def to_lift(key: str, at: datetime = NOON) -> Rendered:
    """An acknowledgement on its way to a lift."""
    return Rendered(
        key=key,
        type="alarm.acknowledged",
        body={"number": 7},
        created_at=at,
        expires_at=at + timedelta(hours=1),
        topic="lifts/v1/410105/L1/alarm/ack",
    )


def to_company(key: str, type_: str = "incident.updated", company: Company = ANKANG, at: datetime = NOON) -> Rendered:
    """News on its way to all endpoints of a company."""
    return Rendered(
        key=key,
        type=type_,
        body={"type": type_, "data": {"中": [1, 2.5, None]}},
        created_at=at,
        expires_at=at + timedelta(days=3),
        company_id=company.company_id,
    )


def offer(key: str, asked: Assignment) -> Rendered:
    """The offer of an assignment."""
    effect = to_company(key, "assignment.offered")
    return replace(effect, assignment_id=asked.assignment_id, attempt=asked.attempt)


# --- any value there can be

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
names = st.text("abcXYZ019_-", min_size=1, max_size=12)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
small = st.integers(0, 2**31 - 1)
large = st.integers(0, 2**63 - 1)
finite = st.floats(allow_nan=False, allow_infinity=False)
positions = st.builds(Position, st.floats(-180, 180), st.floats(-90, 90))
facts = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
lifts = st.builds(
    Lift,
    lift_id=names.map(LiftId),
    area=st.sampled_from([ERQI, JINSHUI]),
    rescue_code=st.none() | names,
    register_code=st.none() | texts,
    address=texts,
    building=texts,
    entrance=texts,
    position=st.none() | positions,
    company_id=st.none() | st.just(ANKANG.company_id),
    floors=st.none() | small,
    place_type=texts,
    machine_room=st.none() | st.booleans(),
    user_unit=texts,
    safety_officer=texts,
    safety_officer_phone=texts,
    attributes=st.dictionaries(texts, texts, max_size=3),
)
crews = st.builds(
    Crew,
    crew_id=names.map(CrewId),
    company_id=st.just(ANKANG.company_id),
    station_id=st.just(None),
    name=texts,
    phone=texts,
    members=small,
    qualifications=st.frozensets(texts, max_size=3),
    on_duty=st.booleans(),
    position=st.none() | positions,
    positioned_at=st.none() | instants,
)
refusals = st.builds(Refusal, reason=texts, at=instants, level=small)
alarms = st.builds(AlarmRecord, number=large, boot=large, raised_at=instants, ended_at=st.none() | instants)
_any_incidents = st.builds(
    Incident,
    incident_id=st.just(IncidentId("")),
    number=st.just(0),
    kind=st.sampled_from(Kind),
    status=st.sampled_from(Status),
    version=small,
    level=small,
    source=st.sampled_from(Source),
    lift_id=st.just(LiftId("")),
    area=st.sampled_from([ERQI, JINSHUI]),
    lift=st.none() | lifts,
    opened_at=instants,
    trapped_since=instants,
    evidence=st.builds(
        Evidence, confidence=st.sampled_from(Confidence), reasons=st.lists(texts, max_size=3).map(tuple)
    ),
    deadlines=st.dictionaries(st.sampled_from(Deadline), instants),
    people=st.none() | small,
    injured=small,
    vulnerable=st.lists(texts, max_size=3).map(tuple),
    caller=st.none() | st.builds(Caller, name=texts, phone=texts),
    relief_id=st.none() | names.map(AssignmentId),
    handover=st.none()
    | st.builds(
        Handover,
        name=texts,
        name_zh=texts,
        call=texts,
        say=texts,
        say_zh=texts,
        asked_at=instants,
        confirmed_at=st.none() | instants,
        confirmed_by=texts,
        spoke_to=texts,
        note=texts,
    ),
    other_callers=st.lists(st.builds(Caller, name=texts, phone=texts), max_size=2).map(tuple),
    alarms=st.lists(alarms, max_size=3).map(tuple),
    signs=st.frozensets(st.sampled_from(Sign)),
    assignment_id=st.none() | names.map(AssignmentId),
    attempts=small,
    asked_at_level=small,
    refusals=st.dictionaries(names.map(CrewId), refusals, max_size=3),
    claimed_by=st.none() | texts,
    dispatched_at=st.none() | instants,
    arrived_at=st.none() | instants,
    released_at=st.none() | instants,
    called_back_at=st.none() | instants,
    closed_at=st.none() | instants,
    people_released=st.none() | small,
    release_method=st.none() | texts,
    cause_code=st.none() | texts,
    parent_id=st.none() | names.map(IncidentId),
    follows_id=st.none() | names.map(IncidentId),
    merged_into_id=st.none() | names.map(IncidentId),
    late_entries=small,
    is_inferred=st.booleans(),
    comforted_at=st.none() | instants,
    comforts_missed=small,
    fault=st.none() | st.sampled_from(Fault),
    conditions=st.dictionaries(names, instants, min_size=1, max_size=3),
    flapping=st.frozensets(names, max_size=2),
    news=small,
    building=texts,
    affected=small,
    recovered=small,
    children=small,
    company_ids=st.lists(names.map(CompanyId), max_size=3).map(tuple),
    entries=small,
    head=texts,
    shortfall=texts,
)
assignments = st.builds(
    Assignment,
    assignment_id=st.just(AssignmentId("")),
    incident_id=st.just(IncidentId("")),
    attempt=small,
    level=small,
    crew_id=st.just(CrewId("")),
    company_id=names.map(CompanyId),
    status=st.sampled_from(AssignmentStatus),
    offered_at=instants,
    accept_by=instants,
    eta_s=st.none() | finite,
    reason=texts,
    accepted_at=st.none() | instants,
    en_route_at=st.none() | instants,
    on_scene_at=st.none() | instants,
    ended_at=st.none() | instants,
    end_reason=texts,
)
ledgers = st.builds(
    AlarmLedger,
    lift_id=names.map(LiftId),
    number=large,
    boot=large,
    seen_at=instants,
    reported_at=st.none() | finite,
    ended_number=st.none() | large,
)
actors = st.builds(Actor, kind=texts, name=texts, channel=texts)


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    """Any incident, as one that no store has seen: with an id, a number and a lift of its own, or about many lifts."""
    number = next(_numbers)
    return replace(
        draw(_any_incidents),
        incident_id=IncidentId(f"i{number}"),
        number=number,
        lift_id=draw(st.just(LiftId(f"l{number}")) | st.none()),
    )


@st.composite
def timelines(draw: st.DrawFn, case: Incident) -> tuple[Entry, ...]:
    """Any history of a case, whole in its chain."""
    entries: list[Entry] = []
    for data in draw(st.lists(st.dictionaries(texts, facts, max_size=3), max_size=4)):
        entries.append(
            chain(
                incident_id=case.incident_id,
                seq=len(entries) + 1,
                at=draw(instants),
                what=draw(texts),
                actor=draw(actors),
                said=draw(texts),
                data=data,
                previous=entries[-1].hash if entries else "",
            )
        )
    return tuple(entries)
