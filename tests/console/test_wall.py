"""The big screen in a real browser, on the real service: what is true now, the 30-minute rule, and no person."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from rescue.accounts import Role
from tests.console.browsing import Watch, keep_shot, overflow, somebody, violations
from tests.integration.centre import NOON, OFFICERS_PHONE, PASSWORD, SCRIPT, Centre

FULL_HD: Any = {"width": 1920, "height": 1080}
FOUR_K: Any = {"width": 3840, "height": 2160}
SMALLEST_AT_4K_PX = 24


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with somebody(browser, language="en-GB", screen=FULL_HD) as context:
        yield await context.new_page()


async def show(page: Page, centre: Centre) -> None:
    """Open the wall by a link with the wall's token."""
    await page.goto(f"{centre.url}/wall#{centre.tokens[Role.WALL]}")
    await expect(page.locator(".chip")).to_have_text(re.compile("Live|实时"))


def tile(page: Page, place: int) -> Any:
    return page.locator(".tile .value").nth(place)


async def busy_day(centre: Centre) -> Any:
    """One case over, one with a crew on the way, one that nobody has accepted."""
    await centre.released_case("100002")
    case = await centre.open_case(
        "100001", people=2, vulnerable=["medical"], caller={"name": "Wang", "phone": "13812345678"}
    )
    for said in ("accept", "en_route"):
        asked = case["assignment"]
        await centre.post(asked["company_id"], f"/assignments/{asked['id']}/{said}", {"attempt": asked["attempt"]})
    centre.clock.forward(600)
    return await centre.open_case("100003")


async def test_the_wall_shows_open_cases_and_the_days_figures(centre: Centre, page: Page) -> None:
    waiting = await busy_day(centre)
    watch = Watch(page)
    await show(page, centre)
    await expect(tile(page, 0)).to_have_text("2")
    await expect(tile(page, 1)).to_have_text("1")
    await expect(tile(page, 2)).to_have_text("3")
    await expect(tile(page, 3)).to_have_text("100%")
    await expect(tile(page, 4)).to_have_text("0.0")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(3)
    await expect(rows.nth(0)).to_contain_text("100001")
    await expect(rows.nth(0)).to_contain_text("安康电梯")
    await expect(rows.nth(0)).to_contain_text(re.compile("(20:00|19:5.) left"))
    await expect(page.locator(f"[data-case='{waiting['id']}']")).to_have_class("waits")
    opened = await centre.open_case("100004")
    await expect(page.locator(f"[data-case='{opened['id']}']")).to_be_visible()
    await expect(tile(page, 0)).to_have_text("3")
    assert watch.complaints == []
    assert {url.startswith((centre.url, "data:", centre.url.replace("http", "ws"))) for url in watch.asked} == {True}


async def test_nothing_about_people_reaches_the_wall(centre: Centre, page: Page) -> None:
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    await busy_day(centre)
    await show(page, centre)
    await expect(page.locator("tbody tr")).to_have_count(3)
    said = "\n".join(heard) + await page.content()
    assert "wall_snapshot" in said
    for secret in ("Wang", "13812345678", OFFICERS_PHONE, "13900001111", "medical", "crew a1"):
        assert secret not in said


async def test_a_wall_that_hears_nothing_says_so_and_comes_back_by_itself(centre: Centre, page: Page) -> None:
    await busy_day(centre)
    await show(page, centre)
    await page.context.set_offline(True)
    await centre.context.live.close()
    await expect(page.get_by_role("alert")).to_contain_text("Connection lost", timeout=15_000)
    await keep_shot(page, "wall-stale-en-light")
    await page.context.set_offline(False)
    await expect(page.locator(".chip")).to_have_text("Live", timeout=15_000)
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_wall_loads_itself_anew_after_an_error(centre: Centre, page: Page) -> None:
    await show(page, centre)
    async with page.expect_event("load"):
        await page.evaluate("setTimeout(() => { throw new Error('planted') })")
    await expect(page.locator(".chip")).to_have_text("Live")


async def test_a_wall_is_signed_in_by_its_account_and_nobody_elses(centre: Centre, page: Page) -> None:
    accounts = centre.context.accounts
    await accounts.add_user("hall", Role.WALL, PASSWORD, NOON)
    await page.goto(f"{centre.url}/wall")
    await enter(page, "li", PASSWORD)
    await expect(page.get_by_role("alert")).to_contain_text("not for the big screen")
    await enter(page, "hall", "wrong horse")
    await expect(page.get_by_role("alert")).to_have_text("the name or the password is wrong")
    await enter(page, "hall", PASSWORD)
    await expect(page.locator(".chip")).to_have_text("Live")


async def enter(page: Page, name: str, password: str) -> None:
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()


async def test_what_an_address_holds_is_shown_and_never_executed(centre: Centre, page: Page) -> None:
    await centre.open_case("100005")
    await show(page, centre)
    await expect(page.locator("tbody tr")).to_contain_text(SCRIPT)
    assert await page.locator("img[src=x]").count() == 0
    assert "executed" not in await page.title()


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
async def test_the_wall_is_sound_to_axe_and_nothing_is_too_small_at_4k(
    centre: Centre, browser: Browser, language: str
) -> None:
    await busy_day(centre)
    async with somebody(browser, language=language, screen=FOUR_K) as context:
        page = await context.new_page()
        await show(page, centre)
        await expect(page.locator("tbody tr")).to_have_count(3)
        await expect(tile(page, 2)).to_have_text("3")
        assert await smallest_text_px(page) >= SMALLEST_AT_4K_PX
        for scheme in ("light", "dark"):
            await keep_shot(page, f"wall-4k-{language[:2]}-{scheme}")
            await page.set_viewport_size(FULL_HD)
            assert (scheme, await violations(page)) == (scheme, [])
            assert await overflow(page) <= 0
            await keep_shot(page, f"wall-{language[:2]}-{scheme}")
            await page.set_viewport_size(FOUR_K)
            await page.get_by_role("button", name=re.compile("Dark|Light|深色|浅色")).click()


async def smallest_text_px(page: Page) -> float:
    """Of all text that is shown, outside of the map's own pixels."""
    return float(
        await page.evaluate(
            """() => Math.min(...[...document.querySelectorAll('body *')]
              .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
              .filter((one) => one.checkVisibility())
              .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
        )
    )
