"""One case with all there is to know of it, for tests of what is said to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from devices.messages import Area, Confidence, Evidence, LiftId
from dispatch.crews import CompanyId, CrewId, Position
from rescue.incident import (
    AlarmRecord,
    Assignment,
    AssignmentId,
    AssignmentStatus,
    Caller,
    Deadline,
    Incident,
    IncidentId,
    Kind,
    Lift,
    Source,
    Status,
)

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CALLERS_PHONE = "13800001234"
OFFICERS_PHONE = "037160005678"

LIFT = Lift(
    lift_id=LiftId("L1"),
    area=Area("410105"),
    rescue_code="123456",
    register_code="31104101052015080001",
    address="Jinshui Road 1",
    building="3",
    entrance="B",
    position=Position(lon=113.66, lat=34.76),
    company_id=CompanyId("K"),
    floors=33,
    place_type="residential",
    machine_room=True,
    user_unit="Jinshui Gardens",
    safety_officer="Li",
    safety_officer_phone=OFFICERS_PHONE,
    attributes={"brand": "Yongda", "drive_type": "traction"},
)

ASSIGNMENT = Assignment(
    assignment_id=AssignmentId("i1-2"),
    incident_id=IncidentId("i1"),
    attempt=2,
    level=1,
    crew_id=CrewId("K2"),
    company_id=CompanyId("K"),
    status=AssignmentStatus.OFFERED,
    offered_at=NOON,
    accept_by=NOON + timedelta(seconds=180),
    eta_s=731.6,
    reason="nearest free crew of the contracted company, 12 min away",
)

INCIDENT = Incident(
    incident_id=IncidentId("i1"),
    number=17,
    kind=Kind.ENTRAPMENT,
    status=Status.DISPATCHED,
    version=4,
    level=1,
    source=Source.PHONE,
    lift_id=LIFT.lift_id,
    area=LIFT.area,
    lift=LIFT,
    opened_at=NOON,
    trapped_since=NOON - timedelta(seconds=90),
    evidence=Evidence(confidence=Confidence.LIKELY, reasons=("stopped outside the door zone for 90 s",)),
    deadlines={Deadline.ACCEPT_BY: ASSIGNMENT.accept_by},
    people=2,
    vulnerable=("child",),
    caller=Caller(name="Wang", phone=CALLERS_PHONE),
    alarms=(AlarmRecord(number=7, boot=3, raised_at=NOON),),
    assignment_id=ASSIGNMENT.assignment_id,
    attempts=2,
    claimed_by="zhang",
)

UNREGISTERED = replace(INCIDENT, lift=None)
"""The same case, had the lift been in no registry."""
