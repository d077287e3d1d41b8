"""Brings a database to the schema this version needs: every migration that it has not seen, in order, once."""

from __future__ import annotations

import logging
from pathlib import Path

import asyncpg
from pogo_core.util import migrate as pogo

from rescue.store.connections import connect, reachable

MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x7265_7363_0001
"""Two instances that start together migrate one after the other; the key is any number nobody else uses."""

_quiet = logging.getLogger("rescue.store.migrate")


async def migrate(url: str) -> None:
    """Apply what is missing. Raises StoreUnavailable; a migration that fails leaves nothing of itself behind."""
    connection = await connect(url)
    try:
        with reachable():
            await _migrate(connection)
    finally:
        connection.terminate()


async def _migrate(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
    await pogo.apply(connection, MIGRATIONS, schema_name="public", logger=_quiet)
