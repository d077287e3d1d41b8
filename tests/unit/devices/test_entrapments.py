from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from devices.faults import Fault
from devices.messages import (
    AlarmRaised,
    Confidence,
    DoorStatus,
    EntrapmentEnded,
    EntrapmentFound,
    Event,
    Evidence,
    FaultRaised,
    RawFault,
    ServiceMode,
    Status,
)
from devices.slot import Rules
from tests.unit.devices.lifts import (
    AREA,
    BETWEEN,
    BETWEEN_EMPTY,
    BETWEEN_UNKNOWN,
    DOOR_OPENING,
    LEVELLED_OPEN,
    LIFT,
    NOON,
    RESTING,
    RUNNING,
    SHUT_IN,
    STOPPED_OUTSIDE,
    TRAPPED,
    UNHEARD_OF,
    Listener,
    codes,
    of_people,
)

OPENING = replace(RESTING, door_status=DoorStatus.OPENING, passenger_present=True)
CLOSED_ON_SOMEONE = replace(RESTING, passenger_present=True)
SETTLES_S = Rules().settles_after_s


def found(events: list[Event]) -> list[Confidence]:
    """How sure, each time; and nothing else of people."""
    concerning = of_people(events)
    assert all(isinstance(event, EntrapmentFound) for event in concerning)
    return [event.evidence.confidence for event in concerning if isinstance(event, EntrapmentFound)]


def ended(events: list[Event]) -> list[str]:
    """Why it is over, each time; and nothing else of people."""
    concerning = of_people(events)
    assert all(isinstance(event, EntrapmentEnded) for event in concerning)
    return [
        reason.partition(":")[0]
        for event in concerning
        if isinstance(event, EntrapmentEnded)
        for reason in event.reasons
    ]


def test_a_car_stopped_between_landings_with_someone_inside_is_an_entrapment_after_thirty_seconds() -> None:
    lift = Listener()
    assert lift.sees(BETWEEN) == []
    assert lift.waits(29.9) == []
    assert lift.waits(0.1) == [
        EntrapmentFound(
            lift_id=LIFT,
            area=AREA,
            since=NOON,
            at=NOON + 30,
            evidence=Evidence(
                confidence=Confidence.LIKELY,
                reasons=(
                    "outside_zone: the car stopped outside the door zone (status 17/1)",
                    "doors_closed: the doors are closed (status 17/1)",
                    "someone_inside: someone is inside (status 17/1)",
                    "lasted: this has lasted 30 s",
                ),
            ),
        )
    ]


def test_an_entrapment_is_told_once_however_long_it_lasts() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    assert found(lift.waits(30)) == [Confidence.LIKELY]
    for _ in range(20):
        assert lift.sees(BETWEEN) == []
        assert lift.waits(60) == []


def test_the_time_counts_from_the_first_status_that_shows_it() -> None:
    lift = Listener()
    for _ in range(5):
        assert lift.sees(BETWEEN) == []
        assert lift.waits(5.9) == []
    assert found(lift.waits(0.5)) == [Confidence.LIKELY]


def test_how_long_the_signs_must_last_is_a_rule() -> None:
    lift = Listener(Rules(trapped_after_s=10))
    lift.sees(BETWEEN)
    assert lift.waits(9.9) == []
    assert found(lift.waits(0.1)) == [Confidence.LIKELY]


def test_a_car_that_moves_on_in_time_holds_nobody() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(29)
    assert lift.sees(RUNNING, passenger_present=True) == []
    assert lift.waits(29) == []
    lift.sees(BETWEEN)
    assert lift.waits(29) == []


def test_not_knowing_whether_anyone_is_inside_gives_a_possible_entrapment() -> None:
    lift = Listener()
    lift.sees(BETWEEN_UNKNOWN)
    assert found(lift.waits(30)) == [Confidence.POSSIBLE]


def test_an_empty_car_between_landings_is_a_fault_and_no_entrapment() -> None:
    lift = Listener()
    assert lift.sees(BETWEEN_EMPTY) == []
    assert lift.waits(100) == []
    [fault] = lift.sees(BETWEEN_EMPTY)
    assert isinstance(fault, FaultRaised)
    assert fault.fault is Fault.STOPPED_OUTSIDE_ZONE
    assert of_people(lift.waits(100)) == []


def test_confidence_rises_when_the_sensor_finds_someone_and_is_told_once() -> None:
    lift = Listener()
    lift.sees(BETWEEN_UNKNOWN)
    lift.waits(40)
    [risen] = lift.sees(BETWEEN)
    assert isinstance(risen, EntrapmentFound)
    assert risen.evidence.confidence is Confidence.LIKELY
    assert risen.since == NOON
    assert lift.sees(BETWEEN) == []


