"""A judge of plans that shares no code with the solver: slow, obvious, and checked itself by planted faults."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping

from dispatch.cost import unserved_ms
from dispatch.crews import Crew, CrewId
from dispatch.problem import Callout, Ground, Plan, Problem
from dispatch.solver import rank
from dispatch.standing import stand
from dispatch.travel import TravelTimes, straight_m
from dispatch.triage import REDIRECTS

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


def may_go(crew: Crew, callout: Callout, town: Problem) -> Ground | None:
    """Return the plainest ground against this crew, one question after the other, or None."""
    return next(_grounds(crew, callout, town), None)


def _grounds(crew: Crew, callout: Callout, town: Problem) -> Iterator[Ground]:
    name = crew.crew_id
    if callout.level == 1 and not _is_contracted(crew, callout):
        yield Ground.NOT_CONTRACTED if callout.contractor_id else Ground.CONTRACTOR_UNKNOWN
    if not crew.on_duty:
        yield Ground.OFF_DUTY
    if name in callout.excluded:
        yield Ground.EXCLUDED
    if town.pins.get(callout.incident_id, name) != name or _is_kept(name, callout, town):
        yield Ground.PINNED
    if name in town.busy and not _is_to_be_had(name, callout, town):
        yield Ground.BUSY
    yield from _unfit(crew, callout, town)


def _unfit(crew: Crew, callout: Callout, town: Problem) -> Iterator[Ground]:
    if crew.members < town.rules.least_members:
        yield Ground.TOO_FEW
    soon = town.soon_free.get(crew.crew_id) if crew.crew_id in town.busy else None
    place = (soon.position if soon else None) or crew.position
    if place is None:
        yield Ground.POSITION_UNKNOWN
    elif callout.level == 2 and not _is_contracted(crew, callout) and callout.lift_position is not None:
        away_m = straight_m(place, callout.lift_position)
        radius_m = callout.radius_m or town.rules.level_2_radius_m
        yield from [Ground.TOO_FAR] if away_m > radius_m else []


def _is_contracted(crew: Crew, callout: Callout) -> bool:
    return callout.contractor_id is not None and crew.company_id == callout.contractor_id


def _is_kept(name: CrewId, callout: Callout, town: Problem) -> bool:
    return any(crew_id == name and incident_id != callout.incident_id for incident_id, crew_id in town.pins.items())


def _is_to_be_had(name: CrewId, callout: Callout, town: Problem) -> bool:
    soon = town.soon_free.get(name)
    if soon is not None and (soon.free_at - town.now).total_seconds() <= town.rules.soon_free_within_s:
        return True
    return name in town.bound_for and callout.stake in REDIRECTS[town.bound_for[name]]


def pairs_of(plan: Plan) -> Pairs:
    return {incident_id: choice.crew_id for incident_id, choice in plan.choices.items()}


def costs_of(town: Problem, travel: TravelTimes) -> Costs:
    """Return what each crew costs where; the last resorts' only if the others cannot serve all who can be helped."""
    costs = {
        callout.incident_id: {
            candidate.crew_id: round(1000 * candidate.cost_s) for candidate in rank(callout, town, travel)[0]
        }
        for callout in town.callouts
    }
    last = {crew.crew_id for crew in town.crews if is_last_resort(crew, town)}
    others = {
        incident_id: {crew_id: cost for crew_id, cost in options.items() if crew_id not in last}
        for incident_id, options in costs.items()
    }
    helpable = sum(map(bool, costs.values()))
    return others if max(len(pairs) for pairs in every_plan(others)) == helpable else costs


def is_last_resort(crew: Crew, town: Problem) -> bool:
    """Whether it is at rest, or nothing was heard of it for long."""
    until = town.resting.get(crew.crew_id)
    heard_s = 0.0 if crew.positioned_at is None else (town.now - crew.positioned_at).total_seconds()
    return (until is not None and until > town.now) or heard_s > town.rules.position_stale_s


def burden(pairs: Pairs, town: Problem, costs: Costs) -> tuple[int, int]:
    """Return what a plan is judged by: callouts left out, then its cost in milliseconds with theirs."""
    left_out = [callout for callout in town.callouts if callout.incident_id not in pairs]
    standing = stand(town)
    waiting = sum(unserved_ms(callout, standing) for callout in left_out)
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
