"""The processor time that some tasks of an event loop take of their thread, step by step.

What a window of time takes as a whole tells also of what else was done in it; this does not. What it leaves out: the
loop's own work to wake a task and to read from its sockets.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any


class Meter:
    """Of the tasks whose coroutines belong to these classes, once it is told of a loop."""

    def __init__(self, *classes: type) -> None:
        self.seconds = 0.0
        self._prefixes = tuple(f"{one.__qualname__}." for one in classes)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Every task that is made from now on."""
        loop.set_task_factory(self._make_task)

    def _make_task(
        self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any] | Generator[Any, None, Any], **more: Any
    ) -> asyncio.Task[Any]:
        if isinstance(work, Coroutine) and getattr(work, "__qualname__", "").startswith(self._prefixes):
            work = self._metered(work)
        return asyncio.Task(work, loop=loop, **more)

    async def _metered(self, work: Coroutine[Any, Any, Any]) -> Any:
        return await _Steps(self, work)


class _Steps:
    """A coroutine that is taken step by step, with an eye on the clock of the thread."""

    def __init__(self, meter: Meter, work: Coroutine[Any, Any, Any]) -> None:
        self._meter = meter
        self._work = work

    def __await__(self) -> Generator[Any, Any, Any]:
        step: Callable[[], Any] = partial(self._work.send, None)
        while True:
            began_at = time.thread_time()
            try:
                wanted = step()
            except StopIteration as over:
                return over.value
            finally:
                self._meter.seconds += time.thread_time() - began_at
            try:
                step = partial(self._work.send, (yield wanted))
            except BaseException as error:  # A cancellation is thrown in, and is the coroutine's to take.
                step = partial(self._work.throw, error)
