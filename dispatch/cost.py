"""What it costs that this crew goes to this callout: one function a term, all in seconds, the sum to be lowest.

The terms are weighed against each other nowhere else. Knows nothing of other callouts: that a crew is needed more
elsewhere is the solver's finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dispatch.crews import CompanyKind, Crew
from dispatch.problem import Callout, Problem, Term

TermFunction = Callable[[Callout, Crew, float, Problem], float]


def expected_arrival(callout: Callout, _crew: Crew, eta_s: float, _problem: Problem) -> float:
    """Return the passengers' wait from now until arrival, weighted by the callout's priority."""
    return callout.priority * eta_s


def lateness(callout: Callout, _crew: Crew, eta_s: float, problem: Problem) -> float:
    """Return what this arrival adds past the target, the warning and the breach, weighted by priority."""
    return callout.priority * _lateness_added(callout, eta_s, problem)


def level_preference(callout: Callout, crew: Crew, _eta_s: float, problem: Problem) -> float:
    """Return the handicap of a crew that is not the contracted company's.

    It is not weighted by priority, so that the more urgent a callout is, the less it matters whose crew comes.
    """
    if crew.company_id == callout.contractor_id:
        return 0.0
    company = problem.companies.get(crew.company_id)
    if company is not None and company.kind is CompanyKind.STATION:
        return problem.rules.station_handicap_s
    return problem.rules.other_company_handicap_s


TERMS: tuple[tuple[str, TermFunction], ...] = (
    ("expected arrival", expected_arrival),
    ("lateness", lateness),
    ("level preference", level_preference),
)


def explain(callout: Callout, crew: Crew, eta_s: float, problem: Problem) -> tuple[Term, ...]:
    """Return every term by name; they add up to `cost_s`."""
    parts = zip(TERMS, _parts(callout, crew, eta_s, problem), strict=True)
    return tuple(Term(name=name, seconds=seconds) for (name, _), seconds in parts)


def cost_s(callout: Callout, crew: Crew, eta_s: float, problem: Problem) -> float:
    """Return the sum of all terms, to the millisecond."""
    return round(sum(_parts(callout, crew, eta_s, problem)), 3)


def unserved_s(callout: Callout, problem: Problem) -> float:
    """Return what it costs that nobody goes for now: the wait and lateness of help that comes much too late."""
    eta_s = problem.rules.unserved_arrival_s
    return round(callout.priority * (eta_s + _lateness_added(callout, eta_s, problem)), 3)


def _parts(callout: Callout, crew: Crew, eta_s: float, problem: Problem) -> Iterator[float]:
    # Whole milliseconds, so that the terms shown add up to the cost shown and the solver can count in integers.
    return (round(term(callout, crew, eta_s, problem), 3) for _, term in TERMS)


def _lateness_added(callout: Callout, eta_s: float, problem: Problem) -> float:
    # A device's clock may run ahead: nobody has waited less than nothing.
    waited_s = max(0.0, (problem.now - callout.waiting_since).total_seconds())
    return sum(step.rate * max(0.0, eta_s - max(0.0, step.after_s - waited_s)) for step in problem.rules.lateness)
