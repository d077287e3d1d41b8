"""The sentences a dispatcher reads about a crew: why it goes, and what speaks for it.

Decides nothing; whatever is said here was found by the survey and the solver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dispatch.crews import CompanyKind, Crew, CrewId
from dispatch.problem import Callout, Problem
from dispatch.survey import Option, Survey

# Two arrivals closer than this are the same to the passengers, and to the estimate.
SAME_ARRIVAL_S = 30.0

Taken = Mapping[CrewId, str]


def choice_reason(chosen: Option, survey: Survey, taken: Taken, problem: Problem) -> str:
    """Return why this crew goes, in one sentence. `taken` says to which incident each crew of the plan goes."""
    callout = survey.callout
    if callout.lift_position is None:
        return f"first free crew {whose(chosen.crew, callout, problem)}, {_away(chosen, callout)}"
    standing = f"{_standing(chosen, survey.options)} {whose(chosen.crew, callout, problem)}"
    return f"{standing}, {_away(chosen, callout)}{_against_next(chosen, survey, taken, problem)}"


def candidate_reasons(option: Option, callout: Callout, problem: Problem) -> tuple[str, ...]:
    """Return what speaks for a crew and how sure its place is."""
    return (_away(option, callout), whose(option.crew, callout, problem), *_doubts(option.crew, problem))


def whose(crew: Crew, callout: Callout, problem: Problem) -> str:
    """Return what kind of company the crew belongs to, seen from the lift's contract."""
    if crew.company_id == callout.contractor_id:
        return "of the contracted company"
    company = problem.companies.get(crew.company_id)
    if company is not None and company.kind is CompanyKind.STATION:
        return "of a rescue station"
    return "of a maintenance company" if callout.contractor_id is None else "of another company"


def _standing(chosen: Option, options: Sequence[Option]) -> str:
    if len(options) == 1:
        return "only free crew"
    if chosen.eta_s <= min(option.eta_s for option in options):
        return "nearest free crew"
    return "best placed free crew"


def _away(option: Option, callout: Callout) -> str:
    if callout.lift_position is None:
        return f"{_minutes(option.eta_s)} assumed as the lift's position is not known"
    return f"{_minutes(option.eta_s)} away"


def _against_next(chosen: Option, survey: Survey, taken: Taken, problem: Problem) -> str:
    ahead = next((option for option in survey.options if option < chosen and option.crew_id in taken), None)
    if ahead is not None:
        return f"; {ahead.crew_id}, {_minutes(ahead.eta_s)} away, is needed for {taken[ahead.crew_id]}"
    behind = next((option for option in survey.options if option.crew_id not in taken), None)
    return _compare(chosen, behind, survey.callout, problem) if behind else ""


def _compare(chosen: Option, other: Option, callout: Callout, problem: Problem) -> str:
    sooner_s = other.eta_s - chosen.eta_s
    if abs(sooner_s) < SAME_ARRIVAL_S:
        return f", about as soon as {other.crew_id}"
    if sooner_s > 0:
        return f", {_minutes(sooner_s)} before {other.crew_id}"
    return f"; {other.crew_id} {whose(other.crew, callout, problem)} is only {_minutes(-sooner_s)} nearer"


def _doubts(crew: Crew, problem: Problem) -> tuple[str, ...]:
    if crew.positioned_at is None:
        return ("position not reported by the crew itself",)
    age_s = (problem.now - crew.positioned_at).total_seconds()
    return (f"position {_minutes(age_s)} old",) if age_s > problem.rules.position_fresh_s else ()


def _minutes(seconds: float) -> str:
    return f"{round(seconds / 60)} min" if seconds >= SAME_ARRIVAL_S else "less than a minute"
