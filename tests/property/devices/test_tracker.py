from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from devices import tracker
from devices.fleet import Fleet
from devices.messages import (
    Alarm,
    AlarmEnded,
    AlarmRaised,
    Confidence,
    EntrapmentEnded,
    EntrapmentFound,
    Event,
    FaultReport,
    LinkChanged,
    Message,
    ServiceMode,
    Status,
)
from devices.slot import Rules
from devices.snapshot import restore, snapshot
from tests.property.devices.said import alarms, fault_reports, histories, pauses_s, statuses
from tests.unit.devices.lifts import AREA, BETWEEN, BUTTON, LEVELLED_OPEN, LIFT, NOON, Listener, of_people

numbered = st.integers(1, 3)
History = Sequence[tuple[float, Message]]


def play(history: History, *, times: int = 1) -> tuple[Listener, list[Event]]:
    """A lift with this history, each message heard so many times, and all that followed."""
    lift, events = Listener(), list[Event]()
    for pause_s, message in history:
        events += lift.waits(pause_s)
        for _ in range(times):
            events += lift.hears(message)
    return lift, events


def but_alarms(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, AlarmRaised | AlarmEnded)]


@given(histories)
def test_hearing_everything_three_times_is_hearing_it_once_but_for_alarms_said_again(history: History) -> None:
    once, events = play(history)
    thrice, repeated = play(history, times=3)
    assert thrice.slot == once.slot
    assert but_alarms(repeated) == but_alarms(events)


def play_live(history: History) -> list[Event]:
    """The same lift in a fleet, which keeps its own heap and wakes it at its deadlines."""
    fleet, now, events = Fleet(Rules()), NOON, list[Event]()
    fleet.add(LIFT, AREA)
    for pause_s, message in history:
        until = now + pause_s
        while (by := fleet.next_deadline()) is not None and by <= until:
            events += fleet.expire(max(now, by))
        now = until
        events += fleet.observe(AREA, LIFT, message, now)
    return events


@given(histories)
def test_what_was_recorded_gives_the_same_events_when_it_is_replayed(history: History) -> None:
    assert play(history)[1] == play_live(history)


@given(histories, pauses_s)
def test_our_restart_loses_nobody_of_whom_the_lift_says_no_more(history: History, away_s: float) -> None:
    lift, _ = play(history)
    restarted = Listener()
    restarted.now = lift.now + away_s
    restore(restarted.slot, json.loads(json.dumps(snapshot(lift.slot))), restarted.now, restarted.rules)
    lift.waits(1000)
    restarted.waits(1000)
    assert sureness(restarted) == sureness(lift)


def sureness(lift: Listener) -> Confidence | None:
    """How sure we are by now that people are trapped."""
    return lift.slot.found.confidence if lift.slot.found else None


@given(histories, st.permutations(range(6)), st.data())
def test_stale_messages_change_nothing_in_whatever_order(
    history: History, order: list[int], data: st.DataObject
) -> None:
    lift, _ = play(history)
    assume(lift.slot.boot >= 0)
    stale = [
        replace(message, boot=min(message.boot, lift.slot.boot), seq=min(message.seq, lift.slot.seq))
        for message in data.draw(st.lists(statuses | fault_reports, min_size=6, max_size=6))
    ]
    lift.slot.rival = None
    before = replace(lift.slot)
    for index in order:
        message = stale[index]
        if isinstance(message, Status):
            message = replace(message, alarm_button=False)
        elif message.fault == BUTTON:
            message = replace(message, raised=False)
        assert lift.hears(message) == []
    assert replace(lift.slot, rival=None) == before


@given(histories, alarms)
def test_nothing_said_before_can_swallow_an_alarm(history: History, alarm: Alarm) -> None:
    lift, _ = play(history)
    first, *_ = lift.hears(alarm)
    assert isinstance(first, AlarmRaised)
    assert (first.number, first.boot, first.at) == (alarm.number, alarm.boot, lift.now)


