"""The audit log in PostgreSQL: appended under a lock that every writer takes, read by auditors, rewritten by nobody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rescue.people.audit_log import Act, Note, Record, first_break, seal
from rescue.store.connections import Pooled, PooledConnection
from rescue.store.rows import Record as Row
from rescue.store.rows import printable, to_json
from rescue.store.sql import load_queries
from rescue.timeline import Actor

AUDIT_LOCK = 0x7265_7363_0006
READ_AT_ONCE = 5_000
SQL = load_queries("audit_log")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsWanted:
    """Which records; None for all. `until` is not part of the span."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    act: Act | None = None
    subject: str | None = None


class PostgresAuditLog(Pooled):
    """The table of records. Every method may raise StoreUnavailable."""

    async def append_notes(self, notes: Sequence[Note]) -> None:
        """Write them down, in order, all or nothing."""
        async with self._borrow() as connection, connection.transaction():
            await append(connection, notes)

    async def list_records(self, wanted: RecordsWanted, *, after: int | None, limit: int) -> list[Record]:
        """Newest first, below the id `after`."""
        asked = (wanted.since, wanted.until, wanted.actor, wanted.act, wanted.subject, after, limit)
        return [_read(row) for row in await self._fetch(SQL["list_records"], *asked)]

    async def find_break(self) -> int | None:
        """The id of the first record of the whole log that does not fit, or None."""
        last: list[Record] = []
        async for records in self._each_part():
            broken = first_break([*last, *records])
            if broken is not None:
                return broken
            last = records[-1:]
        return None

    async def _each_part(self) -> AsyncIterator[list[Record]]:
        after = 0
        while records := [_read(row) for row in await self._fetch(SQL["records_after"], after, READ_AT_ONCE)]:
            yield records
            after = records[-1].record_id


async def append(connection: PooledConnection, notes: Sequence[Note]) -> None:
    """Write notes down in a transaction that somebody else has begun: with what they tell of, or not at all."""
    await connection.execute(SQL["take_audit_lock"], AUDIT_LOCK)
    last = await connection.fetchrow(SQL["last_record"])
    sealed = seal([_fit(note) for note in notes], last["record_id"] if last else 0, last["hash"] if last else "")
    await connection.execute(SQL["append_records"], to_json([_fields(record) for record in sealed]))


def _fit(note: Note) -> Note:
    """Names come from outside: what the database cannot hold is replaced before the hash covers it."""
    return replace(
        note,
        actor=replace(note.actor, name=printable(note.actor.name)),
        address=printable(note.address),
        subject=printable(note.subject),
        data={name: printable(fact) if isinstance(fact, str) else fact for name, fact in note.data.items()},
    )


def _fields(record: Record) -> dict[str, object]:
    note = record.note
    return {
        "record_id": record.record_id,
        "at": note.at,
        "act": note.act,
        "actor_kind": note.actor.kind,
        "actor_name": note.actor.name,
        "actor_channel": note.actor.channel,
        "address": note.address,
        "subject": note.subject,
        "data": dict(note.data),
        "previous": record.previous,
        "hash": record.hash,
    }


def _read(row: Row) -> Record:
    note = Note(
        at=row["at"],
        act=Act(row["act"]),
        actor=Actor(kind=row["actor_kind"], name=row["actor_name"], channel=row["actor_channel"]),
        address=row["address"],
        subject=row["subject"],
        data=json.loads(row["data"]),
    )
    return Record(record_id=row["record_id"], note=note, previous=row["previous"], hash=row["hash"])