def test_confidence_never_falls_back() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(30)
    assert lift.sees(BETWEEN_UNKNOWN) == []
    assert lift.sees(BETWEEN_EMPTY) == []
    assert lift.sees(BETWEEN) == []


def test_people_who_sit_down_are_not_gone() -> None:
    """A presence sensor loses those who do not move, and nobody leaves a car between landings."""
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(10)
    assert lift.sees(BETWEEN_EMPTY) == []
    [event] = lift.waits(20)
    assert isinstance(event, EntrapmentFound)
    assert event.evidence.confidence is Confidence.POSSIBLE
    assert "presence_doubtful" in codes(event.evidence.reasons)


def test_someone_seen_on_the_way_is_inside_when_the_sensor_goes_blind() -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True)
    lift.sees(BETWEEN_UNKNOWN)
    assert found(lift.waits(30)) == [Confidence.LIKELY]


@pytest.mark.parametrize(
    "status", [LEVELLED_OPEN, RESTING, RUNNING], ids=["the door was open", "it stood empty", "it ran empty"]
)
def test_someone_who_left_is_not_inside_any_more(status: Status) -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True)
    lift.sees(status)
    lift.sees(BETWEEN_EMPTY)
    assert lift.waits(30) == []


def test_a_door_that_will_not_open_with_someone_inside_is_an_entrapment_at_a_landing() -> None:
    lift = Listener()
    lift.sees(SHUT_IN)
    assert lift.waits(29.9) == []
    [event] = lift.waits(0.1)
    assert isinstance(event, EntrapmentFound)
    assert event.evidence.confidence is Confidence.LIKELY
    assert {"door_will_not_open", "someone_inside"} <= codes(event.evidence.reasons)


def test_a_door_that_opens_for_half_a_minute_and_is_not_open_is_an_entrapment() -> None:
    lift = Listener()
    for _ in range(3):
        lift.sees(OPENING)
        assert lift.waits(9.9) == []
    assert found(lift.waits(1)) == [Confidence.LIKELY]


def test_a_door_that_only_one_message_saw_opening_is_a_possible_entrapment_until_the_next_says_so_too() -> None:
    lift = Listener()
    lift.sees(OPENING)
    assert found(lift.waits(30)) == [Confidence.POSSIBLE]
    assert found(lift.sees(OPENING)) == [Confidence.LIKELY]


def test_a_door_that_tries_again_and_again_without_opening_is_an_entrapment() -> None:
    lift = Listener()
    for _ in range(3):
        lift.sees(OPENING)
        assert lift.waits(5) == []
        lift.sees(CLOSED_ON_SOMEONE)
        assert lift.waits(4.9) == []
    assert found(lift.waits(1)) == [Confidence.LIKELY]


def test_an_ordinary_stop_is_no_entrapment() -> None:
    lift = Listener()
    for door in (DoorStatus.OPENING, DoorStatus.OPEN, DoorStatus.CLOSING, DoorStatus.CLOSED):
        assert lift.sees(RESTING, door_status=door, passenger_present=True) == []
        assert lift.waits(10) == []
    assert lift.waits(60) == []


def test_a_fault_report_of_the_door_counts_before_the_next_status() -> None:
    lift = Listener()
    lift.sees(CLOSED_ON_SOMEONE)
    lift.waits(10)
    lift.hears_fault(DOOR_OPENING)
    assert lift.waits(29.9) == []
    assert found(lift.waits(0.1)) == [Confidence.LIKELY]


def test_a_cleared_door_fault_ends_the_suspicion() -> None:
    lift = Listener()
    lift.sees(CLOSED_ON_SOMEONE)
    lift.hears_fault(DOOR_OPENING)
    lift.waits(10)
    assert of_people(lift.hears_fault(DOOR_OPENING, raised=False)) == []
    assert lift.waits(60) == []


def test_a_lift_that_says_trapped_itself_is_believed_at_once() -> None:
    lift = Listener()
    event, *_ = lift.sees(CLOSED_ON_SOMEONE, faults=(TRAPPED,))
    assert isinstance(event, EntrapmentFound)
    assert event.evidence.confidence is Confidence.LIKELY
    assert "says_trapped" in codes(event.evidence.reasons)


def test_a_lift_of_which_only_fault_reports_are_heard_can_say_trapped() -> None:
    lift = Listener()
    assert found(lift.hears_fault(TRAPPED)) == [Confidence.LIKELY]
    assert of_people(lift.hears_fault(TRAPPED, raised=False)) == []
    assert ended(lift.waits(SETTLES_S)) == ["withdrawn"]
    assert found(lift.hears_fault(TRAPPED)) == [Confidence.LIKELY]


