"""What people and companies look up, beyond what the desk needs: assignments, lifts by a word, the day's figures.

Each question is put for one company, or for `None`, which is the rescue centre and sees all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from devices.messages import Area, LiftId
from dispatch.crews import CompanyId
from rescue.incident import Assignment, AssignmentId, AssignmentStatus, Lift, Status
from rescue.store.connections import Pool, reachable
from rescue.store.rows import read_assignment, read_lift
from rescue.store.sql import load_queries

SQL = load_queries("records")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The cases opened since some instant: how many stand where, and the mean time to arrival."""

    by_status: Mapping[Status, int]
    arrivals: int
    mean_arrival_s: float | None


class Records:
    """Readings of the database. Every method may raise StoreUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find_assignment(self, assignment_id: AssignmentId) -> Assignment | None:
        """One attempt, of an open case or a finished one."""
        with reachable():
            row = await self._pool.fetchrow(SQL["find_assignment"], assignment_id)
        return read_assignment(row) if row else None

    async def list_assignments(
        self,
        company_id: CompanyId | None,
        statuses: Collection[AssignmentStatus] | None,
        after: AssignmentId | None,
        limit: int,
    ) -> list[Assignment]:
        """Attempts, the newest first, offered before the attempt `after`; `statuses` None for all."""
        with reachable():
            rows = await self._pool.fetch(SQL["list_assignments"], company_id, statuses, after, limit)
        return [read_assignment(row) for row in rows]

    async def search_lifts(
        self,
        company_id: CompanyId | None,
        *,
        rescue_code: str | None,
        area: Area | None,
        word: str | None,
        after: LiftId | None,
        limit: int,
    ) -> list[Lift]:
        """Registered lifts by id, above the id `after`; `word` is sought in id, code, address and building."""
        with reachable():
            rows = await self._pool.fetch(SQL["search_lifts"], company_id, rescue_code, area, word, after, limit)
        return [read_lift(row) for row in rows]

    async def figures(self, since: datetime) -> Figures:
        """The cases opened since that instant."""
        with reachable():
            rows = await self._pool.fetch(SQL["count_cases"], since)
        arrivals = sum(row["arrivals"] for row in rows)
        return Figures(
            by_status={Status(row["status"]): row["cases"] for row in rows},
            arrivals=arrivals,
            mean_arrival_s=sum(row["arrival_s"] for row in rows) / arrivals if arrivals else None,
        )
