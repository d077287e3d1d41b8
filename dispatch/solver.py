"""Who goes: a greedy answer first, then the optimum, which may only improve it.

Decides for all callouts of a problem at once and says why. Where crews suffice each gets one callout at most; where
callouts outnumber them each gets a route. Knows no clock and keeps nothing between two problems, so the same problem
always gets the same plan, in whatever order callouts and crews are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.assignment import FORBIDDEN, NOBODY, assign
from dispatch.columns import Candidates, Columns
from dispatch.cost import explain, term_columns, unserved_ms
from dispatch.crews import CrewId
from dispatch.dealing import Improver, improve
from dispatch.problem import Callout, Choice, Method, Plan, Problem, Ranking, Stop
from dispatch.roster import Whole
from dispatch.sequences import find_routes
from dispatch.shortfall import shortfall
from dispatch.standing import Standing, stand
from dispatch.survey import Survey, survey
from dispatch.travel import TravelTimes
from dispatch.wording import Taken, candidate_reasons, choice_reason, later_reason

Picks = dict[str, int]
"""The place of the chosen option among its callout's options, by incident."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was found: who goes now, and who goes where after that."""

    picks: Picks
    method: Method
    routes: dict[CrewId, tuple[Stop, ...]]


def solve(
    problem: Problem, travel: TravelTimes, *, keep: int = 5, improver: Improver = improve, routes: bool = True
) -> Plan:
    """Return a choice or a shortfall for every callout; each choice carries the best `keep` candidates.

    Where crews suffice the plan serves as many callouts as any and, serving as many, costs the least; last resorts go
    only if the others do not suffice. Where crews do not suffice, its routes cost no more than the greedy ones,
    whatever the improver makes of them; without `routes` it is said only who goes now, and who is left out. Its method
    is "greedy" only where the optimum was no better.
    """
    standing = stand(problem)
    surveys = [survey(callout, standing, travel) for callout in sorted(problem.callouts, key=_most_urgent_first)]
    answer = _best(surveys, standing)
    if answer is None:
        answer = _in_sequence(surveys, standing, travel, improver) if routes else _one_each(surveys, standing)
    return _plan(surveys, answer, keep)


def rank(callout: Callout, problem: Problem, travel: TravelTimes) -> Ranking:
    """Return every crew: those that may go, best first, and those that may not, each with its reason.

    The callout need not be one of the problem's.
    """
    return _ranking(survey(callout, stand(problem), travel))


def _most_urgent_first(callout: Callout) -> tuple[float, float, str]:
    return -callout.priority, callout.waiting_since.timestamp(), callout.incident_id


def _best(surveys: Sequence[Survey], standing: Standing) -> Answer | None:
    """Return who goes if crews suffice, the last resorts only if they must; otherwise None."""
    costs = _matrix(surveys, standing)
    if standing.are_last_resorts.any():
        answer = _assigned(surveys, standing, np.where(standing.are_last_resorts, FORBIDDEN, costs))
        if not _leaves_out(answer, surveys):
            return answer
    answer = _assigned(surveys, standing, costs)
    return None if _leaves_out(answer, surveys) else answer


def _one_each(surveys: Sequence[Survey], standing: Standing) -> Answer:
    return _assigned(surveys, standing, _matrix(surveys, standing))


def _leaves_out(answer: Answer, surveys: Sequence[Survey]) -> bool:
    """Somebody who could be helped gets nobody."""
    return any(len(view) and view.callout.incident_id not in answer.picks for view in surveys)


def _assigned(surveys: Sequence[Survey], standing: Standing, costs: Whole) -> Answer:
    greedy = _greedy(costs)
    unserved = np.array([unserved_ms(view.callout, standing) for view in surveys], dtype=np.int64)
    assigned = assign(costs, unserved)
    if assigned is not None and _burden(assigned, costs, unserved) < _burden(greedy, costs, unserved):
        return Answer(picks=_picks(assigned, surveys), method="assignment", routes={})
    return Answer(picks=_picks(greedy, surveys), method="greedy", routes={})


