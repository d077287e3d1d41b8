"""The audit log: who saw whose phone number, took what out of the house, came in or failed to, and changed who may.

Append-only and hash-chained as a whole, as a case's timeline is: a changed, missing or exchanged record breaks every
hash after it. Decides what is worth a record and how long it may wait; must not know how records are kept.

A view is noted and written within half a second, in batches, so that nobody waits for it: what a kill takes with it is
the views of that time. Whatever leaves the house as a file, and every change of an account, is written down before it
takes place. The same view by the same reader counts once in ten minutes; a screen that asks every second is one look.

Limits: 10,000 records wait, beyond that the newest are counted and lost; 500 a transaction; 50,000 views are
remembered, beyond that the oldest may be noted again a little early.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Protocol

import structlog

from rescue.people.principals import Principal, actor_of
from rescue.ports import Clock, StoreUnavailable
from rescue.timeline import Actor, Fact, instant

WRITE_EVERY_S = 0.5
AGAIN_AFTER_S = 2.0
WAITS = 10_000
AT_ONCE = 500
SEEN_ALIKE_FOR = timedelta(minutes=10)
VIEWS_REMEMBERED = 50_000

log = structlog.get_logger(__name__)


class Act(StrEnum):
    """What was done."""

    LOGGED_IN = "logged_in"
    LOG_IN_FAILED = "log_in_failed"
    LOGGED_OUT = "logged_out"
    USER_ADDED = "user_added"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - it names the act
    ROLE_CHANGED = "role_changed"
    TOKEN_ADDED = "token_added"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    VIEWED = "viewed"
    EXPORTED = "exported"
    AUDIT_READ = "audit_read"
    ENDPOINT_ADDED = "endpoint_added"
    ENDPOINT_CHANGED = "endpoint_changed"
    ENDPOINT_REMOVED = "endpoint_removed"
    SECRET_ROTATED = "secret_rotated"  # noqa: S105
    CREDENTIAL_GIVEN = "credential_given"
    CREDENTIAL_REVOKED = "credential_revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing to be written down. `subject` is what it was done to, as `incident:…` or `user:…`."""

    at: datetime
    act: Act
    actor: Actor
    address: str = ""
    subject: str = ""
    data: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A note in its place in the log."""

    record_id: int
    note: Note
    previous: str
    hash: str


def seal(notes: Sequence[Note], last_id: int, previous: str) -> list[Record]:
    """The records of these notes, onto the log whose last record has this id and hash; 0 and "" for an empty log."""
    records = []
    for record_id, note in enumerate(notes, start=last_id + 1):
        sealed = _digest(record_id, note, previous)
        records.append(Record(record_id=record_id, note=note, previous=previous, hash=sealed))
        previous = sealed
    return records


def first_break(records: Sequence[Record]) -> int | None:
    """The id of the first record that does not fit its own hash or the record before it, or None.

    What stood before the first of them is not asked: the oldest may have been forgotten.
    """
    for place, record in enumerate(records):
        before = records[place - 1] if place else None
        follows = before is None or (record.previous == before.hash and record.record_id == before.record_id + 1)
        if not follows or record.hash != _digest(record.record_id, record.note, record.previous):
            return record.record_id
    return None


def _digest(record_id: int, note: Note, previous: str) -> str:
    actor = [note.actor.kind, note.actor.name, note.actor.channel]
    body = [record_id, instant(note.at), note.act, actor, note.address, note.subject, dict(note.data), previous]
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class AuditStore(Protocol):
    """Where records are kept."""

    async def append_notes(self, notes: Sequence[Note]) -> None:
        """Write them down, in order, all or nothing. Raises StoreUnavailable."""
        ...


@dataclass(slots=True, kw_only=True)
class AuditCounts:
    """What was written since the start, and what was lost because too much waited."""

    written: int = 0
    lost: int = 0


class AuditLog:
    """Takes notes at once, and writes them down a little later or, where it matters, before anything else happens."""

    def __init__(self, store: AuditStore, clock: Clock) -> None:
        self.counts = AuditCounts()
        self._store = store
        self._clock = clock
        self._waiting: deque[Note] = deque()
        self._seen: dict[tuple[str, str, str], datetime] = {}

    @property
    def waiting(self) -> int:
        """How many notes are not written yet."""
        return len(self._waiting)

    def note(self, act: Act, principal: Principal, subject: str = "", **data: Fact) -> None:
        """Write this down soon."""
        if len(self._waiting) >= WAITS:
            self.counts.lost += 1
            return
        self._waiting.append(self._note(act, principal, subject, data))

    def view(self, principal: Principal, subject: str, **data: Fact) -> None:
        """This caller was shown personal data; noted unless they were shown the same a short while ago."""
        now, key = self._clock.now(), (principal.kind.value, principal.name, subject)
        seen_at = self._seen.get(key)
        if seen_at is not None and now - seen_at < SEEN_ALIKE_FOR:
            return
        self._seen.pop(key, None)
        self._seen[key] = now
        if len(self._seen) > VIEWS_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        self.note(Act.VIEWED, principal, subject, **data)

    async def demand(self, act: Act, principal: Principal, subject: str = "", **data: Fact) -> None:
        """Write this down before it takes place. Raises StoreUnavailable, and then it must not."""
        await self._store.append_notes([self._note(act, principal, subject, data)])
        self.counts.written += 1

    async def run(self) -> None:
        """Write what is noted, for ever; what waits when this ends is written if the store answers."""
        try:
            while True:
                await asyncio.sleep(WRITE_EVERY_S)
                await self._write_or_wait()
        finally:
            await self._write_last()

    async def write(self) -> None:
        """Write what waits. Raises StoreUnavailable; what was not written waits on."""
        while self._waiting:
            batch = list(islice(self._waiting, AT_ONCE))
            await self._store.append_notes(batch)
            for _ in batch:
                self._waiting.popleft()
            self.counts.written += len(batch)

    async def _write_or_wait(self) -> None:
        try:
            await self.write()
        except StoreUnavailable as error:
            log.warning("audit log waits", reason=str(error), waiting=self.waiting)
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _write_last(self) -> None:
        try:
            async with asyncio.timeout(AGAIN_AFTER_S):
                await self.write()
        except (StoreUnavailable, TimeoutError):
            log.warning("audit records lost with the database", records=self.waiting)

    def _note(self, act: Act, principal: Principal, subject: str, data: Mapping[str, Fact]) -> Note:
        return Note(
            at=self._clock.now(),
            act=act,
            actor=actor_of(principal),
            address=principal.address,
            subject=subject,
            data=data,
        )