def test_an_unknown_fault_code_is_kept_and_traps_nobody() -> None:
    lift = Listener()
    [raised] = lift.sees(CLOSED_ON_SOMEONE, faults=(UNHEARD_OF,))
    assert isinstance(raised, FaultRaised)
    assert (raised.fault, raised.raw) == (None, UNHEARD_OF)
    assert lift.waits(100) == []
    assert lift.known_faults() == (UNHEARD_OF,)


def test_inspection_masks_the_inference() -> None:
    lift = Listener()
    lift.sees(BETWEEN, service_mode=ServiceMode.INSPECTION)
    assert lift.waits(100) == []


def test_back_from_inspection_the_time_starts_anew() -> None:
    lift = Listener()
    lift.sees(BETWEEN, service_mode=ServiceMode.INSPECTION)
    lift.waits(100)
    assert lift.sees(BETWEEN) == []
    assert lift.waits(29) == []
    assert found(lift.waits(1)) == [Confidence.LIKELY]


@pytest.mark.parametrize("mode", [mode for mode in ServiceMode if mode is not ServiceMode.INSPECTION])
def test_every_other_mode_still_holds_people(mode: ServiceMode) -> None:
    lift = Listener()
    lift.sees(BETWEEN, service_mode=mode)
    assert found(lift.waits(30)) == [Confidence.LIKELY]


@pytest.fixture
def trapped() -> Listener:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(30)
    return lift


def test_a_levelled_car_with_its_door_open_ends_the_entrapment_once(trapped: Listener) -> None:
    assert trapped.sees(LEVELLED_OPEN, passenger_present=True) == [
        EntrapmentEnded(
            lift_id=LIFT,
            area=AREA,
            at=NOON + 30,
            reasons=("levelled_open: the car is levelled and its door is open (status 17/2)",),
        )
    ]
    assert trapped.sees(LEVELLED_OPEN) == []


def test_a_car_that_moves_again_by_itself_ends_the_entrapment(trapped: Listener) -> None:
    assert trapped.sees(RUNNING, passenger_present=True) == []
    assert trapped.waits(SETTLES_S - 0.1) == []
    assert ended(trapped.waits(0.1)) == ["moving"]


def test_a_car_that_stops_again_with_them_is_a_new_entrapment(trapped: Listener) -> None:
    trapped.sees(RUNNING, passenger_present=True)
    assert ended(trapped.waits(SETTLES_S)) == ["moving"]
    trapped.sees(BETWEEN)
    [event] = trapped.waits(30)
    assert isinstance(event, EntrapmentFound)
    assert event.since == NOON + 30 + SETTLES_S


def test_a_car_at_a_landing_with_its_door_closed_still_holds_them(trapped: Listener) -> None:
    assert trapped.sees(CLOSED_ON_SOMEONE) == []
    assert trapped.sees(RESTING, passenger_present=None) == []
    assert ended(trapped.sees(LEVELLED_OPEN)) == ["levelled_open"]


def test_a_car_at_a_landing_that_is_empty_holds_nobody(trapped: Listener) -> None:
    assert trapped.sees(RESTING, passenger_present=False) == []
    assert ended(trapped.waits(SETTLES_S)) == ["nobody_inside"]


def test_the_crew_that_switches_to_inspection_does_not_end_the_entrapment(trapped: Listener) -> None:
    in_inspection = ServiceMode.INSPECTION
    assert trapped.sees(BETWEEN, service_mode=in_inspection) == []
    assert trapped.sees(RUNNING, service_mode=in_inspection, passenger_present=True) == []
    assert trapped.sees(CLOSED_ON_SOMEONE, service_mode=in_inspection) == []
    assert ended(trapped.sees(LEVELLED_OPEN, service_mode=in_inspection)) == ["levelled_open"]


def test_a_possible_entrapment_ends_when_the_sensor_finds_the_car_empty() -> None:
    lift = Listener()
    lift.sees(BETWEEN_UNKNOWN)
    lift.waits(30)
    assert of_people(lift.sees(BETWEEN_EMPTY)) == []
    assert ended(lift.waits(SETTLES_S)) == ["nobody_inside"]


def test_losing_the_lift_does_not_lose_the_people() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(10)
    lift.hears_will()
    assert found(lift.waits(20)) == [Confidence.LIKELY]


