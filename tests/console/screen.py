"""A screen of the console: opened, logged in at, looked at."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from tests.console.browsing import RULES_OF_COLOUR, keep_shot, overflow, violations
from tests.console.happenings import pass_time
from tests.integration.centre import PASSWORD, Centre

SMALLEST: Any = {"width": 1366, "height": 768}
WITHIN_MS = 10_000


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


async def come_in(page: Page, centre: Centre, name: str = "li") -> None:
    """By a session that was opened beforehand: the door itself is tested once."""
    said = {"username": name, "password": PASSWORD}
    opened = await page.context.request.post(f"{centre.url}/api/v1/session", data=said)
    assert opened.ok, await opened.text()
    await page.goto(centre.url)


async def sit_down(browser: Browser, centre: Centre, name: str = "li", **looks: Any) -> Page:
    """A new browser with somebody logged in, the whole queue before them."""
    page = await open_page(browser, **looks)
    await come_in(page, centre, name)
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


async def is_for_everybody(page: Page, name: str) -> None:
    """In either theme axe finds nothing wrong with what is shown and it fits; its pictures are kept."""
    before = await page.evaluate("document.documentElement.dataset.theme")
    for theme in ("light", "dark"):
        await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        # A theme is judged as it is, not on its way.
        await page.wait_for_function("() => document.getAnimations().every(one => one.effect.target.closest('.row'))")
        await keep_shot(page, f"{name}-{theme}")
        rules = RULES_OF_COLOUR if theme == "dark" else ()
        assert (name, theme, await violations(page, *rules)) == (name, theme, [])
        assert await overflow(page) <= 0, f"{name} {theme}"
    await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", before)
