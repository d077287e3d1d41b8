"""The sender as a subprocess: told what to do, and heard once a second."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rescue.embedded import leash
from simulators.errors import BrokerUnreachableError, SimulatorError
from simulators.load.sender import Cut
from simulators.load.talk import Topic

STOPPED_WITHIN_S = 40.0
"""Longer than it waits for a broker that takes nothing."""
PROGRAM = "simulators.load.sender"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be sent."""

    url: str
    lifts: Sequence[Topic]
    period_s: float
    connections: int
    cut: Cut | None


@dataclass(slots=True)
class Sender:
    """What the process last said of itself."""

    process: asyncio.subprocess.Process
    sent: int = 0
    behind: int = 0
    lost_connections: int = 0
    most_behind: int = 0
    cut_at: float | None = None
    _events: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    def tell(self, command: str) -> None:
        """`wake`, `go`, `cut` or `stop`."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command}\n".encode())

    async def wait_for(self, word: str) -> None:
        """Until it has said this word. Raises BrokerUnreachableError with its reason."""
        while word not in (said := await self._events.get()):
            if "error" in said:
                raise BrokerUnreachableError(said["error"])

    async def follow(self) -> None:
        """Hear it for as long as it speaks. Raises SimulatorError when it ends without having been told to."""
        assert self.process.stdout is not None
        said: dict[str, Any] = {}
        while line := await self.process.stdout.readline():
            said = json.loads(line)
            self.sent = said.get("sent", self.sent)
            self.behind = said.get("behind", self.behind)
            self.most_behind = max(self.most_behind, self.behind)
            self.lost_connections = said.get("lost_connections", self.lost_connections)
            if "cut" in said:
                self.cut_at = time.perf_counter()
            self._events.put_nowait(said)
        if "stopped" not in said:
            error = said.get("error", "the process that sends the load was killed")
            self._events.put_nowait({"error": error})
            raise BrokerUnreachableError(error)


@asynccontextmanager
async def sending(plan: Plan, directory: Path, start: Callable[[Any], asyncio.Task[None]]) -> AsyncIterator[Sender]:
    """Connected inside; ended after."""
    file = directory / "load.json"
    file.write_text(json.dumps(_write(plan)), "utf-8")
    leashed = (sys.executable, "-I", "-S", leash.__file__, *map(str, (os.getpid(), int(signal.SIGKILL))))
    process = await asyncio.create_subprocess_exec(
        *leashed, str(os.geteuid()), str(os.getegid()), sys.executable, "-m", PROGRAM, str(file),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    sender = Sender(process)
    following = start(sender.follow())
    try:
        await sender.wait_for("connected")
        yield sender
    finally:
        following.cancel()
        if process.returncode is None:
            process.kill()
        with suppress(ProcessLookupError):
            await process.wait()


async def stop(sender: Sender) -> None:
    """Have it finish what it has begun. Raises SimulatorError if it does not."""
    sender.tell("stop")
    try:
        async with asyncio.timeout(STOPPED_WITHIN_S):
            await sender.wait_for("stopped")
    except TimeoutError:
        raise SimulatorError("the broker takes no more: the load could not be brought to its end") from None


def _write(plan: Plan) -> dict[str, Any]:
    cut = plan.cut
    return {
        "url": plan.url,
        "lifts": list(plan.lifts),
        "period_s": plan.period_s,
        "connections": plan.connections,
        "cut": cut and (cut.first, cut.last),
        "trapped": sorted(cut.trapped) if cut else [],
    }
