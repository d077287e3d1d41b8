"""What is wrong with a lift: raised and cleared once, whoever tells of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.conditions import MOST_CONDITIONS, clear_one, holding, raise_one
from devices.faults import Fault
from devices.messages import (
    AlarmRaised,
    EntrapmentFound,
    Event,
    FaultCleared,
    FaultRaised,
    FaultReport,
    PowerStatus,
    RawFault,
    ServiceMode,
    TestCall,
)
from devices.payloads import parse
from tests.unit.devices.faults import cleared, raised, wrong_with
from tests.unit.devices.lifts import (
    AREA,
    BETWEEN,
    DOOR_OPENING,
    LIFT,
    NOON,
    RESTING,
    STOPPED_OUTSIDE,
    TRAPPED,
    UNHEARD_OF,
    Listener,
)

BASE_SET = {
    "01": Fault.SAFETY_CIRCUIT_OPEN,
    "02": Fault.DOOR_CLOSING,
    "03": Fault.DOOR_OPENING,
    "04": Fault.STOPPED_OUTSIDE_ZONE,
    "05": Fault.UNINTENDED_MOVEMENT,
    "06": Fault.RUN_TIME_LIMITER,
    "07": Fault.POSITION_LOST,
    "08": Fault.RESTART_PREVENTION,
    "41": Fault.MAINS_LOST,
}
"""GB/T 24476-2017, written down here once more."""
SAFETY_CIRCUIT = RawFault(profile="canonical", code="01", fault=Fault.SAFETY_CIRCUIT_OPEN)
MAINS = RawFault(profile="gb24476-2017", code="41", fault=Fault.MAINS_LOST)
BATTERY = RawFault(profile="canonical", code="battery_low", fault=Fault.BATTERY_LOW)


@pytest.fixture
def lift() -> Listener:
    return Listener()


def flaps(lift: Listener, times: int, every_s: float = 60.0, fault: RawFault = SAFETY_CIRCUIT) -> list[Event]:
    """It comes, and is gone a moment later, again and again."""
    events = list[Event]()
    for _ in range(times):
        events += lift.sees(RESTING, faults=(fault,))
        events += lift.waits(1)
        events += lift.sees(RESTING)
        events += lift.waits(every_s - 1)
    return events


def marks(events: list[Event]) -> list[bool]:
    """For each fault raised or cleared, whether it is marked as flapping."""
    return [event.is_flapping for event in events if isinstance(event, FaultRaised | FaultCleared)]


# By code


@pytest.mark.parametrize("profile", ["canonical", "gb24476-2017"])
@pytest.mark.parametrize(("code", "fault"), BASE_SET.items())
def test_every_fault_of_the_base_set_is_raised_and_cleared_by_a_fault_report(
    lift: Listener, profile: str, code: str, fault: Fault
) -> None:
    for seq, (state, find) in enumerate({"raised": raised, "cleared": cleared}.items()):
        payload = f'{{"boot":17,"seq":{seq},"code":"{code}","state":"{state}","profile":"{profile}"}}'
        report = parse("fault", payload.encode(), None)
        assert isinstance(report, FaultReport)
        assert find(lift.hears(report)) == [fault]
    assert wrong_with(lift) == set()


@pytest.mark.parametrize(("code", "fault"), BASE_SET.items())
def test_every_fault_of_the_base_set_is_raised_and_cleared_by_a_status(lift: Listener, code: str, fault: Fault) -> None:
    raw = RawFault(profile="gb24476-2017", code=code, fault=fault)
    lift.now += 7
    [event] = lift.sees(RESTING, faults=(raw,), reported_at=NOON + 9)
    assert event == FaultRaised(
        lift_id=LIFT,
        area=AREA,
        fault=fault,
        raw=raw,
        since=NOON + 7,
        at=NOON + 7,
        reported_at=NOON + 9,
        reasons=(f"code: the lift reports code {code} of gb24476-2017 (status 17/1)",),
        skew_s=2,
    )
    assert lift.sees(RESTING, faults=(raw,)) == []
    lift.now += 60
    assert lift.sees(RESTING, reported_at=NOON + 67) == [
        FaultCleared(
            lift_id=LIFT,
            area=AREA,
            fault=fault,
            raw=raw,
            at=NOON + 67,
            reported_at=NOON + 67,
            skew_s=lift.slot.skew_s,
        )
    ]


def test_a_fault_told_by_a_report_is_not_raised_again_by_the_status_that_repeats_it(lift: Listener) -> None:
    assert raised(lift.hears_fault(SAFETY_CIRCUIT)) == [Fault.SAFETY_CIRCUIT_OPEN]
    assert lift.sees(RESTING, faults=(SAFETY_CIRCUIT,)) == []
    assert cleared(lift.hears_fault(SAFETY_CIRCUIT, raised=False)) == [Fault.SAFETY_CIRCUIT_OPEN]
    assert lift.sees(RESTING) == []


def test_two_faults_are_raised_together_and_cleared_one_by_one(lift: Listener) -> None:
    both = (SAFETY_CIRCUIT, DOOR_OPENING)
    assert raised(lift.sees(RESTING, faults=both)) == [Fault.SAFETY_CIRCUIT_OPEN, Fault.DOOR_OPENING]
    assert cleared(lift.sees(RESTING, faults=both[:1])) == [Fault.DOOR_OPENING]
    assert cleared(lift.sees(RESTING)) == [Fault.SAFETY_CIRCUIT_OPEN]


def test_two_codes_for_one_fault_are_one_condition(lift: Listener) -> None:
    other = replace(SAFETY_CIRCUIT, code="11")
    assert raised(lift.sees(RESTING, faults=(SAFETY_CIRCUIT, other))) == [Fault.SAFETY_CIRCUIT_OPEN]
    assert lift.sees(RESTING, faults=(other,)) == []
    assert cleared(lift.sees(RESTING)) == [Fault.SAFETY_CIRCUIT_OPEN]


def test_the_oldest_of_what_is_wrong_comes_first(lift: Listener) -> None:
    lift.sees(RESTING, faults=(SAFETY_CIRCUIT,))
    lift.sees(RESTING, faults=(SAFETY_CIRCUIT, MAINS))
    lift.sees(RESTING, faults=(MAINS,))
    lift.sees(RESTING, faults=(SAFETY_CIRCUIT, MAINS))
    assert [one.fault for one in holding(lift.slot)] == [Fault.MAINS_LOST, Fault.SAFETY_CIRCUIT_OPEN]


def test_a_code_in_inspection_is_still_told(lift: Listener) -> None:
    inspected = replace(RESTING, service_mode=ServiceMode.INSPECTION)
    assert raised(lift.sees(inspected, faults=(SAFETY_CIRCUIT,))) == [Fault.SAFETY_CIRCUIT_OPEN]


def test_the_lifts_own_word_that_people_are_trapped_is_a_fault_beside_the_entrapment(lift: Listener) -> None:
    people, fault = lift.sees(RESTING, faults=(TRAPPED,))
    assert isinstance(people, EntrapmentFound)
    assert raised([fault]) == [Fault.TRAPPED]


def test_what_concerns_people_comes_before_what_is_wrong_with_the_lift(lift: Listener) -> None:
    lift.sees(BETWEEN)
    lift.waits(20)
    lift.now += 10
    first, *rest = lift.sees(BETWEEN, faults=(SAFETY_CIRCUIT,))
    assert isinstance(first, EntrapmentFound)
    assert raised(rest) == [Fault.SAFETY_CIRCUIT_OPEN]


# A code that nobody knows


def test_a_code_that_no_profile_knows_is_kept_and_shown_as_it_came(lift: Listener) -> None:
    [event] = lift.sees(RESTING, faults=(UNHEARD_OF,))
    assert isinstance(event, FaultRaised)
    assert (event.fault, event.raw) == (None, UNHEARD_OF)
    assert event.reasons == ("code: the lift reports code e-bike of canonical (status 17/1)",)
    assert [(one.fault, one.raw) for one in holding(lift.slot)] == [(None, UNHEARD_OF)]
    [gone] = lift.sees(RESTING)
    assert isinstance(gone, FaultCleared)
    assert (gone.fault, gone.raw) == (None, UNHEARD_OF)


def test_unknown_codes_of_two_dialects_are_two_conditions_even_if_their_numbers_agree(lift: Listener) -> None:
    other = replace(UNHEARD_OF, profile="some-dialect")
    assert len(lift.sees(RESTING, faults=(UNHEARD_OF, other))) == 2
    [gone] = lift.sees(RESTING, faults=(other,))
    assert isinstance(gone, FaultCleared)
    assert gone.raw == UNHEARD_OF


def test_a_lift_that_invents_codes_without_end_is_not_remembered_without_end(lift: Listener) -> None:
    for number in range(20):
        lift.sees(RESTING, faults=tuple(replace(UNHEARD_OF, code=f"{number}-{n}") for n in range(MOST_CONDITIONS)))
    assert len(holding(lift.slot)) == MOST_CONDITIONS
    assert lift.slot.conditions is not None
    assert len(lift.slot.conditions) == MOST_CONDITIONS


def test_reports_of_codes_without_end_are_not_remembered_without_end_either(lift: Listener) -> None:
    for number in range(3 * MOST_CONDITIONS):
        lift.hears_fault(replace(UNHEARD_OF, code=str(number)))
    assert len(holding(lift.slot)) == MOST_CONDITIONS
    assert holding(lift.slot)[-1].raw == replace(UNHEARD_OF, code=str(3 * MOST_CONDITIONS - 1))


# Code and inference together


def test_a_fault_told_by_a_code_and_inferred_is_one_condition(lift: Listener) -> None:
    assert raised(lift.sees(RESTING, faults=(MAINS,), power_status=PowerStatus.LOST)) == [Fault.MAINS_LOST]
    assert lift.sees(RESTING, power_status=PowerStatus.LOST) == []
    assert cleared(lift.sees(RESTING)) == [Fault.MAINS_LOST]


def test_a_code_that_comes_after_the_inference_and_outlasts_it_keeps_the_condition(lift: Listener) -> None:
    [event] = lift.sees(RESTING, power_status=PowerStatus.BATTERY)
    assert isinstance(event, FaultRaised)
    assert event.raw is None
    assert lift.hears_fault(MAINS) == []
    assert lift.sees(RESTING, faults=(MAINS,)) == []
    assert cleared(lift.hears_fault(MAINS, raised=False)) == [Fault.MAINS_LOST]


def test_mains_off_by_the_standards_own_code(lift: Listener) -> None:
    assert raised(lift.sees(RESTING, faults=(MAINS,), power_status=PowerStatus.UNKNOWN)) == [Fault.MAINS_LOST]
    assert cleared(lift.sees(RESTING, power_status=PowerStatus.UNKNOWN)) == [Fault.MAINS_LOST]


# What we found ourselves


def test_what_we_found_ourselves_outlasts_every_status(lift: Listener) -> None:
    raise_one(lift.slot, Fault.SILENT, "silent: not a move", lift.now, lift.rules)
    assert lift.sees(RESTING) == []
    assert wrong_with(lift) == {Fault.SILENT}
    assert cleared(clear_one(lift.slot, Fault.SILENT, lift.now)) == [Fault.SILENT]
    assert clear_one(lift.slot, Fault.SILENT, lift.now) == ()


def test_a_low_battery_told_by_a_code_goes_when_the_code_goes(lift: Listener) -> None:
    assert raised(lift.sees(RESTING, faults=(BATTERY,))) == [Fault.BATTERY_LOW]
    assert cleared(lift.sees(RESTING)) == [Fault.BATTERY_LOW]


@pytest.mark.parametrize("code_goes_first", [True, False])
def test_a_low_battery_told_by_a_code_and_by_a_test_call_holds_until_neither_says_so(
    lift: Listener, code_goes_first: bool
) -> None:
    low = TestCall(reported_at=None, boot=17, number=1, battery_ok=False)
    assert raised(lift.sees(RESTING, faults=(BATTERY,))) == [Fault.BATTERY_LOW]
    assert lift.hears(low) == []
    well = replace(low, number=2, battery_ok=True)
    if code_goes_first:
        assert lift.sees(RESTING) == []
        assert cleared(lift.hears(well)) == [Fault.BATTERY_LOW]
    else:
        assert lift.hears(well) == []
        assert cleared(lift.sees(RESTING)) == [Fault.BATTERY_LOW]


# Flapping


def test_the_fourth_raise_within_ten_minutes_is_marked(lift: Listener) -> None:
    assert marks(flaps(lift, 3)) == [False] * 6
    assert marks(flaps(lift, 1)) == [True, True]


def test_a_flapping_fault_is_still_told_of_each_time(lift: Listener) -> None:
    events = flaps(lift, 20)
    assert len(raised(events)) == len(cleared(events)) == 20
    assert marks(events) == [False] * 6 + [True] * 34


def test_a_fault_that_comes_every_five_minutes_does_not_flap(lift: Listener) -> None:
    assert not any(marks(flaps(lift, 20, every_s=300)))


def test_a_fault_that_flapped_and_then_stays_is_told_once_more_without_the_mark(lift: Listener) -> None:
    flaps(lift, 4)
    lift.sees(RESTING, faults=(SAFETY_CIRCUIT,))
    began_at, events = lift.now, list[Event]()
    for _ in range(20):
        lift.waits(60)
        events += lift.sees(RESTING, faults=(SAFETY_CIRCUIT,))
    [event] = events
    assert isinstance(event, FaultRaised)
    assert (event.is_flapping, event.since, event.at) == (False, began_at, began_at + 600)
    assert marks(lift.sees(RESTING)) == [False]


def test_a_fault_of_our_own_that_flapped_and_then_stays_is_told_once_more_too(lift: Listener) -> None:
    for _ in range(4):
        clear_one(lift.slot, Fault.FLOODING, lift.now)
        raise_one(lift.slot, Fault.FLOODING, "flooding: too many", lift.now, lift.rules)
    lift.waits(600)
    assert marks(lift.sees(RESTING)) == [False]


def test_a_fault_that_flapped_and_was_gone_for_the_window_is_raised_afresh(lift: Listener) -> None:
    flaps(lift, 6)
    lift.waits(600)
    assert marks(flaps(lift, 1)) == [False, False]


def test_one_fault_that_flaps_marks_no_other(lift: Listener) -> None:
    flaps(lift, 6)
    assert marks(lift.sees(RESTING, faults=(DOOR_OPENING,))) == [False]


def test_how_often_is_flapping_is_a_rule() -> None:
    lift = Listener()
    lift.rules = replace(lift.rules, flap_raises=2, flap_window_s=30)
    assert marks(flaps(lift, 2, every_s=20)) == [False, False, True, True]
    lift.waits(30)
    assert marks(flaps(lift, 2, every_s=40)) == [False, False, False, False]


def test_a_fault_that_flaps_never_delays_an_alarm(lift: Listener) -> None:
    flaps(lift, 10, fault=DOOR_OPENING)
    [event] = lift.hears_alarm()
    assert isinstance(event, AlarmRaised)


def test_a_fault_that_flaps_never_delays_an_entrapment(lift: Listener) -> None:
    calm = Listener()
    flaps(lift, 10, fault=STOPPED_OUTSIDE)
    calm.now = lift.now
    found = []
    for one in (lift, calm):
        one.sees(BETWEEN, faults=(STOPPED_OUTSIDE,))
        found.append([e for e in one.waits(30) if isinstance(e, EntrapmentFound)])
    assert [(e.since, e.at, e.evidence.confidence) for e in found[0]] == [
        (e.since, e.at, e.evidence.confidence) for e in found[1]
    ]
    assert len(found[0]) == 1


def test_a_lift_with_nothing_wrong_for_the_window_remembers_nothing(lift: Listener) -> None:
    flaps(lift, 3)
    lift.waits(600)
    lift.sees(RESTING)
    assert lift.slot.conditions is None
