"""Who is asked: offers, the next crew, the next level.

`ask` always leaves an entrapment with somebody asked or with an `ask_by` ahead; levels only rise, and the last one is
asked again and again until somebody accepts. For any other case only an operator asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dispatch.crews import Crew, CrewId
from dispatch.problem import Choice, Ranking
from dispatch.solver import rank, solve
from rescue.desk.draft import Draft
from rescue.desk.holding_back import keeps_level, kept_until
from rescue.desk.letting_go import raise_level, rob
from rescue.desk.outages import is_in_area_cut
from rescue.desk.planning import deal
from rescue.desk.problems import callout_of, problem_of
from rescue.effects import OfferAssignment
from rescue.escalation import FIRE_BRIGADE, answer_by, is_exhausted, too_late
from rescue.incident import Assignment, AssignmentId, AssignmentStatus, Deadline, Incident, Signal, advance
from rescue.timeline import MACHINE, Actor

TOGETHER = "the power is out in the whole area: levels 1 and 2 are asked together"
"""As one pool of crews, the contractor's among them (Jinan)."""


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
    others = [one for one in draft.waiting() if one.incident_id != incident.incident_id] if choice else []
    if others:
        choice, lack = _share(draft, incident, others)
    if choice and (late := _too_late(draft, incident, choice)):
        choice, lack = None, f"the best crew of level {incident.level} is {late}"
    if choice:
        send(draft, [(incident, choice)])
        return draft.incidents[incident.incident_id]
    if incident.level < FIRE_BRIGADE and not keeps_level(draft, incident):
        return ask(draft, raise_level(draft, incident, lack))
    return _ask_again_later(draft, incident, lack)


def best_crew(draft: Draft, incident: Incident) -> tuple[Choice | None, str]:
    """The crew to ask at this level; or none, and why the level is done with."""
    if incident.level == 1 and is_in_area_cut(draft, incident):
        return None, TOGETHER
    if is_exhausted(incident, draft.policy_of(incident)) and not keeps_level(draft, incident):
        return None, f"level {incident.level} has had its attempts"
    plan = solve(problem_of(draft, incident), draft.rules.travel, routes=False)
    choice = plan.choices.get(incident.incident_id)
    return (choice, "") if choice else (None, plan.shortfalls[incident.incident_id].reason)


def _share(draft: Draft, incident: Incident, others: Sequence[Incident]) -> tuple[Choice | None, str]:
    """Others wait too: who can go is dealt among all of them. They are asked for at once; this one's share is told."""
    dealt = deal(draft, [incident, *others])
    send_in_time(draft, others, dealt.choices)
    return dealt.choices.get(incident.incident_id), dealt.lacks.get(incident.incident_id, "")


def send_in_time(draft: Draft, waiting: Sequence[Incident], choices: Mapping[str, Choice]) -> None:
    """Each of these cases asks the crew that was chosen for it, unless that would come too late for the level."""
    pairs = [(one, choices[one.incident_id]) for one in waiting if one.incident_id in choices]
    send(draft, [(one, choice) for one, choice in pairs if not _too_late(draft, one, choice)])


def send(draft: Draft, pairs: Sequence[tuple[Incident, Choice]]) -> None:
    """Ask these crews; a crew bound for what matters less is turned round, and the case it leaves is asked again."""
    robbed = [one for incident, choice in pairs if (one := _turn_round(draft, incident, choice))]
    for incident, choice in pairs:
        others = [f"{c.crew_id}: {c.eta_s / 60:.0f} min" for c in choice.ranked if c.crew_id != choice.crew_id]
        offer(draft, incident, choice.crew_id, choice.eta_s, choice.reason, others=others, ranking=choice.ranking)
    for one in robbed:
        ask_anew(draft, one)


def _turn_round(draft: Draft, incident: Incident, choice: Choice) -> Incident | None:
    holds = draft.holders().get(choice.crew_id)
    reason = f"case {incident.number} needs crew {choice.crew_id} more: {choice.reason}"
    return rob(draft, holds, reason) if holds else None


def ask_anew(draft: Draft, robbed: Incident) -> Incident:
    """The case that lost its crew, once the crew has been asked for the other; one that kept its own crew goes on."""
    now = draft.incident(robbed.incident_id) or robbed
    return now if now.assignment_id else ask(draft, now)


def _too_late(draft: Draft, incident: Incident, choice: Choice) -> str:
    return too_late(incident, choice.eta_s, draft.now, draft.policy_of(incident))


def _ask_again_later(draft: Draft, incident: Incident, reason: str) -> Incident:
    by = draft.after(draft.policy_of(incident).ask_again_after_s)
    later = incident.due(ask_by=kept_until(draft, incident, by))
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
    ranking: Ranking | None = None,
) -> Incident:
    """Ask this crew: a new attempt, with its deadline and the webhook that carries it, and how all crews stood."""
    if ranking is None:
        ranking = rank(callout_of(draft, incident), problem_of(draft, incident), draft.rules.travel)
    assignment = attempt(draft, incident, crew_id, eta_s, reason, ranking)
    asked = replace(
        advance(incident, Signal.OFFERED).without(Deadline.ASK_BY, Deadline.VERIFY_BY),
        assignment_id=assignment.assignment_id,
        chosen_by=None if actor == MACHINE else actor.name,
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


def attempt(
    draft: Draft, incident: Incident, crew_id: CrewId, eta_s: float | None, reason: str, ranking: Ranking
) -> Assignment:
    """The next try, with this crew, which `ranking` shows among all others."""
    number = incident.attempts + 1
    assignment_id = AssignmentId(f"{incident.incident_id}-{number}")
    draft.rankings[assignment_id] = ranking
    return draft.save_assignment(
        Assignment(
            assignment_id=assignment_id,
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
