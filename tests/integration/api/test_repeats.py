"""A request sent again with its key is answered alike and done once."""

from __future__ import annotations

import asyncio

from tests.integration.api.asking import demand_problem
from tests.integration.centre import (
    ANKANG,
    Centre,
)


async def test_a_request_sent_again_with_its_key_is_answered_alike_and_done_once(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}/note"
    first = await centre.post("operator", path, {"note": "once"}, idempotency_key="k1")
    centre.clock.forward(3600)
    second = await centre.post("operator", path, {"note": "once"}, idempotency_key="k1")
    assert (first.status, first.text, first.content_type) == (second.status, second.text, second.content_type)
    timeline = (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body["items"]
    assert [entry["said"] for entry in timeline].count("once") == 1


async def test_a_request_sent_again_before_the_first_is_answered_waits_for_that_answer(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}/note"
    asked = [centre.post("operator", path, {"note": "once"}, idempotency_key="k1") for _ in range(4)]
    answers = await asyncio.gather(*asked)
    assert {(answer.status, answer.text) for answer in answers} == {(200, answers[0].text)}
    timeline = (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body["items"]
    assert [entry["said"] for entry in timeline].count("once") == 1


async def test_a_key_used_for_something_else_is_refused(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}"
    await centre.post("operator", f"{path}/note", {"note": "one"}, idempotency_key="k1")
    demand_problem(await centre.post("operator", f"{path}/note", {"note": "two"}, idempotency_key="k1"), 422)
    demand_problem(await centre.post("operator", f"{path}/claim", {}, idempotency_key="k1"), 422)
    demand_problem(await centre.post("operator", f"{path}/claim", {}, idempotency_key="k" * 256), 422)


async def test_a_key_belongs_to_whoever_sent_it_and_lasts_a_day(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}/claim"
    first = await centre.post("operator", path, {}, idempotency_key="k1")
    other = await centre.post("supervisor", path, {}, idempotency_key="k1")
    assert (first.body["claimed_by"], other.body["claimed_by"]) == ("operator (token)", "supervisor (token)")
    centre.clock.forward(86_400)
    anew = await centre.post("operator", path, {"reason": "another day"}, idempotency_key="k1")
    assert anew.body["claimed_by"] == "operator (token)"


async def test_a_refusal_is_answered_alike_too(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}/close"
    first = await centre.post("operator", path, {"cause_code": "101"}, idempotency_key="k1")
    second = await centre.post("operator", path, {"cause_code": "101"}, idempotency_key="k1")
    demand_problem(second, 409)
    assert first.text == second.text


async def test_a_deletion_is_answered_alike_too(centre: Centre) -> None:
    made = (await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://a.example"})).body
    key, path = {"Idempotency-Key": "k1"}, f"/api/v1/webhooks/{made['id']}"
    answers = [await centre.ask(ANKANG.company_id, "DELETE", path, headers=key) for _ in range(2)]
    assert [(answer.status, answer.text) for answer in answers] == [(204, ""), (204, "")]
