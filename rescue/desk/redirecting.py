"""May an operator send a crew that is bound for one case to another? Only to one with more at stake.

By the same scale as the dispatcher, which turns crews round only upwards too and by itself only from where nobody is
inside: so no chain of redirects comes back to where it began, whoever made them. Never from where the crew is at work.
Must not know how the crew is taken, nor who is asked in its place.
"""

from __future__ import annotations

from dispatch.crews import CrewId
from rescue.desk.demands import Refused
from rescue.desk.draft import Draft
from rescue.desk.stakes import stake_of
from rescue.incident import Assignment, AssignmentStatus, Incident


def find_robbed(draft: Draft, incident: Incident, crew_id: CrewId, *, redirect: bool) -> Assignment | None:
    """The assignment that this crew would be taken from, None for a free crew. Raises Refused."""
    holds = draft.holders().get(crew_id)
    if holds is None:
        return None
    if holds.incident_id == incident.incident_id:
        raise Refused(f"crew {crew_id} is asked for this very case")
    if not redirect:
        busy = draft.busy()[crew_id]
        raise Refused(f"crew {crew_id} is {busy}; redirect takes it from a case that matters less")
    other = draft.incident(holds.incident_id)
    assert other is not None, "who holds a crew is an open case"
    _demand_less(other, incident, holds)
    return holds


def _demand_less(other: Incident, incident: Incident, holds: Assignment) -> None:
    if holds.status is AssignmentStatus.ON_SCENE:
        raise Refused(f"crew {holds.crew_id} is at work for case {other.number}")
    if stake_of(other) >= stake_of(incident):
        raise Refused(f"crew {holds.crew_id} is bound for case {other.number}, which matters as much or more")
