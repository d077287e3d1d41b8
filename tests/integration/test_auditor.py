"""The auditor on the real database, its watcher outside on a real socket, and `rescue check`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from aiohttp import web

from devices.messages import LiftId
from rescue.incident import AlarmLedger, AlarmRecord, AssignmentStatus, Deadline, Status
from rescue.ports import StoreUnavailable
from rescue.settings import ServiceError, Settings
from rescue.shell.undecided import quarantined
from rescue.store.auditing import PostgresAuditing
from rescue.store.memory import Endpoint
from rescue.store.postgres import PostgresStore
from rescue.watch.auditing import ALARMS_SINCE, DEADLINE_LATE, OFFER_LATE
from rescue.watch.checks import check
from rescue.watch.deadman import Deadman
from tests.contract.cases import ANKANG, CREW, NOON, assignment, decision, history, incident, to_company
from tests.contract.stores import subject
from tests.postgres import execute

NOW = NOON + timedelta(hours=1)
AHEAD = {Deadline.ASK_BY: NOW + timedelta(minutes=1)}
ALARM = AlarmRecord(number=9, boot=1, raised_at=NOW)
ENDPOINT = Endpoint(endpoint_id="e1", company_id=ANKANG.company_id, url="https://e1.example/hook")
WELL = replace(incident("i1", 1), deadlines=AHEAD)


@dataclass
class Hour:
    """It is one."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def audited(postgres_store: PostgresStore) -> AsyncIterator[tuple[PostgresStore, PostgresAuditing]]:
    """The desk's store, and what the auditor sees of it."""
    await postgres_store.load_board()
    auditing = PostgresAuditing(postgres_store.url)
    yield postgres_store, auditing
    auditing.close()


Audited = tuple[PostgresStore, PostgresAuditing]


async def test_a_case_with_a_deadline_ahead_is_no_finding(audited: Audited) -> None:
    store, auditing = audited
    await store.commit(decision(incidents=[WELL], entries=history(WELL, "opened")), [], NOW)
    facts = await auditing.read_facts(Hour())
    assert facts.versions == {WELL.incident_id: WELL.version}
    assert (facts.forgotten, facts.late, facts.astray, facts.unheard, facts.set_aside) == ([], [], [], [], 0)


async def test_a_case_without_a_deadline_or_with_one_long_past_is_found_and_one_that_is_over_is_not(
    audited: Audited,
) -> None:
    store, auditing = audited
    bare = replace(incident("i2", 2), deadlines={})
    late = replace(incident("i3", 3), deadlines={Deadline.ASK_BY: NOW - DEADLINE_LATE * 2, Deadline.STAY_BY: NOW})
    over = replace(incident("i4", 4, status=Status.CLOSED), deadlines={})
    await store.commit(decision(incidents=[WELL, bare, late, over]), [], NOW)
    assert (await auditing.read_facts(Hour())).forgotten == [(2, None), (3, NOW - DEADLINE_LATE * 2)]


async def test_an_offer_that_is_not_tried_is_found_once_it_is_late(audited: Audited) -> None:
    store, auditing = audited
    await store.put_companies([ANKANG])
    await subject(store).put_endpoint(ENDPOINT)
    for name, age in (("late", OFFER_LATE * 2), ("young", OFFER_LATE / 2)):
        at = NOW - age
        offer = replace(to_company(name), type="assignment.offered", created_at=at, expires_at=NOW + OFFER_LATE)
        await store.commit(decision(incidents=[WELL]), [offer], at)
    ((_, type_, due_at),) = (await auditing.read_facts(Hour())).late
    assert (type_, due_at) == ("assignment.offered", NOW - OFFER_LATE * 2)


async def test_a_crew_that_is_held_by_a_case_that_is_over_is_found(audited: Audited) -> None:
    store, auditing = audited
    over = incident("i2", 2, status=Status.CLOSED)
    held = assignment(over, status=AssignmentStatus.ACCEPTED)
    await store.commit(decision(incidents=[over], assignments=[held]), [], NOW)
    assert (await auditing.read_facts(Hour())).astray == [(CREW.crew_id, 1, True)]


async def test_an_alarm_that_no_case_knows_is_found_and_one_in_a_case_or_of_yesterday_is_not(audited: Audited) -> None:
    store, auditing = audited
    known = replace(WELL, alarms=(ALARM,))
    ledgers = [
        AlarmLedger(lift_id=known.lift_id or LiftId(""), number=9, boot=1, seen_at=NOW),
        AlarmLedger(lift_id=LiftId("lost"), number=4, boot=1, seen_at=NOW),
        AlarmLedger(lift_id=LiftId("old"), number=4, boot=1, seen_at=NOW - ALARMS_SINCE * 2),
    ]
    await store.commit(decision(incidents=[known], ledgers=ledgers), [], NOW)
    assert (await auditing.read_facts(Hour())).unheard == [("lost", 4)]


async def test_what_the_desk_failed_on_is_counted_for_an_hour(audited: Audited) -> None:
    store, auditing = audited
    rows = [quarantined("alarms", "an alarm", KeyError("planted"), at) for at in (NOW, NOW - timedelta(hours=2))]
    await store.quarantine(rows, keep=10)
    assert (await auditing.read_facts(Hour())).set_aside == 1


async def test_how_far_the_databases_clock_is_from_ours_is_measured(audited: Audited) -> None:
    _, auditing = audited
    theirs = datetime.now(NOW.tzinfo)
    facts = await auditing.read_facts(Hour())
    assert facts.database_ahead_s == pytest.approx((theirs - NOW).total_seconds(), abs=20)


