"""Whatever a lift says: what is wrong with it is told once and cleared once, and no clock of a lift matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from devices.conditions import MOST_CONDITIONS, holding, key_of
from devices.messages import (
    Alarm,
    AlarmEnded,
    AlarmRaised,
    EndOfAlarm,
    Event,
    FaultCleared,
    FaultRaised,
    Link,
    Message,
    ServiceMode,
    Status,
)
from tests.property.devices.said import alarms, ends, fault_reports, links, pauses_s, statuses, test_calls
from tests.unit.devices.lifts import Listener

History = Sequence[tuple[float, Message]]

floors = st.sampled_from(["1", "2", "9", "B2", "RF", "inf"])
speeds = st.none() | st.sampled_from([-13.0, 0.0, 1.7, 20.0])


@st.composite
def moving_statuses(draw: st.DrawFn) -> Status:
    return replace(draw(statuses), car_position=draw(floors), car_speed_mps=draw(speeds))


talk: st.SearchStrategy[Message] = (
    moving_statuses() | moving_statuses() | fault_reports | test_calls | links | alarms | ends
)
lives = st.lists(st.tuples(pauses_s | st.sampled_from([60.0, 4000.0, 90_000.0]), talk), max_size=25)
"""A lift's history in which it also goes up and down, and has long pauses."""


def in_order(history: History) -> History:
    """Numbered so that every message is news."""
    return [
        (pause_s, message if isinstance(message, Alarm | EndOfAlarm) else replace(message, boot=number))
        for number, (pause_s, message) in enumerate(history)
    ]


def told(history: History) -> Iterator[tuple[Listener, Message, list[Event]]]:
    """Each message with what followed from the time before it and from itself."""
    lift = Listener()
    for pause_s, message in history:
        events = lift.waits(pause_s)
        yield lift, message, [*events, *lift.hears(message)]


@given(lives)
def test_every_fault_is_raised_before_it_is_cleared_and_the_conditions_are_what_was_not_cleared(
    history: History,
) -> None:
    wrong = dict[str, FaultRaised]()
    for lift, _, events in told(history):
        for event in events:
            if isinstance(event, FaultRaised):
                key = key_of(event.fault, event.raw)
                assert key not in wrong or (wrong[key].is_flapping and not event.is_flapping)
                assert key not in wrong or wrong[key].since == event.since
                wrong[key] = event
            elif isinstance(event, FaultCleared):
                raised = wrong.pop(key_of(event.fault, event.raw))
                assert (raised.raw, raised.is_flapping) == (event.raw, event.is_flapping)
        assert set(wrong) == {key_of(one.fault, one.raw) for one in holding(lift.slot)}


@given(lives)
def test_what_is_wrong_is_what_codes_inference_or_we_ourselves_say(history: History) -> None:
    for lift, _, _ in told(in_order(history)):
        said = {key_of(raw.fault, raw) for raw in lift.slot.faults}
        said |= {fault.value for fault in lift.slot.inferred}
        said |= {key for key, one in (lift.slot.conditions or {}).items() if one.is_ours}
        assert {key_of(one.fault, one.raw) for one in holding(lift.slot)} == said
        assert len(lift.slot.conditions or {}) <= MOST_CONDITIONS


@given(lives)
def test_every_fault_raised_has_a_reason_and_its_time(history: History) -> None:
    for lift, _, events in told(history):
        for event in events:
            if isinstance(event, FaultRaised):
                assert event.reasons
                assert event.since <= event.at == lift.now


@given(lives)
def test_a_fault_is_marked_if_it_was_raised_four_times_within_ten_minutes_and_not_otherwise(history: History) -> None:
    raised_at = dict[str, list[float]]()
    for lift, _, events in told(history):
        for event in events:
            if isinstance(event, FaultRaised) and event.since == event.at:
                times = raised_at.setdefault(key_of(event.fault, event.raw), [])
                times.append(event.at)
                recent = [at for at in times if lift.now - at < 600]
                assert event.is_flapping == (len(recent) >= 4)


@given(lives)
def test_in_inspection_no_status_raises_a_fault_without_a_code(history: History) -> None:
    for _, message, events in told(in_order(history)):
        if isinstance(message, Status) and message.service_mode is ServiceMode.INSPECTION:
            assert all(event.raw is not None for event in events if isinstance(event, FaultRaised))


@given(lives, st.none() | st.floats(-1e10, 1e11))
def test_no_clock_of_a_lift_changes_what_is_found_or_when(history: History, reported_at: float | None) -> None:
    other = [(pause_s, at_another_time(message, reported_at)) for pause_s, message in history]
    for (_, _, events), (_, _, others) in zip(told(history), told(other), strict=True):
        assert [timeless(event) for event in events] == [timeless(event) for event in others]


def at_another_time(message: Message, reported_at: float | None) -> Message:
    return message if isinstance(message, Link) else replace(message, reported_at=reported_at)


def timeless(event: Event) -> Event:
    """Without what the lift's clock said."""
    if isinstance(event, AlarmRaised | AlarmEnded | FaultRaised | FaultCleared):
        return replace(event, reported_at=None, skew_s=None)
    return event
