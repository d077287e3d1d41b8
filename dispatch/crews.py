"""The people who can go: crews, the companies that send them, the stations they wait at.

Says what is known of a crew at one instant. Decides nothing: whether a crew may go is `eligibility`'s answer, and how
it came by its place or its duty is the desk's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

CrewId = NewType("CrewId", str)
CompanyId = NewType("CompanyId", str)
StationId = NewType("StationId", str)

# Free text: the codes are those of the company's own crew list, compared as they are written there.
Qualification: TypeAlias = str

# A car that moved with its doors open (UCMP) may be put right only by staff authorised for it.
UCMP_RESET: Qualification = "ucmp-reset"
# The same of an overspeed governor or safety gear that has tripped.
GOVERNOR_RESET: Qualification = "governor-reset"


class CompanyKind(StrEnum):
    """What binds a company to a rescue: its contract, or its station's district."""

    CONTRACTOR = "contractor"
    STATION = "station"


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the ground, WGS84 degrees; other datums are converted where they enter the service."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        # Written so that NaN, which no comparison accepts, is refused too.
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise ValueError(f"not a WGS84 position: lon {self.lon}, lat {self.lat}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """A maintenance company, or the operator of rescue stations."""

    company_id: CompanyId
    name: str
    phone: str
    kind: CompanyKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Station:
    """A place where crews wait."""

    station_id: StationId
    company_id: CompanyId
    name: str
    position: Position


@dataclass(frozen=True, kw_only=True, slots=True)
class Crew:
    """People who go out together. Without `positioned_at` the position is one from a list, or their station's."""

    crew_id: CrewId
    company_id: CompanyId
    station_id: StationId | None
    name: str
    phone: str
    members: int
    qualifications: frozenset[Qualification]
    on_duty: bool
    position: Position | None
    positioned_at: datetime | None

    def __post_init__(self) -> None:
        if self.positioned_at is not None and self.positioned_at.tzinfo is None:
            raise ValueError(f"crew {self.crew_id}: positioned_at has no time zone")
