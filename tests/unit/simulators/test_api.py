from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from simulators.api import Api
from simulators.errors import RefusedError, StaleError, UnreachableError
from tests.unit.simulators.stand_in import StandIn, stand_in


@asynccontextmanager
async def service_and_api(*fails: int, tries: int = 3) -> AsyncIterator[tuple[StandIn, Api]]:
    async with stand_in() as service, aiohttp.ClientSession() as session:
        service.fails = list(fails)
        yield service, Api(session, service.url, "token", try_again_after_s=[0.0] * (tries - 1))


async def test_a_change_is_tried_again_under_the_same_key_until_the_service_is_back() -> None:
    async with service_and_api(503, 429) as (service, api):
        await api.post("/incidents", {"rescue_code": "123456"})
        assert len(service.keys) == 3
        assert len(set(service.keys)) == 1
        assert service.told == [("/incidents", {"rescue_code": "123456"})]


async def test_the_next_try_comes_when_the_service_says() -> None:
    async with service_and_api(503) as (service, api):
        service.retry_after = "1"
        asked_at = time.monotonic()
        await api.post("/incidents", {})
        assert time.monotonic() - asked_at >= 1
        assert len(service.keys) == 2


@pytest.mark.parametrize("retry_after", ["", "-5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"])
async def test_a_pause_that_cannot_be_read_is_our_own(retry_after: str) -> None:
    async with service_and_api(503, 429) as (service, api):
        service.retry_after = retry_after
        await api.post("/incidents", {})
        assert len(service.keys) == 3


async def test_two_changes_have_two_keys() -> None:
    async with service_and_api() as (service, api):
        await api.post("/incidents", {})
        await api.post("/incidents", {})
        assert len(set(service.keys)) == 2


async def test_tries_have_a_limit() -> None:
    async with service_and_api(*[500] * 9) as (service, api):
        with pytest.raises(UnreachableError, match="POST /incidents"):
            await api.post("/incidents", {})
        assert len(service.keys) == 3


@pytest.mark.parametrize(("status", "error"), [(409, StaleError), (404, RefusedError), (422, RefusedError)])
async def test_a_refusal_is_not_asked_again(status: int, error: type[Exception]) -> None:
    async with service_and_api(status) as (service, api):
        with pytest.raises(error, match=str(status)):
            await api.post("/incidents", {})
        assert len(service.keys) == 1


async def test_nobody_at_the_address_is_said_to_be_unreachable() -> None:
    async with aiohttp.ClientSession() as session:
        api = Api(session, "http://127.0.0.1:1", "token", try_again_after_s=[])
        with pytest.raises(UnreachableError):
            await api.get("/incidents")
