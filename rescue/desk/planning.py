"""Many wait for a crew: which crew, of those that can go now, goes to which case?

Decides for all of them at once, by the dispatcher's own sum. A plan, where one is in force, says which cases come next;
who goes to them is decided by how things stand now, so that nothing stale in a plan can send anybody. A case that the
plan does not know, as it is newer, stands beside those that come next, and no crew is left idle for the plan's sake.
Must not know how a crew is asked, nor how a plan is made.

Limit: 24 cases at once, those first that come next or are new, and of these the most urgent: some 20 ms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dispatch.crews import CrewId
from dispatch.problem import Choice, Problem
from dispatch.solver import solve
from rescue.desk.draft import Draft
from rescue.desk.problems import problem_of
from rescue.desk.stakes import priority
from rescue.incident import Incident, IncidentId

AT_ONCE = 24


@dataclass(slots=True)
class Dealt:
    """Who goes where now, and why the others get nobody yet."""

    choices: dict[str, Choice] = field(default_factory=dict)
    lacks: dict[str, str] = field(default_factory=dict)


def deal(draft: Draft, waiting: Sequence[Incident]) -> Dealt:
    """Deal the crews that can go now among these cases: first to those that come next, the rest to whoever waits."""
    dealt, next_ones = Dealt(), _next_ones(draft, waiting)
    later = [one for one in waiting if one not in next_ones]
    for group in (next_ones, later):
        if group:
            _deal(draft, sorted(group, key=_most_urgent)[:AT_ONCE], dealt)
    return dealt


def _deal(draft: Draft, group: Sequence[Incident], dealt: Dealt) -> None:
    taken = {choice.crew_id: f"needed for {name}" for name, choice in dealt.choices.items()}
    problem = without(taken, problem_of(draft, *group))
    plan = solve(problem, draft.rules.travel, routes=False)
    dealt.choices |= plan.choices
    dealt.lacks |= {name: shortfall.reason for name, shortfall in plan.shortfalls.items()}


def without(taken: Mapping[CrewId, str], problem: Problem) -> Problem:
    """The problem with these crews not to be had, each for its reason."""
    bound_for = {crew_id: stake for crew_id, stake in problem.bound_for.items() if crew_id not in taken}
    return replace(problem, busy={**problem.busy, **taken}, bound_for=bound_for)


def _next_ones(draft: Draft, waiting: Sequence[Incident]) -> list[Incident]:
    """Of these cases those that the plan has next for somebody who is free, and those that it does not know."""
    plan, busy = draft.plan, draft.busy()
    known = {incident_id for route in plan.values() for incident_id in route}
    ids = {one.incident_id for one in waiting}
    following = {_first(route, ids) for crew_id, route in plan.items() if crew_id not in busy}
    return [one for one in waiting if one.incident_id in following or one.incident_id not in known]


def _first(route: Sequence[IncidentId], ids: set[IncidentId]) -> IncidentId | None:
    return next((incident_id for incident_id in route if incident_id in ids), None)


def _most_urgent(incident: Incident) -> tuple[float, datetime, str]:
    return -priority(incident), incident.trapped_since, incident.incident_id
