"""How a replayed case is shown: tables for people, or one JSON object for programs. Decides words, never sameness."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from rescue.black_box.recording import Json, write_record
from rescue.black_box.replay import Judged, Replayed, Step, name_of
from rescue.black_box.ring import Kind, Record
from rescue.decisions.decided_again import DecidedAgain
from rescue.decisions.records import DecisionRecord, How, LeftOut
from rescue.desk.inputs import instant_of
from rescue.incident import Incident
from rescue.timeline import Entry, instant

PAYLOAD_SHOWN = 500

RuleChanges = Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case and all that came of replaying it: first what the tracker made of its lift, then what the desk decided."""

    incident: Incident
    replayed: Sequence[Replayed]
    judged: Sequence[Judged]
    decided: Sequence[DecidedAgain | LeftOut]
    rules: RuleChanges
    """Those in force then that are others now."""
    first_break: int | None
    """Where the timeline's chain is broken."""

    @property
    def differences(self) -> list[str]:
        """Everything that is not the same, a line each."""
        steps = [step for one in self.replayed for step in one.steps]
        return [
            *(f"{_clock(step.record.at)} {line}" for step in steps for line in step.differences),
            *(_missing(judged.entry) for judged in self.judged if not judged.same),
            *(_unreplayable(one) for one in self.replayed if _is_lost(one)),
            *(f"{_when(one.record.at)} {line}" for one in _again(self) for line in one.differences),
            *(
                [f"the timeline was changed: entry {self.first_break} does not fit the chain"]
                if self.first_break
                else []
            ),
        ]

    @property
    def same(self) -> bool:
        """Every decision of the tracker and of the desk came out the same."""
        return not self.differences


def show_case(console: Console, case: Case, *, with_messages: bool) -> None:
    """The case for a person."""
    incident = case.incident
    console.print(f"Case {incident.number} ({incident.incident_id}), lift {incident.lift_id}, {incident.kind}")
    for name, (then, now) in case.rules.items():
        console.print(f"Rule {name} was {_number(then)} and is {_number(now)} now: replayed with what it was")
    for one in case.replayed:
        _show_recording(console, one, with_messages=with_messages)
    if case.judged:
        console.print(_table_of_timeline(case.judged))
    if case.decided:
        console.print(_table_of_decisions(case.decided))
    if case.same:
        console.print(f"The same: {_count(case)}")
    else:
        first, *others = case.differences
        console.print(f"DIFFERENT: {first}" + (f" (and {len(others)} more: see --json)" if others else ""))


def write_case(case: Case, *, with_messages: bool) -> Json:
    """The case for a program."""
    return {
        "incident": case.incident.incident_id,
        "number": case.incident.number,
        "lift_id": case.incident.lift_id,
        "same": case.same,
        "differences": case.differences,
        "changed_rules": {name: {"then": then, "now": now} for name, (then, now) in case.rules.items()},
        "recordings": [_write_replayed(one, with_messages=with_messages) for one in case.replayed],
        "timeline": [{"seq": j.entry.seq, "what": j.entry.what, "same": j.same} for j in case.judged],
        "decisions": [_write_decided(one) for one in case.decided],
    }


def _write_replayed(one: Replayed, *, with_messages: bool) -> dict[str, Any]:
    recording = one.recording
    told: dict[str, Any] = {
        "taken_at": recording.taken_at,
        "starts_at": recording.starts_at,
        "messages": recording.heard,
        "is_cut": recording.is_cut,
        "steps": [
            {"at": step.record.at, "same": step.same, "then": list(step.then), "now": list(step.now)}
            for step in one.steps
            if step.then or step.now or not step.same
        ],
    }
    return told | ({"records": [write_record(record) for record in recording.records]} if with_messages else {})


def _show_recording(console: Console, one: Replayed, *, with_messages: bool) -> None:
    recording = one.recording
    cut = ", of more than a case may hold" if recording.is_cut else ""
    console.print(f"Recording of {_clock(recording.taken_at)}: {recording.heard} messages{cut}")
    if with_messages and recording.records:
        console.print(_table_of_records(recording.records))
    found = [step for step in one.steps if step.then or step.now or not step.same]
    if found:
        console.print(_table_of_steps(found))


def _table_of_records(records: Sequence[Record]) -> Table:
    table = _table("time", "channel", "said")
    for record in records:
        if record.kind is Kind.MESSAGE:
            channel = record.topic.rpartition("/")[2]
            table.add_row(_hour(instant_of(record.at)), channel, _short(record.said))
        elif record.kind is Kind.WAKING:
            table.add_row(_hour(instant_of(record.at)), "", "(a deadline passed)")
    return table


