"""A city's lifts on their way into the registry: all of them once, and the second time only what has changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dispatch.crews import Company, CompanyId, CompanyKind
from rescue.registry_files import read_lifts
from rescue.store.postgres import PostgresStore
from simulators.city import build_city
from simulators.registers import write_registers

WRITTEN = "SELECT lift_id, xmin::text AS by FROM lifts"
"""The transaction that wrote each row last."""


async def test_a_register_that_is_imported_again_writes_only_the_cards_that_changed(
    postgres_store: PostgresStore, tmp_path: Path
) -> None:
    city = build_city(lifts=300, seed=2)
    lifts = read_lifts(write_registers(city, tmp_path)["lifts"]).rows
    companies = {lift.company_id for lift in lifts if lift.company_id}
    await postgres_store.put_companies(
        [Company(company_id=CompanyId(one), name=one, phone="", kind=CompanyKind.CONTRACTOR) for one in companies]
    )
    await postgres_store.put_lifts(lifts)
    before = {row["lift_id"]: row["by"] for row in await postgres_store.pool.fetch(WRITTEN)}
    changed = [
        replace(lifts[0], floors=99),
        replace(lifts[1], rescue_code=lifts[2].rescue_code),
        replace(lifts[2], rescue_code=lifts[1].rescue_code),
        replace(lifts[3], attributes={**lifts[3].attributes, "colour": "green"}),
        replace(lifts[4], position=None),
    ]
    await postgres_store.put_lifts([*changed, *lifts[5:]])
    after = {row["lift_id"]: row["by"] for row in await postgres_store.pool.fetch(WRITTEN)}
    assert {lift_id for lift_id in after if after[lift_id] != before[lift_id]} == {lift.lift_id for lift in changed}
    found = await postgres_store.find_lifts([lift.lift_id for lift in lifts])
    assert all(found[lift.lift_id] == lift for lift in (*changed, *lifts[5:]))
