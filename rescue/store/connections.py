"""Connections to PostgreSQL with every wait bounded, and the one place that tells a lost database from our own bugs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TypeAlias
from urllib.parse import urlsplit

import asyncpg

from rescue.ports import StoreUnavailable

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
PooledConnection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

CONNECT_WITHIN_S = 10.0
ANSWER_WITHIN_S = 10.0
POOL_SIZE = 8
OLDEST_SERVER = 15
"""The first with UNIQUE NULLS NOT DISTINCT."""

_LOST = (
    OSError,  # and with it TimeoutError
    asyncpg.PostgresConnectionError,
    # What asyncpg makes of a connection that breaks in the middle of its own hand-shake.
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    # It takes no writes now: a replica, or switched to reading by its administrator, as one does when a disk fills up.
    asyncpg.ReadOnlySQLTransactionError,
    # We were silent for too long in the middle of a transaction.
    asyncpg.IdleInTransactionSessionTimeoutError,
    # Rolled back by the server for no fault of the statement; asking again is right.
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
)
_NOT_LET_IN = (*_LOST, asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
_FORM = "postgresql://user:password@host:port/name, with / @ : of a password written as %2F %40 %3A"


@contextmanager
def reachable(connection: Connection | None = None) -> Iterator[None]:
    """Turns the loss of the database into StoreUnavailable; violated constraints and our bugs pass through.

    asyncpg says InterfaceError both for misuse and for a connection that is closed: `connection` tells which.
    """
    try:
        yield
    except _LOST as error:
        raise StoreUnavailable(one_line(error)) from error
    except asyncpg.InterfaceError as error:
        if connection is not None and connection.is_closed():
            raise StoreUnavailable(one_line(error)) from error
        raise


async def connect(
    url: str, settings: Mapping[str, str] | None = None, answer_within_s: float = ANSWER_WITHIN_S
) -> Connection:
    """A connection of its own, with these server settings. Raises StoreUnavailable with the address and the cause."""
    with _connecting(url):
        return await asyncpg.connect(
            url,
            timeout=CONNECT_WITHIN_S,
            command_timeout=answer_within_s,
            server_settings={"application_name": "rescue", **(settings or {})},
        )


async def connect_pool(url: str) -> Pool:
    """A pool for reads and registry writes. Raises StoreUnavailable as `connect` does, and for an unfit server."""
    with _connecting(url):
        pool = await asyncpg.create_pool(
            url,
            min_size=0,  # else the pool reports each failed attempt to keep one, with a traceback
            max_size=POOL_SIZE,
            timeout=CONNECT_WITHIN_S,
            command_timeout=ANSWER_WITHIN_S,
            server_settings={"application_name": "rescue"},
        )
        await _check_server(pool, url)
    return pool


async def _check_server(pool: Pool, url: str) -> None:
    async with pool.acquire() as connection:
        version = connection.get_server_version().major
        encoding = await connection.fetchval("SHOW server_encoding")
    if version < OLDEST_SERVER or encoding != "UTF8":
        pool.terminate()
        raise StoreUnavailable(
            f"database at {_address(url)} is PostgreSQL {version} with encoding {encoding}; "
            f"needed is {OLDEST_SERVER} or newer with UTF8"
        )


@contextmanager
def _connecting(url: str) -> Iterator[None]:
    try:
        yield
    except _NOT_LET_IN as error:
        raise StoreUnavailable(f"database at {_address(url)} cannot be reached: {one_line(error)}") from error
    except ValueError:
        # The parser's words may quote a piece of the password: neither they nor their cause are passed on.
        raise StoreUnavailable(f"the database's address is not of the form {_FORM}") from None


def _address(url: str) -> str:
    """Host and port, never the name or password before them."""
    return urlsplit(url).netloc.rpartition("@")[2] or "a local socket"


def one_line(error: BaseException) -> str:
    """What went wrong, without line breaks; never empty."""
    text = " ".join(str(error).split())
    return text or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__)


class Pooled:
    """What each part of the PostgreSQL store stands on: the pool, and reads that raise StoreUnavailable."""

    def __init__(self, url: str, pool: Pool) -> None:
        self.url = url
        self.pool = pool

    async def _fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        with reachable():
            return await self.pool.fetch(query, *arguments)

    async def _fetch_row(self, query: str, *arguments: object) -> asyncpg.Record | None:
        with reachable():
            return await self.pool.fetchrow(query, *arguments)

    @asynccontextmanager
    async def _borrow(self) -> AsyncIterator[PooledConnection]:
        """A connection of the pool. Raises StoreUnavailable, however and whenever it breaks."""
        with reachable():
            async with self.pool.acquire() as connection:
                try:
                    with reachable():
                        yield connection
                except StoreUnavailable:
                    # The pool would ask a broken connection once more, and what that raises would hide the loss.
                    with suppress(asyncpg.InterfaceError):
                        connection.terminate()
                    raise
                except asyncpg.InterfaceError as error:
                    if not _is_lost(connection):
                        raise
                    raise StoreUnavailable(one_line(error)) from error


def _is_lost(connection: PooledConnection) -> bool:
    """It broke while nothing was asked of it: then it is closed, or the pool has taken it back."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True
