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
    DOOR_OPENING,
    LEVELLED_OPEN,
    LIFT,
    NOON,
    RESTING,
    RUNNING,
    SHUT_IN,
    Listener,
    codes,
    of_people,
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
    [raised] = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    assert raised.evidence.confidence is Confidence.LIKELY
    assert "car_unknown" in codes(raised.evidence.reasons)


def test_an_alarm_brings_back_a_lift_that_was_off_line_and_comes_before_that_news() -> None:
    lift = Listener()
    lift.sees(LEVELLED_OPEN)
    lift.hears_will()
    [lost] = lift.waits(90)
    assert isinstance(lost, LinkChanged)
    raised, back = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    assert isinstance(back, LinkChanged)


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


@pytest.mark.parametrize("mode", ServiceMode)
@pytest.mark.parametrize("status", [RESTING, RUNNING, LEVELLED_OPEN, BETWEEN])
def test_no_mode_masks_an_alarm(mode: ServiceMode, status: Status) -> None:
    lift = Listener()
    lift.sees(status, service_mode=mode)
    lift.waits(40)
    raised, *_ = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)


def test_an_alarm_in_the_days_of_a_flapping_door_is_raised_and_confirms_as_ever() -> None:
    lift = Listener()
    for _ in range(20):
        lift.hears_fault(DOOR_OPENING)
        lift.waits(5)
        lift.hears_fault(DOOR_OPENING, raised=False)
        lift.waits(5)
    raised, *_ = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    [entrapment] = of_people(lift.sees(SHUT_IN))
    assert isinstance(entrapment, EntrapmentFound)
    assert entrapment.evidence.confidence is Confidence.CONFIRMED


def test_an_alarm_quotes_itself_and_the_status_that_shows_the_car() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    raised, _ = lift.hears_alarm(7)
    assert isinstance(raised, AlarmRaised)
    assert raised.evidence.reasons == (
        "outside_zone: the car stopped outside the door zone (status 17/1)",
        "doors_closed: the doors are closed (status 17/1)",
        "someone_inside: someone is inside (status 17/1)",
        "alarm_button: the alarm button was held (alarm 17/7)",
    )


def test_each_alarm_quotes_itself() -> None:
    lift = Listener()
    quoted = [
        reason
        for number in (1, 2)
        for event in lift.hears_alarm(number)
        if isinstance(event, AlarmRaised)
        for reason in event.evidence.reasons
        if reason.startswith("alarm_button")
    ]
    assert [reason.rpartition(" (")[2] for reason in quoted] == ["alarm 17/1)", "alarm 17/2)"]


def test_an_alarm_of_a_lost_lift_quotes_nothing_that_its_car_did_before() -> None:
    lift = Listener()
    lift.sees(LEVELLED_OPEN)
    lift.hears_will()
    [raised] = lift.hears_alarm(7)
    assert isinstance(raised, AlarmRaised)
    assert not any("status" in reason for reason in raised.evidence.reasons)


def test_an_alarm_tells_how_far_the_lifts_clock_is_off() -> None:
    lift = Listener()
    lift.sees(RESTING, reported_at=NOON + 3600)
    [raised] = lift.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    assert (raised.at, raised.skew_s) == (NOON, 3600)


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
    assert lift.sees(RESTING, passenger_present=True) == []
    assert lift.waits(100) == []
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
    assert lift.known_faults() == ()


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


def test_a_press_of_a_replaced_controller_is_not_lost_while_we_still_follow_the_old_one() -> None:
    """Its numbers are below those of the old one's last press, and it may be pressed before it is believed."""
    lift = Listener()
    lift.hears(replace(RESTING, boot=17, seq=900, alarm_button=True))
    [over] = lift.hears(replace(LEVELLED_OPEN, boot=17, seq=901))
    assert isinstance(over, EntrapmentEnded)
    lift.hears(replace(RESTING, boot=1, seq=1))
    lift.waits(10)
    [event] = lift.hears(replace(RESTING, boot=1, seq=2, alarm_button=True))
    assert isinstance(event, EntrapmentFound)


def test_the_button_in_a_status_is_told_by_that_status() -> None:
    lift = Listener()
    lift.sees(RESTING)
    [event] = lift.sees(RESTING, alarm_button=True)
    assert isinstance(event, EntrapmentFound)
    assert "alarm_button: the alarm button was held (status 17/2)" in event.evidence.reasons


def test_the_button_as_a_fault_code_is_told_by_that_report() -> None:
    lift = Listener()
    lift.sees(RESTING)
    [event] = lift.hears_fault(BUTTON)
    assert isinstance(event, EntrapmentFound)
    assert "alarm_button: the alarm button was held (fault 17/2)" in event.evidence.reasons


@pytest.mark.parametrize("mode", ServiceMode)
def test_no_mode_masks_a_button_told_in_the_status(mode: ServiceMode) -> None:
    lift = Listener()
    lift.sees(RESTING, service_mode=mode)
    lift.waits(30)
    [event] = of_people(lift.sees(RESTING, service_mode=mode, alarm_button=True))
    assert isinstance(event, EntrapmentFound)


def test_the_end_of_an_alarm_does_not_take_back_a_press_without_a_number() -> None:
    lift = Listener()
    lift.sees(RUNNING, alarm_button=True)
    lift.hears_alarm(3)
    lift.hears_end(3)
    [risen] = of_people(lift.sees(BETWEEN))
    assert isinstance(risen, EntrapmentFound)
    assert risen.evidence.confidence is Confidence.CONFIRMED
    assert "alarm_button: the alarm button was held (status 17/1)" in risen.evidence.reasons


def test_a_button_pressed_in_passing_says_no_more_when_the_car_comes_to_rest() -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True, alarm_button=True)
    assert lift.sees(RESTING, passenger_present=True) == []
    assert lift.slot.found is not None
    assert lift.slot.found.confidence is Confidence.POSSIBLE


@pytest.mark.parametrize("pressed_in", ["status", "fault report"])
def test_a_button_pressed_again_at_rest_makes_a_possible_case_likely(pressed_in: str) -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True, alarm_button=True)
    lift.sees(RESTING, passenger_present=True)
    again = (
        lift.sees(RESTING, passenger_present=True, alarm_button=True)
        if pressed_in == "status"
        else lift.hears_fault(BUTTON)
    )
    [risen] = of_people(again)
    assert isinstance(risen, EntrapmentFound)
    assert risen.evidence.confidence is Confidence.LIKELY


def test_a_press_that_the_car_sticks_on_is_confirmed() -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True, alarm_button=True)
    [risen] = of_people(lift.sees(BETWEEN))
    assert isinstance(risen, EntrapmentFound)
    assert risen.evidence.confidence is Confidence.CONFIRMED


def test_a_press_in_a_car_at_rest_is_over_when_nobody_is_seen_there_any_more() -> None:
    lift = Listener()
    lift.sees(RESTING, passenger_present=True, alarm_button=True)
    [over] = of_people([*lift.sees(RESTING), *lift.waits(60)])
    assert isinstance(over, EntrapmentEnded)
