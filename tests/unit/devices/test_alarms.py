from __future__ import annotations

from dataclasses import replace

import pytest

from devices.messages import (
    AlarmEnded,
    AlarmRaised,
    Confidence,
    EntrapmentEnded,
    EntrapmentFound,
    FaultReport,
    LinkChanged,
    ServiceMode,
    Status,
)
from tests.unit.devices.lifts import (
    AREA,
    BETWEEN,
    BUTTON,
    LEVELLED_OPEN,
    LIFT,
    NOON,
    RESTING,
    RUNNING,
    Listener,
    codes,
)

IN_INSPECTION = replace(RESTING, service_mode=ServiceMode.INSPECTION)


def test_an_alarm_from_a_lift_never_heard_of_is_raised_at_once() -> None:
    lift = Listener()
    [raised] = lift.hears_alarm(7, boot=3)
    assert isinstance(raised, AlarmRaised)
    assert raised == AlarmRaised(
        lift_id=LIFT,
        area=AREA,
        number=7,
        boot=3,
        at=NOON,
        reported_at=NOON,
        evidence=raised.evidence,
    )
    assert raised.evidence.confidence is Confidence.LIKELY


def test_an_alarm_sent_again_is_said_again_because_it_must_be_acknowledged_again() -> None:
    lift = Listener()
    [first] = lift.hears_alarm(7)
    lift.waits(5)
    [again] = lift.hears_alarm(7)
    assert isinstance(first, AlarmRaised)
    assert isinstance(again, AlarmRaised)
    assert (first.number, first.at) == (7, NOON)
    assert (again.number, again.at) == (7, NOON + 5)


def test_an_alarm_confirms_a_car_that_stands_between_landings_without_waiting() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(4)
    raised, entrapment = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    assert isinstance(entrapment, EntrapmentFound)
    assert raised.evidence.confidence is entrapment.evidence.confidence is Confidence.CONFIRMED
    assert entrapment.since == NOON
    assert lift.waits(60) == []


def test_an_alarm_confirms_what_was_likely() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(45)
    raised, risen = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    assert isinstance(risen, EntrapmentFound)
    assert risen.evidence.confidence is Confidence.CONFIRMED
    assert len(lift.hears_alarm()) == 1


def test_a_car_that_sticks_after_its_alarm_is_confirmed_at_once() -> None:
    lift = Listener()
    lift.sees(RUNNING)
    lift.hears_alarm()
    lift.waits(3)
    [entrapment] = lift.sees(BETWEEN)
    assert isinstance(entrapment, EntrapmentFound)
    assert entrapment.evidence.confidence is Confidence.CONFIRMED


def test_a_brief_press_does_not_confirm() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    [raised] = lift.hears_alarm(held_s=2.9)
    assert isinstance(raised, AlarmRaised)
    assert raised.evidence.confidence is Confidence.LIKELY
    assert "alarm_button_brief" in codes(raised.evidence.reasons)


@pytest.mark.parametrize("held_s", [3.0, None], ids=["three seconds", "equipment that does not say"])
def test_a_press_of_three_seconds_or_of_unknown_length_counts_as_held(held_s: float | None) -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    raised, _ = lift.hears_alarm(held_s=held_s)
    assert isinstance(raised, AlarmRaised)
    assert raised.evidence.confidence is Confidence.CONFIRMED


def test_an_alarm_from_a_levelled_car_with_its_door_open_is_possible() -> None:
    lift = Listener()
    lift.sees(LEVELLED_OPEN)
    [raised] = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    assert raised.evidence.confidence is Confidence.POSSIBLE
    assert "levelled_open" in codes(raised.evidence.reasons)


def test_inspection_does_not_mask_the_alarm() -> None:
    lift = Listener()
    lift.sees(IN_INSPECTION)
    [raised] = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    assert raised.evidence.confidence is Confidence.LIKELY
    assert "inspection" in codes(raised.evidence.reasons)


def test_what_a_lift_did_before_it_was_lost_does_not_weaken_its_alarm() -> None:
    lift = Listener()
    lift.sees(LEVELLED_OPEN)
    lift.hears_will()
    raised, back = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    assert isinstance(back, LinkChanged)
    assert raised.evidence.confidence is Confidence.LIKELY
    assert "car_unknown" in codes(raised.evidence.reasons)


def test_a_car_lost_between_landings_still_confirms_its_alarm() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.hears_will()
    raised, *_ = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    assert raised.evidence.confidence is Confidence.CONFIRMED


def test_the_end_of_an_alarm_is_passed_on_every_time() -> None:
    lift = Listener()
    lift.hears_alarm(7)
    end = AlarmEnded(lift_id=LIFT, area=AREA, number=7, at=NOON, reported_at=NOON)
    assert lift.hears_end(7) == [end]
    assert lift.hears_end(7) == [end]


@pytest.mark.parametrize("boot", [17, 16], ids=["same boot", "older boot"])
def test_late_news_of_an_ended_alarm_is_passed_on_and_named_as_late(boot: int) -> None:
    lift = Listener()
    lift.hears_alarm(7)
    lift.hears_end(7)
    [raised] = lift.hears_alarm(7, boot=boot)
    assert isinstance(raised, AlarmRaised)
    assert "late_alarm" in codes(raised.evidence.reasons)


