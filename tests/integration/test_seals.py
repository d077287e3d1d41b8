"""Whoever rewrites history in the database is found, also one who may do everything there."""

from __future__ import annotations

import json

import asyncpg
import pytest

from rescue.incident import Incident, IncidentId
from rescue.proof.seals import Seal, Sealing
from rescue.proof.signing import KEY_NAME, Signer
from rescue.proof.walk import Walk
from rescue.store import rows
from rescue.store.keys import lasting_key
from rescue.store.postgres import PostgresStore
from rescue.store.seals import PostgresSeals
from rescue.timeline import MACHINE, Entry, chain
from tests.contract.cases import NOON, decision, incident
from tests.integration.centre import HandClock
from tests.integration.tampering import command, tamper


async def nothing_to_wait_for() -> None:
    """This process is the desk."""


class House:
    """A database with cases, and the clock by which they are sealed."""

    def __init__(self, store: PostgresStore, signer: Signer) -> None:
        self.store = store
        self.clock = HandClock(NOON)
        self.seals = PostgresSeals(store.url, store.pool)
        self._key = signer.verifier
        self.sealing = Sealing(self.seals, signer, self.clock, nothing_to_wait_for)

    async def happen(self, name: str, number: int, *sayings: str, after: tuple[Entry, ...] = ()) -> tuple[Entry, ...]:
        """These things happen in a case of that name."""
        entries = list(after)
        for said in sayings:
            entries.append(self._entry(IncidentId(name), said, entries))
        case = headed(incident(name, number), entries)
        await self.store.commit(decision(incidents=[case], entries=entries[len(after) :]), [], NOON)
        return tuple(entries)

    def _entry(self, incident_id: IncidentId, said: str, before: list[Entry]) -> Entry:
        return chain(
            incident_id=incident_id,
            seq=len(before) + 1,
            at=self.clock.now(),
            what="noted",
            actor=MACHINE,
            said=said,
            data={},
            previous=before[-1].hash if before else "",
        )

    async def seal(self) -> Seal | None:
        """An hour later."""
        self.clock.forward(3600)
        return await self.sealing.seal_if_due()

    async def look(self, **logged: str) -> list[str]:
        """What a walk through the database tells, with seals as the log has them (`seal_1`), and its last word."""
        told: list[str] = []
        seals = {int(name.removeprefix("seal_")): digest for name, digest in logged.items()}
        walked = await Walk(self.seals, self._key, told.append, lambda *_: None).go(seals)
        return [*told, walked.said]


def headed(case: Incident, entries: list[Entry]) -> Incident:
    """The case with what it says of its timeline."""
    return rows.read_incident(
        json.dumps({**json.loads(rows.to_json(_body(case))), "entries": len(entries), "head": entries[-1].hash})
    )


def _body(case: Incident) -> object:
    incidents, *_ = rows.decision_row(decision(incidents=[case]), [])
    return json.loads(incidents)[0]


@pytest.fixture
async def house(postgres_store: PostgresStore) -> House:
    await postgres_store.load_board()
    signer = Signer(await lasting_key(postgres_store.pool, KEY_NAME, NOON))
    house = House(postgres_store, signer)
    await house.happen("i1", 1, "opened", "offered", "accepted")
    await house.happen("i2", 2, "opened", "offered")
    return house


async def test_an_untouched_database_is_whole(house: House) -> None:
    await house.seal()
    assert await house.look() == ["whole: 2 cases with 5 entries, 1 seals"]


async def test_a_changed_entry_is_found(house: House) -> None:
    await tamper(house.store, "UPDATE timeline SET said = 'nothing' WHERE incident_id = 'i1' AND seq = 2")
    code, out, errors = await command(house.store, "verify", "--database")
    assert (code, errors) == (1, "")
    assert out.splitlines() == [
        "case 1 (i1): entry 2 was changed (noted: nothing)",
        "NOT whole, 1 damages: 2 cases with 5 entries, 0 seals",
    ]


async def test_a_tail_cut_off_is_found(house: House) -> None:
    await tamper(house.store, "DELETE FROM timeline WHERE incident_id = 'i1' AND seq = 3")
    assert (await house.look())[0] == "case 1 (i1): entry 3 is missing at the end"


