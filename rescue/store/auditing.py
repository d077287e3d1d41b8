"""What the auditor reads of PostgreSQL: one snapshot, on a connection of its own that the desk never waits for."""

from __future__ import annotations

from datetime import datetime

from rescue.ports import Clock
from rescue.shell.undecided import TOPIC
from rescue.store.connections import Connection, connect, reachable
from rescue.store.sql import load_queries
from rescue.watch.auditing import (
    ALARMS_SINCE,
    CASES_SINCE,
    DEADLINE_LATE,
    EFFECT_LATE,
    OFFER_LATE,
    SET_ASIDE_SINCE,
    Facts,
)

SETTINGS = {"application_name": "rescue auditor", "statement_timeout": "3s", "lock_timeout": "1s"}
ROWS = 100
CASES = 20_000
SQL = load_queries("auditing")
# The one question to the database's own clock: how far it is from ours. No decision and no row is dated by it.
THEIR_TIME = "SELECT clock_timestamp()"


class PostgresAuditing:
    """Reads the facts; connects again when the connection was lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.terminate()

    async def read_facts(self, clock: Clock) -> Facts:
        """What the database holds now. Raises StoreUnavailable."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._url, SETTINGS)
        connection = self._connection
        with reachable(connection):
            ahead = await ahead_s(connection, clock)
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                return await _read(connection, clock.now(), ahead)


async def ahead_s(connection: Connection, clock: Clock) -> float:
    """By how much their clock is ahead of ours, to within half of what the question takes."""
    asked_at = clock.now()
    theirs: datetime = await connection.fetchval(THEIR_TIME)
    return (theirs - (asked_at + (clock.now() - asked_at) / 2)).total_seconds()


async def _read(connection: Connection, now: datetime, ahead: float) -> Facts:
    fetch, ask = connection.fetch, connection.fetchval
    versions = await fetch(SQL["open_versions"], CASES)
    late_before = now - OFFER_LATE, now - EFFECT_LATE
    since = now - ALARMS_SINCE, now - CASES_SINCE
    return Facts(
        forgotten=[tuple(row) for row in await fetch(SQL["forgotten_cases"], now - DEADLINE_LATE, ROWS)],
        versions={row["incident_id"]: row["version"] for row in versions},
        complete=len(versions) < CASES,
        late=[tuple(row) for row in await fetch(SQL["late_effects"], *late_before, ROWS)],
        astray=[tuple(row) for row in await fetch(SQL["crews_astray"], ROWS)],
        unheard=[tuple(row) for row in await fetch(SQL["alarms_without_a_case"], *since, ROWS)],
        set_aside=await ask(SQL["set_aside"], now - SET_ASIDE_SINCE, TOPIC, 10 * ROWS),
        newest_effect_at=await ask(SQL["newest_effect_at"]),
        database_ahead_s=ahead,
    )
