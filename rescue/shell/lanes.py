"""Inputs waiting for the desk, in lanes: a lane never waits for a lower one.

Fifteen thousand lifts that lose power are news; the one passenger among them who presses the button is not behind them.
Each lane states what happens when it is full.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice
from typing import TypeAlias

from devices.messages import (
    AlarmEnded,
    AlarmRaised,
    EntrapmentEnded,
    EntrapmentFound,
    FaultCleared,
    FaultRaised,
    LiftId,
    LinkChanged,
    TestCallHeard,
    TestCallOverdue,
)
from rescue.desk.board import Outcome, Verdict
from rescue.desk.inputs import CompanyAnswered, Input, Intake, OfferUndelivered, OperatorActed, PlanImproved
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
    """Faults, links, test calls: for each lift and each thing that is wrong with it, what waits is the first news that
    opens a case and the newest, which takes the place of those between. Full: what opens no case is left out and
    counted, for the live state has it; what opens one is never left out, and is bounded by what can be wrong with all
    lifts, a few hundred megabytes for a city.
    """


def lane_of(said: Input) -> Lane:
    """The one place that says which lane an input waits in."""
    match said:
        case AlarmRaised() | AlarmEnded() | EntrapmentFound() | EntrapmentEnded() | Intake() | OfferUndelivered():
            return Lane.ALARMS
        case CompanyAnswered() | OperatorActed() | PlanImproved():
            return Lane.PEOPLE
        case FaultRaised() | FaultCleared() | TestCallOverdue() | TestCallHeard() | LinkChanged():
            return Lane.NEWS


PEOPLE_LIMIT = 1_000
NEWS_LIMIT = 150_000
"""More than a city has lifts."""


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
    fail: Callable[[Exception], None] = lambda _: None
    """Whoever asked hears that the desk failed on it, where that is an answer."""
    since: float = field(default_factory=time.monotonic)
    """When it came, by a clock that nobody sets: what it waited is measured, and decides nothing."""


Subject: TypeAlias = tuple[LiftId, object]
"""Whose news it is, and of what: newer news of one subject makes older news idle."""


class Lanes:
    """The waiting inputs of one desk."""

    def __init__(self) -> None:
        self.dropped = 0
        """News that was left out because too much of it waited."""
        self.overtaken = 0
        """News in whose place newer news of the same was decided."""
        self._lanes: dict[Lane, deque[Waiting]] = {lane: deque() for lane in Lane}
        self._newest: dict[Subject, Waiting] = {}
        """Of the news that is not being decided yet."""
        self._arrived = asyncio.Event()

    def put(self, lane: Lane, waiting: Waiting) -> None:
        """Take an input in. Raises LaneFull for people's."""
        queue = self._lanes[lane]
        if lane is Lane.PEOPLE and len(queue) >= PEOPLE_LIMIT:
            raise LaneFull(f"{PEOPLE_LIMIT} actions and answers are waiting")
        if lane is Lane.NEWS:
            self._put_news(queue, waiting)
        else:
            queue.append(waiting)
        self._arrived.set()

    def _put_news(self, queue: deque[Waiting], waiting: Waiting) -> None:
        subject = _subject_of(waiting.input)
        before = self._newest.get(subject) if subject else None
        if before and not _opens(before.input):
            self.overtaken += 1
            _overtake(before, waiting)
            return
        if len(queue) >= NEWS_LIMIT and not _opens(waiting.input):
            self.dropped += 1
            waiting.settle(Outcome(verdict=Verdict.NOTHING, reason="too much news waits: left out"))
            return
        queue.append(waiting)
        if subject:
            self._newest[subject] = waiting

    def first(self, *lanes: Lane) -> tuple[Lane, Waiting] | None:
        """The next input of these lanes, left in its place until `done`."""
        for lane in lanes:
            queue = self._lanes[lane]
            while queue and queue[0].is_abandoned():
                queue.popleft()
            if queue:
                return lane, queue[0]
        return None

    def alarms(self) -> Iterator[Waiting]:
        """The alarms that wait, the first one first, left in their places until `done`."""
        return iter(self._lanes[Lane.ALARMS])

    def news(self, most: int) -> Sequence[Waiting]:
        """The next news, left in its place until `done`; what arrives from now on takes the place of none of it."""
        taken = list(islice(self._lanes[Lane.NEWS], most))
        for waiting in taken:
            subject = _subject_of(waiting.input)
            if subject and self._newest.get(subject) is waiting:
                del self._newest[subject]
        return taken

    def done(self, lane: Lane, waiting: Waiting) -> None:
        """The input is decided and committed: it leaves its lane."""
        queue = self._lanes[lane]
        if queue and queue[0] is waiting:
            queue.popleft()

    def leave_to_others(self) -> None:
        """Another instance is the desk, and hears from the broker all that was not acknowledged here: forget it.

        What people asked ends by itself: they stop waiting, and ask again.
        """
        for lane in (Lane.ALARMS, Lane.NEWS):
            self._lanes[lane].clear()
        self._newest.clear()

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


def _subject_of(said: Input) -> Subject | None:
    match said:
        case FaultRaised() | FaultCleared():
            return said.lift_id, said.fault or said.raw
        case LinkChanged():
            return said.lift_id, "link"
        case TestCallOverdue() | TestCallHeard():
            return said.lift_id, "test"
        case _:
            return None


def _opens(said: Input) -> bool:
    """Whether this news may open a case by itself; it must then be decided, whatever comes after it."""
    match said:
        case FaultRaised():
            return not said.is_flapping
        case LinkChanged():
            return not said.online and said.lasted_s > 0
        case _:
            return isinstance(said, TestCallOverdue)


def _overtake(before: Waiting, after: Waiting) -> None:
    """The newer news in the older one's place; both hear the outcome."""
    first, second = before.settle, after.settle

    def settle_both(outcome: Outcome) -> None:
        first(outcome)
        second(outcome)

    before.input_id, before.input, before.actor, before.settle = after.input_id, after.input, after.actor, settle_both
