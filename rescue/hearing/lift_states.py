"""What the tracker must know of each lift after a restart, on its way to the database.

Decides when to save and what waits while the database is away. Must not know what a state holds: the fleet hands out
those that changed, as plain values, and takes them back from `each_lift_state`.

Limits: 500 lifts are looked at and saved at a time, once a second and then until none is left; while the database is
away they wait here, one a lift at most, the newest of it, and are tried again every second, for ever. A stop of the
service loses the last second's: what lifts say again at once tells as much.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

import structlog

from devices.messages import LiftId
from rescue.ports import Clock, StoreUnavailable

SAVE_EVERY_S = 1.0
AT_ONCE = 500
"""Taken and written as JSON before the event loop may do something else: about 10 ms."""

LiftState = dict[str, Any]
"""Of one lift: plain values that JSON has words for."""
TakeChanged = Callable[[int], tuple[Sequence[tuple[LiftId, LiftState]], bool]]
"""Given how many lifts to look at: states that changed, each change once, and whether more wait to be looked at."""

log = structlog.get_logger(__name__)


class LiftStateStore(Protocol):
    """Where states are kept, the newest of each lift. Every method may raise StoreUnavailable."""

    async def save_lift_states(self, states: Sequence[tuple[LiftId, LiftState]], now: datetime) -> None:
        """Insert or replace, all or none; of two states of one lift the later counts."""
        ...

    def each_lift_state(self) -> AsyncIterator[tuple[LiftId, datetime, LiftState]]:
        """Every state with the instant at which it was saved."""
        ...


class LiftStates:
    """Saves what changed, as `take_changed` hands it out."""

    def __init__(self, take_changed: TakeChanged, store: LiftStateStore, clock: Clock) -> None:
        self._take_changed = take_changed
        self._store = store
        self._clock = clock
        self._unsaved: dict[LiftId, LiftState] = {}

    @property
    def waiting(self) -> int:
        """How many lifts' states were taken and not saved yet."""
        return len(self._unsaved)

    async def run(self) -> None:
        """Save once a second, for ever."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            try:
                await self.save()
            except StoreUnavailable as error:
                log.warning("lift states wait", reason=str(error), waiting=self.waiting)

    async def save(self) -> None:
        """Save all that changed. Raises StoreUnavailable; what was taken by then is kept for the next time."""
        more = True
        while more:
            taken, more = self._take_changed(AT_ONCE)
            self._unsaved.update(taken)
            await self._save_some()
            await asyncio.sleep(0)
        while self._unsaved:
            await self._save_some()

    async def _save_some(self) -> None:
        batch = list(islice(self._unsaved.items(), AT_ONCE))
        if not batch:
            return
        await self._store.save_lift_states(batch, self._clock.now())
        for lift_id, _ in batch:
            del self._unsaved[lift_id]
