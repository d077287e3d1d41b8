"""A case as one signed document: all that is known of it, so that whoever holds the file can tell whether it is whole.

Decides what the document says, which of it is personal and how that is hidden, and what the signature covers:
docs/export.md has it for those who verify with a program of their own. Must not know where any of it is kept, or who
may ask for it.

The signature is over the `header`, which bears a digest of every other section. Phone numbers are hidden unless they
are asked for; an entry of the timeline in which words are hidden says so, and is then held to its hash and its place
in the chain, no longer to its words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from rescue.incident import Assignment, Incident
from rescue.people.privacy import mask_entry, mask_fields, mask_text, numbers_of
from rescue.proof.signing import ALGORITHM, Signer, digest
from rescue.timeline import Entry, instant

Json = dict[str, Any]

FORMAT = "rescue-export/1"
SECTIONS = ("incident", "timeline", "assignments", "deliveries", "recordings", "decisions")
FREE_TEXT = frozenset({"reason", "end_reason", "error", "note", "say", "say_zh", "spoke_to", "confirmed_by"})
"""Fields of cases, attempts and deliveries in which a person may have written a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was told to a company or a lift, and how that fared."""

    key: str
    type: str
    to: str
    created_at: datetime
    ended_at: datetime | None
    outcome: str | None
    tries: int
    status: int | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """That bytes are kept with the case: a recording, or what a decision rested on; `left_out` says why not."""

    at: datetime
    sha256: str
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """All that is kept of a case."""

    incident: Incident
    timeline: Sequence[Entry]
    assignments: Sequence[Assignment]
    deliveries: Sequence[Sent]
    recordings: Sequence[Kept]
    decisions: Sequence[Kept]


def export(file: CaseFile, signer: Signer, *, by: str, at: datetime, personal_data: bool) -> Json:
    """The signed document."""
    sections = _sections(file) if personal_data else _hide(file)
    header = {
        "format": FORMAT,
        "incident_id": file.incident.incident_id,
        "number": file.incident.number,
        "entries": file.incident.entries,
        "head": file.incident.head,
        "exported_at": instant(at),
        "exported_by": by,
        "service_version": version("lift-rescue"),
        "personal_data": personal_data,
        "algorithm": ALGORITHM,
        "key_id": signer.verifier.key_id,
        "public_key": signer.verifier.packed,
        "digests": digests(sections),
    }
    return {"header": header, **sections, "signature": signer.sign(header)}


def digests(sections: Json) -> Json:
    """Of each section; of the timeline, of each entry, so that it can be said which one was changed."""
    entries = [digest(entry) for entry in sections["timeline"]]
    return {name: digest(sections[name]) for name in SECTIONS if name != "timeline"} | {"timeline": entries}


def _sections(file: CaseFile) -> Json:
    return {
        "incident": json.loads(_INCIDENT.dump_json(file.incident)),
        "timeline": [_write_entry(entry) for entry in file.timeline],
        "assignments": json.loads(_ASSIGNMENTS.dump_json(list(file.assignments))),
        "deliveries": json.loads(_SENT.dump_json(list(file.deliveries))),
        "recordings": json.loads(_KEPT.dump_json(list(file.recordings))),
        "decisions": json.loads(_KEPT.dump_json(list(file.decisions))),
    }


def _write_entry(entry: Entry) -> Json:
    """The entry in the words that its hash covers."""
    return {
        "seq": entry.seq,
        "at": instant(entry.at),
        "what": entry.what,
        "actor": {"kind": entry.actor.kind, "name": entry.actor.name, "channel": entry.actor.channel},
        "said": entry.said,
        "data": json.loads(json.dumps(entry.data)),
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _hide(file: CaseFile) -> Json:
    """The sections without phone numbers."""
    numbers = numbers_of(file.incident)
    sections = _sections(file)
    hidden = [_write_entry(mask_entry(entry, numbers)) for entry in file.timeline]
    return sections | {
        "incident": _hide_texts(mask_fields(sections["incident"]), numbers),
        "timeline": [
            {**masked, "masked": True} if masked != plain else plain
            for masked, plain in zip(hidden, sections["timeline"], strict=True)
        ],
        "assignments": _hide_texts(sections["assignments"], numbers),
        "deliveries": _hide_texts(sections["deliveries"], numbers),
    }


def _hide_texts(said: Any, numbers: frozenset[str], name: str = "") -> Any:
    match said:
        case dict():
            return {name: _hide_texts(value, numbers, name) for name, value in said.items()}
        case list():
            return [_hide_texts(item, numbers, name) for item in said]
        case str() if name in FREE_TEXT:
            return mask_text(said, numbers)
        case _:
            return said


_INCIDENT = TypeAdapter(Incident)
_ASSIGNMENTS = TypeAdapter(list[Assignment])
_SENT = TypeAdapter(list[Sent])
_KEPT = TypeAdapter(list[Kept])
