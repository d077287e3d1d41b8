"""What decisions rested on, in PostgreSQL: read to decide them again."""

from __future__ import annotations

from rescue.decisions.records import DecisionRecord, LeftOut, parts_of, read_decision
from rescue.incident import IncidentId
from rescue.store.connections import Pooled
from rescue.store.sql import load_queries

SQL = load_queries("decisions")


class PostgresDecisions(Pooled):
    """The kept decisions. Every method may raise StoreUnavailable."""

    async def decisions_of(self, incident_id: IncidentId) -> list[DecisionRecord | LeftOut]:
        """Those that touched a case, oldest first. Raises DecisionUnusable."""
        rows = await self._fetch(SQL["decisions_of"], incident_id)
        wanted = {digest for row in rows if row["body"] for digest in parts_of(row["body"])}
        parts = {row["hash"]: row["body"] for row in await self._fetch(SQL["parts"], sorted(wanted))}
        return [
            read_decision(row["body"], parts) if row["body"] else LeftOut(at=row["decided_at"], reason=row["left_out"])
            for row in rows
        ]