def _short(payload: bytes) -> str:
    """A payload for a person: JSON without its signs, anything else as it is."""
    try:
        words = ", ".join(f"{name} {_word(value)}" for name, value in json.loads(payload).items())
    except (AttributeError, ValueError):
        words = payload.decode(errors="replace")
    return words if len(words) <= PAYLOAD_SHOWN else words[:PAYLOAD_SHOWN] + "…"


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _table_of_steps(steps: Sequence[Step]) -> Table:
    table = _table("time", "finding", "confidence", "since", "reasons", "now")
    for step in steps:
        for event in step.then or step.now or ({"event": "(nothing)"},):
            evidence = event.get("evidence") or {}
            since = event.get("since")
            reasons = evidence.get("reasons") or event.get("reasons") or ()
            table.add_row(
                _hour(instant_of(step.record.at)),
                name_of(event),
                evidence.get("confidence", ""),
                "" if since is None else _hour(instant_of(since)),
                ", ".join(reason.partition(":")[0] for reason in reasons),
                _verdict(step),
            )
    return table


def _table_of_timeline(judged: Sequence[Judged]) -> Table:
    table = _table("timeline", "time", "what", "now")
    for one in judged:
        table.add_row(str(one.entry.seq), _hour(one.entry.at), one.entry.said, _verdict(one))
    return table


def _again(case: Case) -> list[DecidedAgain]:
    return [one for one in case.decided if isinstance(one, DecidedAgain)]


def _table_of_decisions(decided: Sequence[DecidedAgain | LeftOut]) -> Table:
    table = _table("time", "the desk was told", "entries", "now")
    for one in decided:
        match one:
            case DecidedAgain(record=record):
                entries = ", ".join(str(seq) for _, seq, _ in record.then.entries)
                table.add_row(_hour(record.at), _told_of(record), entries, _verdict(one))
            case LeftOut(at=at, reason=reason):
                table.add_row(_hour(at), f"(not kept: {reason})", "", "not known")
    return table


def _told_of(record: DecisionRecord) -> str:
    """What the desk was told, in a few words."""
    if record.how is How.TIMER:
        return "a deadline passed"
    first = type(record.envelopes[0].input).__name__
    return first if len(record.envelopes) == 1 else f"{first} and {len(record.envelopes) - 1} more"


def _write_decided(one: DecidedAgain | LeftOut) -> Json:
    if isinstance(one, LeftOut):
        return {"at": instant(one.at), "left_out": one.reason}
    inputs = [type(envelope.input).__name__ for envelope in one.record.envelopes]
    told = {"at": instant(one.record.at), "how": one.record.how, "inputs": inputs, "same": one.same}
    return told if one.same else {**told, "differences": list(one.differences)}


def _table(*headings: str) -> Table:
    table = Table(box=None)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _verdict(decided: Step | Judged | DecidedAgain) -> str:
    return "the same" if decided.same else "different"


def _count(case: Case) -> str:
    desk = f"{len(_again(case))} decisions of the desk" if case.decided else ""
    return "; ".join(part for part in (_count_findings(case), desk) if part)


def _count_findings(case: Case) -> str:
    if case.decided and not case.replayed:
        return ""
    heard = sum(one.recording.heard for one in case.replayed)
    if not heard:
        return "nothing was heard of this lift before the case opened, and nothing was found"
    found = sum(len(step.now) for one in case.replayed for step in one.steps)
    return f"{found} findings from {heard} messages, {len(case.judged)} of them signs in the timeline"


def _missing(entry: Entry) -> str:
    return f"{_when(entry.at)} timeline {entry.seq} ({entry.said}) does not come out now"


def _is_lost(one: Replayed) -> bool:
    """Something was heard, and nothing of it can be decided again."""
    return one.recording.starts_at is None and bool(one.recording.records)


def _unreplayable(one: Replayed) -> str:
    reach = one.recording.reaches_back_to
    since = "" if reach is None else f": it reached back to {_clock(reach)} only, and a larger one would reach further"
    return f"the recording of {_clock(one.recording.taken_at)} has no state of the lift to set out from{since}"


def _clock(at: float) -> str:
    return _when(instant_of(at))


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d} {_hour(at)}"


def _hour(at: datetime) -> str:
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:g}"
