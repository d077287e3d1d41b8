"""Who asks too often, says too much or speaks too slowly is refused with a reason, and nobody else suffers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest

from rescue.api.limits import Limiter, Rates
from tests.integration.api.asking import demand_problem
from tests.integration.centre import ANKANG, Centre, serve

TIGHT = Rates(reads_per_s=1, changes_per_s=1, address_factor=2)
AT_ONCE = 10


async def test_endless_lists_stand_before_no_call_and_no_answer(centre: Centre) -> None:
    context = replace(centre.context, limiter=Limiter(TIGHT))
    async with serve(context, centre.store, centre.clock) as busy:
        busy.tokens = centre.tokens
        statuses = [(await busy.get("operator", "/incidents")).status for _ in range(AT_ONCE)]
        assert statuses == [200] * AT_ONCE
        refused = await busy.get("operator", "/incidents")
        demand_problem(refused, 429)
        case = await busy.open_case("100001")
        answered = await busy.post(ANKANG.company_id, f"/assignments/{case['assignment']['id']}/accept", {"attempt": 1})
        assert answered.status == 200
        assert (await busy.get("wall", "/incidents")).status == 200, "nobody else is kept waiting"
        centre.clock.forward(int(refused.headers["Retry-After"]))
        assert (await busy.get("operator", "/incidents")).status == 200


async def test_an_address_has_its_share_whoever_asks_from_it(centre: Centre) -> None:
    context = replace(centre.context, limiter=Limiter(TIGHT))
    async with serve(context, centre.store, centre.clock) as busy:
        statuses = [(await busy.get("nobody", "/incidents")).status for _ in range(2 * AT_ONCE + 1)]
        assert statuses == [401] * (2 * AT_ONCE) + [429]
        for path in ("/livez", "/readyz", "/metrics"):
            assert (await busy.ask("nobody", "GET", path)).status == 200


@pytest.mark.parametrize(("believed", "last"), [((), 429), ((ip_network("127.0.0.0/8"),), 401)])
async def test_whom_a_proxy_speaks_for_is_believed_only_of_our_own(centre: Centre, believed: tuple, last: int) -> None:  # type: ignore[type-arg]
    context = replace(centre.context, limiter=Limiter(TIGHT), proxies=believed)
    async with serve(context, centre.store, centre.clock) as busy:
        for number in range(2 * AT_ONCE + 1):
            headers = {"X-Forwarded-For": f"198.51.100.{number}"}
            answer = await busy.ask("nobody", "GET", "/api/v1/incidents", headers=headers)
        demand_problem(answer, last)


async def speak(centre: Centre, said: bytes) -> bytes:
    """What is answered to these bytes, until the connection ends."""
    at = urlsplit(centre.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        writer.write(said)
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


def beginning(centre: Centre, length: int) -> bytes:
    """The head of an intake that announces a body, and its first byte."""
    return (
        "POST /api/v1/incidents HTTP/1.1\r\nHost: rescue.example\r\n"
        f"Authorization: Bearer {centre.tokens['operator']}\r\nContent-Length: {length}\r\n\r\n{{"
    ).encode()


async def test_a_body_that_does_not_come_is_not_waited_for(centre: Centre) -> None:
    async with serve(replace(centre.context, body_within_s=0.1), centre.store, centre.clock) as hasty:
        hasty.tokens = centre.tokens
        async with asyncio.timeout(5):
            answered = await first_answer(hasty)
    assert answered.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answered
    assert b"did not come within 0.1 s" in answered
    assert (await centre.get("operator", "/incidents")).body["items"] == []


async def first_answer(centre: Centre) -> bytes:
    at = urlsplit(centre.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        writer.write(beginning(centre, 100))
        head = await reader.readuntil(b"\r\n\r\n")
        return head + await reader.readuntil(b"}")
    finally:
        writer.close()


async def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(quiet: Centre) -> None:
    at = urlsplit(quiet.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        writer.write(beginning(quiet, 100_000_000) + b" " * 70_000)
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()
    assert head.startswith(b"HTTP/1.1 413 ")


async def test_what_is_no_http_is_refused_and_harms_nobody(quiet: Centre) -> None:
    assert (await speak(quiet, b"\x16\x03\x01 hello\r\n\r\n")).startswith(b"HTTP/1.0 400 ")
    assert (await quiet.get("operator", "/incidents")).status == 200