@given(histories, statuses)
def test_nothing_said_before_can_swallow_a_button_told_in_a_status(history: History, status: Status) -> None:
    lift, _ = play(history)
    pressed = replace(status, boot=lift.slot.boot + 1, alarm_button=True)
    lift.hears(pressed)
    assert lift.slot.found is not None


@given(histories, fault_reports)
def test_nothing_said_before_can_swallow_a_button_told_as_a_fault(history: History, report: FaultReport) -> None:
    lift, _ = play(history)
    lift.hears(replace(report, boot=lift.slot.boot + 1, fault=BUTTON, raised=True))
    assert lift.slot.found is not None


@given(histories, numbered, st.sampled_from([1.0, 4.0, 9.0]), st.booleans())
def test_nothing_said_before_can_swallow_an_entrapment(
    history: History, boot: int, every_s: float, flickers: bool
) -> None:
    """Whatever came before: once its door was open at a landing, the next people are found as the first ever were."""
    lift, _ = play(history)
    boot += max(lift.slot.boot, 0)
    lift.hears(replace(LEVELLED_OPEN, boot=boot, seq=0))
    assert lift.slot.found is None
    began_at, events = lift.now, list[Event]()
    for beat in range(int(50 // every_s)):
        events += lift.hears(replace(BETWEEN, boot=boot, seq=1 + beat, door_zone=flickers and beat % 2 == 1))
        events += lift.waits(every_s)
    told = [e for e in of_people(events) if isinstance(e, EntrapmentFound)]
    assert told == of_people(events)
    assert {e.since for e in told} == {began_at}
    assert told[0].at == began_at + 30
    assert told[-1].evidence.confidence is Confidence.LIKELY
    assert told[-1].at <= began_at + 30 + (2 * every_s if flickers else 0)


@given(histories)
def test_after_every_waking_no_deadline_is_due(history: History) -> None:
    lift = Listener()
    for pause_s, message in history:
        lift.hears(message)
        lift.now += pause_s
        tracker.expire(lift.slot, lift.now, lift.rules)
        by = tracker.next_deadline(lift.slot)
        assert by is None or by > lift.now


@given(histories)
def test_an_entrapment_rises_step_by_step_until_it_ends_and_ends_once(history: History) -> None:
    _, events = play(history)
    found: EntrapmentFound | None = None
    for event in events:
        if isinstance(event, EntrapmentFound):
            assert found is None or event.evidence.confidence.rank > found.evidence.confidence.rank
            assert found is None or event.since == found.since
            assert event.since <= event.at
            assert event.evidence.reasons
            found = event
        elif isinstance(event, EntrapmentEnded):
            assert found is not None
            assert event.reasons
            found = None


@given(histories)
def test_a_lift_goes_off_line_and_comes_back_in_turn(history: History) -> None:
    _, events = play([*history, (1000.0, history[0][1])] if history else [])
    changes = [event.online for event in events if isinstance(event, LinkChanged)]
    assert all(one is not other for one, other in pairwise(changes))


@given(st.lists(st.tuples(st.sampled_from([1.0, 31.0]), statuses), max_size=15))
def test_in_inspection_nobody_is_trapped_by_inference(history: list[tuple[float, Status]]) -> None:
    lift, events = play([(s, replace(m, service_mode=ServiceMode.INSPECTION, alarm_button=False)) for s, m in history])
    events += lift.waits(100)
    assert not any(isinstance(event, EntrapmentFound) for event in events)


@given(histories)
def test_alarms_come_before_everything_else_that_a_message_leads_to(history: History) -> None:
    lift = Listener()
    for pause_s, message in history:
        lift.waits(pause_s)
        events = lift.hears(message)
        assert not any(isinstance(event, AlarmRaised | AlarmEnded) for event in events[1:])
        assert not any(isinstance(event, LinkChanged) for event in events[:-1])
