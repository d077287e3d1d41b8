from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch.crews import Crew, CrewId
from dispatch.eligibility import find_refusal, may_go
from dispatch.problem import Callout, Ground
from dispatch.rules import Rules
from tests.unit.dispatch.town import CONTRACTED, OTHER, STATIONS, callout, crew, problem


def answer(candidate: Crew, asked: Callout, **changes: Any) -> str | None:
    return may_go(candidate, asked, problem([asked], [candidate], **changes))


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


def test_a_crew_must_hold_every_qualification_the_fault_asks_for() -> None:
    asked = callout(required_qualifications=frozenset({"ucmp-reset", "hoist"}))
    assert answer(crew("C-1", qualifications=frozenset({"hoist"})), asked) == "lacks ucmp-reset"
    assert answer(crew("C-1"), asked) == "lacks hoist, ucmp-reset"
    assert answer(crew("C-1", qualifications=frozenset({"hoist", "ucmp-reset", "first-aid"})), asked) is None


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
    town = problem([asked], [wrong_in_every_way], busy={CrewId("C-1"): "on I-2"})
    grounds = [find_refusal(wrong_in_every_way, asked, town)]
    grounds.append(find_refusal(wrong_in_every_way, replace(asked, level=2), town))
    grounds.append(find_refusal(replace(wrong_in_every_way, on_duty=True), replace(asked, level=2), town))
    assert [refusal and refusal.ground for refusal in grounds] == [
        Ground.NOT_CONTRACTED,
        Ground.OFF_DUTY,
        Ground.EXCLUDED,
    ]
