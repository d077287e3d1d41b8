"""May this crew go to this callout? Yes, or the reason why not.

Of several obstacles the plainest speaks, in the order of `Ground`, so that a crew of the wrong company is not also
called off duty. All crews are judged in one sweep; the sentence is found for one crew, when somebody asks for it. Knows
distance as the crow flies only; how long the way takes, and who is best, are decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from dispatch.crews import Crew
from dispatch.problem import Callout, Ground, Problem
from dispatch.roster import Mask, Whole
from dispatch.standing import RANK, Standing, note
from dispatch.travel import distances_m, straight_m

Sentence = Callable[[Crew, Callout, Problem], str]


def sentence(crew: Crew, ground: Ground, callout: Callout, problem: Problem) -> str:
    """Return what is said of a crew that may not go on this ground."""
    say = SENTENCES.get(ground)
    return (say and say(crew, callout, problem)) or ground.value


def obstacles(callout: Callout, standing: Standing) -> Whole:
    """Return for each row of the roster the rank of the plainest ground against it, or NO_OBSTACLE."""
    found = standing.obstacles(callout.stake).copy()
    roster, problem = standing.roster, standing.problem
    if callout.level == 1:
        ground = Ground.NOT_CONTRACTED if callout.contractor_id is not None else Ground.CONTRACTOR_UNKNOWN
        note(found, ~roster.of_company(callout.contractor_id), ground)
    excluded = [roster.row[crew_id] for crew_id in callout.excluded if crew_id in roster.row]
    found[excluded] = np.minimum(found[excluded], RANK[Ground.EXCLUDED])
    if problem.pins:
        note(found, _kept_for_others(callout, standing), Ground.PINNED)
    if callout.level == 2 and callout.lift_position is not None:
        note(found, _are_too_far(callout, standing), Ground.TOO_FAR)
    return found


def _kept_for_others(callout: Callout, standing: Standing) -> Mask:
    """An operator's choice binds both ways: nobody else goes there, and the crew goes nowhere else."""
    pinned = standing.problem.pins.get(callout.incident_id)
    if pinned is None:
        return standing.are_pinned
    others = np.ones(len(standing.roster.crews), dtype=np.bool_)
    if pinned in standing.roster.row:
        others[standing.roster.row[pinned]] = False
    return others


def _are_too_far(callout: Callout, standing: Standing) -> Mask:
    """Keep level 2 to the neighbourhood. The contract binds a contractor however far off, and level 3 asks everyone."""
    assert callout.lift_position is not None, "nobody is too far from a lift whose place is not known"
    away_m = distances_m(standing.places, callout.lift_position)
    bound = standing.roster.of_company(callout.contractor_id)
    return np.asarray((away_m > _radius_m(callout, standing.problem)) & ~bound)


def _radius_m(callout: Callout, problem: Problem) -> float:
    return problem.rules.level_2_radius_m if callout.radius_m is None else callout.radius_m


def _excluded(crew: Crew, callout: Callout, _problem: Problem) -> str:
    return callout.excluded[crew.crew_id]


def _pinned(crew: Crew, callout: Callout, problem: Problem) -> str:
    if callout.incident_id in problem.pins:
        return f"an operator chose {problem.pins[callout.incident_id]}"
    incident_id = next(name for name, crew_id in problem.pins.items() if crew_id == crew.crew_id)
    return f"an operator keeps it for {incident_id}"


def _busy(crew: Crew, _callout: Callout, problem: Problem) -> str:
    soon = problem.soon_free.get(crew.crew_id)
    until = f", free in {(soon.free_at - problem.now).total_seconds() / 60:.0f} min" if soon else ""
    return f"{problem.busy[crew.crew_id] or Ground.BUSY.value}{until}"


def _too_few(crew: Crew, _callout: Callout, problem: Problem) -> str:
    return f"{crew.members} of the {problem.rules.least_members} people that a rescue takes"


def _too_far(crew: Crew, callout: Callout, problem: Problem) -> str:
    soon = problem.soon_free.get(crew.crew_id) if crew.crew_id in problem.busy else None
    place = (soon.position if soon else None) or crew.position
    assert place is not None, "a crew of unknown place is not too far"
    assert callout.lift_position is not None, "nobody is too far from a lift of unknown place"
    away_m = straight_m(place, callout.lift_position)
    return f"{away_m / 1000:.1f} km away, beyond the {_radius_m(callout, problem) / 1000:g} km of level 2"


OF_THIS_CREW = frozenset({Ground.EXCLUDED, Ground.PINNED, Ground.BUSY, Ground.TOO_FEW, Ground.TOO_FAR})
"""The grounds of which not the same is said of every crew."""
SENTENCES: Mapping[Ground, Sentence] = {
    Ground.CONTRACTOR_UNKNOWN: lambda _crew, _callout, _problem: "the lift's contractor is not known",
    Ground.NOT_CONTRACTED: lambda _crew, _callout, _problem: "not of the contracted company",
    Ground.EXCLUDED: _excluded,
    Ground.PINNED: _pinned,
    Ground.BUSY: _busy,
    Ground.TOO_FEW: _too_few,
    Ground.TOO_FAR: _too_far,
    Ground.NO_WAY: lambda _crew, _callout, _problem: "no way from its position to the lift within a day",
}
"""What is said of a crew on each ground; where there is nothing to add, the ground speaks for itself."""
