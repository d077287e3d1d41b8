"""An operator decides whom to ask: this crew, or the next level now."""

from __future__ import annotations

from rescue.desk.asking import ask, ask_anew, eta_s, offer
from rescue.desk.demands import MANY_LIFTS, Refused, demand_people, demand_trapped
from rescue.desk.draft import Draft
from rescue.desk.inputs import OperatorActed
from rescue.desk.letting_go import raise_level, rob, withdraw
from rescue.desk.redirecting import find_robbed
from rescue.escalation import FIRE_BRIGADE
from rescue.incident import ACCEPTED, Deadline, Incident
from rescue.timeline import Actor


def assign(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """This crew is asked, and no longer the one asked before."""
    demand_trapped(incident)
    if incident.lift_id is None:
        raise Refused(MANY_LIFTS)
    crew = draft.board.crews.get(acted.crew_id) if acted.crew_id else None
    if crew is None:
        raise Refused(f"there is no crew {acted.crew_id}")
    holds = find_robbed(draft, incident, crew.crew_id, redirect=acted.redirect)
    reason = f"chosen by {by.name}: {acted.reason or 'no reason given'}"
    robbed = rob(draft, holds, f"case {incident.number} needs crew {crew.crew_id} more, {reason}") if holds else None
    freed = withdraw(draft, incident, f"{by.name} asked another crew: {acted.reason}")
    asked = offer(draft, freed, crew.crew_id, eta_s(draft, incident, crew), reason, actor=by)
    if robbed:
        ask_anew(draft, robbed)
    return asked


def escalate(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """The next level is asked; a crew that has accepted goes on."""
    demand_trapped(incident)
    demand_people(incident, "choose a crew (assign)")
    if incident.level >= FIRE_BRIGADE:
        raise Refused("the case is at the last level")
    raised = raise_level(draft, incident, acted.reason or f"decided by {by.name}", actor=by)
    assignment = draft.assignment(raised.assignment_id)
    if assignment and assignment.status in ACCEPTED:
        return raised
    return ask(draft, withdraw(draft, raised, "the next level is asked").without(Deadline.VERIFY_BY))
