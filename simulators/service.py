"""The service as a simulator's subprocess: start it, wait until it is ready, run its commands, stop or kill it.

Nothing is known of its inside but its published commands. It runs in a session of its own, so that Ctrl-C in the
terminal reaches only the simulator, which then stops its parts in order; whatever the service has started and not
stopped itself is ended too. And it is leashed: a simulator that is killed cannot stop anything, so the kernel tells the
service to stop, which then ends its own parts as on any other day.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from rescue.embedded import leash
from simulators.errors import ServiceFailedError

READY_WITHIN_S = 60.0
STOPPED_WITHIN_S = 7.0
NOTICED_WITHIN_S = 3.0
"""Whoever talks to a service that dies, or to its broker, may notice sooner than its process has ended."""
LEFTOVERS_STOPPED_WITHIN_S = 1.5
COMMAND_WITHIN_S = 120.0
RESCUE = (sys.executable, "-m", "rescue.cli")
PARTS = frozenset({"RESCUE_DATABASE_URL", "RESCUE_MQTT_URL"})
"""A service that is given one of these starts none of its own."""
ELSEWHERE = ("RESCUE_DATABASE_", "RESCUE_MQTT_", "RESCUE_HTTP_CERT", "RESCUE_HTTP_KEY")
"""Settings that would lead a service away from its embedded parts, or clients away from it, begin so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Where the service is reached, in its own words."""

    http: str
    mqtt: str
    database: str


class Service:
    """An async context manager: ready inside, stopped after.

    With a database and a broker of its own, unless `settings` (RESCUE_… variables) name others.
    """

    def __init__(
        self, data_dir: Path, *, http_port: int, mqtt_port: int = 1883, settings: Mapping[str, str] | None = None
    ) -> None:
        self.log_path = data_dir / "service.log"
        self._settings = {"RESCUE_WEBHOOK_ALLOW_PRIVATE": "true", **(settings or {})}
        embedded = () if PARTS & self._settings.keys() else ("--embedded",)
        self._arguments = ("serve", *embedded, "--http-port", str(http_port), "--mqtt-port", str(mqtt_port),
                           "--data-dir", str(data_dir))  # fmt: skip
        self._ready: Ready | None = None

    async def __aenter__(self) -> Self:
        """Raises ServiceFailedError with the service's own last line when it is not ready within a minute."""
        with self.log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *_leashed(signal.SIGTERM), *self._arguments, stdout=asyncio.subprocess.PIPE, stderr=log,
                env={**_environment(), **self._settings}, start_new_session=True,
            )  # fmt: skip
        try:
            self._ready = await self._wait_ready()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    @property
    def ready(self) -> Ready:
        """Where it is reached."""
        assert self._ready is not None, "only inside the context"
        return self._ready

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    async def kill(self) -> None:
        """Ends it as kill -9 does; its embedded parts end with it."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def watch(self) -> None:
        """Returns never: raises ServiceFailedError when the service stops by itself."""
        assert self._process.stdout is not None
        while await self._process.stdout.read(65_536):
            pass
        raise await self._died()

    @asynccontextmanager
    async def blamed(self) -> AsyncIterator[None]:
        """Whatever fails inside because the service stopped is said of the service: raises ServiceFailedError then."""
        try:
            yield
        except Exception:
            with suppress(TimeoutError):
                async with asyncio.timeout(NOTICED_WITHIN_S):
                    await self._process.wait()
            if self._process.returncode is not None:
                raise await self._died() from None
            raise

    async def command(self, *arguments: str) -> str:
        """Runs one `rescue` command against this service's database; its output. Raises ServiceFailedError."""
        database_url = self._settings.get("RESCUE_DATABASE_URL", self.ready.database)
        return await _run(arguments, {**_environment(), "RESCUE_DATABASE_URL": database_url})

    async def _wait_ready(self) -> Ready:
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                return await self._read_until_ready()
        except TimeoutError:
            reason = f"the service was not ready within {READY_WITHIN_S:.0f} s: {self._last_line()}"
            raise ServiceFailedError(reason) from None

    async def _read_until_ready(self) -> Ready:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            ready = _read_ready(line)
            if ready is not None:
                return ready
        raise await self._died()

    async def _died(self) -> ServiceFailedError:
        code = await self._process.wait()
        return ServiceFailedError(f"the service stopped with exit code {code}: {self._last_line()}")

    def _last_line(self) -> str:
        """The last line that the service logged: its clear line on an error."""
        lines = self.log_path.read_text("utf-8", errors="replace").splitlines() if self.log_path.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")

    async def _stop(self) -> None:
        descendants = _descendants_of(self._process.pid)
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(STOPPED_WITHIN_S):
                    await self._process.wait()
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        await asyncio.to_thread(_end, descendants)


def _environment() -> dict[str, str]:
    """Ours, but for settings that would lead the service away from its embedded parts."""
    return {name: value for name, value in os.environ.items() if not name.startswith(ELSEWHERE)}


def _leashed(ending: signal.Signals) -> Sequence[str]:
    """The `rescue` command, to which the kernel sends this signal once the thread that started it has ended.

    So a process is to be started in the thread that outlives it: the main one, where the event loop runs.
    """
    numbers = map(str, (os.getpid(), int(ending), os.geteuid(), os.getegid()))
    return [sys.executable, "-I", "-S", leash.__file__, *numbers, *RESCUE]


def _read_ready(line: bytes) -> Ready | None:
    try:
        said = json.loads(line)
        return Ready(http=said["http"], mqtt=said["mqtt"], database=said["database"]) if said["ready"] else None
    except (ValueError, KeyError, TypeError):
        return None


async def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *_leashed(signal.SIGKILL), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(COMMAND_WITHIN_S):
            out, errors = await process.communicate()
    except BaseException:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        said = errors.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise ServiceFailedError(f"rescue {' '.join(arguments[:2])} failed: {said[-1]}")
    return out.decode()


def _descendants_of(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _end(processes: Sequence[psutil.Process]) -> None:
    """Ends what the service left behind; a clean stop leaves nothing."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(processes, timeout=LEFTOVERS_STOPPED_WITHIN_S)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
