"""What the OpenAPI document allows, and what it does not, is sent: nothing of it may be answered by a fault of ours.

Schemathesis makes the requests from the published document alone, seeded, so that a find is found again. They go to the
real server and desk on a real database, as an operator, an administrator and a company, and name things that exist as
often as things that do not. `RESCUE_FUZZ_EXAMPLES` asks for more of each.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from rescue.api.application import ROUTES
from rescue.api.openapi import document
from tests.integration.centre import ANKANG, Centre, fresh_store, open_centre

EXAMPLES = int(os.environ.get("RESCUE_FUZZ_EXAMPLES", "2"))
WHO = ("operator", "admin", ANKANG.company_id)
CHECKS = [content_type_conformance, response_schema_conformance]
NOT_PROBED = frozenset({"/docs", "/api/v1/openapi.json"})
"""They take nothing and are always the same."""

fuzzing = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
async def centre(database_server: str) -> AsyncIterator[Centre]:
    async with fresh_store(database_server, "rescue_fuzzed") as store, open_centre(store) as opened:
        yield opened


@pytest.fixture(scope="module")
async def existing(centre: Centre) -> Mapping[str, str]:
    return await things(centre)


async def things(centre: Centre) -> Mapping[str, str]:
    """Something that exists for each name in a path's braces."""
    case = (await centre.report("100001", caller={"phone": "13812345678"})).body
    endpoint = await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook"})
    await centre.post(ANKANG.company_id, f"/webhooks/{endpoint.body['id']}/test")
    sent = await centre.get(ANKANG.company_id, f"/webhooks/{endpoint.body['id']}/deliveries")
    return {
        "incident_id": case["id"],
        "assignment_id": case["assignment"]["id"],
        "lift_id": "L1",
        "crew_id": "a2",
        "webhook_id": endpoint.body["id"],
        "delivery_id": sent.body["items"][0]["id"],
        "name": "status",
    }


def operations() -> Iterator[Any]:
    """Every operation that the document lists."""
    found: Any
    for found in schemathesis.openapi.from_dict(document(ROUTES)).get_all_operations():
        operation = found.ok()
        if operation.path not in NOT_PROBED:
            yield operation


def requests_of(operation: Any, existing: Mapping[str, str]) -> st.SearchStrategy[Any]:
    """Good ones and bad ones, about things that exist and things that do not."""
    named = {name: existing[name] for name in existing if f"{{{name}}}" in operation.path}
    return st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE, path_parameters=named or None),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, path_parameters=named or None),
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
    )


def probe(operation: Any, existing: Mapping[str, str], url: str, token: str) -> set[int]:
    """Send some requests; the statuses that came back. Fails with the request that found a fault of ours."""
    statuses: set[int] = set()

    @fuzzing
    @given(case=requests_of(operation, existing))
    def send(case: Any) -> None:
        response = case.call(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=10)
        statuses.add(response.status_code)
        assert response.status_code < 500, f"{case.as_curl_command()} was answered {response.text}"
        if response.status_code >= 400:
            [kind] = response.headers["content-type"]
            assert kind.startswith(("application/problem+json", "text/html")), case.as_curl_command()
        case.validate_response(response, checks=CHECKS)

    send()
    return statuses


@pytest.mark.parametrize("who", WHO)
async def test_whatever_the_document_allows_or_not_is_never_answered_by_a_fault_of_ours(
    centre: Centre, existing: Mapping[str, str], who: str
) -> None:
    statuses: set[int] = set()
    for operation in operations():
        statuses |= await asyncio.to_thread(probe, operation, existing, centre.url, centre.tokens[who])
    assert {200, 403, 404, 422} <= statuses, "it was let in, turned away, and understood"