def test_the_lifts_own_clock_decides_nothing() -> None:
    lift = Listener()
    lift.sees(BETWEEN, reported_at=0.0)
    lift.waits(29)
    assert lift.sees(BETWEEN, reported_at=4e9) == []
    assert found(lift.waits(1)) == [Confidence.LIKELY]


def test_a_controller_that_restarts_keeps_the_time_of_those_inside() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(20)
    assert lift.hears(replace(BETWEEN, boot=18, seq=1)) == []
    assert found(lift.waits(10)) == [Confidence.LIKELY]


# Signs that come and go


def test_a_zone_switch_that_flickers_with_every_report_does_not_put_off_the_finding() -> None:
    """Found at T; as sure as ever once the sign is there again."""
    lift, told = Listener(), list[tuple[float, Confidence]]()
    for second in range(0, 300, 4):
        events = lift.sees(BETWEEN, door_zone=bool(second % 8))
        events += lift.waits(4)
        told += [(e.at - e.since, e.evidence.confidence) for e in events if isinstance(e, EntrapmentFound)]
    assert told == [(30, Confidence.POSSIBLE), (32, Confidence.LIKELY)]


def test_a_car_that_jerks_again_and_again_without_getting_away_is_found_with_the_time_of_its_first_stop() -> None:
    lift, events = Listener(), list[Event]()
    for _ in range(4):
        events += lift.sees(BETWEEN)
        events += lift.waits(6)
        events += lift.sees(RUNNING, passenger_present=True)
        events += lift.waits(3)
    [event] = of_people(events)
    assert isinstance(event, EntrapmentFound)
    assert event.since == NOON
    assert event.at <= NOON + 30 + 9


def test_signs_that_settle_away_begin_the_wait_anew() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(25)
    lift.sees(RUNNING, passenger_present=True)
    lift.waits(SETTLES_S)
    lift.sees(BETWEEN)
    assert lift.waits(29.9) == []
    [event] = lift.waits(0.1)
    assert isinstance(event, EntrapmentFound)
    assert event.since == NOON + 25 + SETTLES_S


def test_two_short_stops_a_minute_apart_without_a_word_between_are_no_entrapment() -> None:
    """Signs are gone by our clock: a lift that reports seldom must not join one stop to the next."""
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(2)
    lift.sees(RUNNING, passenger_present=True)
    lift.waits(60)
    assert lift.sees(BETWEEN) == []
    lift.waits(2)
    assert lift.sees(RUNNING, passenger_present=True) == []
    assert of_people(lift.waits(100)) == []


def test_signs_gone_before_anybody_looked_begin_the_wait_anew_all_the_same() -> None:
    """A busy process may hear the lift before it wakes for the deadline."""
    lift = Listener()
    lift.sees(BETWEEN)
    lift.sees(RUNNING, passenger_present=True)
    lift.now += 40
    assert lift.sees(BETWEEN) == []
    assert lift.waits(29.9) == []
    assert found(lift.waits(0.1)) == [Confidence.LIKELY]


def test_an_entrapment_flickering_for_minutes_is_told_once_and_not_ended_meanwhile(trapped: Listener) -> None:
    for _ in range(30):
        assert trapped.sees(BETWEEN, door_zone=True) == []
        assert trapped.waits(5) == []
        assert trapped.sees(BETWEEN) == []
        assert trapped.waits(5) == []


def test_the_next_entrapment_is_news_although_the_lift_said_little_after_the_last(trapped: Listener) -> None:
    """One word that it moves, then nothing for days: that is over, or the next people would be nobody's news."""
    assert trapped.sees(RUNNING) == []
    trapped.hears_will()
    assert ended(trapped.waits(3 * 86_400)) == ["moving"]
    assert of_people(trapped.sees(BETWEEN)) == []
    [event] = trapped.waits(30)
    assert isinstance(event, EntrapmentFound)
    assert event.since == trapped.now - 30


def test_a_levelled_car_with_its_door_open_needs_no_settling() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(29)
    lift.sees(LEVELLED_OPEN, passenger_present=True)
    lift.waits(1)
    lift.sees(BETWEEN)
    assert lift.waits(29.9) == []
    assert found(lift.waits(0.1)) == [Confidence.LIKELY]


def test_signs_away_for_a_moment_at_their_time_are_told_as_possible_at_a_landing() -> None:
    """It stands there with somebody inside, and was stuck a moment ago: not sure, but nothing to wait for."""
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(25)
    lift.sees(CLOSED_ON_SOMEONE)
    assert lift.waits(4.9) == []
    assert found(lift.waits(0.1)) == [Confidence.POSSIBLE]


