"""What lifts say, once, twice, late or by mistake, and what comes of it."""

from __future__ import annotations

from tests.scripts.language import case, clock, company, lift, operator, station


def test_a_second_alarm_of_the_same_lift_joins_its_case_and_is_shown() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer().accepts()
    lift("A1").alarm(at=40)
    lift("A1").expects_acknowledgement(of=1, between=(40, 40))
    lift("A1").alarm(at=90, number=2)
    lift("A1").expects_acknowledgement(of=2, between=(90, 90))
    case("A1").tells("joined", saying="(alarm 2)", between=(90, 90), times=1)
    assert [alarm["number"] for alarm in case("A1").view["alarms"]] == [1, 2]
    company("K").expects_nothing()


def test_people_who_are_trapped_again_before_the_case_is_closed_are_asked_for_again() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1").accepts()
    company("K").arrives()
    company("K").releases(people=2)
    lift("A1").ends_alarm(at=120)
    operator.calls_back()
    lift("A1").alarm(at=180, number=2)
    company("K").expects_offer(crew="K1", between=(180, 180)).accepts()
    lift("A1").expects_notice("help_on_the_way", between=(180, 180))
    case("A1").tells("trapped_again", saying="asking anew", times=1)
    operator.closes(cause_code="201", refused=409, because="only a released case is closed")
    case("A1").is_("dispatched", number=1, attempts=2, released_at=None)


def test_late_news_of_an_ended_alarm_opens_nothing_and_a_new_alarm_does() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer().accepts()
    company("K").releases(people=1)
    lift("A1").ends_alarm(at=200)
    operator.calls_back()
    operator.closes(cause_code="201")
    lift("A1").alarm(at=230)
    lift("A1").expects_acknowledgement(of=1, between=(230, 230))
    case("A1").is_("closed", number=1)
    lift("A1").alarm(at=260, number=2)
    company("K").expects_offer(crew="K1", between=(260, 260)).accepts()
    case("A1").is_("dispatched", number=2)


def test_a_possible_entrapment_waits_a_minute_for_a_voice_and_is_then_believed() -> None:
    lift("A1").is_stuck(at=1, passenger_status=None)
    case("A1").tells("opened", between=(31, 32))
    case("A1").is_("open", level=1)
    company("K").expects_nothing(until=90)
    company("K").expects_offer(crew="K1", between=(91, 92)).accepts()
    case("A1").tells("unverified", saying="Not verified in time: treated as likely", times=1)


def test_a_lift_that_recovers_by_itself_calls_nobody_off() -> None:
    lift("A1").is_stuck(at=1)
    company("K").expects_offer(crew="K1", between=(31, 32)).accepts()
    lift("A1").stands_open(at=120)
    case("A1").tells("sign_of_release", between=(120, 180))
    company("K").expects_nothing("assignment.withdrawn", until=300)
    operator.stands_down(reason="it runs again", refused=409, because="needs two independent signs")
    case("A1").is_("dispatched", crew="K1", signs=["lift_recovered"])


def test_two_signs_and_a_person_stand_a_crew_down() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer().accepts()
    operator.stands_down(reason="all quiet", refused=409, because="there is none")
    lift("A1").ends_alarm(at=100)
    operator.stands_down(reason="all quiet", refused=409, because="there is alarm_ended")
    clock.forward(minutes=1)
    case("A1").is_("dispatched", signs=["alarm_ended"])
    operator.stands_down(reason="they phoned: they walked out", passengers_confirm=True)
    company("K").expects_withdrawal(because="they walked out")
    case("A1").is_("stood_down")
    case("A1").went("opened", "offered", "accepted", "comfort_missed", "sign_of_release", "withdrawn", "stood_down")


def test_a_call_about_the_wrong_plate_is_merged_with_what_the_lift_beside_it_says() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer("A1", crew="K1").accepts("A1")
    operator.takes_call("A2", people=4, vulnerable=["elderly"])
    company("K").expects_offer("A2", crew="K2")
    operator.merges("A1", into="A2", reason="one hall", refused=409, because="lift A1 itself says")
    operator.merges("A2", into="A1", reason="the caller read the plate beside his own")
    company("K").expects_withdrawal("A2", crew="K2", because="about the same people")
    case("A2").is_("closed", merged_into_id=case("A1").view["id"])
    case("A1").is_("dispatched", crew="K1", people=4, vulnerable=["elderly"])
    case("A1").tells("merged_in", saying="Case 2 is about the same people")
    lift("A2").alarm(at=30)
    company("K").expects_offer("A2", between=(30, 30)).accepts("A2")


def test_a_power_cut_of_a_whole_area_is_one_case_whose_children_are_asked_for_at_both_levels() -> None:
    for n in range(10):
        lift(f"P{n}").reports(at=1 + n, power_status="lost", door_zone=False, door_status="closed")
    case(None).tells("opened", saying="Power outage, area 410103: 10 of 10 lifts affected", between=(10, 20))
    company("K").expects("incident.updated", of=None)
    lift("P3").alarm(at=60)
    case("P3").is_("dispatched", parent_id=case(None).view["id"], level=2, crew="K1")
    case("P3").tells("escalated", saying="together", between=(60, 60))
    company("K").expects_offer("P3", crew="K1").declines("P3")
    station("S").expects_offer("P3", between=(60, 60)).accepts("P3")
    case(None).is_("open", affected=10, children=9)
    station("S").releases("P3", people=1)
    for n in range(10):
        lift(f"P{n}").stands_open(at=600 + n)
    case(None).is_("open", recovered=10)
    operator.calls_back("P3")
    operator.closes("P3", cause_code="101")
    case(None).is_("closed")


def test_a_test_call_that_does_not_come_within_three_days_is_a_case_until_it_comes() -> None:
    lift("H1").makes_test_call(at=1)
    lift("H1").stays_on_line(hours=73)
    lift("H1").has_no_case()
    case("H1").tells("opened", between=(73 * 3600, 73 * 3600 + 2), saying="The test call is overdue")
    case("H1").is_("open", kind="test_overdue")
    lift("H1").makes_test_call(at=73.5 * 3600)
    case("H1").is_("closed")
