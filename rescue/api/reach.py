"""What a caller may see and on whose behalf it acts. A company sees the cases in which it was asked, and no other.

What is out of reach reads the same as what does not exist, so that an id tells a stranger nothing.
"""

from __future__ import annotations

from rescue.accounts import Principal
from rescue.api.access import STAFF
from rescue.api.context import Context
from rescue.api.problems import NotFound
from rescue.incident import Assignment, AssignmentId, Incident, IncidentId
from rescue.timeline import Actor
from rescue.views import IncidentView, Reader, incident_view


def reader_of(principal: Principal) -> Reader:
    """Which personal data this caller reads."""
    if principal.company_id:
        return Reader.COMPANY
    return Reader.OPERATOR if principal.role in STAFF else Reader.ONLOOKER


def actor_of(principal: Principal) -> Actor:
    """How the timeline names this caller."""
    kind = "company" if principal.company_id else "operator"
    return Actor(kind=kind, name=principal.name, channel="http")


async def find_incident(context: Context, principal: Principal, incident_id: str) -> Incident:
    """The case, if this caller may see it. Raises NotFound."""
    incident = await context.store.find_incident(IncidentId(incident_id))
    if incident is None or not await _was_asked(context, principal, incident.incident_id):
        raise NotFound(f"there is no case {incident_id}")
    return incident


async def _was_asked(context: Context, principal: Principal, incident_id: IncidentId) -> bool:
    if principal.company_id is None:
        return True
    attempts = await context.store.assignments_of(incident_id)
    return any(attempt.company_id == principal.company_id for attempt in attempts)


async def find_assignment(context: Context, principal: Principal, assignment_id: str) -> Assignment:
    """The assignment, if it is this caller's. Raises NotFound."""
    assignment = await context.records.find_assignment(AssignmentId(assignment_id))
    if assignment is None or (principal.company_id and assignment.company_id != principal.company_id):
        raise NotFound(f"there is no assignment {assignment_id}")
    return assignment


async def show(context: Context, principal: Principal, incident: Incident) -> IncidentView:
    """The case as this caller may see it; of another company's crew a company learns nothing."""
    assignment = await _current(context, incident)
    if assignment and principal.company_id not in {None, assignment.company_id}:
        assignment = None
    return incident_view(incident, assignment, context.policy, reader=reader_of(principal))


async def _current(context: Context, incident: Incident) -> Assignment | None:
    if incident.assignment_id is None:
        return None
    on_board = context.desk.board.assignments.get(incident.assignment_id)
    return on_board or await context.records.find_assignment(incident.assignment_id)
