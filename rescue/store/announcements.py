"""What others announce on PostgreSQL's channels, heard for ever.

An announcement may be missed while there is no connection, so each new connection counts as one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from rescue.ports import StoreUnavailable
from rescue.store.connections import Connection, connect, reachable

LISTEN_AGAIN_AFTER_S = 1.0
ALIVE_WITHIN_S = 30.0
"""A connection that only listens would not notice the loss of the other side: it is asked this often."""


async def announcements(url: str, *channels: str) -> AsyncGenerator[None, None]:
    """Yields on starting to listen and on news of any channel, several at once as one, for ever."""
    while True:
        try:
            async with _listening(url, channels) as (connection, news):
                yield
                while True:
                    await _hear(connection, news)
                    yield
        except StoreUnavailable:
            await asyncio.sleep(LISTEN_AGAIN_AFTER_S)


@asynccontextmanager
async def _listening(url: str, channels: tuple[str, ...]) -> AsyncIterator[tuple[Connection, asyncio.Event]]:
    """A connection of its own, and the event it sets on news and on its own end."""
    news = asyncio.Event()
    connection = await connect(url)
    try:
        with reachable(connection):
            connection.add_termination_listener(lambda *_: news.set())
            for channel in channels:
                await connection.add_listener(channel, lambda *_: news.set())
            yield connection, news
    finally:
        connection.terminate()


async def _hear(connection: Connection, news: asyncio.Event) -> None:
    """Return on news. Raises StoreUnavailable (within `reachable`) once the connection proves lost."""
    while not news.is_set():
        try:
            async with asyncio.timeout(ALIVE_WITHIN_S):
                await news.wait()
        except TimeoutError:
            await connection.execute("SELECT 1")
    news.clear()
    if connection.is_closed():
        raise StoreUnavailable("the connection that listens for announcements was lost")
