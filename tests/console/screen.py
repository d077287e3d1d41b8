"""A screen of the console: opened, logged in at, looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Error, Locator, Page, Request, expect

from tests.console.happenings import pass_time
from tests.integration.centre import PASSWORD, Centre

ROOT = Path(__file__).parent.parent.parent
SHOTS = ROOT / "test-output" / "console"
FLAGS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""As on a desktop without a graphics card: no WebGL."""
SMALLEST: Any = {"width": 1366, "height": 768}
WITHIN_MS = 10_000


class Watch:
    """What went on behind the page: complaints, and where it asked for something."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        page.on("console", self._hear)
        page.on("pageerror", self._note_error)
        page.on("request", self._note_request)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _note_error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _note_request(self, request: Request) -> None:
        self.asked.add(request.url)


async def keep_shot(page: Page, name: str) -> None:
    """A picture for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png")


async def open_page(
    browser: Browser, *, language: str = "en-GB", scheme: Any = "light", size: Any = SMALLEST, **more: Any
) -> Page:
    """A browser that nobody has used before."""
    context = await browser.new_context(viewport=size, locale=language, color_scheme=scheme, **more)
    context.set_default_timeout(WITHIN_MS)
    return await context.new_page()


async def log_in(page: Page, centre: Centre, name: str = "li", password: str = PASSWORD) -> None:
    """Come in by the door."""
    await page.goto(centre.url)
    await page.locator("[name=username]").fill(name)
    await page.locator("[name=password]").fill(password)
    await page.keyboard.press("Enter")


async def sit_down(browser: Browser, centre: Centre, name: str = "li", **looks: Any) -> Page:
    """A new browser with somebody logged in, the whole queue before them."""
    page = await open_page(browser, **looks)
    await log_in(page, centre, name)
    await whole_queue(page)
    return page


async def whole_queue(page: Page) -> None:
    """Every open case is on the screen."""
    await expect(page.locator(".rooms")).to_have_attribute("aria-busy", "false")


def row_of(page: Page, case: Any) -> Locator:
    """The row of a case in the queue."""
    return page.locator(f".queue [data-case='{case['id']}']")


async def open_case(page: Page, case: Any) -> None:
    """Click on a case's row; a click is not taken while rows have only just moved."""
    row = row_of(page, case)
    await row.click()
    while await row.get_attribute("aria-current") != "true":
        await row.click()
    await expect(page.locator(".case .timeline li").first).to_be_visible()


def fact(page: Page, word: str) -> Locator:
    """What stands beside this word among the facts of the case."""
    return page.locator(f".case .facts dt:text-is('{word}') + dd")


async def carry_out(page: Page, centre: Centre) -> None:
    """Nobody undoes the deed that is held in the case shown: its time comes."""
    await expect(page.locator(".case .deed-held")).to_be_visible()
    await pass_time(centre, 9)
