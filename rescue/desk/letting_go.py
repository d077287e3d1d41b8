"""How a case comes to be without its crew: declined, silent, taken back; and how it comes to the next level.

A crew that was let go is not asked for the same case again for a while. Must not know who is asked instead.
"""

from __future__ import annotations

from dataclasses import replace

from rescue.desk.draft import Draft
from rescue.desk.telling import contractors, tell, tell_robbed, tell_withdrawn
from rescue.escalation import FIRE_BRIGADE
from rescue.incident import (
    ACCEPTED,
    HOLDS_CREW,
    Assignment,
    AssignmentStatus,
    Deadline,
    Incident,
    Refusal,
    Signal,
    advance,
)
from rescue.timeline import MACHINE, Actor

OF_CREW = (Deadline.SET_OUT_BY, Deadline.EXPECTED_BY, Deadline.RELIEVE_BY)
"""What is expected of a crew that has accepted."""


def lose_crew(draft: Draft, incident: Incident, status: AssignmentStatus, reason: str) -> Incident:
    """The attempt that held a crew ends without one; an offer made beside it stands."""
    assignment = held(draft, incident)
    if assignment is None:
        return incident
    freed = _ended(draft, incident, assignment, status, reason)
    freed = replace(advance(freed, Signal.CREW_LOST).without(*OF_CREW), assignment_id=None, arrived_at=None)
    if incident.relief_id is None:
        freed = freed.without(Deadline.ACCEPT_BY)
    starts_anew = assignment.status in ACCEPTED and incident.level < FIRE_BRIGADE and incident.is_entrapment
    return freed.due(engage_by=draft.after(draft.policy_of(incident).accept_within_s)) if starts_anew else freed


def lose_relief(draft: Draft, incident: Incident, status: AssignmentStatus, said: str, by: Actor = MACHINE) -> Incident:
    """The offer made beside a late crew ends; the crew goes on."""
    relief = draft.assignment(incident.relief_id)
    if relief is None:
        return incident
    freed = _ended(draft, incident, relief, status, said)
    freed = replace(freed.without(Deadline.ACCEPT_BY), relief_id=None)
    return draft.record(freed, "relief_lost", said, by, attempt=relief.attempt, crew_id=relief.crew_id, status=status)


def _ended(draft: Draft, incident: Incident, assignment: Assignment, status: AssignmentStatus, reason: str) -> Incident:
    draft.save_assignment(replace(assignment, status=status, ended_at=draft.now, end_reason=reason))
    refusal = Refusal(reason=reason, at=draft.now, level=assignment.level)
    return replace(incident, refusals={**incident.refusals, assignment.crew_id: refusal})


def held(draft: Draft, incident: Incident) -> Assignment | None:
    """The offer or assignment by which the case holds a crew now."""
    assignment = draft.assignment(incident.assignment_id)
    return assignment if assignment and assignment.status in HOLDS_CREW else None


def withdraw(draft: Draft, incident: Incident, reason: str, *, final: bool = False) -> Incident:
    """Nobody who was asked need come. With `final`, the case needs no crew more."""
    return withdraw_crew(draft, withdraw_relief(draft, incident, reason), reason, final=final)


def withdraw_relief(draft: Draft, incident: Incident, reason: str) -> Incident:
    """The offer made beside a late crew is taken back, and its company told."""
    relief = draft.assignment(incident.relief_id)
    if relief is None:
        return incident
    said = f"Crew {relief.crew_id}, asked in relief, need not come: {reason}"
    freed = lose_relief(draft, incident, AssignmentStatus.WITHDRAWN, said)
    tell_withdrawn(draft, freed, relief, reason)
    return freed


def withdraw_crew(draft: Draft, incident: Incident, reason: str, *, final: bool = False) -> Incident:
    """The standing offer or assignment is taken back, and its company told."""
    assignment = held(draft, incident)
    if assignment is None:
        return incident
    ended = AssignmentStatus.WITHDRAWN
    if final:
        draft.save_assignment(replace(assignment, status=ended, ended_at=draft.now, end_reason=reason))
        freed = replace(incident, assignment_id=None)
    else:
        freed = lose_crew(draft, incident, ended, reason)
    said = f"Crew {assignment.crew_id} need not come: {reason}"
    freed = draft.record(freed, "withdrawn", said, attempt=assignment.attempt, crew_id=assignment.crew_id)
    tell_withdrawn(draft, freed, assignment, reason)
    return freed


def rob(draft: Draft, holds: Assignment, reason: str) -> Incident:
    """The crew is free for a case that matters more; the case it was bound for is still to be asked again."""
    other = draft.incident(holds.incident_id)
    assert other is not None, "who holds a crew is an open case"
    is_relief = other.relief_id == holds.assignment_id
    freed = withdraw_relief(draft, other, reason) if is_relief else withdraw_crew(draft, other, reason)
    tell_robbed(draft, freed, holds, reason)
    return freed


def raise_level(
    draft: Draft, incident: Incident, reason: str, *, to: int | None = None, actor: Actor = MACHINE
) -> Incident:
    """Engage the next level (or level `to`): the reason goes into the timeline and to the contractor."""
    level = min(to or incident.level + 1, FIRE_BRIGADE)
    raised = replace(incident, level=level, asked_at_level=0, escalation_held=None)
    if level == FIRE_BRIGADE:
        raised = raised.without(Deadline.ENGAGE_BY)
    name = draft.policy_of(incident).level(level).name
    recorded = draft.record(
        raised, "escalated", f"Raised to level {level} ({name}): {reason}", actor, level=level, reason=reason
    )
    tell(draft, recorded, "incident.escalated", *contractors(recorded))
    return recorded
