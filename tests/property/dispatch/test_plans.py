from __future__ import annotations

import dataclasses
from random import Random

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from dispatch.crews import CrewId
from dispatch.problem import Candidate, Choice, Ground, Plan, Problem
from dispatch.solver import rank, solve
from dispatch.travel import StraightLine
from dispatch.triage import Stake
from tests.property.dispatch.judge import (
    burden,
    costs_of,
    every_plan,
    faults_of,
    greedy,
    is_last_resort,
    may_go,
    pairs_of,
)
from tests.property.dispatch.towns import problems
from tests.unit.dispatch.town import callout, crew, problem

TRAVEL = StraightLine()
WIDELY = settings(deadline=None, max_examples=90)


@WIDELY
@given(problems())
def test_every_callout_is_answered_once_no_crew_is_in_two_places_and_nobody_ineligible_goes(town: Problem) -> None:
    assert faults_of(solve(town, TRAVEL), town) == []


@WIDELY
@given(problems())
def test_where_crews_suffice_a_plan_is_never_worse_than_greedy(town: Problem) -> None:
    plan, costs = solve(town, TRAVEL), costs_of(town, TRAVEL)
    assume(not plan.routes)
    ours, hasty = burden(pairs_of(plan), town, costs), burden(greedy(town, costs), town, costs)
    assert ours <= hasty
    assert (plan.method == "assignment") == (ours < hasty)


@WIDELY
@given(problems())
def test_where_crews_suffice_no_plan_whatever_is_better_than_ours(town: Problem) -> None:
    plan, costs = solve(town, TRAVEL), costs_of(town, TRAVEL)
    assume(not plan.routes)
    best = min(burden(pairs, town, costs) for pairs in every_plan(costs))
    assert burden(pairs_of(plan), town, costs) == best


@WIDELY
@given(problems())
def test_routes_are_made_only_where_somebody_who_could_be_helped_would_be_left_out(town: Problem) -> None:
    plan, costs = solve(town, TRAVEL), costs_of(town, TRAVEL)
    helpable = {incident_id for incident_id, options in costs.items() if options}
    most = max(len(pairs) for pairs in every_plan(costs))
    assert bool(plan.routes) == (most < len(helpable))


@WIDELY
@given(problems())
def test_no_free_crew_would_be_sooner_with_people_who_are_surely_inside(town: Problem) -> None:
    plan = solve(town, TRAVEL)
    assume(not plan.routes)
    sent = {choice.crew_id for choice in plan.choices.values()}
    for asked in town.callouts:
        choice = plan.choices.get(asked.incident_id)
        if choice is None or asked.stake < Stake.CONFIRMED:
            continue
        for other in rank(asked, town, TRAVEL)[0]:
            held_back = other.crew_id not in sent and other.eta_s < choice.eta_s
            assert not held_back or _has_a_cause(other) > _has_a_cause(choice)


def _has_a_cause(found: Candidate | Choice) -> float:
    """What counts against a crew for what it is or was told, and never for what might yet happen where it stands."""
    assert "cover left behind" not in {term.name for term in found.terms}
    return sum(term.seconds for term in found.terms if term.name not in {"expected arrival", "lateness"})


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
def test_every_crew_is_either_ranked_or_refused_on_the_ground_that_the_judge_finds(town: Problem) -> None:
    for asked in town.callouts:
        candidates, refused = rank(asked, town, TRAVEL)
        grounds: dict[CrewId, Ground | None] = {candidate.crew_id: None for candidate in candidates}
        grounds |= {refusal.crew_id: refusal.ground for refusal in refused}
        assert grounds == {known.crew_id: may_go(known, asked, town) for known in town.crews}
        assert "" not in {refusal.reason for refusal in refused}


@WIDELY
@given(problems())
def test_every_answer_explains_itself(town: Problem) -> None:
    plan = solve(town, TRAVEL)
    for choice in plan.choices.values():
        assert any(word in choice.reason for word in ("free crew of", "crew soon free of", "chosen by an operator"))
        assert choice.crew_id in {candidate.crew_id for candidate in choice.ranked}
        assert sum(term.seconds for term in choice.terms) == pytest.approx(choice.cost_s, abs=1e-6)
    assert all(shortfall.reason for shortfall in plan.shortfalls.values())


@WIDELY
@given(problems())
def test_the_ranking_runs_from_the_cheapest_crew_to_the_dearest_and_then_to_the_last_resorts(town: Problem) -> None:
    for asked in town.callouts:
        crews = {crew.crew_id: crew for crew in town.crews}
        found = rank(asked, town, TRAVEL)[0]
        ranked = [(is_last_resort(crews[one.crew_id], town), one.cost_s, one.crew_id) for one in found]
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