def test_signs_away_for_a_moment_while_it_moves_are_no_entrapment_at_their_time() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(25)
    lift.sees(RUNNING, passenger_present=True)
    assert lift.waits(60) == []


# What is lost on the way


def test_a_car_stuck_elsewhere_that_nobody_saw_move_is_stuck_anew() -> None:
    lift = Listener()
    lift.hears(replace(BETWEEN, seq=1, car_position="3"))
    lift.waits(25)
    lift.hears(replace(BETWEEN, seq=9, car_position="5"))
    assert lift.waits(29.9) == []
    [event] = lift.waits(0.1)
    assert isinstance(event, EntrapmentFound)
    assert event.since == NOON + 25


def test_a_car_found_and_then_stuck_elsewhere_is_over_and_found_anew(trapped: Listener) -> None:
    assert ended(trapped.hears(replace(BETWEEN, seq=9, car_position="5"))) == ["elsewhere"]
    assert found(trapped.waits(30)) == [Confidence.LIKELY]


def test_a_position_that_wavers_between_two_landings_while_messages_are_lost_puts_off_nobody_for_ever() -> None:
    lift, events = Listener(), list[Event]()
    for beat in range(30):
        events += lift.hears(replace(BETWEEN, seq=2 * beat, car_position=str(7 + beat % 2)))
        events += lift.waits(10)
    [entrapment] = of_people(events)
    assert isinstance(entrapment, EntrapmentFound)
    assert entrapment.at <= NOON + 30 + 2 * 10


def test_a_fault_report_between_two_statuses_is_no_gap(trapped: Listener) -> None:
    trapped.hears_fault(UNHEARD_OF)
    assert of_people(trapped.sees(BETWEEN, car_position="8")) == []


def test_a_car_seen_running_that_reports_its_stop_as_a_fault_is_stuck_from_then_on() -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True)
    lift.waits(10)
    lift.hears_fault(STOPPED_OUTSIDE)
    [event] = of_people(lift.waits(30))
    assert isinstance(event, EntrapmentFound)
    assert event.since == NOON + 10


def test_a_ride_of_which_nothing_was_heard_is_a_ride_all_the_same() -> None:
    lift = Listener()
    lift.hears(replace(CLOSED_ON_SOMEONE, seq=1, car_position="3"))
    lift.waits(20)
    lift.hears(replace(CLOSED_ON_SOMEONE, seq=9, car_position="5"))
    assert found(lift.waits(30)) == [Confidence.POSSIBLE]


def test_a_car_that_got_away_and_stands_at_a_landing_has_its_whole_time_to_open_there() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(20)
    lift.sees(RUNNING, passenger_present=True)
    lift.waits(5)
    lift.sees(OPENING)
    assert lift.waits(10) == []
    lift.sees(OPENING)
    assert lift.waits(19.9) == []
    assert found(lift.waits(0.1)) == [Confidence.LIKELY]


def test_a_door_that_tries_again_for_somebody_unseen_counts_from_its_first_try() -> None:
    lift, events = Listener(), list[Event]()
    for door in (DoorStatus.OPENING, DoorStatus.CLOSED, DoorStatus.OPENING, DoorStatus.CLOSED):
        events += lift.sees(RESTING, door_status=door, passenger_present=None)
        events += lift.waits(7)
    events += lift.waits(2)
    [event] = of_people(events)
    assert isinstance(event, EntrapmentFound)
    assert (event.since, event.at, event.evidence.confidence) == (NOON, NOON + 30, Confidence.POSSIBLE)


# A car that recovers by itself


def test_a_car_that_recovers_and_opens_at_a_landing_is_evidence_of_release_at_once(trapped: Listener) -> None:
    assert trapped.sees(RUNNING, passenger_present=True) == []
    trapped.waits(8)
    assert ended(trapped.sees(LEVELLED_OPEN, passenger_present=True)) == ["levelled_open"]
    assert trapped.waits(60) == []


def test_a_car_that_recovers_to_a_landing_and_stays_shut_is_no_release(trapped: Listener) -> None:
    trapped.sees(RUNNING, passenger_present=True)
    trapped.waits(8)
    assert trapped.sees(CLOSED_ON_SOMEONE) == []
    assert trapped.waits(100) == []
    assert ended(trapped.sees(LEVELLED_OPEN)) == ["levelled_open"]


def test_an_empty_reading_at_a_landing_ends_it_only_once_it_settled(trapped: Listener) -> None:
    assert trapped.sees(RESTING) == []
    trapped.waits(9)
    assert trapped.sees(CLOSED_ON_SOMEONE, faults=(DOOR_OPENING,)) != []
    assert of_people(trapped.waits(100)) == []


