"""Who is asked next: the contracted company, the stations, and at last the fire brigade."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scripts.language import case, clock, company, lift, operator, station


def test_at_the_second_refusal_the_station_is_asked() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1", between=(1, 3))
    clock.at(20)
    company("K").declines(reason="at another lift")
    company("K").expects_offer(crew="K2", between=(20, 21))
    company("K").declines()
    company("K").expects("incident.escalated")
    station("S").expects_offer(crew="S1", between=(20, 21)).accepts()
    case("A1").tells("escalated", saying="level 1 has had its attempts")
    case("A1").is_("dispatched", level=2, crew="S1")


def test_a_company_is_told_what_the_case_is_at_the_version_it_is_told() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1").declines()
    company("K").expects_offer(crew="K2").declines()
    station("S").expects_offer(crew="S1")
    told = company("K").expects("incident.escalated").data["incident"]
    case("A1").is_(told["status"], version=told["version"], level=told["level"])


def test_whoever_says_nothing_for_three_minutes_is_passed_over_and_told() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1", between=(1, 3))
    company("K").expects_nothing(until=180)
    clock.at(182)
    company("K").accepts(refused=409, because="overdue")
    case("A1").tells("answer_refused", saying="Too late or out of turn")
    company("K").expects_offer(crew="K2", between=(181, 182)).accepts()
    company("K").expects_withdrawal(crew="K1", because="not answered in time")
    case("A1").tells("overdue", saying="Crew K1 did not answer in time", between=(181, 181), times=1)
    case("A1").is_("dispatched", level=1, crew="K2", attempts=2)


def test_after_five_minutes_without_an_acceptance_119_is_called_while_crews_go_on_being_asked() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1", between=(1, 3))
    company("K").expects_offer(crew="K2", between=(181, 182))
    station("S").expects_offer(crew="S1", between=(241, 242))
    operator.expects_call_to("119", between=(301, 301))
    case("A1").tells("escalated", saying="nobody has accepted in time: every level is engaged")
    operator.expects_reminder("hand_over_overdue", between=(361, 361), saying="fire brigade (119) for 1 min")
    operator.confirms_call(spoke_to="Sergeant Zhao")
    clock.at(400)
    station("S").accepts()
    operator.expects_no_call()
    case("A1").tells("handed_over", saying="spoke to Sergeant Zhao", times=1)
    case("A1").is_("dispatched", level=3, crew="S1")


def test_a_contractor_who_would_need_more_than_twenty_minutes_is_passed_over_at_once() -> None:
    lift("F1").alarm(at=1)
    station("T").expects_offer("F1", crew="T1", between=(1, 3)).accepts("F1")
    company("K").expects_nothing()
    case("F1").tells("escalated", saying="beyond the 20 min of level 1", between=(1, 1))
    case("F1").is_("dispatched", level=2, crew="T1")


def test_a_company_whose_endpoints_are_all_down_is_not_waited_for() -> None:
    company("K").adds_endpoint()
    company("K").goes_down()
    lift("A1").alarm(at=1)
    station("S").expects_offer(crew="S1", between=(2, 30)).accepts()
    case("A1").tells("undelivered", saying="could not be delivered to K", times=2)
    company("K").comes_back()
    company("K").expects("incident.escalated", between=(1, 60))
    company("K").expects_nothing(until=120)
    case("A1").is_("dispatched", level=2, crew="S1")


@pytest.mark.parametrize(
    ("who", "told"),
    [
        pytest.param({"injured": 1}, "受伤", id="somebody is hurt"),
        pytest.param({"vulnerable": ["child_alone"]}, "儿童独自被困", id="a child is alone"),
        pytest.param({"vulnerable": ["water"]}, "有水漫入", id="water is rising"),
    ],
)
def test_grave_need_is_handed_over_at_once_and_a_crew_asked_as_well(who: dict[str, Any], told: str) -> None:
    operator.takes_call("A1", people=1, **who)
    operator.expects_call_to("119", between=(0, 0))
    assert told in case("A1").view["handover"]["say_zh"]
    company("K").expects_offer(crew="K1").accepts()
    operator.confirms_call(spoke_to="the officer on duty")
    case("A1").is_("dispatched", level=3)
    case("A1").tells("hand_over_due", times=1)


def test_need_that_is_learned_later_raises_the_case_without_turning_its_crew_round() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1").accepts()
    clock.forward(minutes=1)
    operator.finds("A1", people=2, injured=1)
    operator.expects_call_to("119", between=(61, 61))
    operator.confirms_call(spoke_to="Sergeant Zhao")
    company("K").arrives()
    case("A1").is_("on_scene", level=3, crew="K1", injured=1)
