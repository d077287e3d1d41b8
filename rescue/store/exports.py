"""All that is kept of a case, read as of one moment."""

from __future__ import annotations

import hashlib

from rescue.incident import IncidentId
from rescue.proof.export import CaseFile, Kept, Sent
from rescue.store import rows
from rescue.store.connections import Pooled, PooledConnection
from rescue.store.sql import load_queries

SQL = load_queries("exports")
CASES = load_queries("cases")
DECISIONS = load_queries("decisions")


class PostgresCaseFiles(Pooled):
    """Case files out of the database. Raises StoreUnavailable."""

    async def case_file(self, incident_id: IncidentId) -> CaseFile | None:
        """Everything of this case, or None if there is no such case."""
        async with (
            self._borrow() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            row = await connection.fetchrow(SQL["find_case"], incident_id)
            return await _read_file(connection, incident_id, row["body"]) if row else None


async def _read_file(connection: PooledConnection, incident_id: IncidentId, body: str) -> CaseFile:
    fetch = connection.fetch
    return CaseFile(
        incident=rows.read_incident(body),
        timeline=[rows.read_entry(row) for row in await fetch(CASES["timeline_of"], incident_id)],
        assignments=[rows.read_assignment(row) for row in await fetch(CASES["assignments_of"], incident_id)],
        deliveries=[Sent(**row) for row in await fetch(SQL["deliveries_of"], incident_id)],
        recordings=[
            Kept(at=row["taken_at"], sha256=_sha256(row["body"].encode()))
            for row in await fetch(SQL["recordings_of"], incident_id)
        ],
        decisions=[
            Kept(at=row["decided_at"], sha256=_sha256(row["body"] or b""), left_out=row["left_out"])
            for row in await fetch(DECISIONS["decisions_of"], incident_id)
        ],
    )


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
