"""Decides a recording again: do the same messages, at the same times, lead to the same findings as they did then?

Decides what counts as the same: each message and each waking must lead to the very findings that were recorded beside
it, and every sign of this lift in the case's timeline must be one of those found now. The tracker decides by the rules
that were in force, so that a setting that has changed since makes no difference. Must not know where recordings are
kept, or how the answer is shown.

Not compared is `flooding`: it counts messages over ten seconds, and the recording may begin in the midst of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from devices.errors import Refused
from devices.faults import Fault
from devices.fleet import Fleet, OwnRules
from devices.messages import Event, LiftId
from devices.payloads import parse, parse_topic
from devices.slot import Rules
from devices.snapshot import recall
from rescue.black_box.recording import Json, Recording, RecordingUnusable, to_json, write_events
from rescue.black_box.ring import Kind, Record
from rescue.desk.inputs import instant_of
from rescue.timeline import Entry, instant

SIGNS = ("AlarmRaised", "EntrapmentFound")
TOLD_BY_LIFTS = ("opened", "joined")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message or waking: what it led to then, and what it leads to now, as JSON values."""

    record: Record
    then: tuple[Json, ...]
    now: tuple[Json, ...]
    refused: str = ""
    """Why the message is not taken now; it was taken then."""

    @property
    def same(self) -> bool:
        """It leads to the same findings."""
        return self.then == self.now and not self.refused

    @property
    def differences(self) -> list[str]:
        """In which ways it does not, each a line for a person."""
        if self.refused:
            return [f"the message is refused now: {self.refused}"]
        pairs = zip(self.then, self.now, strict=False)
        told = [line for then, now in pairs for line in _differences(then, now)]
        told += [f"{name_of(event)} came out then, and does not now" for event in self.then[len(self.now) :]]
        return told + [f"{name_of(event)} comes out now, and did not then" for event in self.now[len(self.then) :]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A recording, decided again."""

    recording: Recording
    steps: tuple[Step, ...]
    """From the checkpoint on; none if there is no checkpoint."""

    @property
    def same(self) -> bool:
        """Every step is."""
        return all(step.same for step in self.steps)

    def covers(self, at: float) -> bool:
        """Whether what was decided at this instant can be judged by it."""
        start = self.recording.starts_at
        return start is not None and start <= at <= self.recording.taken_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One sign of the lift in the case's timeline, and whether it comes out of the recordings now."""

    entry: Entry
    finding: Json | None
    """What comes out the same; None: nothing does."""

    @property
    def same(self) -> bool:
        """It comes out the same."""
        return self.finding is not None


def replay(recording: Recording) -> Replayed:
    """Decide a recording again. Raises RecordingUnusable."""
    records = iter(recording.records)
    checkpoint = next((record for record in records if record.kind is Kind.CHECKPOINT), None)
    if checkpoint is None:
        return Replayed(recording=recording, steps=())
    fleet = _fleet_at(recording, checkpoint)
    steps: list[Step] = []
    for record in records:
        if record.kind is Kind.FOUND:
            steps[-1:] = [_with_then(step, record) for step in steps[-1:]]
        else:
            steps.append(_take_step(fleet, recording.lift_id, record))
    return Replayed(recording=recording, steps=tuple(steps))


def judge_timeline(entries: Iterable[Entry], replayed: Sequence[Replayed]) -> list[Judged]:
    """Every sign of the lift in the timeline that a recording covers, each with what comes out now."""
    findings = [event for one in replayed for step in one.steps for event in step.now]
    return [
        Judged(entry=entry, finding=next((f for f in findings if _facts_of(f) == _told(entry)), None))
        for entry in entries
        if _is_sign(entry) and any(one.covers(entry.at.timestamp()) for one in replayed)
    ]


def changed_rules(recorded: Mapping[str, float], now: Rules) -> dict[str, tuple[float | None, float | None]]:
    """Rules that are not what they were: then and now. None for one that did not or does not exist."""
    current: dict[str, float] = {field.name: getattr(now, field.name) for field in fields(now)}
    names = dict.fromkeys((*recorded, *current))
    pairs = {name: (recorded.get(name), current.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def name_of(event: Json) -> str:
    """A finding in a few words."""
    match event["event"]:
        case "AlarmRaised" | "AlarmEnded":
            return f"{event['event']} {event['number']}"
        case "FaultRaised" | "FaultCleared":
            return f"{event['event']} {event['fault'] or event['raw']['code']}"
        case name:
            return str(name)


class _LiftAlone(Fleet):
    """A fleet of one lift, in the state of a checkpoint, and woken only when it was then."""

    def recall(self, lift_id: LiftId, checkpoint: Json) -> None:
        own = checkpoint["own"]
        self.add(lift_id, checkpoint["area"], OwnRules(**own) if own else None)
        slot = self._slots[lift_id]
        recall(slot, checkpoint["state"])
        self._queue(slot)


def _fleet_at(recording: Recording, checkpoint: Record) -> Fleet:
    fleet = _LiftAlone(_rules_of(recording))
    try:
        if state := json.loads(checkpoint.said):
            fleet.recall(recording.lift_id, state)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RecordingUnusable(
            f"the lift's state is not one that this version keeps: {type(error).__name__}: {error}"
        ) from error
    return fleet


def _rules_of(recording: Recording) -> Rules:
    """Those in force then; one that this version does not have is left out, as `changed_rules` tells."""
    known = {field.name for field in fields(Rules)}
    then: dict[str, Any] = {name: value for name, value in recording.rules.items() if name in known}
    return Rules(**then)


def _take_step(fleet: Fleet, lift_id: LiftId, record: Record) -> Step:
    if record.kind is Kind.WAKING:
        return Step(record=record, then=(), now=_comparable(fleet.expire(record.at)))
    try:
        area, speaker, channel = parse_topic(record.topic)
        message = parse(channel, record.said, fleet.profile_of(lift_id))
        return Step(record=record, then=(), now=_comparable(fleet.observe(area, speaker, message, record.at)))
    except Refused as error:
        return Step(record=record, then=(), now=(), refused=error.reason)


def _with_then(step: Step, found: Record) -> Step:
    then = tuple(event for event in json.loads(found.said) if not _is_flooding(event))
    return replace(step, then=(*step.then, *then))


def _comparable(events: Sequence[Event]) -> tuple[Json, ...]:
    """By way of JSON, as those of then."""
    written: list[Json] = json.loads(to_json(write_events(events)))
    return tuple(event for event in written if not _is_flooding(event))


def _is_flooding(event: Json) -> bool:
    return event.get("fault") == Fault.FLOODING


def _differences(then: Json, now: Json, path: str = "") -> list[str]:
    path = path or name_of(then)
    told = []
    for name in dict.fromkeys((*then, *now)):
        before, after = then.get(name), now.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            told += _differences(before, after, f"{path} {name}")
        elif before != after:
            told.append(f"{path} {name}: then {_show(before)}, now {_show(after)}")
    return told


def _show(value: object) -> str:
    return "; ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _is_sign(entry: Entry) -> bool:
    return entry.what in TOLD_BY_LIFTS and entry.actor.kind == "lift" and "confidence" in entry.data


def _told(entry: Entry) -> Mapping[str, Any]:
    return {name: entry.data.get(name) for name in ("confidence", "reasons", "since", "alarm")}


def _facts_of(event: Json) -> Mapping[str, Any]:
    """What the desk writes into the timeline of this finding."""
    if event["event"] not in SIGNS:
        return {}
    is_alarm = event["event"] == "AlarmRaised"
    return {
        "confidence": event["evidence"]["confidence"],
        "reasons": event["evidence"]["reasons"],
        "since": instant(instant_of(event["at"] if is_alarm else event["since"])),
        "alarm": event["number"] if is_alarm else None,
    }
