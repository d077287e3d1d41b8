"""Repeated, overtaken and restarted: which message is news."""

from __future__ import annotations

from dataclasses import replace

from devices.messages import CarStatus, EntrapmentEnded, EntrapmentFound, FaultReport
from tests.unit.devices.lifts import (
    BETWEEN,
    DOOR_OPENING,
    LEVELLED_OPEN,
    NOON,
    RESTING,
    RUNNING,
    UNHEARD_OF,
    Listener,
)


def test_a_status_heard_twice_is_heard_once() -> None:
    lift = Listener()
    lift.hears(replace(BETWEEN, seq=5))
    lift.waits(60)
    quiet_by = lift.slot.quiet_by
    assert lift.hears(replace(BETWEEN, seq=5)) == []
    assert lift.slot.quiet_by == quiet_by
    assert lift.slot.status_at == NOON


def test_an_overtaken_status_changes_nothing() -> None:
    lift = Listener()
    lift.hears(replace(BETWEEN, seq=6))
    lift.hears(replace(LEVELLED_OPEN, seq=5))
    assert lift.slot.status == replace(BETWEEN, seq=6)
    assert len(lift.waits(30)) == 1


def test_a_status_of_an_older_boot_changes_nothing() -> None:
    lift = Listener()
    lift.hears(replace(BETWEEN, boot=18, seq=1))
    lift.hears(replace(LEVELLED_OPEN, boot=17, seq=900))
    assert lift.slot.status == replace(BETWEEN, boot=18, seq=1)


def test_a_newer_boot_is_news_whatever_its_numbers() -> None:
    lift = Listener()
    lift.hears(replace(RUNNING, boot=17, seq=900))
    lift.hears(replace(BETWEEN, boot=18, seq=0))
    assert lift.slot.status == replace(BETWEEN, boot=18, seq=0)


def test_a_replaced_controller_is_believed_after_it_kept_talking_for_half_a_minute() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=17, seq=900))
    for seq in range(6):
        lift.hears(replace(BETWEEN, boot=1, seq=seq))
        lift.waits(5.9)
        assert lift.slot.boot == 17
    lift.hears(replace(BETWEEN, boot=1, seq=6))
    assert lift.slot.status == replace(BETWEEN, boot=1, seq=6)


def test_a_replaced_controllers_alarms_and_test_calls_begin_anew() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=17, seq=900))
    lift.hears_alarm(41)
    lift.hears_end(41)
    lift.hears(replace(RESTING, boot=1, seq=1))
    lift.waits(30)
    lift.hears(replace(RESTING, boot=1, seq=2))
    lift.hears_alarm(1, boot=1)
    assert lift.slot.open_alarm == (1, 1)


def test_a_counter_that_wrapped_is_believed_too() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, seq=65_535))
    lift.hears(replace(BETWEEN, seq=0))
    lift.waits(30)
    lift.hears(replace(BETWEEN, seq=1))
    assert lift.slot.status == replace(BETWEEN, seq=1)


def test_a_late_burst_of_the_older_boot_is_no_replaced_controller() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=18, seq=1))
    for seq in range(500):
        lift.hears(replace(BETWEEN, boot=17, seq=seq))
    assert lift.slot.boot == 18


def test_a_retained_message_heard_again_and_again_is_no_replaced_controller() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=18, seq=1))
    for _ in range(5):
        lift.hears(replace(BETWEEN, boot=17, seq=7))
        lift.waits(60)
    assert lift.slot.boot == 18


def test_the_known_controller_still_speaking_refutes_the_other() -> None:
    lift = Listener()
    for seq in range(20):
        lift.hears(replace(RESTING, boot=18, seq=seq))
        lift.hears(replace(BETWEEN, boot=17, seq=seq))
        lift.waits(10)
    assert lift.slot.boot == 18


def test_an_earlier_rival_starts_the_wait_anew() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=18, seq=1))
    lift.hears(replace(BETWEEN, boot=17, seq=1))
    lift.waits(20)
    lift.hears(replace(BETWEEN, boot=2, seq=1))
    lift.waits(20)
    lift.hears(replace(BETWEEN, boot=2, seq=2))
    assert lift.slot.boot == 18


def test_while_a_replaced_controller_is_not_yet_believed_the_people_of_the_old_one_stay_trapped() -> None:
    lift = Listener()
    lift.hears(replace(BETWEEN, boot=17, seq=900))
    lift.hears(replace(LEVELLED_OPEN, boot=1, seq=1))
    [event] = lift.waits(30)
    assert isinstance(event, EntrapmentFound)
    [over] = lift.hears(replace(LEVELLED_OPEN, boot=1, seq=2))
    assert isinstance(over, EntrapmentEnded)


def test_a_replaced_controller_that_only_reports_faults_is_believed_too() -> None:
    lift = Listener()
    lift.hears(report(900))
    lift.hears(report(1, boot=1, raised=False))
    lift.waits(30)
    assert lift.known_faults() == (DOOR_OPENING,)
    lift.hears(report(2, boot=1, raised=False))
    assert lift.known_faults() == ()


def test_a_fault_report_of_the_known_controller_refutes_the_other() -> None:
    lift = Listener()
    for seq in range(20):
        lift.hears(report(seq, boot=18))
        lift.hears(replace(BETWEEN, boot=17, seq=seq))
        lift.waits(10)
    assert lift.slot.boot == 18


def test_a_boot_that_begins_again_at_its_first_number_is_followed() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=17, seq=900))
    assert lift.hears(replace(BETWEEN, boot=18, seq=0)) == []
    lift.hears(replace(LEVELLED_OPEN, boot=17, seq=901))
    assert len(lift.waits(30)) == 1


def test_a_repeated_status_does_not_start_the_wait_anew() -> None:
    lift = Listener()
    for _ in range(6):
        lift.hears(replace(BETWEEN, seq=5))
        lift.waits(5)
    assert lift.slot.found is not None
    assert lift.slot.found_since == NOON


def report(seq: int, *, raised: bool = True, boot: int = 17) -> FaultReport:
    return FaultReport(reported_at=None, boot=boot, seq=seq, fault=DOOR_OPENING, raised=raised)


def test_a_fault_report_older_than_the_status_changes_nothing() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, seq=6))
    lift.hears(report(5))
    assert lift.known_faults() == ()


def test_a_status_older_than_the_fault_report_does_not_clear_the_fault() -> None:
    lift = Listener()
    lift.hears(report(6))
    lift.hears(replace(RESTING, seq=5, car_status=CarStatus.RUNNING))
    assert lift.known_faults() == (DOOR_OPENING,)
    lift.hears(replace(RESTING, seq=7))
    assert lift.known_faults() == ()


def test_a_fault_raised_twice_is_one_fault_and_cleared_is_gone() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, seq=1, faults=(UNHEARD_OF,)))
    lift.hears(report(2))
    lift.hears(report(3))
    assert lift.known_faults() == (UNHEARD_OF, DOOR_OPENING)
    lift.hears(report(2, raised=False))
    assert lift.known_faults() == (UNHEARD_OF, DOOR_OPENING)
    lift.hears(report(4, raised=False))
    assert lift.known_faults() == (UNHEARD_OF,)


def test_a_fault_report_may_be_the_first_word_of_a_new_boot() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, boot=17, seq=900))
    lift.hears(report(1, boot=18))
    lift.hears(replace(RUNNING, boot=17, seq=901))
    assert lift.known_faults() == (DOOR_OPENING,)
    assert lift.slot.status == replace(RESTING, boot=17, seq=900)
