"""The line to the service fails, and the operator is told: nothing is lost or done twice, nothing old looks new."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, WebSocketRoute, expect
from prometheus_client import CollectorRegistry

from devices.faults import Fault
from devices.fleet import Fleet
from devices.slot import Rules
from rescue.api.application import make_app
from rescue.shell.service import DeskService
from tests.console.happenings import pass_time, raise_fault
from tests.console.screen import (
    come_in,
    fact,
    is_for_everybody,
    log_in,
    open_case,
    open_page,
    row_of,
    sit_down,
    whole_queue,
)
from tests.integration.centre import NOON, PASSWORD, Centre, make_context

STALE_MS = 8_000
EPOCH = r'"epoch":"[^"]*"'


class Line:
    """The socket between a page and the service, in our hands."""

    def __init__(self) -> None:
        self.is_cut = False
        self.is_forgotten = False
        """Where the page was is unknown to the service, as after a new start of it."""
        self.build: str | None = None
        self._routes: list[WebSocketRoute] = []

    async def lay(self, page: Page) -> None:
        await page.route_web_socket("**/api/v1/live", self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        self._routes.append(route)
        server.on_message(lambda said: self._pass(route, said))
        route.on_message(lambda said: server.send(self._resume(str(said))))

    def _resume(self, said: str) -> str:
        return re.sub(EPOCH, '"epoch":"of old"', said) if self.is_forgotten else said

    def _pass(self, route: WebSocketRoute, said: Any) -> None:
        if self.is_cut:
            return
        if self.build is not None and '"type":"hello"' in said:
            said = said.replace('"build":"1"', f'"build":"{self.build}"')
        route.send(said)

    async def drop(self) -> None:
        for route in self._routes:
            with suppress(Exception):  # it may have been closed by the page
                await route.close(code=1001, reason="dropped")
        self._routes.clear()


async def sit_down_on(line: Line, browser: Browser, centre: Centre, name: str = "li") -> Page:
    page = await open_page(browser)
    await line.lay(page)
    await come_in(page, centre, name)
    await whole_queue(page)
    return page


async def test_without_a_heartbeat_the_screen_says_so_takes_no_command_and_then_lists_what_was_missed(
    centre: Centre, browser: Browser
) -> None:
    case = await centre.released_case("100002")
    line = Line()
    page = await sit_down_on(line, browser, centre)
    await open_case(page, case)
    button = page.locator(".actions > .buttons").get_by_role("button", name="Call back")
    await button.click()
    await page.locator(".deed [name=reason]").fill("typed while the line was down")
    line.is_cut = True
    chip = page.locator(".connection")
    await expect(chip).to_contain_text("no word for 3 s", timeout=STALE_MS)
    await expect(page.locator(".banner")).to_contain_text("Connection lost for 5 s", timeout=STALE_MS)
    await expect(button).to_be_disabled()
    await is_for_everybody(page, "connection-lost")
    new = await centre.open_case("100001")
    line.is_cut = False
    await line.drop()
    await expect(chip).to_have_text("Live", timeout=STALE_MS)
    await expect(page.locator(".missed")).to_contain_text(f"new case · #{new['number']}")
    await expect(button).to_be_enabled()
    await expect(page.locator(".deed [name=reason]")).to_have_value("typed while the line was down")
    await is_for_everybody(page, "connection-back")
    await page.locator(".missed").get_by_role("button", name="new case").click()
    await expect(page.locator("#case-title")).to_contain_text("100001")
    await page.get_by_role("button", name="Read").click()
    await expect(page.locator(".missed")).to_have_count(0)


@asynccontextmanager
async def a_life(centre: Centre, port: int = 0) -> AsyncIterator[Centre]:
    """The service from a start to its stop, at this place; it tells of events by an epoch of its own."""
    fleet = Fleet(Rules(trapped_after_s=30))
    desk = cast("DeskService", centre.context.desk)
    context = make_context(centre.store, desk, fleet, centre.clock, metrics=CollectorRegistry())
    looking = asyncio.create_task(context.live.run())
    runner = web.AppRunner(make_app(context), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True).start()
        yield replace(centre, context=context, url=f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()
        looking.cancel()
        await asyncio.wait([looking])


async def test_a_restarted_service_is_found_again_and_the_report_that_was_typed_is_sent_once(
    centre: Centre, browser: Browser
) -> None:
    case = await centre.open_case("100001")
    async with a_life(centre) as first:
        page = await sit_down(browser, first)
        await page.keyboard.type("100002", delay=20)
        await expect(page.locator(".found")).to_be_visible()
        await page.locator("[name=caller]").fill("Mrs Zhou")
    await expect(page.locator(".connection")).not_to_have_text("Live", timeout=STALE_MS)
    new = await centre.open_case("100004")
    async with a_life(centre, urlsplit(first.url).port or 0):
        await expect(page.locator(".connection")).to_have_text("Live", timeout=2 * STALE_MS)
        await expect(page.locator(".missed")).to_contain_text(f"new case · #{new['number']}")
        await expect(row_of(page, case)).to_be_visible()
        await expect(page.locator("[name=caller]")).to_have_value("Mrs Zhou")
        await page.get_by_role("button", name="Send the report").click()
        await expect(fact(page, "Caller")).to_have_text("Mrs Zhou")
    assert len((await centre.get("operator", "/incidents?status=open")).body["items"]) == 3


async def hold_a_close(page: Page, case: Any) -> None:
    """The deed is asked for, and can be undone for a while."""
    await open_case(page, case)
    await page.locator(".actions").get_by_role("button", name="Close").click()
    await page.locator(".deed [name=reason]").fill("door sill cleaned")
    await page.keyboard.press("Enter")
    await expect(page.locator(".case .deed-held")).to_be_visible()


@pytest.mark.parametrize("is_forgotten", [False, True], ids=["what was missed is replayed", "all is told anew"])
async def test_what_became_of_a_deed_while_the_line_was_down_is_told_when_it_is_back(
    centre: Centre, browser: Browser, is_forgotten: bool
) -> None:
    fault = await raise_fault(centre, "L2", Fault.DOOR_CLOSING)
    line = Line()
    page = await sit_down_on(line, browser, centre)
    await hold_a_close(page, fault)
    line.is_cut = True
    await pass_time(centre, 9)
    await expect(page.locator(".deed-news")).to_have_count(0)
    line.is_cut, line.is_forgotten = False, is_forgotten
    await line.drop()
    await expect(page.locator(".deed-news")).to_contain_text("Close · done", timeout=STALE_MS)


async def test_a_session_that_ends_in_mid_shift_is_gone_on_with_after_logging_in_again(
    centre: Centre, browser: Browser
) -> None:
    case = await centre.open_case("100001")
    page = await sit_down(browser, centre)
    await open_case(page, case)
    await page.keyboard.press("n")
    await page.keyboard.type("they can see light")
    await centre.context.accounts.change_password("li", PASSWORD, NOON)
    door = page.get_by_role("dialog")
    await expect(door).to_contain_text("Your session is over", timeout=STALE_MS)
    await expect(door.locator("[name=password]")).to_be_focused()
    await expect(row_of(page, case)).to_be_visible()
    await is_for_everybody(page, "session-over")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(door).to_have_count(0)
    note = page.locator(".deed [name=reason]")
    await expect(note).to_have_value("they can see light")
    await note.press("Enter")
    await expect(page.locator(".timeline li").first).to_contain_text("they can see light")


async def test_the_clock_of_the_pc_does_no_harm(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001")
    page = await open_page(browser, timezone_id="America/New_York")
    await page.add_init_script("const told = Date.now; Date.now = () => told() + 5 * 86400e3;")
    await log_in(page, centre)
    await whole_queue(page)
    await expect(row_of(page, case).locator(".due")).to_contain_text(re.compile("comfort (0:5|1:00)"))
    await expect(page.locator(".clock")).to_contain_text("2026-03-02 12:00:0")
    await open_case(page, case)
    await expect(page.locator(".stages time").first).to_have_text("12:00:00")


async def test_a_page_older_than_the_service_says_so_and_reloads_when_told(centre: Centre, browser: Browser) -> None:
    line = Line()
    page = await sit_down_on(line, browser, centre)
    await page.keyboard.type("1000", delay=20)
    line.build = "2"
    await line.drop()
    banner = page.locator(".banner")
    await expect(banner).to_contain_text("The console was updated", timeout=STALE_MS)
    await expect(banner).to_contain_text("A report is not sent yet")
    async with page.expect_navigation():
        await banner.get_by_role("button", name="Reload").click()
    await whole_queue(page)
    await expect(banner).to_have_count(0)


async def test_two_operators_on_one_case_see_who_was_quicker(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001")
    line = Line()
    li, wang = await sit_down(browser, centre, "li"), await sit_down_on(line, browser, centre, "wang")
    await open_case(li, case)
    await open_case(wang, case)
    await expect(li.locator(".at-work button")).to_contain_text("2 at work")
    await li.keyboard.press("a")
    await expect(fact(wang, "Handled by")).to_have_text("li")
    await expect(row_of(wang, case)).to_contain_text("li")
    await expect(wang.locator(".actions").get_by_role("button", name="Handle")).to_have_count(0)
    line.is_cut = True
    await centre.post("operator", f"/incidents/{case['id']}/triage", {"people": 4})
    await wang.keyboard.press("e")
    await wang.keyboard.press("Enter")
    await expect(wang.locator(".actions .refusal")).to_contain_text("operator (token) acted at 12:00:00")
    await is_for_everybody(wang, "conflict")
