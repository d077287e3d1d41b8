"""A decision of the desk, kept so that it can be decided again: what it rested on, and what came of it.

Decides what is kept and how it looks as JSON: what is read equals what was written. What many decisions share, the
crews and the rules, are parts of their own, named by their digests and kept once. Must not know where decisions are
kept, nor what comes out when they are decided again.

Limit: 2 MB of JSON, which is some 1,000 cases and lifts in one decision; of a larger one it is kept that it was made.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter

from dispatch.crews import Company, Crew, CrewId
from rescue.decisions.candidates import KeptRanking, kept_ranking
from rescue.decisions.witness import Held, Ways, Witness
from rescue.desk.board import Board, Decision, Outcome
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import Envelope, Input, News
from rescue.incident import AlarmLedger, Assignment, AssignmentId, Incident, IncidentId, Member
from rescue.ports import KeptDecision

Json = dict[str, Any]

FORMAT = 1
LARGEST = 2 * 1024 * 1024
PACKED = 1
"""The level of packing."""
FEW_CREWS = 3
"""Crews that were read one by one are kept with the decision itself."""


class DecisionUnusable(Exception):
    """A kept decision cannot be read or decided again: it was changed, or written by another version of ours."""


class How(StrEnum):
    """Which of the desk's doors a decision went through."""

    INPUT = "input"
    NEWS = "news"
    TIMER = "timer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a decision, as far as it is compared. `entries` are cases, numbers and hashes; `effects` keys."""

    outcomes: tuple[Outcome, ...]
    incidents: tuple[Incident, ...]
    assignments: tuple[Assignment, ...]
    ledgers: tuple[AlarmLedger, ...]
    members: tuple[Member, ...]
    entries: tuple[tuple[IncidentId, int, str], ...]
    effects: tuple[str, ...]
    rankings: tuple[KeptRanking, ...] = ()
    """Of each attempt that was begun."""
    routes: Mapping[CrewId, tuple[IncidentId, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One decision: how it was asked for, all of the board it rested on, and what came of it."""

    how: How
    at: datetime
    envelopes: tuple[Envelope, ...]
    board: Board
    held: tuple[Held, ...]
    """Crews that were busy with other cases than those of the board."""
    rules: Mapping[str, Any]
    """Those of DeskRules by name, but for the travel times, whose answers are `ways`."""
    ways: tuple[Ways, ...]
    then: Came


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A decision of which no more is kept than that it was made, and why."""

    at: datetime
    reason: str


def as_kept(rules: DeskRules) -> DeskRules:
    """The rules as they will be read again: what is written as 900 comes back as 900.0, and says so in a timeline."""
    kept = {name: adapter.validate_json(adapter.dump_json(getattr(rules, name))) for name, adapter in _RULES.items()}
    return replace(rules, **kept)


def came(decision: Decision, outcomes: Sequence[Outcome]) -> Came:
    """What came of this decision."""
    return Came(
        outcomes=tuple(outcomes),
        incidents=tuple(decision.incidents.values()),
        assignments=tuple(decision.assignments.values()),
        ledgers=tuple(decision.ledgers.values()),
        members=tuple(decision.members.values()),
        entries=tuple((entry.incident_id, entry.seq, entry.hash) for entry in decision.entries),
        effects=tuple(f"{type(effect).__name__} {effect.key}" for effect in decision.effects),
        rankings=tuple(kept_ranking(decision.assignments[name], one) for name, one in decision.rankings.items()),
        routes=decision.routes,
    )


def record_of(
    witness: Witness,
    decision: Decision,
    now: datetime,
    *,
    how: How,
    envelopes: Sequence[Envelope] = (),
    outcomes: Sequence[Outcome] = (),
) -> DecisionRecord:
    """The record of a decision that was made on this witness's board."""
    areas = {one.input.area for one in envelopes if isinstance(one.input, News)}
    return DecisionRecord(
        how=how,
        at=now,
        envelopes=tuple(envelopes),
        board=witness.testimony(areas),
        held=witness.held,
        rules={name: getattr(witness.rules, name) for name in _RULES},
        ways=witness.ways,
        then=came(decision, outcomes or [decision.outcome]),
    )


@dataclass
class Writer:
    """Packs records, and knows which of the parts that they share are kept already."""

    _kept: set[str] = field(default_factory=set)
    _day: date | None = None
    _crews: tuple[list[Crew], str, bytes] = ([], "", b"")
    _rules: tuple[Mapping[str, Any], str, bytes] = field(default_factory=lambda: ({}, "", b""))

    def write(self, record: DecisionRecord) -> KeptDecision:
        """The record as it is kept; its parts with it, unless they are known to be kept."""
        self._begin_day(record.at.date())
        shared = {"rules": self._part_of_rules(record.rules)}
        if _is_many(record.board):
            shared["crews"] = self._part_of_crews(list(record.board.crews.values()))
        body = _dump(record, {name: digest for name, (digest, _) in shared.items()})
        incident_ids = tuple(incident.incident_id for incident in record.then.incidents)
        if len(body) > LARGEST:
            reason = f"{len(record.envelopes)} inputs and {len(incident_ids)} cases at once are {len(body) >> 10} KB"
            return KeptDecision(at=record.at, incident_ids=incident_ids, left_out=reason)
        new = {digest: packed for digest, packed in shared.values() if digest not in self._kept}
        self._kept |= new.keys()
        return KeptDecision(at=record.at, incident_ids=incident_ids, body=zlib.compress(body, PACKED), parts=new)

    def forget(self) -> None:
        """What was written last may not have been kept: every part is given along once more."""
        self._kept.clear()

    def _begin_day(self, day: date) -> None:
        """Parts are given along at least once a day, so that the store knows which are still in use."""
        if day != self._day:
            self._day = day
            self.forget()

    def _part_of_crews(self, crews: list[Crew]) -> tuple[str, bytes]:
        # Crews that have not moved are the very same values, so that this compares addresses.
        if not self._crews[1] or self._crews[0] != crews:
            self._crews = (crews, *_pack(_BOARD["crews"].dump_json(crews)))
        return self._crews[1:]

    def _part_of_rules(self, rules: Mapping[str, Any]) -> tuple[str, bytes]:
        if not self._rules[1] or any(self._rules[0][name] is not rule for name, rule in rules.items()):
            self._rules = (rules, *_pack(_object({name: _RULES[name].dump_json(rule) for name, rule in rules.items()})))
        return self._rules[1:]


def read_decision(body: bytes, parts: Mapping[str, bytes]) -> DecisionRecord:
    """What `Writer.write` packed. Raises DecisionUnusable for what it never did."""
    try:
        written = json.loads(zlib.decompress(body))
        if written["format"] != FORMAT:
            raise DecisionUnusable(f"a kept decision is of format {written['format']}; this version reads {FORMAT}")
        shared = {name: json.loads(zlib.decompress(parts[digest])) for name, digest in written["shared"].items()}
        return _read({**written, **shared})
    except (AttributeError, KeyError, TypeError, ValueError, zlib.error) as error:
        raise DecisionUnusable(f"this is no kept decision: {type(error).__name__}: {error}") from error


def read_ranking(body: bytes, assignment_id: AssignmentId) -> KeptRanking | None:
    """Of a kept decision only this: how the crews stood at an attempt that it began. Raises DecisionUnusable."""
    try:
        kept = json.loads(zlib.decompress(body))["then"].get("rankings", [])
        found = [one for one in kept if one["assignment_id"] == assignment_id]
        return _RANKING.validate_python(found[0]) if found else None
    except (AttributeError, KeyError, TypeError, ValueError, zlib.error) as error:
        raise DecisionUnusable(f"this is no kept decision: {type(error).__name__}: {error}") from error


def parts_of(body: bytes) -> frozenset[str]:
    """The digests of the parts that a kept decision shares with others. Raises DecisionUnusable."""
    try:
        return frozenset(json.loads(zlib.decompress(body))["shared"].values())
    except (AttributeError, KeyError, TypeError, ValueError, zlib.error) as error:
        raise DecisionUnusable(f"this is no kept decision: {type(error).__name__}: {error}") from error


def _is_many(board: Board) -> bool:
    """Somebody was sought: the crews are those of the whole centre."""
    return len(board.crews) > FEW_CREWS


def _dump(record: DecisionRecord, shared: Mapping[str, str]) -> bytes:
    left_out = {"crews"} if "crews" in shared else set()
    return _object(
        {
            "format": b"%d" % FORMAT,
            "how": b'"%s"' % record.how.encode(),
            "at": _AT.dump_json(record.at),
            "inputs": b"[%s]" % b",".join(_dump_envelope(one) for one in record.envelopes),
            **{
                part: adapter.dump_json(list(getattr(record.board, part).values()))
                for part, adapter in _BOARD.items()
                if part not in left_out
            },
            "routes": _ROUTES.dump_json(record.board.routes),
            "next_number": b"%d" % record.board.next_number,
            "held": _HELD.dump_json(record.held),
            "ways": _WAYS.dump_json(record.ways),
            "then": _CAME.dump_json(record.then),
            "shared": json.dumps(shared).encode(),
        }
    )


def _dump_envelope(envelope: Envelope) -> bytes:
    """With the name of what was said: many inputs have the same fields."""
    said = envelope.input
    name = type(said).__name__
    rest = {part: adapter.dump_json(getattr(envelope, part)) for part, adapter in _ENVELOPE.items()}
    return _object({"says": b'"%s"' % name.encode(), "input": _INPUTS[name].dump_json(said), **rest})


def _object(values: Mapping[str, bytes]) -> bytes:
    return b"{%s}" % b",".join(b'"%s":%s' % (name.encode(), value) for name, value in values.items())


def _read(written: Json) -> DecisionRecord:
    values = {part: adapter.validate_python(written[part]) for part, adapter in _BOARD.items()}
    parts = {part: {_KEYS[part](one): one for one in values[part]} for part in _BOARD}
    return DecisionRecord(
        how=How(written["how"]),
        at=_AT.validate_python(written["at"]),
        envelopes=tuple(_read_envelope(one) for one in written["inputs"]),
        board=Board(
            **parts,
            routes=_ROUTES.validate_python(written.get("routes", {})),
            next_number=written["next_number"],
        ),
        rules={name: adapter.validate_python(written["rules"][name]) for name, adapter in _RULES.items()},
        held=_HELD.validate_python(written["held"]),
        ways=_WAYS.validate_python(written["ways"]),
        then=_CAME.validate_python(written["then"]),
    )


def _read_envelope(written: Json) -> Envelope:
    said = _INPUTS[written["says"]].validate_python(written["input"])
    return Envelope(input=said, **{part: _ENVELOPE[part].validate_python(written[part]) for part in _ENVELOPE})


def _pack(body: bytes) -> tuple[str, bytes]:
    """The digest of a part, and the part as it is kept."""
    return hashlib.sha256(body).hexdigest(), zlib.compress(body, PACKED)


def _adapters(of: type, *, but: str) -> dict[str, TypeAdapter[Any]]:
    """How the fields of a dataclass become JSON, all of them but one."""
    hints = get_type_hints(of)
    return {one.name: TypeAdapter(hints[one.name]) for one in fields(of) if one.name != but}


_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "incidents": lambda one: one.incident_id,
    "assignments": lambda one: one.assignment_id,
    "ledgers": lambda one: one.lift_id,
    "members": lambda one: (one.condition, one.lift_id),
    "companies": lambda one: one.company_id,
    "crews": lambda one: one.crew_id,
}
"""By what the values of each part of a board are known."""
_BOARD: Mapping[str, TypeAdapter[Any]] = {
    "incidents": TypeAdapter(list[Incident]),
    "assignments": TypeAdapter(list[Assignment]),
    "ledgers": TypeAdapter(list[AlarmLedger]),
    "members": TypeAdapter(list[Member]),
    "companies": TypeAdapter(list[Company]),
    "crews": TypeAdapter(list[Crew]),
}
_RULES = _adapters(DeskRules, but="travel")
_ENVELOPE = _adapters(Envelope, but="input")
_INPUTS: Mapping[str, TypeAdapter[Any]] = {one.__name__: TypeAdapter(one) for one in get_args(Input)}
_AT = TypeAdapter(datetime)
_HELD = TypeAdapter(tuple[Held, ...])
_ROUTES = TypeAdapter(dict[CrewId, tuple[IncidentId, ...]])
_RANKING = TypeAdapter(KeptRanking)
_WAYS = TypeAdapter(tuple[Ways, ...])
_CAME = TypeAdapter(Came)
