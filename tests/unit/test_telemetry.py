"""Changes that wait to be written: how many, for how long, and what becomes of the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.messages import CarStatus, DoorStatus, LiftId, PowerStatus, ServiceMode
from devices.pictures import Situation
from devices.state_change import StateChange
from rescue.hearing import telemetry as limits
from rescue.hearing.telemetry import Telemetry
from rescue.ports import StoreUnavailable
from rescue.store import telemetry as stored
from rescue.store.memory import MemoryTelemetry
from tests.a_change import RESTS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WITHIN_S = 10
FOR_EVER = 10_000.0


def change(seq: int, at: datetime = NOON) -> StateChange:
    """A car that stands at a landing."""
    return RESTS._replace(at=at.timestamp(), seq=seq)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


class StoreThatMayBeAway(MemoryTelemetry):
    """While `error` is set, it fails by it; it remembers its batches and says when there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None
        self.batches: list[Sequence[StateChange]] = []
        self.asked = asyncio.Event()
        self.written = asyncio.Event()

    @property
    def seqs(self) -> list[int]:
        """What was written, in order."""
        return [change.seq for batch in self.batches for change in batch]

    async def append_telemetry(self, changes: Sequence[StateChange], now: datetime) -> None:
        self.asked.set()
        if self.error:
            raise self.error
        await super().append_telemetry(changes, now)
        self.batches.append(changes)
        self.written.set()


AWAY = StoreUnavailable("the database is away")
notes = st.integers(1, 12)
outages = st.booleans()


@given(steps=st.lists(notes | outages, max_size=30))
async def test_whatever_happens_changes_are_written_in_order_or_wait_or_are_counted_as_dropped(
    steps: list[int | bool],
) -> None:
    store = StoreThatMayBeAway()
    telemetry = Telemetry(store, Clock(), keep_days=7)
    noted = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "WAITS", 20)
        patch.setattr(limits, "BATCH", 8)
        for step in steps:
            if isinstance(step, bool):
                store.error = AWAY if step else None
                with suppress(StoreUnavailable):
                    await telemetry.write()
                assert step or telemetry.waiting == 0
            else:
                for _ in range(step):
                    telemetry.note(change(noted))
                    noted += 1
            assert telemetry.waiting <= 20
            assert telemetry.counts.written == len(store.seqs)
            assert telemetry.counts.written + telemetry.waiting + telemetry.counts.dropped == noted
    assert store.seqs == sorted(set(store.seqs))
    assert all(len(batch) <= 8 for batch in store.batches)


async def test_of_too_many_changes_the_newest_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WAITS", 3)
    store = StoreThatMayBeAway()
    telemetry = Telemetry(store, Clock(), keep_days=7)
    for seq in range(5):
        telemetry.note(change(seq))
    await telemetry.write()
    assert (store.seqs, telemetry.counts.dropped) == ([0, 1, 2], 2)


async def test_a_full_batch_is_written_without_waiting_for_the_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "WRITE_EVERY_S", FOR_EVER)
    store = StoreThatMayBeAway()
    telemetry = Telemetry(store, Clock(), keep_days=7)
    running = asyncio.create_task(telemetry.run())
    for seq in range(limits.BATCH):
        telemetry.note(change(seq))
    async with asyncio.timeout(WITHIN_S):
        await store.written.wait()
    assert len(store.seqs) == limits.BATCH
    await stop(running)


async def test_a_single_change_waits_for_the_end_of_the_second_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WRITE_EVERY_S", 0.001)
    store = StoreThatMayBeAway()
    telemetry = Telemetry(store, Clock(), keep_days=7)
    telemetry.note(change(7))
    running = asyncio.create_task(telemetry.run())
    async with asyncio.timeout(WITHIN_S):
        await store.written.wait()
    assert store.seqs == [7]
    await stop(running)


async def test_while_the_database_is_away_changes_wait_and_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WRITE_EVERY_S", 0.001)
    store = StoreThatMayBeAway()
    store.error = AWAY
    telemetry = Telemetry(store, Clock(), keep_days=7)
    telemetry.note(change(7))
    running = asyncio.create_task(telemetry.run())
    async with asyncio.timeout(WITHIN_S):
        await store.asked.wait()
        assert (telemetry.waiting, telemetry.counts.written) == (1, 0)
        store.error = None
        await store.written.wait()
    assert store.seqs == [7]
    await stop(running)


async def test_a_fault_of_ours_ends_the_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WRITE_EVERY_S", 0.001)
    store = StoreThatMayBeAway()
    store.error = LookupError("a word without a code")
    telemetry = Telemetry(store, Clock(), keep_days=7)
    telemetry.note(change(7))
    async with asyncio.timeout(WITHIN_S):
        with pytest.raises(LookupError):
            await telemetry.run()


async def test_a_day_is_dropped_when_it_has_been_kept_for_long_enough() -> None:
    store, clock = StoreThatMayBeAway(), Clock()
    telemetry = Telemetry(store, clock, keep_days=7)
    telemetry.note(change(0))
    await telemetry.write()
    clock.at = NOON + timedelta(days=7, hours=11, minutes=59)
    await telemetry.drop_old()
    assert await listed(store) == [0]
    clock.at += timedelta(minutes=10)
    await telemetry.drop_old()
    assert await listed(store) == []


async def test_old_days_are_looked_for_every_ten_minutes_and_not_with_every_batch() -> None:
    store, clock = StoreThatMayBeAway(), Clock()
    telemetry = Telemetry(store, clock, keep_days=1)
    await telemetry.drop_old()
    await store.append_telemetry([change(0, NOON - timedelta(days=3))], NOON)
    clock.at += timedelta(minutes=9)
    await telemetry.drop_old()
    assert await listed(store) == [0]
    clock.at += timedelta(minutes=1)
    await telemetry.drop_old()
    assert await listed(store) == []


# --- how words are kept


CODES = {
    "service_mode": "unknown normal stopped inspection fire_return firefighter emergency_power earthquake",
    "car_status": "stopped running",
    "door_status": "unknown closed opening open closing",
    "power_status": "unknown mains battery lost",
    "situation": "unknown moving way_out resting between_landings at_landing",
}
"""By their codes, from 0. Weeks of telemetry are kept by these: a line may only grow at its end."""


def test_no_words_code_has_ever_changed() -> None:
    tables: dict[str, stored.Codes[Any]] = {
        "service_mode": stored.SERVICE_MODES,
        "car_status": stored.CAR_STATUSES,
        "door_status": stored.DOOR_STATUSES,
        "power_status": stored.POWER_STATUSES,
        "situation": stored.SITUATIONS,
    }
    assert {name: " ".join(table.words) for name, table in tables.items()} == CODES


def test_every_word_a_lift_may_change_to_has_a_code() -> None:
    assert set(stored.SERVICE_MODES.words) == set(ServiceMode)
    assert set(stored.CAR_STATUSES.words) == set(CarStatus)
    assert set(stored.DOOR_STATUSES.words) == set(DoorStatus)
    assert set(stored.POWER_STATUSES.words) == set(PowerStatus)
    assert set(stored.SITUATIONS.words) == set(Situation)


# --- helpers


async def listed(store: MemoryTelemetry) -> list[int]:
    """Whatever is kept."""
    first, last = datetime.combine(date.min, NOON.timetz()), datetime.combine(date.max, NOON.timetz())
    kept = await store.list_telemetry(LiftId("L1"), since=first, until=last, below=None, limit=100)
    return [change.seq for change in kept]


async def stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
