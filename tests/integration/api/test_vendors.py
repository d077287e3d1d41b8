"""A vendor reads the lifts that bear its devices, what they say, and what of it nobody could use; and nothing else."""

from __future__ import annotations

from rescue.ports import Quarantined
from tests.integration.api.asking import demand_problem
from tests.integration.centre import ANKANG, NOON, OFFICERS_PHONE, VENDOR, Centre


async def test_a_vendor_sees_the_lifts_that_name_it_and_no_other(quiet: Centre) -> None:
    assert (await quiet.get(VENDOR, "/lifts")).ids == ["L4"]
    assert (await quiet.get(VENDOR, "/lifts/L4")).body["rescue_code"] == "100004"
    assert (await quiet.get(VENDOR, "/lifts/L4/telemetry")).status == 200
    demand_problem(await quiet.get(VENDOR, "/lifts/L1"), 404)
    demand_problem(await quiet.get(VENDOR, "/lifts/L1/telemetry"), 404)


async def test_a_vendor_reads_nobodys_phone_number_and_no_case(quiet: Centre) -> None:
    assert OFFICERS_PHONE not in (await quiet.get(VENDOR, "/lifts")).text
    for path in ("/incidents", "/assignments", "/crews", "/companies", "/webhooks", "/audit"):
        demand_problem(await quiet.get(VENDOR, path), 403)


async def test_a_vendor_is_told_which_messages_of_its_lifts_nobody_could_use(centre: Centre) -> None:
    rows = [
        Quarantined(at=NOON, topic=f"lifts/v1/410105/{lift}/status", reason="bad", payload=b"{", size=1)
        for lift in ("L1", "L4", "L4", "L9")
    ]
    await centre.store.quarantine(rows, keep=100)
    first = await centre.get(VENDOR, "/quarantine?limit=1")
    rest = await centre.get(VENDOR, f"/quarantine?limit=1&cursor={first.body['next']}")
    topics = [item["topic"] for item in (*first.body["items"], *rest.body["items"])]
    assert topics == ["lifts/v1/410105/L4/status"] * 2
    assert rest.body["next"] is None
    assert len((await centre.get("auditor", "/quarantine")).body["items"]) == 4
    demand_problem(await centre.get(ANKANG.company_id, "/quarantine"), 403)


async def test_who_a_vendor_is_can_be_asked(quiet: Centre) -> None:
    who = (await quiet.get(VENDOR, "/session")).body
    assert (who["kind"], who["vendor_id"], who["company_id"], who["role"]) == ("program", VENDOR, None, None)