def test_late_news_of_an_ended_alarm_is_no_evidence_of_an_entrapment() -> None:
    lift = Listener()
    lift.hears_alarm(7)
    lift.hears_end(7)
    lift.hears_alarm(7)
    assert lift.sees(BETWEEN) == []
    [entrapment] = lift.waits(30)
    assert isinstance(entrapment, EntrapmentFound)
    assert entrapment.evidence.confidence is Confidence.LIKELY


def test_a_newer_alarm_is_news_while_an_older_one_is_open() -> None:
    lift = Listener()
    lift.hears_alarm(7)
    lift.hears_alarm(8)
    lift.hears_end(7)
    assert lift.slot.open_alarm == (17, 8)
    [entrapment] = lift.sees(BETWEEN)
    assert isinstance(entrapment, EntrapmentFound)
    assert entrapment.evidence.confidence is Confidence.CONFIRMED


def test_the_numbers_of_a_new_boot_may_begin_anew() -> None:
    lift = Listener()
    lift.hears_alarm(7, boot=17)
    lift.hears_end(7, boot=17)
    [raised] = lift.hears_alarm(1, boot=18)
    assert isinstance(raised, AlarmRaised)
    assert "late_alarm" not in codes(raised.evidence.reasons)
    assert lift.slot.open_alarm == (18, 1)


def test_an_alarm_that_nobody_ended_is_no_sign_any_more_once_the_door_was_open_at_a_landing() -> None:
    lift = Listener()
    lift.sees(RUNNING)
    lift.hears_alarm()
    lift.sees(LEVELLED_OPEN)
    lift.waits(60)
    lift.hears_alarm()
    assert lift.sees(BETWEEN) == []
    [entrapment] = lift.waits(30)
    assert isinstance(entrapment, EntrapmentFound)
    assert entrapment.evidence.confidence is Confidence.LIKELY


def test_an_ended_alarm_is_no_sign_any_more() -> None:
    lift = Listener()
    lift.sees(RUNNING)
    lift.hears_alarm()
    lift.hears_end()
    assert lift.sees(BETWEEN) == []


def test_a_brief_alarm_after_a_held_one_weakens_nothing() -> None:
    lift = Listener()
    lift.sees(RUNNING)
    lift.hears_alarm(1, held_s=5)
    lift.hears_alarm(2, held_s=1)
    [entrapment] = lift.sees(BETWEEN)
    assert isinstance(entrapment, EntrapmentFound)
    assert entrapment.evidence.confidence is Confidence.CONFIRMED


# The button without a number: told in the status, or as a fault code


@pytest.mark.parametrize(
    ("status", "confidence"),
    [
        (RUNNING, Confidence.POSSIBLE),
        (LEVELLED_OPEN, Confidence.POSSIBLE),
        (RESTING, Confidence.LIKELY),
        (IN_INSPECTION, Confidence.LIKELY),
        (BETWEEN, Confidence.CONFIRMED),
    ],
)
def test_a_button_told_in_the_status_is_an_entrapment_at_once(status: Status, confidence: Confidence) -> None:
    lift = Listener()
    [event] = lift.sees(status, alarm_button=True)
    assert isinstance(event, EntrapmentFound)
    assert event.evidence.confidence is confidence
    assert event.since == NOON
    assert "alarm_button" in codes(event.evidence.reasons)
    assert lift.sees(status, alarm_button=True) == []


def test_a_button_let_go_still_counts_until_the_door_is_open_at_a_landing() -> None:
    lift = Listener()
    lift.sees(RUNNING, alarm_button=True)
    assert lift.sees(RUNNING) == []
    assert lift.sees(RESTING, passenger_present=True) != []
    [over] = lift.sees(LEVELLED_OPEN)
    assert isinstance(over, EntrapmentEnded)
    [again] = lift.sees(RUNNING, alarm_button=True)
    assert isinstance(again, EntrapmentFound)


def test_a_button_told_as_a_fault_code_counts_the_same() -> None:
    lift = Listener()
    lift.sees(RESTING)
    [event] = lift.hears_fault(BUTTON)
    assert isinstance(event, EntrapmentFound)
    assert event.evidence.confidence is Confidence.LIKELY
    assert lift.hears_fault(BUTTON, raised=False) == []
    assert lift.slot.faults == ()


def test_a_press_told_by_an_overtaken_status_is_not_lost() -> None:
    lift = Listener()
    lift.sees(RESTING)
    overtaken = replace(RESTING, seq=10, alarm_button=True)
    lift.hears(replace(RESTING, seq=11))
    [event] = lift.hears(overtaken)
    assert isinstance(event, EntrapmentFound)
    assert lift.hears(overtaken) == []


def test_a_press_told_by_an_overtaken_fault_report_is_not_lost() -> None:
    lift = Listener()
    lift.hears(replace(RESTING, seq=11))
    report = FaultReport(reported_at=None, boot=17, seq=10, fault=BUTTON, raised=True)
    [event] = lift.hears(report)
    assert isinstance(event, EntrapmentFound)
    assert lift.hears(report) == []


def test_a_repeated_press_does_not_open_again_what_is_over() -> None:
    lift = Listener()
    pressed = replace(RESTING, seq=10, alarm_button=True)
    lift.hears(pressed)
    lift.hears(replace(LEVELLED_OPEN, seq=11))
    assert lift.hears(pressed) == []
