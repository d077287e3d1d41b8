"""A crew that is bound for one case is sent to another that matters more, because an operator says so.

Never away from people who wait as urgently, so that no two cases can take a crew from each other in turn, and never
from where the crew is at work. Who loses the crew is asked again at once.
"""

from __future__ import annotations

from dispatch.crews import CrewId
from rescue.desk.asking import ask, priority
from rescue.desk.demands import Refused
from rescue.desk.draft import Draft
from rescue.desk.letting_go import withdraw_crew, withdraw_relief
from rescue.desk.telling import tell_robbed
from rescue.incident import Assignment, AssignmentStatus, Incident


def find_robbed(draft: Draft, incident: Incident, crew_id: CrewId, *, redirect: bool) -> Assignment | None:
    """The assignment that this crew would be taken from, None for a free crew. Raises Refused."""
    holds = draft.board.holders.get(crew_id)
    if holds is None:
        return None
    if holds.incident_id == incident.incident_id:
        raise Refused(f"crew {crew_id} is asked for this very case")
    if not redirect:
        busy = draft.busy()[crew_id]
        raise Refused(f"crew {crew_id} is {busy}; redirect takes it from a case that matters less")
    other = draft.incident(holds.incident_id)
    assert other is not None, "the board holds assignments of open cases only"
    _demand_less(other, incident, holds)
    return holds


def _demand_less(other: Incident, incident: Incident, holds: Assignment) -> None:
    if holds.status is AssignmentStatus.ON_SCENE:
        raise Refused(f"crew {holds.crew_id} is at work for case {other.number}")
    if priority(other) >= priority(incident):
        raise Refused(f"crew {holds.crew_id} is bound for case {other.number}, which matters as much or more")


def rob(draft: Draft, holds: Assignment, reason: str) -> Incident:
    """The crew is free; the case it was bound for is still to be asked again."""
    other = draft.incident(holds.incident_id)
    assert other is not None, "it was there just now"
    is_relief = other.relief_id == holds.assignment_id
    freed = withdraw_relief(draft, other, reason) if is_relief else withdraw_crew(draft, other, reason)
    tell_robbed(draft, freed, holds, reason)
    return freed


def ask_anew(draft: Draft, robbed: Incident) -> Incident:
    """The case that lost its crew, once the crew has been asked for the other; one that kept its own crew goes on."""
    now = draft.incident(robbed.incident_id) or robbed
    return now if now.assignment_id else ask(draft, now)
