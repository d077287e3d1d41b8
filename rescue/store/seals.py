"""Seals in PostgreSQL, and every case's history beside what was sealed of it, a portion at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from rescue.incident import IncidentId
from rescue.proof.seals import Head, History, Seal
from rescue.store import rows
from rescue.store.connections import Pooled
from rescue.store.rows import Record
from rescue.store.sql import load_queries
from rescue.timeline import Entry

CASES_AT_ONCE = 500
SEALS_AT_ONCE = 100
SQL = load_queries("seals")


class PostgresSeals(Pooled):
    """The seals. Every method may raise StoreUnavailable."""

    async def last_seal(self) -> Seal | None:
        """The newest."""
        row = await self._fetch_row(SQL["last_seal"])
        return _read_seal(row) if row else None

    async def grown_since(self, at: datetime | None) -> list[Head]:
        """The heads of timelines that have entries later than that and are not sealed as they are."""
        return [_read_head(row) for row in await self._fetch(SQL["grown_since"], at)]

    async def put_seal(self, seal: Seal, heads: Sequence[Head]) -> None:
        """Write it down, all or nothing."""
        ids, lengths, hashes = (list(column) for column in zip(*heads, strict=True))
        made = (seal.number, seal.sealed_at, seal.previous, seal.digest, seal.key_id, seal.signature)
        async with self._borrow() as connection, connection.transaction():
            await connection.execute(SQL["put_seal"], *made)
            await connection.execute(SQL["put_heads"], seal.number, ids, lengths, hashes)

    async def count_cases(self) -> int:
        """How many histories there are."""
        return int((await self._fetch(SQL["count_cases"]))[0]["count"])

    async def cases_gone(self) -> list[IncidentId]:
        """Cases that were sealed and are no longer there, the first hundred."""
        return [IncidentId(row["incident_id"]) for row in await self._fetch(SQL["cases_gone"])]

    async def each_seal(self) -> AsyncIterator[tuple[Seal, list[Head]]]:
        """Every seal with the heads that it covers, the first one first."""
        last = 0
        while seals := [_read_seal(row) for row in await self._fetch(SQL["seals_after"], last, SEALS_AT_ONCE)]:
            for seal in seals:
                yield seal, [_read_head(row) for row in await self._fetch(SQL["heads_of"], seal.number)]
            last = seals[-1].number

    async def each_history(self) -> AsyncIterator[History]:
        """Every case's, each portion as of one moment, for the desk goes on meanwhile."""
        last = ""
        while portion := await self._histories_after(last):
            for history in portion:
                yield history
            last = portion[-1].incident_id

    async def _histories_after(self, last: str) -> list[History]:
        async with (
            self._borrow() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            cases = await connection.fetch(SQL["cases_after"], last, CASES_AT_ONCE)
            ids = [case["incident_id"] for case in cases]
            entries = await connection.fetch(SQL["timelines_of"], ids)
            sealed = await connection.fetch(SQL["seals_of"], ids)
        return _histories(cases, entries, sealed)


def _histories(cases: Sequence[Record], entries: Sequence[Record], sealed: Sequence[Record]) -> list[History]:
    timelines: defaultdict[str, list[Entry]] = defaultdict(list)
    for row in entries:
        timelines[row["incident_id"]].append(rows.read_entry(row))
    heads: defaultdict[str, list[tuple[int, Head]]] = defaultdict(list)
    for row in sealed:
        heads[row["incident_id"]].append((row["number"], _read_head(row)))
    return [
        History(
            incident_id=IncidentId(case["incident_id"]),
            number=case["number"],
            entries=case["entries"],
            head=case["head"],
            timeline=timelines[case["incident_id"]],
            sealed=heads[case["incident_id"]],
        )
        for case in cases
    ]


def _read_seal(row: Record) -> Seal:
    return Seal(**row)


def _read_head(row: Record) -> Head:
    return Head(IncidentId(row["incident_id"]), row["entries"], row["head"])
