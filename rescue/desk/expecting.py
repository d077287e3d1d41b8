"""Who is expected where, by the plan in force: for the people who look at a case for which nobody could be asked yet.

A plan changes with every decision and is only advice, so nothing is decided by this and no timeline speaks of it. Must
not know how it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dispatch.crews import CrewId
from rescue.desk.board import Board
from rescue.incident import IncidentId


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """This crew is to come next (1), or after others (2, 3 …), and is there at this instant if all goes as planned."""

    crew_id: CrewId
    place: int
    at: datetime


def expected(board: Board, incident_id: IncidentId) -> Expected | None:
    """Who is to come to this case; None unless it waits for a crew and the plan has one for it."""
    return expected_stops(board).get(incident_id) if incident_id in board.waiting else None


def expected_stops(board: Board) -> dict[IncidentId, Expected]:
    """The same for every case that waits."""
    return dict(_stops(board))


def _stops(board: Board) -> Iterator[tuple[IncidentId, Expected]]:
    for crew_id, route in board.routes.items():
        still = (incident_id for incident_id in route if incident_id in board.waiting)
        for place, incident_id in enumerate(still, start=1):
            if at := board.expected_at.get(incident_id):
                yield incident_id, Expected(crew_id=crew_id, place=place, at=at)
