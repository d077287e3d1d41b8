from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from devices import tracker
from devices.faults import Fault
from devices.fleet import SMALLEST_REBUILD, Fleet, Flooded
from devices.messages import (
    Alarm,
    AlarmEnded,
    AlarmRaised,
    Area,
    EndOfAlarm,
    EntrapmentFound,
    Event,
    FaultReport,
    LiftId,
    Message,
    ServiceMode,
    Status,
)
from devices.slot import LiftSlot, Rules
from tests.property.devices.said import alarms, ends, fault_reports, messages, pauses_s, statuses
from tests.unit.devices.lifts import AREA, BUTTON, NOON, RESTING

RULES = Rules()
LIFTS = [LiftId(f"L{number}") for number in range(3)]
histories = st.lists(st.tuples(pauses_s, st.sampled_from(LIFTS), messages), max_size=30)

History = Sequence[tuple[float, LiftId, Message]]


def play_together(history: History) -> list[Event]:
    """One fleet with all lifts, woken when it asks to be."""
    fleet, now, events = Fleet(RULES), NOON, list[Event]()
    for lift_id in LIFTS:
        fleet.add(lift_id, AREA)
    for pause_s, lift_id, message in history:
        now += pause_s
        events += fleet.expire(now)
        by = fleet.next_deadline()
        assert by is None or by > now
        events += fleet.observe(AREA, lift_id, message, now)
        assert len(fleet._heap) <= SMALLEST_REBUILD
    return events


def play_alone(history: History, lift_id: LiftId) -> list[Event]:
    """One lift's slot, looked at whenever the fleet is."""
    slot, now, events = LiftSlot(lift_id=lift_id, area=AREA), NOON, list[Event]()
    for pause_s, speaker, message in history:
        now += pause_s
        events += tracker.expire(slot, now, RULES)
        if speaker == lift_id:
            events += tracker.observe(slot, message, now, RULES)
    return events


@given(histories)
def test_lifts_heard_together_are_lifts_heard_alone(history: History) -> None:
    together = play_together(history)
    for lift_id in LIFTS:
        assert [event for event in together if event.lift_id == lift_id] == play_alone(history, lift_id)


# What may stand before an alarm: every mode, a door that flaps, a lift that floods, cases of long ago

QUICK_TO_CALL_IT_A_FLOOD = Rules(flood_messages=8)


Said = Sequence[tuple[float, Message]]


@st.composite
def troubles(draw: st.DrawFn) -> Said:
    """A history of one lift in which some trouble is repeated until it is worse than any rule allows for."""
    told: list[tuple[float, Message]] = []
    for _ in range(draw(st.integers(0, 3))):
        scene = draw(st.lists(st.tuples(pauses_s, messages), max_size=4))
        told += scene * draw(st.integers(1, 12))
    mode = draw(st.none() | st.sampled_from(ServiceMode))
    if mode is None:
        return told
    return [(s, replace(said, service_mode=mode) if isinstance(said, Status) else said) for s, said in told]


def troubled(history: Said, *, floods: bool) -> tuple[Fleet, float]:
    """A fleet of one lift that has been through this, and says so much more that the rest is left out if it floods."""
    fleet, now = Fleet(QUICK_TO_CALL_IT_A_FLOOD), NOON
    fleet.add(LIFTS[0], AREA)
    more = [(0.0, RESTING)] * (3 * QUICK_TO_CALL_IT_A_FLOOD.flood_messages if floods else 0)
    for pause_s, message in (*history, *more):
        now += pause_s
        fleet.expire(now)
        with suppress(Flooded):
            fleet.observe(AREA, LIFTS[0], message, now)
    if floods:
        assert Fault.FLOODING in {condition.fault for condition in fleet.view(LIFTS[0], now).conditions}
    return fleet, now


@given(troubles(), st.booleans(), alarms)
def test_no_mode_flap_flood_or_old_case_can_swallow_an_alarm(history: Said, floods: bool, alarm: Alarm) -> None:
    fleet, now = troubled(history, floods=floods)
    first, *_ = fleet.observe(AREA, LIFTS[0], alarm, now)
    assert isinstance(first, AlarmRaised)
    assert (first.number, first.boot, first.at) == (alarm.number, alarm.boot, now)


@given(troubles(), st.booleans(), ends)
def test_no_mode_flap_flood_or_old_case_can_swallow_the_end_of_an_alarm(
    history: Said, floods: bool, end: EndOfAlarm
) -> None:
    fleet, now = troubled(history, floods=floods)
    first, *_ = fleet.observe(AREA, LIFTS[0], end, now)
    assert isinstance(first, AlarmEnded)


@given(troubles(), st.booleans(), st.builds(replace, statuses | fault_reports, boot=st.integers(4, 5)))
def test_no_mode_flap_flood_or_old_case_can_swallow_a_press_without_a_number(
    history: Said, floods: bool, message: Status | FaultReport
) -> None:
    fleet, now = troubled(history, floods=floods)
    known = fleet.view(LIFTS[0], now).evidence
    pressed = (
        replace(message, alarm_button=True)
        if isinstance(message, Status)
        else replace(message, fault=BUTTON, raised=True)
    )
    events = fleet.observe(AREA, LIFTS[0], pressed, now)
    assert fleet.view(LIFTS[0], now).evidence is not None
    if known is None:
        assert isinstance(events[0], EntrapmentFound)


@given(histories, st.integers(1, 4))
def test_a_waking_in_small_steps_is_a_waking_at_once(history: History, limit: int) -> None:
    fleets = Fleet(RULES), Fleet(RULES)
    for fleet in fleets:
        for lift_id in LIFTS:
            fleet.add(lift_id, AREA)
        for _, lift_id, message in history:
            fleet.observe(AREA, lift_id, message, NOON)
    at_once = list(fleets[0].expire(NOON + 1000))
    in_steps: list[Event] = []
    while (by := fleets[1].next_deadline()) is not None and by <= NOON + 1000:
        in_steps += fleets[1].expire(NOON + 1000, limit)
    assert in_steps == at_once


@given(histories)
def test_a_stranger_leaves_no_trace(history: History) -> None:
    fleet = Fleet(RULES)
    for _, lift_id, message in history:
        if tracker.carries_alarm(message):
            fleet.observe(Area("999999"), lift_id, message, NOON)
    assert fleet.counts(NOON).lifts == 0
    assert fleet.next_deadline() is None


@given(st.lists(st.tuples(st.integers(0, 9), messages), max_size=30), st.integers(1, 12))
def test_lifts_counted_in_slices_are_as_many_as_counted_at_once(said: list[tuple[int, Message]], at_once: int) -> None:
    fleet = Fleet(Rules())
    for number in range(10):
        fleet.add(LiftId(f"L{number}"), AREA)
    for number, message in said:
        fleet.observe(AREA, LiftId(f"L{number}"), message, NOON)
    *_, counted = fleet.count_in_slices(NOON + 60, at_once)
    assert counted == fleet.counts(NOON + 60)
