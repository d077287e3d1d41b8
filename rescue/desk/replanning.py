"""Rolling re-planning while many wait: what follows when crews become free, and when a better plan is found.

A plan is advice. Of its stops those count that are still waited for. An offer that nobody has answered yet goes to
another crew only if the dispatcher, asked anew about these cases as they stand now, finds that the change pays for
itself; an operator's choice, an accepted offer and an offer in relief stay. Must not know how a plan is found.

Limit: 24 offers looked at again with one plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dispatch.crews import CrewId
from dispatch.problem import Choice
from dispatch.solver import solve
from rescue.desk.asking import send, send_in_time
from rescue.desk.board import Outcome, Verdict
from rescue.desk.draft import Draft
from rescue.desk.inputs import PlanImproved
from rescue.desk.letting_go import held, withdraw_crew
from rescue.desk.planning import AT_ONCE, deal
from rescue.desk.problems import problem_of
from rescue.incident import AssignmentStatus, Incident, IncidentId

BETTER = "crew {} is asked in its place, which is better for all who wait"


def see_to_waiting(draft: Draft) -> None:
    """Crews have become free: whoever waits is dealt them at once, rather than at the next look."""
    if draft.freed():
        _ask_for_waiting(draft)


def take_plan(draft: Draft, improved: PlanImproved) -> Outcome:
    """Follow the plan as far as it holds; what it says of later stops is kept for when crews become free."""
    draft.routes, draft.expected_at = dict(_still_true(draft, improved)), improved.expected_at
    changed = _change_offers(draft)
    _ask_for_waiting(draft)
    said = f"{len(draft.routes)} routes, {changed} offers changed"
    return draft.outcome(Verdict.DONE if draft.incidents else Verdict.NOTHING, said)


def _ask_for_waiting(draft: Draft) -> None:
    waiting = draft.waiting()
    if waiting:
        send_in_time(draft, waiting, deal(draft, waiting).choices)


def _still_true(draft: Draft, improved: PlanImproved) -> Iterator[tuple[CrewId, tuple[IncidentId, ...]]]:
    for crew_id, route in improved.routes.items():
        stops = tuple(one for one in route if (case := draft.incident(one)) and _is_unanswered(draft, case))
        if stops and crew_id in draft.board.crews:
            yield crew_id, stops


def _is_unanswered(draft: Draft, incident: Incident) -> bool:
    """Nobody has accepted to come."""
    assignment = draft.assignment(incident.assignment_id)
    return incident.is_entrapment and (assignment is None or assignment.status is AssignmentStatus.OFFERED)


def _change_offers(draft: Draft) -> int:
    """How many offers go to other crews: all are taken back before any is made, for crews may change places."""
    cases = list(_doubted(draft))[:AT_ONCE]
    if not cases:
        return 0
    choices = solve(problem_of(draft, *cases), draft.rules.travel, routes=False).choices
    changes = [(one, choice) for one in cases if (choice := _other(draft, one, choices.get(one.incident_id)))]
    freed = [(_take_back(draft, one, choice), choice) for one, choice in changes]
    send(draft, freed)
    return len(freed)


def _doubted(draft: Draft) -> Iterator[Incident]:
    """The cases that are offered to one crew and that the plan gives to another first, and those offered to these."""
    firsts = {route[0]: crew_id for crew_id, route in (draft.routes or {}).items()}
    holders = draft.holders()
    wanted = {incident_id: crew_id for incident_id, crew_id in firsts.items() if _may_change(draft, incident_id)}
    moved = {incident_id: crew_id for incident_id, crew_id in wanted.items() if _asked(draft, incident_id) != crew_id}
    theirs = [holders[crew_id].incident_id for crew_id in moved.values() if crew_id in holders]
    for incident_id in dict.fromkeys((*moved, *(one for one in theirs if _may_change(draft, one)))):
        incident = draft.incident(incident_id)
        if incident:
            yield incident


def _may_change(draft: Draft, incident_id: IncidentId) -> bool:
    """Nobody has accepted. While another is asked in relief somebody has; an operator's choice is pinned anyway."""
    incident = draft.incident(incident_id)
    offer = held(draft, incident) if incident else None
    return bool(incident and offer and incident.is_entrapment and offer.status is AssignmentStatus.OFFERED)


def _asked(draft: Draft, incident_id: IncidentId) -> CrewId | None:
    incident = draft.incident(incident_id)
    offer = held(draft, incident) if incident else None
    return offer.crew_id if offer else None


def _other(draft: Draft, incident: Incident, choice: Choice | None) -> Choice | None:
    """The crew that this case is to be offered to instead."""
    return choice if choice and choice.crew_id != _asked(draft, incident.incident_id) else None


def _take_back(draft: Draft, incident: Incident, choice: Choice) -> Incident:
    """A change of ours is no attempt of the level that has failed."""
    freed = withdraw_crew(draft, incident, BETTER.format(choice.crew_id))
    return replace(freed, asked_at_level=max(0, freed.asked_at_level - 1))
