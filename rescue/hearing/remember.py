"""What the desk's open cases tell the tracker after a restart, lest a case wait for ever for an end that was missed.

Cases are committed at once, the tracker's states some seconds later: what was told in those seconds is known to the
desk alone. If the power came back while we were down, the lift's next status shows no fault, and a tracker that never
knew of one would say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from devices.faults import Fault
from devices.fleet import Fleet
from devices.messages import LiftId
from rescue.desk.board import Board
from rescue.desk.conditions import LINK_LOST, TEST_OVERDUE
from rescue.incident import TRAPPED, Source

WORDS = frozenset(map(str, Fault))


def remember_cases(fleet: Fleet, board: Board) -> None:
    """Every condition of the open cases and their members is held to be true until the lift says otherwise."""
    for lift_id, condition, since in _conditions(board):
        if condition == LINK_LOST:
            fleet.believe_lost(lift_id, since.timestamp())
        elif condition == TEST_OVERDUE:
            fleet.believe_untested(lift_id)
        elif condition in WORDS:
            fleet.believe_fault(lift_id, Fault(condition), since.timestamp())
    for incident in board.incidents.values():
        if incident.lift_id and incident.is_entrapment and incident.source is Source.IOT and incident.status in TRAPPED:
            fleet.believe_trapped(incident.lift_id, incident.evidence, incident.trapped_since.timestamp())


def _conditions(board: Board) -> Iterator[tuple[LiftId, str, datetime]]:
    for incident in board.incidents.values():
        if incident.lift_id is not None:
            for condition, since in incident.conditions.items():
                yield incident.lift_id, condition, since
    for member in board.members.values():
        if member.left_at is None:
            yield member.lift_id, member.condition, member.joined_at