def _matrix(surveys: Sequence[Survey], standing: Standing) -> Whole:
    """The cost of each crew for each callout, by row of the surveys and row of the roster."""
    costs = np.full((len(surveys), len(standing.roster.crews)), FORBIDDEN, dtype=np.int64)
    for row, view in enumerate(surveys):
        costs[row, view.arrivals.rows] = view.costs_ms
    return costs


def _greedy(costs: Whole) -> Whole:
    """Give each callout, the most urgent first, its cheapest crew not yet taken."""
    left = np.where(costs == FORBIDDEN, np.iinfo(np.int64).max, costs)
    picked = np.full(len(costs), NOBODY, dtype=np.int64)
    for row in range(len(costs) if costs.size else 0):
        crew = left[row].argmin()
        if left[row, crew] != np.iinfo(np.int64).max:
            picked[row] = crew
            left[:, crew] = np.iinfo(np.int64).max
    return picked


def _burden(picked: Whole, costs: Whole, unserved: Whole) -> tuple[int, int]:
    """Return what is to be lowest: first the callouts left out, then the total cost with theirs, in milliseconds."""
    goes = np.flatnonzero(picked != NOBODY)
    left_out = picked == NOBODY
    return int(left_out.sum()), int(costs[goes, picked[goes]].sum() + unserved[left_out].sum())


def _picks(picked: Whole, surveys: Sequence[Survey]) -> Picks:
    return {
        view.callout.incident_id: int(np.flatnonzero(view.arrivals.rows == crew)[0])
        for view, crew in zip(surveys, picked.tolist(), strict=True)
        if crew != NOBODY
    }


def _in_sequence(surveys: Sequence[Survey], standing: Standing, travel: TravelTimes, improver: Improver) -> Answer:
    routes, method = find_routes([view for view in surveys if len(view)], standing, travel, improver)
    row = standing.roster.row
    first = {route[0].incident_id: row[crew_id] for crew_id, route in routes.items()}
    picked = np.array([first.get(view.callout.incident_id, NOBODY) for view in surveys], dtype=np.int64)
    return Answer(picks=_picks(picked, surveys), method=method, routes=routes)


def _plan(surveys: Sequence[Survey], answer: Answer, keep: int) -> Plan:
    chosen = {view.callout.incident_id: view for view in surveys if view.callout.incident_id in answer.picks}
    taken = {view.option(answer.picks[name]).crew_id: name for name, view in chosen.items()}
    later = {
        stop.incident_id: later_reason(crew_id, place, stop.eta_s)
        for crew_id, route in answer.routes.items()
        for place, stop in enumerate(route)
    }
    lacking = [view for view in surveys if view.callout.incident_id not in chosen]
    return Plan(
        choices={name: _choice(view, answer.picks[name], taken, keep) for name, view in chosen.items()},
        shortfalls={(name := view.callout.incident_id): shortfall(view, later.get(name, "")) for view in lacking},
        method=answer.method,
        routes=answer.routes,
    )


def _choice(view: Survey, place: int, taken: Taken, keep: int) -> Choice:
    chosen = view.option(place)
    shown = [*range(min(keep, len(view))), *([place] if place >= keep else [])]
    return Choice(
        incident_id=view.callout.incident_id,
        crew_id=chosen.crew_id,
        eta_s=chosen.eta_s,
        cost_s=int(view.costs_ms[place]) / 1000,
        terms=explain(view.arrivals.of(np.array([place])))[0],
        reason=choice_reason(place, view, taken),
        ranked=Candidates(lambda: _columns(view, shown)),
        refused=view.refused,
        ranking=_ranking(view),
    )


def _ranking(view: Survey) -> Ranking:
    return Ranking(candidates=Candidates(lambda: _columns(view, range(len(view)))), refused=view.refused)


def _columns(view: Survey, places: Sequence[int]) -> Columns:
    rows = np.array(places, dtype=np.int64)
    arrivals, options = view.arrivals.of(rows), [*view.options(places)]
    return Columns(
        crew_ids=tuple(option.crew_id for option in options),
        eta_s=tuple(arrivals.eta_s.tolist()),
        cost_s=tuple((view.costs_ms[rows] / 1000).tolist()),
        terms=term_columns(arrivals),
        reasons=tuple(candidate_reasons(options, view)),
    )
