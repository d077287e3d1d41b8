"""The desk's own connection: only the holder of its lock may load the board and commit decisions.

The lock belongs to the session, and decisions are committed in that same session: an instance that lost its lock has
lost the means to commit with it. That is the whole fence.

Who is the desk must say so: the server ends a session from which it has heard nothing for 3 s, and whoever waits has
the lock in that moment. So it makes no difference how a desk died - the process stopped or hung, the machine lost, the
network cut with the connection half open: it is the desk for 3 s after its last word, and cannot commit afterwards. A
desk that is there says something at least every second (`DeskService`). The bounds, each by the server's own clock:

- killed: at once, for the kernel closes the connection;
- silent: 3 s, within a transaction too; also 3 s if it no longer reads what the server sends;
- dead while it waits in the queue for the lock: 1 s after the server can know, 5 s (`lock_timeout`) and 3 s otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import asyncpg
import structlog

from rescue.desk.board import Board, Decision
from rescue.incident import AssignmentId, AssignmentStatus
from rescue.ports import Commit, StoreUnavailable
from rescue.store import rows
from rescue.store.connections import Connection, connect, reachable
from rescue.store.sql import load_queries

DESK_LOCK = 0x7265_7363_0002
SETTINGS = {
    "application_name": "rescue desk",
    # Whatever the server's default: an alarm is acknowledged only once its case is on disk.
    "synchronous_commit": "on",
    "lock_timeout": "5s",
    "idle_session_timeout": "3s",
    "idle_in_transaction_session_timeout": "3s",
    "tcp_user_timeout": "3s",
    "client_connection_check_interval": "1s",
}
SQL = load_queries("desk")
REGISTRY = load_queries("registry")
log = structlog.get_logger(__name__)


class DeskConnection:
    """The session that holds the desk's lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, url: str, standing_by: Callable[[], None]) -> DeskConnection:
        """Connect and wait for the lock, for as long as another instance is the desk."""
        connection = await connect(url, SETTINGS)
        try:
            with reachable(connection):
                await _take_lock(connection, standing_by)
                await _demand_writes(connection)
        except BaseException:
            connection.terminate()
            raise
        return cls(connection)

    def drop(self) -> None:
        """End the session at once, and with it the lock."""
        self._connection.terminate()

    async def hold(self) -> None:
        """Return if the session, and with it the lock, stands and may write; the server hears that we are here."""
        with reachable(self._connection):
            await _demand_writes(self._connection)

    async def load_board(self) -> Board:
        """The board as the last commit left it, with the crews and companies of this moment."""
        with reachable(self._connection):
            async with self._connection.transaction(isolation="repeatable_read", readonly=True):
                return await self._read_board()

    async def _read_board(self) -> Board:
        fetch = self._connection.fetch
        incidents = [rows.read_incident(row["body"]) for row in await fetch(SQL["open_incidents"])]
        assignments = [rows.read_assignment(row) for row in await fetch(SQL["open_assignments"])]
        works = [rows.read_assignment(row) for row in await fetch(SQL["last_works"])]
        members = [rows.read_member(row) for row in await fetch(SQL["open_members"])]
        ledgers = [rows.read_ledger(row) for row in await fetch(SQL["alarm_ledgers"])]
        crews = [rows.read_crew(row) for row in await fetch(REGISTRY["crews"])]
        companies = [rows.read_company(row) for row in await fetch(REGISTRY["companies"])]
        board = Board(
            incidents={incident.incident_id: incident for incident in incidents},
            assignments={assignment.assignment_id: assignment for assignment in assignments},
            ledgers={ledger.lift_id: ledger for ledger in ledgers},
            members={(member.condition, member.lift_id): member for member in members},
            crews={crew.crew_id: crew for crew in crews},
            companies={company.company_id: company for company in companies},
            next_number=await self._connection.fetchval(SQL["next_number"]),
        )
        board.worked |= {work.crew_id: work for work in works}
        return board

    async def commit(self, commits: Sequence[Commit], now: datetime) -> None:
        """Save the decisions, their effects and what they rested on, all or nothing."""
        saves = [(_row(one), _answered(one.decision)) for one in commits]
        with reachable(self._connection):
            match saves:
                case [(row, [])]:
                    # A statement is a transaction: one exchange with the server instead of three.
                    await self._connection.execute(SQL["save_decision"], *row)
                case _:
                    async with self._connection.transaction():
                        for row, answered in saves:
                            await self._save(row, answered, now)

    async def _save(self, row: rows.Row, answered: Sequence[AssignmentId], now: datetime) -> None:
        await self._connection.execute(SQL["save_decision"], *row)
        if answered:
            await self._connection.execute(SQL["drop_offers"], answered, now)


def _row(commit: Commit) -> rows.Row:
    return (*rows.decision_row(commit.decision, commit.effects), *rows.kept_row(commit.kept))


def _answered(decision: Decision) -> list[AssignmentId]:
    """The attempts whose offers, if they still wait in the outbox, are moot."""
    return [a.assignment_id for a in decision.assignments.values() if a.status is not AssignmentStatus.OFFERED]


async def _demand_writes(connection: Connection) -> None:
    if await connection.fetchval(SQL["is_read_only"]):
        raise StoreUnavailable("the database takes no writes: it is read-only, or a replica")


async def _take_lock(connection: Connection, standing_by: Callable[[], None]) -> None:
    if await connection.fetchval(SQL["try_desk_lock"], DESK_LOCK):
        return
    log.warning("another instance is the desk; waiting until it is gone")
    standing_by()
    while not await _waited_for_lock(connection):
        pass


async def _waited_for_lock(connection: Connection) -> bool:
    """One bounded wait, so that a database that went away meanwhile is noticed."""
    try:
        await connection.execute(SQL["take_desk_lock"], DESK_LOCK)
    except asyncpg.LockNotAvailableError:
        return False
    return True
