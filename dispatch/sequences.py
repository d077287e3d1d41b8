"""More callouts than crews: the problem put as numbers for `routes`, and its answer put back into words.

Only callouts that somebody may go to come here, and only crews that may go somewhere. The greedy routes are there
before an improver is asked; what it returns is taken only if it is lawful and costs less.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dispatch.cost import standing_costs_s, urgency, waited_s
from dispatch.crews import CrewId, Position
from dispatch.dealing import Improver
from dispatch.problem import Method, Stop
from dispatch.roster import Floats, Whole
from dispatch.routes import HAIR_S, Rounds, Routes, arrivals_s, greedy, is_lawful, total_s
from dispatch.standing import Standing
from dispatch.survey import LONGEST_TRAVEL_S, Survey
from dispatch.travel import TravelTimes


def find_routes(
    surveys: Sequence[Survey], standing: Standing, travel: TravelTimes, improver: Improver
) -> tuple[dict[CrewId, tuple[Stop, ...]], Method]:
    """Return for each crew that goes anywhere its stops in order, and how they were found."""
    going = np.unique(np.concatenate([view.arrivals.rows for view in surveys]))
    rounds = put(surveys, going, standing, travel)
    hasty = greedy(rounds)
    routes, method = _better_of(hasty, improver(rounds, hasty), rounds)
    return {
        standing.roster.ids[going[crew]]: _stops(crew, route, surveys, rounds)
        for crew, route in enumerate(routes)
        if route
    }, method


def put(surveys: Sequence[Survey], going: Whole, standing: Standing, travel: TravelTimes) -> Rounds:
    """Return the question as numbers; `going` are the rows of the roster that it asks about."""
    callouts = [view.callout for view in surveys]
    ways, fixed = _from_crews(surveys, going)
    waited = np.array([waited_s(callout, standing) for callout in callouts])
    return Rounds(
        ways_s=np.concatenate([ways, _between(surveys, standing, travel)]),
        fixed_s=fixed,
        weight=np.array([urgency(callout, standing) for callout in callouts]),
        steps=tuple((np.maximum(0.0, one.after_s - waited), one.rate) for one in standing.problem.rules.lateness),
        on_site_s=standing.problem.rules.on_site_s,
        triage=_triage(surveys, standing),
    )


def _better_of(hasty: Routes, improved: Routes | None, rounds: Rounds) -> tuple[Routes, Method]:
    lawful = improved is not None and is_lawful(improved, rounds)
    if improved is not None and lawful and total_s(improved, rounds) < total_s(hasty, rounds) - HAIR_S:
        return improved, "sequences"
    return hasty, "greedy"


def _from_crews(surveys: Sequence[Survey], going: Whole) -> tuple[Floats, Floats]:
    """The crews' first ways, and what each costs whenever it comes: without end where it may not go."""
    ways = np.full((len(going), len(surveys)), LONGEST_TRAVEL_S)
    fixed = np.full((len(going), len(surveys)), np.inf)
    for callout, view in enumerate(surveys):
        crews = np.searchsorted(going, view.arrivals.rows)
        ways[crews, callout] = view.arrivals.eta_s
        fixed[crews, callout] = standing_costs_s(view.arrivals)
    return ways, fixed


def _between(surveys: Sequence[Survey], standing: Standing, travel: TravelTimes) -> Floats:
    """How long from each lift to each other; where one's place is not known, what to expect of any way."""
    places = [view.callout.lift_position for view in surveys]
    ways = np.full((len(places), len(places)), standing.problem.rules.unknown_travel_s)
    known = [number for number, place in enumerate(places) if place is not None]
    origins = [place for place in places if place is not None]
    for number in known:
        ways[known, number] = _ways_s(origins, places[number], standing, travel)
    return ways


def _ways_s(origins: list[Position], end: Position | None, standing: Standing, travel: TravelTimes) -> Floats:
    assert end is not None, "only lifts whose place is known"
    ways = np.array(travel.seconds(origins, end, standing.problem.now), dtype=np.float64)
    return np.where((ways >= 0) & (ways <= LONGEST_TRAVEL_S), ways, LONGEST_TRAVEL_S)


def _triage(surveys: Sequence[Survey], standing: Standing) -> tuple[int, ...]:
    """The most urgent first; of those the one that waits longer."""
    keys = [
        (-urgency(view.callout, standing), view.callout.waiting_since, view.callout.incident_id) for view in surveys
    ]
    return tuple(sorted(range(len(surveys)), key=keys.__getitem__))


def _stops(crew: int, route: Sequence[int], surveys: Sequence[Survey], rounds: Rounds) -> tuple[Stop, ...]:
    at_s = arrivals_s(tuple(route), crew, rounds)
    pairs = zip(route, at_s, strict=True)
    return tuple(Stop(incident_id=surveys[callout].callout.incident_id, eta_s=at) for callout, at in pairs)
