"""Brings a database to the schema this version needs: every migration that it has not seen, in order, once."""

from __future__ import annotations

from pathlib import Path

import asyncpg
from pogo_core.error import BadMigrationError
from pogo_core.util import migrate as pogo

from rescue.ports import StoreUnavailable
from rescue.store.connections import Connection, connect, one_line, reachable

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATE_WITHIN_S = 600.0
"""For each statement: a migration may rewrite a table of years."""
_MIGRATION_LOCK = 0x7265_7363_0001
"""Two instances that start together migrate one after the other; any number that nobody else uses."""


async def migrate(url: str) -> None:
    """Apply what is missing. Raises StoreUnavailable; a migration that fails leaves nothing of itself behind."""
    connection = await connect(url, answer_within_s=MIGRATE_WITHIN_S)
    try:
        with reachable(connection):
            await _migrate(connection)
    except (BadMigrationError, asyncpg.PostgresError) as error:
        cause = one_line(error.__cause__ or error)
        raise StoreUnavailable(f"the database cannot be brought to this version's schema: {cause}") from error
    finally:
        connection.terminate()


async def _migrate(connection: Connection) -> None:
    await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
    await pogo.apply(connection, MIGRATIONS, schema_name="public")
