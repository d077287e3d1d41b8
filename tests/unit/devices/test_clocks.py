"""How far a lift's clock is off, and that nothing depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from devices.clocks import FAR_S, note_clock
from devices.messages import AlarmRaised, EntrapmentFound, FaultRaised
from devices.slot import LiftSlot
from tests.unit.devices.lifts import AREA, BETWEEN, DOOR_OPENING, LIFT, NOON, RESTING, Listener

DAY_S = 86_400.0


@pytest.fixture
def slot() -> LiftSlot:
    return LiftSlot(lift_id=LIFT, area=AREA)


def reports(
    slot: LiftSlot,
    *,
    ahead_s: float,
    delays_s: Sequence[float],
    from_s: float = 0.0,
    every_s: float = 60.0,
    drift: float = 0.0,
) -> float:
    """Reports by a clock that is so far ahead, each so late; gives when the last came, from NOON."""
    at_s = from_s
    for delay_s in delays_s:
        at_s += every_s
        said_at = NOON + at_s * (1 + drift) + ahead_s
        note_clock(slot, said_at, NOON + at_s + delay_s)
    return at_s


def skew(slot: LiftSlot) -> float:
    assert slot.skew_s is not None
    return slot.skew_s


@pytest.mark.parametrize("ahead_s", [0.0, 0.4, -7.0, 3600.0, -1.8e9])
def test_a_clock_that_is_always_as_far_off_is_known_from_its_first_report(slot: LiftSlot, ahead_s: float) -> None:
    reports(slot, ahead_s=ahead_s, delays_s=[0.0] * 50)
    assert skew(slot) == pytest.approx(ahead_s)
    assert slot.clock_jumps == 0


def test_the_least_delayed_reports_show_the_clock_best(slot: LiftSlot) -> None:
    random = Random(1)
    reports(slot, ahead_s=5.0, delays_s=[random.uniform(0.05, 0.4) for _ in range(200)])
    assert skew(slot) == pytest.approx(5.0, abs=0.3)


def test_a_late_report_hardly_moves_the_estimate(slot: LiftSlot) -> None:
    at_s = reports(slot, ahead_s=5.0, delays_s=[0.1] * 10)
    reports(slot, ahead_s=5.0, delays_s=[25.0], from_s=at_s)
    assert skew(slot) == pytest.approx(4.9, abs=0.6)
    reports(slot, ahead_s=5.0, delays_s=[0.1], from_s=at_s + 60)
    assert skew(slot) == pytest.approx(4.9)


def test_a_backlog_that_comes_all_at_once_moves_nothing_and_is_no_jump(slot: LiftSlot) -> None:
    at_s = reports(slot, ahead_s=5.0, delays_s=[0.1] * 10)
    backlog = [600.0 - 2 * number for number in range(300)]
    at_s = reports(slot, ahead_s=5.0, delays_s=backlog, from_s=at_s, every_s=2.0)
    reports(slot, ahead_s=5.0, delays_s=[0.1] * 10, from_s=at_s)
    assert skew(slot) == pytest.approx(4.9, abs=0.1)
    assert slot.clock_jumps == 0


@pytest.mark.parametrize("drift", [2e-5, -2e-5])
def test_a_clock_that_drifts_by_seconds_a_day_is_followed(slot: LiftSlot, drift: float) -> None:
    reports(slot, ahead_s=0.0, delays_s=[0.1] * 1440 * 5, drift=drift)
    assert skew(slot) == pytest.approx(5 * DAY_S * drift, abs=0.3)
    assert slot.clock_jumps == 0


@pytest.mark.parametrize("set_by_s", [-3600.0, -45.0, 45.0, 3600.0])
@pytest.mark.parametrize("every_s", [5.0, 60.0])
def test_a_clock_that_is_set_is_a_jump_counted_once(slot: LiftSlot, set_by_s: float, every_s: float) -> None:
    at_s = reports(slot, ahead_s=1.0, delays_s=[0.0] * 20, every_s=every_s)
    at_s = reports(slot, ahead_s=1.0 + set_by_s, delays_s=[0.0] * 2, from_s=at_s, every_s=every_s)
    assert skew(slot) == pytest.approx(1.0)
    reports(slot, ahead_s=1.0 + set_by_s, delays_s=[0.0] * 50, from_s=at_s, every_s=every_s)
    assert skew(slot) == pytest.approx(1.0 + set_by_s)
    assert slot.clock_jumps == 1


def test_one_report_with_an_odd_time_is_no_jump(slot: LiftSlot) -> None:
    at_s = reports(slot, ahead_s=1.0, delays_s=[0.0] * 5)
    for _ in range(20):
        at_s = reports(slot, ahead_s=1.0 + 10 * FAR_S, delays_s=[0.0], from_s=at_s)
        at_s = reports(slot, ahead_s=1.0, delays_s=[0.0], from_s=at_s)
    assert skew(slot) == pytest.approx(1.0)
    assert slot.clock_jumps == 0


def test_a_clock_that_has_stopped_shows_by_its_jumps(slot: LiftSlot) -> None:
    for minute in range(120):
        note_clock(slot, NOON, NOON + 60 * minute)
    assert slot.clock_jumps > 20


def test_of_a_lift_that_gives_no_time_nothing_is_known(slot: LiftSlot) -> None:
    for minute in range(10):
        note_clock(slot, None, NOON + 60 * minute)
    assert (slot.skew_s, slot.clock_jumps) == (None, 0)


def test_a_report_without_a_time_leaves_what_is_known(slot: LiftSlot) -> None:
    reports(slot, ahead_s=3.0, delays_s=[0.0])
    note_clock(slot, None, NOON + 100)
    assert skew(slot) == pytest.approx(3.0)


def test_the_skew_is_told_with_every_reported_time() -> None:
    lift = Listener()
    lift.sees(RESTING, reported_at=NOON + 5)
    [fault] = lift.sees(RESTING, faults=(DOOR_OPENING,), reported_at=NOON + 5)
    [alarm, *_] = lift.hears_alarm()
    assert isinstance(fault, FaultRaised)
    assert isinstance(alarm, AlarmRaised)
    assert (fault.reported_at, fault.skew_s, alarm.skew_s) == (NOON + 5, 5.0, 5.0)


@pytest.mark.parametrize("ahead_s", [None, 0.0, -1e9, 1e9, 7200.0])
def test_a_wrong_clock_makes_no_entrapment_sooner_or_later(ahead_s: float | None) -> None:
    lift = Listener()
    for pause_s in (10.0, 10.0, 9.0):
        said_at = None if ahead_s is None else lift.now + ahead_s
        assert lift.sees(replace(BETWEEN, reported_at=said_at)) == []
        assert lift.waits(pause_s) == []
    [found] = lift.waits(1)
    assert isinstance(found, EntrapmentFound)
    assert (found.since, found.at) == (NOON, NOON + 30)
