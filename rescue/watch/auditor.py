"""Proves every few seconds that no case is forgotten, from the database and not only from the board in memory.

What is found must still be so a round later to count: decisions are being committed while we look. A finding is logged
when it begins and when it ends. The auditor never stops what it watches: whatever happens to a round, it is not
finished, and one that has not finished a round for three times its interval is itself a reason not to be ready.

Limits: its own connection, 3 s a statement, a hundred rows of each kind and the versions of 20,000 open cases.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry, Histogram

from rescue.desk.board import Board
from rescue.ports import Clock, StoreUnavailable
from rescue.shell.undecided import traced
from rescue.watch.auditing import Facts, Finding, Versions, brief, judge

ROUNDS_MISSED = 3
ROUND_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

log = structlog.get_logger(__name__)


class SteadyClock(Clock, Protocol):
    """The service's clock, which does not jump with the machine's; see `clock`."""

    def follow(self) -> float:
        """Go after the machine's clock; by how many seconds that was ahead."""
        ...


class AuditedDesk(Protocol):
    """The desk as the auditor sees it."""

    @property
    def board(self) -> Board:
        """The open cases."""
        ...

    @property
    def is_loaded(self) -> bool:
        """This process is the desk."""
        ...


class AuditStore(Protocol):
    """Where the truth is."""

    async def read_facts(self, clock: Clock) -> Facts:
        """What the database holds now. Raises StoreUnavailable."""
        ...


class Auditor:
    """Goes round for ever; `findings` are those that stand."""

    def __init__(
        self,
        store: AuditStore,
        desk: AuditedDesk,
        clock: SteadyClock,
        *,
        every_s: float,
        registry: CollectorRegistry | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rounds = 0
        self.failed = 0
        self.findings: Sequence[Finding] = ()
        self.machine_ahead_s = 0.0
        self.database_ahead_s = 0.0
        self.audited_at: datetime | None = None
        """When the last round was finished."""
        self._store = store
        self._desk = desk
        self._clock = clock
        self._every_s = every_s
        self._monotonic = monotonic
        self._finished_at = monotonic()
        self._seen: frozenset[str] = frozenset()
        self._took = Histogram("rescue_auditor_seconds", "One round of the auditor", registry=registry, buckets=ROUND_S)

    @property
    def age_s(self) -> float:
        """Since the last round was finished, or the auditor was made."""
        return self._monotonic() - self._finished_at

    def reasons(self) -> list[str]:
        """Why the service is not ready, as far as the auditor can tell."""
        late = self.age_s > ROUNDS_MISSED * self._every_s
        own = [f"the auditor has not finished a round for {self.age_s:.0f} s"] if late else []
        return own + brief([finding for finding in self.findings if finding.grave])

    def warnings(self) -> list[str]:
        """What is not as it should be, though nobody waits in vain for it."""
        return brief([finding for finding in self.findings if not finding.grave])

    async def run(self) -> None:
        """A round every few seconds, for ever."""
        while True:
            with self._took.time():
                await self.go_round()
            await asyncio.sleep(self._every_s)

    async def go_round(self) -> None:
        """Look once."""
        try:
            found = await self._look()
        except StoreUnavailable as error:
            self.failed += 1
            log.warning("audit not possible", reason=str(error))
        except Exception as error:
            self.failed += 1
            log.error("audit failed", exception=traced(error))
        else:
            self._finish(found)

    async def _look(self) -> Sequence[Finding]:
        self.machine_ahead_s = self._clock.follow()
        before = self._versions()
        facts = await self._store.read_facts(self._clock)
        self.database_ahead_s = facts.database_ahead_s
        facts = replace(facts, machine_ahead_s=self.machine_ahead_s)
        return list(judge(facts, before, self._versions(), self._clock.now()))

    def _versions(self) -> Versions | None:
        if not self._desk.is_loaded:
            return None
        return {incident.incident_id: incident.version for incident in self._desk.board.incidents.values()}

    def _finish(self, found: Sequence[Finding]) -> None:
        standing = [finding for finding in found if finding.key in self._seen]
        self._log(standing)
        self.findings = standing
        self._seen = frozenset(finding.key for finding in found)
        self.rounds += 1
        self._finished_at = self._monotonic()
        self.audited_at = self._clock.now()

    def _log(self, standing: Sequence[Finding]) -> None:
        known = {finding.key for finding in self.findings}
        for finding in standing:
            if finding.key not in known:
                log.error("audit finding", found=finding.said)
        for key in known - {finding.key for finding in standing}:
            log.info("audit finding is over", what=key)
