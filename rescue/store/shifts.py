"""Who is on shift: begun by themselves, ended by themselves or by a supervisor, one at a time.

Keeps in memory who is, for whoever must tell at once; looked at anew every ten seconds, for another instance may have
changed it. Must not know what becomes of the cases that somebody handled.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from rescue.people.principals import Role
from rescue.ports import StoreUnavailable
from rescue.store.connections import Pooled
from rescue.store.rows import Record
from rescue.store.sql import load_queries

SQL = load_queries("shifts")
LOOK_EVERY_S = 10.0
SHIFTS_SHOWN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One operator's work from then until then, or until now."""

    shift_id: str
    operator: str
    role: Role
    started_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None


class PostgresShifts(Pooled):
    """The table of shifts. Every method may raise StoreUnavailable."""

    _since: Mapping[str, datetime] = {}

    def since(self) -> Mapping[str, datetime]:
        """Who is on shift, by name, and since when, as last looked at."""
        return self._since

    async def run(self) -> None:
        """Look who is on shift, for ever."""
        while True:
            with suppress(StoreUnavailable):  # then it is as it was
                await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> Sequence[Shift]:
        """Everybody who is on shift, the first one first."""
        shifts = [_shift(row) for row in await self._fetch(SQL["open_shifts"], SHIFTS_SHOWN)]
        self._since = {shift.operator: shift.started_at for shift in shifts}
        return shifts

    async def start(self, operator: str, role: Role, now: datetime) -> tuple[Shift, bool]:
        """This operator's shift, and whether it is begun by this."""
        row = await self._fetch_row(SQL["start_shift"], secrets.token_hex(12), operator, role, now)
        begun = row is not None
        row = row or await self._fetch_row(SQL["shift_of"], operator)
        if row is None:  # ended by somebody between the two
            return await self.start(operator, role, now)
        await self.look()
        return _shift(row), begun

    async def find(self, shift_id: str) -> Shift | None:
        """One shift, also one that is over."""
        row = await self._fetch_row(SQL["find_shift"], shift_id)
        return _shift(row) if row else None

    async def end(self, shift: Shift, by: str, now: datetime) -> Shift:
        """The shift is over; one that was already is as it was."""
        row = await self._fetch_row(SQL["end_shift"], shift.shift_id, now, by)
        assert row is not None, "shifts are never deleted"
        await self.look()
        return _shift(row)

    async def handled(self, shifts: Sequence[Shift]) -> Mapping[str, int]:
        """On how many cases each did anything, by the shift's id."""
        if not shifts:
            return {}
        since = min(shift.started_at for shift in shifts)
        rows = await self._fetch(SQL["handled_on"], [shift.shift_id for shift in shifts], since)
        return {row["shift_id"]: row["handled"] for row in rows}


def _shift(row: Record) -> Shift:
    return Shift(**{**row, "role": Role(row["role"])})
