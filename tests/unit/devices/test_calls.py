"""Test calls that do not come, and lifts that only seem well."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from devices.calls import expect_test_calls
from devices.faults import Fault
from devices.fleet import Fleet, OwnRules
from devices.messages import (
    Event,
    FaultRaised,
    LinkChanged,
    PowerStatus,
    ServiceMode,
    TestCall,
    TestCallHeard,
    TestCallOverdue,
)
from devices.slot import Rules
from tests.unit.devices.faults import cleared, raised, wrong_with
from tests.unit.devices.lifts import AREA, BETWEEN, LEVELLED_OPEN, LIFT, NOON, RESTING, RUNNING, Listener

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
RULES = Rules(utc_offset_s=8 * HOUR_S)
MIDNIGHT = 1_799_942_400.0
"""In Zhengzhou."""
REPORTED_EVERY_S = 150.0


@pytest.fixture
def lift() -> Listener:
    return Listener(RULES)


def of_tests(events: Iterable[Event]) -> list[Event]:
    """What concerns test calls."""
    return [event for event in events if isinstance(event, TestCallOverdue | TestCallHeard)]


# Test calls


def test_a_lift_that_has_made_a_test_call_is_held_to_one_every_three_days_and_told_of_once(lift: Listener) -> None:
    assert lift.hears_test_call(1) == []
    assert of_tests(lift.waits(73 * HOUR_S - 1)) == []
    overdue = TestCallOverdue(lift_id=LIFT, area=AREA, at=NOON + 73 * HOUR_S, last_at=NOON)
    assert of_tests(lift.waits(1)) == [overdue]
    assert lift.slot.is_test_overdue
    assert of_tests(lift.waits(30 * DAY_S)) == []


def test_a_call_in_time_starts_the_three_days_anew(lift: Listener) -> None:
    for number in range(10):
        lift.hears_test_call(number)
        assert of_tests(lift.waits(72 * HOUR_S)) == []


def test_a_call_that_comes_late_is_heard_once_and_the_next_is_waited_for(lift: Listener) -> None:
    lift.hears_test_call(1)
    lift.waits(80 * HOUR_S)
    assert of_tests(lift.hears_test_call(2)) == [TestCallHeard(lift_id=LIFT, area=AREA, at=NOON + 80 * HOUR_S)]
    assert not lift.slot.is_test_overdue
    assert of_tests(lift.hears_test_call(3)) == []
    assert len(of_tests(lift.waits(73 * HOUR_S))) == 1


def test_a_call_said_again_is_no_new_call(lift: Listener) -> None:
    lift.hears_test_call(1)
    lift.waits(50 * HOUR_S)
    assert lift.hears_test_call(1) == []
    assert len(of_tests(lift.waits(23 * HOUR_S))) == 1


def test_the_numbers_of_a_new_boot_begin_anew(lift: Listener) -> None:
    lift.hears_test_call(40)
    lift.waits(50 * HOUR_S)
    lift.hears(TestCall(reported_at=None, boot=18, number=1, battery_ok=True))
    assert of_tests(lift.waits(50 * HOUR_S)) == []


def test_a_lift_that_never_made_a_test_call_is_left_alone(lift: Listener) -> None:
    lift.sees(RESTING)
    assert of_tests(lift.waits(365 * DAY_S)) == []


def test_a_lift_that_must_test_is_held_to_its_first_call() -> None:
    lift = Listener(RULES)
    expect_test_calls(lift.slot, lift.now, lift.rules)
    [overdue] = lift.waits(73 * HOUR_S)
    assert overdue == TestCallOverdue(lift_id=LIFT, area=AREA, at=NOON + 73 * HOUR_S, last_at=None)


def test_a_registered_lift_that_must_test_is_told_of_once_from_its_first_word_on() -> None:
    fleet = Fleet(RULES)
    fleet.add(LIFT, AREA, OwnRules(must_test=True))
    fleet.observe(AREA, LIFT, RESTING, NOON)
    told = list[Event]()
    while (by := fleet.next_deadline()) is not None and by <= NOON + 30 * DAY_S:
        told += fleet.expire(by)
    assert [event.at for event in of_tests(told)] == [NOON + 73 * HOUR_S]


def test_a_low_battery_is_told_once_and_cleared_by_a_good_one(lift: Listener) -> None:
    def call(number: int, *, battery_ok: bool) -> list[Event]:
        return lift.hears(TestCall(reported_at=None, boot=17, number=number, battery_ok=battery_ok))

    [event] = call(1, battery_ok=False)
    assert isinstance(event, FaultRaised)
    assert (event.fault, event.raw) == (Fault.BATTERY_LOW, None)
    assert event.reasons == ("battery_low: the test call says that the battery is low (test 17/1)",)
    assert call(2, battery_ok=False) == []
    assert lift.sees(RESTING) == []
    assert cleared(call(3, battery_ok=True)) == [Fault.BATTERY_LOW]
    assert call(4, battery_ok=True) == []


def test_news_of_the_link_comes_after_what_the_call_says(lift: Listener) -> None:
    lift.hears_test_call(1)
    lift.waits(80 * HOUR_S)
    events = lift.hears(TestCall(reported_at=None, boot=17, number=2, battery_ok=False))
    assert [type(event) for event in events] == [TestCallHeard, FaultRaised, LinkChanged]


# Silent lifts


def lives(lift: Listener, hours: float, busy: Callable[[int], bool], **changes: Any) -> list[Event]:
    """Reports every few minutes; in a busy hour it moves in between. `busy` is asked for the hour of the day."""
    events = list[Event]()
    for _ in range(round(hours * HOUR_S / REPORTED_EVERY_S)):
        hour = int((lift.now - MIDNIGHT) // HOUR_S) % 24
        if busy(hour):
            events += lift.sees(RUNNING, **changes)
        events += lift.sees(LEVELLED_OPEN, **changes)
        events += lift.waits(REPORTED_EVERY_S)
    return events


def daily(hour: int) -> bool:
    """At home: mornings and evenings."""
    return hour in (7, 8, 17, 18)


def silences(events: Iterable[Event]) -> list[Fault | None]:
    """The lift was found silent, or no longer. That it stays where it is, is another matter."""
    return [fault for fault in (*raised(events), *cleared(events)) if fault is Fault.SILENT]


def never(_hour: int) -> bool:
    """Not a move."""
    return False


@pytest.fixture
def known() -> Listener:
    """A lift whose eight days are known, at six in the morning of the ninth."""
    lift = Listener(RULES)
    lift.now = MIDNIGHT
    assert raised(lives(lift, 8 * 24 + 6, daily)) == []
    return lift


def test_a_lift_that_does_not_move_in_two_of_its_busy_hours_is_silent(known: Listener) -> None:
    assert lives(known, 2.9, never) == []
    [event] = lives(known, 0.2, never)
    assert isinstance(event, FaultRaised)
    assert (event.fault, event.raw) == (Fault.SILENT, None)
    assert event.reasons == ("silent: it has not moved for 2 hours in which it usually does, and reports no fault",)


def test_a_silent_lift_is_told_of_once_and_its_first_move_ends_it(known: Listener) -> None:
    assert silences(lives(known, 20, never)) == [Fault.SILENT]
    assert silences(known.sees(RUNNING)) == [Fault.SILENT]
    assert Fault.SILENT not in wrong_with(known)


def test_one_idle_hour_among_the_busy_ones_is_no_silence(known: Listener) -> None:
    assert silences(lives(known, 24, lambda hour: hour in (7, 17))) == []


def test_busy_hours_apart_count_if_it_has_not_moved_between(known: Listener) -> None:
    assert lives(known, 2, lambda hour: hour == 7) == []
    assert silences(lives(known, 10, never)) == []
    assert silences(lives(known, 1, never)) == [Fault.SILENT]


def test_seven_days_are_not_enough_to_know_a_lift() -> None:
    lift = Listener(RULES)
    lift.now = MIDNIGHT
    lives(lift, 7 * 24, daily)
    assert silences(lives(lift, 24, never)) == []


def test_a_night_without_a_move_is_ordinary(known: Listener) -> None:
    assert silences(lives(known, 3, daily)) == []
    for _ in range(3):
        assert silences(lives(known, 24, daily)) == []


def test_an_office_at_the_weekend_is_ordinary() -> None:
    lift = Listener(RULES)
    lift.now = MIDNIGHT
    for day in range(28):
        assert silences(lives(lift, 24, daily if day % 7 < 5 else never)) == []


def test_an_office_on_a_holiday_for_which_a_weekend_was_worked_is_ordinary() -> None:
    """Seven working days in a row, then the Golden Week."""
    lift = Listener(RULES)
    lift.now = MIDNIGHT
    for works in (*(True,) * 5, *(False,) * 2, *(True,) * 7, *(False,) * 7):
        assert silences(lives(lift, 24, daily if works else never)) == []


def test_a_holiday_is_told_of_once_at_most_and_soon_known(known: Listener) -> None:
    """A house that is never empty, empty for a fortnight: no lift can know why."""
    assert silences(lives(known, 14 * 24, never)) == [Fault.SILENT]
    assert silences(lives(known, 24, daily)) == [Fault.SILENT]
    assert silences(lives(known, 24, never)) == []


def test_an_hour_in_which_we_did_not_listen_says_nothing(known: Listener) -> None:
    lives(known, 1.05, never)
    known.now += 0.9 * HOUR_S
    assert silences(lives(known, 1.5, never)) == []
    assert silences(lives(known, 10, never)) == [Fault.SILENT]


def test_a_lift_whose_link_is_lost_in_every_busy_hour_says_nothing(known: Listener) -> None:
    for _ in range(14):
        known.now += 200
        assert silences(lives(known, HOUR_S / HOUR_S - 200 / HOUR_S, never)) == []


def test_an_hour_whose_beginning_we_did_not_hear_says_nothing(known: Listener) -> None:
    lives(known, 1.9, never)
    known.now += 0.2 * HOUR_S
    assert silences(lives(known, 10.85, never)) == []
    assert silences(lives(known, 0.2, never)) == [Fault.SILENT]


def test_a_move_in_an_hour_heard_only_in_part_is_a_move_all_the_same() -> None:
    lift = Listener(RULES)
    lift.now = MIDNIGHT
    for _ in range(8):
        lives(lift, 7.5, daily)
        lift.now += 400
        lives(lift, 1, daily)
        lift.now += 400
        lives(lift, 15.5 - 800 / HOUR_S, daily)
    assert lift.slot.habit is not None
    assert [hour for hour in range(24) if lift.slot.habit[hour] == 0xFF] == [7, 8, 17, 18]


def test_a_lift_that_has_stood_for_a_day_may_still_be_silent(known: Listener) -> None:
    """Its stay explains nothing."""
    assert silences(lives(known, 1.9, never, service_mode=ServiceMode.STOPPED)) == []
    known.slot.motion.here_since -= DAY_S
    assert raised(lives(known, 24, never)) == [Fault.LONG_STAY, Fault.SILENT]


def test_a_lift_out_of_service_is_not_silent(known: Listener) -> None:
    assert silences(lives(known, 24, never, service_mode=ServiceMode.STOPPED)) == []


def test_a_lift_out_of_service_for_a_part_of_the_hour_is_not_silent(known: Listener) -> None:
    for _ in range(4):
        known.sees(LEVELLED_OPEN, service_mode=ServiceMode.INSPECTION)
        assert silences(lives(known, 0.98, never)) == []


def test_a_lift_of_which_something_is_known_is_not_silent(known: Listener) -> None:
    assert silences(lives(known, 24, never, power_status=PowerStatus.LOST)) == []


def test_a_lift_that_holds_people_is_not_silent(known: Listener) -> None:
    known.sees(BETWEEN)
    known.waits(60)
    assert known.slot.found is not None
    events = [event for _ in range(100) for event in (*known.sees(BETWEEN), *known.waits(REPORTED_EVERY_S))]
    assert Fault.SILENT not in raised(events)


def test_hours_are_those_of_the_centre() -> None:
    rules = Rules(utc_offset_s=0)
    lift = Listener(rules)
    lift.now = MIDNIGHT
    lives(lift, 24, lambda hour: hour == 7)
    assert lift.slot.habit is not None
    assert [hour for hour in range(24) if lift.slot.habit[hour]] == [23]
