"""The companies' endpoints and the log of what was sent there."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rescue.ports import Carried, Delivery
from tests.integration.api.asking import demand_problem
from tests.integration.centre import (
    ANKANG,
    BEIHAI,
    Centre,
    serve,
)


async def test_a_company_looks_after_its_endpoint(centre: Centre) -> None:
    made = await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook", "types": ["*"]})
    assert made.status == 201
    assert made.body["secret"].startswith("whsec_")
    path = f"/api/v1/webhooks/{made.body['id']}"
    shown = await centre.ask(ANKANG.company_id, "GET", path)
    assert shown.body == {key: value for key, value in made.body.items() if key != "secret"}
    changed = await centre.ask(ANKANG.company_id, "PATCH", path, {"enabled": False, "types": ["incident.closed"]})
    assert (changed.body["enabled"], changed.body["types"]) == (False, ["incident.closed"])
    assert changed.body["url"] == "https://ankang.example/hook"
    assert (await centre.get(ANKANG.company_id, "/webhooks")).body["items"] == [changed.body]
    assert (await centre.ask(ANKANG.company_id, "DELETE", path)).status == 204
    demand_problem(await centre.ask(ANKANG.company_id, "GET", path), 404)


async def test_what_is_sent_to_an_endpoint_is_listed_with_how_it_fared(centre: Centre) -> None:
    made = (await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook"})).body
    case = await centre.open_case("100001")
    tested = await centre.post(ANKANG.company_id, f"/webhooks/{made['id']}/test")
    assert tested.status == 202
    sent = (await centre.get(ANKANG.company_id, f"/webhooks/{made['id']}/deliveries")).body["items"]
    assert [(one["type"], one["tries"], one["outcome"]) for one in sent] == [
        ("endpoint.test", 0, None),
        ("assignment.offered", 0, None),
    ]
    assert sent[0]["webhook_id"] == tested.body["webhook_id"]
    assert sent[1]["assignment_id"] == case["assignment"]["id"]
    (due,) = [one for one in await centre.store.due(centre.clock.now(), 10) if one.key == sent[0]["webhook_id"]]
    assert due.tries == 0


async def test_another_companys_endpoint_does_not_exist(centre: Centre) -> None:
    made = (await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook"})).body
    path = f"/api/v1/webhooks/{made['id']}"
    tries: list[tuple[str, str]] = [
        ("GET", path),
        ("PATCH", path),
        ("DELETE", path),
        ("POST", f"{path}/test"),
        ("GET", f"{path}/deliveries"),
    ]
    for method, where in tries:
        demand_problem(await centre.ask(BEIHAI.company_id, method, where, {}), 404)
    assert (await centre.get(BEIHAI.company_id, "/webhooks")).body["items"] == []
    assert (await centre.get("admin", "/webhooks")).ids == [made["id"]]
    for_another = {"url": "https://beihai.example", "company_id": ANKANG.company_id}
    demand_problem(await centre.post(BEIHAI.company_id, "/webhooks", for_another), 404)


async def test_an_administrator_says_for_which_company(centre: Centre) -> None:
    url = "https://ankang.example/hook"
    demand_problem(await centre.post("admin", "/webhooks", {"url": url}), 422)
    demand_problem(await centre.post("admin", "/webhooks", {"url": url, "company_id": "nobody"}), 422)
    made = await centre.post("admin", "/webhooks", {"url": url, "company_id": ANKANG.company_id})
    assert made.body["company_id"] == ANKANG.company_id


@pytest.mark.parametrize(
    "url", ["ftp://x.example", "https://127.0.0.1/", "https://[::1]/", "http://x.example", "x", ""]
)
async def test_an_endpoint_that_we_would_not_call_is_refused_at_once(quiet: Centre, url: str) -> None:
    problem = demand_problem(await quiet.post(ANKANG.company_id, "/webhooks", {"url": url}), 422)
    assert problem["errors"][0]["loc"] == ["body", "url"]


async def test_private_addresses_are_taken_where_the_centre_allows_them(centre: Centre) -> None:
    context = replace(centre.context, allow_private_webhooks=True)
    async with serve(context, centre.store, centre.clock) as lenient:
        lenient.tokens = centre.tokens
        made = await lenient.post(ANKANG.company_id, "/webhooks", {"url": "http://127.0.0.1:9/"})
        assert made.status == 201


async def test_a_company_has_ten_endpoints_and_no_more(centre: Centre) -> None:
    statuses = [
        (await centre.post(ANKANG.company_id, "/webhooks", {"url": f"https://a.example/{number}"})).status
        for number in range(11)
    ]
    assert statuses == [201] * 10 + [409]


async def test_while_a_secret_is_changed_both_sign_and_afterwards_the_new_one_alone(centre: Centre) -> None:
    made = (await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook"})).body
    path = f"/webhooks/{made['id']}"
    rotated = await centre.post(ANKANG.company_id, f"{path}/rotate", {"old_for_s": 3600})
    assert rotated.status == 200
    new = rotated.body["secret"]
    assert new not in {made["secret"], ""}
    assert rotated.body["old_secret_until"] == "2026-03-02T05:00:00Z"
    assert new not in (await centre.get(ANKANG.company_id, path)).text
    await centre.open_case("100001")
    assert await secrets_used(centre) == (new, made["secret"])
    centre.clock.forward(3600)
    assert await secrets_used(centre) == (new,)
    newest = (await centre.post(ANKANG.company_id, f"{path}/rotate")).body["secret"]
    assert await secrets_used(centre) == (newest, new), "never more than two"
    leaked = (await centre.post(ANKANG.company_id, f"{path}/rotate", {"old_for_s": 0})).body["secret"]
    assert await secrets_used(centre) == (leaked,)
    demand_problem(await centre.post(BEIHAI.company_id, f"{path}/rotate"), 404)
    demand_problem(await centre.post(ANKANG.company_id, f"{path}/rotate", {"old_for_s": 10**9}), 422)


async def secrets_used(centre: Centre) -> tuple[str, ...]:
    """What the oldest webhook that is due is signed with."""
    due = [one for one in await centre.store.due(centre.clock.now(), 10) if isinstance(one, Delivery)]
    return due[0].secrets


async def test_a_webhook_is_sent_again_under_its_id_if_its_company_asks(centre: Centre) -> None:
    made = (await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook"})).body
    tested = await centre.post(ANKANG.company_id, f"/webhooks/{made['id']}/test")
    (sent,) = (await centre.get(ANKANG.company_id, f"/webhooks/{made['id']}/deliveries")).body["items"]
    given_up = Carried(
        outbox_id=int(sent["id"]), at=centre.clock.now(), done=False, due_at=None, status=500, error="HTTP 500"
    )
    await centre.store.carried([given_up])
    centre.clock.forward(86_400)
    demand_problem(await centre.post(BEIHAI.company_id, f"/deliveries/{sent['id']}/replay"), 404)
    again = await centre.post(ANKANG.company_id, f"/deliveries/{sent['id']}/replay")
    assert (again.status, again.body["outcome"], again.body["tries"]) == (202, None, 0)
    (due,) = await centre.store.due(centre.clock.now(), 10)
    assert (due.key, due.tries) == (tested.body["webhook_id"], 0)
    assert due.expires_at > centre.clock.now()


async def test_an_offer_that_no_longer_stands_is_not_sent_again(centre: Centre) -> None:
    made = (await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook"})).body
    asked = (await centre.open_case("100001"))["assignment"]
    (sent,) = (await centre.get(ANKANG.company_id, f"/webhooks/{made['id']}/deliveries")).body["items"]
    assert (await centre.post(ANKANG.company_id, f"/deliveries/{sent['id']}/replay")).status == 202
    await centre.post(ANKANG.company_id, f"/assignments/{asked['id']}/accept", {"attempt": 1})
    refused = await centre.post(ANKANG.company_id, f"/deliveries/{sent['id']}/replay")
    assert "no longer stands" in demand_problem(refused, 409)["detail"]


@pytest.mark.parametrize("name", ["0", "-1", "x", "9" * 30, "\u0661"])
async def test_a_delivery_that_never_was_is_not_sent(quiet: Centre, name: str) -> None:
    demand_problem(await quiet.post("admin", f"/deliveries/{name}/replay"), 404)


async def test_companies_that_no_machine_of_theirs_listens_for_are_seen(centre: Centre) -> None:
    made = (await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook"})).body
    await centre.ask(ANKANG.company_id, "PATCH", f"/api/v1/webhooks/{made['id']}", {"enabled": False})
    listed = (await centre.get("operator", "/companies")).body["items"]
    counts = [(company["company_id"], company["endpoints"], company["enabled_endpoints"]) for company in listed]
    assert counts == [(ANKANG.company_id, 1, 0), (BEIHAI.company_id, 0, 0)]
    assert await centre.context.webhooks.count_unreached() == 2
    own = (await centre.get(BEIHAI.company_id, "/companies")).body["items"]
    assert [company["company_id"] for company in own] == [BEIHAI.company_id]
    first = (await centre.get("operator", "/companies?limit=1")).body
    rest = (await centre.get("operator", f"/companies?limit=1&cursor={first['next']}")).body
    assert (rest["items"][0]["company_id"], rest["next"]) == (BEIHAI.company_id, None)


async def test_every_webhook_about_a_case_says_at_which_version_it_was(centre: Centre) -> None:
    await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook"})
    case = await centre.released_case("100001")
    await centre.post("operator", f"/incidents/{case['id']}/confirm_release")
    await centre.post("operator", f"/incidents/{case['id']}/close", {"cause_code": "101"})
    bodies = [json.loads(row["body"]) for row in await centre.store.pool.fetch(EVERY_BODY)]
    versions = [body["data"]["incident"]["version"] for body in bodies]
    assert len(versions) >= 4
    assert versions == sorted(versions), "queued in the order in which it was decided"


EVERY_BODY = "SELECT body FROM outbox WHERE endpoint_id IS NOT NULL ORDER BY outbox_id"
