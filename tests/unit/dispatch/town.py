"""A small town for the dispatcher's tests: one contracted company, one other, one station operator, and a lift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position
from dispatch.problem import Callout, Problem

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # in Zhengzhou
LIFT = Position(113.66, 34.75)

CONTRACTED, OTHER, STATIONS = CompanyId("contracted"), CompanyId("other"), CompanyId("stations")
COMPANIES = {
    CONTRACTED: Company(company_id=CONTRACTED, name="一号维保", phone="1", kind=CompanyKind.CONTRACTOR),
    OTHER: Company(company_id=OTHER, name="二号维保", phone="2", kind=CompanyKind.CONTRACTOR),
    STATIONS: Company(company_id=STATIONS, name="救援站", phone="3", kind=CompanyKind.STATION),
}
DEGREE_M = 111_195.08  # of latitude, on the mean sphere


def north_of_the_lift(metres: float) -> Position:
    return Position(LIFT.lon, LIFT.lat + metres / DEGREE_M)


def crew(name: str, *, metres: float = 1_000, **changes: Any) -> Crew:
    described: dict[str, Any] = {
        "crew_id": CrewId(name),
        "company_id": CONTRACTED,
        "station_id": None,
        "name": name,
        "phone": "4",
        "members": 2,
        "qualifications": frozenset(),
        "on_duty": True,
        "position": north_of_the_lift(metres),
        "positioned_at": NOON,
    }
    return Crew(**(described | changes))


def callout(incident_id: str = "I-1", **changes: Any) -> Callout:
    described: dict[str, Any] = {
        "incident_id": incident_id,
        "lift_position": LIFT,
        "contractor_id": CONTRACTED,
        "level": 1,
        "priority": 1.0,
        "waiting_since": NOON,
        "excluded": {},
    }
    return Callout(**(described | changes))


def problem(callouts: Sequence[Callout], crews: Sequence[Crew], **changes: Any) -> Problem:
    described: dict[str, Any] = {
        "callouts": callouts,
        "crews": crews,
        "companies": COMPANIES,
        "busy": {},
        "now": NOON,
    }
    return Problem(**(described | changes))


@dataclass(frozen=True)
class OneMetreASecond:
    """Travel times one can work out in the head: as many seconds as metres along the meridian."""

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        return [round(abs(origin.lat - destination.lat) * DEGREE_M, 3) for origin in origins]
