from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from devices import tracker
from devices.fleet import SMALLEST_REBUILD, Fleet
from devices.messages import Area, Event, LiftId, Message
from devices.tracker import LiftSlot, Rules
from tests.property.devices.said import messages, pauses_s
from tests.unit.devices.lifts import AREA, NOON

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
    assert fleet.counts().lifts == 0
    assert fleet.next_deadline() is None
