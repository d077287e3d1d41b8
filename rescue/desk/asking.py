"""Who is asked: offers, the next crew, the next level.

`ask` always leaves an entrapment with somebody asked or with an `ask_by` ahead; levels only rise, and the last one is
asked again and again until somebody accepts. For any other case only an operator asks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from devices.faults import Fault
from devices.messages import Confidence
from dispatch.crews import CompanyId, Crew, CrewId
from dispatch.problem import Callout, Choice, Problem
from dispatch.rules import Rules
from dispatch.solver import solve
from rescue.desk.draft import Draft
from rescue.desk.letting_go import raise_level
from rescue.effects import OfferAssignment
from rescue.escalation import FIRE_BRIGADE, REACHES, Asks, answer_by, is_exhausted, too_late
from rescue.incident import Assignment, AssignmentId, AssignmentStatus, Deadline, Incident, Kind, Signal, advance
from rescue.timeline import MACHINE, Actor

NOBODY_INSIDE = 1.0
PRIORITIES = {Confidence.CONFIRMED: 4.0, Confidence.LIKELY: 3.0, Confidence.POSSIBLE: 2.0}
IN_NEED_ADDS = 1.0
TOGETHER = "the power is out in the whole area: levels 1 and 2 are asked together"
"""As one pool of crews, the contractor's among them (Jinan)."""


def callout_of(draft: Draft, incident: Incident) -> Callout:
    """The incident as the solver sees it."""
    return Callout(
        incident_id=incident.incident_id,
        lift_position=incident.lift.position if incident.lift else None,
        contractor_id=incident.lift.company_id if incident.lift else None,
        level=REACHES[_asks(draft, incident)],
        priority=priority(incident),
        waiting_since=incident.trapped_since,
        excluded=_excluded(draft, incident),
    )


def priority(incident: Incident) -> float:
    """What each second of waiting weighs; who is surely inside goes before who may be."""
    if not incident.is_entrapment:
        return NOBODY_INSIDE
    return PRIORITIES[incident.evidence.confidence] + IN_NEED_ADDS * bool(incident.vulnerable or incident.injured)


def _asks(draft: Draft, incident: Incident) -> Asks:
    return draft.policy_of(incident).level(incident.level).asks


def _excluded(draft: Draft, incident: Incident) -> dict[CrewId, str]:
    """Crews that refused a while ago, and at level 2 their whole company: it has had its turn, others come now."""
    lasts = timedelta(seconds=draft.policy_of(incident).refusal_lasts_s)
    refused = {crew_id: r for crew_id, r in incident.refusals.items() if draft.now - r.at < lasts}
    crews = draft.board.crews
    had_turn: set[CompanyId] = set()
    if _asks(draft, incident) is Asks.NEARBY and not _are_asked_together(draft, incident):
        had_turn = {crews[c].company_id for c, r in refused.items() if c in crews and r.level < incident.level}
    others = {c.crew_id: "its company was asked at level 1" for c in crews.values() if c.company_id in had_turn}
    return others | {crew_id: refusal.reason for crew_id, refusal in refused.items()}


def problem_of(draft: Draft, incident: Incident) -> Problem:
    """This incident and every crew, as the board has them now."""
    return Problem(
        callouts=[callout_of(draft, incident)],
        crews=list(draft.board.crews.values()),
        companies=draft.board.companies,
        busy=draft.busy(),
        now=draft.now,
        rules=Rules(level_2_radius_m=draft.policy_of(incident).nearby_within_m),
    )


def ask(draft: Draft, incident: Incident) -> Incident:
    """Offer the case to the best crew of its level, or raise the level until somebody can be asked.

    Where nobody is inside, nobody is asked by itself: people decide whom to send, and when. An offer that was made
    beside a crew that is lost now is the case's own from here on.
    """
    if not incident.is_entrapment:
        return draft.save(incident)
    if incident.relief_id:
        return take_over(draft, incident)
    choice, lack = best_crew(draft, incident)
    if choice and (late := too_late(incident, choice.eta_s, draft.now, draft.policy_of(incident))):
        choice, lack = None, f"the best crew of level {incident.level} is {late}"
    if choice:
        return offer(draft, incident, choice.crew_id, choice.eta_s, choice.reason, others=_others(choice))
    if incident.level < FIRE_BRIGADE:
        return ask(draft, raise_level(draft, incident, lack))
    return _ask_again_later(draft, incident, lack)


def best_crew(draft: Draft, incident: Incident) -> tuple[Choice | None, str]:
    """The crew to ask at this level; or none, and why the level is done with."""
    if incident.level == 1 and _are_asked_together(draft, incident):
        return None, TOGETHER
    if is_exhausted(incident, draft.policy_of(incident)):
        return None, f"level {incident.level} has had its attempts"
    plan = solve(problem_of(draft, incident), draft.rules.travel)
    choice = plan.choices.get(incident.incident_id)
    return (choice, "") if choice else (None, plan.shortfalls[incident.incident_id].reason)


