"""Everything an operator does, with the keyboard alone."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.console.screen import carry_out, fact, row_of, sit_down
from tests.integration.centre import Centre


async def test_a_report_is_taken_by_typing_the_plate_anywhere(centre: Centre, browser: Browser) -> None:
    page = await sit_down(browser, centre)
    await page.keyboard.type("100004", delay=20)
    await expect(page.locator(".found .where")).to_contain_text("花园路 100004 号 3")
    await expect(page.locator(".found")).to_contain_text("A new case will be opened")
    await page.keyboard.press("Tab")
    await page.keyboard.type("3")
    for _ in range(2):
        await page.keyboard.press("Tab")
    await page.keyboard.type("Mrs Zhou")
    await page.keyboard.press("Tab")
    await page.keyboard.type("13800138000")
    await page.keyboard.press("Enter")
    await expect(fact(page, "Caller")).to_have_text("Mrs Zhou 13800138000")
    await expect(page.locator(".case .stay")).to_contain_text("3 inside")
    case = (await centre.get("operator", "/incidents?status=open")).body["items"][0]
    assert (case["people"], case["caller"]["name"], case["lift"]["rescue_code"]) == (3, "Mrs Zhou", "100004")


async def test_a_second_report_of_a_lift_is_told_to_join_its_case(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001")
    page = await sit_down(browser, centre)
    await page.keyboard.type("100001", delay=20)
    await expect(page.locator(".found .warn")).to_contain_text(f"Case #{case['number']} of this lift is open")
    await page.locator("[name=caller]").fill("her neighbour")
    await page.keyboard.press("Enter")
    await expect(page.locator(".timeline li").first).to_contain_text("reported again")
    assert len((await centre.get("operator", "/incidents?status=open")).body["items"]) == 1


async def test_a_lift_is_found_by_a_part_of_its_address(centre: Centre, browser: Browser) -> None:
    page = await sit_down(browser, centre)
    await page.get_by_role("button", name="Take a report").press("Enter")
    await page.keyboard.type("花园路")
    await expect(page.locator(".suggestions li")).to_have_count(4)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".found .where")).to_contain_text("100001")
    await page.locator("[name=rescue_code]").fill("999999")
    await expect(page.locator(".intake .refusal").first).to_have_text("No such lift")


async def test_a_case_is_worked_from_the_queue_to_the_close_without_a_mouse(centre: Centre, browser: Browser) -> None:
    first, second = await centre.open_case("100001"), await centre.open_case("100002")
    page = await sit_down(browser, centre)
    for key, case in (("j", first), ("j", second), ("k", first)):
        await page.keyboard.press(key)
        await expect(row_of(page, case)).to_have_attribute("aria-current", "true")
    await expect(page.locator("#case-title")).to_contain_text("100001")
    await page.keyboard.press("a")
    await expect(fact(page, "Handled by")).to_have_text("li")
    await expect(row_of(page, first)).to_contain_text("li (you)")
    await page.keyboard.press("c")
    await expect(fact(page, "Last spoken to")).to_be_visible()
    await page.keyboard.press("n")
    await page.keyboard.type("jade doors, east lobby")
    await page.keyboard.press("Enter")
    await expect(page.locator(".timeline li").first).to_contain_text("jade doors, east lobby")
    await expect(row_of(page, first)).to_have_attribute("aria-current", "true")
    await page.keyboard.press("d")
    await expect(page.locator(".send input")).to_be_focused()
    await page.keyboard.type("nearer by foot")
    await page.keyboard.press("Enter")
    await carry_out(page, centre)
    await expect(fact(page, "Crew")).to_contain_text("a3 asked")
    await expect(page.locator(".candidates")).to_have_count(0)
    await page.keyboard.press("e")
    await page.keyboard.press("Enter")
    await expect(fact(page, "Level")).to_contain_text("L2")


async def test_the_recommended_crew_goes_with_two_keys_when_nobody_was_asked(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001")
    for crew_id in ("a1", "a2", "a3"):
        await centre.ask("operator", "PATCH", f"/api/v1/crews/{crew_id}", {"on_duty": False})
    asked = case["assignment"]
    await centre.post("ankang", f"/assignments/{asked['id']}/decline", {"attempt": asked["attempt"]})
    await centre.ask("operator", "PATCH", "/api/v1/crews/a2", {"on_duty": True})
    page = await sit_down(browser, centre)
    await page.keyboard.press("j")
    await expect(page.locator(".timeline li").first).to_be_visible()
    now_asked = (await centre.get("operator", f"/incidents/{case['id']}")).body["assignment"]
    await page.keyboard.press("d")
    await expect(page.locator(".candidates")).to_be_visible()
    if now_asked is None:
        await expect(page.locator(".send button")).to_be_focused()
        await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.locator(".candidates")).to_have_count(0)


async def test_help_lists_the_keys_and_every_key_is_a_button_too(centre: Centre, browser: Browser) -> None:
    await centre.open_case("100001")
    page = await sit_down(browser, centre)
    await page.keyboard.press("?")
    await expect(page.locator("dialog.help dt")).to_have_count(15)
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog.help")).to_have_count(0)
    await page.keyboard.press("j")
    for name in ("Handle", "Dispatch", "Escalate", "Note", "Spoke to passengers"):
        await expect(page.locator(".case").get_by_role("button", name=name)).to_be_visible()
    for key, pane in (("w", ".crews"), ("m", ".map-room"), ("m", ".case")):
        await page.keyboard.press(key)
        await expect(page.locator(pane)).to_be_visible()
