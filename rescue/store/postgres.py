"""The store on PostgreSQL: one connection for the desk, a pool for everything else.

Times are always arguments: no statement reads the database's clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from devices.messages import LiftId
from rescue.desk.board import Board, Decision
from rescue.incident import Assignment, AssignmentId, Incident, IncidentId, Kind, Member
from rescue.ports import Carried, Commit, KeptDecision, Outgoing, Rendered, StoreUnavailable, Wanted
from rescue.store import rows
from rescue.store.connections import connect_pool, reachable
from rescue.store.desk import DeskConnection
from rescue.store.quarantine import PostgresQuarantine
from rescue.store.registry import PostgresRegistry
from rescue.store.sql import load_queries
from rescue.timeline import Entry

CLOSE_WITHIN_S = 5.0
CASES = load_queries("cases")
OUTBOX = load_queries("outbox")


class PostgresStore(PostgresRegistry, PostgresQuarantine):
    """Store, Registry and Quarantine of rescue.ports. `pool` is for other readers with queries of their own."""

    _desk: DeskConnection | None = None

    @classmethod
    async def connect(cls, url: str) -> PostgresStore:
        """A store on a migrated database. Raises StoreUnavailable, within ten seconds, with a line for a person."""
        return cls(url, await connect_pool(url))

    async def close(self) -> None:
        """End every connection, and with the desk's its lock."""
        self._drop_desk()
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()

    async def load_board(self, standing_by: Callable[[], None] = lambda: None) -> Board:
        """Become the desk, waiting while another instance is, and read the board."""
        self._drop_desk()
        self._desk = await DeskConnection.open(self.url, standing_by)
        try:
            return await self._desk.load_board()
        except BaseException:
            self._drop_desk()
            raise

    async def read_board(self) -> Board:
        """Read the board again without letting go of the desk."""
        async with self._as_desk() as desk:
            return await desk.load_board()

    async def commit(
        self, decision: Decision, effects: Sequence[Rendered], now: datetime, kept: KeptDecision | None = None
    ) -> None:
        """Save the decision in one transaction. After StoreUnavailable the board must be loaded anew."""
        async with self._as_desk() as desk:
            await desk.commit([Commit(decision=decision, effects=effects, kept=kept)], now)

    async def commit_all(self, commits: Sequence[Commit], now: datetime) -> None:
        """Save these decisions in one transaction. After StoreUnavailable the board must be loaded anew."""
        async with self._as_desk() as desk:
            await desk.commit(commits, now)

    async def hold_desk(self) -> None:
        """Return if this instance is still the desk. After StoreUnavailable the board must be loaded anew."""
        async with self._as_desk() as desk:
            await desk.hold()

    @asynccontextmanager
    async def _as_desk(self) -> AsyncIterator[DeskConnection]:
        """The desk's session, given up with whatever breaks it."""
        if self._desk is None:
            raise StoreUnavailable("this instance is not the desk: the board must be loaded first")
        try:
            yield self._desk
        except (StoreUnavailable, asyncio.CancelledError):
            self._drop_desk()
            raise

    def _drop_desk(self) -> None:
        if self._desk is not None:
            self._desk.drop()
            self._desk = None

    async def find_incident(self, incident_id: IncidentId) -> Incident | None:
        """An incident, open or finished."""
        row = await self._fetch_row(CASES["find_incident"], incident_id)
        return rows.read_incident(row["body"]) if row else None

    async def last_entrapments_of(self, lift_ids: Sequence[LiftId]) -> Mapping[LiftId, Incident]:
        """The newest case of people in each of these lifts, open or finished, as far as there was one."""
        found = await self._fetch(CASES["last_entrapments_of"], lift_ids)
        return {row["lift_id"]: rows.read_incident(row["body"]) for row in found}

    async def find_assignment(self, assignment_id: AssignmentId) -> Assignment | None:
        """One attempt, of an open case or a finished one."""
        row = await self._fetch_row(CASES["find_assignment"], assignment_id)
        return rows.read_assignment(row) if row else None

    async def list_incidents(self, wanted: Wanted, *, after: int | None, limit: int) -> Sequence[Incident]:
        """Incidents, newest first; of open ones the gravest kind first."""
        filters = (
            wanted.kind, wanted.area, wanted.opened_from, wanted.opened_to, wanted.company_id, wanted.parent_id,
        )  # fmt: skip
        if wanted.status == "open":
            found = await self._fetch(CASES["list_open_incidents"], *filters, after, limit, list(Kind))
        else:
            found = await self._fetch(CASES["list_incidents"], *filters, after, limit, wanted.status == "all")
        return [rows.read_incident(row["body"]) for row in found]

    async def members_of(self, incident_id: IncidentId, *, after: LiftId | None, limit: int) -> Sequence[Member]:
        """The lifts of a parent case, recovered ones too, by their ids."""
        return [rows.read_member(row) for row in await self._fetch(CASES["members_of"], incident_id, after, limit)]

    async def assignments_of(self, incident_id: IncidentId) -> Sequence[Assignment]:
        """Every attempt of a case, in order."""
        return [rows.read_assignment(row) for row in await self._fetch(CASES["assignments_of"], incident_id)]

    async def timeline_of(self, incident_id: IncidentId) -> Sequence[Entry]:
        """A case's history, in order."""
        return [rows.read_entry(row) for row in await self._fetch(CASES["timeline_of"], incident_id)]

    async def due(self, now: datetime, limit: int) -> Sequence[Outgoing]:
        """Effects whose time has come, oldest first, enabled endpoints only."""
        return [rows.read_outgoing(row) for row in await self._fetch(OUTBOX["due"], now, limit)]

    async def next_due(self) -> datetime | None:
        """When the next effect is due."""
        row = await self._fetch_row(OUTBOX["next_due"])
        return row["due_at"] if row else None

    async def carried(self, tries: Sequence[Carried]) -> None:
        """Write down how tries went, in the order in which `commit` locks the rows it drops."""
        written = [_try_row(one) for one in sorted(tries, key=lambda one: one.outbox_id)]
        with reachable():
            await self.pool.executemany(OUTBOX["write_down_try"], written)


def _try_row(one: Carried) -> rows.Row:
    return one.outbox_id, one.at, one.status, one.error, one.due_at, rows.outcome(one)
