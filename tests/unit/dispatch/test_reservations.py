"""Crews that go only where no better one can: at rest, lost from sight, not authorised; and the reason says so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.crews import UCMP_RESET, Crew, CrewId, Position
from dispatch.problem import Callout, Choice, Ground, Lack, Plan
from dispatch.rules import Rules
from dispatch.solver import rank, solve
from tests.unit.dispatch.town import NOON, STATIONS, OneMetreASecond, callout, crew, problem

AUTHORISED = frozenset({UCMP_RESET})
UCMP = callout(required_qualifications=AUTHORISED)
LOST = NOON - timedelta(hours=1)


def planned(callouts: Sequence[Callout], crews: Sequence[Crew], **changes: Any) -> Plan:
    return solve(problem(callouts, crews, **changes), OneMetreASecond())


def chosen(asked: Callout, *crews: Crew, **changes: Any) -> Choice:
    return planned([asked], crews, **changes).choices["I-1"]


def at_rest(*names: str, minutes: float = 40) -> dict[str, Any]:
    return {"resting": {CrewId(name): NOON + timedelta(minutes=minutes) for name in names}}


# --- at rest


def test_a_crew_at_rest_is_left_to_rest_where_another_can_go() -> None:
    assert chosen(callout(), crew("C-1"), crew("C-2", metres=20_000), **at_rest("C-1")).crew_id == "C-2"


def test_people_are_never_left_with_nobody_for_the_sake_of_a_rest() -> None:
    found = chosen(callout(), crew("C-1"), **at_rest("C-1"))
    assert found.crew_id == "C-1"
    assert found.reason.endswith("; at rest for another 40 min, and nobody else can go")


def test_a_rest_that_is_over_is_none() -> None:
    assert "rest" not in chosen(callout(), crew("C-1"), **at_rest("C-1", minutes=0)).reason


# --- lost from sight


def test_a_crew_of_which_nothing_was_heard_goes_only_where_nobody_else_can_however_far_the_others_are() -> None:
    far = crew("C-2", metres=60_000)
    assert chosen(callout(), crew("C-1", positioned_at=LOST), far).crew_id == "C-2"
    alone = chosen(callout(), crew("C-1", positioned_at=LOST))
    assert alone.reason.endswith("; position 60 min old, too old to go by, and nobody else can go")


def test_crews_lost_from_sight_are_listed_after_all_others_and_flagged() -> None:
    crews = [crew("C-1", positioned_at=LOST), crew("C-2", metres=60_000)]
    candidates, _ = rank(callout(), problem([callout()], crews), OneMetreASecond())
    assert [one.crew_id for one in candidates] == ["C-2", "C-1"]
    assert "position 60 min old, too old to go by" in candidates[1].reasons


def test_last_resorts_go_as_soon_as_the_others_do_not_suffice() -> None:
    crews = [crew("C-1"), crew("C-2", positioned_at=LOST)]
    plan = planned([callout("I-1"), callout("I-2", priority=2.0)], crews)
    assert {name: choice.crew_id for name, choice in plan.choices.items()} == {"I-2": "C-1", "I-1": "C-2"}


# --- not authorised


def test_what_only_authorised_staff_may_reset_is_left_to_them_if_they_are_within_reach() -> None:
    found = chosen(UCMP, crew("C-1", metres=300), crew("C-2", metres=1_000, qualifications=AUTHORISED))
    assert (found.crew_id, "lacks" in found.reason) == ("C-2", False)


def test_people_are_not_left_alone_for_an_authorised_crew_that_is_far_away() -> None:
    found = chosen(UCMP, crew("C-1", metres=300), crew("C-2", metres=1_600, qualifications=AUTHORISED))
    assert found.crew_id == "C-1"
    assert found.reason.endswith("; lacks ucmp-reset, and nobody authorised is within reach")
    assert {term.name: term.seconds for term in found.terms}["missing qualification"] == Rules().unqualified_s


def test_every_qualification_that_is_asked_for_is_named() -> None:
    asked = callout(required_qualifications=frozenset({"ucmp-reset", "governor-reset"}))
    [candidate], _ = rank(asked, problem([asked], [crew("C-1")]), OneMetreASecond())
    assert "lacks governor-reset, ucmp-reset" in candidate.reasons


# --- one lift per building first, and each case's own radius


def test_a_building_that_somebody_goes_to_already_waits_behind_one_to_which_nobody_does() -> None:
    here = callout("I-1", building="A", priority=1.5)
    there = callout("I-2", building="B")
    crews = [crew("C-1")]
    for attended, first in (("", "I-1"), ("A", "I-2")):
        plan = planned([here, there], crews, attended=frozenset(attended))
        assert list(plan.choices) == [first]


def test_a_case_may_reach_farther_than_the_rules_say() -> None:
    town = [crew("S-1", company_id=STATIONS, metres=20_000)]
    asked = callout(level=2)
    assert planned([asked], town).shortfalls["I-1"].lack is Lack.ALL_TOO_FAR
    assert "beyond the 17 km of level 2" in planned([asked], town).shortfalls["I-1"].refused[0].reason
    assert chosen(callout(level=2, radius_m=40_000), *town).crew_id == "S-1"


# --- who can go now, where crews are too few


def test_without_routes_it_is_said_who_goes_now_and_who_is_left_out() -> None:
    town = problem([callout("I-1"), callout("I-2", priority=2.0)], [crew("C-1")])
    plan = solve(town, OneMetreASecond(), routes=False)
    assert (list(plan.choices), plan.routes) == (["I-2"], {})
    assert plan.shortfalls["I-1"].lack is Lack.NEEDED_ELSEWHERE


# --- what is to be said of the way


@dataclass(frozen=True)
class Guided(OneMetreASecond):
    """As many seconds as metres, none from beyond 10 km, and something to be said of each way."""

    def ways(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[tuple[float, str | None]]:
        seconds = self.seconds(origins, destination, at)
        return [
            (math.inf, "on an island") if one > 10_000 else (one, "523 m off any road: is it GCJ-02?")
            for one in seconds
        ]


def test_what_is_doubtful_about_a_way_is_said_of_the_crew_and_of_the_choice() -> None:
    town = problem([callout()], [crew("C-1")])
    choice = solve(town, Guided()).choices["I-1"]
    assert choice.reason.endswith("; 523 m off any road: is it GCJ-02?")
    assert "523 m off any road: is it GCJ-02?" in choice.ranked[0].reasons


def test_where_no_way_leads_the_roads_own_words_say_why() -> None:
    plan = solve(problem([callout()], [crew("C-1", metres=20_000)]), Guided())
    lacking = plan.shortfalls["I-1"]
    assert (lacking.lack, lacking.reason.endswith("(1 on an island)")) == (Lack.NO_WAY, True)
    assert [(one.ground, one.reason) for one in lacking.refused] == [(Ground.NO_WAY, "on an island")]


def test_every_crew_that_may_go_is_listed_with_the_choice() -> None:
    crews = [crew(f"C-{n}", metres=100 * n) for n in range(1, 9)]
    choice = chosen(callout(), *crews)
    assert (len(choice.ranked), len(choice.ranking.candidates)) == (5, 8)
    assert choice.ranking.candidates[0].cost_s == pytest.approx(choice.cost_s)
