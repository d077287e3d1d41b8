"""How values look in rows, and back: the one place that knows both a table's columns and a value's fields.

What a decision saves goes to the database as JSON, an array of rows for each table; an incident also stays JSON there,
whole. What is read equals what was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol, TypeAlias

from pydantic import TypeAdapter

from devices.messages import Area, LiftId
from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position, Station, StationId
from rescue.desk.board import Decision
from rescue.incident import (
    HOLDS_CREW,
    AlarmLedger,
    Assignment,
    AssignmentId,
    AssignmentStatus,
    Incident,
    IncidentId,
    Lift,
    Member,
)
from rescue.people.privacy import mask_fields
from rescue.ports import Carried, Delivery, Downlink, KeptDecision, Outgoing, Quarantined, Rendered, TrackedLift
from rescue.timeline import Actor, Entry

Row: TypeAlias = tuple[Any, ...]

_INCIDENT = TypeAdapter(Incident)
_INCIDENTS = TypeAdapter(list[Incident])
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_PLAIN_LIFT_COLUMNS = (
    "lift_id",
    "area",
    "rescue_code",
    "register_code",
    "address",
    "building",
    "entrance",
    "company_id",
    "floors",
    "place_type",
    "machine_room",
    "user_unit",
    "safety_officer",
    "safety_officer_phone",
)
LIFT_COLUMNS = (*_PLAIN_LIFT_COLUMNS, "lon", "lat", "attributes")

_plain_lift = attrgetter(*_PLAIN_LIFT_COLUMNS)
company_row = attrgetter("company_id", "name", "phone", "kind")


class Record(Protocol):
    """A row that was read: columns by name."""

    def keys(self) -> Iterable[str]:
        """The columns."""
        ...

    def __getitem__(self, column: str, /) -> Any: ...


def decision_row(decision: Decision, effects: Sequence[Rendered]) -> tuple[str, str, str, str, str, str]:
    """For `save_decision`, rows that make room for others first. ValueError for what JSON has no word for, as NaN."""
    incidents = sorted(decision.incidents.values(), key=lambda one: not one.is_final)
    assignments = sorted(decision.assignments.values(), key=lambda one: one.status in HOLDS_CREW)
    return (
        _INCIDENTS.dump_json(incidents).decode(),
        to_json([_fields(one) for one in assignments]),
        to_json([_fields(one) for one in decision.ledgers.values()]),
        to_json([_entry_fields(one) for one in decision.entries]),
        to_json([_fields(one) for one in effects]),
        to_json([_fields(one) for one in decision.members.values()]),
    )


def kept_row(kept: KeptDecision | None) -> Row:
    """For `save_decision`: when, which cases, the body or why there is none, and the parts by digest; or nothing."""
    if kept is None:
        return None, [], None, "", [], []
    return kept.at, list(kept.incident_ids), kept.body, kept.left_out, list(kept.parts), list(kept.parts.values())


def to_json(value: object) -> str:
    """Plain values and instants as JSON text."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=datetime.isoformat)


def _fields(value: Assignment | AlarmLedger | Member | Rendered) -> dict[str, object]:
    """A value whose fields bear the names of its columns."""
    return {name: getattr(value, name) for name in value.__slots__}


def _entry_fields(entry: Entry) -> dict[str, object]:
    return {
        "incident_id": entry.incident_id,
        "seq": entry.seq,
        "at": entry.at,
        "what": entry.what,
        "actor_kind": entry.actor.kind,
        "actor_name": entry.actor.name,
        "actor_channel": entry.actor.channel,
        "said": entry.said,
        "data": dict(entry.data),
        "previous": entry.previous,
        "hash": entry.hash,
    }


def read_incident(body: str) -> Incident:
    """An incident as it was saved."""
    return _INCIDENT.validate_json(body)


def read_incidents(bodies: str) -> list[Incident]:
    """Incidents as `decision_row` wrote them."""
    return _INCIDENTS.validate_json(bodies)


def read_assignment(row: Record) -> Assignment:
    """One attempt."""
    return Assignment(**{**row, "status": AssignmentStatus(row["status"])})


def read_ledger(row: Record) -> AlarmLedger:
    """What a lift's alarms have come to."""
    return AlarmLedger(**row)


def read_member(row: Record) -> Member:
    """A lift of a parent case."""
    return Member(**row)


