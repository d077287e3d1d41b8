"""What a lift gives away without a code, and what it does all day that looks alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from devices.faults import Fault
from devices.inference import (
    CYCLES,
    DOOR_HELD_S,
    FASTEST_MPS,
    FROZEN_AFTER_S,
    LONG_STAY_S,
    OPENING_S,
    RESTAMPED_AFTER_S,
    SENSOR_STUCK_AT_REST_S,
    SENSOR_STUCK_S,
)
from devices.messages import CarDirection, DoorStatus, Event, FaultRaised, PowerStatus, ServiceMode
from tests.unit.devices.faults import cleared, raised, says, wrong_with
from tests.unit.devices.lifts import BETWEEN, BETWEEN_EMPTY, LEVELLED_OPEN, RESTING, RUNNING, Listener

OPENING = replace(RESTING, door_status=DoorStatus.OPENING)
OPEN_BETWEEN = replace(BETWEEN_EMPTY, door_status=DoorStatus.OPEN)
PASSING = replace(RUNNING, door_zone=True)
BOARDED = replace(LEVELLED_OPEN, passenger_present=True)


@pytest.fixture
def lift() -> Listener:
    return Listener()


def knows_its_landings(lift: Listener, lowest: int = 1, highest: int = 9) -> None:
    """It has been at both ends."""
    for floor in (lowest, highest, 7):
        rides_to(lift, floor)


def rides_to(lift: Listener, floor: int | str, **changes: Any) -> list[Event]:
    """An ordinary ride, every change reported."""
    label = str(floor)
    events = lift.sees(RUNNING, **changes)
    for status in (
        replace(RUNNING, car_position=label),
        replace(PASSING, car_position=label),
        replace(RESTING, car_position=label),
        replace(OPENING, car_position=label),
        replace(LEVELLED_OPEN, car_position=label),
        replace(RESTING, car_position=label, door_status=DoorStatus.CLOSING),
        replace(RESTING, car_position=label),
    ):
        events += lift.waits(2)
        events += lift.sees(status, **changes)
    return events


# Door open while the car runs


def test_a_car_that_runs_between_landings_with_its_door_open_is_told_of_at_once(lift: Listener) -> None:
    [event] = lift.sees(RUNNING, door_status=DoorStatus.OPEN)
    assert isinstance(event, FaultRaised)
    assert (event.fault, event.raw) == (Fault.DOOR_OPEN_WHILE_RUNNING, None)
    assert event.reasons == (
        "door_open_running: the car runs between landings and its door is not closed (status 17/1)",
    )
    assert cleared(lift.sees(RUNNING)) == [Fault.DOOR_OPEN_WHILE_RUNNING]


def test_a_door_that_opens_in_the_zone_before_the_car_has_stopped_is_ordinary(lift: Listener) -> None:
    assert lift.sees(PASSING, door_status=DoorStatus.OPENING) == []


def test_a_car_that_levels_anew_under_its_open_door_is_ordinary(lift: Listener) -> None:
    lift.sees(LEVELLED_OPEN)
    assert lift.sees(PASSING, door_status=DoorStatus.OPEN) == []
    assert lift.sees(LEVELLED_OPEN) == []


@pytest.mark.parametrize("door", [DoorStatus.CLOSED, DoorStatus.CLOSING, DoorStatus.UNKNOWN])
def test_a_door_not_known_to_be_open_is_not_said_to_be(lift: Listener, door: DoorStatus) -> None:
    assert lift.sees(RUNNING, door_status=door) == []


# Overspeed


def test_a_car_faster_than_its_governor_allows_is_too_fast(lift: Listener) -> None:
    lift.slot.rated_speed_mps = 1.75
    assert lift.sees(RUNNING, car_speed_mps=2.0) == []
    assert raised(lift.sees(RUNNING, car_speed_mps=2.1)) == [Fault.OVERSPEED]
    assert cleared(lift.sees(RUNNING, car_speed_mps=1.7)) == [Fault.OVERSPEED]


def test_a_car_may_be_too_fast_on_its_way_down(lift: Listener) -> None:
    lift.slot.rated_speed_mps = 1.75
    assert raised(lift.sees(RUNNING, car_speed_mps=-2.1)) == [Fault.OVERSPEED]


def test_a_slow_lift_is_not_too_fast_by_the_last_digit_of_its_sensor(lift: Listener) -> None:
    lift.slot.rated_speed_mps = 0.5
    assert lift.sees(RUNNING, car_speed_mps=0.6) == []
    assert raised(lift.sees(RUNNING, car_speed_mps=0.8)) == [Fault.OVERSPEED]


def test_a_lift_of_unknown_rated_speed_is_too_fast_only_beyond_every_lift_of_the_city(lift: Listener) -> None:
    assert lift.sees(RUNNING, car_speed_mps=10.0) == []
    assert raised(lift.sees(RUNNING, car_speed_mps=FASTEST_MPS + 1)) == [Fault.OVERSPEED]


# Position frozen, values sent again


def test_a_car_that_runs_and_runs_at_one_position_has_lost_it(lift: Listener) -> None:
    events = says(lift, RUNNING, for_s=FROZEN_AFTER_S - 5)
    assert events == []
    lift.waits(5)
    assert raised(lift.sees(RUNNING)) == [Fault.POSITION_FROZEN]
    assert cleared(lift.sees(RUNNING, car_position="8")) == [Fault.POSITION_FROZEN]


def test_an_express_zone_of_a_minute_is_ordinary(lift: Listener) -> None:
    assert says(lift, RUNNING, for_s=60) == []
    assert lift.sees(RUNNING, car_position="50") == []
    assert says(lift, RUNNING, for_s=60, car_position="50") == []


def test_a_busy_lift_that_reports_once_a_minute_is_not_frozen_where_it_happens_to_pass(lift: Listener) -> None:
    assert says(lift, RUNNING, for_s=600, every_s=60) == []


def test_a_run_that_was_not_heard_of_for_half_a_minute_is_another_run(lift: Listener) -> None:
    assert says(lift, RUNNING, for_s=60) == []
    lift.waits(30)
    assert says(lift, RUNNING, for_s=60) == []


def test_one_report_lost_on_the_way_does_not_hide_a_frozen_position(lift: Listener) -> None:
    says(lift, RUNNING, for_s=40)
    lift.waits(15)
    assert raised(says(lift, RUNNING, for_s=40)) == [Fault.POSITION_FROZEN]


def test_a_car_of_which_nothing_at_all_changes_is_somebody_repeating_old_values(lift: Listener) -> None:
    events = says(lift, RUNNING, for_s=RESTAMPED_AFTER_S + 5)
    assert raised(events) == [Fault.POSITION_FROZEN, Fault.RESTAMPED]
    assert cleared(events) == [Fault.POSITION_FROZEN]
    assert wrong_with(lift) == {Fault.RESTAMPED}
    assert cleared(lift.sees(RESTING)) == [Fault.RESTAMPED]


def test_old_values_sent_once_a_minute_are_found_out_too(lift: Listener) -> None:
    events = says(lift, RUNNING, for_s=20 * 60, every_s=60)
    assert raised(events) == [Fault.RESTAMPED]


def test_a_car_whose_door_zone_still_comes_and_goes_has_only_lost_its_position(lift: Listener) -> None:
    events = [event for _ in range(60) for event in (*says(lift, RUNNING, for_s=5), *lift.sees(PASSING))]
    assert raised(events) == [Fault.POSITION_FROZEN]


def test_a_car_at_rest_says_the_same_for_hours_and_is_well(lift: Listener) -> None:
    assert says(lift, RESTING, for_s=8 * 3600, every_s=60) == []


# Overrun and pit


def overruns(lift: Listener, floor: int, bound: CarDirection) -> list[Event]:
    """It passes through this landing and stops beyond it."""
    events = lift.sees(RUNNING, car_position="5", car_direction=bound)
    for status in (replace(PASSING, car_direction=bound), replace(RUNNING, car_direction=bound), BETWEEN_EMPTY):
        events += lift.waits(2)
        events += lift.sees(status, car_position=str(floor))
    return events


@pytest.mark.parametrize(
    ("floor", "bound", "fault"),
    [(9, CarDirection.UP, Fault.OVERRUN), (1, CarDirection.DOWN, Fault.PIT)],
)
def test_a_car_that_ran_through_its_last_landing_and_stands_beyond_it(
    lift: Listener, floor: int, bound: CarDirection, fault: Fault
) -> None:
    knows_its_landings(lift)
    assert raised(overruns(lift, floor, bound)) == [fault]
    lift.waits(60)
    assert fault in wrong_with(lift)
    assert fault in cleared(lift.sees(RESTING, car_position=str(floor)))


@pytest.mark.parametrize("bound", [CarDirection.UP, CarDirection.DOWN])
def test_a_car_that_stops_beyond_a_landing_on_its_way_is_stuck_and_has_overrun_nothing(
    lift: Listener, bound: CarDirection
) -> None:
    knows_its_landings(lift)
    assert overruns(lift, 4, bound) == []


def test_a_car_stuck_below_its_top_landing_has_overrun_nothing(lift: Listener) -> None:
    knows_its_landings(lift)
    lift.sees(PASSING, car_position="1")
    lift.waits(5)
    lift.sees(RUNNING, car_position="9")
    lift.waits(2)
    assert lift.sees(BETWEEN_EMPTY, car_position="9") == []


def test_a_lift_with_two_landings_stuck_on_the_way_up_has_overrun_nothing(lift: Listener) -> None:
    knows_its_landings(lift, 1, 2)
    lift.sees(PASSING, car_position="1")
    lift.waits(5)
    lift.sees(RUNNING, car_position="2")
    assert lift.sees(BETWEEN_EMPTY, car_position="2") == []


def test_a_car_that_sets_off_downwards_from_its_top_landing_and_sticks_has_overrun_nothing(lift: Listener) -> None:
    knows_its_landings(lift)
    rides_to(lift, 9)
    for direction in (CarDirection.NONE, CarDirection.DOWN):
        lift.sees(PASSING, car_position="9", car_direction=direction)
        assert lift.sees(BETWEEN_EMPTY, car_position="9") == []
        lift.sees(RESTING, car_position="9")


def test_a_car_heard_at_the_top_and_a_minute_later_between_landings_has_overrun_nothing(lift: Listener) -> None:
    knows_its_landings(lift)
    lift.sees(PASSING, car_position="9")
    lift.waits(60)
    assert lift.sees(BETWEEN_EMPTY, car_position="9") == []


def test_a_lift_of_which_one_landing_is_known_has_no_last_one(lift: Listener) -> None:
    lift.sees(PASSING)
    lift.waits(2)
    assert lift.sees(BETWEEN_EMPTY) == []


@pytest.mark.parametrize("label", ["RF", "PH", "3A"])
def test_a_lift_with_a_landing_that_is_no_number_is_not_said_to_have_overrun_the_last_that_is_one(
    lift: Listener, label: str
) -> None:
    knows_its_landings(lift)
    rides_to(lift, label)
    assert overruns(lift, 9, CarDirection.UP) == []


@pytest.mark.parametrize(("label", "below"), [("B2", "B1"), ("-2", "-1"), ("-2.0", "-1.0"), ("B2F", "B1F")])
def test_landings_below_the_ground_are_counted_downwards(lift: Listener, label: str, below: str) -> None:
    for floor in (1, label, 5):
        rides_to(lift, floor)
    lift.sees(RUNNING, car_position=below, car_direction=CarDirection.DOWN)
    lift.sees(PASSING, car_position=label, car_direction=CarDirection.DOWN)
    assert raised(lift.sees(BETWEEN_EMPTY, car_position=label)) == [Fault.PIT]


@pytest.mark.parametrize("label", ["inf", "-inf", "nan", "1e999", "--", "🛗", "B", "1_0", "9" * 16])
def test_no_label_of_a_landing_is_too_strange(lift: Listener, label: str) -> None:
    assert rides_to(lift, label) == []


# Empty between landings


def test_an_empty_car_between_landings_is_a_fault_after_thirty_seconds(lift: Listener) -> None:
    lift.sees(RUNNING)
    lift.sees(BETWEEN_EMPTY)
    lift.waits(29)
    assert lift.sees(BETWEEN_EMPTY) == []
    lift.waits(1)
    assert raised(lift.sees(BETWEEN_EMPTY)) == [Fault.STOPPED_OUTSIDE_ZONE]
    assert cleared(lift.sees(RUNNING)) == [Fault.STOPPED_OUTSIDE_ZONE]


def test_how_long_an_empty_car_may_stand_between_landings_is_the_lifts_own_rule(lift: Listener) -> None:
    lift.slot.trapped_after_s = 90
    says(lift, BETWEEN_EMPTY, for_s=85)
    assert wrong_with(lift) == set()
    lift.waits(5)
    assert raised(lift.sees(BETWEEN_EMPTY)) == [Fault.STOPPED_OUTSIDE_ZONE]


def test_a_car_that_may_hold_people_between_landings_is_no_fault_but_an_entrapment(lift: Listener) -> None:
    assert raised(says(lift, BETWEEN, for_s=60)) == []
    assert raised(says(lift, BETWEEN_EMPTY, for_s=60)) == []
    assert lift.slot.found is not None


def test_a_car_whose_presence_is_not_known_is_no_empty_car(lift: Listener) -> None:
    assert raised(says(lift, BETWEEN, for_s=60, passenger_present=None)) == []


# Unintended movement


def test_a_car_that_leaves_the_zone_with_its_door_open_moved_unintended(lift: Listener) -> None:
    lift.sees(LEVELLED_OPEN)
    lift.waits(5)
    assert lift.sees(OPEN_BETWEEN) == []
    lift.waits(lift.rules.settles_after_s)
    assert raised(lift.sees(OPEN_BETWEEN)) == [Fault.UNINTENDED_MOVEMENT]
    assert Fault.UNINTENDED_MOVEMENT in cleared(lift.sees(LEVELLED_OPEN))


def test_a_zone_switch_that_flickers_under_an_open_door_is_no_movement(lift: Listener) -> None:
    for _ in range(20):
        assert lift.sees(LEVELLED_OPEN) == []
        lift.waits(9)
        assert lift.sees(OPEN_BETWEEN) == []


def test_a_car_heard_open_at_a_landing_and_a_minute_later_open_between_landings_may_have_been_forced(
    lift: Listener,
) -> None:
    lift.sees(LEVELLED_OPEN)
    lift.waits(60)
    assert Fault.UNINTENDED_MOVEMENT not in raised(says(lift, OPEN_BETWEEN, for_s=60))


def test_doors_forced_open_on_a_stuck_car_are_no_movement(lift: Listener) -> None:
    says(lift, BETWEEN, for_s=20)
    assert raised(says(lift, OPEN_BETWEEN, for_s=20)) == []


# Doors


def test_a_door_that_begins_to_open_and_does_not_get_there_is_a_fault_of_an_empty_car(lift: Listener) -> None:
    says(lift, RESTING, for_s=3600, every_s=60)
    assert says(lift, OPENING, for_s=OPENING_S - 60, every_s=60) == []
    lift.waits(60)
    assert raised(lift.sees(OPENING)) == [Fault.DOOR_OPENING]
    assert cleared(lift.sees(LEVELLED_OPEN)) == [Fault.DOOR_OPENING]


def test_a_lift_called_after_an_hour_of_rest_opens_its_door_and_is_well(lift: Listener) -> None:
    says(lift, RESTING, for_s=3600, every_s=60)
    assert says(lift, OPENING, for_s=4, every_s=2) == []
    assert lift.sees(LEVELLED_OPEN) == []


def test_a_lift_that_reports_once_a_minute_may_be_caught_opening_three_times(lift: Listener) -> None:
    assert says(lift, OPENING, for_s=120, every_s=60) == []


def turns_round(lift: Listener, times: int, every_s: float = 8) -> list[Event]:
    """The door shuts on something and opens again."""
    events = list[Event]()
    for _ in range(times):
        for status in (OPENING, LEVELLED_OPEN, replace(RESTING, door_status=DoorStatus.CLOSING)):
            events += lift.sees(status)
            events += lift.waits(every_s / 3)
    return events


def test_a_door_that_shuts_on_something_again_and_again_is_cycling(lift: Listener) -> None:
    assert turns_round(lift, CYCLES - 1) == []
    events = turns_round(lift, 1)
    assert raised(events) == [Fault.DOOR_CYCLING]
    assert turns_round(lift, 50) == []
    assert says(lift, RESTING, for_s=50) == []
    assert cleared(says(lift, RESTING, for_s=30)) == [Fault.DOOR_CYCLING]


def test_a_door_that_cycles_is_told_once_however_long(lift: Listener) -> None:
    assert len(raised(turns_round(lift, 200))) == 1


def test_a_car_that_leaves_is_no_longer_cycling(lift: Listener) -> None:
    turns_round(lift, CYCLES)
    assert cleared(lift.sees(RUNNING)) == [Fault.DOOR_CYCLING]


def test_a_busy_lobby_opens_the_door_once_a_half_minute_and_all_is_well(lift: Listener) -> None:
    assert turns_round(lift, 40, every_s=33) == []


def test_a_car_that_opens_its_door_at_every_floor_is_not_cycling(lift: Listener) -> None:
    assert [event for floor in range(2, 30) for event in rides_to(lift, floor)] == []


def test_a_door_that_somebody_holds_for_five_minutes_is_held(lift: Listener) -> None:
    assert says(lift, BOARDED, for_s=DOOR_HELD_S - 60, every_s=60) == []
    lift.waits(60)
    [event] = lift.sees(BOARDED)
    assert isinstance(event, FaultRaised)
    assert event.fault is Fault.DOOR_HELD
    assert "open for 5 min" in event.reasons[0]
    assert lift.sees(LEVELLED_OPEN) == []
    assert cleared(lift.sees(RESTING)) == [Fault.DOOR_HELD]


def test_a_bed_is_brought_in_while_somebody_holds_the_door(lift: Listener) -> None:
    assert says(lift, BOARDED, for_s=240, every_s=60) == []
    assert lift.sees(RESTING, passenger_present=True) == []


def test_a_lift_that_waits_with_its_door_open_all_night_is_well(lift: Listener) -> None:
    assert says(lift, LEVELLED_OPEN, for_s=8 * 3600, every_s=60) == []


@pytest.mark.parametrize("mode", [ServiceMode.FIRE_RETURN, ServiceMode.EARTHQUAKE, ServiceMode.STOPPED])
def test_a_car_that_is_to_stand_open_is_not_held(lift: Listener, mode: ServiceMode) -> None:
    assert Fault.DOOR_HELD not in raised(says(lift, BOARDED, for_s=900, every_s=60, service_mode=mode))


def test_a_door_open_before_and_after_a_silence_may_have_been_shut_between(lift: Listener) -> None:
    says(lift, BOARDED, for_s=180, every_s=60)
    lift.waits(400)
    assert Fault.DOOR_HELD not in raised(says(lift, BOARDED, for_s=240, every_s=60))


# Long stay


def test_a_car_that_has_stood_at_one_floor_for_a_day(lift: Listener) -> None:
    assert says(lift, RESTING, for_s=LONG_STAY_S - 120, every_s=120) == []
    lift.waits(120)
    assert raised(lift.sees(RESTING)) == [Fault.LONG_STAY]
    assert cleared(lift.sees(RUNNING)) == [Fault.LONG_STAY]
    assert lift.sees(RESTING) == []


def test_a_lift_that_goes_and_comes_back_has_not_stayed(lift: Listener) -> None:
    for _ in range(30):
        assert says(lift, RESTING, for_s=3600, every_s=120) == []
        assert lift.sees(RUNNING) == []


def test_a_lift_taken_out_of_service_stays_where_it_is(lift: Listener) -> None:
    assert says(lift, RESTING, for_s=2 * LONG_STAY_S, every_s=120, service_mode=ServiceMode.STOPPED) == []


# Presence sensor


def test_a_sensor_that_sees_somebody_behind_a_shut_door_for_an_hour_is_stuck(lift: Listener) -> None:
    lift.sees(BOARDED)
    assert says(lift, RESTING, for_s=SENSOR_STUCK_AT_REST_S - 60, every_s=60, passenger_present=True) == []
    lift.waits(60)
    assert raised(lift.sees(RESTING, passenger_present=True)) == [Fault.PRESENCE_STUCK]


def test_a_sensor_once_stuck_stays_so_until_it_sees_nobody(lift: Listener) -> None:
    lift.sees(BOARDED)
    says(lift, RESTING, for_s=SENSOR_STUCK_AT_REST_S, every_s=60, passenger_present=True)
    assert rides_to(lift, 3, passenger_present=True) == []
    assert wrong_with(lift) == {Fault.PRESENCE_STUCK}
    assert cleared(lift.sees(LEVELLED_OPEN)) == [Fault.PRESENCE_STUCK]


def carries_people(lift: Listener, hours: float, **changes: Any) -> list[Event]:
    """Up and down, a stop a minute, never seen empty."""
    events = list[Event]()
    for minute in range(round(hours * 60)):
        label = str(minute % 9)
        events += lift.sees(RUNNING, car_position=label, passenger_present=True, **changes)
        events += lift.waits(20)
        events += lift.sees(BOARDED, car_position=label, **changes)
        events += lift.waits(40)
    return events


def test_a_lift_with_an_attendant_inside_for_a_shift_is_well(lift: Listener) -> None:
    assert carries_people(lift, 8) == []
    assert lift.sees(LEVELLED_OPEN) == []


def test_a_sensor_that_sees_somebody_for_longer_than_any_shift_is_stuck(lift: Listener) -> None:
    assert raised(carries_people(lift, SENSOR_STUCK_S / 3600 + 0.1)) == [Fault.PRESENCE_STUCK]


def test_a_passenger_who_reads_in_a_car_at_rest_is_no_stuck_sensor(lift: Listener) -> None:
    lift.sees(BOARDED)
    assert raised(says(lift, RESTING, for_s=1800, every_s=60, passenger_present=True)) == []


# Power, earthquake, fire


@pytest.mark.parametrize("power", [PowerStatus.LOST, PowerStatus.BATTERY])
def test_a_lift_without_mains_says_so_by_its_power(lift: Listener, power: PowerStatus) -> None:
    assert raised(lift.sees(RESTING, power_status=power)) == [Fault.MAINS_LOST]
    assert cleared(lift.sees(RESTING)) == [Fault.MAINS_LOST]


def test_a_lift_on_emergency_power_has_lost_its_mains(lift: Listener) -> None:
    assert raised(lift.sees(RESTING, service_mode=ServiceMode.EMERGENCY_POWER)) == [Fault.MAINS_LOST]
    assert cleared(lift.sees(RESTING)) == [Fault.MAINS_LOST]


def test_power_that_is_not_known_is_not_lost(lift: Listener) -> None:
    assert lift.sees(RESTING, power_status=PowerStatus.UNKNOWN) == []


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        (ServiceMode.EARTHQUAKE, Fault.EARTHQUAKE),
        (ServiceMode.FIRE_RETURN, Fault.FIRE),
        (ServiceMode.FIREFIGHTER, Fault.FIRE),
    ],
)
def test_an_earthquake_and_a_fire_are_told_by_the_mode(lift: Listener, mode: ServiceMode, fault: Fault) -> None:
    assert raised(lift.sees(RUNNING, service_mode=mode)) == [fault]
    assert raised(lift.sees(LEVELLED_OPEN, service_mode=mode)) == []
    assert cleared(lift.sees(RESTING)) == [fault]


@pytest.mark.parametrize("mode", [ServiceMode.NORMAL, ServiceMode.STOPPED, ServiceMode.UNKNOWN])
def test_other_modes_are_no_fault(lift: Listener, mode: ServiceMode) -> None:
    assert lift.sees(RESTING, service_mode=mode) == []


# Inspection


def runs_open(lift: Listener) -> list[Event]:
    return lift.sees(RUNNING, door_status=DoorStatus.OPEN, car_speed_mps=99, service_mode=ServiceMode.INSPECTION)


def loses_power(lift: Listener) -> list[Event]:
    return lift.sees(RESTING, power_status=PowerStatus.LOST, service_mode=ServiceMode.INSPECTION)


def stands_open(lift: Listener) -> list[Event]:
    return says(lift, BOARDED, for_s=7200, every_s=60, service_mode=ServiceMode.INSPECTION)


def stands_between(lift: Listener) -> list[Event]:
    return says(lift, BETWEEN_EMPTY, for_s=600, every_s=60, service_mode=ServiceMode.INSPECTION)


@pytest.mark.parametrize("work", [runs_open, loses_power, stands_open, stands_between])
def test_in_inspection_nothing_is_inferred(lift: Listener, work: Callable[[Listener], list[Event]]) -> None:
    assert work(lift) == []
    assert raised(lift.sees(BOARDED)) == []


def test_a_fault_inferred_before_the_inspection_is_cleared_by_it(lift: Listener) -> None:
    lift.sees(RESTING, power_status=PowerStatus.BATTERY)
    changed = lift.sees(RESTING, power_status=PowerStatus.BATTERY, service_mode=ServiceMode.INSPECTION)
    assert cleared(changed) == [Fault.MAINS_LOST]


def test_what_was_done_in_inspection_is_forgotten_when_it_ends(lift: Listener) -> None:
    knows_its_landings(lift)
    lift.sees(PASSING, car_position="9", service_mode=ServiceMode.INSPECTION)
    lift.sees(BETWEEN_EMPTY, car_position="9", service_mode=ServiceMode.INSPECTION)
    assert lift.sees(BETWEEN_EMPTY, car_position="9") == []


def test_a_fitter_who_stood_in_the_car_for_hours_is_no_stuck_sensor(lift: Listener) -> None:
    stands_open(lift)
    lift.sees(BOARDED)
    assert says(lift, RESTING, for_s=1800, every_s=60, passenger_present=True) == []


def test_a_car_handed_back_between_landings_has_thirty_seconds_to_find_its_landing(lift: Listener) -> None:
    stands_between(lift)
    assert says(lift, BETWEEN_EMPTY, for_s=25) == []
    assert lift.sees(RUNNING) == []


# A day without anything wrong


@pytest.mark.parametrize("every_s", [60, 61, 90])
def test_a_lift_heard_only_once_a_minute_for_a_day_is_well(lift: Listener, every_s: float) -> None:
    """What such a lift says is caught from any moment of its rides."""
    moments = (RESTING, RUNNING, BOARDED, PASSING, LEVELLED_OPEN, OPENING)
    for number in range(24 * 40):
        status = replace(moments[number * 7 % 6], car_position=str(1 + number * 5 % 9))
        assert lift.sees(status) == []
        assert lift.waits(every_s) == []
