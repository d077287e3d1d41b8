"""What `rescue check` sees of a PostgreSQL, migrated or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.crews import Position
from rescue.ports import Clock
from rescue.store.auditing import ahead_s
from rescue.store.connections import OLDEST_SERVER, Connection, connect, reachable
from rescue.store.desk import SQL as DESK
from rescue.store.migrate import MIGRATIONS
from rescue.store.sql import load_queries

LATELY = timedelta(hours=1)
ROWS = 20
LIFTS_SEEN = 2_000
SQL = load_queries("checks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Whom offers do not reach: companies without an endpoint, and endpoints that fail: company, URL, why."""

    without: Sequence[str] = ()
    failing: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A database that answers."""

    version: int
    encoding: str
    is_read_only: bool
    size: int
    """Bytes."""
    missing: Sequence[str]
    """Migrations that this version of ours needs."""
    unknown: Sequence[str]
    """Migrations that it has and we do not know: a newer version was here."""
    ahead_s: float
    """Its clock, of ours."""
    endpoints: Endpoints | None
    """None before it is migrated."""
    lift_positions: Sequence[Position] = ()
    """Of a sample of the registered lifts."""

    @property
    def is_fit(self) -> bool:
        """We can work with such a server."""
        return self.version >= OLDEST_SERVER and self.encoding == "UTF8"


async def look(url: str, clock: Clock) -> Seen:
    """Raises StoreUnavailable."""
    connection = await connect(url, {"application_name": "rescue check", "statement_timeout": "10s"})
    try:
        with reachable(connection):
            return await _look(connection, clock)
    finally:
        connection.terminate()


async def _look(connection: Connection, clock: Clock) -> Seen:
    applied, needed = await _applied(connection), {path.stem for path in MIGRATIONS.glob("*.sql")}
    return Seen(
        version=connection.get_server_version().major,
        encoding=await connection.fetchval("SHOW server_encoding"),
        is_read_only=await connection.fetchval(DESK["is_read_only"]),
        size=await connection.fetchval(SQL["database_size"]),
        missing=sorted(needed - applied),
        unknown=sorted(applied - needed),
        ahead_s=await ahead_s(connection, clock),
        endpoints=None if needed - applied else await _endpoints(connection, clock.now()),
        lift_positions=() if needed - applied else await _lift_positions(connection),
    )


async def _lift_positions(connection: Connection) -> Sequence[Position]:
    rows = await connection.fetch(SQL["lift_positions"], LIFTS_SEEN)
    return [Position(lon=row["lon"], lat=row["lat"]) for row in rows]


async def _applied(connection: Connection) -> set[str]:
    if not await connection.fetchval(SQL["has_schema"]):
        return set()
    return {row["migration_id"] for row in await connection.fetch(SQL["applied_migrations"])}


async def _endpoints(connection: Connection, now: datetime) -> Endpoints:
    without = await connection.fetch(SQL["companies_without_endpoint"], ROWS)
    failing = await connection.fetch(SQL["failing_endpoints"], now - LATELY, ROWS)
    return Endpoints(without=[row["company_id"] for row in without], failing=[tuple(row) for row in failing])