def read_entry(row: Record) -> Entry:
    """One line of a case's history."""
    return Entry(
        incident_id=IncidentId(row["incident_id"]),
        seq=row["seq"],
        at=row["at"],
        what=row["what"],
        actor=Actor(kind=row["actor_kind"], name=row["actor_name"], channel=row["actor_channel"]),
        said=row["said"],
        data=json.loads(row["data"]),
        previous=row["previous"],
        hash=row["hash"],
    )


def read_outgoing(row: Record) -> Outgoing:
    """A queued effect, with its endpoint's address if it goes to one."""
    return _read_downlink(row) if row["endpoint_id"] is None else _read_delivery(row)


def _read_downlink(row: Record) -> Downlink:
    return Downlink(
        outbox_id=row["outbox_id"],
        key=row["key"],
        topic=row["topic"],
        payload=json.loads(row["body"]),
        tries=row["tries"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )


def _read_delivery(row: Record) -> Delivery:
    return Delivery(
        outbox_id=row["outbox_id"],
        key=row["key"],
        type=row["type"],
        body=mask_fields(json.loads(row["body"])) if row["is_over"] else json.loads(row["body"]),
        endpoint_id=row["endpoint_id"],
        url=row["url"],
        secrets=tuple(row["secrets"]),
        assignment_id=AssignmentId(row["assignment_id"]) if row["assignment_id"] is not None else None,
        attempt=row["attempt"],
        tries=row["tries"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        is_concerned=row["is_concerned"],
    )


def outcome(one: Carried) -> str | None:
    """How an effect ended with this try; None if it is to be tried again."""
    if one.done:
        return "carried"
    return None if one.due_at else "given_up"


def lift_row(lift: Lift) -> Row:
    """A registry card, in the order of LIFT_COLUMNS."""
    return (*_plain_lift(lift), *_lon_lat(lift.position), to_json(dict(lift.attributes)))


def read_lift(row: Record) -> Lift:
    """A registry card."""
    fields = {name: row[name] for name in _PLAIN_LIFT_COLUMNS}
    return Lift(**fields, position=_read_position(row), attributes=json.loads(row["attributes"]))


def read_tracked_lift(row: Record) -> TrackedLift:
    """A lift as the tracker knows it."""
    attributes = json.loads(row["attributes"]) if row["attributes"] else {}
    return TrackedLift(LiftId(row["lift_id"]), Area(row["area"]), row["place_type"], attributes)


def read_company(row: Record) -> Company:
    """A company."""
    return Company(**{**row, "kind": CompanyKind(row["kind"])})


def station_row(station: Station) -> Row:
    """For `put_station`."""
    return station.station_id, station.company_id, station.name, *_lon_lat(station.position)


def read_station(row: Record) -> Station:
    """A station."""
    return Station(
        station_id=StationId(row["station_id"]),
        company_id=CompanyId(row["company_id"]),
        name=row["name"],
        position=Position(row["lon"], row["lat"]),
    )


def crew_row(crew: Crew) -> Row:
    """For `put_crew`."""
    return (
        crew.crew_id,
        crew.company_id,
        crew.station_id,
        crew.name,
        crew.phone,
        crew.members,
        sorted(crew.qualifications),
        crew.on_duty,
        *_lon_lat(crew.position),
        crew.positioned_at,
    )


def read_crew(row: Record) -> Crew:
    """A crew, placed at its station if it has no position of its own."""
    return Crew(
        crew_id=CrewId(row["crew_id"]),
        company_id=CompanyId(row["company_id"]),
        station_id=StationId(row["station_id"]) if row["station_id"] is not None else None,
        name=row["name"],
        phone=row["phone"],
        members=row["members"],
        qualifications=frozenset(row["qualifications"]),
        on_duty=row["on_duty"],
        position=_read_position(row),
        positioned_at=row["positioned_at"],
    )


def quarantine_row(message: Quarantined) -> Row:
    """For `append`. The topic came from outside and the reason may quote it: both are made fit for a text column."""
    return message.at, printable(message.topic), printable(message.reason), message.payload, message.size


def read_quarantined(row: Record) -> tuple[int, Quarantined]:
    """A message and its number."""
    message = Quarantined(
        at=row["at"], topic=row["topic"], reason=row["reason"], payload=row["payload"], size=row["size"]
    )
    return row["id"], message


def printable(text: str) -> str:
    """The text without what PostgreSQL cannot hold: NUL and lone surrogates become replacement characters."""
    return _UNKEEPABLE.sub("\ufffd", text)


def _lon_lat(position: Position | None) -> tuple[float | None, float | None]:
    return (position.lon, position.lat) if position else (None, None)


def _read_position(row: Record) -> Position | None:
    return Position(row["lon"], row["lat"]) if row["lon"] is not None else None
