"""One entrapment from the button to the closed case, and what people are reminded of on the way."""

from __future__ import annotations

from tests.scripts.language import case, clock, company, lift, operator


def test_the_nearest_crew_of_the_contractor_comes_and_the_case_is_closed() -> None:
    lift("A1").alarm(at=1)
    lift("A1").expects_acknowledgement(between=(1, 2))
    company("K").expects_offer(crew="K1", between=(1, 3))
    case("A1").tells("offered", saying="nearest free crew of the contracted company, 4 min away")
    operator.comforts()
    clock.at(30)
    company("K").accepts()
    company("K").expects("assignment.confirmed")
    lift("A1").expects_notice("help_on_the_way")
    clock.at(60)
    operator.comforts()
    company("K").sets_out()
    lift("A1").is_stuck(at=150)
    clock.at(300)
    company("K").arrives()
    lift("A1").expects_notice("arrived")
    clock.at(320)
    company("K").releases(people=2, release_method="levelled_door")
    lift("A1").ends_alarm()
    operator.calls_back(people_released=2)
    company("K").files_cause("201")
    operator.closes()
    company("K").expects("incident.closed")
    case("A1").is_("closed", level=1, people_released=2, cause_code="201")
    case("A1").went(
        "opened", "offered", "comforted", "accepted", "comforted", "en_route", "joined", "on_scene",
        "released", "sign_of_release", "called_back", "cause_filed", "closed",
    )  # fmt: skip


def test_whoever_should_speak_to_the_passengers_is_reminded_until_somebody_has() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer().accepts()
    operator.expects_reminder("comfort_missed", between=(61, 61), saying="Nobody has spoken to the passengers yet")
    clock.at(90)
    operator.comforts()
    operator.expects_reminder("comfort_missed", between=(390, 390), saying="for 5 min")
    company("K").arrives()
    company("K").releases(people=1)
    clock.at(750)
    case("A1").tells("comfort_missed", times=2)


def test_a_case_whose_passengers_are_out_waits_for_call_back_and_cause_and_says_so() -> None:
    operator.takes_call("A1", people=1)
    company("K").expects_offer().accepts()
    company("K").arrives()
    company("K").releases(people=1)
    operator.closes(refused=409, because="call back first")
    operator.expects_reminder("call_back_overdue", between=(900, 900))
    operator.calls_back()
    operator.closes(refused=409, because="the cause is not filed yet")
    operator.expects_reminder("closing_overdue", between=(86_400, 86_400))
    company("K").files_cause("301")
    operator.closes()
    case("A1").is_("closed", cause_code="301")


def test_a_case_that_ended_too_early_goes_on_as_a_new_one_that_names_it() -> None:
    operator.takes_call("A1", people=3)
    company("K").expects_offer()
    operator.acts("false_alarm", reason="a voice says that all is well")
    company("K").expects_withdrawal(because="all is well")
    ended = case("A1").view
    clock.forward(minutes=10)
    operator.reopens("A1", reason="the same caller again: three are inside")
    company("K").expects_offer(crew="K1", between=(600, 600))
    case("A1").is_("dispatched", follows_id=ended["id"], people=3)
    case("A1").tells("opened", saying="10 min after case 1 (false alarm)")
    company("K").accepts()
