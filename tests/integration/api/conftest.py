"""The API as its users meet it: the real HTTP server and desk on the real database, asked over the network."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rescue.accounts import Role
from rescue.store.postgres import PostgresStore
from tests.integration.centre import NOON, PASSWORD, Centre, fresh_store, open_centre


@pytest.fixture(scope="session")
async def quiet(database_server: str) -> AsyncIterator[Centre]:
    """One centre for all questions that leave no trace."""
    async with fresh_store(database_server, "rescue_quiet") as store, open_centre(store) as opened:
        yield opened


@pytest.fixture
async def centre(postgres_store: PostgresStore) -> AsyncIterator[Centre]:
    """A centre of this test's own."""
    async with open_centre(postgres_store) as opened:
        yield opened


@pytest.fixture
async def li(centre: Centre) -> Centre:
    """The centre with an operator called li."""
    await centre.context.accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    return centre
