"""All lines to the broker: opened in portions, and opened again when they are lost, whoever lost them.

Every line has a name; what it is for is known to the owner alone. A line that is lost comes back after a pause of its
own, and after a longer one when the broker is not there, without limit; `on_back` is told of each return.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from random import Random
from types import TracebackType
from typing import Self

from simulators.errors import BrokerUnreachableError
from simulators.line import Line

AT_ONCE = 250
LOOK_EVERY_S = 0.05
PING_EVERY_S = 10.0
BACK_AFTER_S = (0.5, 5.0)
"""After a loss that nobody here wanted."""
LONGEST_PAUSE_S = 30.0

MakeLine = Callable[[str, Callable[[], None]], Line]
"""A line by its name, and what it is to call when it is lost."""


class Connections:
    """An async context manager: every line is open inside, and said goodbye to after."""

    def __init__(self, names: Iterable[str], make_line: MakeLine, on_back: Callable[[str], None], rng: Random) -> None:
        self._lines = {name: make_line(name, self._noting_loss(name)) for name in names}
        self._on_back = on_back
        self._rng = rng
        self._due: dict[str, tuple[float, float]] = {}
        """Of each line that is down: when it is to be tried, and the pause after that try fails."""
        self._pinged_at = 0.0
        self.returns = 0

    def __getitem__(self, name: str) -> Line:
        return self._lines[name]

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def lines(self) -> Mapping[str, Line]:
        """By name."""
        return self._lines

    @property
    def open(self) -> int:
        """How many lines stand."""
        return sum(line.is_open for line in self._lines.values())

    async def __aenter__(self) -> Self:
        """Raises BrokerUnreachableError with the first refusal."""
        lines = list(self._lines.values())
        try:
            for first in range(0, len(lines), AT_ONCE):
                await asyncio.gather(*(line.open() for line in lines[first : first + AT_ONCE]))
        except BaseException:
            self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        # One turn of the loop, so that what was written last goes out.
        await asyncio.sleep(0)

    async def keep(self) -> None:
        """Brings back what is down and keeps what stands alive, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now = time.monotonic()
            due = [name for name, (at, _) in self._due.items() if at <= now]
            for first in range(0, len(due), AT_ONCE):
                await asyncio.gather(*(self._bring_back(name) for name in due[first : first + AT_ONCE]))
            if now - self._pinged_at >= PING_EVERY_S:
                self._pinged_at = now
                for line in self._lines.values():
                    line.ping(now)

    def cut(self, name: str, for_s: float) -> None:
        """The line is lost, for so long."""
        self._lines[name].cut()
        self._due[name] = (time.monotonic() + for_s, for_s or BACK_AFTER_S[0])

    def _noting_loss(self, name: str) -> Callable[[], None]:
        def note_loss() -> None:
            pause_s = self._rng.uniform(*BACK_AFTER_S)
            self._due[name] = (time.monotonic() + pause_s, pause_s)

        return note_loss

    async def _bring_back(self, name: str) -> None:
        _, pause_s = self._due.pop(name)
        try:
            await self._lines[name].open()
        except BrokerUnreachableError:
            longer_s = min(LONGEST_PAUSE_S, 2 * pause_s)
            self._due[name] = (time.monotonic() + self._rng.uniform(0.5, 1.0) * longer_s, longer_s)
            return
        self.returns += 1
        self._on_back(name)

    def _close(self) -> None:
        for line in self._lines.values():
            with suppress(OSError):
                line.close()