# A ride that brings nobody out


def test_a_car_that_came_with_people_and_stays_shut_is_a_possible_entrapment_at_a_landing() -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True)
    lift.waits(10)
    lift.sees(CLOSED_ON_SOMEONE)
    assert lift.waits(29.9) == []
    [event] = lift.waits(0.1)
    assert isinstance(event, EntrapmentFound)
    assert event.evidence.confidence is Confidence.POSSIBLE
    assert "door_stayed_shut" in codes(event.evidence.reasons)


def test_a_car_that_came_with_people_and_let_them_out_is_no_entrapment() -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True)
    lift.sees(LEVELLED_OPEN, passenger_present=True)
    lift.sees(CLOSED_ON_SOMEONE)
    assert lift.waits(100) == []


def test_someone_who_stands_in_a_resting_car_and_never_rode_is_not_trapped() -> None:
    lift = Listener()
    lift.sees(CLOSED_ON_SOMEONE)
    for _ in range(20):
        assert lift.waits(60) == []
        assert lift.sees(CLOSED_ON_SOMEONE) == []


def ride(lift: Listener, seconds: int, **changes: Any) -> list[Event]:
    """Up and down with somebody inside, reporting every ten seconds, never standing still for long."""
    events = list[Event]()
    for floor in range(seconds // 10):
        events += lift.sees(RUNNING, passenger_present=True, car_position=str(floor % 30), **changes)
        events += lift.waits(10)
    return events


def test_a_ride_without_a_way_out_for_five_minutes_is_a_possible_entrapment() -> None:
    lift = Listener()
    assert ride(lift, 290) == []
    [event] = of_people(ride(lift, 60))
    assert isinstance(event, EntrapmentFound)
    assert (event.evidence.confidence, event.at) == (Confidence.POSSIBLE, NOON + 300)
    assert "shut_in" in codes(event.evidence.reasons)
    assert ended(lift.sees(LEVELLED_OPEN)) == ["levelled_open"]


def test_how_long_a_ride_may_take_is_a_rule() -> None:
    lift = Listener(Rules(shut_in_after_s=100))
    assert len(of_people(ride(lift, 110))) == 1


@pytest.mark.parametrize("way_out", [LEVELLED_OPEN, RUNNING], ids=["the door was open", "nobody was inside any more"])
def test_a_way_out_begins_the_ride_anew(way_out: Status) -> None:
    lift = Listener()
    ride(lift, 290)
    lift.sees(way_out)
    assert ride(lift, 290) == []


@pytest.mark.parametrize(
    "mode", [ServiceMode.FIRE_RETURN, ServiceMode.EMERGENCY_POWER, ServiceMode.STOPPED, ServiceMode.EARTHQUAKE]
)
def test_a_ride_without_a_way_out_counts_in_every_mode_in_which_a_car_is_to_arrive(mode: ServiceMode) -> None:
    lift = Listener()
    assert found(ride(lift, 310, service_mode=mode)) == [Confidence.POSSIBLE]


@pytest.mark.parametrize("mode", [ServiceMode.FIREFIGHTER, ServiceMode.INSPECTION])
def test_those_who_drive_the_car_themselves_are_not_shut_in(mode: ServiceMode) -> None:
    lift = Listener()
    assert of_people(ride(lift, 600, service_mode=mode)) == []


def test_a_ride_that_outlasts_a_masking_mode_is_found_when_the_mask_falls() -> None:
    lift = Listener()
    ride(lift, 290)
    assert of_people(ride(lift, 30, service_mode=ServiceMode.FIREFIGHTER)) == []
    assert found(lift.sees(RUNNING, passenger_present=True)) == [Confidence.POSSIBLE]


# The service mode at a landing


def test_after_a_quake_a_closed_door_with_someone_behind_it_is_a_possible_entrapment() -> None:
    lift = Listener()
    lift.sees(CLOSED_ON_SOMEONE, service_mode=ServiceMode.EARTHQUAKE)
    events = of_people(lift.waits(30))
    assert found(events) == [Confidence.POSSIBLE]
    assert isinstance(events[0], EntrapmentFound)
    assert "earthquake" in codes(events[0].evidence.reasons)


@pytest.mark.parametrize("inside", [False, None], ids=["nobody", "not known"])
def test_after_a_quake_a_closed_door_with_nobody_known_behind_it_is_none(inside: bool | None) -> None:
    lift = Listener()
    lift.sees(RESTING, passenger_present=inside, service_mode=ServiceMode.EARTHQUAKE)
    assert of_people(lift.waits(100)) == []


@pytest.mark.parametrize("mode", [ServiceMode.FIRE_RETURN, ServiceMode.EMERGENCY_POWER, ServiceMode.STOPPED])
def test_a_recalled_car_that_came_with_people_and_stays_shut_holds_them(mode: ServiceMode) -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True, service_mode=mode)
    lift.sees(CLOSED_ON_SOMEONE, service_mode=mode)
    assert found(lift.waits(30)) == [Confidence.POSSIBLE]


