"""One embedded PostgreSQL for the whole test session, and for each test a fresh database of it.

The schema is migrated once, into a template; a test's database is a copy of that. A test that kills the server starts
one of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import asyncpg
import pytest

from rescue.embedded.database import embedded_database
from rescue.store.migrate import migrate
from rescue.store.postgres import PostgresStore

TEMPLATE = "rescue_template"
HASTE = ("fsync = off", "full_page_writes = off")
"""A test's database need not survive a power cut; it does survive kill -9."""

_numbers = count(1)


@pytest.fixture(scope="session")
async def database_server() -> AsyncIterator[str]:
    """The address of a running server whose template database bears the schema."""
    with place_for_server() as data_dir:
        async with hasty_server(data_dir) as url:
            await execute(url, f"CREATE DATABASE {TEMPLATE}")
            await migrate(database_at(url, TEMPLATE))
            yield url


@pytest.fixture
def server_dir() -> Iterator[Path]:
    """Where a test may keep a server of its own."""
    with place_for_server() as data_dir:
        yield data_dir


@pytest.fixture
async def database(database_server: str) -> AsyncIterator[str]:
    """The address of a fresh, migrated database."""
    name = f"rescue_{next(_numbers)}"
    # Copying files beats writing them through the log sixfold where the disk is not waited for.
    await execute(database_server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield database_at(database_server, name)
    await execute(database_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def postgres_store(database: str) -> AsyncIterator[PostgresStore]:
    """A store on a fresh database."""
    store = await PostgresStore.connect(database)
    yield store
    await store.close()


@asynccontextmanager
async def hasty_server(data_dir: Path) -> AsyncIterator[str]:
    """An embedded server of one's own, which does not wait for its disk."""
    async with embedded_database(data_dir) as url:
        await execute(url, *(f"ALTER SYSTEM SET {setting}" for setting in HASTE), "SELECT pg_reload_conf()")
        yield url


@contextmanager
def place_for_server() -> Iterator[Path]:
    """A directory for a server, gone afterwards.

    Not below pytest's own: each pytest that starts closes that to every other user, and if we are root, the server of
    a pytest already at work is one.
    """
    with TemporaryDirectory(prefix="rescue-postgres-") as place:
        yield Path(place) / "data"


async def execute(url: str, *statements: str) -> None:
    """Run statements, each by itself, on a connection of their own."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def database_at(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()
