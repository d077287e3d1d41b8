"""The contract of rescue.ports.Registry and Quarantine, on every store there is."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.messages import LiftId
from dispatch.crews import CompanyId, Crew, CrewId, StationId
from rescue.incident import Lift
from rescue.ports import Quarantine, Quarantined
from rescue.store.refusals import RegistryRefused
from tests.contract import cases
from tests.contract.cases import ANKANG, BEIHAI, CARD, CREW, EAST_GATE, NOON, later
from tests.contract.stores import AnyStore

HEARD_WITHIN_S = 5
on_each_store = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
garbled = st.text(st.characters(exclude_categories=()) | st.just("\0"))
GARBAGE = Quarantined(at=NOON, topic="lifts/v1/410105/L1/status", reason="not JSON", payload=b"{\xff", size=2)


@pytest.fixture
async def registry(store: AnyStore) -> AnyStore:
    """The store, with two companies."""
    await store.put_companies([ANKANG, BEIHAI])
    return store


# --- lifts


@on_each_store
@given(lift=cases.lifts)
async def test_any_lift_reads_back_equal(store: AnyStore, lift: Lift) -> None:
    await store.put_companies([ANKANG])
    await store.put_lifts([replace(lift, rescue_code=None)])
    await store.put_lifts([lift])
    assert await store.find_lift(lift.lift_id) == lift
    if lift.rescue_code is not None:
        found = await store.find_lift_by_rescue_code(lift.rescue_code)
        await store.put_lifts([replace(lift, rescue_code=None)])
        assert found == lift


async def test_an_unknown_lift_or_plate_is_not_found(registry: AnyStore) -> None:
    await registry.put_lifts([replace(CARD, rescue_code=None)])
    assert await registry.find_lift(LiftId("L2")) is None
    assert await registry.find_lift_by_rescue_code("000123") is None


async def test_the_cards_of_several_lifts_are_read_at_once(registry: AnyStore) -> None:
    other = Lift(lift_id=LiftId("L2"), area=cases.ERQI, address="Daxue Road 8", building="2")
    await registry.put_companies([cases.ANKANG])
    await registry.put_lifts([CARD, other])
    asked = [CARD.lift_id, other.lift_id, LiftId("unknown")]
    assert await registry.find_lifts(asked) == {CARD.lift_id: CARD, other.lift_id: other}
    assert await registry.find_lifts([]) == {}


async def test_the_tracker_learns_every_lift_with_its_area_and_how_to_watch_it(registry: AnyStore) -> None:
    own = {"trapped_after_s": "20", "test_calls": "yes"}
    other = Lift(lift_id=LiftId("L2"), area=cases.ERQI, place_type="hospital", attributes=own)
    await registry.put_lifts([CARD, other])
    known, watched = sorted(await registry.tracked_lifts())
    assert known[:3] == (CARD.lift_id, CARD.area, CARD.place_type)
    assert watched == (other.lift_id, other.area, "hospital", own)


async def test_of_two_cards_of_one_lift_the_later_counts(registry: AnyStore) -> None:
    newer = replace(CARD, address="人民路 1", rescue_code=None)
    await registry.put_lifts([CARD, newer])
    assert await registry.find_lift(CARD.lift_id) == newer
    assert await registry.find_lift_by_rescue_code("000123") is None


async def test_two_lifts_may_exchange_their_plates(registry: AnyStore) -> None:
    one, other = replace(CARD, rescue_code="111111"), replace(CARD, lift_id=LiftId("L2"), rescue_code="222222")
    await registry.put_lifts([one, other])
    await registry.put_lifts([replace(one, rescue_code="222222"), replace(other, rescue_code="111111")])
    found = await registry.find_lift_by_rescue_code("111111")
    assert found
    assert found.lift_id == other.lift_id


async def test_a_plate_on_two_lifts_is_refused_and_nothing_changes(registry: AnyStore) -> None:
    await registry.put_lifts([CARD])
    twin = replace(CARD, lift_id=LiftId("L2"))
    with pytest.raises(RegistryRefused, match=r"^rescue code 000123 is on lifts L1, L2$"):
        await registry.put_lifts([replace(CARD, lift_id=LiftId("L0"), rescue_code=None), twin])
    assert [lift.lift_id for lift in await registry.tracked_lifts()] == [CARD.lift_id]


async def test_lifts_of_companies_nobody_registered_are_refused_by_name(registry: AnyStore) -> None:
    strays = [Lift(lift_id=LiftId(f"L{n}"), area=cases.ERQI, company_id=CompanyId(f"company-{n}")) for n in range(1, 8)]
    names = ", ".join(f"company-{n}" for n in range(1, 6))
    with pytest.raises(RegistryRefused, match=f"^no such company is registered: {names} and 2 more$"):
        await registry.put_lifts([CARD, *strays])
    assert await registry.tracked_lifts() == []


# --- companies, stations, crews


async def test_a_company_is_replaced_by_its_newer_card(registry: AnyStore) -> None:
    renamed = replace(ANKANG, name="安康", phone="0371-9")
    await registry.put_companies([renamed])
    assert {company.company_id: company for company in await registry.list_companies()} == {
        ANKANG.company_id: renamed,
        BEIHAI.company_id: BEIHAI,
    }


@on_each_store
@given(crew=cases.crews)
async def test_any_crew_reads_back_equal(store: AnyStore, crew: Crew) -> None:
    await store.put_companies([ANKANG])
    await store.put_crews([crew])
    assert crew in await store.list_crews()
    assert (await store.load_board()).crews[crew.crew_id] == crew


async def test_a_crew_without_a_position_of_its_own_is_where_its_station_is(registry: AnyStore) -> None:
    waiting = replace(CREW, station_id=EAST_GATE.station_id, position=None, positioned_at=None)
    await registry.put_stations([EAST_GATE])
    await registry.put_crews([waiting])
    assert await registry.list_crews() == [replace(waiting, position=EAST_GATE.position)]


async def test_a_crew_that_has_a_position_is_there_and_not_at_its_station(registry: AnyStore) -> None:
    away = replace(CREW, station_id=EAST_GATE.station_id)
    await registry.put_stations([EAST_GATE])
    await registry.put_crews([away])
    assert await registry.list_crews() == [away]


async def test_stations_and_crews_of_nobody_are_refused(registry: AnyStore) -> None:
    nobody = CompanyId("nobody")
    with pytest.raises(RegistryRefused, match="company is registered: nobody"):
        await registry.put_stations([replace(EAST_GATE, company_id=nobody)])
    with pytest.raises(RegistryRefused, match="company is registered: nobody"):
        await registry.put_crews([replace(CREW, company_id=nobody)])
    with pytest.raises(RegistryRefused, match="station is registered: nowhere"):
        await registry.put_crews([replace(CREW, station_id=StationId("nowhere"))])
    assert await registry.list_crews() == []


async def test_a_crew_goes_off_duty_and_an_unknown_one_cannot(registry: AnyStore) -> None:
    await registry.put_crews([CREW])
    assert await registry.set_on_duty(CREW.crew_id, False)
    assert await registry.list_crews() == [replace(CREW, on_duty=False)]
    assert not await registry.set_on_duty(CrewId("nobody"), False)


# --- the news of a change


async def test_whoever_listens_hears_once_at_first_and_then_of_every_change(registry: AnyStore) -> None:
    async with aclosing(registry.registry_changes()) as changes, asyncio.timeout(HEARD_WITHIN_S):
        await anext(changes)
        await registry.put_crews([CREW])
        await anext(changes)
        await registry.put_stations([EAST_GATE])
        await anext(changes)
        await registry.set_on_duty(CREW.crew_id, False)
        await anext(changes)
        await registry.put_lifts([CARD])
        await anext(changes)
        await registry.put_companies([ANKANG])
        await anext(changes)


# --- the quarantine


def test_each_store_keeps_a_quarantine(store: AnyStore) -> None:
    port: Quarantine = store
    assert port


async def test_what_nobody_could_use_is_listed_newest_first(store: AnyStore) -> None:
    older, newer = GARBAGE, replace(GARBAGE, at=later(5), payload=b"", size=1_000_000)
    await store.quarantine([older, newer], keep=10)
    rows = await store.list_quarantine(after=None, limit=10)
    assert [row for _, row in rows] == [newer, older]


async def test_the_list_goes_on_below_the_number_last_seen(store: AnyStore) -> None:
    await store.quarantine([replace(GARBAGE, reason=f"r{n}") for n in range(5)], keep=10)
    first = await store.list_quarantine(after=None, limit=2)
    rest = await store.list_quarantine(after=first[-1][0], limit=10)
    assert [row.reason for _, row in [*first, *rest]] == ["r4", "r3", "r2", "r1", "r0"]


async def test_of_too_many_the_oldest_are_dropped(store: AnyStore) -> None:
    for n in range(4):
        await store.quarantine([replace(GARBAGE, reason=f"{n}{part}") for part in "ab"], keep=3)
    assert [row.reason for _, row in await store.list_quarantine(after=None, limit=10)] == ["3b", "3a", "2b"]


@on_each_store
@given(topic=garbled, reason=garbled, payload=st.binary(max_size=64))
async def test_whatever_was_received_can_be_kept(store: AnyStore, topic: str, reason: str, payload: bytes) -> None:
    await store.quarantine([replace(GARBAGE, topic=topic, reason=reason, payload=payload)], keep=1)
    ((_, kept),) = await store.list_quarantine(after=None, limit=10)
    assert kept.payload == payload
    assert len(kept.topic) == len(topic)


async def test_letters_that_no_text_column_takes_are_shown_as_replaced(store: AnyStore) -> None:
    await store.quarantine([replace(GARBAGE, topic="a\0b", reason="\ud800电梯")], keep=1)
    ((_, kept),) = await store.list_quarantine(after=None, limit=10)
    assert (kept.topic, kept.reason) == ("a\ufffdb", "\ufffd电梯")
