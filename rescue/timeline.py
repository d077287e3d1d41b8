"""The timeline of a case: append-only, hash-chained, every decision with its actor and reason.

Each entry's hash covers the one before it, so that a changed, missing or exchanged entry breaks every hash after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rescue.incident import IncidentId

Fact = str | int | float | bool | None | Sequence["Fact"] | Mapping[str, "Fact"]
"""What an entry's data may hold: plain JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it: the machine, a person, a company or a lift; and by which channel we heard."""

    kind: str
    """`machine`, `operator`, `company`, `crew`, `lift` or `caller`."""
    name: str
    channel: str
    """`mqtt`, `http`, `link`, `timer` or `desk`."""


MACHINE = Actor(kind="machine", name="desk", channel="desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a case's history. `said` is a sentence for a person; `data` the facts behind it."""

    incident_id: IncidentId
    seq: int
    at: datetime
    what: str
    """A past-tense code: `opened`, `joined`, `offered`, `accepted` …"""
    actor: Actor
    said: str
    data: Mapping[str, Fact]
    previous: str
    hash: str


def chain(
    *,
    incident_id: IncidentId,
    seq: int,
    at: datetime,
    what: str,
    actor: Actor,
    said: str,
    data: Mapping[str, Fact],
    previous: str,
) -> Entry:
    """The next entry, sealed onto the hash `previous` ("" for the first)."""
    body = [incident_id, seq, instant(at), what, [actor.kind, actor.name, actor.channel], said, data, previous]
    return Entry(
        incident_id=incident_id,
        seq=seq,
        at=at,
        what=what,
        actor=actor,
        said=said,
        data=data,
        previous=previous,
        hash=_digest(body),
    )


def first_break(entries: Sequence[Entry]) -> int | None:
    """The `seq` of the first entry that does not fit the chain, or None if the chain is whole."""
    previous = ""
    for expected, entry in enumerate(entries, start=1):
        if not is_sealed(entry) or entry.previous != previous or entry.seq != expected:
            return expected
        previous = entry.hash
    return None


def is_sealed(entry: Entry) -> bool:
    """The hash is that of what the entry says."""
    resealed = chain(
        incident_id=entry.incident_id,
        seq=entry.seq,
        at=entry.at,
        what=entry.what,
        actor=entry.actor,
        said=entry.said,
        data=entry.data,
        previous=entry.previous,
    )
    return resealed.hash == entry.hash


def find_damage(entries: Sequence[Entry], *, length: int, head: str, masked: Collection[int] = ()) -> str:
    """What was done to a history of so many entries, the last with the hash `head`, in a sentence; "" for nothing.

    Of the entries in `masked` some words are hidden: these are held to their place in the chain, not to their hashes.
    """
    previous = ""
    for expected, entry in enumerate(entries[:length], start=1):
        if entry.seq != expected:
            return _misplaced(entries, expected)
        if entry.seq not in masked and not is_sealed(entry):
            return f"entry {expected} was changed ({entry.what}: {entry.said})"
        if entry.previous != previous:
            return f"entry {expected} does not follow entry {expected - 1}: one of them was put there later"
        previous = entry.hash
    return _end_damage(len(entries), previous, length, head)


def _misplaced(entries: Sequence[Entry], expected: int) -> str:
    here = entries[expected - 1].seq
    if any(entry.seq == expected for entry in entries):
        return f"entry {here} stands where entry {expected} belongs: they were exchanged"
    return f"entry {expected} is missing"


def _end_damage(found: int, last: str, length: int, head: str) -> str:
    if found < length:
        gone = f"entry {length} is" if found == length - 1 else f"entries {found + 1} to {length} are"
        return f"{gone} missing at the end"
    if found > length:
        return f"entry {length + 1} was added at the end"
    return "" if last == head else "the whole history was rewritten: it is sealed, but is not the one the case had"


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds and `Z`: one spelling for one instant."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _digest(body: object) -> str:
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
