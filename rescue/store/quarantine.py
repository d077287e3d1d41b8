"""The quarantine in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from rescue.ports import Quarantined
from rescue.store.connections import Pooled
from rescue.store.rows import quarantine_row, read_quarantined
from rescue.store.sql import load_queries

SQL = load_queries("quarantine")


class PostgresQuarantine(Pooled):
    """Keeps the newest unusable messages for a person to look at."""

    async def quarantine(self, rows: Sequence[Quarantined], keep: int) -> None:
        """Append; beyond the newest `keep` rows the oldest are dropped."""
        async with self._borrow() as connection, connection.transaction():
            await connection.executemany(SQL["append"], [quarantine_row(row) for row in rows])
            await connection.execute(SQL["drop_oldest"], keep)

    async def list_quarantine(self, *, after: int | None, limit: int) -> Sequence[tuple[int, Quarantined]]:
        """Newest first, with their numbers, below the number `after`."""
        return [read_quarantined(row) for row in await self._fetch(SQL["list"], after, limit)]
