"""The page behind an offer's signed link: one button, and it acts."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from rescue.sending.links import sign
from tests.console.browsing import Watch, keep_shot
from tests.console.screen import open_page
from tests.integration.centre import LINK_KEY, NOON, SCRIPT, Centre


async def test_a_person_accepts_an_offer_by_its_link_and_one_button(centre: Centre, browser: Browser) -> None:
    asked = (await centre.open_case("100005", people=2))["assignment"]
    page = await open_page(browser, language="zh-CN")
    watch = Watch(page)
    expires_at = NOON.replace(minute=3)
    await page.goto(f"{centre.url}/respond/{sign(LINK_KEY, asked['id'], asked['attempt'], 'accept', expires_at)}")
    await expect(page.locator("dl")).to_contain_text(SCRIPT)
    await keep_shot(page, "respond")
    await page.get_by_role("button", name="接单").click()
    await expect(page.locator("h1")).to_contain_text("已接单")
    assert (await centre.get("operator", "/assignments")).body["items"][0]["status"] == "accepted"
    assert watch.complaints == []
