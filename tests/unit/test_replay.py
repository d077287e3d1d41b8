"""A recording decides as the lift's last minutes did: what was said is put through the real tracker, twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.errors import Refused
from devices.fleet import OwnRules
from devices.messages import Alarm, AlarmRaised, Confidence, EntrapmentFound, Event, LiftId, Message
from devices.slot import Rules
from rescue.black_box.recorder import MESSAGES_A_CHECKPOINT, MOST_BYTES, MOST_IN_DEBT, MOST_SAVED_UP
from rescue.black_box.recording import (
    Recording,
    RecordingUnusable,
    read_recording,
    to_json,
    write_events,
    write_recording,
)
from rescue.black_box.replay import changed_rules, judge_timeline, replay
from rescue.black_box.ring import Kind, Record
from rescue.desk.inputs import instant_of
from rescue.timeline import Fact, instant
from tests.property.devices.said import messages, pauses_s
from tests.unit.devices.lifts import AREA, BETWEEN, LEVELLED_OPEN, LIFT, NOON, RESTING, RUNNING
from tests.unit.recorded_lift import OTHER, RULES, get_stuck, open_centre, opening

PRESS = Alarm(reported_at=NOON, boot=17, number=7, button_held_s=4.0)


def tamper(recording: Recording, kind: Kind, old: bytes, new: bytes) -> Recording:
    """The recording with something else in its records of this kind."""
    records = tuple(
        record._replace(said=record.said.replace(old, new)) if record.kind is kind else record
        for record in recording.records
    )
    assert records != recording.records
    return replace(recording, records=records)


def kinds(recording: Recording) -> list[Kind]:
    return [record.kind for record in recording.records]


def as_json(events: Sequence[Event]) -> list[Mapping[str, Any]]:
    told: list[Mapping[str, Any]] = json.loads(to_json(write_events(events)))
    return told


def found_now(recording: Recording) -> list[Mapping[str, Any]]:
    return [event for step in replay(recording).steps for event in step.now]


# --- the same


def test_an_entrapment_found_by_waiting_is_found_again_to_the_word() -> None:
    with open_centre() as centre:
        get_stuck(centre)
        recording = centre.recording()
    assert [type(event) for event in centre.events] == [EntrapmentFound]
    assert replay(recording).same
    assert found_now(recording) == as_json(centre.events)


def test_a_lift_with_a_time_of_its_own_is_decided_again_by_it() -> None:
    with open_centre(own=OwnRules(trapped_after_s=12.0)) as centre:
        get_stuck(centre)
        recording = centre.recording()
    assert replay(recording).same
    assert [event["at"] - event["since"] for event in found_now(recording)] == [pytest.approx(12.4)]


def test_a_waking_is_decided_again_although_the_lift_said_nothing_since_its_checkpoint() -> None:
    with open_centre() as centre:
        centre.sees(BETWEEN)
        centre.recorder.begin_anew(centre.now)
        centre.waits(31)
        recording = centre.recording()
    assert kinds(recording) == [Kind.MESSAGE, Kind.CHECKPOINT, Kind.WAKING, Kind.FOUND]
    assert replay(recording).same
    assert [event["event"] for event in found_now(recording)] == ["EntrapmentFound"]


def test_an_alarm_is_found_again_and_is_the_one_of_the_timeline() -> None:
    with open_centre() as centre:
        centre.sees(RESTING)
        centre.hears(PRESS)
        again = replay(centre.recording())
    alarm = next(event for event in centre.events if isinstance(event, AlarmRaised))
    assert [judged.same for judged in judge_timeline([opening(alarm, centre.now)], [again])] == [True]


steps = st.lists(st.tuples(pauses_s, st.sampled_from([LIFT, LIFT, OTHER]), messages), max_size=25)
rules_given = st.sampled_from([RULES, Rules(trapped_after_s=5.0), Rules(missed_reports=1, link_grace_s=1.0)])
owns = st.sampled_from([None, OwnRules(trapped_after_s=12.0), OwnRules(must_test=True, rated_speed_mps=1.5)])


@settings(deadline=None)
@given(steps, rules_given, owns)
def test_any_history_is_decided_again_as_it_was(
    history: Sequence[tuple[float, LiftId, Message]], rules: Rules, own: OwnRules | None
) -> None:
    with open_centre(rules=rules, own=own) as centre:
        for pause_s, lift_id, message in history:
            centre.waits(pause_s)
            try:
                centre.hears(message, lift_id)
            except Refused:
                continue
        centre.waits(3.0)
        recording = centre.recording()
    assert [line for step in replay(recording).steps for line in step.differences] == []
    again, live = found_now(recording), as_json(centre.events)
    assert again == live[len(live) - len(again) :]
    if centre.now - NOON < centre.recorder.window_s:
        assert again == live


def test_a_lift_that_nobody_registered_is_decided_again_as_well() -> None:
    stranger = LiftId("L9")
    with open_centre() as centre:
        centre.hears(PRESS, stranger)
        recording = centre.recorder.read(stranger, centre.now)
    assert kinds(recording) == [Kind.CHECKPOINT, Kind.MESSAGE, Kind.FOUND]
    assert replay(recording).same
    assert [event["event"] for event in found_now(recording)] == ["AlarmRaised"]


def test_a_lift_that_was_never_heard_has_an_empty_recording() -> None:
    with open_centre() as centre:
        recording = centre.recording()
    assert recording.records == ()
    assert replay(recording).same


# --- not the same


def test_a_changed_message_is_reported_as_a_difference() -> None:
    with open_centre() as centre:
        get_stuck(centre)
        recording = tamper(centre.recording(), Kind.MESSAGE, b'"passenger_status": true', b'"passenger_status": false')
    again = replay(recording)
    assert not again.same
    assert "EntrapmentFound came out then, and does not now" in [
        line for step in again.steps for line in step.differences
    ]


def test_a_changed_finding_is_reported_field_by_field() -> None:
    with open_centre() as centre:
        get_stuck(centre)
        event = centre.events[-1]
        assert isinstance(event, EntrapmentFound)
        confidence = event.evidence.confidence
        recording = tamper(centre.recording(), Kind.FOUND, f'"{confidence}"'.encode(), b'"rumoured"')
    [line] = [line for step in replay(recording).steps for line in step.differences]
    assert line == f"EntrapmentFound evidence confidence: then rumoured, now {confidence}"


def test_a_message_that_is_refused_now_is_a_difference() -> None:
    with open_centre() as centre:
        get_stuck(centre)
        recording = tamper(centre.recording(), Kind.MESSAGE, b'"boot": 17', b'"boot": "x"')
    assert any("refused now" in line for step in replay(recording).steps for line in step.differences)


@pytest.mark.parametrize(
    "changed",
    [
        {"confidence": Confidence.CONFIRMED},
        {"reasons": ["said: so"]},
        {"since": instant(instant_of(NOON - 5))},
        {"alarm": 8},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_timeline_that_tells_of_another_sign_is_not_the_same(changed: dict[str, Fact]) -> None:
    with open_centre() as centre:
        get_stuck(centre)
        again = replay(centre.recording())
    assert [j.same for j in judge_timeline([opening(centre.events[-1], centre.now, **changed)], [again])] == [False]


def test_what_the_timeline_tells_after_the_recording_is_not_judged_by_it() -> None:
    with open_centre() as centre:
        get_stuck(centre)
        again = replay(centre.recording())
    assert judge_timeline([opening(centre.events[-1], centre.now + 1)], [again]) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"records": [{"kind": "rumour"}]}', '{"records": 7}'])
def test_what_is_no_recording_is_said_to_be_none(text: str) -> None:
    with pytest.raises(RecordingUnusable, match="this is no recording"):
        read_recording(text)


def test_a_state_that_is_none_is_said_to_be_none() -> None:
    with open_centre() as centre:
        get_stuck(centre)
        recording = tamper(centre.recording(), Kind.CHECKPOINT, b'"area"', b'"place"')
    with pytest.raises(RecordingUnusable, match="not one that this version keeps"):
        replay(recording)


# --- rules


def test_rules_that_have_changed_since_make_no_difference_but_are_told() -> None:
    with open_centre(rules=Rules(trapped_after_s=12.0)) as centre:
        get_stuck(centre)
        recording = centre.recording()
    assert replay(recording).same
    assert changed_rules(recording.rules, Rules()) == {"trapped_after_s": (12.0, 30.0)}


def test_rules_that_came_or_went_since_are_told() -> None:
    known = {"trapped_after_s": 30.0, "rule_of_thumb_s": 7.0}
    changed = changed_rules(known, Rules())
    assert changed["rule_of_thumb_s"] == (7.0, None)
    assert changed["settles_after_s"] == (None, Rules().settles_after_s)
    assert "trapped_after_s" not in changed


# --- what is recorded


def test_a_recording_holds_what_was_said_within_the_window_and_sets_out_from_a_checkpoint_before_it() -> None:
    with open_centre() as centre:
        for _ in range(60):
            centre.sees(RESTING)
            centre.sees(RESTING, OTHER)
            centre.waits(30)
        recording = centre.recording()
    window_s = centre.recorder.window_s
    assert kinds(recording)[0] is Kind.CHECKPOINT
    assert kinds(recording).count(Kind.CHECKPOINT) == 1
    assert recording.starts_at is not None
    assert window_s <= centre.now - recording.starts_at <= 1.5 * window_s
    assert all(LIFT in record.topic for record in recording.records if record.kind is Kind.MESSAGE)


def test_checkpoints_are_taken_at_most_every_half_window() -> None:
    with open_centre() as centre:
        for _ in range(600):
            centre.sees(RESTING)
            centre.waits(5)
        assert 3000 / 300 - 1 <= centre.recorder.checkpoints <= 3000 / 300 + 1


def test_where_the_black_box_is_small_for_its_lifts_checkpoints_stay_within_their_share() -> None:
    heard = 5_000
    with open_centre() as centre:
        lifts = [LiftId(f"M{number}") for number in range(2_500)]
        for lift_id in lifts:
            centre.fleet.add(lift_id, AREA)
        for number in range(heard):
            centre.now += 0.01
            centre.sees(RESTING, lifts[number % len(lifts)])
        most = (MOST_SAVED_UP + heard) / MESSAGES_A_CHECKPOINT
        assert most - 10 <= centre.recorder.checkpoints <= most
        taken = centre.recorder.checkpoints
        while centre.recorder.checkpoints == taken:
            centre.sees(RESTING, lifts[0])
        centre.sees(RESTING)
        assert centre.recording().starts_at is None
        centre.hears(PRESS)
        assert replay(centre.recording()).same
        assert centre.recording().starts_at == centre.now


def test_a_storm_of_alarms_runs_up_a_debt_of_checkpoints_that_has_a_limit() -> None:
    with open_centre(size=16 * 1024 * 1024) as centre:
        heard = (MOST_SAVED_UP + MOST_IN_DEBT) // MESSAGES_A_CHECKPOINT + 1_000
        for number in range(heard):
            centre.hears(PRESS, LiftId(f"S{number}"))
        most = (MOST_SAVED_UP + MOST_IN_DEBT + heard) / MESSAGES_A_CHECKPOINT
        assert most - 10 <= centre.recorder.checkpoints <= most


def test_what_came_before_the_states_were_changed_otherwise_is_shown_but_not_decided_again() -> None:
    with open_centre() as centre:
        centre.sees(LEVELLED_OPEN)
        centre.waits(10)
        centre.fleet.stop_listening()
        centre.fleet.resume_listening(centre.now)
        centre.recorder.begin_anew(centre.now)
        centre.waits(1)
        centre.sees(RUNNING)
        recording = centre.recording()
    assert kinds(recording) == [Kind.MESSAGE, Kind.CHECKPOINT, Kind.MESSAGE]
    assert len(replay(recording).steps) == 1


def test_a_lift_that_says_too_much_for_one_case_is_cut_at_its_oldest() -> None:
    with open_centre(size=64 * 1024 * 1024) as centre:
        for _ in range(8_000):
            centre.now += 0.05
            centre.sees(BETWEEN)
        recording = centre.recording()
    assert recording.is_cut
    assert len(write_recording(recording)) < 1.2 * MOST_BYTES
    assert recording.records[-1].at == centre.now


def test_the_black_box_tells_how_far_back_it_goes() -> None:
    with open_centre() as centre:
        assert centre.recorder.reach_s(centre.now) == 0
        for _ in range(1_000):
            centre.sees(RESTING)
            centre.waits(1)
        assert centre.recorder.reach_s(centre.now) == pytest.approx(1_000, abs=2)
        for _ in range(4_000):
            centre.now += 0.5
            centre.sees(RESTING)
        oldest = min(record.at for record in centre.recorder.read(LIFT, centre.now).records)
        assert centre.recorder.reach_s(centre.now) < 2_000
        assert centre.recorder.reach_s(centre.now) >= centre.now - oldest - 1


def test_payloads_that_are_no_text_survive_the_database() -> None:
    record = Record(Kind.MESSAGE, NOON, f"lifts/v1/{AREA}/{LIFT}/status", b"\xff{}")
    recording = Recording(lift_id=LIFT, taken_at=NOON, rules={}, records=(record,), reaches_back_to=None)
    assert read_recording(write_recording(recording)) == recording


def test_a_black_box_too_small_for_the_largest_message_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"), open_centre(size=64 * 1024):
        pass
