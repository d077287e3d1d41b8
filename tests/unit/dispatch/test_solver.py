from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from dispatch.cost import unserved_ms
from dispatch.crews import Crew, CrewId, Position
from dispatch.problem import Callout, Choice, Ground, Lack, Problem, Shortfall
from dispatch.solver import rank, solve
from dispatch.standing import stand
from tests.unit.dispatch.town import (
    CONTRACTED,
    NOON,
    OTHER,
    STATIONS,
    OneMetreASecond,
    callout,
    crew,
    north_of_the_lift,
    problem,
)

TRAVEL = OneMetreASecond()


def the_choice(town: Problem) -> Choice:
    return solve(town, TRAVEL).choices["I-1"]


def the_shortfall(asked: Callout, crews: Sequence[Crew], busy: Sequence[str] = ()) -> Shortfall:
    town = problem([asked], crews, busy={CrewId(name): "on I-9" for name in busy})
    return solve(town, TRAVEL).shortfalls["I-1"]


class NoBridge:
    """A way is found to the lift from no place north of it."""

    def __init__(self, answer_s: float) -> None:
        self.answer_s = answer_s

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        return [self.answer_s if origin.lat > destination.lat else 300.0 for origin in origins]


def test_the_nearest_free_crew_of_the_contracted_company_is_chosen_and_the_sentence_says_why() -> None:
    crews = [crew("C-17", metres=480), crew("C-9", metres=360), crew("C-3", metres=60, on_duty=False)]
    choice = the_choice(problem([callout()], crews))
    assert (choice.crew_id, choice.eta_s) == ("C-9", 360)
    assert choice.reason == "nearest free crew of the contracted company, 6 min away, 2 min before C-17"
    assert [(refusal.crew_id, refusal.reason) for refusal in choice.refused] == [("C-3", "off duty")]


def test_the_only_free_crew_is_called_that() -> None:
    choice = the_choice(problem([callout()], [crew("C-9", metres=20)]))
    assert choice.reason == "only free crew of the contracted company, less than a minute away"


def test_two_crews_as_near_as_each_other_are_told_apart_by_id() -> None:
    choice = the_choice(problem([callout()], [crew("C-2", metres=600), crew("C-1", metres=600)]))
    assert choice.crew_id == "C-1"
    assert choice.reason == "nearest free crew of the contracted company, 10 min away, about as soon as C-2"


def test_at_level_two_a_station_a_little_nearer_lets_the_contracted_company_go_first() -> None:
    crews = [crew("C-9", metres=350), crew("S-1", metres=310, company_id=STATIONS)]
    choice = the_choice(problem([callout(level=2)], crews))
    assert choice.crew_id == "C-9"
    assert choice.reason == (
        "best placed free crew of the contracted company, 6 min away; S-1 of a rescue station is only 1 min nearer"
    )


def test_at_level_two_a_station_much_nearer_goes() -> None:
    crews = [crew("C-9", metres=900), crew("S-1", metres=300, company_id=STATIONS)]
    choice = the_choice(problem([callout(level=2)], crews))
    assert choice.reason == "nearest free crew of a rescue station, 5 min away, 10 min before C-9"


def test_a_lift_of_unknown_position_is_given_a_crew_and_an_assumed_arrival() -> None:
    unknown = callout(level=2, contractor_id=None, lift_position=None)
    choice = the_choice(problem([unknown], [crew("C-9", company_id=OTHER), crew("S-1", company_id=STATIONS)]))
    assert (choice.crew_id, choice.eta_s) == ("S-1", 798)
    assert choice.reason == ("first free crew of a rescue station, 13 min assumed as the lift's position is not known")


def test_a_crew_better_used_elsewhere_is_named_with_the_incident_it_goes_to() -> None:
    north, south = north_of_the_lift(0), north_of_the_lift(-3_000)
    crews = [crew("C-1", metres=-600), crew("C-2", metres=1_200)]
    town = problem([callout("I-1", lift_position=north), callout("I-2", lift_position=south)], crews)
    plan = solve(town, TRAVEL)
    assert plan.method == "assignment"
    assert {name: choice.crew_id for name, choice in plan.choices.items()} == {"I-1": "C-2", "I-2": "C-1"}
    assert plan.choices["I-1"].reason == (
        "best placed free crew of the contracted company, 20 min away; C-1, 10 min away, is needed for I-2"
    )


