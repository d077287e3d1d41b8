"""The contract of telemetry and of the tracker's stored states, on PostgreSQL and on its twin in memory."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.faults import Fault
from devices.messages import CarStatus, DoorStatus, LiftId, PowerStatus, RawFault, ServiceMode
from devices.pictures import Situation
from devices.state_change import StateChange
from rescue.api.records import Records
from rescue.hearing.lift_states import LiftStateStore
from rescue.hearing.telemetry import TelemetryStore
from rescue.store.lift_states import PostgresLiftStates
from rescue.store.memory import MemoryLiftStates, MemoryTelemetry
from rescue.store.postgres import PostgresStore
from rescue.store.telemetry import Place, PostgresTelemetry
from tests.a_change import RESTS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
L1, L2 = LiftId("L1"), LiftId("L2")
KINDS = ["memory", "postgres"]
on_each_store = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

numbers = st.integers(0, 2**63 - 1)
instants = st.datetimes(NOON.replace(tzinfo=None) - DAY, NOON.replace(tzinfo=None) + DAY, timezones=st.just(UTC)).map(
    datetime.timestamp
)
seconds = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=16)
faults = st.builds(RawFault, profile=texts, code=texts, fault=st.none() | st.sampled_from(Fault))
changes = st.builds(
    StateChange,
    lift_id=st.just(L1),
    at=instants,
    reported_at=st.none() | seconds,
    skew_s=st.none() | seconds,
    boot=numbers,
    seq=numbers,
    online=st.booleans(),
    service_mode=st.sampled_from(ServiceMode),
    car_status=st.none() | st.sampled_from(CarStatus),
    car_position=texts,
    door_zone=st.none() | st.booleans(),
    door_status=st.sampled_from(DoorStatus),
    passenger_present=st.none() | st.booleans(),
    power_status=st.sampled_from(PowerStatus),
    situation=st.sampled_from(Situation),
    faults=st.lists(faults, max_size=3).map(tuple),
)


def change(at: datetime, seq: int = 1, lift_id: LiftId = L1) -> StateChange:
    return RESTS._replace(lift_id=lift_id, at=at.timestamp(), seq=seq)


# --- telemetry


@dataclass(frozen=True, slots=True)
class Kept:
    """A store of telemetry, and how to read it, which people do and no port offers."""

    store: TelemetryStore
    read: Callable[..., Coroutine[Any, Any, list[StateChange]]]

    async def of(self, lift_id: LiftId, **wanted: Any) -> list[StateChange]:
        """A lift's changes; unless said otherwise, of three weeks around noon."""
        span = {"since": NOON - 10 * DAY, "until": NOON + 10 * DAY, "below": None, "limit": 1000}
        return await self.read(lift_id, **{**span, **wanted})


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        memory = MemoryTelemetry()
        return Kept(memory, memory.list_telemetry)
    postgres: PostgresStore = request.getfixturevalue("postgres_store")
    return Kept(PostgresTelemetry(postgres.url, postgres.pool), Records(postgres.pool).list_telemetry)


@on_each_store
@given(told=changes)
async def test_any_change_reads_back_equal(kept: Kept, told: StateChange) -> None:
    await kept.store.drop_telemetry(date.max)
    await kept.store.append_telemetry([told], NOON)
    assert await kept.of(L1) == [told]


async def test_changes_are_listed_newest_first_and_of_one_lift(kept: Kept) -> None:
    told = [change(NOON + timedelta(seconds=n), n) for n in range(4)]
    await kept.store.append_telemetry([told[2], told[0], change(NOON, lift_id=L2)], NOON)
    await kept.store.append_telemetry([told[1], told[3]], NOON)
    assert await kept.of(L1) == told[::-1]
    assert await kept.of(L1, limit=2) == [told[3], told[2]]
    assert await kept.of(LiftId("L9")) == []


