"""What a caller may see and on whose behalf it acts. A company sees the cases in which it was asked, and no other; a
vendor sees no case, but the lifts that bear its devices. Who is shown a phone number is noted in the audit log here.

What is out of reach reads the same as what does not exist, so that an id tells a stranger nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from rescue.api.access import STAFF
from rescue.api.context import Context
from rescue.api.problems import NotFound
from rescue.desk.expecting import expected
from rescue.incident import Assignment, AssignmentId, Incident, IncidentId, Lift
from rescue.people.principals import Principal
from rescue.people.principals import actor_of as actor_of
from rescue.people.privacy import mask_entry, numbers_of
from rescue.timeline import Entry
from rescue.views import IncidentView, Reader, TimelineEntryView, entry_view, incident_view

VENDOR_COLUMN = "vendor"
"""Of the lifts' file: the maker or integrator whose devices speak for the lift."""


def reader_of(principal: Principal) -> Reader:
    """Which personal data this caller reads."""
    if principal.company_id:
        return Reader.COMPANY
    return Reader.OPERATOR if principal.role in STAFF else Reader.ONLOOKER


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
    assignment = await context.store.find_assignment(AssignmentId(assignment_id))
    if assignment is None or not _is_theirs(principal, assignment):
        raise NotFound(f"there is no assignment {assignment_id}")
    return assignment


def _is_theirs(principal: Principal, assignment: Assignment) -> bool:
    if principal.crew_id not in {None, assignment.crew_id}:
        return False
    return principal.company_id in {None, assignment.company_id}


async def show(context: Context, principal: Principal, incident: Incident) -> IncidentView:
    """The case as this caller may see it; of another company's crew a company learns nothing."""
    assignment = await _current(context, incident)
    if assignment and principal.company_id not in {None, assignment.company_id}:
        assignment = None
    view = incident_view(
        incident,
        assignment,
        context.policies.of(incident),
        reader=reader_of(principal),
        car_position=_car_position(context, incident),
        expected=expected(context.desk.board, incident.incident_id),
    )
    if _shows_phones(view, incident):
        context.audit.view(principal, f"incident:{incident.incident_id}")
    return view


def _car_position(context: Context, incident: Incident) -> str | None:
    """Where the car says it is, while somebody outside is to be told; None while nobody hears it."""
    if incident.handover is None or incident.lift_id is None:
        return None
    live = context.fleet.view(incident.lift_id, context.clock.now().timestamp())
    return live.car_position if live and live.online else None


def _shows_phones(view: IncidentView, incident: Incident) -> bool:
    """Somebody's number is in the view as it stands in the case."""
    officers = incident.lift.safety_officer_phone if incident.lift else ""
    shows_officers = bool(officers) and view.lift is not None and view.lift.safety_officer_phone == officers
    return shows_officers or any(caller.phone for caller in (view.caller, *view.other_callers) if caller)


def show_entries(principal: Principal, incident: Incident, entries: Sequence[Entry]) -> list[TimelineEntryView]:
    """The history of a case as this caller may see it: who reads no phone number reads none that it quotes."""
    if reader_of(principal) is Reader.OPERATOR:
        return [entry_view(entry) for entry in entries]
    numbers = numbers_of(incident)
    return [entry_view(mask_entry(entry, numbers)) for entry in entries]


def may_see_lift(principal: Principal, lift: Lift) -> bool:
    """The rescue centre sees every lift, a company those under contract with it, a vendor those that name it."""
    if principal.vendor_id is not None:
        return lift.attributes.get(VENDOR_COLUMN) == principal.vendor_id
    return principal.company_id in {None, lift.company_id}


def note_lifts_shown(context: Context, principal: Principal, lifts: Sequence[Lift]) -> None:
    """Whoever reads phone numbers was shown those of these lifts' safety officers."""
    numbered = [lift.lift_id for lift in lifts if lift.safety_officer_phone]
    if not numbered or reader_of(principal) is Reader.ONLOOKER:
        return
    subject = f"lift:{numbered[0]}" if len(lifts) == 1 else f"lifts:{numbered[0]}…{numbered[-1]}"
    context.audit.view(principal, subject, lifts=len(numbered))


async def _current(context: Context, incident: Incident) -> Assignment | None:
    if incident.assignment_id is None:
        return None
    on_board = context.desk.board.assignments.get(incident.assignment_id)
    return on_board or await context.store.find_assignment(incident.assignment_id)
