"""What the registers hold of a city: lifts, companies, stations and crews as values, the contract's columns as fields.

Fields beyond the contract's columns are ones that a register may have of its own. Nothing is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

STATION_QUALITY = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """One lift, with the contract's columns as fields."""

    lift_id: str
    rescue_code: str
    register_code: str
    area: str
    address: str
    building: str
    entrance: str
    lon: float
    lat: float
    company_id: str
    floors: int
    place_type: str
    brand: str
    model: str
    drive_type: str
    machine_room: str
    commissioned_on: date
    user_unit: str
    safety_officer: str
    safety_officer_phone: str
    levelling_device: str = "no"
    """Whether it takes its car to a landing on batteries when the mains go: yes or no; not a column of the contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A maintenance company, or the body that runs a rescue station."""

    company_id: str
    name: str
    phone: str
    kind: str
    quality: str = STATION_QUALITY
    """Of its work: good, fair or poor; not a column of the contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A second-level rescue station."""

    station_id: str
    company_id: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """People who go together; `lon`, `lat` are where they wait."""

    crew_id: str
    company_id: str
    station_id: str
    name: str
    phone: str
    lon: float
    lat: float
    members: int
    qualifications: str
    on_duty: str
    shift: str = "always"
    """A name of `shifts.SHIFTS`; not a column of the contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Everything that the service must know before the first alarm."""

    seed: int
    lifts: tuple[Lift, ...]
    companies: tuple[Company, ...]
    stations: tuple[Station, ...]
    crews: tuple[Crew, ...]
