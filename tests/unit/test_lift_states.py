"""The tracker's states on their way to the database: the newest of each lift, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.messages import LiftId
from rescue.hearing import lift_states as limits
from rescue.hearing.lift_states import LiftStates
from rescue.ports import StoreUnavailable
from rescue.store.memory import MemoryLiftStates

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WITHIN_S = 10
L1, L2 = LiftId("L1"), LiftId("L2")


class Clock:
    def now(self) -> datetime:
        return NOON


class Changing:
    """Lifts whose states change: hands out each change once, as a fleet does."""

    def __init__(self) -> None:
        self.states: dict[LiftId, dict[str, Any]] = {}
        self._changed: dict[LiftId, None] = {}

    def change(self, lift_id: LiftId, seq: int) -> None:
        self.states[lift_id] = {"seq": seq}
        self._changed[lift_id] = None

    def take(self, most: int) -> tuple[Sequence[tuple[LiftId, dict[str, Any]]], bool]:
        taken = list(self._changed)[:most]
        for lift_id in taken:
            del self._changed[lift_id]
        return [(lift_id, self.states[lift_id]) for lift_id in taken], len(taken) >= most


class StoreThatMayBeAway(MemoryLiftStates):
    """While `away`, it answers as a lost database does."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.sizes: list[int] = []
        self.asked, self.saved = asyncio.Event(), asyncio.Event()

    async def save_lift_states(self, states: Sequence[tuple[LiftId, dict[str, Any]]], now: datetime) -> None:
        self.asked.set()
        if self.away:
            raise StoreUnavailable("the database is away")
        self.sizes.append(len(states))
        await super().save_lift_states(states, now)
        self.saved.set()


async def stored(store: MemoryLiftStates) -> dict[LiftId, dict[str, Any]]:
    return {lift_id: body async for lift_id, _, body in store.each_lift_state()}


lift_ids = st.sampled_from([LiftId(f"L{number}") for number in range(9)])
outages = st.booleans()


@given(steps=st.lists(lift_ids | outages, max_size=60))
async def test_what_is_stored_after_an_outage_is_the_newest_state_of_each_lift(steps: list[LiftId | bool]) -> None:
    lifts, store = Changing(), StoreThatMayBeAway()
    states = LiftStates(lifts.take, store, Clock())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "AT_ONCE", 3)
        for seq, step in enumerate([*steps, False]):
            if isinstance(step, bool):
                store.away = step
                with suppress(StoreUnavailable):
                    await states.save()
                assert step or await stored(store) == lifts.states
            else:
                lifts.change(step, seq)
            assert states.waiting <= len(lifts.states)
    assert all(size <= 3 for size in store.sizes)


async def test_a_state_that_changed_while_the_database_was_away_is_saved_once_and_as_it_is_now() -> None:
    lifts, store = Changing(), StoreThatMayBeAway()
    states = LiftStates(lifts.take, store, Clock())
    store.away = True
    for seq in (1, 2):
        lifts.change(L1, seq)
        with pytest.raises(StoreUnavailable):
            await states.save()
    assert states.waiting == 1
    store.away = False
    await states.save()
    assert (await stored(store), store.sizes, states.waiting) == ({L1: {"seq": 2}}, [1], 0)


async def test_a_whole_citys_news_is_saved_at_once_in_bounded_batches() -> None:
    lifts, store = Changing(), StoreThatMayBeAway()
    states = LiftStates(lifts.take, store, Clock())
    for number in range(2 * limits.AT_ONCE + 1):
        lifts.change(LiftId(f"L{number}"), number)
    await states.save()
    assert store.sizes == [limits.AT_ONCE, limits.AT_ONCE, 1]
    assert await stored(store) == lifts.states


async def test_nothing_changed_is_nothing_written() -> None:
    store = StoreThatMayBeAway()
    await LiftStates(Changing().take, store, Clock()).save()
    assert store.sizes == []


async def test_saving_goes_on_when_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SAVE_EVERY_S", 0.001)
    lifts, store = Changing(), StoreThatMayBeAway()
    store.away = True
    lifts.change(L1, 1)
    running = asyncio.create_task(LiftStates(lifts.take, store, Clock()).run())
    async with asyncio.timeout(WITHIN_S):
        await store.asked.wait()
        lifts.change(L2, 2)
        store.away = False
        while await stored(store) != lifts.states:
            store.saved.clear()
            await store.saved.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
