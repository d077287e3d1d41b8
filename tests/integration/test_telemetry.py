"""Telemetry as only the real database shows it (partitions, locks, lost connections), and as people read it by HTTP."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.faults import Fault
from devices.messages import LiftId, RawFault
from devices.pictures import Situation
from devices.state_change import StateChange
from rescue.hearing import telemetry as limits
from rescue.hearing.lift_states import LiftStates
from rescue.hearing.telemetry import Telemetry
from rescue.ports import StoreUnavailable
from rescue.store import telemetry as stored
from rescue.store.connections import PooledConnection
from rescue.store.lift_states import PostgresLiftStates
from rescue.store.migrate import migrate
from rescue.store.postgres import PostgresStore
from rescue.store.telemetry import PostgresTelemetry
from tests.a_change import RESTS
from tests.integration.centre import ANKANG, BEIHAI, NOON, Centre, HandClock, fresh_store, open_centre
from tests.postgres import execute, hasty_server

WITHIN_S = 20
DAY = timedelta(days=1)
TODAY = NOON.date()
DOOR = RawFault(profile="gb24476-2017", code="3", fault=Fault.DOOR_CLOSING)
STRANGE = RawFault(profile="chongqing", code="E-7")
STUCK = RESTS._replace(
    at=NOON.timestamp(),
    reported_at=NOON.timestamp() + 3600.5,
    skew_s=3600.25,
    boot=2,
    seq=7,
    car_position="B1",
    door_zone=False,
    passenger_present=True,
    situation=Situation.BETWEEN_LANDINGS,
    faults=(DOOR, STRANGE),
)
OURS = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rescue'"


def change(ago: timedelta, **fields: Any) -> StateChange:
    """The same lift, so long before noon."""
    return STUCK._replace(at=(NOON - ago).timestamp(), **fields)


@pytest.fixture
def kept(postgres_store: PostgresStore) -> PostgresTelemetry:
    return PostgresTelemetry(postgres_store.url, postgres_store.pool)


# --- partitions


async def partitions(store: PostgresTelemetry) -> list[str]:
    rows = await store.pool.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'telemetry'::regclass ORDER BY 1"
    )
    return [row["name"] for row in rows]


async def test_a_partition_is_a_day_of_utc_wherever_the_database_stands_and_tomorrows_is_made_too(
    database: str,
) -> None:
    await execute(database, f"ALTER DATABASE {database.rpartition('/')[2]} SET timezone = 'Asia/Shanghai'")
    store = await PostgresStore.connect(database)
    kept = PostgresTelemetry(store.url, store.pool)
    await kept.append_telemetry([STUCK], NOON)
    assert await partitions(kept) == ["telemetry_20260302", "telemetry_20260303"]
    bounds = "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'telemetry_20260302'"
    assert await kept.pool.fetchval(bounds) == (
        "FOR VALUES FROM ('2026-03-02 08:00:00+08') TO ('2026-03-03 08:00:00+08')"
    )
    await store.close()


async def test_every_partition_can_be_asked_for_a_lift_by_its_index(kept: PostgresTelemetry) -> None:
    await kept.append_telemetry([STUCK], NOON)
    indexes = await kept.pool.fetch("SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'telemetry\\_%'")
    assert len(indexes) == 2
    assert all(row["indexdef"].endswith("(lift_id, at)") for row in indexes)


async def test_a_reader_who_never_ends_keeps_nobody_from_writing_into_a_new_day(kept: PostgresTelemetry) -> None:
    await kept.append_telemetry([STUCK], NOON)
    async with kept.pool.acquire() as reader, reader.transaction():
        await reader.execute("SELECT FROM telemetry")
        await kept.append_telemetry([change(-DAY * 5)], NOON + DAY * 5)
    assert "telemetry_20260307" in await partitions(kept)


async def test_a_reader_who_never_ends_puts_the_dropping_off_and_stands_in_nobodys_way(kept: PostgresTelemetry) -> None:
    await kept.append_telemetry([STUCK], NOON)
    async with kept.pool.acquire() as reader, reader.transaction():
        await reader.execute("SELECT FROM telemetry")
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await kept.drop_telemetry(TODAY + DAY)
        await kept.append_telemetry([STUCK], NOON)
    assert await kept.drop_telemetry(TODAY + DAY) == [TODAY]
    assert await partitions(kept) == ["telemetry_20260303"]


async def test_two_instances_that_reach_midnight_together_make_one_partition(database: str) -> None:
    stores = [await PostgresStore.connect(database) for _ in range(4)]
    kept = [PostgresTelemetry(store.url, store.pool) for store in stores]
    await asyncio.gather(*(one.append_telemetry([STUCK], NOON) for one in kept))
    assert await partitions(kept[0]) == ["telemetry_20260302", "telemetry_20260303"]
    assert await kept[0].pool.fetchval("SELECT count(*) FROM telemetry") == len(kept)
    for store in stores:
        await store.close()


async def test_ten_thousand_changes_arrive_whole_and_leave_the_event_loop_free(kept: PostgresTelemetry) -> None:
    pauses = 0

    async def others() -> None:
        nonlocal pauses
        while True:
            await asyncio.sleep(0)
            pauses += 1

    ticking = asyncio.create_task(others())
    await kept.append_telemetry([change(timedelta(seconds=n), seq=n) for n in range(10_000)], NOON)
    ticking.cancel()
    assert await kept.pool.fetchval("SELECT count(DISTINCT seq) FROM telemetry") == 10_000
    assert pauses >= 20


# --- a database that goes away


async def lose_every_connection(url: str) -> None:
    await execute(url, f"SELECT pg_terminate_backend(pid) {OURS}")


async def losing(url: str) -> None:
    """Every connection, again and again."""
    while True:
        await lose_every_connection(url)


async def test_whenever_connections_are_lost_it_is_said_as_such_and_nothing_is_written_by_half(
    postgres_store: PostgresStore, kept: PostgresTelemetry
) -> None:
    states = PostgresLiftStates(postgres_store.url, postgres_store.pool)
    batch = [change(timedelta(seconds=n), seq=n) for n in range(1000)]

    async def load() -> None:
        async for _ in states.each_lift_state():
            pass

    works: list[Callable[[], Awaitable[object]]] = [
        lambda: kept.append_telemetry(batch, NOON),
        lambda: kept.drop_telemetry(TODAY - DAY),
        lambda: states.save_lift_states([(LiftId("L1"), {"seq": 1})], NOON),
        load,
    ]
    lost = 0
    breaking = asyncio.create_task(losing(postgres_store.url))
    for work in works * 15:
        try:
            await work()
        except StoreUnavailable:
            lost += 1
    breaking.cancel()
    with suppress(asyncio.CancelledError):
        await breaking
    assert lost
    await kept.append_telemetry(batch, NOON)
    assert await kept.pool.fetchval("SELECT count(*) FROM telemetry") % len(batch) == 0


async def test_a_connection_that_breaks_between_two_statements_is_a_lost_database(
    postgres_store: PostgresStore, kept: PostgresTelemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = stored._days

    async def look_and_lose(connection: PooledConnection) -> set[date]:
        days = await look(connection)
        await lose_every_connection(postgres_store.url)
        return days

    monkeypatch.setattr(stored, "_days", look_and_lose)
    for _ in range(5):
        with pytest.raises(StoreUnavailable):
            await kept.append_telemetry([STUCK], NOON)
    monkeypatch.undo()
    await kept.append_telemetry([STUCK], NOON)


async def test_a_change_that_no_column_can_hold_is_a_fault_of_ours(kept: PostgresTelemetry) -> None:
    with pytest.raises(OverflowError):
        await kept.append_telemetry([STUCK._replace(boot=2**63)], NOON)


async def test_the_writer_outlives_the_death_of_the_database_and_goes_on_where_it_was(
    server_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRITE_EVERY_S", 0.01)
    async with hasty_server(server_dir) as url:
        await migrate(url)
        store = await PostgresStore.connect(url)
        telemetry = Telemetry(PostgresTelemetry(url, store.pool), HandClock(NOON), keep_days=7)
        running = asyncio.create_task(telemetry.run())
        telemetry.note(change(timedelta(0), seq=1))
        await all_written(telemetry)
        # The server then ends every session, replays its log and is there again.
        os.kill(await store.pool.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
        telemetry.note(change(timedelta(0), seq=2))
        await all_written(telemetry)
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()
        rows = await store.pool.fetch("SELECT DISTINCT seq FROM telemetry ORDER BY seq")
        assert [row["seq"] for row in rows] == [1, 2]
        await store.close()


async def all_written(telemetry: Telemetry) -> None:
    async with asyncio.timeout(WITHIN_S):
        while telemetry.waiting:  # noqa: ASYNC110 - the writer sets no event of ours
            await asyncio.sleep(0.01)


# --- the tracker's stored states


async def test_ten_thousand_states_are_saved_and_all_come_back(postgres_store: PostgresStore) -> None:
    store = PostgresLiftStates(postgres_store.url, postgres_store.pool)
    changed = {LiftId(f"L{number}"): {"seq": number, "door": "开"} for number in range(10_000)}
    handed_out = iter(changed.items())

    def take(most: int) -> tuple[list[tuple[LiftId, dict[str, Any]]], bool]:
        taken = [pair for _, pair in zip(range(most), handed_out, strict=False)]
        return taken, bool(taken)

    await LiftStates(take, store, HandClock(NOON)).save()
    assert {lift_id: body async for lift_id, _, body in store.each_lift_state()} == changed


# --- over HTTP


@pytest.fixture(scope="module")
async def told(database_server: str) -> AsyncIterator[Centre]:
    """A centre that has heard of one lift for two days, every six hours."""
    async with fresh_store(database_server, "rescue_told") as store, open_centre(store) as centre:
        history = [change(timedelta(hours=6 * n), seq=100 - n) for n in range(9)]
        await PostgresTelemetry(store.url, store.pool).append_telemetry(history, NOON)
        yield centre


async def seqs(centre: Centre, query: str = "", who: str = "operator") -> list[int]:
    answer = await centre.get(who, f"/lifts/L1/telemetry{query}")
    assert answer.status == 200, answer.text
    return [item["seq"] for item in answer.body["items"]]


async def test_a_change_is_told_in_our_words_with_both_clocks(told: Centre) -> None:
    newest = (await told.get("operator", "/lifts/L1/telemetry?to=2026-03-02T04:00:01Z&limit=1")).body["items"]
    assert newest == [
        {
            "at": "2026-03-02T04:00:00Z",
            "reported_at": "2026-03-02T05:00:00.500000Z",
            "skew_s": 3600.25,
            "boot": 2,
            "seq": 100,
            "online": True,
            "service_mode": "normal",
            "car_status": "stopped",
            "car_position": "B1",
            "door_zone": False,
            "door_status": "closed",
            "passenger_status": True,
            "power_status": "mains",
            "situation": "between_landings",
            "faults": [
                {"profile": "gb24476-2017", "code": "3", "fault": "door_closing"},
                {"profile": "chongqing", "code": "E-7", "fault": None},
            ],
        }
    ]


async def test_without_a_span_the_last_24_hours_are_told(told: Centre) -> None:
    assert await seqs(told) == [99, 98, 97, 96]


async def test_a_span_may_be_given_by_either_end_or_both(told: Centre) -> None:
    assert await seqs(told, "?from=2026-03-01T15:00:00Z") == [99, 98]
    assert await seqs(told, "?to=2026-03-01T10:00:00Z") == [96, 95, 94, 93]
    assert await seqs(told, "?from=2026-03-01T00:00:00%2B08:00&to=2026-03-01T04:00:00Z") == [95, 94]


async def test_pages_follow_each_other_to_the_end(told: Centre) -> None:
    seen: list[int] = []
    query = span = "?from=2026-02-01T00:00:00Z&to=2026-03-03T00:00:00Z&limit=4"
    for _ in range(3):
        body = (await told.get("operator", f"/lifts/L1/telemetry{query}")).body
        seen += [item["seq"] for item in body["items"]]
        query = f"{span}&cursor={body['next']}"
    assert body["next"] is None
    assert seen == list(range(100, 91, -1))


async def test_a_lift_that_said_nothing_has_no_telemetry_and_an_unknown_one_is_not_found(told: Centre) -> None:
    assert (await told.get("operator", "/lifts/L2/telemetry")).body == {"items": [], "next": None}
    answer = await told.get("operator", "/lifts/L9/telemetry")
    assert (answer.status, answer.content_type) == (404, "application/problem+json")


async def test_a_company_reads_of_its_own_lifts_and_of_no_other(told: Centre) -> None:
    assert await seqs(told, who=ANKANG.company_id) == [99, 98, 97, 96]
    assert (await told.get(BEIHAI.company_id, "/lifts/L1/telemetry")).status == 404


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", "from"),
        ("from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z", "from"),
        ("from=2030-01-01T00:00:00Z", "from"),
        ("to=0001-01-01T00:00:00Z", "from"),
        ("from=yesterday", "from"),
        ("to=2026-03-02T00:00:00", "to"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("cursor=7", "cursor"),
        ("cursor=1.2.x", "cursor"),
        ("since=2026-03-02T00:00:00Z", "since"),
    ],
)
async def test_a_span_or_page_that_makes_no_sense_is_refused_by_name(told: Centre, query: str, parameter: str) -> None:
    answer = await told.get("operator", f"/lifts/L1/telemetry?{query}")
    assert (answer.status, answer.content_type) == (422, "application/problem+json"), answer.text
    assert answer.body["errors"][0]["loc"] == ["query", parameter]


@pytest.mark.parametrize(
    "query",
    [
        "cursor=99999999999999999.9999999999999999999.-9999999999999999999",
        "cursor=0.0.0",
        "from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z",
        "to=0001-01-01T00:00:01Z",
    ],
)
async def test_the_ends_of_time_and_of_numbers_are_answered(told: Centre, query: str) -> None:
    assert (await told.get("operator", f"/lifts/L1/telemetry?{query}")).status == 200


@pytest.mark.parametrize("reported_at", [None, -1e300, 253_402_300_800.0, -62_135_596_801.0])
async def test_a_clock_that_no_calendar_can_follow_is_told_as_none(told: Centre, reported_at: float | None) -> None:
    store = PostgresTelemetry(told.store.url, told.store.pool)
    odd = change(timedelta(0), lift_id=LiftId("L5"), reported_at=reported_at)
    await store.append_telemetry([odd], NOON)
    answer = await told.get("operator", "/lifts/L5/telemetry?to=2026-03-03T00:00:00Z")
    assert {item["reported_at"] for item in answer.body["items"]} == {None}


async def test_what_is_told_is_what_the_document_says(told: Centre) -> None:
    document = (await told.ask("nobody", "GET", "/api/v1/openapi.json")).body
    schema = document["components"]["schemas"]["StateChangeView"]
    item = (await told.get("operator", "/lifts/L1/telemetry")).body["items"][0]
    assert set(schema["required"]) == set(item)
    assert schema["properties"]["at"]["format"] == "date-time"
