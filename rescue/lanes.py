"""Inputs waiting for the desk, in lanes: a lane never waits for a lower one.

Fifteen thousand lifts that lose power are news; the one passenger among them who presses the button is not behind them.
Each lane states what happens when it is full.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from rescue.desk.board import Outcome
from rescue.desk.inputs import Input
from rescue.timeline import Actor


class Lane(IntEnum):
    """Who goes first; deadlines go between PEOPLE and NEWS."""

    ALARMS = 0
    """Alarms and entrapments, by lifts and by people, and offers that no endpoint took. Never refused.

    What lifts say is held back by the broker beyond what it lets us leave unacknowledged, an inferred entrapment is one
    a lift, an offer one a case; a person's report is taken out when its sender has stopped waiting.
    """
    PEOPLE = 1
    """People's actions and answers. Full: refused at once, and the person or program asks again."""
    NEWS = 2
    """Link news. Full: the oldest is dropped and counted, for the live state has it anyway."""


PEOPLE_LIMIT = 1_000
NEWS_LIMIT = 20_000


class LaneFull(Exception):
    """Too many inputs wait; nothing was taken in."""


@dataclass(slots=True, kw_only=True, eq=False)
class Waiting:
    """An input in its lane. `settle` hears the outcome once it is committed, and never otherwise."""

    input_id: str
    input: Input
    actor: Actor
    settle: Callable[[Outcome], None]
    is_abandoned: Callable[[], bool] = lambda: False
    """Whoever asked has gone, before the desk came to it."""


class Lanes:
    """The waiting inputs of one desk."""

    def __init__(self) -> None:
        self.dropped = 0
        self._lanes: dict[Lane, deque[Waiting]] = {lane: deque() for lane in Lane}
        self._arrived = asyncio.Event()

    def put(self, lane: Lane, waiting: Waiting) -> None:
        """Take an input in. Raises LaneFull for people's; drops the oldest of news."""
        queue = self._lanes[lane]
        if lane is Lane.PEOPLE and len(queue) >= PEOPLE_LIMIT:
            raise LaneFull(f"{PEOPLE_LIMIT} actions and answers are waiting")
        if lane is Lane.NEWS and len(queue) >= NEWS_LIMIT:
            queue.popleft()
            self.dropped += 1
        queue.append(waiting)
        self._arrived.set()

    def first(self, *lanes: Lane) -> tuple[Lane, Waiting] | None:
        """The next input of these lanes, left in its place until `done`."""
        for lane in lanes:
            queue = self._lanes[lane]
            while queue and queue[0].is_abandoned():
                queue.popleft()
            if queue:
                return lane, queue[0]
        return None

    def done(self, lane: Lane, waiting: Waiting) -> None:
        """The input is decided and committed: it leaves its lane."""
        queue = self._lanes[lane]
        if queue and queue[0] is waiting:
            queue.popleft()

    def lengths(self) -> dict[str, int]:
        """How many wait in each lane."""
        return {lane.name.lower(): len(queue) for lane, queue in self._lanes.items()}

    async def arrival(self, within_s: float) -> bool:
        """Whether an input has arrived since the last call, waiting for one `within_s` at most."""
        try:
            async with asyncio.timeout(within_s):
                await self._arrived.wait()
        except TimeoutError:
            return False
        self._arrived.clear()
        return True
