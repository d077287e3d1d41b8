"""A connection that stays open ends when whoever opened it may no longer be there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest

from rescue.accounts import ACCOUNTS, Role
from rescue.api import visits
from rescue.api.problems import Unavailable
from rescue.api.visits import Visits
from rescue.people.principals import Principal, PrincipalKind
from rescue.store.announcements import announcements
from tests.integration.centre import NOON, PASSWORD, Centre, HandClock

WITHIN_S = 10
WALL = Principal(kind=PrincipalKind.PROGRAM, name="wall (token)", role=Role.WALL)


@pytest.fixture
async def watched(li: Centre) -> AsyncIterator[Centre]:
    """The centre, asking about its open connections when an account changes."""
    heard = asyncio.Event()

    async def news() -> AsyncIterator[None]:
        async for _ in announcements(li.store.url, ACCOUNTS):
            heard.set()
            yield

    running = asyncio.create_task(li.context.visits.run(news()))
    async with asyncio.timeout(WITHIN_S):
        await heard.wait()
    yield li
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def change(centre: Centre, what: str) -> None:
    """Something happens to li, or to the token of the wall."""
    accounts = centre.context.accounts
    match what:
        case "disabled":
            await accounts.disable_user("li", NOON)
        case "another role":
            await accounts.change_role("li", Role.WALL, NOON)
        case "another password":
            await accounts.change_password("li", "battery staple", NOON)


@pytest.mark.parametrize("what", ["disabled", "another role", "another password"])
async def test_a_change_of_the_user_ends_their_open_connections_at_once_and_nobody_elses(
    watched: Centre, what: str
) -> None:
    accounts = watched.context.accounts
    await accounts.add_user("wang", Role.OPERATOR, PASSWORD, NOON)
    sessions = [await accounts.log_in(name, PASSWORD, NOON) for name in ("li", "wang")]

    def ask_who(secret: str) -> Any:
        return lambda now: accounts.principal_of_session(secret, now)

    with (
        watched.context.visits.enter(sessions[0].principal, ask_who(sessions[0].secret)) as lis,
        watched.context.visits.enter(sessions[1].principal, ask_who(sessions[1].secret)) as wangs,
    ):
        await change(watched, what)
        async with asyncio.timeout(WITHIN_S):
            await lis.ended.wait()
        assert not lis.is_good
        assert wangs.is_good
    assert len(watched.context.visits) == 0


async def test_a_revoked_token_ends_its_connection(watched: Centre) -> None:
    accounts = watched.context.accounts
    token = await accounts.add_token(Role.WALL, NOON, label="the big screen")
    token_id = next(one.token_id for one in await accounts.list_tokens() if one.label == "the big screen")
    with watched.context.visits.enter(WALL, lambda now: accounts.principal_of_token(token, now)) as visit:
        await accounts.revoke_token(token_id, NOON)
        async with asyncio.timeout(WITHIN_S):
            await visit.ended.wait()


async def test_a_visit_that_lapses_by_time_alone_is_found_out_too() -> None:
    clock = HandClock(NOON)
    open_ones = Visits(clock)

    async def until_one(now: datetime) -> Principal | None:
        return WALL if now == NOON else None

    with open_ones.enter(WALL, until_one) as visit:
        await open_ones.ask_again()
        assert visit.is_good
        clock.forward(1)
        await open_ones.ask_again()
        assert not visit.is_good


async def test_there_are_so_many_open_connections_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "VISITS", 1)
    open_ones = Visits(HandClock(NOON))

    async def wall(_now: datetime) -> Principal | None:
        return WALL

    with open_ones.enter(WALL, wall), pytest.raises(Unavailable), open_ones.enter(WALL, wall):
        pass
    with open_ones.enter(WALL, wall) as visit:
        assert visit.is_good
