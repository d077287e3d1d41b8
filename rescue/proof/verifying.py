"""Whether a document that `export` signed is whole: one sentence for a person, and where the damage is.

Decides what is looked at, in the order in which it says most: the history entry by entry, then the other sections, then
the signature. Needs nothing but the document and, to know who signed it, a public key. docs/export.md has the same for
those who verify with a program of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rescue.incident import IncidentId
from rescue.proof.export import FORMAT, digests
from rescue.proof.signing import KeyUnusable, Verifier
from rescue.timeline import Actor, Entry, find_damage

Json = dict[str, Any]


class ExportUnusable(Exception):
    """This is no document of ours; says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found. `damage` is empty for a document that is whole."""

    header: Json
    damage: tuple[str, ...]
    masked: int
    """Entries in which words are hidden."""
    key_is_known: bool
    """The key was given, and not taken from the document itself."""

    @property
    def said(self) -> str:
        """The sentence for a person."""
        head = self.header
        case = f"case {head.get('number')} ({head.get('incident_id')})"
        if self.damage:
            more = f" (and {len(self.damage) - 1} more)" if len(self.damage) > 1 else ""
            return f"NOT whole, {case}: {self.damage[0]}{more}"
        hidden = f" ({self.masked} with hidden words, for which the signature alone vouches)" if self.masked else ""
        made = f"exported {head['exported_at']} by {head['exported_by']}, signed by key {head['key_id']}"
        known = "" if self.key_is_known else ", which nobody has vouched for: give --key"
        return f"whole: {case}, {head['entries']} entries{hidden}, {made}{known}"


def read_export(text: bytes) -> Json:
    """The document. Raises ExportUnusable."""
    try:
        document = json.loads(text)
        written_as = document["header"]["format"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ExportUnusable("this is no export of a case") from error
    if written_as != FORMAT:
        raise ExportUnusable(f"this export is of the format {written_as}; this version verifies {FORMAT}")
    return dict(document)


def verify(document: Json, key: Verifier | None = None) -> Verified:
    """Look at everything. Without a key, the one that the document names is taken at its word."""
    header = document["header"]
    try:
        damage = tuple(_damage(document, header, key))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        damage = (f"what the document says of the case has no sense: {type(error).__name__}: {error}",)
    masked = [entry for entry in document.get("timeline") or () if isinstance(entry, dict) and entry.get("masked")]
    return Verified(header=header, damage=damage, masked=len(masked), key_is_known=key is not None)


def _damage(document: Json, header: Json, key: Verifier | None) -> Iterator[str]:
    if told := _timeline_damage(document, header):
        yield told
    yield from _section_damage(digests(document), header["digests"])
    incident = document["incident"]
    if (incident["entries"], incident["head"]) != (header["entries"], header["head"]):
        yield "the incident section is about another history"
    yield from _signature_damage(document, header, key)


def _section_damage(found: Json, signed: Json) -> Iterator[str]:
    pairs = zip(found["timeline"], signed["timeline"], strict=False)
    changed = (seq for seq, (here, there) in enumerate(pairs, start=1) if here != there)
    yield from (f"entry {seq} is not the one that was signed" for seq in changed)
    others = (name for name in found if name != "timeline" and found[name] != signed[name])
    yield from (f"the {name} section is not the one that was signed" for name in others)


def _timeline_damage(document: Json, header: Json) -> str:
    incident_id = IncidentId(header["incident_id"])
    entries = [_read_entry(incident_id, one) for one in document["timeline"]]
    masked = {one["seq"] for one in document["timeline"] if one.get("masked")}
    return find_damage(entries, length=header["entries"], head=header["head"], masked=masked)


def _read_entry(incident_id: IncidentId, written: Json) -> Entry:
    return Entry(
        incident_id=incident_id,
        seq=written["seq"],
        at=datetime.fromisoformat(written["at"]),
        what=written["what"],
        actor=Actor(**written["actor"]),
        said=written["said"],
        data=written["data"],
        previous=written["previous"],
        hash=written["hash"],
    )


def _signature_damage(document: Json, header: Json, key: Verifier | None) -> Iterator[str]:
    try:
        named = Verifier.unpack(header["public_key"])
    except KeyUnusable as error:
        yield str(error)
        return
    if key is not None and key.key_id != named.key_id:
        yield f"it is signed by key {named.key_id}, and not by the one given, {key.key_id}"
    elif header["key_id"] != named.key_id or not (key or named).signed(header, document.get("signature")):
        yield "the header was changed after it was signed"
