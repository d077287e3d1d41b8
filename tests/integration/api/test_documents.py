"""What the service says of itself: health, figures, OpenAPI, schemas, headers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from rescue.api.application import HEADERS, ROUTES
from rescue.api.openapi import document
from rescue.ports import Quarantined
from rescue.watch.health import Health
from tests.integration.api.asking import demand_problem
from tests.integration.centre import (
    ANKANG,
    NOON,
    Centre,
    serve,
)


async def test_the_service_says_whether_it_lives_is_ready_and_how_much_it_does(centre: Centre) -> None:
    assert (await centre.ask("nobody", "GET", "/livez")).text == "alive\n"
    assert (await centre.ask("nobody", "GET", "/readyz")).body == {"ready": True, "reasons": []}
    metrics = (await centre.ask("nobody", "GET", "/metrics")).text
    assert "# TYPE rescue_inputs_total counter\nrescue_inputs_total 0.0\n" in metrics
    assert "# TYPE rescue_open_incidents gauge\nrescue_open_incidents 0.0\n" in metrics
    context = replace(centre.context, health=lambda: Health(ready=False, reasons=["the broker is away"]))
    async with serve(context, centre.store, centre.clock) as waiting:
        answer = await waiting.ask("nobody", "GET", "/readyz")
        assert (answer.status, answer.body) == (503, {"ready": False, "reasons": ["the broker is away"]})


async def test_the_figures_count_what_was_opened_since(centre: Centre) -> None:
    await centre.released_case("100001")
    await centre.open_case("100002")
    figures = (await centre.get("wall", "/figures?since=2026-03-02T04:00:00Z")).body
    assert figures["opened"] == 2
    assert figures["by_status"] == {"released": 1, "dispatched": 1}
    assert (figures["arrivals"], figures["mean_arrival_s"]) == (1, 0)
    assert (figures["lifts"], figures["lifts_online"]) == (5, 0)
    assert (await centre.get("wall", "/figures?since=2026-03-02T04:00:01Z")).body["opened"] == 0


async def test_messages_that_nobody_could_use_are_listed_newest_first(centre: Centre) -> None:
    rows = [Quarantined(at=NOON, topic=f"lifts/{n}", reason="bad", payload=b"\xff\x00<", size=3) for n in range(3)]
    await centre.store.quarantine(rows, keep=100)
    first = await centre.get("auditor", "/quarantine?limit=2")
    assert [item["topic"] for item in first.body["items"]] == ["lifts/2", "lifts/1"]
    assert first.body["items"][0]["payload"] == "\ufffd\x00<"
    rest = await centre.get("auditor", f"/quarantine?limit=2&cursor={first.body['next']}")
    assert [item["topic"] for item in rest.body["items"]] == ["lifts/0"]


async def test_the_openapi_document_is_sound_and_lists_every_route(quiet: Centre) -> None:
    published = (await quiet.ask("nobody", "GET", "/api/v1/openapi.json")).body
    validate(published)
    listed = {(method.upper(), path) for path, methods in published["paths"].items() for method in methods}
    assert listed == {(route.method, route.path) for route in ROUTES}
    operations = [operation for methods in published["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] for operation in operations)


async def test_what_is_answered_is_what_the_document_says(centre: Centre) -> None:
    case = await centre.released_case("100001")
    await centre.open_case("100002", caller={"name": "Wang"})
    await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://a.example"})
    published = document(ROUTES)
    for route in [route for route in ROUTES if route.method == "GET" and route.path.startswith("/api/v1/")]:
        path = route.path.format(
            incident_id=case["id"], lift_id="L1", webhook_id="none", shift_id="none", name="status"
        )
        query = "?since=2026-03-01T00:00:00Z" if path.endswith("figures") else ""
        answer = await centre.ask("admin", "GET", path + query)
        responses = published["paths"][route.path]["get"]["responses"]
        content = responses.get(str(answer.status), responses["default"])["content"]
        shape = {**content[answer.content_type]["schema"], "components": published["components"]}
        if answer.content_type != "application/json" or ("openapi" not in path and "schemas" not in path):
            Draft202012Validator(shape).validate(answer.body)


@pytest.mark.parametrize("name", ["status", "alarm", "fault", "test", "link", "position"])
async def test_the_schema_of_each_payload_is_published(quiet: Centre, name: str) -> None:
    Draft202012Validator.check_schema((await quiet.ask("nobody", "GET", f"/api/v1/schemas/{name}")).body)


async def test_our_words_in_bacnets_numbers_are_published(quiet: Centre) -> None:
    mapping = (await quiet.ask("nobody", "GET", "/api/v1/schemas/bacnet-lift")).body
    assert mapping["tables"]["Fault_Signals"]["door_opening"] == 7
    assert mapping["tables"]["Car_Mode"]["inspection"] == 8
    assert mapping["without_number"]["Fault_Signals"]["unintended_movement"]
    assert mapping["source"]


async def test_a_schema_that_is_not_there_names_those_that_are(quiet: Centre) -> None:
    problem = demand_problem(await quiet.ask("nobody", "GET", "/api/v1/schemas/nothing"), 404)
    assert "status, alarm, fault, test, link, position, bacnet-lift" in problem["detail"]


@pytest.mark.parametrize("path", ["/", "/docs", "/static/page.css", "/livez", "/nowhere", "/api/v1/incidents"])
async def test_every_answer_carries_the_headers_that_keep_others_out(quiet: Centre, path: str) -> None:
    answer = await quiet.ask("nobody", "GET", path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")


async def test_a_file_whose_name_changes_with_its_content_is_kept_for_ever(quiet: Centre) -> None:
    page = (await quiet.ask("nobody", "GET", "/")).text
    for path in re.findall(r"/static/assets/[^\"]+", page):
        assert "immutable" in (await quiet.ask("nobody", "GET", path)).headers["Cache-Control"]


async def test_no_page_mentions_another_host(quiet: Centre) -> None:
    for path in ("/", "/wall", "/crew", "/docs", "/static/page.css"):
        text = (await quiet.ask("nobody", "GET", path)).text
        assert "http://" not in text.replace(quiet.url, "")
        assert "https://" not in text
