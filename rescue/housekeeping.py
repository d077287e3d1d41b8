"""What is kept for a time, and then is not: a little every minute, so that nothing waits for it.

Decides what may go and when; must not touch what a case needs: cases, timelines and recordings are kept for good. The
audit log is kept for half a year at least, and its table refuses to lose what is younger.

Limits: 2,000 rows of each kind a minute, some thirty a second: more than a busy city makes. A backlog shrinks from
minute to minute, and a database that is away is asked again in the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from rescue.ports import Clock, StoreUnavailable

TIDY_EVERY_S = 60.0
ROWS_AT_ONCE = 2_000
ANSWERS_KEPT = timedelta(days=1)
"""As long as an Idempotency-Key counts."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """For how many days what is kept."""

    outbox_days: int = 30
    audit_days: int = 200
    decision_days: int = 200


class Attic(Protocol):
    """Where old rows are. Every method may raise StoreUnavailable, and does a bounded part; how many rows it was."""

    async def drop_carried(self, before: datetime, limit: int) -> int:
        """Effects that ended before then."""
        ...

    async def drop_decisions(self, before: datetime, limit: int) -> int:
        """What decisions rested on that were made before then."""
        ...

    async def drop_answers(self, before: datetime, limit: int) -> int:
        """Answers to an Idempotency-Key given before then."""
        ...

    async def drop_sessions(self, now: datetime, limit: int) -> int:
        """Sessions that are over."""
        ...

    async def mask_sent(self, limit: int) -> int:
        """Phone numbers in what was sent about cases that are over."""
        ...

    async def forget_old_secrets(self, now: datetime) -> int:
        """Secrets of endpoints whose time of rotation is over."""
        ...

    async def forget_records(self, before: datetime, limit: int) -> int:
        """Records of the audit log older than that."""
        ...


class Housekeeping:
    """Tidies up, and counts the companies that no machine of theirs listens for."""

    def __init__(
        self, attic: Attic, clock: Clock, keeping: Keeping, count_unreached: Callable[[], Awaitable[int]]
    ) -> None:
        self.tidied = 0
        """Rows dropped or masked since the start."""
        self.companies_unreached = 0
        self._attic = attic
        self._clock = clock
        self._keeping = keeping
        self._count_unreached = count_unreached

    async def run(self) -> None:
        """Once a minute, for ever."""
        while True:
            try:
                await self.tidy()
            except StoreUnavailable as error:
                log.warning("housekeeping waits", reason=str(error))
            await asyncio.sleep(TIDY_EVERY_S)

    async def tidy(self) -> None:
        """One part of each kind. Raises StoreUnavailable."""
        now, attic = self._clock.now(), self._attic
        outbox_from = now - timedelta(days=self._keeping.outbox_days)
        audit_from = now - timedelta(days=self._keeping.audit_days)
        self.tidied += await attic.mask_sent(ROWS_AT_ONCE)
        self.tidied += await attic.drop_carried(outbox_from, ROWS_AT_ONCE)
        self.tidied += await attic.drop_decisions(now - timedelta(days=self._keeping.decision_days), ROWS_AT_ONCE)
        self.tidied += await attic.drop_answers(now - ANSWERS_KEPT, ROWS_AT_ONCE)
        self.tidied += await attic.drop_sessions(now, ROWS_AT_ONCE)
        self.tidied += await attic.forget_old_secrets(now)
        self.tidied += await attic.forget_records(audit_from, ROWS_AT_ONCE)
        self.companies_unreached = await self._count_unreached()
