"""What the service holds for an operator: a deed until it is undone, a level, a case put aside."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, expect

from devices.faults import Fault
from tests.console.happenings import pass_time, raise_fault
from tests.console.screen import is_for_everybody, open_case, row_of, sit_down
from tests.integration.centre import Centre


async def timeline_of(centre: Centre, case: Any) -> list[str]:
    return [one["what"] for one in (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body["items"]]


async def test_a_dispatch_undone_by_key_within_its_hold_never_reaches_anybody(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001", people=2)
    asked = case["assignment"]["crew_id"]
    page = await sit_down(browser, centre)
    await open_case(page, case)
    await page.keyboard.press("d")
    await expect(page.locator(".send input")).to_be_focused()
    await page.keyboard.type("nearer by foot")
    await page.keyboard.press("Enter")
    await expect(page.locator(".case .deed-held")).to_contain_text("done in 8 s")
    await is_for_everybody(page, "held-dispatch")
    await page.keyboard.press("u")
    await expect(page.locator(".deed-news")).to_contain_text("undone")
    await expect(page.locator(".case .deed-held")).to_have_count(0)
    await pass_time(centre, 9)
    left = (await centre.get("operator", f"/incidents/{case['id']}")).body
    assert (left["attempts"], left["assignment"]["crew_id"]) == (1, asked)
    told = await timeline_of(centre, case)
    assert (told.count("offered"), "held" in told, "undone" in told) == (1, True, True)


async def test_a_deed_is_done_when_its_time_has_come_or_whoever_asked_reads_why_not(
    centre: Centre, browser: Browser
) -> None:
    done, dropped = await raise_fault(centre, "L2", Fault.DOOR_CLOSING), await centre.open_case("100001")
    page = await sit_down(browser, centre)
    for case, deed in ((dropped, "False alarm"), (done, "Close")):
        await open_case(page, case)
        await page.locator(".actions").get_by_role("button", name=deed).click()
        await page.locator(".deed [name=reason]").fill("the caretaker says so")
        await page.keyboard.press("Enter")
        await expect(page.locator(".case .deed-held")).to_contain_text(deed)
    await expect(page.locator(".deeds .deed-held")).to_contain_text("False alarm")
    await is_for_everybody(page, "held-elsewhere")
    await centre.post("operator", f"/incidents/{dropped['id']}/triage", {"people": 3, "injured": 1})
    await pass_time(centre, 9)
    await expect(page.locator(".deed-news.not")).to_contain_text("NOT DONE")
    await expect(page.locator(".deed-news").last).to_contain_text("done")
    await expect(row_of(page, done)).to_have_count(0)
    await expect(page.locator("#case-title")).to_contain_text("Closed")
    await expect(page.locator(".case .deed-held")).to_have_count(0)
    await is_for_everybody(page, "held-outcomes")
    assert (await centre.get("operator", f"/incidents/{dropped['id']}")).body["status"] == "dispatched"


async def test_a_level_is_kept_and_a_fault_put_aside_with_a_reason_until_they_come_back(
    centre: Centre, browser: Browser
) -> None:
    case, fault = await centre.open_case("100001"), await raise_fault(centre, "L2", Fault.DOOR_CLOSING)
    page = await sit_down(browser, centre)
    await open_case(page, case)
    await page.locator(".deadlines").get_by_role("button", name="Hold the level").click()
    await page.keyboard.type("the caretaker has the key")
    await page.keyboard.press("Enter")
    await expect(page.locator(".waits")).to_contain_text("Level kept until 12:05:0")
    await open_case(page, fault)
    await page.locator(".actions").get_by_role("button", name="Shelve").click()
    await page.locator("[name=until]").select_option("60")
    await page.locator(".deed [name=reason]").fill("part ordered")
    await page.keyboard.press("Enter")
    folded = page.locator("details.shelved")
    await expect(folded).to_contain_text("Shelved: 1")
    await page.mouse.move(0, 0)
    await expect(page.locator(".others [data-case]")).to_have_count(0)
    await folded.locator("summary").click()
    await expect(folded).to_contain_text("Shelved until 13:00:00 · li · part ordered")
    await is_for_everybody(page, "shelved")
    await pass_time(centre, 3601)
    await expect(page.locator(".others [data-case]")).to_have_count(1)
