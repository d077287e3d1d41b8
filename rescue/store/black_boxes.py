"""The recordings of the black box in PostgreSQL, each with the case it was taken for."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from rescue.black_box.recording import Recording, read_recording
from rescue.incident import IncidentId
from rescue.store.connections import Pool, Pooled, reachable
from rescue.store.sql import load_queries

NUMBER = re.compile(r"[0-9]{1,18}")
SQL = load_queries("black_boxes")


class PostgresBlackBoxes(Pooled):
    """What the black box held when a case opened or became graver."""

    async def put_recording(self, incident_id: IncidentId, recording: Recording, body: str) -> None:
        """Write it down, once, as the text that `write_recording` made of it. Raises StoreUnavailable."""
        at = datetime.fromtimestamp(recording.taken_at, UTC)
        with reachable():
            await self.pool.execute(SQL["put_recording"], incident_id, at, recording.lift_id, body)

    async def recordings_of(self, incident_id: IncidentId) -> list[Recording]:
        """Those of a case, oldest first. Raises RecordingUnusable."""
        return await fetch_recordings(self.pool, incident_id)

    async def find_incident_id(self, name: str) -> IncidentId | None:
        """The case with this number or id."""
        number = int(name) if NUMBER.fullmatch(name) else None
        row = await self._fetch_row(SQL["find_incident_id"], name, number)
        return IncidentId(row["incident_id"]) if row else None


async def fetch_recordings(pool: Pool, incident_id: IncidentId) -> list[Recording]:
    """Those of a case, oldest first. Raises RecordingUnusable."""
    with reachable():
        rows = await pool.fetch(SQL["recordings_of"], incident_id)
    return [read_recording(row["body"]) for row in rows]