def test_where_greed_is_best_the_plan_says_greedy() -> None:
    town = problem([callout("I-1"), callout("I-2")], [crew("C-1"), crew("C-2")])
    assert solve(town, TRAVEL).method == "greedy"


def test_the_last_crew_goes_to_the_more_urgent_callout_although_it_is_farther() -> None:
    urgent = callout("I-2", priority=5.0, lift_position=north_of_the_lift(1_500))
    plan = solve(problem([callout("I-1"), urgent], [crew("C-1", metres=100)]), TRAVEL)
    assert plan.choices["I-2"].crew_id == "C-1"
    assert plan.shortfalls["I-1"].lack is Lack.NEEDED_ELSEWHERE
    assert plan.shortfalls["I-1"].reason == (
        "all crews of the contracted company that may go are needed for other callouts;"
        " C-1 is to come as its second stop, in 56 min"
    )


def test_of_two_equal_callouts_the_one_that_waits_longer_is_served() -> None:
    longer = callout("I-2", waiting_since=NOON - timedelta(minutes=9))
    plan = solve(problem([callout("I-1"), longer], [crew("C-1")]), TRAVEL)
    assert list(plan.choices) == ["I-2"]


def test_a_crew_that_only_one_callout_can_use_is_left_for_it_when_both_can_then_be_served() -> None:
    greedy_first = callout("I-1", priority=9.0, level=2)
    bound = callout("I-2", contractor_id=OTHER)
    crews = [crew("C-1", metres=900), crew("O-1", metres=100, company_id=OTHER)]
    plan = solve(problem([greedy_first, bound], crews), TRAVEL)
    assert {name: choice.crew_id for name, choice in plan.choices.items()} == {"I-1": "C-1", "I-2": "O-1"}


def test_a_callout_is_served_at_any_distance_rather_than_left_out() -> None:
    asked = [callout("I-1", level=2), callout("I-2", contractor_id=OTHER)]
    crews = [crew("C-1", metres=80_000), crew("O-1", metres=100, company_id=OTHER)]
    town = problem([], crews)
    assert rank(asked[0], town, TRAVEL)[0][1].cost_s > unserved_ms(asked[0], stand(town)) / 1000
    assert solve(problem(asked, crews), TRAVEL).shortfalls == {}


def test_a_choice_is_compared_with_the_next_crew_that_stays_free() -> None:
    crews = [crew("C-1", metres=60), crew("C-2", metres=120), crew("C-3", metres=600)]
    plan = solve(problem([callout("I-1"), callout("I-2")], crews), TRAVEL)
    assert plan.choices["I-1"].reason == ("nearest free crew of the contracted company, 1 min away, 9 min before C-3")


def test_no_callouts_make_an_empty_plan() -> None:
    plan = solve(problem([], [crew("C-1")]), TRAVEL)
    assert (plan.choices, plan.shortfalls, plan.method) == ({}, {}, "greedy")


def test_only_the_best_few_are_kept_and_the_chosen_one_is_always_among_them() -> None:
    crews = [crew(f"C-{number}", metres=100 * number) for number in range(1, 10)]
    town = problem([callout(f"I-{number}") for number in range(1, 5)], crews)
    plan = solve(town, TRAVEL, keep=2)
    shown = {name: [candidate.crew_id for candidate in choice.ranked] for name, choice in plan.choices.items()}
    assert shown == {
        "I-1": ["C-1", "C-2"],
        "I-2": ["C-1", "C-2"],
        "I-3": ["C-1", "C-2", "C-3"],
        "I-4": ["C-1", "C-2", "C-4"],
    }


def test_the_ranking_shows_every_crew_with_its_arrival_its_terms_and_how_old_its_position_is() -> None:
    stale = NOON - timedelta(minutes=25)
    crews = [
        crew("C-2", metres=900, positioned_at=None),
        crew("C-1", metres=600, positioned_at=stale),
        crew("O-1", company_id=OTHER),
    ]
    candidates, refused = rank(callout(), problem([], crews), TRAVEL)
    assert [(candidate.crew_id, candidate.reasons) for candidate in candidates] == [
        ("C-1", ("10 min away", "of the contracted company", "position 25 min old")),
        ("C-2", ("15 min away", "of the contracted company", "position not reported by the crew itself")),
    ]
    assert [term.seconds for term in candidates[0].terms] == [600, 0, 0]
    assert [refusal.ground for refusal in refused] == [Ground.NOT_CONTRACTED]


