"""Do we still hear the lift?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.fleet import Fleet
from devices.links import excuse_silence, is_late
from devices.messages import EntrapmentFound, Event, LiftId, Link, LinkChanged
from devices.slot import Rules
from tests.unit.devices.lifts import AREA, BETWEEN, LIFT, NOON, RESTING, Listener

NO_GRACE = Rules(restart_grace_s=0)


def change(online: bool, at: float, reason: str) -> LinkChanged:
    return LinkChanged(lift_id=LIFT, area=AREA, online=online, at=at, reason=reason)


SILENT = "silent: nothing was heard for 180 s"
LOST = "will: the lift's connection was lost"
BACK = "heard: the lift is heard again"


def test_a_lift_is_off_line_after_three_missed_reports() -> None:
    lift = Listener(NO_GRACE)
    lift.sees(RESTING)
    assert lift.waits(179.9) == []
    assert lift.waits(0.1) == [change(False, NOON + 180, SILENT)]
    assert lift.waits(1000) == []


def test_a_lift_whose_report_is_missing_is_late_before_it_is_off_line() -> None:
    lift = Listener(NO_GRACE)
    lift.sees(RESTING)
    late = []
    for _ in range(5):
        lift.waits(45)
        late.append((is_late(lift.slot, lift.now, lift.rules), lift.slot.online))
    assert late == [(False, True), (False, True), (True, True), (False, False), (False, False)]


def test_every_report_starts_the_patience_anew() -> None:
    lift = Listener(NO_GRACE)
    for _ in range(10):
        assert lift.sees(RESTING) == []
        assert lift.waits(170) == []


def test_how_much_silence_is_too_much_is_a_rule() -> None:
    lift = Listener(Rules(missed_reports=2, report_period_s=10, restart_grace_s=0))
    lift.sees(RESTING)
    assert lift.waits(19) == []
    assert len(lift.waits(1)) == 1


def test_after_our_restart_a_lift_is_given_more_time_once() -> None:
    lift = Listener(Rules(restart_grace_s=60))
    lift.sees(RESTING)
    assert lift.waits(239.9) == []
    lift.sees(RESTING)
    assert lift.waits(179.9) == []
    assert len(lift.waits(0.1)) == 1


def test_a_lift_that_is_heard_again_is_back_once() -> None:
    lift = Listener(NO_GRACE)
    lift.sees(RESTING)
    lift.waits(200)
    assert lift.sees(RESTING) == [change(True, NOON + 200, BACK)]
    assert lift.sees(RESTING) == []


def test_the_will_of_a_lift_takes_it_off_line_at_once_and_is_told_of_once_after_the_grace() -> None:
    lift = Listener()
    lift.hears_birth()
    assert lift.hears_will() == []
    assert lift.slot.online is False
    assert lift.waits(89.9) == []
    assert lift.waits(0.1) == [change(False, NOON + 90, LOST)]
    assert lift.hears_will() == []
    assert lift.waits(1000) == []


def test_a_birth_brings_it_back() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.hears_will()
    lift.waits(120)
    assert lift.hears_birth() == [change(True, NOON + 120, BACK)]
    assert lift.hears_birth() == []


@pytest.mark.parametrize("boot", [17, 18])
def test_a_lift_that_is_back_within_the_grace_was_never_away(boot: int) -> None:
    lift = Listener()
    lift.hears_birth()
    for _ in range(5):
        lift.hears_will(lift.slot.boot)
        assert lift.waits(20) == []
        assert lift.hears_birth(boot) == []
        assert lift.waits(100) == []
    assert lift.slot.online


def test_any_news_of_the_lift_brings_it_back_not_only_a_birth() -> None:
    for status in (replace(RESTING, seq=5), None):
        lift = Listener()
        lift.hears_birth()
        lift.hears_will()
        lift.waits(120)
        events = lift.hears(status) if status else lift.hears_test_call(1)
        assert events == [change(True, NOON + 120, BACK)]


def test_a_lift_off_line_for_an_hour_is_told_of_once_more() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.hears_will()
    lift.waits(90)
    assert lift.waits(3600 - 90.1) == []
    hour = "away: off line for 60 min"
    assert lift.waits(0.1) == [replace(change(False, NOON + 3600, hour), lasted_s=3600.0)]
    assert lift.waits(100_000) == []


def test_a_silent_lift_is_told_of_once_more_after_an_hour_too() -> None:
    lift = Listener(NO_GRACE)
    lift.sees(RESTING)
    first, again = lift.waits(100_000)
    assert first == change(False, NOON + 180, SILENT)
    assert isinstance(again, LinkChanged)
    assert (again.at, again.lasted_s) == (NOON + 180 + 3600, 3600.0)


def test_the_will_of_a_lift_known_to_be_silent_is_no_news() -> None:
    lift = Listener(NO_GRACE)
    lift.sees(RESTING)
    lift.waits(600)
    assert lift.hears_will() == []
    assert [event.at for event in lift.waits(100_000)] == [NOON + 180 + 3600]


def test_a_lift_that_comes_back_within_the_hour_is_not_told_of_again() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.hears_will()
    lift.waits(600)
    lift.hears_birth()
    assert [event.lasted_s for event in lift.waits(10_000) if isinstance(event, LinkChanged)] == [0.0, 3600.0]


def test_a_will_of_an_older_boot_is_ignored() -> None:
    lift = Listener()
    lift.hears_birth(17)
    lift.hears_birth(18)
    assert lift.hears_will(17) == []
    assert lift.slot.online


def test_a_will_older_than_the_lifts_statuses_is_ignored() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=18))
    assert lift.hears_will(17) == []
    assert lift.slot.online


def test_a_lift_never_heard_is_not_lost() -> None:
    lift = Listener()
    assert lift.waits(1000) == []
    assert lift.hears_will() == []
    assert lift.slot.online is False


def test_a_retained_birth_heard_again_does_not_bring_back_a_silent_lift() -> None:
    lift = Listener(NO_GRACE)
    lift.hears_birth()
    assert len(lift.waits(180)) == 1
    assert lift.hears_birth() == []
    assert lift.slot.online is False


def test_a_birth_starts_a_new_boot_so_that_what_came_before_is_late() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=17, seq=900))
    lift.hears_birth(18)
    lift.hears(replace(RESTING, boot=17, seq=901, car_position="9"))
    assert lift.slot.status == replace(RESTING, boot=17, seq=900)
    lift.hears(replace(RESTING, boot=18, seq=1))
    assert lift.slot.status == replace(RESTING, boot=18, seq=1)


def test_the_profile_named_at_birth_is_remembered() -> None:
    lift = Listener()
    lift.hears_birth(17, profile="gb24476-2017")
    lift.hears_birth(18)
    assert lift.slot.profile == "gb24476-2017"


def test_an_alarm_and_a_test_call_are_signs_of_life_the_first_time() -> None:
    lift = Listener(NO_GRACE)
    for number in range(1, 4):
        lift.hears_alarm(number)
        assert lift.waits(170) == []
        lift.hears_end(number)
        assert lift.waits(170) == []
        assert lift.hears_test_call(number) == []
        assert lift.waits(170) == []
    assert lift.hears_test_call(3) == []
    lift.hears_alarm(3)
    assert lift.waits(10) == [change(False, lift.now, SILENT)]
    assert lift.slot.test_call_at == NOON + 3 * 510 - 170


# Many lifts at once


def city(lifts: int, rules: Rules | None = None) -> Fleet:
    """So many lifts, each of them heard once."""
    fleet = Fleet(rules or Rules())
    for number in range(lifts):
        fleet.add(LiftId(f"L{number}"), AREA)
        fleet.observe(AREA, LiftId(f"L{number}"), Link(boot=1, online=True), NOON)
        fleet.observe(AREA, LiftId(f"L{number}"), replace(RESTING, boot=1), NOON)
    return fleet


def until(fleet: Fleet, at: float) -> list[tuple[float, Event]]:
    """Everything that follows from the time until then, with when it is told."""
    told = list[tuple[float, Event]]()
    while (by := fleet.next_deadline()) is not None and by <= at:
        told += [(by, event) for event in fleet.expire(by)]
    return told


@pytest.mark.parametrize("restarted", [False, True], ids=["links came back", "controllers restarted"])
def test_a_reconnect_storm_of_a_thousand_lifts_is_no_news(restarted: bool) -> None:
    fleet = city(1000)
    for number in range(1000):
        assert fleet.observe(AREA, LiftId(f"L{number}"), Link(boot=1, online=False), NOON + 10 + number / 200) == ()
    assert fleet.counts(NOON + 15).offline == 1000
    assert until(fleet, NOON + 15) == []
    for number in range(1000):
        birth = Link(boot=1 + restarted, online=True)
        assert fleet.observe(AREA, LiftId(f"L{number}"), birth, NOON + 15 + number * 15 / 1000) == ()
    assert fleet.counts(NOON + 30).online == 1000
    assert until(fleet, NOON + 180) == []


def test_the_lifts_that_do_not_come_back_from_a_storm_are_told_of() -> None:
    fleet = city(100)
    for number in range(100):
        fleet.observe(AREA, LiftId(f"L{number}"), Link(boot=1, online=False), NOON + 10)
    for number in range(97):
        fleet.observe(AREA, LiftId(f"L{number}"), Link(boot=1, online=True), NOON + 30)
    assert {(at, event.lift_id) for at, event in until(fleet, NOON + 120)} == {
        (NOON + 100, LiftId(f"L{number}")) for number in (97, 98, 99)
    }


def test_after_we_listen_again_the_lifts_that_are_gone_are_not_told_of_all_at_once() -> None:
    fleet = city(500)
    fleet.stop_listening()
    assert until(fleet, NOON + 7200) == []
    fleet.resume_listening(NOON + 7200)
    told = [at - NOON - 7200 for at, _ in until(fleet, NOON + 7200 + 310)]
    assert len(told) == 500
    assert min(told) >= 240
    assert max(told) <= 300
    assert max(told.count(at) for at in told) < 10


def test_when_we_listen_again_no_lift_is_late_before_it_had_time_to_speak() -> None:
    fleet = city(5)
    fleet.stop_listening()
    assert fleet.counts(NOON + 7200).late == 0
    fleet.resume_listening(NOON + 7200)
    assert fleet.counts(NOON + 7200 + 60).late == 0


def test_a_lift_whose_will_came_just_before_we_stopped_listening_has_time_to_come_back() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.hears_will()
    lift.now += 20
    excuse_silence(lift.slot, lift.now, lift.rules)
    assert lift.waits(50) == []
    assert lift.hears_birth() == []


def test_how_long_a_lift_has_been_away_is_not_forgotten_when_we_listen_again() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.hears_will()
    lift.waits(1800)
    excuse_silence(lift.slot, lift.now, lift.rules)
    [event] = lift.waits(1800)
    assert isinstance(event, LinkChanged)
    assert event.lasted_s == 3600


def test_a_lift_found_with_people_that_was_away_for_an_hour_is_found_again_if_they_still_are_trapped() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.sees(BETWEEN)
    assert [type(event) for event in lift.waits(30)] == [EntrapmentFound]
    lift.hears_will()
    lift.waits(4000)
    lift.hears_birth()
    lift.sees(BETWEEN)
    assert [type(event) for event in lift.waits(30)] == [EntrapmentFound]


def test_a_lift_found_with_people_that_was_away_for_minutes_is_not_told_of_again() -> None:
    lift = Listener()
    lift.hears_birth()
    lift.sees(BETWEEN)
    lift.waits(30)
    lift.hears_will()
    lift.waits(600)
    lift.hears_birth()
    lift.sees(BETWEEN)
    assert lift.waits(30) == []
