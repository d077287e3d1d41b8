"""Work that runs beside the rest, for as long as a block lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from simulators.companies import Start
from simulators.errors import SimulatorError


@asynccontextmanager
async def beside() -> AsyncIterator[Start]:
    """Starts work, and ends it with the block; an error of any of it ends the block, and is raised for itself.

    Of several that failed together, whoever says what a person can act on.
    """
    running: set[asyncio.Task[None]] = set()

    def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = group.create_task(work)
        running.add(task)
        task.add_done_callback(running.discard)
        return task

    try:
        async with asyncio.TaskGroup() as group:
            yield start
            for task in tuple(running):
                task.cancel()
    except BaseExceptionGroup as failures:
        raise first_of(failures.subgroup(SimulatorError) or failures) from failures


def first_of(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """A group's first leaf: the others failed because of it, or with it."""
    first = failures.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first
