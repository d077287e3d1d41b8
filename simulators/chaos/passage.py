"""A way for TCP between two programs that can be held up and cut: the network, as far as they can tell.

While it is held, connections stand and bytes wait, as when packets are lost; while it is cut, connections break and new
ones are refused. Whoever stands at its end may move to another port: new connections go there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
PIECE = 65_536
Address = tuple[str, int]


class Passage:
    """An async context manager: open inside, on a port that stays the same."""

    def __init__(self, target: Address | None = None) -> None:
        self.target = target
        self.port = 0
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._flows.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._joined: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        await asyncio.gather(*self._joined, return_exceptions=True)

    def hold(self) -> None:
        """Nothing gets through, and nobody is told."""
        self._flows.clear()

    def let_flow(self) -> None:
        """What was held up goes on."""
        self._flows.set()

    def cut(self) -> None:
        """Every connection breaks, and new ones are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for end in tuple(self._ends):
            end.transport.abort()

    async def mend(self) -> None:
        """New connections are taken again."""
        if self._server is None:
            self._server = await asyncio.start_server(self._connect, HOST, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._joined.add(task)
        task.add_done_callback(self._joined.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A broken end is no news: then the other is to break as well.
        with suppress(OSError):
            async with self._ending(writer):
                await self._join(reader, writer)

    @asynccontextmanager
    async def _ending(self, end: asyncio.StreamWriter) -> AsyncIterator[None]:
        """What was written to it goes out, unless the passage is cut; then it is closed."""
        self._ends.add(end)
        try:
            yield
        finally:
            self._ends.discard(end)
            end.close()
            with suppress(OSError):
                await end.wait_closed()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flows.wait()
        if self.target is None:
            return
        there, thither = await asyncio.open_connection(*self.target)
        async with self._ending(thither):
            pumps = {asyncio.create_task(self._pump(reader, thither)), asyncio.create_task(self._pump(there, writer))}
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(PIECE):
            await self._flows.wait()
            sink.write(piece)
            await sink.drain()