@pytest.mark.parametrize("status", [OPENING, CLOSED_ON_SOMEONE], ids=["opening", "shut"])
def test_the_fire_brigades_hand_on_the_door_is_no_sign(status: Status) -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True, service_mode=ServiceMode.FIREFIGHTER)
    lift.sees(OPENING, service_mode=ServiceMode.FIREFIGHTER)
    lift.sees(status, service_mode=ServiceMode.FIREFIGHTER)
    assert of_people(lift.waits(100)) == []


def test_the_fire_brigade_itself_may_be_stuck_between_landings() -> None:
    lift = Listener()
    lift.sees(BETWEEN, service_mode=ServiceMode.FIREFIGHTER)
    assert found(lift.waits(30)) == [Confidence.LIKELY]


def test_back_from_inspection_an_entrapment_found_before_is_not_told_again(trapped: Listener) -> None:
    trapped.sees(BETWEEN, service_mode=ServiceMode.INSPECTION)
    trapped.waits(60)
    assert trapped.sees(BETWEEN) == []
    assert trapped.waits(100) == []


# A presence sensor that sees somebody whatever happens


@pytest.fixture
def with_stuck_sensor() -> Listener:
    """A night at rest in which the sensor saw somebody all along."""
    lift = Listener()
    for _ in range(13 * 60):
        lift.sees(CLOSED_ON_SOMEONE)
        lift.waits(60)
    return lift


def test_a_stuck_sensor_counts_as_not_knowing(with_stuck_sensor: Listener) -> None:
    with_stuck_sensor.sees(BETWEEN)
    [event] = of_people(with_stuck_sensor.waits(30))
    assert isinstance(event, EntrapmentFound)
    assert event.evidence.confidence is Confidence.POSSIBLE
    told = codes(event.evidence.reasons)
    assert "presence_stuck" in told
    assert not told & {"someone_inside", "presence_unknown"}


def test_a_stuck_sensor_holds_nobody_behind_a_door_that_stays_shut(with_stuck_sensor: Listener) -> None:
    with_stuck_sensor.sees(RUNNING, passenger_present=True)
    with_stuck_sensor.waits(20)
    with_stuck_sensor.sees(CLOSED_ON_SOMEONE)
    assert of_people(with_stuck_sensor.waits(600)) == []


def test_a_stuck_sensor_makes_no_ride_too_long(with_stuck_sensor: Listener) -> None:
    assert of_people(ride(with_stuck_sensor, 600)) == []


def test_a_stuck_sensor_does_not_weaken_the_button(with_stuck_sensor: Listener) -> None:
    with_stuck_sensor.sees(BETWEEN)
    raised, entrapment = with_stuck_sensor.hears_alarm()
    assert isinstance(raised, AlarmRaised)
    assert isinstance(entrapment, EntrapmentFound)
    assert raised.evidence.confidence is entrapment.evidence.confidence is Confidence.CONFIRMED


# Each reason with the message that it came from


def reasons_of(events: list[Event]) -> dict[str, str]:
    """The origin that each reason of the last finding names, by the reason's code."""
    *_, last = [event for event in events if isinstance(event, EntrapmentFound)]
    return {reason.partition(":")[0]: reason.rpartition("(")[2].rstrip(")") for reason in last.evidence.reasons}


def test_someone_seen_on_the_way_is_told_by_the_status_that_saw_them() -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True)
    lift.sees(RUNNING, passenger_present=True)
    lift.sees(BETWEEN_UNKNOWN)
    origins = reasons_of(lift.waits(30))
    assert (origins["someone_inside"], origins["outside_zone"]) == ("status 17/1", "status 17/3")


def test_someone_seen_before_and_not_now_is_told_by_the_status_that_saw_them() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.sees(BETWEEN_EMPTY)
    origins = reasons_of(lift.waits(30))
    assert (origins["presence_doubtful"], origins["outside_zone"]) == ("status 17/1", "status 17/2")


def test_a_fault_is_told_by_the_report_that_raised_it_whatever_was_reported_since() -> None:
    lift = Listener()
    lift.sees(CLOSED_ON_SOMEONE)
    lift.hears_fault(DOOR_OPENING)
    lift.hears_fault(UNHEARD_OF)
    origins = reasons_of(lift.waits(30))
    assert origins["door_will_not_open"] == "fault 17/2"
    assert origins["someone_inside"] == origins["doors_closed"] == "status 17/1"


