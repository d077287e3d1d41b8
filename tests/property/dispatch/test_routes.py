"""Routes, judged by walking them: no code is shared with what planned them but the costs of the terms."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dispatch.crews import CrewId
from dispatch.dealing import improve, in_rounds
from dispatch.problem import Lack, Problem
from dispatch.routes import Rounds, Routes, greedy, is_lawful, total_s
from dispatch.solver import solve
from dispatch.travel import StraightLine
from tests.property.dispatch.judge import may_go
from tests.property.dispatch.towns import problems
from tests.unit.dispatch.town import NOON, OneMetreASecond, callout, crew, north_of_the_lift, problem

TRAVEL = StraightLine()
WIDELY = settings(deadline=None, max_examples=40)


@st.composite
def rounds(draw: st.DrawFn) -> Rounds:
    """Any question at all, where some crews may not go to some callouts but somebody may go to each."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    crews, callouts = draw(st.integers(1, 6)), draw(st.integers(1, 14))
    fixed = np.where(random.random((crews, callouts)) < draw(st.sampled_from([0.0, 0.4])), np.inf, 0.0)
    fixed[random.integers(0, crews, callouts), np.arange(callouts)] = random.integers(0, 300, callouts)
    return Rounds(
        ways_s=random.integers(0, draw(st.sampled_from([3, 3_000])), (crews + callouts, callouts)).astype(np.float64),
        fixed_s=fixed,
        weight=random.integers(1, 5, callouts).astype(np.float64),
        steps=((random.integers(0, 900, callouts).astype(np.float64), 2.0),),
        on_site_s=600.0,
        triage=tuple(random.permutation(callouts).tolist()),
    )


def cost_by_hand(routes: Routes, asked: Rounds) -> float:
    cost = 0.0
    for crew_number, route in enumerate(routes):
        at_s, place = 0.0, crew_number
        for stop in route:
            at_s += asked.ways_s[place, stop]
            late = sum(rate * max(0.0, at_s - after[stop]) for after, rate in asked.steps)
            cost += asked.weight[stop] * (at_s + late) + asked.fixed_s[crew_number, stop]
            at_s, place = at_s + asked.on_site_s, len(asked.fixed_s) + stop
    return cost


@WIDELY
@given(rounds())
def test_improved_routes_are_lawful_and_never_worse_than_greedy(asked: Rounds) -> None:
    hasty = greedy(asked)
    better = improve(asked, hasty, deals=12)
    assert is_lawful(hasty, asked)
    assert is_lawful(better, asked)
    assert cost_by_hand(better, asked) <= cost_by_hand(hasty, asked) + 1e-3


@WIDELY
@given(rounds())
def test_the_total_is_what_walking_the_routes_costs(asked: Rounds) -> None:
    assert total_s(greedy(asked), asked) == pytest.approx(cost_by_hand(greedy(asked), asked))


@WIDELY
@given(rounds())
def test_the_same_question_has_the_same_answer(asked: Rounds) -> None:
    assert improve(asked, greedy(asked), deals=6) == improve(asked, greedy(asked), deals=6)


def test_a_stop_is_given_away_by_a_crew_that_gets_none_back() -> None:
    # Both callouts lie with the second crew's way home; a deal that gives each route one back would keep one apart.
    ways = np.array([[900.0, 900.0], [10.0, 2_000.0], [0.0, 10.0], [10.0, 0.0]])
    asked = Rounds(ways_s=ways, fixed_s=np.zeros((2, 2)), weight=np.ones(2), steps=(), on_site_s=60.0, triage=(0, 1))
    assert improve(asked, ((1,), (0,))) == ((), (0, 1))


@WIDELY
@given(rounds())
def test_rounds_of_assignments_see_to_everybody_or_say_that_they_cannot(asked: Rounds) -> None:
    routes = in_rounds(asked)
    assert routes == () or is_lawful(routes, asked)


def test_the_judge_sees_somebody_left_out_sent_twice_or_sent_where_they_may_not_go() -> None:
    no = np.array([[0.0, np.inf], [0.0, 0.0]])
    asked = Rounds(ways_s=np.ones((4, 2)), fixed_s=no, weight=np.ones(2), steps=(), on_site_s=1.0, triage=(0, 1))
    assert is_lawful(((0,), (1,)), asked)
    for wrong in (((0,), ()), ((0,), (0, 1)), ((0, 1), ()), ((0,), (1,), ())):
        assert not is_lawful(wrong, asked)


@WIDELY
@given(problems(most=9))
def test_a_plan_in_sequence_sends_only_who_may_go_and_sees_to_everybody_who_can_be_helped(town: Problem) -> None:
    plan = solve(town, TRAVEL)
    assume(plan.routes)
    known, asked = ({one.crew_id: one for one in town.crews}, {one.incident_id: one for one in town.callouts})
    stops = [(crew_id, stop) for crew_id, route in plan.routes.items() for stop in route]
    assert all(may_go(known[crew_id], asked[stop.incident_id], town) is None for crew_id, stop in stops)
    waiting = {name for name, lack in plan.shortfalls.items() if lack.lack is Lack.NEEDED_ELSEWHERE}
    assert sorted(stop.incident_id for _, stop in stops) == sorted([*plan.choices, *waiting])
    assert {route[0].incident_id: crew_id for crew_id, route in plan.routes.items()} == {
        name: choice.crew_id for name, choice in plan.choices.items()
    }
    assert all(route[0].eta_s == plan.choices[route[0].incident_id].eta_s for route in plan.routes.values())


@WIDELY
@given(problems(most=9))
def test_an_operators_choice_goes_first(town: Problem) -> None:
    plan = solve(town, TRAVEL)
    for incident_id, crew_id in town.pins.items():
        if incident_id in plan.choices:
            assert plan.choices[incident_id].crew_id == crew_id
        assert {stop.incident_id for stop in plan.routes.get(CrewId(crew_id), ())} <= {incident_id}


def test_a_plan_that_was_told_stays_unless_a_change_pays_for_itself() -> None:
    told = {"I-1": CrewId("C-1"), "I-2": CrewId("C-2")}
    asked = [callout("I-1"), callout("I-2", lift_position=north_of_the_lift(2_000))]
    # A hundred seconds would be won by changing places; that does not pay for telling two crews anew.
    crews = [crew("C-1", metres=1_000), crew("C-2", metres=950)]
    town = problem(asked, crews)
    assert solve(town, OneMetreASecond()).choices["I-1"].crew_id == "C-2"
    stable = dataclasses.replace(town, published=told)
    assert solve(stable, OneMetreASecond()).choices["I-1"].crew_id == "C-1"
    urgent = dataclasses.replace(stable, crews=[crews[0], crew("C-2", metres=100)], now=NOON)
    assert solve(urgent, OneMetreASecond()).choices["I-1"].crew_id == "C-2"
