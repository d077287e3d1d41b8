"""Phone numbers after the case is over: in no view of a company's or an onlooker's, and in nothing that is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rescue.housekeeping import Housekeeping, Keeping
from rescue.ports import Delivery
from rescue.store.attic import PostgresAttic
from tests.integration.centre import ANKANG, BEIHAI, OFFICERS_PHONE, Centre

CALLERS_PHONE = "13812345678"
WANGS_PHONE = "139 1234 5678"


async def add_endpoint(centre: Centre, company_id: str) -> Any:
    """An endpoint of this company."""
    return (await centre.post(company_id, "/webhooks", {"url": f"https://{company_id}.example/hook"})).body


async def due(centre: Centre) -> list[Delivery]:
    """What the outbox would send now."""
    return [one for one in await centre.store.due(centre.clock.now(), 100) if isinstance(one, Delivery)]


async def test_a_timeline_quotes_no_number_to_whoever_reads_none(centre: Centre) -> None:
    case = await centre.open_case("100001", caller={"name": "王女士", "phone": CALLERS_PHONE})
    note = f"her husband is at {WANGS_PHONE}, she at {CALLERS_PHONE}, the officer at {OFFICERS_PHONE}"
    await centre.post("operator", f"/incidents/{case['id']}/note", {"note": note})
    for who, shown in (("operator", True), ("auditor", False)):
        text = (await centre.get(who, f"/incidents/{case['id']}/timeline")).text
        for number in (CALLERS_PHONE, WANGS_PHONE, OFFICERS_PHONE):
            assert (number in text) is shown


async def test_news_sent_after_the_end_of_a_case_holds_no_number(centre: Centre) -> None:
    await add_endpoint(centre, ANKANG.company_id)
    case = await centre.open_case("100001")
    (offer,) = await due(centre)
    assert OFFICERS_PHONE in str(offer.body)
    await centre.post("operator", f"/incidents/{case['id']}/triage", {"people": 2})
    assert OFFICERS_PHONE in str([one.body for one in await due(centre)])
    await centre.post("operator", f"/incidents/{case['id']}/false_alarm", {"reason": "nobody inside"})
    late = await due(centre)
    assert {one.type for one in late} >= {"incident.updated", "incident.closed"}
    assert OFFICERS_PHONE not in str([one.body for one in late])


async def test_news_of_a_case_that_goes_on_is_for_those_it_concerns(centre: Centre) -> None:
    await add_endpoint(centre, BEIHAI.company_id)
    case = await centre.open_case("100001")
    chosen = await centre.post("operator", f"/incidents/{case['id']}/assign", {"crew_id": "b1", "reason": "near"})
    assert chosen.body["assignment"]["company_id"] == BEIHAI.company_id
    await centre.post("operator", f"/incidents/{case['id']}/triage", {"people": 2})
    (news,) = [one for one in await due(centre) if one.type == "incident.updated"]
    assert news.is_concerned
    await centre.post("operator", f"/incidents/{case['id']}/assign", {"crew_id": "a1", "reason": "has the key"})
    by_type = {one.type: one.is_concerned for one in await due(centre)}
    assert by_type["incident.updated"] is False, "another company goes"
    assert by_type["assignment.withdrawn"] is True, "that it need not come, it is told"


async def test_what_was_sent_is_rid_of_numbers_and_in_time_dropped(centre: Centre) -> None:
    await add_endpoint(centre, ANKANG.company_id)
    case = await centre.open_case("100001")
    attic = PostgresAttic(centre.store.url, centre.store.pool)
    house = Housekeeping(attic, centre.clock, Keeping(outbox_days=30), centre.context.webhooks.count_unreached)

    async def kept() -> str:
        return str([row["body"] for row in await centre.store.pool.fetch("SELECT body FROM outbox")])

    await house.tidy()
    assert OFFICERS_PHONE in await kept(), "the crew still needs it"
    assert house.companies_unreached == 1
    await centre.post(
        "operator", f"/incidents/{case['id']}/false_alarm", {"reason": "nobody inside"}, idempotency_key="k"
    )
    await house.tidy()
    assert OFFICERS_PHONE not in await kept()
    assert case["id"] in await kept()
    await centre.store.pool.execute("UPDATE outbox SET done_at = $1, outcome = 'carried'", centre.clock.now())
    centre.clock.forward(timedelta(days=30).total_seconds() + 1)
    await house.tidy()
    assert await kept() == "[]"
    assert await centre.store.pool.fetchval("SELECT count(*) FROM answers") == 0
