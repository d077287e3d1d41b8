"""Several hands on one case, some of which have no business there; and the service itself, which may be away."""

from __future__ import annotations

from tests.scripts.language import case, clock, company, lift, operator, service, station, supervisor


def test_somebody_who_clicks_the_link_of_an_offer_sends_the_crew() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1", between=(1, 3)).clicks("accept")
    lift("A1").expects_notice("help_on_the_way")
    company("K").clicks("accept")
    company("K").clicks("decline", refused=409)
    case("A1").tells("accepted", times=1)
    case("A1").is_("dispatched", crew="K1")


def test_a_link_that_has_expired_or_was_answered_already_moves_nothing() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1").clicks("decline")
    company("K").clicks("accept", refused=409, because="declined")
    company("K").expects_offer(crew="K2", between=(1, 1))
    clock.at(60.9)
    station("S").expects_offer(crew="S1", between=(61, 61))
    company("K").clicks("accept", refused=410)
    case("A1").is_("dispatched", crew="S1", level=2)
    station("S").clicks("accept")


def test_of_two_people_who_saw_the_same_version_the_second_is_told_who_acted() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1")
    operator.looks_at("A1")
    supervisor.looks_at("A1")
    operator.sends("K3", to="A1", reason="they know the building")
    company("K").expects_withdrawal(crew="K1")
    company("K").expects_offer(crew="K3")
    supervisor.sends("K2", to="A1", refused=409, because="operator (token) acted last")
    company("K").expects_nothing()
    supervisor.looks_at("A1")
    supervisor.acts("note", note="K3 it is")
    company("K").accepts()
    case("A1").is_("dispatched", crew="K3")


def test_a_company_touches_nothing_of_another() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1")
    mine = case("A1").view
    for what in ("accept", "decline", "released"):
        station("S").answers_for("K", what, refused=404)
    station("S").tries("GET", f"/incidents/{mine['id']}", refused=404)
    station("S").tries("POST", f"/incidents/{mine['id']}/escalate", refused=403)
    assert case("A1").view == mine
    company("K").accepts()
    case("A1").went("opened", "offered", "accepted")


def test_after_two_hours_away_everything_that_is_late_happens_at_once_and_only_once() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer("A1", crew="K1")
    operator.takes_call("B1", people=1)
    company("K").expects_offer("B1", crew="K2").accepts("B1")
    service.dies()
    clock.forward(hours=2)
    service.comes_back()
    operator.expects_call_to("119", of="A1", between=(7201, 7201))
    station("S").expects_offer("A1", crew="S1", between=(7201, 7201)).accepts("A1")
    company("K").expects_offer("B1", crew="K1", between=(7201, 7201)).accepts("B1")
    company("K").expects_withdrawal("B1", crew="K2", because="crew K1 comes in its place")
    for of in ("A1", "B1"):
        case(of).tells("accident", saying="120 min since the entrapment", times=1)
        case(of).tells("comfort_missed", times=1)
    company("K").was_told_at_most(9, since=7200)
    lift("A1").alarm()
    lift("A1").expects_acknowledgement(between=(7201, 7201))
    clock.forward(minutes=1)
    case("A1").is_("dispatched", number=1, crew="S1", level=3)
    case("B1").is_("dispatched", number=2, crew="K1")


def test_an_operator_dispatches_thinks_better_of_it_within_five_seconds_and_nobody_was_ever_asked() -> None:
    operator.takes_call("A1", people=1)
    company("K").expects_offer(crew="K1").accepts()
    company("K").expects("assignment.confirmed")
    clock.at(100)
    operator.sends("S1", to="A1", reason="they are closer by the bridge", hold_s=8)
    case("A1").is_("dispatched", crew="K1")
    clock.at(104.5)
    operator.acts("undo")
    clock.forward(minutes=1)
    station("S").expects_nothing()
    company("K").expects_nothing()
    case("A1").is_("dispatched", crew="K1")
    case("A1").tells("offered", times=1)


def test_a_stand_down_that_is_held_is_dropped_when_somebody_inside_presses_the_button() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1").accepts()
    company("K").expects("assignment.confirmed")
    clock.at(60)
    operator.acts("false_alarm", reason="nobody answers in the car", hold_s=8)
    clock.at(64)
    lift("A1").alarm(number=2)
    clock.at(90)
    case("A1").tells("not_carried_out", saying="tells of people inside", times=1)
    case("A1").is_("dispatched", crew="K1")


def test_what_is_held_when_the_service_dies_is_done_when_it_comes_back() -> None:
    lift("A1").alarm(at=1)
    company("K").expects_offer(crew="K1")
    operator.sends("S1", to="A1", reason="they know the building", hold_s=8)
    service.dies()
    clock.forward(seconds=20)
    service.comes_back()
    company("K").expects_withdrawal(crew="K1", because="asked another crew")
    station("S").expects_offer(crew="S1").accepts()
    case("A1").is_("dispatched", crew="S1")
