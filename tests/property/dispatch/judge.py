"""A judge of plans that shares no code with the solver: slow, obvious, and checked itself by planted faults."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping

from dispatch.cost import unserved_s
from dispatch.crews import CrewId
from dispatch.eligibility import may_go
from dispatch.problem import Plan, Problem
from dispatch.solver import rank
from dispatch.travel import TravelTimes

Costs = Mapping[str, Mapping[CrewId, int]]
Pairs = Mapping[str, CrewId]


def faults_of(plan: Plan, town: Problem) -> list[str]:
    """Return every rule the plan breaks, in words."""
    return [*_unanswered(plan, town), *_in_two_places(plan), *_ineligible(plan, town)]


def _unanswered(plan: Plan, town: Problem) -> Iterator[str]:
    asked = Counter(callout.incident_id for callout in town.callouts)
    if asked != Counter([*plan.choices, *plan.shortfalls]):
        yield "a callout has not exactly one answer"


def _in_two_places(plan: Plan) -> Iterator[str]:
    sent = Counter(choice.crew_id for choice in plan.choices.values())
    yield from (f"{crew_id} is in {times} places" for crew_id, times in sent.items() if times > 1)


def _ineligible(plan: Plan, town: Problem) -> Iterator[str]:
    crews = {crew.crew_id: crew for crew in town.crews}
    for callout in town.callouts:
        choice = plan.choices.get(callout.incident_id)
        obstacle = may_go(crews[choice.crew_id], callout, town) if choice else None
        if obstacle is not None:
            yield f"{callout.incident_id} is given a crew that may not go: {obstacle}"


def pairs_of(plan: Plan) -> Pairs:
    return {incident_id: choice.crew_id for incident_id, choice in plan.choices.items()}


def costs_of(town: Problem, travel: TravelTimes) -> Costs:
    return {
        callout.incident_id: {
            candidate.crew_id: round(1000 * candidate.cost_s) for candidate in rank(callout, town, travel)[0]
        }
        for callout in town.callouts
    }


def burden(pairs: Pairs, town: Problem, costs: Costs) -> tuple[int, int]:
    """Return what a plan is judged by: callouts left out, then its cost in milliseconds with theirs."""
    left_out = [callout for callout in town.callouts if callout.incident_id not in pairs]
    waiting = sum(round(1000 * unserved_s(callout, town)) for callout in left_out)
    return len(left_out), waiting + sum(costs[incident_id][crew_id] for incident_id, crew_id in pairs.items())


def greedy(town: Problem, costs: Costs) -> Pairs:
    """Return what a hasty dispatcher does: the most urgent first, each the cheapest crew that is left."""
    pairs: dict[str, CrewId] = {}
    for callout in sorted(town.callouts, key=lambda asked: (-asked.priority, asked.waiting_since, asked.incident_id)):
        free = costs[callout.incident_id].keys() - set(pairs.values())
        if free:
            pairs[callout.incident_id] = min(free, key=lambda name: (costs[callout.incident_id][name], name))
    return pairs


def every_plan(costs: Costs) -> Iterator[Pairs]:
    """Yield every way to send each crew at most once."""
    for crews in itertools.product(*([None, *options] for options in costs.values())):
        sent = [crew_id for crew_id in crews if crew_id is not None]
        if len(set(sent)) == len(sent):
            yield {
                incident_id: crew_id for incident_id, crew_id in zip(costs, crews, strict=True) if crew_id is not None
            }
