"""The console in Chinese: what the desk says is read in Chinese, but for names, codes and the words of people.

What the console knows in English only it marks as English: that is what these tests look for.
"""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Page, expect

from devices.faults import Fault
from tests.console.browsing import SHOTS, keep_shot
from tests.console.happenings import find_entrapment, pass_time, raise_fault
from tests.console.screen import open_case, sit_down
from tests.integration.centre import Centre

MINUTE_S = 60


async def english(page: Page, within: str) -> list[str]:
    """What is shown there and marked as English; what to say on the phone is shown in both languages."""
    marked = page.locator(f"{within} [lang=en]:not(blockquote, blockquote *)")
    return [text for text in await marked.all_inner_texts() if text]


async def live_through(centre: Centre) -> Any:
    """A case that the desk had much to say about."""
    await find_entrapment(centre, "L1")
    case = (await centre.get("operator", "/incidents")).body["items"][0]
    await pass_time(centre, 10)
    for minutes in (2, 3, 3, 5, 10, 20):
        await pass_time(centre, minutes * MINUTE_S)
    return case


async def test_a_case_with_a_long_history_is_read_in_chinese(centre: Centre, browser: Browser) -> None:
    case = await live_through(centre)
    page = await sit_down(browser, centre, language="zh-CN")
    await open_case(page, case)
    await keep_shot(page, "history-zh-CN")
    await page.locator(".timeline").screenshot(path=SHOTS / "timeline-zh-CN.png")
    assert await page.locator(".timeline li").count() > 10
    assert await page.locator(".evidence li").count() > 0
    assert await english(page, ".case") == []


async def test_who_may_go_and_who_may_not_is_read_in_chinese(centre: Centre, browser: Browser) -> None:
    await centre.open_case("100002")
    case = await centre.open_case("100001")
    page = await sit_down(browser, centre, language="zh-CN")
    await open_case(page, case)
    await page.keyboard.press("d")
    await expect(page.locator(".candidate, .unable").first).to_be_visible()
    await page.locator(".unable summary").click()
    await keep_shot(page, "candidates-history-zh-CN")
    assert await english(page, ".candidates") == []


async def test_a_fault_without_people_is_read_in_chinese(centre: Centre, browser: Browser) -> None:
    case = await raise_fault(centre, "L3", Fault.DOOR_OPEN_WHILE_RUNNING)
    page = await sit_down(browser, centre, language="zh-CN")
    await pass_time(centre, 60 * MINUTE_S)
    await open_case(page, case)
    await expect(page.locator(".timeline .said").last).to_have_text("故障：开门运行")
    assert await english(page, ".timeline") == []


async def test_what_the_desk_refuses_is_read_in_chinese(centre: Centre, browser: Browser) -> None:
    case = await centre.released_case("100002")
    await centre.post("operator", f"/incidents/{case['id']}/confirm_release")
    page = await sit_down(browser, centre, language="zh-CN")
    await open_case(page, case)
    await page.locator(".actions").get_by_role("button", name="结案").click()
    await page.locator(".deed").get_by_role("button", name="结案").click()
    await expect(page.locator(".actions .refusal")).to_have_text("原因未填报：请给出原因代码")
