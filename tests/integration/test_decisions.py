"""What decisions rested on, in the database: kept with each decision or not at all, decided again, dropped when old."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from rescue.decisions.decided_again import decide_again
from rescue.decisions.records import DecisionRecord, LeftOut
from rescue.incident import IncidentId
from rescue.ports import KeptDecision
from rescue.store.attic import PostgresAttic
from rescue.store.decisions import PostgresDecisions
from rescue.store.postgres import PostgresStore
from tests.contract.cases import NOON, decision, history, incident
from tests.integration.centre import Centre, open_centre
from tests.integration.tampering import command

CASE = incident("i1", 31)


def kept_at(at: datetime, **parts: bytes) -> KeptDecision:
    return KeptDecision(at=at, incident_ids=(CASE.incident_id,), left_out="it was too much", parts=parts)


@pytest.fixture
async def centre(postgres_store: PostgresStore) -> AsyncIterator[Centre]:
    async with open_centre(postgres_store) as opened:
        yield opened


def decisions_in(store: PostgresStore) -> PostgresDecisions:
    return PostgresDecisions(store.url, store.pool)


async def kept_of(centre: Centre, case: Any) -> list[DecisionRecord | LeftOut]:
    return await decisions_in(centre.store).decisions_of(IncidentId(case["id"]))


# --- kept


async def test_every_decision_of_a_case_is_kept_and_comes_out_the_same(centre: Centre) -> None:
    case = await centre.released_case("100001")
    kept = await kept_of(centre, case)
    again = [decide_again(one) for one in kept if isinstance(one, DecisionRecord)]
    assert [one.differences for one in again if not one.same] == []
    assert [type(one.record.envelopes[0].input).__name__ for one in again] == ["Intake", *["CompanyAnswered"] * 4]


async def test_the_crews_of_the_centre_are_kept_once(centre: Centre) -> None:
    for code in ("100001", "100002"):
        await centre.open_case(code)
    assert await centre.store.pool.fetchval("SELECT count(*) FROM decisions") == 2
    assert await centre.store.pool.fetchval("SELECT count(*) FROM decision_parts") == 2  # the crews, and the rules


async def test_of_a_decision_that_is_not_committed_nothing_is_kept(postgres_store: PostgresStore) -> None:
    await postgres_store.load_board()
    twice = history(CASE, "once") + history(CASE, "twice")
    with pytest.raises(asyncpg.UniqueViolationError):
        await postgres_store.commit(decision(incidents=[CASE], entries=twice), [], NOON, kept_at(NOON, p1=b"part"))
    assert await decisions_in(postgres_store).decisions_of(CASE.incident_id) == []
    assert await postgres_store.pool.fetchval("SELECT count(*) FROM decision_parts") == 0


async def test_old_decisions_are_dropped_with_the_parts_that_none_rests_on_any_more_and_timelines_are_not(
    postgres_store: PostgresStore,
) -> None:
    await postgres_store.load_board()
    old, new = NOON, NOON + timedelta(days=300)
    told = decision(incidents=[CASE], entries=history(CASE, "opened"))
    await postgres_store.commit(told, [], old, kept_at(old, p1=b"old", p2=b"both"))
    await postgres_store.commit(decision(incidents=[replace(CASE, version=2)]), [], new, kept_at(new, p2=b"both"))
    attic = PostgresAttic(postgres_store.url, postgres_store.pool)
    assert await attic.drop_decisions(new - timedelta(days=200), 100) == 2
    assert [one.at for one in await decisions_in(postgres_store).decisions_of(CASE.incident_id)] == [new]
    assert await postgres_store.pool.fetchval("SELECT array_agg(hash) FROM decision_parts") == ["p2"]
    assert len(await postgres_store.timeline_of(CASE.incident_id)) == 1


# --- by the command


async def test_the_command_decides_a_case_again_that_has_no_recording(centre: Centre) -> None:
    case = await centre.released_case("100001")
    code, out, errors = await command(centre.store, "replay", str(case["number"]))
    assert (code, errors) == (0, "")
    assert "The same: 5 decisions of the desk" in out


async def test_the_command_says_which_decision_comes_out_otherwise(centre: Centre) -> None:
    case = await centre.open_case("100001")
    # The rules of then as somebody has rewritten them: the desk of today must decide otherwise by them.
    await _rewrite_rules(centre.store, b'"accept_within_s":180.0', b'"accept_within_s":240.0')
    code, out, _ = await command(centre.store, "replay", case["id"], "--json")
    told = json.loads(out)
    assert (code, told["same"]) == (1, False)
    assert any("accept_by was 2026-03-02 04:03:00" in line for line in told["decisions"][0]["differences"])


async def _rewrite_rules(store: PostgresStore, then: bytes, now: bytes) -> None:
    for row in await store.pool.fetch("SELECT hash, body FROM decision_parts"):
        body = zlib.compress(zlib.decompress(row["body"]).replace(then, now))
        await store.pool.execute("UPDATE decision_parts SET body = $2 WHERE hash = $1", row["hash"], body)


async def test_a_decision_that_was_left_out_is_a_line_and_no_failure(postgres_store: PostgresStore) -> None:
    await postgres_store.load_board()
    await postgres_store.commit(decision(incidents=[CASE]), [], NOON, kept_at(NOON))
    code, out, errors = await command(postgres_store, "replay", "31")
    assert (code, errors) == (0, "")
    assert "(not kept: it was too much)" in out


async def test_a_kept_decision_that_cannot_be_read_is_said_in_one_line(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await centre.store.pool.execute("UPDATE decisions SET body = 'spoilt'")
    code, out, errors = await command(centre.store, "replay", case["id"])
    assert (code, out) == (1, "")
    assert errors.startswith("rescue: this is no kept decision: ")
    assert errors.count("\n") == 1