def _are_asked_together(draft: Draft, incident: Incident) -> bool:
    """The lift is without power with its whole area, so that no single company can be enough."""
    member = draft.member((Fault.MAINS_LOST.value, incident.lift_id)) if incident.lift_id is not None else None
    parent_ids = (incident.parent_id, member.parent_id if member and member.left_at is None else None)
    parents = [draft.incident(parent_id) for parent_id in parent_ids if parent_id is not None]
    return any(parent and parent.kind is Kind.POWER_OUTAGE and not parent.building for parent in parents)


def _others(choice: Choice) -> list[str]:
    return [f"{c.crew_id}: {c.eta_s / 60:.0f} min" for c in choice.ranked if c.crew_id != choice.crew_id]


def _ask_again_later(draft: Draft, incident: Incident, reason: str) -> Incident:
    later = incident.due(ask_by=draft.after(draft.policy_of(incident).ask_again_after_s))
    if later.shortfall == reason:
        return draft.save(later)
    return draft.record(replace(later, shortfall=reason), "nobody_to_ask", f"Nobody can be asked: {reason}")


def eta_s(draft: Draft, incident: Incident, crew: Crew) -> float | None:
    """How long this crew would take; None where its place or the lift's is not known."""
    lift_position = incident.lift.position if incident.lift else None
    if crew.position is None or lift_position is None:
        return None
    return draft.rules.travel.seconds([crew.position], lift_position, draft.now)[0]


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
    assignment = attempt(draft, incident, crew_id, eta_s, reason)
    asked = replace(
        advance(incident, Signal.OFFERED).without(Deadline.ASK_BY, Deadline.VERIFY_BY),
        assignment_id=assignment.assignment_id,
        shortfall="",
    )
    said = f"Asked crew {crew_id} (attempt {assignment.attempt}): {reason}"
    return carry_offer(draft, _engaged_in_time(draft, asked), assignment, "offered", said, actor, others=others or [])


def carry_offer(
    draft: Draft,
    incident: Incident,
    assignment: Assignment,
    what: str,
    said: str,
    actor: Actor = MACHINE,
    *,
    others: list[str],
) -> Incident:
    """The offer counts, has its deadline, stands in the timeline and is on its way."""
    counted = replace(incident, attempts=assignment.attempt, asked_at_level=incident.asked_at_level + 1)
    recorded = draft.record(
        counted.due(accept_by=assignment.accept_by),
        what,
        said,
        actor,
        attempt=assignment.attempt,
        crew_id=assignment.crew_id,
        company_id=assignment.company_id,
        level=incident.level,
        eta_s=assignment.eta_s,
        others=others,
    )
    key = f"{assignment.assignment_id}:offered"
    draft.effect(OfferAssignment(key=key, company_id=assignment.company_id, incident=recorded, assignment=assignment))
    return recorded


def take_over(draft: Draft, incident: Incident) -> Incident:
    """The crew is lost; the offer that was made beside it is the case's own now, and must be answered when it must."""
    relief = draft.assignment(incident.relief_id)
    assert relief is not None, "a relief is an assignment of an open case"
    taken = replace(
        advance(incident, Signal.OFFERED).without(Deadline.ASK_BY), assignment_id=relief.assignment_id, relief_id=None
    )
    said = f"Crew {relief.crew_id}, asked in relief (attempt {relief.attempt}), is the one to go"
    return draft.record(
        _engaged_in_time(draft, taken), "took_over", said, attempt=relief.attempt, crew_id=relief.crew_id
    )


def _engaged_in_time(draft: Draft, incident: Incident) -> Incident:
    """The clock to the last level starts with the first offer, also where an operator did not wait to be sure."""
    has_limit = incident.level == FIRE_BRIGADE or Deadline.ENGAGE_BY in incident.deadlines
    if has_limit or not incident.is_entrapment:
        return incident
    return incident.due(engage_by=draft.after(draft.policy_of(incident).engage_within_s))


def attempt(draft: Draft, incident: Incident, crew_id: CrewId, eta_s: float | None, reason: str) -> Assignment:
    """The next try, with this crew."""
    number = incident.attempts + 1
    return draft.save_assignment(
        Assignment(
            assignment_id=AssignmentId(f"{incident.incident_id}-{number}"),
            incident_id=incident.incident_id,
            attempt=number,
            level=incident.level,
            crew_id=crew_id,
            company_id=draft.board.crews[crew_id].company_id,
            status=AssignmentStatus.OFFERED,
            offered_at=draft.now,
            accept_by=answer_by(incident, draft.now, draft.policy_of(incident)),
            eta_s=eta_s,
            reason=reason,
        )
    )
