"""What the desk needs beside the board: the registry's card of a lift, and the case that is over but still spoken of.

Decides when a card is needed: where the input may open a case. And when it is worth reading a case that is no longer on
the board: for an answer to an attempt that is not there, for an action on a case that is not, and for a sign of people
in a lift without an open case, which may have had one lately. Must not know what is made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from devices.messages import AlarmRaised, EntrapmentFound, FaultRaised, LiftId, LinkChanged, TestCallOverdue
from rescue.desk.board import Board
from rescue.desk.inputs import CompanyAnswered, Finished, Input, Intake, OperatorActed
from rescue.incident import Assignment, AssignmentId, Incident, Lift
from rescue.ports import Store


def lift_to_open(said: Input, board: Board) -> LiftId | None:
    """The lift of which this may open a case."""
    match said:
        case AlarmRaised() | EntrapmentFound() | Intake():
            return None if board.incident_of(said.lift_id) else said.lift_id
        case FaultRaised(is_flapping=False) | TestCallOverdue() | LinkChanged(online=False):
            return said.lift_id
        case _:
            return None


class Known(NamedTuple):
    """What was looked up for one input."""

    card: Lift | None = None
    finished: Finished | None = None


async def look_up(store: Store, board: Board, said: Sequence[Input]) -> Sequence[Known]:
    """For each of these, as the board is now. What lifts say is looked up for all of them at once."""
    to_open = {lift_id for one in said if (lift_id := lift_to_open(one, board))}
    people = {lift_id for one in said if (lift_id := _of_people(one)) in to_open}
    cards = await store.find_lifts(sorted(to_open)) if to_open else {}
    before = await store.last_entrapments_of(sorted(people)) if people else {}

    async def known(one: Input) -> Known:
        lift_id = lift_to_open(one, board)
        if lift_id is None:
            return Known(finished=await _find_finished(store, board, one))
        return Known(cards.get(lift_id), _over(before.get(lift_id)) if _of_people(one) else None)

    return [await known(one) for one in said]


def _of_people(said: Input) -> LiftId | None:
    """The lift in which there may be people, by this."""
    return said.lift_id if isinstance(said, AlarmRaised | EntrapmentFound | Intake) else None


async def _find_finished(store: Store, board: Board, said: Input) -> Finished | None:
    """None where the input is about an open case, or about none that is known."""
    match said:
        case CompanyAnswered(assignment_id=assignment_id) if assignment_id not in board.assignments:
            return await _answered(store, assignment_id)
        case OperatorActed(incident_id=incident_id) if incident_id not in board.incidents:
            return _over(await store.find_incident(incident_id))
        case _:
            return None


async def _answered(store: Store, assignment_id: AssignmentId) -> Finished | None:
    assignment = await store.find_assignment(assignment_id)
    return _over(await store.find_incident(assignment.incident_id), assignment) if assignment else None


def _over(incident: Incident | None, assignment: Assignment | None = None) -> Finished | None:
    return Finished(incident=incident, assignment=assignment) if incident and incident.is_final else None
