"""What it costs that a crew goes to a callout: one function a term, all in seconds, the sum to be lowest.

Each term answers for many crews at once. The terms are weighed against each other nowhere else. Knows nothing of other
callouts but what was told the crews before: that a crew is needed more elsewhere is the solver's finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dispatch.crews import CompanyId, CompanyKind
from dispatch.problem import Callout, Term
from dispatch.roster import Floats, Whole
from dispatch.standing import Standing
from dispatch.triage import Stake


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrivals:
    """Crews that may go to a callout, by their rows of the roster, and in how many seconds each would be there."""

    callout: Callout
    standing: Standing
    rows: Whole
    eta_s: Floats

    def of(self, places: Whole) -> Arrivals:
        """The arrivals at these places of this list."""
        return replace(self, rows=self.rows[places], eta_s=self.eta_s[places])


TermFunction = Callable[[Arrivals], Floats]


def expected_arrival(arrivals: Arrivals) -> Floats:
    """Return the passengers' wait from now until arrival, weighted by urgency."""
    return urgency(arrivals.callout, arrivals.standing) * arrivals.eta_s


def lateness(arrivals: Arrivals) -> Floats:
    """Return what this arrival adds past the target, the warning and the breach, weighted by urgency."""
    weight = urgency(arrivals.callout, arrivals.standing)
    return weight * lateness_added(arrivals.callout, arrivals.eta_s, arrivals.standing)


def level_preference(arrivals: Arrivals) -> Floats:
    """Return the handicap of each crew that is not the contracted company's.

    It is not weighted by urgency, so that the more urgent a callout is, the less it matters whose crew comes.
    """
    roster = arrivals.standing.roster
    numbers, places = np.unique(roster.company[arrivals.rows], return_inverse=True)
    handicaps = [_handicap_s(roster.company_ids[number], arrivals) for number in numbers]
    return np.array(handicaps, dtype=np.float64)[places]


def doubtful_position(arrivals: Arrivals) -> Floats:
    """Return what is added for a crew that may be anywhere by now, so that it goes only where nobody else can."""
    stale = arrivals.standing.are_stale[arrivals.rows]
    weight = urgency(arrivals.callout, arrivals.standing)
    return np.asarray(stale * weight * arrivals.standing.problem.rules.stale_position_s)


def rest(arrivals: Arrivals) -> Floats:
    """Return what is added for a crew at rest, so that it goes only where nobody else can."""
    resting = arrivals.standing.are_resting[arrivals.rows]
    weight = urgency(arrivals.callout, arrivals.standing)
    return np.asarray(resting * weight * arrivals.standing.problem.rules.resting_s)


def missing_qualification(arrivals: Arrivals) -> Floats:
    """Return what is added for a crew that may not put right what the fault asks authorised staff for."""
    required = arrivals.callout.required_qualifications
    if not required:
        return np.zeros(len(arrivals.rows))
    lacks = ~arrivals.standing.roster.holds(required)[arrivals.rows]
    weight = urgency(arrivals.callout, arrivals.standing)
    return np.asarray(lacks * weight * arrivals.standing.problem.rules.unqualified_s)


def disruption(arrivals: Arrivals) -> Floats:
    """Return what it costs to tell crews otherwise than they were told, or to turn one round."""
    standing, problem = arrivals.standing, arrivals.standing.problem
    told = problem.published.get(arrivals.callout.incident_id)
    told_row = standing.roster.row.get(told, -1) if told is not None else -1
    changes = (arrivals.rows != told_row) & (told is not None)
    turned = (standing.are_busy & ~standing.are_soon_free)[arrivals.rows]
    return np.asarray(changes * problem.rules.reassign_s + turned * problem.rules.redirect_s)


def cover_left_behind(arrivals: Arrivals) -> Floats:
    """Return what the neighbourhood's next callout would wait more; nothing where people are surely inside.

    A crew is never held back from people for the sake of others of whom nothing is known yet.
    """
    if arrivals.callout.stake >= Stake.CONFIRMED:
        return np.zeros(len(arrivals.rows))
    return np.asarray(arrivals.standing.cover_s[arrivals.rows])


