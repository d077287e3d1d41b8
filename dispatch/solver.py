"""Who goes: a greedy answer first, then OR-Tools, which may only improve it.

Decides for all callouts of a problem at once and says why. Knows no clock and keeps nothing between two problems, so
the same problem always gets the same plan, in whatever order callouts and crews are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dispatch.assignment import assign
from dispatch.cost import explain, unserved_s
from dispatch.problem import Callout, Candidate, Choice, Method, Plan, Problem, Refusal
from dispatch.shortfall import shortfall
from dispatch.survey import Option, Survey, survey
from dispatch.travel import TravelTimes
from dispatch.wording import Taken, candidate_reasons, choice_reason

Picks = Mapping[str, Option]


def solve(problem: Problem, travel: TravelTimes, *, keep: int = 5) -> Plan:
    """Return a choice or a shortfall for every callout; each choice carries the best `keep` candidates.

    The plan serves at least as many callouts as the greedy one and, serving as many, costs no more. Its method is
    "assignment" only where OR-Tools found something better.
    """
    surveys = [survey(callout, problem, travel) for callout in sorted(problem.callouts, key=_most_urgent_first)]
    picks, method = _best_picks(surveys, problem)
    taken = {option.crew_id: incident_id for incident_id, option in picks.items()}
    served = [view for view in surveys if view.callout.incident_id in picks]
    unserved = [view for view in surveys if view.callout.incident_id not in picks]
    return Plan(
        choices={view.callout.incident_id: _choice(view, picks, taken, problem, keep) for view in served},
        shortfalls={view.callout.incident_id: shortfall(view) for view in unserved},
        method=method,
    )


def rank(callout: Callout, problem: Problem, travel: TravelTimes) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
    """Return every crew: those that may go, best first, and those that may not, each with its reason.

    The callout need not be one of the problem's.
    """
    view = survey(callout, problem, travel)
    return tuple(_candidate(option, callout, problem) for option in view.options), view.refused


def _most_urgent_first(callout: Callout) -> tuple[float, float, str]:
    return -callout.priority, callout.waiting_since.timestamp(), callout.incident_id


def _best_picks(surveys: Sequence[Survey], problem: Problem) -> tuple[Picks, Method]:
    left_out = {view.callout.incident_id: _ms(unserved_s(view.callout, problem)) for view in surveys}
    greedy = _greedy_picks(surveys)
    assigned = _assigned_picks(surveys, left_out)
    if assigned is not None and _burden(assigned, left_out) < _burden(greedy, left_out):
        return assigned, "assignment"
    return greedy, "greedy"


def _greedy_picks(surveys: Sequence[Survey]) -> Picks:
    """Give each callout, the most urgent first, its cheapest crew not yet taken."""
    picks: dict[str, Option] = {}
    taken: set[str] = set()
    for view in surveys:
        best = next((option for option in view.options if option.crew_id not in taken), None)
        if best is not None:
            picks[view.callout.incident_id] = best
            taken.add(best.crew_id)
    return picks


def _assigned_picks(surveys: Sequence[Survey], left_out: Mapping[str, int]) -> Picks | None:
    if not any(view.options for view in surveys):
        return None
    rows = [[(_ms(option.cost_s), option) for option in view.options] for view in surveys]
    assigned = assign(
        [[(cost, option.crew_id) for cost, option in row] for row in rows],
        [left_out[view.callout.incident_id] for view in surveys],
    )
    return None if assigned is None else _by_incident(surveys, assigned)


def _by_incident(surveys: Sequence[Survey], assigned: Sequence[str | None]) -> Picks:
    return {
        view.callout.incident_id: next(option for option in view.options if option.crew_id == crew_id)
        for view, crew_id in zip(surveys, assigned, strict=True)
        if crew_id is not None
    }


def _burden(picks: Picks, left_out: Mapping[str, int]) -> tuple[int, int]:
    """Return what is to be lowest: first the callouts left out, then the total cost with theirs, in milliseconds."""
    unserved = left_out.keys() - picks.keys()
    total = sum(_ms(option.cost_s) for option in picks.values()) + sum(left_out[name] for name in unserved)
    return len(unserved), total


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _choice(view: Survey, picks: Picks, taken: Taken, problem: Problem, keep: int) -> Choice:
    callout = view.callout
    chosen = picks[callout.incident_id]
    best = view.options[:keep]
    shown = best if chosen in best else (*best, chosen)
    return Choice(
        incident_id=callout.incident_id,
        crew_id=chosen.crew_id,
        eta_s=chosen.eta_s,
        cost_s=chosen.cost_s,
        terms=explain(callout, chosen.crew, chosen.eta_s, problem),
        reason=choice_reason(chosen, view, taken, problem),
        ranked=tuple(_candidate(option, callout, problem) for option in shown),
        refused=view.refused,
    )


def _candidate(option: Option, callout: Callout, problem: Problem) -> Candidate:
    return Candidate(
        crew_id=option.crew_id,
        eta_s=option.eta_s,
        cost_s=option.cost_s,
        terms=explain(callout, option.crew, option.eta_s, problem),
        reasons=candidate_reasons(option, callout, problem),
    )