def test_a_code_in_a_status_is_told_by_that_status() -> None:
    lift = Listener()
    lift.sees(CLOSED_ON_SOMEONE)
    lift.sees(SHUT_IN)
    assert reasons_of(lift.waits(30))["door_will_not_open"] == "status 17/2"


def test_a_stop_that_only_a_code_tells_of_is_told_by_that_code() -> None:
    lift = Listener()
    lift.sees(CLOSED_ON_SOMEONE)
    lift.hears_fault(STOPPED_OUTSIDE)
    origins = reasons_of(lift.waits(30))
    assert origins["outside_zone"] == origins["zone_doubtful"] == "fault 17/2"


def test_a_lift_that_only_reports_faults_is_quoted_too() -> None:
    lift = Listener()
    assert reasons_of(lift.hears_fault(TRAPPED))["says_trapped"] == "fault 17/1"


def test_a_door_that_opens_in_vain_is_told_by_the_status_that_saw_it_opening() -> None:
    lift = Listener()
    lift.sees(OPENING)
    lift.sees(CLOSED_ON_SOMEONE)
    origins = reasons_of(lift.waits(30))
    assert (origins["door_not_open"], origins["doors_closed"]) == ("status 17/1", "status 17/2")


def test_an_entrapment_that_rises_quotes_the_button_with_the_car(trapped: Listener) -> None:
    origins = reasons_of(trapped.hears_alarm(7))
    assert (origins["alarm_button"], origins["outside_zone"]) == ("alarm 17/7", "status 17/1")


def test_the_end_quotes_the_status_that_showed_it(trapped: Listener) -> None:
    trapped.sees(RUNNING, passenger_present=True)
    [event] = trapped.waits(SETTLES_S)
    assert isinstance(event, EntrapmentEnded)
    assert event.reasons == ("moving: the car is moving (status 17/2)",)


def test_a_car_that_stood_between_landings_and_came_on_with_its_door_shut_may_hold_people() -> None:
    lift = Listener()
    lift.sees(BETWEEN_UNKNOWN)
    lift.waits(8)
    lift.sees(RUNNING, passenger_present=None)
    lift.waits(16)
    assert of_people(lift.sees(RESTING, passenger_present=None)) == []
    [found] = of_people(lift.waits(30))
    assert isinstance(found, EntrapmentFound)
    assert found.evidence.confidence is Confidence.POSSIBLE


def test_its_door_open_at_that_landing_is_the_end_of_it() -> None:
    lift = Listener()
    lift.sees(BETWEEN_UNKNOWN)
    lift.waits(8)
    lift.sees(LEVELLED_OPEN, passenger_present=None)
    lift.sees(RESTING, passenger_present=None)
    assert of_people(lift.waits(100)) == []


def test_a_fault_that_stops_the_car_is_newer_news_than_that_it_ran() -> None:
    lift = Listener()
    lift.sees(RUNNING, passenger_present=True)
    lift.hears_fault(RawFault(profile="canonical", code="01", fault=Fault.SAFETY_CIRCUIT_OPEN))
    [found] = of_people(lift.waits(30))
    assert isinstance(found, EntrapmentFound)
    assert found.evidence.confidence is Confidence.POSSIBLE


def test_a_car_that_is_elsewhere_after_lost_messages_has_moved_so_what_was_found_is_over_and_the_next_is_news() -> None:
    lift = Listener()
    lift.sees(BETWEEN)
    lift.waits(30)
    [over] = of_people(lift.hears(replace(RESTING, seq=40, car_position="9", passenger_present=None)))
    assert isinstance(over, EntrapmentEnded)
    assert codes(over.reasons) == {"elsewhere"}
    lift.hears(replace(BETWEEN, seq=41, car_position="9"))
    assert [type(event) for event in of_people(lift.waits(30))] == [EntrapmentFound]


def test_a_car_ready_to_go_with_people_that_reports_a_fault_of_cars_under_way_has_gone_and_stopped() -> None:
    lift = Listener()
    lift.sees(LEVELLED_OPEN, passenger_present=True)
    lift.sees(RESTING, passenger_present=True)
    lift.hears_fault(RawFault(profile="canonical", code="01", fault=Fault.SAFETY_CIRCUIT_OPEN))
    [found] = of_people(lift.waits(30))
    assert isinstance(found, EntrapmentFound)
    assert found.evidence.confidence is Confidence.POSSIBLE