def test_the_refusals_that_tell_most_come_first() -> None:
    crews = [crew("A-1", company_id=OTHER), crew("C-1", on_duty=False), crew("C-2", position=None)]
    _, refused = rank(callout(), problem([], crews), TRAVEL)
    assert [refusal.crew_id for refusal in refused] == ["C-1", "C-2", "A-1"]


@pytest.mark.parametrize("answer_s", [math.inf, math.nan, -5.0, 1e300])
def test_a_crew_without_a_way_to_the_lift_is_refused_and_the_next_one_goes(answer_s: float) -> None:
    crews = [crew("C-1", metres=100), crew("C-2", metres=-9_000)]
    choice = solve(problem([callout()], crews), NoBridge(answer_s)).choices["I-1"]
    assert choice.crew_id == "C-2"
    assert [(refusal.crew_id, refusal.ground) for refusal in choice.refused] == [("C-1", Ground.NO_WAY)]


@pytest.mark.parametrize(
    ("asked", "crews", "busy", "lack", "reason"),
    [
        (
            callout(contractor_id=None),
            [crew("C-1")],
            [],
            Lack.CONTRACTOR_UNKNOWN,
            "the lift's contractor is not known, so there is nobody to ask at level 1",
        ),
        (
            callout(),
            [crew("O-1", company_id=OTHER)],
            [],
            Lack.COMPANY_HAS_NO_CREWS,
            "the contracted company has no crews",
        ),
        (callout(level=3), [], [], Lack.NO_CREWS, "no crews are known"),
        (
            callout(),
            [crew("C-1", on_duty=False), crew("O-1", company_id=OTHER)],
            [],
            Lack.NOBODY_ON_DUTY,
            "nobody of the contracted company is on duty (1 off duty)",
        ),
        (
            callout(level=2),
            [crew("C-1"), crew("C-2"), crew("C-3", on_duty=False)],
            ["C-1", "C-2"],
            Lack.ALL_BUSY,
            "all crews on duty are on other cases (1 off duty, 2 on another case)",
        ),
        (
            callout(excluded={CrewId("C-1"): "just declined", CrewId("C-2"): "did not answer"}),
            [crew("C-1"), crew("C-2")],
            [],
            Lack.ALL_EXCLUDED,
            (
                "all crews of the contracted company on duty have been asked or are ruled out"
                " (1 did not answer, 1 just declined)"
            ),
        ),
        (
            callout(level=2),
            [crew("O-1", company_id=OTHER, metres=20_000)],
            [],
            Lack.ALL_TOO_FAR,
            "all crews on duty are too far away (1 too far)",
        ),
        (
            callout(),
            [crew("C-1", position=None)],
            [],
            Lack.POSITIONS_UNKNOWN,
            "the positions of all crews of the contracted company on duty are unknown (1 position unknown)",
        ),
        (
            callout(excluded={CrewId("C-2"): "just declined"}),
            [crew("C-1"), crew("C-2")],
            ["C-1"],
            Lack.NOBODY_LEFT,
            "no crew of the contracted company is left to ask (1 just declined, 1 on another case)",
        ),
    ],
)
def test_a_callout_that_nobody_may_go_to_says_what_is_lacking(
    asked: Callout, crews: Sequence[Crew], busy: Sequence[str], lack: Lack, reason: str
) -> None:
    found = the_shortfall(asked, crews, busy)
    assert (found.lack, found.reason) == (lack, reason)
    assert {refusal.crew_id for refusal in found.refused} == {candidate.crew_id for candidate in crews}


def test_a_town_without_any_way_to_the_lift_says_so() -> None:
    plan = solve(problem([callout()], [crew("C-1", company_id=CONTRACTED)]), NoBridge(math.inf))
    assert plan.shortfalls["I-1"].lack is Lack.NO_WAY
