"""How values look in rows, and back: the one place that knows both a table's columns and a value's fields.

An incident is kept whole, as JSON; everything else field by field. What is read equals what was written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from operator import attrgetter
from typing import Any, TypeAlias

from pydantic import TypeAdapter

from devices.messages import Area, LiftId
from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position, Station, StationId
from rescue.incident import AlarmLedger, Assignment, AssignmentId, AssignmentStatus, Incident, IncidentId, Lift
from rescue.ports import Delivery, Downlink, Outgoing, Quarantined, Rendered
from rescue.timeline import Actor, Entry

Row: TypeAlias = tuple[Any, ...]
Record: TypeAlias = Mapping[str, Any]
"""A row that was read: columns by name."""

_INCIDENT = TypeAdapter(Incident)
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
ledger_row = attrgetter("lift_id", "number", "boot", "ended_number", "ended_boot", "ended_at")
assignment_row = attrgetter(
    "assignment_id",
    "incident_id",
    "attempt",
    "level",
    "crew_id",
    "company_id",
    "status",
    "offered_at",
    "accept_by",
    "eta_s",
    "reason",
    "accepted_at",
    "en_route_at",
    "on_scene_at",
    "ended_at",
    "end_reason",
)


def to_json(value: Mapping[str, Any]) -> str:
    """Plain JSON values as text; ValueError for what JSON has no word for, such as NaN."""
    return json.dumps(dict(value), ensure_ascii=False, allow_nan=False)


def incident_json(incident: Incident) -> str:
    """The whole incident as text."""
    return _INCIDENT.dump_json(incident).decode()


def read_incident(body: str) -> Incident:
    """The incident that `incident_json` wrote."""
    return _INCIDENT.validate_json(body)


def incident_row(incident: Incident) -> Row:
    """For `save_incident`."""
    return incident.incident_id, incident_json(incident), incident.opened_at


def read_assignment(row: Record) -> Assignment:
    """One attempt."""
    return Assignment(**{**row, "status": AssignmentStatus(row["status"])})


def read_ledger(row: Record) -> AlarmLedger:
    """What a lift's alarms have come to."""
    return AlarmLedger(**row)


def entry_row(entry: Entry) -> Row:
    """For `append_entry`."""
    actor = entry.actor
    return (
        entry.incident_id,
        entry.seq,
        entry.at,
        entry.what,
        actor.kind,
        actor.name,
        actor.channel,
        entry.said,
        to_json(entry.data),
        entry.previous,
        entry.hash,
    )


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


def effect_row(effect: Rendered) -> Row:
    """For `queue_effect`."""
    return (
        effect.key,
        effect.type,
        to_json(effect.body),
        effect.topic,
        effect.company_id,
        effect.assignment_id,
        effect.attempt,
        effect.created_at,
        effect.expires_at,
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
        body=json.loads(row["body"]),
        endpoint_id=row["endpoint_id"],
        url=row["url"],
        secrets=tuple(row["secrets"]),
        assignment_id=AssignmentId(row["assignment_id"]) if row["assignment_id"] is not None else None,
        attempt=row["attempt"],
        tries=row["tries"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )


def lift_row(lift: Lift) -> Row:
    """A registry card, in the order of LIFT_COLUMNS."""
    return (*_plain_lift(lift), *_lon_lat(lift.position), to_json(lift.attributes))


def read_lift(row: Record) -> Lift:
    """A registry card."""
    fields = {name: row[name] for name in _PLAIN_LIFT_COLUMNS}
    return Lift(**fields, position=_read_position(row), attributes=json.loads(row["attributes"]))


def read_lift_area(row: Record) -> tuple[LiftId, Area]:
    """A lift and its area."""
    return LiftId(row["lift_id"]), Area(row["area"])


def read_company(row: Record) -> Company:
    """A company."""
    return Company(**{**row, "kind": CompanyKind(row["kind"])})


def station_row(station: Station) -> Row:
    """For `put_station`."""
    return station.station_id, station.company_id, station.name, *_lon_lat(station.position)


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
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _lon_lat(position: Position | None) -> tuple[float | None, float | None]:
    return (position.lon, position.lat) if position else (None, None)


def _read_position(row: Record) -> Position | None:
    return Position(row["lon"], row["lat"]) if row["lon"] is not None else None
