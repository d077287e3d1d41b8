"""The instances of `simulate bench dispatch`: callouts and crews in a Zhengzhou, drawn from a seed, as JSON for others.

Callouts gather where the power went; crews are all over the city. How long each way takes is written down with them, by
the straight line at noon, so that whoever runs them has the same roads.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position
from dispatch.travel import StraightLine

NOON: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
WEST, EAST, SOUTH, NORTH = 113.52, 113.80, 34.65, 34.85
"""Zhengzhou within its ring road."""
COMPANY: Final = Company(company_id=CompanyId("all"), name="all", phone="1", kind=CompanyKind.CONTRACTOR)
"""Every crew's: nothing but the ways tells one from another."""
OUTAGES: Final = 6
SPREAD: Final = 0.025
"""Degrees; some two kilometres."""
SHARE_OUTSIDE: Final = 0.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How many of each, and how long a crew stays on site."""

    callouts: int
    crews: int
    on_site_s: float = 1800.0

    @property
    def name(self) -> str:
        """As in the contract: callouts x crews."""
        return f"{self.callouts}x{self.crews}"


SIZES: Final = (
    Size(callouts=1, crews=300),
    Size(callouts=50, crews=600),
    Size(callouts=500, crews=600),
    Size(callouts=300, crews=100),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Instance:
    """One question. `ways_s[callout][place]`: seconds to the callout from a place, crews' first, then the lifts'."""

    size: Size
    seed: int
    callouts: Sequence[Position]
    crews: Sequence[Position]
    ways_s: Sequence[Sequence[float]]


def draw(size: Size, seed: int) -> Instance:
    """Draw one instance."""
    random = Random(f"{size.name}/{seed}")
    crews = [_anywhere(random) for _ in range(size.crews)]
    centres = [_anywhere(random) for _ in range(OUTAGES)]
    callouts = [_near(random.choice(centres), random) for _ in range(size.callouts)]
    travel = StraightLine()
    ways = [[float(round(one)) for one in travel.seconds([*crews, *callouts], end, NOON)] for end in callouts]
    return Instance(size=size, seed=seed, callouts=callouts, crews=crews, ways_s=ways)


def crews_of(instance: Instance, at: datetime = NOON) -> list[Crew]:
    """Its crews, all on duty and seen at this instant."""
    return [_crew(number, position, at) for number, position in enumerate(instance.crews)]


def _crew(number: int, position: Position, at: datetime) -> Crew:
    return Crew(
        crew_id=CrewId(f"C-{number:04}"),
        company_id=COMPANY.company_id,
        station_id=None,
        name=f"crew {number}",
        phone="1",
        members=2,
        qualifications=frozenset(),
        on_duty=True,
        position=position,
        positioned_at=at,
    )


def write(instances: Sequence[Instance], folder: Path) -> None:
    """Write each as a file of JSON. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for instance in instances:
        path = folder / f"dispatch-{instance.size.name}-seed{instance.seed}.json"
        path.write_text(json.dumps(_as_json(instance)), "utf-8")


def _as_json(instance: Instance) -> dict[str, object]:
    return {
        "name": instance.size.name,
        "seed": instance.seed,
        "on_site_s": instance.size.on_site_s,
        "crews": [{"lon": one.lon, "lat": one.lat} for one in instance.crews],
        "callouts": [{"lon": one.lon, "lat": one.lat} for one in instance.callouts],
        "ways_s": instance.ways_s,
    }


def _anywhere(random: Random) -> Position:
    return Position(round(random.uniform(WEST, EAST), 6), round(random.uniform(SOUTH, NORTH), 6))


def _near(centre: Position, random: Random) -> Position:
    if random.random() < SHARE_OUTSIDE:
        return _anywhere(random)
    lon, lat = random.gauss(centre.lon, SPREAD), random.gauss(centre.lat, SPREAD)
    return Position(round(min(EAST, max(WEST, lon)), 6), round(min(NORTH, max(SOUTH, lat)), 6))