async def test_a_tail_cut_off_is_found_by_the_seal_where_the_case_was_made_to_fit(house: House) -> None:
    await house.seal()
    shorter = "jsonb_set(jsonb_set(body, '{entries}', '2'), '{head}', to_jsonb(timeline.hash))"
    await tamper(
        house.store,
        "DELETE FROM timeline WHERE incident_id = 'i1' AND seq = 3",
        f"UPDATE incidents SET body = {shorter} FROM timeline WHERE incidents.incident_id = 'i1'"
        " AND timeline.incident_id = 'i1' AND timeline.seq = 2",
    )
    told = "case 1 (i1): the history was rewritten since seal 1: entry 3 is not the one that was sealed"
    assert (await house.look())[0] == told


async def rewrite(house: House) -> str:
    """Case i1 as if nobody had ever been asked, sealed anew from the first entry on; the new head."""
    previous = ""
    statements = []
    for one in await house.store.timeline_of(IncidentId("i1")):
        new = chain(
            incident_id=one.incident_id,
            seq=one.seq,
            at=one.at,
            what=one.what,
            actor=one.actor,
            said="nothing",
            data=one.data,
            previous=previous,
        )
        previous = new.hash
        statements.append(
            f"UPDATE timeline SET said = 'nothing', previous = '{new.previous}', hash = '{new.hash}'"
            f" WHERE incident_id = 'i1' AND seq = {one.seq}"
        )
    head = f"jsonb_set(body, '{{head}}', to_jsonb('{previous}'::text))"
    await tamper(house.store, *statements, f"UPDATE incidents SET body = {head} WHERE incident_id = 'i1'")
    return previous


async def test_a_case_rewritten_whole_before_it_was_sealed_is_not_found(house: House) -> None:
    await rewrite(house)
    assert (await house.look())[0].startswith("whole")  # by its own chain nobody could tell


async def test_a_case_rewritten_whole_after_it_was_sealed_is_found(house: House) -> None:
    await house.seal()
    await rewrite(house)
    assert (await house.look())[
        0
    ] == "case 1 (i1): the history was rewritten since seal 1: entry 3 is not the one that was sealed"


async def test_a_seal_made_to_fit_is_found_by_its_signature_or_by_the_log(house: House) -> None:
    seal = await house.seal()
    assert seal
    head = await rewrite(house)
    await tamper(house.store, f"UPDATE sealed_heads SET head = '{head}' WHERE incident_id = 'i1'")
    assert (await house.look())[0] == "seal 1 was changed, or one of the heads that it covers"
    assert len(await house.look(seal_1=seal.digest)) == 2
    assert (await house.look(seal_1="0" * 64, seal_2=seal.digest))[1:3] == [
        "seal 1 is not the one that was logged",
        "seal 2, which was logged, is missing",
    ]


async def test_a_case_that_is_gone_is_found(house: House) -> None:
    await house.seal()
    await tamper(
        house.store, "DELETE FROM timeline WHERE incident_id = 'i1'", "DELETE FROM incidents WHERE incident_id = 'i1'"
    )
    assert (await house.look())[0] == "case i1 was sealed and is gone"


async def test_a_seal_that_is_gone_is_found(house: House) -> None:
    entries = await house.happen("i3", 3, "opened")
    await house.seal()
    await house.happen("i3", 3, "closed", after=entries)
    await house.seal()
    await tamper(house.store, "DELETE FROM sealed_heads WHERE number = 1", "DELETE FROM seals WHERE number = 1")
    assert (await house.look())[0] == "seal 1 is missing"


async def test_each_hour_what_has_grown_is_sealed_and_nothing_twice(house: House) -> None:
    assert await house.seal()
    assert await house.seal() is None
    await house.happen("i3", 3, "opened")
    assert await house.sealing.seal_if_due()
    await house.happen("i4", 4, "opened")
    assert await house.sealing.seal_if_due() is None  # not before an hour has passed
    covered = await house.store.pool.fetch("SELECT number, incident_id FROM sealed_heads ORDER BY 1, 2")
    assert [tuple(row) for row in covered] == [(1, "i1"), (1, "i2"), (2, "i3")]


@pytest.mark.parametrize(
    "statement", ["DELETE FROM seals", "UPDATE sealed_heads SET entries = 9", "TRUNCATE seals CASCADE"]
)
async def test_without_being_a_superuser_seals_cannot_be_changed(house: House, statement: str) -> None:
    await house.seal()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="seals are append-only"):
        await house.store.pool.execute(statement)
