"""Connections that stay open, as a console's: whose they are is asked again whenever an account changes.

A request is admitted once and is over; a socket lives for a shift. Whoever keeps one enters it here, publishes only
while `is_good`, and closes it when `ended` is set: which is as soon as the user is disabled, given another role or
another password, logs out, or the token is revoked. What lapses by time alone is found out within a minute.

Limits: 1,000 visits; a further one is refused. Each is asked about by itself, so that all of them take some seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from rescue.api.problems import Unavailable
from rescue.people.principals import Principal
from rescue.ports import Clock, StoreUnavailable

VISITS = 1_000
ASK_EVERY_S = 60.0

AskWho = Callable[[datetime], Awaitable[Principal | None]]
"""Whose proof it is now; None for nobody's."""

log = structlog.get_logger(__name__)


class Visit:
    """One open connection and whose it is. Two visits of one principal are two."""

    def __init__(self, principal: Principal, ask_who: AskWho) -> None:
        self.principal = principal
        self.ended = asyncio.Event()
        self._ask_who = ask_who

    @property
    def is_good(self) -> bool:
        """The visitor may still be told what this principal may see."""
        return not self.ended.is_set()

    async def ask_again(self, now: datetime) -> None:
        """End the visit unless it is still the same principal's. Raises StoreUnavailable, and then it goes on."""
        if await self._ask_who(now) != self.principal:
            self.ended.set()


class Visits:
    """Every open connection of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: set[Visit] = set()

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def enter(self, principal: Principal, ask_who: AskWho) -> Iterator[Visit]:
        """The visit for the length of the connection. Raises Unavailable if there are too many."""
        if len(self._open) >= VISITS:
            raise Unavailable("too many connections are open")
        visit = Visit(principal, ask_who)
        self._open.add(visit)
        try:
            yield visit
        finally:
            self._open.discard(visit)

    async def run(self, changes: AsyncIterator[None]) -> None:
        """Ask again at each announcement of a change, and once a minute, for ever."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._follow(changes))
            both.create_task(self._keep_asking())

    async def ask_again(self) -> None:
        """Ask of every visit whose it is now."""
        for visit in [visit for visit in self._open if visit.is_good]:
            await visit.ask_again(self._clock.now())

    async def _follow(self, changes: AsyncIterator[None]) -> None:
        async for _ in changes:
            await self._ask_if_possible()

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(ASK_EVERY_S)
            await self._ask_if_possible()

    async def _ask_if_possible(self) -> None:
        try:
            await self.ask_again()
        except StoreUnavailable as error:
            log.warning("open connections are not asked about", reason=str(error), open=len(self))
