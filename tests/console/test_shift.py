"""One operator's shift ends and another's begins: case by case, seen by both."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.console.screen import fact, is_for_everybody, sit_down
from tests.integration.centre import Centre


async def test_the_cases_of_a_shift_that_ends_are_taken_over_one_by_one(centre: Centre, browser: Browser) -> None:
    first, played = await centre.open_case("100001"), await centre.open_case("100002")
    await centre.post("operator", f"/incidents/{played['id']}/false_alarm", {"reason": "a child played"})
    centre.clock.forward(30)
    second = await centre.open_case("100003")
    li, wang = await sit_down(browser, centre), await sit_down(browser, centre, "wang", language="zh-CN")
    await li.get_by_role("button", name="Start shift").click()
    await expect(li.get_by_role("button", name="Mute")).to_be_visible()
    # What is taken moves down, below what still waits for somebody.
    for key, case in (("j", first), ("k", second)):
        await li.keyboard.press(key)
        await expect(li.locator("#case-title")).to_contain_text(case["lift"]["rescue_code"])
        await li.keyboard.press("a")
        await expect(fact(li, "Handled by")).to_have_text("li")
    await li.keyboard.press("h")
    await expect(li.locator(".mine li")).to_have_count(2)
    await expect(li.locator(".shift .you")).to_contain_text("2")
    await li.get_by_label(f"For the next, of case {first['number']}").fill("the key is with the guard")
    await expect(li.locator(".shift table").last).to_contain_text("1 / 1")
    await is_for_everybody(li, "shift-ends")
    await li.get_by_role("button", name="End the shift, leave 2 cases").click()
    await expect(li.locator(".mine")).to_contain_text("You are not on shift")
    await wang.get_by_role("button", name="交接班 H").click()
    waiting = wang.locator(".waiting li")
    await expect(waiting).to_have_count(2)
    await expect(waiting.filter(has_text="100001")).to_contain_text("the key is with the guard")
    await wang.mouse.move(0, 0)
    await is_for_everybody(wang, "shift-begins")
    await waiting.filter(has_text="100001").get_by_role("button", name="接班").click()
    await expect(waiting).to_have_count(1)
    await expect(li.locator(".waiting li")).to_have_count(1)
    taken = (await centre.get("operator", f"/incidents/{first['id']}")).body
    left = (await centre.get("operator", f"/incidents/{second['id']}")).body
    assert (taken["claimed_by"], taken["left"]) == ("wang", None)
    assert (left["claimed_by"], left["left"]["by"]) == (None, "li")
