"""One callout looked at by itself: which crews may go, how soon, at what cost, and why the others may not.

Leaves it open who is chosen. Options and refusals are in an order of their own, so that the order in which crews were
loaded changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dispatch.cost import cost_s
from dispatch.crews import Crew, CrewId, Position
from dispatch.eligibility import find_refusal
from dispatch.problem import Callout, Ground, Problem, Refusal
from dispatch.travel import TravelTimes

# A longer way is no way: the position is wrong or the estimate is.
LONGEST_TRAVEL_S = 24 * 3600.0


class Option(NamedTuple):
    """A crew that may go. Options sort by cost, then by crew id, which is theirs alone within a callout."""

    cost_s: float
    crew_id: CrewId
    eta_s: float
    crew: Crew


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """All crews of the problem for one callout: the options, cheapest first, and the refused."""

    callout: Callout
    options: tuple[Option, ...]
    refused: tuple[Refusal, ...]


def survey(callout: Callout, problem: Problem, travel: TravelTimes) -> Survey:
    """Return every crew of the problem, either as an option or refused with a reason."""
    eligible: list[Crew] = []
    refused: list[Refusal] = []
    for crew in problem.crews:
        refusal = find_refusal(crew, callout, problem)
        if refusal is None:
            eligible.append(crew)
        else:
            refused.append(refusal)
    etas = _etas_s(eligible, callout, problem, travel)
    return _weigh(callout, list(zip(eligible, etas, strict=True)), refused, problem)


def _etas_s(crews: Sequence[Crew], callout: Callout, problem: Problem, travel: TravelTimes) -> Sequence[float]:
    if callout.lift_position is None:
        return [problem.rules.unknown_travel_s] * len(crews)
    return travel.seconds([_position(crew) for crew in crews], callout.lift_position, problem.now)


def _position(crew: Crew) -> Position:
    assert crew.position is not None, "a crew of unknown position is not eligible"
    return crew.position


def _weigh(
    callout: Callout, arrivals: Sequence[tuple[Crew, float]], refused: Sequence[Refusal], problem: Problem
) -> Survey:
    options = [
        Option(cost_s(callout, crew, eta_s, problem), crew.crew_id, eta_s, crew)
        for crew, eta_s in arrivals
        if _usable(eta_s)
    ]
    cut_off = [_no_way(crew) for crew, eta_s in arrivals if not _usable(eta_s)]
    return Survey(
        callout=callout,
        options=tuple(sorted(options)),
        refused=tuple(sorted([*refused, *cut_off], key=_most_telling_first)),
    )


def _usable(eta_s: float) -> bool:
    return 0 <= eta_s <= LONGEST_TRAVEL_S


def _no_way(crew: Crew) -> Refusal:
    return Refusal(
        crew_id=crew.crew_id, ground=Ground.NO_WAY, reason="no way from its position to the lift within a day"
    )


def _most_telling_first(refusal: Refusal) -> tuple[bool, CrewId]:
    # At level 1 nearly every crew of the city is of another company; the few that are not say why nobody goes.
    return refusal.ground is Ground.NOT_CONTRACTED, refusal.crew_id
