"""What lifts changed to, on its way to the database: noted on the hot path, written down in batches.

Decides when to write, and what to do when there is too much: telemetry is what may be dropped, never an alarm. Must not
know what a change means, nor how it is kept.

Limits: 50,000 changes wait (some 20 MB); what comes beyond is dropped and counted. They are written once a second or
when 5,000 wait; while the database is away they wait, and it is asked again every second, for ever. If it breaks off in
the midst of a batch, that batch may be written twice. A stop of the service loses what waits: a second's worth.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Protocol

import structlog

from devices.state_change import StateChange
from rescue.ports import Clock, StoreUnavailable

WAITS = 50_000
BATCH = 5_000
WRITE_EVERY_S = 1.0
DROP_EVERY = timedelta(minutes=10)
"""How often days are looked for that are too old."""

log = structlog.get_logger(__name__)


class TelemetryStore(Protocol):
    """Where changes are kept, by UTC day. Every method may raise StoreUnavailable."""

    async def append_telemetry(self, changes: Sequence[StateChange], now: datetime) -> None:
        """Write these changes, all or none, whatever days they fall on; also make room for today and tomorrow."""
        ...

    async def drop_telemetry(self, before: date) -> Sequence[date]:
        """Drop every day before this one; which they were, oldest first."""
        ...


@dataclass(slots=True)
class TelemetryCounts:
    """What became of the changes noted since the start."""

    written: int = 0
    dropped: int = 0


class Telemetry:
    """The changes that wait to be written. `keep_days` whole days are kept besides today."""

    def __init__(self, store: TelemetryStore, clock: Clock, keep_days: int) -> None:
        self.counts = TelemetryCounts()
        self._store = store
        self._clock = clock
        self._keep = timedelta(days=keep_days)
        self._waiting: deque[StateChange] = deque()
        self._enough = asyncio.Event()
        self._drop_at = datetime.min.replace(tzinfo=UTC)

    @property
    def waiting(self) -> int:
        """How many changes are not written yet."""
        return len(self._waiting)

    def note(self, change: StateChange) -> None:
        """Take in one change. On the hot path: an append, or nothing where too many wait."""
        if len(self._waiting) >= WAITS:
            self.counts.dropped += 1
            return
        self._waiting.append(change)
        if len(self._waiting) >= BATCH:
            self._enough.set()

    async def run(self) -> None:
        """Write what is noted and drop what is old, for ever."""
        while True:
            await self._wait()
            try:
                await self.write()
                await self.drop_old()
            except StoreUnavailable as error:
                log.warning("telemetry waits", reason=str(error), waiting=self.waiting)
                await asyncio.sleep(WRITE_EVERY_S)

    async def write(self) -> None:
        """Write what waits. Raises StoreUnavailable; what was not written waits on."""
        self._enough.clear()
        # Counted once: changes that come meanwhile wait for a batch worth writing.
        for _ in range(0, len(self._waiting), BATCH):
            batch = list(islice(self._waiting, BATCH))
            await self._store.append_telemetry(batch, self._clock.now())
            for _ in batch:
                self._waiting.popleft()
            self.counts.written += len(batch)

    async def drop_old(self) -> None:
        """Drop the days that have been kept for long enough, if it is time to look. Raises StoreUnavailable."""
        now = self._clock.now()
        if now < self._drop_at:
            return
        self._drop_at = now + DROP_EVERY
        for day in await self._store.drop_telemetry((now - self._keep).date()):
            log.info("telemetry dropped", day=day.isoformat())

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(WRITE_EVERY_S):
                await self._enough.wait()
