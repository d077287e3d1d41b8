from __future__ import annotations

from dataclasses import replace

import pytest

from devices.messages import (
    Confidence,
    DoorStatus,
    EntrapmentEnded,
    EntrapmentFound,
    Event,
    Evidence,
    ServiceMode,
    Status,
)
from devices.tracker import Rules
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
    TRAPPED,
    UNHEARD_OF,
    Listener,
    codes,
)

OPENING = replace(RESTING, door_status=DoorStatus.OPENING, passenger_present=True)
CLOSED_ON_SOMEONE = replace(RESTING, passenger_present=True)


def found(events: list[Event]) -> list[Confidence]:
    assert all(isinstance(event, EntrapmentFound) for event in events)
    return [event.evidence.confidence for event in events if isinstance(event, EntrapmentFound)]


def ended(events: list[Event]) -> list[str]:
    assert all(isinstance(event, EntrapmentEnded) for event in events)
    return [
        reason.partition(":")[0] for event in events if isinstance(event, EntrapmentEnded) for reason in event.reasons
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
                    "outside_zone: the car stopped outside the door zone",
                    "doors_closed: the doors are closed",
                    "someone_inside: someone is inside",
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
    lift.sees(OPENING)
    assert found(lift.waits(30)) == [Confidence.LIKELY]


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
    lift.waits(20)
    assert lift.hears_fault(DOOR_OPENING, raised=False) == []
    assert lift.waits(60) == []


def test_a_lift_that_says_trapped_itself_is_believed_at_once() -> None:
    lift = Listener()
    [event] = lift.sees(CLOSED_ON_SOMEONE, faults=(TRAPPED,))
    assert isinstance(event, EntrapmentFound)
    assert event.evidence.confidence is Confidence.LIKELY
    assert "says_trapped" in codes(event.evidence.reasons)


def test_a_lift_of_which_only_fault_reports_are_heard_can_say_trapped() -> None:
    lift = Listener()
    assert found(lift.hears_fault(TRAPPED)) == [Confidence.LIKELY]
    assert ended(lift.hears_fault(TRAPPED, raised=False)) == ["withdrawn"]


def test_an_unknown_fault_code_is_kept_and_traps_nobody() -> None:
    lift = Listener()
    assert lift.sees(CLOSED_ON_SOMEONE, faults=(UNHEARD_OF,)) == []
    assert lift.waits(100) == []
    assert lift.slot.faults == (UNHEARD_OF,)


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
            reasons=("levelled_open: the car is levelled and its door is open",),
        )
    ]
    assert trapped.sees(LEVELLED_OPEN) == []


def test_a_car_that_moves_again_by_itself_ends_the_entrapment(trapped: Listener) -> None:
    assert ended(trapped.sees(RUNNING, passenger_present=True)) == ["moving"]


def test_a_car_that_stops_again_with_them_is_a_new_entrapment(trapped: Listener) -> None:
    trapped.sees(RUNNING, passenger_present=True)
    trapped.waits(5)
    trapped.sees(BETWEEN)
    [event] = trapped.waits(30)
    assert isinstance(event, EntrapmentFound)
    assert event.since == NOON + 35


def test_a_car_at_a_landing_with_its_door_closed_still_holds_them(trapped: Listener) -> None:
    assert trapped.sees(CLOSED_ON_SOMEONE) == []
    assert trapped.sees(RESTING, passenger_present=None) == []
    assert ended(trapped.sees(LEVELLED_OPEN)) == ["levelled_open"]


def test_a_car_at_a_landing_that_is_empty_holds_nobody(trapped: Listener) -> None:
    assert ended(trapped.sees(RESTING, passenger_present=False)) == ["nobody_inside"]


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
    assert ended(lift.sees(BETWEEN_EMPTY)) == ["nobody_inside"]


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
