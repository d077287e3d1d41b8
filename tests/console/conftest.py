"""One browser for all tests of a worker, and a centre at work for each test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from rescue.accounts import Role
from rescue.store.postgres import PostgresStore
from tests.console.browsing import FLAGS
from tests.integration.centre import NOON, PASSWORD, Centre, open_centre


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "the console is tested in Chromium: tools/system-packages installs it"
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium, args=list(FLAGS), ignore_default_args=["--enable-unsafe-swiftshader"]
        )
        yield started
        await started.close()


@pytest.fixture
async def centre(postgres_store: PostgresStore, browser: Browser) -> AsyncIterator[Centre]:
    async with open_centre(postgres_store) as opened:
        for name, role in (("li", Role.OPERATOR), ("wang", Role.OPERATOR), ("zhao", Role.SUPERVISOR)):
            await opened.context.accounts.add_user(name, role, PASSWORD, NOON)
        yield opened
        # A page left open asks a centre that is gone for its news, for as long as the file is tested.
        for context in browser.contexts:
            await context.close()
