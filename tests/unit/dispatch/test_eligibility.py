from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.crews import Crew, CrewId
from dispatch.problem import Callout, Ground, Refusal, SoonFree
from dispatch.rules import Rules
from dispatch.solver import rank
from dispatch.triage import Stake
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


def refusal_of(candidate: Crew, asked: Callout, **changes: Any) -> Refusal | None:
    _, refused = rank(asked, problem([asked], [candidate], **changes), OneMetreASecond())
    return refused[0] if refused else None


def answer(candidate: Crew, asked: Callout, **changes: Any) -> str | None:
    refusal = refusal_of(candidate, asked, **changes)
    return refusal.reason if refusal else None


def test_a_free_crew_on_duty_of_the_contracted_company_may_go() -> None:
    assert answer(crew("C-1"), callout()) is None


def test_a_crew_off_duty_may_not_go() -> None:
    assert answer(crew("C-1", on_duty=False), callout()) == "off duty"


def test_a_crew_on_another_case_may_not_go_and_the_case_is_named() -> None:
    assert answer(crew("C-1"), callout(), busy={CrewId("C-1"): "en route to I-9"}) == "en route to I-9"


def test_a_crew_that_just_declined_is_not_asked_again() -> None:
    declined = callout(excluded={CrewId("C-1"): "just declined"})
    assert answer(crew("C-1"), declined) == "just declined"
    assert answer(crew("C-2"), declined) is None


def test_an_exclusion_without_words_is_still_given_a_reason() -> None:
    assert answer(crew("C-1"), callout(excluded={CrewId("C-1"): ""})) == "excluded"


def test_a_crew_of_unknown_position_may_not_go() -> None:
    assert answer(crew("C-1", position=None), callout()) == "position unknown"


def test_level_one_asks_only_the_contracted_company() -> None:
    assert answer(crew("C-1", company_id=OTHER), callout(level=1)) == "not of the contracted company"
    assert answer(crew("C-1", company_id=STATIONS), callout(level=1)) == "not of the contracted company"


def test_level_one_asks_nobody_while_the_contractor_is_not_known() -> None:
    unknown = callout(level=1, contractor_id=None)
    assert answer(crew("C-1"), unknown) == "the lift's contractor is not known"


@pytest.mark.parametrize("company", [CONTRACTED, OTHER, STATIONS])
@pytest.mark.parametrize("level", [2, 3, 4])
def test_from_level_two_on_every_company_is_asked(company: str, level: int) -> None:
    assert answer(crew("C-1", company_id=company), callout(level=level)) is None


def test_level_two_ends_at_its_radius_and_says_so() -> None:
    asked = callout(level=2)
    assert answer(crew("C-1", company_id=OTHER, metres=16_990), asked) is None
    reason = answer(crew("C-1", company_id=OTHER, metres=18_240), asked)
    assert reason == "18.2 km away, beyond the 17 km of level 2"


def test_the_radius_of_level_two_is_a_setting() -> None:
    near = Rules(level_2_radius_m=500)
    assert answer(crew("C-1", company_id=OTHER, metres=600), callout(level=2), rules=near) is not None


def test_the_contracted_companys_crews_may_go_from_any_distance() -> None:
    assert answer(crew("C-1", metres=60_000), callout(level=1)) is None
    assert answer(crew("C-1", metres=60_000), callout(level=2)) is None


def test_level_three_has_no_radius() -> None:
    assert answer(crew("C-1", company_id=OTHER, metres=60_000), callout(level=3)) is None


def test_nobody_is_too_far_from_a_lift_whose_position_is_not_known() -> None:
    assert answer(crew("C-1", company_id=OTHER, metres=60_000), callout(level=2, lift_position=None)) is None


def test_the_plainest_obstacle_speaks_first() -> None:
    wrong_in_every_way = crew("C-1", company_id=OTHER, on_duty=False, position=None)
    asked = callout(excluded={CrewId("C-1"): "just declined"})
    busy = {CrewId("C-1"): "on I-2"}
    grounds = [
        refusal_of(wrong_in_every_way, asked, busy=busy),
        refusal_of(wrong_in_every_way, replace(asked, level=2), busy=busy),
        refusal_of(replace(wrong_in_every_way, on_duty=True), replace(asked, level=2), busy=busy),
    ]
    assert [refusal and refusal.ground for refusal in grounds] == [
        Ground.NOT_CONTRACTED,
        Ground.OFF_DUTY,
        Ground.EXCLUDED,
    ]


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_a_crew_about_to_finish_may_go_and_comes_when_it_has_finished_from_where_it_is_then() -> None:
    soon = {CrewId("C-1"): SoonFree(free_at=after(5), position=north_of_the_lift(60))}
    town = problem([callout()], [crew("C-1", metres=9_000)], busy={CrewId("C-1"): "on scene for I-9"}, soon_free=soon)
    (candidate,), refused = rank(callout(), town, OneMetreASecond())
    assert refused == ()
    assert candidate.eta_s == pytest.approx(5 * 60 + 60, abs=0.01)
    assert "free in 5 min" in candidate.reasons


def test_a_crew_that_will_not_finish_for_long_may_not_go_and_it_is_said_when_it_will() -> None:
    soon = {CrewId("C-1"): SoonFree(free_at=after(16))}
    said = answer(crew("C-1"), callout(), busy={CrewId("C-1"): "on scene for I-9"}, soon_free=soon)
    assert said == "on scene for I-9, free in 16 min"


def test_a_crew_that_should_have_finished_by_now_counts_as_free() -> None:
    soon = {CrewId("C-1"): SoonFree(free_at=after(-3))}
    town = problem([callout()], [crew("C-1", metres=60)], busy={CrewId("C-1"): "on scene for I-9"}, soon_free=soon)
    assert rank(callout(), town, OneMetreASecond())[0][0].eta_s == pytest.approx(60, abs=0.01)


def test_a_rescue_takes_two_people() -> None:
    assert answer(crew("C-1", members=1), callout()) == "1 of the 2 people that a rescue takes"
    assert answer(crew("C-1", members=1), callout(), rules=Rules(least_members=1)) is None


def test_a_crew_bound_for_a_case_without_people_may_be_turned_round_and_one_bound_for_people_may_not() -> None:
    busy, confirmed = {CrewId("C-1"): "en route to I-9"}, callout(stake=Stake.CONFIRMED)
    assert answer(crew("C-1"), confirmed, busy=busy, bound_for={CrewId("C-1"): Stake.NOBODY}) is None
    assert answer(crew("C-1"), confirmed, busy=busy, bound_for={CrewId("C-1"): Stake.LIKELY}) == "en route to I-9"


def test_a_crew_that_is_turned_round_must_be_fit_to_go_like_any_other() -> None:
    bound = {"busy": {CrewId("C-1"): "en route to I-9"}, "bound_for": {CrewId("C-1"): Stake.NOBODY}}
    assert answer(crew("C-1", members=1), callout(), **bound) == "1 of the 2 people that a rescue takes"


def test_an_operators_choice_binds_both_ways() -> None:
    pins = {"I-2": CrewId("C-1")}
    assert answer(crew("C-1"), callout("I-1"), pins=pins) == "an operator keeps it for I-2"
    assert answer(crew("C-2"), callout("I-2"), pins=pins) == "an operator chose C-1"
    assert answer(crew("C-1"), callout("I-2"), pins=pins) is None


def test_a_crew_off_duty_stays_off_duty_though_an_operator_chose_it() -> None:
    assert answer(crew("C-1", on_duty=False), callout("I-2"), pins={"I-2": CrewId("C-1")}) == "off duty"
