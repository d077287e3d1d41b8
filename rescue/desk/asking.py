"""Who is asked: offers, the next crew, the next level.

`ask` always leaves an entrapment with somebody asked or with an `ask_by` ahead; levels only rise, and the last one is
asked again and again until somebody accepts. For any other case only an operator asks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from devices.messages import Confidence
from dispatch.crews import CompanyId, CrewId
from dispatch.problem import Callout, Choice, Problem
from dispatch.solver import solve
from rescue.desk.draft import Draft
from rescue.effects import NotifyCompany, OfferAssignment, WithdrawAssignment
from rescue.escalation import FIRE_BRIGADE, answer_by, is_exhausted
from rescue.incident import (
    ACCEPTED,
    HOLDS_CREW,
    Assignment,
    AssignmentId,
    AssignmentStatus,
    Deadline,
    Incident,
    Refusal,
    Signal,
    advance,
)
from rescue.timeline import MACHINE, Actor

PRIORITIES = {Confidence.CONFIRMED: 3.0, Confidence.LIKELY: 2.0, Confidence.POSSIBLE: 1.0}
VULNERABLE_ADDS = 1.0


def callout_of(draft: Draft, incident: Incident) -> Callout:
    """The incident as the solver sees it."""
    return Callout(
        incident_id=incident.incident_id,
        lift_position=incident.lift.position if incident.lift else None,
        contractor_id=incident.lift.company_id if incident.lift else None,
        level=incident.level,
        priority=_priority(incident),
        waiting_since=incident.trapped_since,
        excluded=_excluded(draft, incident),
    )


def _priority(incident: Incident) -> float:
    if not incident.is_entrapment:
        return 0.0
    return PRIORITIES[incident.evidence.confidence] + VULNERABLE_ADDS * bool(incident.vulnerable)


def _excluded(draft: Draft, incident: Incident) -> dict[CrewId, str]:
    """Crews that refused a while ago, and at level 2 their whole company: it has had its turn, others come now."""
    lasts = timedelta(seconds=draft.policy.refusal_lasts_s)
    refused = {crew_id: r for crew_id, r in incident.refusals.items() if draft.now - r.at < lasts}
    crews = draft.board.crews
    had_turn = {crews[c].company_id for c, r in refused.items() if c in crews and r.level < incident.level == 2}
    others = {c.crew_id: "its company was asked at level 1" for c in crews.values() if c.company_id in had_turn}
    return others | {crew_id: refusal.reason for crew_id, refusal in refused.items()}


def problem_of(draft: Draft, *incidents: Incident) -> Problem:
    """These incidents and every crew, as the board has them now."""
    return Problem(
        callouts=[callout_of(draft, incident) for incident in incidents],
        crews=list(draft.board.crews.values()),
        companies=draft.board.companies,
        busy=draft.busy(),
        now=draft.now,
    )


def ask(draft: Draft, incident: Incident) -> Incident:
    """Offer the case to the best crew of its level, or raise the level until somebody can be asked.

    Where nobody is inside, nobody is asked by itself: people decide whom to send, and when.
    """
    if not incident.is_entrapment:
        return draft.save(incident)
    if is_exhausted(incident, draft.policy):
        return ask(draft, raise_level(draft, incident, f"level {incident.level} has had its attempts"))
    plan = solve(problem_of(draft, incident), draft.rules.travel)
    choice = plan.choices.get(incident.incident_id)
    reason = _why_not(draft, incident, choice) or ("" if choice else plan.shortfalls[incident.incident_id].reason)
    if choice and not reason:
        return offer(draft, incident, choice.crew_id, choice.eta_s, choice.reason, others=_others(choice))
    if incident.level < FIRE_BRIGADE:
        return ask(draft, raise_level(draft, incident, reason))
    return _ask_again_later(draft, incident, reason)


def _why_not(draft: Draft, incident: Incident, choice: Choice | None) -> str:
    """The contracted company is passed over when even its best crew would come too late."""
    if choice and incident.level == 1 and choice.eta_s > draft.policy.reach_within_s:
        return f"the contracted company's best crew is {choice.eta_s / 60:.0f} min away"
    return ""


def _others(choice: Choice) -> list[str]:
    return [f"{c.crew_id}: {c.eta_s / 60:.0f} min" for c in choice.ranked if c.crew_id != choice.crew_id]


def _ask_again_later(draft: Draft, incident: Incident, reason: str) -> Incident:
    later = incident.due(ask_by=draft.after(draft.policy.ask_again_after_s))
    if later.shortfall == reason:
        return draft.save(later)
    return draft.record(replace(later, shortfall=reason), "nobody_to_ask", f"Nobody can be asked: {reason}")


def offer(
    draft: Draft,
    incident: Incident,
    crew_id: CrewId,
    eta_s: float | None,
    reason: str,
    *,
    actor: Actor = MACHINE,
    others: list[str] | None = None,
) -> Incident:
    """Ask this crew: a new attempt, with its deadline and the webhook that carries it."""
    assignment = _attempt(draft, incident, crew_id, eta_s, reason)
    asked = replace(
        advance(incident, Signal.OFFERED).without(Deadline.ASK_BY, Deadline.VERIFY_BY),
        assignment_id=assignment.assignment_id,
        attempts=assignment.attempt,
        asked_at_level=incident.asked_at_level + 1,
        shortfall="",
    ).due(accept_by=assignment.accept_by)
    recorded = draft.record(
        _engaged_in_time(draft, asked),
        "offered",
        f"Asked crew {crew_id} (attempt {assignment.attempt}): {reason}",
        actor,
        attempt=assignment.attempt,
        crew_id=crew_id,
        company_id=assignment.company_id,
        level=incident.level,
        eta_s=eta_s,
        others=others or [],
    )
    key = f"{assignment.assignment_id}:offered"
    draft.effect(OfferAssignment(key=key, company_id=assignment.company_id, incident=recorded, assignment=assignment))
    return recorded


def _engaged_in_time(draft: Draft, incident: Incident) -> Incident:
    """The clock to the last level starts with the first offer, also where an operator did not wait to be sure."""
    has_limit = incident.level == FIRE_BRIGADE or Deadline.ENGAGE_BY in incident.deadlines
    if has_limit or not incident.is_entrapment:
        return incident
    return incident.due(engage_by=draft.after(draft.policy.engage_within_s))


def _attempt(draft: Draft, incident: Incident, crew_id: CrewId, eta_s: float | None, reason: str) -> Assignment:
    attempt = incident.attempts + 1
    return draft.save_assignment(
        Assignment(
            assignment_id=AssignmentId(f"{incident.incident_id}-{attempt}"),
            incident_id=incident.incident_id,
            attempt=attempt,
            level=incident.level,
            crew_id=crew_id,
            company_id=draft.board.crews[crew_id].company_id,
            status=AssignmentStatus.OFFERED,
            offered_at=draft.now,
            accept_by=answer_by(incident, draft.now, draft.policy),
            eta_s=eta_s,
            reason=reason,
        )
    )


def lose_crew(draft: Draft, incident: Incident, status: AssignmentStatus, reason: str) -> Incident:
    """The attempt that held a crew ends without one; the crew is not asked again for a while."""
    assignment = draft.assignment(incident.assignment_id)
    if assignment is None or assignment.status not in HOLDS_CREW:
        return incident
    draft.save_assignment(replace(assignment, status=status, ended_at=draft.now, end_reason=reason))
    refusal = Refusal(reason=reason, at=draft.now, level=assignment.level)
    freed = replace(
        advance(incident, Signal.CREW_LOST).without(Deadline.ACCEPT_BY),
        assignment_id=None,
        arrived_at=None,
        refusals={**incident.refusals, assignment.crew_id: refusal},
    )
    starts_anew = assignment.status in ACCEPTED and incident.level < FIRE_BRIGADE and incident.is_entrapment
    return freed.due(engage_by=draft.after(draft.policy.accept_within_s)) if starts_anew else freed


def withdraw(draft: Draft, incident: Incident, reason: str, *, final: bool = False) -> Incident:
    """Take the standing offer or assignment back and tell its company. With `final`, the case needs no crew more."""
    assignment = draft.assignment(incident.assignment_id)
    if assignment is None or assignment.status not in HOLDS_CREW:
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


def tell_withdrawn(draft: Draft, incident: Incident, assignment: Assignment, reason: str) -> None:
    """The company learns that its offer or assignment no longer stands."""
    draft.effect(
        WithdrawAssignment(
            key=f"{assignment.assignment_id}:withdrawn",
            company_id=assignment.company_id,
            incident=incident,
            assignment=assignment,
            reason=reason,
        )
    )


def raise_level(
    draft: Draft, incident: Incident, reason: str, *, to: int | None = None, actor: Actor = MACHINE
) -> Incident:
    """Engage the next level (or level `to`): the reason goes into the timeline and to the contractor."""
    level = min(to or incident.level + 1, FIRE_BRIGADE)
    raised = replace(incident, level=level, asked_at_level=0)
    said = f"Raised to level {level}: {reason}"
    if level == FIRE_BRIGADE:
        said += ". Call the fire brigade (119)"
        raised = raised.without(Deadline.ENGAGE_BY)
    recorded = draft.record(raised, "escalated", said, actor, level=level, reason=reason)
    tell(draft, recorded, "incident.escalated", *_contractors(recorded))
    return recorded


def tell(draft: Draft, incident: Incident, type_: str, *company_ids: CompanyId) -> None:
    """Each of these companies learns that its case moved."""
    assignment = draft.assignment(incident.assignment_id)
    for company_id in dict.fromkeys(company_ids):
        key = f"{incident.incident_id}:{incident.version}:{incident.entries}:{type_}:{company_id}"
        draft.effect(
            NotifyCompany(key=key, company_id=company_id, type=type_, incident=incident, assignment=assignment)
        )


def concerned(draft: Draft, incident: Incident) -> list[CompanyId]:
    """The companies a case concerns now: the contractors of its lifts, and whoever holds the assignment."""
    assignment = draft.assignment(incident.assignment_id)
    return [*_contractors(incident), *([assignment.company_id] if assignment else [])]


def _contractors(incident: Incident) -> list[CompanyId]:
    if incident.lift_id is None:
        return list(incident.company_ids)
    return [incident.lift.company_id] if incident.lift and incident.lift.company_id else []
