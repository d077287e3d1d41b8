"""A crew that has accepted is watched: does it set out, is it there when it said? If not, it is reminded; if it stays
silent, another crew is asked in relief.

The late crew stays with the case until the other accepts: a crew on the road that forgot to say so is not turned round
for one that may yet decline. Limits: one offer in relief at a time, a search every `relieve_after_s`, and no crew that
refused is asked again for a while. Only where people are inside; of other cases people are reminded.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.problem import Choice
from dispatch.rules import Rules
from rescue.desk.asking import attempt, best_crew, carry_offer, take_over
from rescue.desk.draft import Draft
from rescue.desk.letting_go import held, lose_relief, raise_level, withdraw_crew
from rescue.desk.telling import tell, tell_withdrawn
from rescue.escalation import FIRE_BRIGADE, too_late
from rescue.incident import Assignment, AssignmentStatus, Deadline, Incident

UNDER_WAY = frozenset({AssignmentStatus.ACCEPTED, AssignmentStatus.EN_ROUTE})
"""A crew that is not there yet."""


def watch(draft: Draft, incident: Incident, crew: Assignment) -> Incident:
    """What is expected of a crew that has just accepted, or just set out."""
    policy = draft.policy_of(incident)
    takes_s = Rules().unknown_travel_s if crew.eta_s is None else crew.eta_s
    expected = incident.due(expected_by=draft.after(takes_s + policy.eta_margin_s))
    if crew.status is AssignmentStatus.ACCEPTED:
        return expected.due(set_out_by=draft.after(policy.set_out_within_s))
    return expected.without(Deadline.SET_OUT_BY, Deadline.RELIEVE_BY)


def engage_if_late(draft: Draft, incident: Incident, crew: Assignment) -> Incident:
    """A crew that accepted and says that it will be late is kept, and the next level engaged beside it."""
    late = too_late(incident, crew.eta_s or 0.0, draft.now, draft.policy_of(incident))
    if not late or not incident.is_entrapment:
        return incident
    return relieve(draft, raise_level(draft, incident, f"crew {crew.crew_id} accepted, but is {late}"))


def pass_set_out(draft: Draft, incident: Incident, _by: datetime) -> Incident:
    """The crew has not said that it set out."""
    crew = held(draft, incident)
    if crew is None or crew.status is not AssignmentStatus.ACCEPTED or crew.accepted_at is None:
        return draft.save(incident)
    said = f"Crew {crew.crew_id} accepted {_minutes(draft.now - crew.accepted_at)} ago and has not set out"
    return _remind(draft, incident, crew, "not_set_out", said)


def pass_expected(draft: Draft, incident: Incident, _by: datetime) -> Incident:
    """The crew is not there, though by its own estimate it should be."""
    crew = held(draft, incident)
    if crew is None or crew.status not in UNDER_WAY or crew.accepted_at is None:
        return draft.save(incident)
    said = f"Crew {crew.crew_id} accepted {_minutes(draft.now - crew.accepted_at)} ago, is overdue and has not arrived"
    return _remind(draft, incident, crew, "not_arrived", said)


def _remind(draft: Draft, incident: Incident, crew: Assignment, what: str, said: str) -> Incident:
    if incident.is_entrapment:
        by = draft.after(draft.policy_of(incident).relieve_after_s)
        incident = incident.due(relieve_by=min(by, incident.deadlines.get(Deadline.RELIEVE_BY, by)))
    reminded = draft.record(incident, what, said, attempt=crew.attempt, crew_id=crew.crew_id)
    tell(draft, reminded, "incident.updated", crew.company_id)
    return reminded


def pass_relieve(draft: Draft, incident: Incident, _by: datetime) -> Incident:
    """The crew was reminded and stays silent: another is looked for, level after level."""
    if not _is_waited_for(draft, incident):
        return draft.save(incident)
    again = incident.due(relieve_by=draft.after(draft.policy_of(incident).relieve_after_s))
    relieved = relieve(draft, again)
    while relieved.relief_id is None and relieved.level < FIRE_BRIGADE:
        _, lack = best_crew(draft, relieved)
        relieved = relieve(draft, raise_level(draft, relieved, f"the crew under way is silent, and {lack}"))
    return relieved


def pass_relief_unanswered(draft: Draft, incident: Incident) -> Incident:
    """The crew asked in relief said nothing: its company is told, and the next one asked."""
    relief = draft.assignment(incident.relief_id)
    assert relief is not None, "a relief is an assignment of an open case"
    said = f"Crew {relief.crew_id}, asked in relief, did not answer in time"
    lost = lose_relief(draft, incident, AssignmentStatus.OVERDUE, said)
    tell_withdrawn(draft, lost, relief, "not answered in time")
    return relieve(draft, lost)


def relieve(draft: Draft, incident: Incident) -> Incident:
    """Ask the best crew of this level in relief of the one that is late, if it would be there before that one."""
    if incident.relief_id is not None or not _is_waited_for(draft, incident):
        return draft.save(incident)
    choice = _free_crew(draft, incident)
    if choice is None or not _is_sooner(draft, incident, choice):
        return draft.save(incident)
    relief = attempt(draft, incident, choice.crew_id, choice.eta_s, choice.reason, choice.ranking)
    said = f"Asked crew {relief.crew_id} in relief (attempt {relief.attempt}): {choice.reason}"
    asked = replace(incident, relief_id=relief.assignment_id)
    return carry_offer(draft, asked, relief, "relief_offered", said, others=[])


def _free_crew(draft: Draft, incident: Incident) -> Choice | None:
    """The best crew of this level that nobody else has asked: whoever is under way elsewhere is not turned round."""
    choice, _ = best_crew(draft, incident)
    return choice if choice and choice.crew_id not in draft.busy() else None


def relieved_by(draft: Draft, incident: Incident, relief: Assignment) -> Incident:
    """The crew asked in relief accepts: it is the one to go, and the late one need not come."""
    return take_over(draft, withdraw_crew(draft, incident, f"crew {relief.crew_id} comes in its place"))


def _is_waited_for(draft: Draft, incident: Incident) -> bool:
    crew = held(draft, incident)
    return incident.is_entrapment and crew is not None and crew.status in UNDER_WAY


def _is_sooner(draft: Draft, incident: Incident, choice: Choice) -> bool:
    """Anybody is sooner than a crew that is overdue."""
    expected_by = incident.deadlines.get(Deadline.EXPECTED_BY)
    margin = timedelta(seconds=draft.policy_of(incident).eta_margin_s)
    has_set_out_in_time = Deadline.RELIEVE_BY not in incident.deadlines
    if expected_by is None or not has_set_out_in_time:
        return True
    return draft.after(choice.eta_s) < expected_by - margin


def _minutes(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 60:.0f} min"
