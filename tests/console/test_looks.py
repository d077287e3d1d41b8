"""Every view in both languages and themes: axe finds nothing wrong with it, and its picture is kept for people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from devices.faults import Fault
from devices.messages import Confidence
from tests.console.browsing import RULES_OF_COLOUR, keep_shot, overflow, violations
from tests.console.happenings import (
    cut_power,
    find_entrapment,
    lose_link,
    miss_test,
    put_up_building,
    raise_fault,
)
from tests.console.screen import SMALLEST, open_case, open_page, sit_down
from tests.integration.centre import Centre

LARGEST: Any = {"width": 3840, "height": 2160}
ZOOMED: Any = {"width": 683, "height": 384}
"""What is left of the smallest screen at 200 %."""
View = Callable[[Page], Awaitable[None]]


async def show_case(page: Page) -> None:
    await page.keyboard.press("Escape")
    await expect(page.locator(".case .timeline li").first).to_be_visible()


async def show_crews(page: Page) -> None:
    await page.keyboard.press("w")
    await expect(page.locator(".crews li").first).to_be_visible()


async def show_map(page: Page) -> None:
    await page.keyboard.press("m")
    await expect(page.locator(".city-map-levels")).to_be_visible()


async def show_intake(page: Page) -> None:
    await page.keyboard.press("Escape")
    await page.keyboard.type("100003", delay=20)
    await expect(page.locator(".found")).to_be_visible()


async def show_candidates(page: Page) -> None:
    await page.get_by_role("button", name="Discard").or_(page.get_by_role("button", name="放弃")).click()
    await page.keyboard.press("d")
    await expect(page.locator(".candidate").first).to_be_visible()


async def show_triage(page: Page) -> None:
    await page.keyboard.press("Escape")
    await page.locator(".actions > .buttons button").nth(4).click()
    await expect(page.locator(".deed")).to_be_visible()


async def show_help(page: Page) -> None:
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.locator("dialog.help")).to_be_visible()


VIEWS: tuple[tuple[str, View], ...] = (
    ("case", show_case),
    ("crews", show_crews),
    ("map", show_map),
    ("intake", show_intake),
    ("candidates", show_candidates),
    ("triage", show_triage),
    ("help", show_help),
)


async def furnish(centre: Centre) -> Any:
    """A little of everything; the case to look at."""
    await centre.released_case("100002")
    case = await centre.open_case("100001", people=2, injured=0, vulnerable=["elderly", "pregnant"])
    await centre.post("operator", f"/incidents/{case['id']}/note", {"note": "a woman speaks for them, calm"})
    await cut_power(centre)
    await find_entrapment(centre, "P2", Confidence.POSSIBLE)
    await raise_fault(centre, "L3", Fault.DOOR_OPEN_WHILE_RUNNING)
    await lose_link(centre, "L4")
    await miss_test(centre, "L5")
    return case


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
async def test_every_view_is_for_everybody_and_fits_the_smallest_screen(
    centre: Centre, browser: Browser, language: str
) -> None:
    case = await furnish(centre)
    page = await sit_down(browser, centre, language=language)
    await open_case(page, case)
    for scheme in ("light", "dark"):
        for name, show in VIEWS:
            await show(page)
            await keep_shot(page, f"{name}-{scheme}-{language}")
            rules = RULES_OF_COLOUR if scheme == "dark" else ()
            assert (name, scheme, await violations(page, *rules)) == (name, scheme, [])
            assert await overflow(page) <= 0
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        await page.locator(".switches button").nth(0).click()
        # A theme is judged as it is, not on its way.
        await page.wait_for_function("() => document.getAnimations().every(one => one.effect.target.closest('.row'))")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_door_and_a_quiet_queue_are_for_everybody(centre: Centre, browser: Browser, scheme: str) -> None:
    page = await open_page(browser, scheme=scheme, language="zh-CN")
    await page.goto(centre.url)
    await page.locator("[name=username]").wait_for()
    await keep_shot(page, f"door-{scheme}")
    assert await violations(page) == []
    page = await sit_down(browser, centre, scheme=scheme, language="zh-CN")
    await keep_shot(page, f"quiet-{scheme}")
    assert await violations(page) == []


@pytest.mark.parametrize(("name", "size"), [("4k", LARGEST), ("zoomed", ZOOMED)])
async def test_the_largest_screen_shows_the_map_beside_the_case_and_the_smallest_scrolls(
    centre: Centre, browser: Browser, name: str, size: Any
) -> None:
    case = await furnish(centre)
    page = await sit_down(browser, centre, size=size)
    await open_case(page, case)
    await expect(page.locator(".rooms > .map-room")).to_have_count(1 if size is LARGEST else 0)
    await keep_shot(page, f"desk-{name}")
    assert await overflow(page) <= 0


async def test_a_flood_of_three_hundred_stays_a_list_of_buildings(centre: Centre, browser: Browser) -> None:
    buildings = [await put_up_building(centre, f"B{chr(65 + number)}", 25) for number in range(12)]
    await asyncio.gather(
        *(find_entrapment(centre, first) for first, *_ in buildings),
        *(raise_fault(centre, one, Fault.DOOR_CLOSING) for _, *rest in buildings for one in rest),
    )
    page = await sit_down(browser, centre, size=SMALLEST, language="zh-CN")
    await expect(page.locator(".group")).to_have_count(12)
    await keep_shot(page, "flood-300")
    await page.get_by_role("button", name="不分组").click()
    await expect(page.locator(".queue .pinned .row")).to_have_count(12)
    await keep_shot(page, "flood-300-rows")
