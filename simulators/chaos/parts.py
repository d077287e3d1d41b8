"""The database, the broker and the service as processes of their own, each to be killed and started again by itself.

The database and the broker are those of the wheels, so nothing need be installed. Everything is a child of this
process, and ends with it. The service is looked after as by any supervisor: when it ends, it is started again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from rescue.embedded import Embedded, embedded_broker, embedded_database
from simulators.chaos.passage import HOST, Passage
from simulators.errors import ServiceFailedError
from simulators.service import Service

STARTED_AGAIN_AFTER_S = 0.5
GONE_WITHIN_S = 5.0


class Server:
    """A database or a broker, which may be killed and started again in the same directory."""

    def __init__(self, directory: Path, make: Callable[[Path], Embedded], *passages: Passage) -> None:
        """`passages` lead to it, wherever it listens this time."""
        self.directory = directory
        self.url = ""
        self._make = make
        self._passages = passages
        self._life = AsyncExitStack()

    async def start(self) -> None:
        """Returns when it answers. Raises EmbeddedError."""
        self.url = await self._life.enter_async_context(self._make(self.directory))
        address = urlsplit(self.url)
        for passage in self._passages:
            passage.target = (str(address.hostname), int(address.port or 0))

    async def stop(self) -> None:
        """In order."""
        await self._life.aclose()

    async def kill(self) -> None:
        """As kill -9 does: it, and then all that it had started, before any of them can do a thing."""
        victims = self._processes()
        for victim in victims:
            with suppress(psutil.NoSuchProcess):
                victim.kill()
        await asyncio.to_thread(psutil.wait_procs, victims[1:], timeout=GONE_WITHIN_S)
        await self.stop()

    def _processes(self) -> Sequence[psutil.Process]:
        ours = psutil.Process().children()
        server = next(child for child in ours if self._is_of(child))
        return [server, *server.children(recursive=True)]

    def _is_of(self, child: psutil.Process) -> bool:
        """Another child may end while we look at it."""
        try:
            return any(str(self.directory) in word for word in child.cmdline())
        except psutil.NoSuchProcess:  # A process that has ended and is not waited for yet is one of these too.
            return False


class Desk:
    """The service under supervision. `run` is a task's work, for ever."""

    def __init__(self, directory: Path, http_port: int, settings: Mapping[str, str]) -> None:
        self.directory = directory
        self.url = f"http://{HOST}:{http_port}"
        self.starts_failed: list[str] = []
        """It could not start for want of a part, and said so: a supervisor's everyday."""
        self.deaths: list[str] = []
        """It ended by itself while it ran."""
        self._http_port = http_port
        self._settings = settings
        self._service: Service | None = None
        self._killed = False
        self._ready = asyncio.Event()

    async def run(self) -> None:
        """Starts it whenever it has ended."""
        while True:
            try:
                await self._live()
            except ServiceFailedError as error:
                self._note(str(error))
            finally:
                self._service = None
            await asyncio.sleep(STARTED_AGAIN_AFTER_S)

    async def wait_ready(self) -> Service:
        """The service, once it was ready for the first time."""
        await self._ready.wait()
        assert self._service is not None
        return self._service

    async def kill(self) -> None:
        """As kill -9 does. Nothing happens to one that is not up."""
        if self._service is not None:
            self._killed = True
            await self._service.kill()

    async def _live(self) -> None:
        self.directory.mkdir(exist_ok=True)
        async with Service(self.directory, http_port=self._http_port, settings=self._settings) as service:
            self._service, self._killed = service, False
            self._ready.set()
            await service.watch()

    def _note(self, reason: str) -> None:
        if self._service is None:
            self.starts_failed.append(reason)
        elif not self._killed:
            self.deaths.append(f"{time.strftime('%H:%M:%S')} {reason}")


def make_database(directory: Path) -> Embedded:
    """PostgreSQL."""
    return embedded_database(directory)


def broker_maker(port: int) -> Callable[[Path], Embedded]:
    """NATS, on this port."""
    return lambda directory: embedded_broker(directory, port)
