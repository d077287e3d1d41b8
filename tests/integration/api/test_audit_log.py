"""Who saw whose phone number, and who came in, is written down for auditors, and can be changed by nobody."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import pytest

from rescue.people.audit_log import Act, AuditLog
from rescue.people.principals import Principal, PrincipalKind, Role
from rescue.ports import StoreUnavailable
from rescue.store.audit_log import PostgresAuditLog
from tests.integration.api.asking import demand_problem, log_in
from tests.integration.centre import ANKANG, NOON, OFFICERS_PHONE, Centre, HandClock

OPERATOR = Principal(kind=PrincipalKind.PERSON, name="li", role=Role.OPERATOR, address="10.0.0.1")


async def written(centre: Centre, query: str = "") -> list[Any]:
    """What an auditor reads, oldest first, without the readings and without the tokens that the tests were given."""
    await centre.context.audit.write()
    found = (await centre.get("auditor", f"/audit?limit=200{query}")).body["items"]
    return [record for record in reversed(found) if record["action"] not in {"audit_read", "token_added"}]


async def test_a_look_at_a_number_is_written_down_once_in_ten_minutes(centre: Centre) -> None:
    case = await centre.open_case("100001", caller={"name": "王女士", "phone": "13812345678"})
    for _ in range(3):
        await centre.get("supervisor", f"/incidents/{case['id']}")
        await centre.get("supervisor", "/incidents")
    records = await written(centre, "&action=viewed")
    seen = [(record["actor"]["name"], record["subject"]) for record in records]
    assert seen == [(f"{who} (token)", f"incident:{case['id']}") for who in ("operator", "supervisor")]
    assert {record["address"] for record in records} == {"127.0.0.1"}
    centre.clock.forward(601)
    await centre.get("supervisor", f"/incidents/{case['id']}")
    assert len(await written(centre, "&action=viewed")) == 3


async def test_who_is_shown_no_number_leaves_no_record(centre: Centre) -> None:
    case = await centre.open_case("100001", caller={"name": "王女士", "phone": "13812345678"})
    for who in ("auditor", "wall"):
        await centre.get(who, f"/incidents/{case['id']}")
        await centre.get(who, "/lifts")
    assert {record["actor"]["name"] for record in await written(centre, "&action=viewed")} == {"operator (token)"}


async def test_a_company_that_reads_the_safety_officers_number_is_written_down(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await centre.get(ANKANG.company_id, f"/incidents/{case['id']}")
    await centre.get(ANKANG.company_id, "/lifts/L1")
    await centre.get(ANKANG.company_id, "/lifts")
    records = await written(centre, f"&actor={ANKANG.company_id}")
    assert [record["subject"] for record in records] == [f"incident:{case['id']}", "lift:L1", "lifts:L1…L5"]
    assert records[-1]["data"] == {"lifts": 3}
    assert OFFICERS_PHONE not in str(records), "the log itself holds no number"


async def test_coming_in_failing_to_and_leaving_are_written_down(li: Centre) -> None:
    await log_in(li, "wrong horse")
    await log_in(li)
    await li.ask("nobody", "DELETE", "/api/v1/session")
    acts = [(record["action"], record["actor"]["name"]) for record in await written(li)]
    assert acts == [("user_added", ""), *((act, "li") for act in ("log_in_failed", "logged_in", "logged_out"))]


async def test_only_auditors_read_the_log_and_that_is_written_down_too(centre: Centre) -> None:
    for who in ("operator", "supervisor", "admin", "wall", ANKANG.company_id):
        demand_problem(await centre.get(who, "/audit"), 403)
    await centre.get("auditor", "/audit?actor=li")
    newest = (await centre.get("auditor", "/audit?action=audit_read&limit=2")).body["items"]
    assert [record["subject"] for record in newest] == ["audit:action=audit_read&limit=2", "audit:actor=li"]


async def test_the_log_is_read_a_page_at_a_time_and_each_record_seals_the_one_before(centre: Centre) -> None:
    first = (await centre.get("auditor", "/audit?limit=2")).body
    rest = (await centre.get("auditor", f"/audit?limit=2&cursor={first['next']}")).body
    records = [*first["items"], *rest["items"]]
    assert [record["id"] for record in records] == list(range(records[0]["id"], records[0]["id"] - 4, -1))
    for newer, older in pairwise(records):
        assert newer["previous"] == older["hash"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor_name = 'somebody else'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
    ],
)
async def test_what_is_written_cannot_be_rewritten(centre: Centre, statement: str) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await centre.store.pool.execute(statement)


async def test_tampering_behind_our_back_is_found(centre: Centre) -> None:
    log, pool = PostgresAuditLog(centre.store.url, centre.store.pool), centre.store.pool
    assert await log.find_break() is None
    await pool.execute("ALTER TABLE audit_log DISABLE TRIGGER ALL")
    await pool.execute("UPDATE audit_log SET actor_name = 'somebody else' WHERE record_id = 3")
    assert await log.find_break() == 3
    await pool.execute("DELETE FROM audit_log WHERE record_id = 3")
    assert await log.find_break() == 4


async def test_records_older_than_half_a_year_may_go_and_what_is_left_is_whole(centre: Centre) -> None:
    log, pool = PostgresAuditLog(centre.store.url, centre.store.pool), centre.store.pool
    clock = HandClock(NOON + timedelta(days=184))
    later = AuditLog(log, clock)
    await later.demand(Act.EXPORTED, OPERATOR, "report:kpi")
    await pool.execute("DELETE FROM audit_log WHERE at < $1", clock.now() - timedelta(days=183))
    assert [record["subject"] for record in await written(centre)] == ["report:kpi"]
    assert await log.find_break() is None


class Absent:
    """A database that does not answer."""

    async def append_notes(self, notes: Any) -> None:
        raise StoreUnavailable("connection lost")


async def test_without_its_record_nothing_leaves_the_house_and_a_look_waits_to_be_written() -> None:
    log = AuditLog(Absent(), HandClock(NOON))
    with pytest.raises(StoreUnavailable):
        await log.demand(Act.EXPORTED, OPERATOR, "report:kpi")
    log.view(OPERATOR, "incident:i1")
    with pytest.raises(StoreUnavailable):
        await log.write()
    assert (log.waiting, log.counts.written) == (1, 0)