async def test_a_lost_connection_is_made_again_with_the_next_round(audited: Audited) -> None:
    store, auditing = audited
    await auditing.read_facts(Hour())
    await store.pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name = 'rescue auditor'"
    )
    with suppress(StoreUnavailable):  # the next round may find it gone, or already know
        await auditing.read_facts(Hour())
    assert (await auditing.read_facts(Hour())).versions == {}


# --- the watcher outside


class Watcher:
    """A URL that is asked as long as all is well."""

    def __init__(self) -> None:
        self.status, self.asked = 200, asyncio.Queue[str]()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.put_nowait(f"{request.method} {request.path}")
        return web.Response(status=self.status)


@asynccontextmanager
async def watcher() -> AsyncIterator[tuple[Watcher, str]]:
    outside = Watcher()
    app = web.Application()
    app.router.add_route("*", "/ping/secret", outside.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield outside, f"http://127.0.0.1:{runner.addresses[0][1]}/ping/secret"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def running(deadman: Deadman) -> AsyncIterator[None]:
    task = asyncio.create_task(deadman.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_the_watcher_is_asked_again_and_again_while_all_is_well() -> None:
    async with watcher() as (outside, url):
        deadman = Deadman(url, lambda: True, every_s=0.02, allow_private=True)
        async with running(deadman), asyncio.timeout(10):
            assert [await outside.asked.get() for _ in range(3)] == ["GET /ping/secret"] * 3
        assert deadman.told >= 2


async def test_the_watcher_is_not_asked_while_something_is_wrong() -> None:
    looked = asyncio.Event()

    def is_well() -> bool:
        looked.set()
        return False

    async with watcher() as (outside, url):
        async with running(Deadman(url, is_well, every_s=0.01, allow_private=True)), asyncio.timeout(10):
            await looked.wait()
        assert outside.asked.empty()


async def test_a_watcher_that_refuses_is_counted_and_asked_again() -> None:
    async with watcher() as (outside, url):
        outside.status = 500
        deadman = Deadman(url, lambda: True, every_s=0.02, allow_private=True)
        async with running(deadman), asyncio.timeout(10):
            for _ in range(2):
                await outside.asked.get()
        assert deadman.failed >= 1
        assert deadman.told == 0


@pytest.mark.parametrize("url", ["http://hc.example/x", "https://127.0.0.1/x", "ftp://hc.example/x", "nonsense"])
def test_a_watcher_at_an_address_that_may_not_be_asked_is_refused_when_starting(url: str) -> None:
    with pytest.raises(ServiceError, match="RESCUE_DEADMAN_URL"):
        Deadman(url, lambda: True, every_s=60, allow_private=False)


# --- rescue check


async def said_of(part: str, **settings: object) -> tuple[bool, str]:
    """What `rescue check` finds of a part, all of it."""
    findings = [finding for finding in await check(Settings.load(None, **settings)) if finding.part == part]
    return all(finding.ok for finding in findings), "; ".join(finding.said for finding in findings)


async def test_a_database_that_is_fit_is_found_so(database: str, tmp_path: Path) -> None:
    ok, said = await said_of("database", database_url=database, data_dir=tmp_path)
    assert ok
    assert "answers" in said
    ok, said = await said_of("clock", database_url=database, data_dir=tmp_path)
    assert ok
    assert "of the database's" in said


async def test_a_database_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    ok, said = await said_of("database", database_url="postgresql://li:s3cret@127.0.0.1:1/rescue", data_dir=tmp_path)
    assert not ok
    assert "127.0.0.1:1" in said
    assert "RESCUE_DATABASE_URL" in said
    assert "s3cret" not in said


async def test_migrations_that_are_missing_and_such_that_we_do_not_know_are_said(database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(database)
    newest = await connection.fetchval("SELECT max(migration_id) FROM _pogo_migration")
    await connection.execute("DELETE FROM _pogo_migration WHERE migration_id = $1", newest)
    assert "1 migrations are missing" in (await said_of("database", database_url=database, data_dir=tmp_path))[1]
    await connection.execute("UPDATE _pogo_migration SET migration_id = '9999_later' WHERE migration_id LIKE '0001%'")
    await connection.close()
    ok, said = await said_of("database", database_url=database, data_dir=tmp_path)
    assert not ok
    assert "newer version (9999_later)" in said


async def test_companies_that_offers_do_not_reach_are_named(postgres_store: PostgresStore, tmp_path: Path) -> None:
    url = postgres_store.url
    assert (await said_of("webhooks", database_url=url, data_dir=tmp_path))[0]
    await postgres_store.put_companies([ANKANG])
    await postgres_store.put_crews([CREW])
    ok, said = await said_of("webhooks", database_url=url, data_dir=tmp_path)
    assert not ok
    assert "no endpoint is switched on for ankang" in said
    await subject(postgres_store).put_endpoint(ENDPOINT)
    assert (await said_of("webhooks", database_url=url, data_dir=tmp_path))[0]
    tried_at = datetime.now(NOW.tzinfo).isoformat()
    await execute(
        url,
        "INSERT INTO outbox (key, type, body, endpoint_id, created_at, expires_at, due_at, tries, tried_at, error) "
        f"VALUES ('k', 't', '{{}}', 'e1', '{tried_at}', '{tried_at}', '{tried_at}', 1, '{tried_at}', 'HTTP 500')",
    )
    ok, said = await said_of("webhooks", database_url=url, data_dir=tmp_path)
    assert not ok
    assert "every try of the last hour failed" in said
    assert "HTTP 500" in said


async def test_a_watcher_that_may_not_be_asked_is_found(tmp_path: Path) -> None:
    ok, said = await said_of("watcher", deadman_url="https://127.0.0.1/x", data_dir=tmp_path)
    assert not ok
    assert "RESCUE_DEADMAN_URL" in said