async def test_the_end_of_a_span_is_not_part_of_it_and_its_beginning_is(kept: Kept) -> None:
    told = [change(NOON + timedelta(seconds=n), n) for n in range(4)]
    await kept.store.append_telemetry(told, NOON)
    begin, end = NOON + timedelta(seconds=1), NOON + timedelta(seconds=3)
    assert await kept.of(L1, since=begin, until=end) == [told[2], told[1]]


@on_each_store
@given(
    places=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), unique=True, max_size=12),
    limit=st.integers(1, 4),
)
async def test_page_by_page_every_change_is_seen_once_even_those_of_one_instant(
    kept: Kept, places: list[tuple[int, int, int]], limit: int
) -> None:
    await kept.store.drop_telemetry(date.max)
    told = [change(NOON + timedelta(microseconds=us), seq)._replace(boot=boot) for us, boot, seq in places]
    await kept.store.append_telemetry(told, NOON)
    seen: list[StateChange] = []
    while found := await kept.of(L1, limit=limit, below=Place.of(seen[-1]) if seen else None):
        seen += found
    assert seen == sorted(told, key=Place.of, reverse=True)


async def test_a_batch_that_waited_over_midnight_or_for_weeks_is_written_whole(kept: Kept) -> None:
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    moment = timedelta(microseconds=1)
    told = [change(at) for at in (NOON - 9 * DAY, midnight - moment, midnight, midnight + 3 * DAY)]
    await kept.store.append_telemetry(told, midnight)
    assert await kept.of(L1) == told[::-1]


async def test_days_before_a_day_are_dropped_and_named_and_the_others_stay(kept: Kept) -> None:
    told = [change(NOON + n * DAY, n) for n in range(3)]
    await kept.store.append_telemetry(told, NOON + DAY)
    assert await kept.store.drop_telemetry(NOON.date()) == []
    assert await kept.store.drop_telemetry(NOON.date() + 2 * DAY) == [NOON.date(), NOON.date() + DAY]
    assert await kept.of(L1) == [told[2]]
    await kept.store.append_telemetry(told[:1], NOON)
    assert await kept.of(L1) == [told[2], told[0]]


# --- the tracker's stored states


@pytest.fixture(params=KINDS)
def states(request: pytest.FixtureRequest) -> LiftStateStore:
    if request.param == "memory":
        return MemoryLiftStates()
    postgres: PostgresStore = request.getfixturevalue("postgres_store")
    return PostgresLiftStates(postgres.url, postgres.pool)


async def loaded(states: LiftStateStore) -> list[tuple[LiftId, datetime, dict[str, Any]]]:
    return [state async for state in states.each_lift_state()]


def deeper(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)


scalars = st.none() | st.booleans() | st.integers() | seconds | st.text(max_size=20)
bodies = st.dictionaries(st.text(max_size=8), st.recursive(scalars, deeper, max_leaves=8), max_size=6)


@on_each_store
@given(body=bodies)
async def test_any_state_reads_back_equal(states: LiftStateStore, body: dict[str, Any]) -> None:
    await states.save_lift_states([(L1, body)], NOON)
    assert await loaded(states) == [(L1, NOON, body)]


async def test_the_newest_state_of_a_lift_is_the_one_that_counts(states: LiftStateStore) -> None:
    await states.save_lift_states([(L1, {"seq": 1}), (L2, {"seq": 1})], NOON)
    await states.save_lift_states([(L1, {"seq": 2}), (L1, {"seq": 3})], NOON + DAY)
    assert sorted(await loaded(states)) == [(L1, NOON + DAY, {"seq": 3}), (L2, NOON, {"seq": 1})]


async def test_a_state_that_json_has_no_word_for_is_refused_and_nothing_of_its_batch_is_saved(
    states: LiftStateStore,
) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        await states.save_lift_states([(L1, {"by": 1.0}), (L2, {"by": float("inf")})], NOON)
    assert await loaded(states) == []


async def test_no_states_are_saved_and_loaded_too(states: LiftStateStore) -> None:
    await states.save_lift_states([], NOON)
    assert await loaded(states) == []
