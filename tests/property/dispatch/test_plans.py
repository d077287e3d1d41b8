from __future__ import annotations

import dataclasses
from random import Random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from dispatch.crews import CrewId
from dispatch.eligibility import may_go
from dispatch.problem import Plan, Problem
from dispatch.solver import rank, solve
from dispatch.travel import StraightLine
from tests.property.dispatch.judge import burden, costs_of, every_plan, faults_of, greedy, pairs_of
from tests.property.dispatch.towns import problems
from tests.unit.dispatch.town import callout, crew, problem

TRAVEL = StraightLine()
WIDELY = settings(deadline=None, max_examples=150)


@WIDELY
@given(problems())
def test_every_callout_is_answered_once_no_crew_is_in_two_places_and_nobody_ineligible_goes(town: Problem) -> None:
    assert faults_of(solve(town, TRAVEL), town) == []


@WIDELY
@given(problems())
def test_a_plan_is_never_worse_than_greedy(town: Problem) -> None:
    plan, costs = solve(town, TRAVEL), costs_of(town, TRAVEL)
    ours, hasty = burden(pairs_of(plan), town, costs), burden(greedy(town, costs), town, costs)
    assert ours <= hasty
    assert (plan.method == "assignment") == (ours < hasty)


@WIDELY
@given(problems())
def test_no_plan_whatever_is_better_than_ours(town: Problem) -> None:
    costs = costs_of(town, TRAVEL)
    best = min(burden(pairs, town, costs) for pairs in every_plan(costs))
    assert burden(pairs_of(solve(town, TRAVEL)), town, costs) == best


@WIDELY
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_in_which_crews_and_callouts_are_given_changes_nothing(town: Problem, order: Random) -> None:
    shuffled = dataclasses.replace(
        town,
        crews=order.sample(town.crews, len(town.crews)),
        callouts=order.sample(town.callouts, len(town.callouts)),
    )
    assert solve(shuffled, TRAVEL) == solve(town, TRAVEL)


@WIDELY
@given(problems())
def test_every_crew_is_either_ranked_or_refused_with_the_reason_that_eligibility_gives(town: Problem) -> None:
    for asked in town.callouts:
        candidates, refused = rank(asked, town, TRAVEL)
        reasons: dict[CrewId, str | None] = {candidate.crew_id: None for candidate in candidates}
        reasons |= {refusal.crew_id: refusal.reason for refusal in refused}
        assert reasons == {known.crew_id: may_go(known, asked, town) for known in town.crews}
        assert "" not in reasons.values()


@WIDELY
@given(problems())
def test_every_answer_explains_itself(town: Problem) -> None:
    plan = solve(town, TRAVEL)
    for choice in plan.choices.values():
        assert "free crew of a" in choice.reason or "free crew of the contracted company" in choice.reason
        assert choice.crew_id in {candidate.crew_id for candidate in choice.ranked}
        assert sum(term.seconds for term in choice.terms) == pytest.approx(choice.cost_s, abs=1e-6)
    assert all(shortfall.reason for shortfall in plan.shortfalls.values())


@WIDELY
@given(problems())
def test_the_ranking_runs_from_the_cheapest_crew_to_the_dearest(town: Problem) -> None:
    for asked in town.callouts:
        ranked = [(candidate.cost_s, candidate.crew_id) for candidate in rank(asked, town, TRAVEL)[0]]
        assert ranked == sorted(ranked)


def test_the_generated_towns_have_cases_where_greed_is_not_best() -> None:
    one_run = settings(max_examples=5_000, derandomize=True, database=None, phases=[Phase.generate], deadline=None)
    assert find(problems(), lambda town: solve(town, TRAVEL).method == "assignment", settings=one_run)


@pytest.fixture
def town() -> Problem:
    return problem([callout("I-1"), callout("I-2")], [crew("C-1"), crew("C-2"), crew("C-3", on_duty=False)])


@pytest.fixture
def plan(town: Problem) -> Plan:
    return solve(town, TRAVEL)


def given_crew(plan: Plan, incident_id: str, crew_id: CrewId) -> Plan:
    choice = dataclasses.replace(plan.choices[incident_id], crew_id=crew_id)
    return dataclasses.replace(plan, choices={**plan.choices, incident_id: choice})


def test_the_judge_sees_a_crew_sent_to_two_places(town: Problem, plan: Plan) -> None:
    assert faults_of(given_crew(plan, "I-2", CrewId("C-1")), town) == ["C-1 is in 2 places"]


def test_the_judge_sees_a_crew_that_may_not_go(town: Problem, plan: Plan) -> None:
    assert faults_of(given_crew(plan, "I-2", CrewId("C-3")), town) == ["I-2 is given a crew that may not go: off duty"]


def test_the_judge_sees_a_callout_left_without_an_answer(town: Problem, plan: Plan) -> None:
    silent = dataclasses.replace(plan, choices={"I-1": plan.choices["I-1"]})
    assert faults_of(silent, town) == ["a callout has not exactly one answer"]