TERMS: tuple[tuple[str, TermFunction], ...] = (
    ("expected arrival", expected_arrival),
    ("lateness", lateness),
    ("level preference", level_preference),
    ("doubtful position", doubtful_position),
    ("rest", rest),
    ("missing qualification", missing_qualification),
    ("disruption", disruption),
    ("cover left behind", cover_left_behind),
)
TERM_NAMES = [name for name, _ in TERMS]
ALWAYS = 3
"""So many terms, the first ones, are shown also where they are nothing."""
# Those that do not depend on when the crew arrives.
STANDING_TERMS: tuple[TermFunction, ...] = (
    level_preference,
    doubtful_position,
    rest,
    missing_qualification,
    disruption,
    cover_left_behind,
)


def explain(arrivals: Arrivals) -> list[tuple[Term, ...]]:
    """Return for each crew every term by name, those that always count and the others where they do."""
    return [shown(TERM_NAMES, row) for row in zip(*(part.tolist() for part in _parts_s(arrivals)), strict=True)]


def term_columns(arrivals: Arrivals) -> dict[str, tuple[float, ...]]:
    """Return the same as a column a term, without those that count for none of these crews."""
    named = zip(TERM_NAMES, _parts_s(arrivals), strict=True)
    return {name: tuple(part.tolist()) for place, (name, part) in enumerate(named) if place < ALWAYS or part.any()}


def costs_ms(arrivals: Arrivals) -> Whole:
    """Return the sum of all terms for each crew, each in whole milliseconds so that what is shown adds up."""
    return sum((_whole_ms(term(arrivals)) for _, term in TERMS), np.zeros(len(arrivals.rows), dtype=np.int64))


def standing_costs_s(arrivals: Arrivals) -> Floats:
    """Return what each crew costs that does not depend on when it arrives."""
    return sum((term(arrivals) for term in STANDING_TERMS), np.zeros(len(arrivals.rows)))


def unserved_ms(callout: Callout, standing: Standing) -> int:
    """Return what it costs that nobody goes for now: the wait and lateness of help that comes much too late."""
    eta_s = np.array([standing.problem.rules.unserved_arrival_s])
    waits_s = eta_s + lateness_added(callout, eta_s, standing)
    return int(_whole_ms(urgency(callout, standing) * waits_s)[0])


def urgency(callout: Callout, standing: Standing) -> float:
    """Return what each second of waiting weighs: more the longer it was waited, less where others of the building are.

    The priority itself says how sure it is that people are inside, and whether they can wait.
    """
    rules = standing.problem.rules
    counted_s = min(waited_s(callout, standing), rules.longest_wait_counted_s)
    share = rules.same_building_share if callout.incident_id in standing.followers else 1.0
    return callout.priority * share * (1 + counted_s / rules.wait_doubles_s)


def waited_s(callout: Callout, standing: Standing) -> float:
    """Return how long it was waited already. A device's clock may run ahead: nobody waited less than nothing."""
    return max(0.0, (standing.problem.now - callout.waiting_since).total_seconds())


def lateness_added(callout: Callout, eta_s: Floats, standing: Standing) -> Floats:
    """Return by how much each arrival counts as later than it is."""
    already_s = waited_s(callout, standing)
    added = np.zeros(len(eta_s))
    for step in standing.problem.rules.lateness:
        added += step.rate * np.maximum(0.0, eta_s - max(0.0, step.after_s - already_s))
    return added


def shown(names: Sequence[str], seconds: Sequence[float]) -> tuple[Term, ...]:
    """Return the terms of one crew: the first few always, the others where they count."""
    parts = enumerate(zip(names, seconds, strict=True))
    return tuple(Term(name=name, seconds=part) for place, (name, part) in parts if place < ALWAYS or part)


def _parts_s(arrivals: Arrivals) -> list[Floats]:
    return [_whole_ms(term(arrivals)) / 1000 for _, term in TERMS]


def _handicap_s(company_id: CompanyId, arrivals: Arrivals) -> float:
    problem = arrivals.standing.problem
    if company_id == arrivals.callout.contractor_id:
        return 0.0
    company = problem.companies.get(company_id)
    if company is not None and company.kind is CompanyKind.STATION:
        return problem.rules.station_handicap_s
    return problem.rules.other_company_handicap_s


def _whole_ms(seconds: Floats) -> Whole:
    return np.rint(seconds * 1000).astype(np.int64)
