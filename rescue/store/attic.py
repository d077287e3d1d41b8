"""Old rows in PostgreSQL: dropped, or rid of their phone numbers."""

from __future__ import annotations

import json
from datetime import datetime

from rescue.people.privacy import mask_fields
from rescue.store.connections import Pooled, reachable
from rescue.store.rows import to_json
from rescue.store.sql import load_queries

SQL = load_queries("housekeeping")
AUDIT = load_queries("audit_log")
DECISIONS = load_queries("decisions")


class PostgresAttic(Pooled):
    """What housekeeping asks for; see `housekeeping.Attic`."""

    async def drop_carried(self, before: datetime, limit: int) -> int:
        """Effects that ended before then."""
        return await self._count(SQL["drop_carried"], before, limit)

    async def drop_decisions(self, before: datetime, limit: int) -> int:
        """What decisions rested on that were made before then, and the parts that none rests on any more."""
        dropped = await self._count(DECISIONS["drop_decisions"], before, limit)
        return dropped + await self._count(DECISIONS["drop_parts"], before)

    async def drop_answers(self, before: datetime, limit: int) -> int:
        """Answers to an Idempotency-Key given before then."""
        return await self._count(SQL["drop_answers"], before, limit)

    async def drop_sessions(self, now: datetime, limit: int) -> int:
        """Sessions that are over."""
        return await self._count(SQL["drop_sessions"], now, limit)

    async def mask_sent(self, limit: int) -> int:
        """Phone numbers in what was sent about cases that are over."""
        rows = await self._fetch(SQL["unmasked"], limit)
        masked = [(row["outbox_id"], to_json(mask_fields(json.loads(row["body"])))) for row in rows]
        with reachable():
            await self.pool.executemany(SQL["put_masked"], masked)
        return len(masked)

    async def forget_old_secrets(self, now: datetime) -> int:
        """Secrets of endpoints whose time of rotation is over."""
        return await self._count(SQL["forget_old_secrets"], now)

    async def forget_records(self, before: datetime, limit: int) -> int:
        """Records of the audit log older than that."""
        return await self._count(AUDIT["forget_records"], before, limit)

    async def _count(self, statement: str, *arguments: object) -> int:
        """How many rows a statement changed: the last word of its tag."""
        with reachable():
            tag = await self.pool.execute(statement, *arguments)
        return int(tag.rpartition(" ")[2])
