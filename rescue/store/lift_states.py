"""The tracker's stored states in PostgreSQL: one row a lift, written again and again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from devices.messages import LiftId
from rescue.store.connections import Pooled, reachable
from rescue.store.sql import load_queries

SQL = load_queries("lift_states")
LOAD_AT_ONCE = 1_000
"""Rows read before the event loop may do something else: about 10 ms."""


class PostgresLiftStates(Pooled):
    """What the tracker must know of each lift after a restart."""

    async def save_lift_states(self, states: Sequence[tuple[LiftId, dict[str, Any]]], now: datetime) -> None:
        """Insert or replace, in one statement. ValueError for what JSON has no word for, as infinity."""
        bodies = {lift_id: _to_json(body) for lift_id, body in states}
        with reachable():
            await self.pool.execute(SQL["save"], list(bodies), list(bodies.values()), now)

    async def each_lift_state(self) -> AsyncIterator[tuple[LiftId, datetime, dict[str, Any]]]:
        """Every state with the instant at which it was saved: one by one, for a city's at once are half a gigabyte."""
        last = ""
        while rows := await self._fetch(SQL["load"], last, LOAD_AT_ONCE):
            for row in rows:
                yield LiftId(row["lift_id"]), row["saved_at"], json.loads(row["body"])
            last = rows[-1]["lift_id"]

    async def load_lift_states(self) -> Sequence[tuple[LiftId, datetime, dict[str, Any]]]:
        """All of them at once."""
        return [state async for state in self.each_lift_state()]


def _to_json(body: dict[str, Any]) -> str:
    # In ASCII, which PostgreSQL takes whatever a lift has called its floors.
    return json.dumps(body, allow_nan=False, separators=(",", ":"))
