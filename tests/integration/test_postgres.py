"""What only the real database can show: one desk at a time, lost connections, history that nobody can change."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import asyncpg
import pytest

from rescue.incident import Status
from rescue.ports import StoreUnavailable
from rescue.store import announcements, desk
from rescue.store.connections import Connection, connect, reachable
from rescue.store.migrate import MIGRATIONS, migrate
from rescue.store.postgres import PostgresStore
from tests.contract.cases import ANKANG, CREW, NOON, decision, history, incident, to_lift
from tests.postgres import database_at, execute, hasty_server

T = TypeVar("T")
WITHIN_S = 20
TAKES_OVER_WITHIN_S = 5
CASE = incident("i1", 1)
OPENED = decision(incidents=[CASE], entries=history(CASE, "opened"))

HERE = "FROM pg_stat_activity WHERE datname = current_database() AND"
WAITING_DESKS = f"SELECT query_start {HERE} wait_event = 'advisory'"
DESK_SESSIONS = f"SELECT pid {HERE} application_name = 'rescue desk'"
DESKS_OF = "FROM pg_stat_activity WHERE datname = '{}' AND application_name = 'rescue desk'"
LISTENERS = f"SELECT pid {HERE} query LIKE 'LISTEN%'"


# --- history


@pytest.mark.parametrize("change", ["UPDATE timeline SET said = ''", "DELETE FROM timeline", "TRUNCATE timeline"])
async def test_nobody_can_change_history(postgres_store: PostgresStore, change: str) -> None:
    await postgres_store.load_board()
    await postgres_store.commit(OPENED, [], NOON)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
        await postgres_store.pool.execute(change)
    assert tuple(await postgres_store.timeline_of(CASE.incident_id)) == OPENED.entries


async def test_the_database_itself_knows_which_cases_are_open(postgres_store: PostgresStore) -> None:
    await postgres_store.load_board()
    for number, status in enumerate(Status, start=1):
        await postgres_store.commit(decision(incidents=[incident(status, number, status=status)]), [], NOON)
    rows = await postgres_store.pool.fetch("SELECT status FROM incidents WHERE is_open")
    assert {row["status"] for row in rows} == {"open", "dispatched", "en_route", "on_scene", "released"}


# --- one desk at a time


async def test_who_has_not_loaded_the_board_cannot_commit(postgres_store: PostgresStore) -> None:
    with pytest.raises(StoreUnavailable, match="not the desk"):
        await postgres_store.commit(OPENED, [], NOON)


async def test_a_second_instance_waits_until_the_first_is_gone_and_finds_what_it_left(database: str) -> None:
    async with another_store(database) as first, another_store(database) as second:
        await first.load_board()
        waiting = asyncio.create_task(second.load_board())
        await until(lambda: some(first, WAITING_DESKS))
        await first.commit(OPENED, [], NOON)
        assert not waiting.done()
        await first.close()
        board = await soon(waiting)
        assert list(board.incidents) == [CASE.incident_id]


async def test_waiting_for_the_desk_goes_on_in_bounded_steps(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(desk.SETTINGS, "lock_timeout", "20ms")
    async with another_store(database) as first, another_store(database) as second:
        await first.load_board()
        waiting = asyncio.create_task(second.load_board())
        starts = set[object]()

        async def began_again() -> bool:
            starts.update(row["query_start"] for row in await first.pool.fetch(WAITING_DESKS))
            return len(starts) > 2

        await until(began_again)
        assert not waiting.done()
        await first.close()
        await soon(waiting)


async def test_an_instance_that_gives_up_waiting_leaves_nobody_in_the_queue(database: str) -> None:
    async with another_store(database) as first, another_store(database) as second, another_store(database) as third:
        await first.load_board()
        waiting = asyncio.create_task(second.load_board())
        await until(lambda: some(first, WAITING_DESKS))
        waiting.cancel()
        await asyncio.wait([waiting])
        await first.close()
        assert (await soon(third.load_board())).next_number == 1


async def test_an_instance_that_lost_its_lock_cannot_commit(database: str) -> None:
    async with another_store(database) as old, another_store(database) as new:
        await old.load_board()
        await old.pool.execute(f"SELECT pg_terminate_backend(pid) FROM ({DESK_SESSIONS}) AS desk")
        await soon(new.load_board())
        with pytest.raises(StoreUnavailable):
            await old.commit(OPENED, [to_lift("k1")], NOON)
        with pytest.raises(StoreUnavailable, match="not the desk"):
            await old.commit(OPENED, [to_lift("k1")], NOON)
        await new.commit(OPENED, [], NOON)
        assert await new.next_due() is None


async def test_a_desk_that_says_nothing_for_3_s_has_lost_the_desk_to_whoever_waits_and_can_commit_nothing_more(
    database: str,
) -> None:
    async with another_store(database) as hung, another_store(database) as waiting:
        await hung.load_board()
        began = asyncio.get_running_loop().time()
        await soon(waiting.load_board())
        assert 2 < asyncio.get_running_loop().time() - began < TAKES_OVER_WITHIN_S
        with pytest.raises(StoreUnavailable):
            await hung.commit(OPENED, [to_lift("k1")], NOON)
        await waiting.commit(OPENED, [], NOON)
        assert await waiting.next_due() is None


async def test_a_desk_that_hangs_in_the_middle_of_a_transaction_has_lost_it(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(desk.SETTINGS, "idle_in_transaction_session_timeout", "100ms")
    connection = await connect(database, desk.SETTINGS)
    await connection.execute("BEGIN; INSERT INTO companies VALUES ('K', 'K', '', 'contractor')")
    await until(lambda: gone(database, connection))
    with pytest.raises(StoreUnavailable), reachable(connection):
        await connection.execute("COMMIT")
    async with another_store(database) as store:
        assert await store.list_companies() == []


async def test_a_desk_that_goes_on_saying_that_it_is_there_keeps_the_desk(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(desk.SETTINGS, "idle_session_timeout", "500ms")
    async with another_store(database) as first, another_store(database) as second:
        await first.load_board()
        waiting = asyncio.create_task(second.load_board())
        for _ in range(10):
            await asyncio.sleep(0.1)
            await first.hold_desk()
        assert not waiting.done()
        await first.commit(OPENED, [], NOON)
        await first.close()
        await soon(waiting)


async def test_the_board_can_be_read_again_while_another_waits_for_the_desk(database: str) -> None:
    async with another_store(database) as first, another_store(database) as second:
        await first.load_board()
        waiting = asyncio.create_task(second.load_board())
        await until(lambda: some(first, WAITING_DESKS))
        await first.commit(OPENED, [], NOON)
        assert list((await first.read_board()).incidents) == [CASE.incident_id]
        assert not waiting.done()
        await first.close()
        await soon(waiting)


async def test_a_database_that_takes_no_writes_says_so_and_the_desk_is_back_as_soon_as_it_does(database: str) -> None:
    name = urlsplit(database).path[1:]
    server = database_at(database, "postgres")
    async with another_store(database) as store:
        await store.load_board()
        await execute(server, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        await execute(server, f"SELECT pg_terminate_backend(pid) {DESKS_OF.format(name)}")
        with pytest.raises(StoreUnavailable):
            await store.hold_desk()
        with pytest.raises(StoreUnavailable, match="takes no writes"):
            await store.load_board()
        await execute(server, f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await store.load_board()
        await store.commit(OPENED, [], NOON)


async def test_a_commit_that_the_database_refuses_to_write_has_not_happened(database: str) -> None:
    async with another_store(database) as store:
        await store.load_board()
        await store._desk._connection.execute("SET default_transaction_read_only = on")  # type: ignore[union-attr]
        with pytest.raises(StoreUnavailable, match="read-only"):
            await store.commit(OPENED, [], NOON)
        assert (await store.load_board()).incidents == {}


async def test_the_desk_can_load_its_board_again_without_waiting_for_itself(postgres_store: PostgresStore) -> None:
    await postgres_store.load_board()
    await postgres_store.commit(OPENED, [], NOON)
    board = await soon(postgres_store.load_board())
    assert list(board.incidents) == [CASE.incident_id]
    assert len(await postgres_store.pool.fetch(DESK_SESSIONS)) == 1


# --- a database that goes away


async def test_after_the_database_was_killed_the_desk_recovers_with_all_it_had_committed(server_dir: Path) -> None:
    async with hasty_server(server_dir) as url:
        await migrate(url)
        # Even on a server that is told not to wait for its disk.
        await execute(url, "ALTER SYSTEM SET synchronous_commit = off", "SELECT pg_reload_conf()")
        async with another_store(url) as store:
            await store.load_board()
            await store.commit(OPENED, [], NOON)
            await kill_the_desks_server_process(store)
            with pytest.raises(StoreUnavailable):
                await store.commit(decision(incidents=[replace(CASE, version=2)]), [], NOON)
            await until(lambda: loads(store))
            assert list((await store.load_board()).incidents) == [CASE.incident_id]
            await store.commit(decision(incidents=[replace(CASE, version=2)]), [], NOON)
            assert await store.find_incident(CASE.incident_id) == replace(CASE, version=2)


async def test_without_a_database_every_question_is_answered_by_store_unavailable(server_dir: Path) -> None:
    async with hasty_server(server_dir) as url:
        await migrate(url)
        store = await PostgresStore.connect(url)
        await store.load_board()
    questions: list[Callable[[], Awaitable[object]]] = [
        lambda: store.commit(OPENED, [], NOON),
        store.load_board,
        store.tracked_lifts,
        store.next_due,
        lambda: store.find_incident(CASE.incident_id),
        lambda: store.put_companies([ANKANG]),
        lambda: store.carried([]),
        lambda: store.quarantine([], keep=1),
    ]
    for question in questions:
        with pytest.raises(StoreUnavailable, match=r"\w"):
            await question()
    await store.close()


# --- connecting


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://li:s3cret@127.0.0.1:1/rescue", "database at 127.0.0.1:1 cannot be reached: .*"),
        ("postgresql://li:s3cret@nowhere.invalid/rescue", "database at nowhere.invalid cannot be reached: .*"),
        ("postgresql://li:s3/cret@127.0.0.1:1/rescue", "the database's address is not of the form postgresql://.*"),
        ("mysql://li:s3cret@127.0.0.1/rescue", "the database's address is not of the form postgresql://.*"),
        ("postgresql://li:s3cret@[::1/rescue", "the database's address is not of the form postgresql://.*"),
    ],
)
async def test_a_database_that_cannot_be_reached_is_named_in_one_line_without_its_password(
    url: str, reason: str
) -> None:
    with pytest.raises(StoreUnavailable, match=f"^{reason}$") as refused:
        await PostgresStore.connect(url)
    assert "s3" not in str(refused.value)


async def test_a_wrong_password_and_an_unknown_database_are_said(database: str) -> None:
    parts = urlsplit(database)
    wrong = parts._replace(netloc=f"{parts.username}:wrong-s3cret@{parts.hostname}:{parts.port}").geturl()
    with pytest.raises(StoreUnavailable, match="password authentication failed") as refused:
        await PostgresStore.connect(wrong)
    assert "s3cret" not in str(refused.value)
    with pytest.raises(StoreUnavailable, match='database "nobody" does not exist'):
        await PostgresStore.connect(database_at(database, "nobody"))


async def test_a_database_that_cannot_hold_chinese_is_refused(database: str) -> None:
    await execute(
        database, "CREATE DATABASE narrow ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0"
    )
    with pytest.raises(StoreUnavailable, match="encoding SQL_ASCII; needed is 15 or newer with UTF8"):
        await PostgresStore.connect(database_at(database, "narrow"))
    await execute(database, "DROP DATABASE narrow WITH (FORCE)")


# --- migrations


async def test_two_instances_that_start_together_migrate_once(database: str) -> None:
    await execute(database, "CREATE DATABASE bare TEMPLATE template0")
    bare = database_at(database, "bare")
    await asyncio.gather(migrate(bare), migrate(bare))
    async with another_store(bare) as store:
        applied = await store.pool.fetch("SELECT migration_id FROM _pogo_migration")
    assert sorted(row["migration_id"] for row in applied) == sorted(path.stem for path in MIGRATIONS.glob("*.sql"))
    await execute(database, "DROP DATABASE bare WITH (FORCE)")


async def test_a_user_who_may_not_make_tables_is_told_so_in_one_line(database: str) -> None:
    await execute(database, "CREATE ROLE guest LOGIN PASSWORD 'guest'", "CREATE DATABASE closed TEMPLATE template0")
    parts = urlsplit(database_at(database, "closed"))
    as_guest = parts._replace(netloc=f"guest:guest@{parts.hostname}:{parts.port}").geturl()
    with pytest.raises(StoreUnavailable, match=r"this version's schema: permission denied for schema public$"):
        await migrate(as_guest)
    await execute(database, "DROP DATABASE closed WITH (FORCE)", "DROP ROLE guest")


# --- news of the registry


async def test_who_listens_hears_what_another_instance_changes(database: str) -> None:
    async with (
        another_store(database) as here,
        another_store(database) as there,
        aclosing(here.registry_changes()) as changes,
        asyncio.timeout(WITHIN_S),
    ):
        await anext(changes)
        await there.put_companies([ANKANG])
        await anext(changes)


async def test_after_a_lost_connection_the_listener_listens_again_and_says_that_it_may_have_missed_something(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "LISTEN_AGAIN_AFTER_S", 0)
    async with (
        another_store(database) as store,
        aclosing(store.registry_changes()) as changes,
        asyncio.timeout(WITHIN_S),
    ):
        await anext(changes)
        await store.pool.execute(f"SELECT pg_terminate_backend(pid) FROM ({LISTENERS}) AS listener")
        await anext(changes)
        await store.put_companies([ANKANG])
        await anext(changes)


async def test_a_quiet_listener_asks_whether_its_connection_lives_and_says_nothing(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "ALIVE_WITHIN_S", 0.01)
    async with another_store(database) as store, aclosing(store.registry_changes()) as changes:
        await anext(changes)
        heard = asyncio.ensure_future(anext(changes))
        await until(lambda: some(store, "SELECT FROM pg_stat_activity WHERE query = 'SELECT 1'"))
        assert not heard.done()
        await store.put_companies([ANKANG])
        await soon(heard)


async def test_a_listener_that_is_cancelled_in_the_very_moment_of_news_ends(database: str) -> None:
    connection, news = await connect(database), asyncio.Event()
    hearing = asyncio.create_task(announcements._hear(connection, news))
    await asyncio.sleep(0)
    news.set()
    hearing.cancel()
    await asyncio.wait([hearing])
    assert hearing.cancelled()
    await connection.close()


async def test_a_refused_import_is_no_news_and_leaves_the_connection_fit_for_use(postgres_store: PostgresStore) -> None:
    with pytest.raises(Exception, match="no such company"):
        await postgres_store.put_crews([CREW])
    await postgres_store.put_companies([ANKANG])
    await postgres_store.put_crews([CREW])
    assert await postgres_store.list_crews() == [CREW]


# --- helpers


@asynccontextmanager
async def another_store(url: str) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.connect(url)
    try:
        yield store
    finally:
        await store.close()


async def soon(work: Awaitable[T]) -> T:
    """Its result, which must come in bounded time."""
    async with asyncio.timeout(WITHIN_S):
        return await work


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Ask a real process again and again, for a bounded time."""
    async with asyncio.timeout(WITHIN_S):
        while not await holds():  # noqa: ASYNC110 - a server process sets no event of ours
            await asyncio.sleep(0.01)


async def some(store: PostgresStore, query: str) -> bool:
    return bool(await store.pool.fetch(query))


async def gone(database: str, connection: Connection) -> bool:
    """Whether the server has ended this session."""
    other = await connect(database)
    try:
        return not await other.fetch("SELECT FROM pg_stat_activity WHERE pid = $1", connection.get_server_pid())
    finally:
        await other.close()


async def loads(store: PostgresStore) -> bool:
    try:
        await store.load_board()
    except StoreUnavailable:
        return False
    return True


async def kill_the_desks_server_process(store: PostgresStore) -> None:
    """As by kill -9: the server then ends every session, replays its log and is there again."""
    os.kill(await store.pool.fetchval(DESK_SESSIONS), signal.SIGKILL)
