"""What decisions rested on, in PostgreSQL: read to decide them again."""

from __future__ import annotations

from rescue.decisions.candidates import KeptRanking
from rescue.decisions.records import DecisionRecord, LeftOut, parts_of, read_decision, read_ranking
from rescue.incident import Assignment, IncidentId
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

    async def ranking_of(self, asked: Assignment) -> KeptRanking | None:
        """How every crew stood when this attempt was begun; None if it is not kept. Raises DecisionUnusable."""
        rows = await self._fetch(SQL["decisions_of"], asked.incident_id)
        bodies = [row["body"] for row in rows if row["decided_at"] == asked.offered_at and row["body"]]
        found = (read_ranking(body, asked.assignment_id) for body in bodies)
        return next((one for one in found if one), None)
