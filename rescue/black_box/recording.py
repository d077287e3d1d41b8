"""A recording: what the black box held of one lift when its case opened or became graver, and how it is written down.

Decides what a recording is and how it looks as JSON: what is read equals what was written. Must not know when one is
taken, nor what the tracker makes of it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from devices.messages import Event, LiftId
from rescue.black_box.ring import Kind, Record

Json = Mapping[str, Any]


class RecordingUnusable(Exception):
    """A stored recording cannot be read or decided again: it was changed, or written by another version of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The last minutes of one lift, oldest first, with all that is needed to decide them again."""

    lift_id: LiftId
    taken_at: float
    rules: Mapping[str, float]
    """The tracker's rules in force, by name."""
    records: tuple[Record, ...]
    """At most one of them is a checkpoint: what stands before it can be read, but not decided again."""
    reaches_back_to: float | None
    """The oldest that the black box held of anybody; None for nothing."""
    is_cut: bool = False
    """There was more in the window than a case may hold: the oldest is left out."""

    @property
    def starts_at(self) -> float | None:
        """From when on it can be decided again; None for never."""
        return next((record.at for record in self.records if record.kind is Kind.CHECKPOINT), None)

    @property
    def heard(self) -> int:
        """How many messages it holds."""
        return sum(1 for record in self.records if record.kind is Kind.MESSAGE)


def write_events(events: Sequence[Event]) -> list[Json]:
    """The tracker's findings as JSON values, each with its name."""
    return [{"event": type(event).__name__, **asdict(event)} for event in events]


def write_recording(recording: Recording) -> str:
    """As JSON, in ASCII, which any database takes. ValueError for what JSON has no word for."""
    body = {
        "lift_id": recording.lift_id,
        "taken_at": recording.taken_at,
        "rules": dict(recording.rules),
        "records": [write_record(record) for record in recording.records],
        "reaches_back_to": recording.reaches_back_to,
        "is_cut": recording.is_cut,
    }
    return json.dumps(body, allow_nan=False, separators=(",", ":"))


def read_recording(text: str) -> Recording:
    """What `write_recording` wrote. Raises RecordingUnusable for what it never wrote."""
    try:
        body = json.loads(text)
        records = tuple(_read_record(one) for one in body.pop("records"))
        return Recording(records=records, **body)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RecordingUnusable(f"this is no recording: {type(error).__name__}: {error}") from error


def write_record(record: Record) -> Json:
    """One record: its kind and instant, and what it holds."""
    head = {"kind": record.kind.name.lower(), "at": record.at}
    match record.kind:
        case Kind.MESSAGE:
            return {**head, "topic": record.topic, **_write_payload(record.said)}
        case Kind.WAKING:
            return head
        case Kind.CHECKPOINT | Kind.FOUND:
            return {**head, "body": json.loads(record.said)}


def _read_record(body: Json) -> Record:
    kind = Kind[body["kind"].upper()]
    match kind:
        case Kind.MESSAGE:
            return Record(kind, body["at"], body["topic"], _read_payload(body))
        case Kind.WAKING:
            return Record(kind, body["at"], "", b"")
        case Kind.CHECKPOINT | Kind.FOUND:
            return Record(kind, body["at"], "", to_json(body["body"]))


def _write_payload(payload: bytes) -> Json:
    try:
        return {"payload": payload.decode()}
    except UnicodeDecodeError:
        return {"payload_base64": base64.b64encode(payload).decode()}


def _read_payload(body: Json) -> bytes:
    if "payload" in body:
        return str(body["payload"]).encode()
    return base64.b64decode(body["payload_base64"])


def to_json(value: object) -> bytes:
    """The black box's spelling of a value."""
    return _ENCODER.encode(value).encode()


_ENCODER = json.JSONEncoder(separators=(",", ":"))
