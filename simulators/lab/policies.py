"""Who is asked, and how: today's practice, the closest idle crew, ours and its variations.

A policy is what a centre could decide to do: how soon the first crew is asked, by what estimate the next one is picked,
and which crews there are. It sees what its tools would show it and nothing of how drives will truly go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from devices.messages import Confidence
from dispatch.crews import CompanyId, CrewId, Position
from dispatch.problem import Callout, Problem
from dispatch.rules import Rules
from dispatch.solver import solve
from dispatch.travel import TravelTimes
from rescue.desk.stakes import IN_NEED_ADDS, PRIORITIES
from rescue.escalation import REACHES, Policy
from simulators.lab.calls import Call
from simulators.lab.town import Floats, Ints, Town, instant, nearest

LIMITS: Final = Policy()
"""The product's own limits, as shipped."""
NEARBY: Final = 2
"""The level after the contracted company's."""
LOOKED_AT: Final = 60
"""Of those who may go to a level beyond the contract, the nearest as the crow flies; no policy wants the others."""
MACHINE_S: Final = 0.5
"""From the alarm until a crew is asked, by the service's own goal."""
BY_HAND_MEDIAN_S, BY_HAND_SIGMA = 75.0, 0.5
"""From the call until the order: 42 s at best, within 5 min by rule (domain research); log-normal is our judgement."""
BY_PHONE_MEDIAN_S, BY_PHONE_SIGMA = 60.0, 0.5
"""Then a contractor's office rings its people up (our judgement)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A call that needs a crew, and everybody's whereabouts at this moment."""

    call: Call
    at_s: float
    level: int
    places: Floats
    """Of all crews, on their rounds or where they were last at work."""
    free: Ints
    """The rows of those who can be asked and were not asked for this call before."""


Pick = Callable[[Town, Question], int | None]
"""The row of the crew to ask; None if nobody of this level should be."""


MoveUp = Callable[[Town, Ints, Floats, float], Mapping[int, Position]]
"""Given the free crews' rows, all crews' places and the moment: places to wait at, by row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A policy as the year runs it."""

    name: str
    says: str
    pick: Pick
    order_s: Callable[[int], float] = lambda _: MACHINE_S
    """From the call, by its number, until the first crew is asked."""
    ask_s: Callable[[int], float] = lambda _: 0.0
    """Until a crew hears that it is asked."""
    move_up: MoveUp | None = None
    """Where idle crews should wait, asked morning and night."""
    shifts: Callable[[Town], Sequence[str]] = lambda town: [crew.shift for crew in town.city.crews]


def by_hand(seed: int) -> Callable[[int], float]:
    """An operator listens, looks the lift up and rings the contractor."""
    return lambda call: BY_HAND_MEDIAN_S * Random(f"hand {seed} {call}").lognormvariate(0, BY_HAND_SIGMA)


def by_phone(seed: int) -> Callable[[int], float]:
    """The contractor's office rings its people."""
    return lambda call: BY_PHONE_MEDIAN_S * Random(f"phone {seed} {call}").lognormvariate(0, BY_PHONE_SIGMA)


def pick_by_base(town: Town, question: Question) -> int | None:
    """The contractor's crew, then the stations', whose base is nearest: nobody sees where they are."""
    rows = _of_level(town, question)
    if question.level == NEARBY:
        rows = rows[town.are_stations[rows]]
    found = nearest(town.bases, town.places[question.call.lift], rows, 1)
    return int(found[0]) if len(found) else None


def pick_closest(town: Town, question: Question) -> int | None:
    """Of all crews the closest as the crow flies."""
    found = nearest(question.places, town.places[question.call.lift], question.free, 1)
    return int(found[0]) if len(found) else None


def pick_by_product(travel: TravelTimes, reach_within_s: float = LIMITS.reach_within_s) -> Pick:
    """What the product's dispatcher answers, given where everybody is and these travel times.

    A contracted company whose best crew needs longer than `reach_within_s` is passed over.
    """
    rules = Rules()

    def pick(town: Town, question: Question) -> int | None:
        rows = nearest(question.places, town.places[question.call.lift], _of_level(town, question), LOOKED_AT)
        problem = _problem(town, question, rows, rules)
        choice = solve(problem, travel, keep=1).choices.get(str(question.call.number))
        if choice is None or (question.level == 1 and choice.eta_s > reach_within_s):
            return None
        return _row(choice.crew_id)

    return pick


def _of_level(town: Town, question: Question) -> Ints:
    """At level 1 the contracted company's, at the others everybody's."""
    if question.level > 1:
        return question.free
    company = town.city.lifts[question.call.lift].company_id
    return np.intersect1d(question.free, town.crews_of.get(company, np.array([], dtype=np.int64)), assume_unique=True)


def _problem(town: Town, question: Question, rows: Ints, rules: Rules) -> Problem:
    call = question.call
    callout = Callout(
        incident_id=str(call.number),
        lift_position=town.places[call.lift],
        contractor_id=CompanyId(town.city.lifts[call.lift].company_id),
        level=REACHES[LIMITS.level(question.level).asks],
        priority=PRIORITIES[Confidence.CONFIRMED] + IN_NEED_ADDS * call.is_in_need,
        waiting_since=instant(call.at_s),
        excluded={},
    )
    crews = [town.crew(int(row), question.places[row], question.at_s) for row in rows]
    return Problem(
        callouts=[callout], crews=crews, companies=town.companies, busy={}, now=instant(question.at_s), rules=rules
    )


def _row(crew_id: CrewId) -> int:
    """Crews are numbered in the order of the city's list, from 1 on."""
    return int(crew_id[1:]) - 1
