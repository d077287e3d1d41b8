"""The registry in PostgreSQL: lifts, companies, stations, crews, and the news that they changed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from devices.messages import LiftId
from dispatch.crews import Company, Crew, CrewId, Station
from rescue.incident import Lift
from rescue.ports import TrackedLift
from rescue.store import rows
from rescue.store.announcements import announcements
from rescue.store.connections import Pooled, PooledConnection
from rescue.store.refusals import refuse_shared_codes, refuse_unknown
from rescue.store.sql import load_queries

COPY_WITHIN_S = 120.0
SQL = load_queries("registry")


class PostgresRegistry(Pooled):
    """Reads and writes of the registry, each write announced to whoever listens to `registry_changes`."""

    async def find_lift(self, lift_id: LiftId) -> Lift | None:
        """The registry's card of a lift."""
        row = await self._fetch_row(SQL["find_lift"], lift_id)
        return rows.read_lift(row) if row else None

    async def find_lifts(self, lift_ids: Sequence[LiftId]) -> Mapping[LiftId, Lift]:
        """The registry's cards of these lifts, as far as they are registered."""
        found = [rows.read_lift(row) for row in await self._fetch(SQL["find_lifts"], lift_ids)]
        return {lift.lift_id: lift for lift in found}

    async def find_lift_by_rescue_code(self, rescue_code: str) -> Lift | None:
        """The lift whose plate bears this code."""
        row = await self._fetch_row(SQL["find_lift_by_rescue_code"], rescue_code)
        return rows.read_lift(row) if row else None

    async def tracked_lifts(self) -> Sequence[TrackedLift]:
        """What the tracker needs to know of every registered lift."""
        return [rows.read_tracked_lift(row) for row in await self._fetch(SQL["tracked_lifts"])]

    async def list_companies(self) -> Sequence[Company]:
        """Every company."""
        return [rows.read_company(row) for row in await self._fetch(SQL["companies"])]

    async def list_crews(self) -> Sequence[Crew]:
        """Every crew, placed at its station if it has no position of its own."""
        return [rows.read_crew(row) for row in await self._fetch(SQL["crews"])]

    async def put_lifts(self, lifts: Sequence[Lift]) -> None:
        """Insert or replace; of two cards of one lift the later counts. Raises RegistryRefused."""
        latest = {lift.lift_id: rows.lift_row(lift) for lift in lifts}
        async with self._changing() as connection:
            await _refuse_unknown_companies(connection, (lift.company_id for lift in lifts))
            await connection.execute(SQL["stage_lifts"])
            await connection.copy_records_to_table(
                "arriving_lifts", records=latest.values(), columns=rows.LIFT_COLUMNS, timeout=COPY_WITHIN_S
            )
            await connection.execute(SQL["put_staged_lifts"], timeout=COPY_WITHIN_S)
            shared = await connection.fetch(SQL["shared_rescue_codes"])
            refuse_shared_codes((row["rescue_code"], row["lift_ids"]) for row in shared)

    async def put_companies(self, companies: Sequence[Company]) -> None:
        """Insert or replace."""
        async with self._changing() as connection:
            await connection.executemany(SQL["put_company"], [rows.company_row(company) for company in companies])

    async def put_stations(self, stations: Sequence[Station]) -> None:
        """Insert or replace. Raises RegistryRefused."""
        async with self._changing() as connection:
            await _refuse_unknown_companies(connection, (station.company_id for station in stations))
            await connection.executemany(SQL["put_station"], [rows.station_row(station) for station in stations])

    async def put_crews(self, crews: Sequence[Crew]) -> None:
        """Insert or replace. Raises RegistryRefused."""
        async with self._changing() as connection:
            await _refuse_unknown_companies(connection, (crew.company_id for crew in crews))
            known = {row["station_id"] for row in await connection.fetch(SQL["station_ids"])}
            refuse_unknown("station", (crew.station_id for crew in crews), known)
            await connection.executemany(SQL["put_crew"], [rows.crew_row(crew) for crew in crews])

    async def set_on_duty(self, crew_id: CrewId, on_duty: bool) -> bool:
        """Put a crew on or off duty; False if it is unknown."""
        async with self._changing() as connection:
            return bool(await connection.fetchval(SQL["set_on_duty"], crew_id, on_duty))

    def registry_changes(self) -> AsyncGenerator[None, None]:
        """Yields when the registry may have changed, several changes at once as one, for ever.

        Also on starting to listen, then and after each loss of the connection: what came before was not heard.
        """
        return announcements(self.url, "registry")

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[PooledConnection]:
        """One transaction that ends with the announcement."""
        async with self._borrow() as connection, connection.transaction():
            yield connection
            await connection.execute(SQL["announce"])


async def _refuse_unknown_companies(connection: PooledConnection, wanted: Iterable[str | None]) -> None:
    known = {row["company_id"] for row in await connection.fetch(SQL["company_ids"])}
    refuse_unknown("company", wanted, known)
