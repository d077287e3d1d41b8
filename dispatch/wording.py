"""The sentences a dispatcher reads about a crew: why it goes, and what speaks for it.

Decides nothing; whatever is said here was found by the survey and the solver.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dispatch.crews import CompanyKind, Crew, CrewId
from dispatch.problem import Callout, Problem
from dispatch.survey import Option, Survey

# Two arrivals closer than this are the same to the passengers, and to the estimate.
SAME_ARRIVAL_S = 30.0
TOO_OLD = ", too old to go by"

Taken = Mapping[CrewId, str]


def choice_reason(place: int, survey: Survey, taken: Taken) -> str:
    """Return why this option is chosen, in one sentence. `taken` says to which incident each crew of the plan goes."""
    callout, chosen, problem = survey.callout, survey.option(place), survey.standing.problem
    away, but = _away(chosen.eta_s, callout), _reservations(chosen, survey)
    if callout.incident_id in problem.pins:
        return f"chosen by an operator, {away}{but}"
    if callout.lift_position is None:
        return f"first free crew {whose(chosen.crew, survey)}, {away}{but}"
    standing = f"{_standing(chosen, survey)} {whose(chosen.crew, survey)}"
    return f"{standing}, {away}{_against_next(chosen, survey, taken)}{but}"


def candidate_reasons(options: Sequence[Option], survey: Survey) -> Iterator[tuple[str, ...]]:
    """Return of each what speaks for it, what it still has to do, how sure its place and way are, and what it lacks."""
    problem, of = survey.standing.problem, {one.crew.company_id: whose(one.crew, survey) for one in options}
    is_any_engaged = bool(survey.standing.are_busy[survey.arrivals.rows].any())
    for one in options:
        engagement = _engagement(one, survey) if is_any_engaged else ()
        lacks = (*_rest(one.crew, problem), *_lacks(one, survey), *_remark(one, survey))
        away = _away(one.eta_s, survey.callout)
        yield (away, of[one.crew.company_id], *engagement, *_doubts(one.crew, problem), *lacks)


def later_reason(crew_id: CrewId, stop: int, eta_s: float) -> str:
    """Return who is expected to come after all, as the n-th stop (from 0) of a crew's route."""
    ordinal = {1: "second", 2: "third"}.get(stop, f"{stop + 1}th")
    return f"{crew_id} is to come as its {ordinal} stop, in {_minutes(eta_s)}"


def whose(crew: Crew, survey: Survey) -> str:
    """Return what kind of company the crew belongs to, seen from the lift's contract."""
    callout = survey.callout
    if crew.company_id == callout.contractor_id:
        return "of the contracted company"
    company = survey.standing.problem.companies.get(crew.company_id)
    if company is not None and company.kind is CompanyKind.STATION:
        return "of a rescue station"
    return "of a maintenance company" if callout.contractor_id is None else "of another company"


def _standing(chosen: Option, survey: Survey) -> str:
    kind = "crew soon free" if survey.standing.are_busy[survey.arrivals.rows[chosen.place]] else "free crew"
    if len(survey) == 1:
        return f"only {kind}"
    nearest = chosen.eta_s <= survey.arrivals.eta_s.min()
    return f"nearest {kind}" if nearest else f"best placed {kind}"


def _away(eta_s: float, callout: Callout) -> str:
    if callout.lift_position is None:
        return f"{_minutes(eta_s)} assumed as the lift's position is not known"
    return f"{_minutes(eta_s)} away"


def _against_next(chosen: Option, survey: Survey, taken: Taken) -> str:
    ahead = next((option for option in survey.options(range(chosen.place)) if option.crew_id in taken), None)
    if ahead is not None:
        return f"; {ahead.crew_id}, {_minutes(ahead.eta_s)} away, is needed for {taken[ahead.crew_id]}"
    every = survey.options(range(len(survey)))
    behind = next((option for option in every if option.crew_id not in taken), None)
    return _compare(chosen, behind, survey) if behind else ""


def _compare(chosen: Option, other: Option, survey: Survey) -> str:
    sooner_s = other.eta_s - chosen.eta_s
    if abs(sooner_s) < SAME_ARRIVAL_S:
        return f", about as soon as {other.crew_id}"
    if sooner_s > 0:
        return f", {_minutes(sooner_s)} before {other.crew_id}"
    return f"; {other.crew_id} {whose(other.crew, survey)} is only {_minutes(-sooner_s)} nearer"


def _engagement(option: Option, survey: Survey) -> tuple[str, ...]:
    standing, row = survey.standing, survey.arrivals.rows[option.place]
    if standing.are_soon_free[row]:
        return (f"free in {_minutes(float(standing.wait_s[row]))}",)
    return (f"to be turned round: {standing.problem.busy[option.crew_id]}",) if standing.are_busy[row] else ()


def _doubts(crew: Crew, problem: Problem) -> tuple[str, ...]:
    if crew.positioned_at is None:
        return ("position not reported by the crew itself",)
    age_s = (problem.now - crew.positioned_at).total_seconds()
    if age_s <= problem.rules.position_fresh_s:
        return ()
    stale = TOO_OLD if age_s > problem.rules.position_stale_s else ""
    return (f"position {_minutes(age_s)} old{stale}",)


def _reservations(chosen: Option, survey: Survey) -> str:
    """Return why a crew goes all the same that would otherwise not, and what is doubtful about its way."""
    problem = survey.standing.problem
    last = (*_doubts_that_exclude(chosen.crew, problem), *_rest(chosen.crew, problem))
    said = [f"{why}, and nobody else can go" for why in last]
    said += [f"{lack}, and nobody authorised is within reach" for lack in _lacks(chosen, survey)]
    return "".join(f"; {one}" for one in (*said, *_remark(chosen, survey)))


def _doubts_that_exclude(crew: Crew, problem: Problem) -> tuple[str, ...]:
    return tuple(doubt for doubt in _doubts(crew, problem) if doubt.endswith(TOO_OLD))


def _rest(crew: Crew, problem: Problem) -> tuple[str, ...]:
    until = problem.resting.get(crew.crew_id)
    if until is None or until <= problem.now:
        return ()
    return (f"at rest for another {_minutes((until - problem.now).total_seconds())}",)


def _lacks(option: Option, survey: Survey) -> tuple[str, ...]:
    missing = survey.callout.required_qualifications - option.crew.qualifications
    return (f"lacks {', '.join(sorted(missing))}",) if missing else ()


def _remark(option: Option, survey: Survey) -> tuple[str, ...]:
    remark = survey.remarks.get(int(survey.arrivals.rows[option.place])) if survey.remarks else None
    return (remark,) if remark else ()


def _minutes(seconds: float) -> str:
    return f"{round(seconds / 60)} min" if seconds >= SAME_ARRIVAL_S else "less than a minute"
