"""One embedded server as our child: started on a leash, watched, ended in good time.

Each server holds a lock in the data directory, inherited from us and kept by it and all its own children until the last
of them is gone. So the next start knows, without trusting process numbers, whether anything of the last run still works
on the files, and waits a moment for that to end.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from rescue.embedded import leash
from rescue.embedded.account import Account
from rescue.embedded.data_dir import DataDir
from rescue.embedded.errors import DataDirInUse, EmbeddedDied

LAST_RUN_GONE_WITHIN_S = 10.0
KILLED_WITHIN_S = 5.0
POLL_S = 0.02
TAIL_BYTES = 8_192
"""Where in the log the server's last words are looked for."""

_FATAL = ("FATAL", "PANIC", "[FTL]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How to run a server, and how to end it."""

    name: str
    command: Sequence[str | Path]
    when_we_die: signal.Signals
    endings: Sequence[tuple[signal.Signals, float]]
    """Signals and how many seconds each has to work before the next; SIGKILL comes after the last."""


class Part:
    """A server at work. `url` is where to reach it."""

    def __init__(self, program: Program, url: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.url = url
        self._program = program
        self._process = process
        self._log = log

    async def watch(self) -> NoReturn:
        """Return never; raise `EmbeddedDied` when the server ends before it is stopped."""
        while True:
            await self._process.wait()
            self._check()

    async def wait_ready(self, is_ready: Callable[[], Awaitable[bool]], within_s: float) -> None:
        """Return once `is_ready`. Raises `EmbeddedDied` when the server ends first, or takes longer."""
        try:
            async with asyncio.timeout(within_s):
                while not await is_ready():
                    self._check()
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise EmbeddedDied(self._program.name, f"not ready after {within_s:g} s", _tail(self._log)[-1]) from None

    def _check(self) -> None:
        if self._process.returncode is not None:
            raise self._died()

    async def wait_done(self, within_s: float) -> None:
        """Return once a program that ends by itself has ended well. Raises `EmbeddedDied`."""
        try:
            async with asyncio.timeout(within_s):
                code = await self._process.wait()
        except TimeoutError:
            raise EmbeddedDied(self._program.name, f"not done after {within_s:g} s", _tail(self._log)[-1]) from None
        finally:
            await self.stop()
        if code:
            raise self._died()

    def send(self, number: signal.Signals) -> None:
        """Tell the server something, if it is still there."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def stop(self) -> None:
        """End the server with ever more force; return when it is gone."""
        for ending, within_s in (*self._program.endings, (signal.SIGKILL, KILLED_WITHIN_S)):
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(ending)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._process.wait()
                return

    def _died(self) -> EmbeddedDied:
        """With the line of its log that says why, if it chose to end; or else with the last."""
        code, tail = self._process.returncode or 0, _tail(self._log)
        if code < 0:
            return EmbeddedDied(self._program.name, signal.Signals(-code).name, tail[-1])
        fatal = [line for line in tail if any(word in line for word in _FATAL)]
        return EmbeddedDied(self._program.name, f"exit code {code}", (fatal or tail)[-1])


class Embedded:
    """A server that runs as long as the `async with` block it opens, and gives the block its URL."""

    def __init__(self, running: AbstractAsyncContextManager[Part]) -> None:
        self._running = running
        self._part: Part | None = None

    async def __aenter__(self) -> str:
        self._part = await self._running.__aenter__()
        return self._part.url

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.__aexit__(kind, error, trace)

    async def watch(self) -> NoReturn:
        """Return never; raise `EmbeddedDied` when the server ends before its block does."""
        assert self._part is not None, "watch a server inside its block"
        await self._part.watch()


async def launch(program: Program, data_dir: DataDir, url: str, lock: int) -> Part:
    """Start the program on a leash, with a new log. It keeps `lock`, though the caller lets go of it."""
    log = data_dir.path / f"{program.name}.log"
    with contextlib.suppress(FileNotFoundError):
        log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)
    with log.open("ab") as output:  # So that it may be emptied while the program writes on.
        process = await asyncio.create_subprocess_exec(
            *_leashed(program, data_dir.account),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            pass_fds=[lock],
            start_new_session=True,  # The terminal's Ctrl-C is for us; we end the program when we are done with it.
        )
    return Part(program, url, process, log)


def _leashed(program: Program, account: Account) -> list[str | Path]:
    leashed = [sys.executable, "-I", "-S", leash.__file__]
    numbers = map(str, (os.getpid(), int(program.when_we_die), account.uid, account.gid))
    return [*leashed, *numbers, *program.command]


@contextlib.asynccontextmanager
async def last_run_gone(name: str, data_dir: DataDir) -> AsyncIterator[int]:
    """Hold the server's lock while it is started. Raises `DataDirInUse` when the last run's server will not go."""
    lock = os.open(data_dir.path / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await _wait_for_lock(lock, name, data_dir)
        yield lock
    finally:
        os.close(lock)


async def _wait_for_lock(lock: int, name: str, data_dir: DataDir) -> None:
    try:
        async with asyncio.timeout(LAST_RUN_GONE_WITHIN_S):
            while not _try_lock(lock):  # noqa: ASYNC110 - a file lock wakes nobody.
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise DataDirInUse(data_dir.path, f"the {name} of an earlier run, which does not end") from None


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _tail(log: Path) -> list[str]:
    """Its last few lines; never none."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip()][-5:] or ["its log is empty"]
