"""One case in a real browser: what is known of it, and what can be done to it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from devices.faults import Fault
from dispatch.crews import CrewId
from rescue.desk.inputs import PlanImproved
from rescue.timeline import MACHINE
from tests.console.browsing import Watch
from tests.console.happenings import put_up_building, raise_fault
from tests.console.screen import carry_out, fact, is_for_everybody, open_case, open_page, row_of, sit_down
from tests.integration.centre import NOON, Centre


async def status_of(centre: Centre, case: dict[str, str]) -> str:
    return str((await centre.get("operator", f"/incidents/{case['id']}")).body["status"])


async def test_an_operator_calls_back_and_closes_a_case(centre: Centre, browser: Browser) -> None:
    case = await centre.released_case("100002")
    page = await sit_down(browser, centre)
    watch = Watch(page)
    await open_case(page, case)
    await expect(page.locator(".stages [aria-current=step]")).to_contain_text("Released")
    await page.locator(".actions").get_by_role("button", name="Handle").click()
    await expect(fact(page, "Handled by")).to_have_text("li")
    await page.locator(".actions").get_by_role("button", name="Call back").click()
    await page.get_by_label("People who came out").fill("2")
    await page.locator(".deed").get_by_role("button", name="Call back").click()
    await page.locator(".actions").get_by_role("button", name="Close").click()
    await page.get_by_label("Cause code").select_option("301")
    await page.locator(".deed").get_by_role("button", name="Close").click()
    await carry_out(page, centre)
    await expect(page.locator("#case-title")).to_contain_text("Closed")
    await expect(row_of(page, case)).to_have_count(0)
    closed = (await centre.get("operator", f"/incidents/{case['id']}")).body
    assert (closed["status"], closed["cause_code"], closed["claimed_by"]) == ("closed", "301", "li")
    assert closed["people_released"] == 2
    assert watch.complaints == []


async def test_what_the_desk_refuses_is_said_with_its_reason(centre: Centre, browser: Browser) -> None:
    case = await centre.released_case("100002")
    await centre.post("operator", f"/incidents/{case['id']}/confirm_release")
    page = await sit_down(browser, centre)
    await open_case(page, case)
    await page.locator(".actions").get_by_role("button", name="Close").click()
    await page.locator(".deed").get_by_role("button", name="Close").click()
    await expect(page.locator(".actions .refusal")).to_contain_text("the cause is not filed yet")


async def test_a_case_without_people_is_closed_with_a_reason_and_needs_no_call_back(
    centre: Centre, browser: Browser
) -> None:
    fault = await raise_fault(centre, "L2", Fault.DOOR_CLOSING)
    page = await sit_down(browser, centre)
    await open_case(page, fault)
    await expect(page.locator(".stages li")).to_have_count(2)
    await expect(page.get_by_role("button", name="Call back")).to_have_count(0)
    await page.locator(".actions").get_by_role("button", name="Close").click()
    close, reason = page.locator(".deed").get_by_role("button", name="Close"), page.locator(".deed [name=reason]")
    await close.click()
    assert await reason.evaluate("one => one.validity.valueMissing")
    await reason.fill("door sill cleaned")
    await close.click()
    await carry_out(page, centre)
    await expect(row_of(page, fault)).to_have_count(0)
    assert await status_of(centre, fault) == "closed"
    await expect(page.locator(".timeline li").first).to_contain_text("door sill cleaned")


@pytest.mark.parametrize(
    ("language", "number", "say", "done"),
    [
        ("en-GB", "Call now: fire brigade 119", "People are trapped in a lift", "Call made"),
        ("zh-CN", "请立即拨打：消防救援 119", "电梯困人", "已通话"),
    ],
)
async def test_whoever_must_call_the_fire_brigade_reads_what_to_say_and_tells_whom_was_spoken_to(
    centre: Centre, browser: Browser, language: str, number: str, say: str, done: str
) -> None:
    case = await centre.open_case("100001", people=2, vulnerable=["medical"])
    later = await centre.open_case("100004", injured=1)
    page = await sit_down(browser, centre, language=language)
    await expect(row_of(page, case)).to_contain_text("☎ 119")
    await open_case(page, case)
    box = page.locator(".handover")
    await expect(box.locator("h3")).to_have_text(number)
    await expect(box.locator("blockquote")).to_have_count(2)
    await expect(box.locator("blockquote").first).to_contain_text(say)
    await expect(box.locator("blockquote").first).to_contain_text("100001")
    await is_for_everybody(page, f"hand-over-{language}")
    call_made, spoke_to = box.get_by_role("button", name=done), box.locator("[name=spoke_to]")
    await call_made.click()
    assert await spoke_to.evaluate("one => one.validity.valueMissing")
    await spoke_to.fill("officer Wang")
    await call_made.click()
    await expect(page.locator(".called")).to_contain_text("officer Wang")
    await expect(box).to_have_count(0)
    told = (await centre.get("operator", f"/incidents/{case['id']}")).body["handover"]
    assert (told["waits"], told["confirmed_by"], told["spoke_to"]) == (False, "li", "officer Wang")
    await open_case(page, later)
    await expect(box).to_be_visible()


async def test_an_operator_who_made_no_call_says_why(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001", vulnerable=["medical"])
    page = await sit_down(browser, centre)
    await open_case(page, case)
    await page.locator(".handover [name=reason]").fill("they are here already")
    await page.get_by_role("button", name="Call made").click()
    await expect(page.locator(".called")).to_contain_text("they are here already")


async def test_an_operator_who_has_spoken_to_the_passengers_says_so_and_has_time_until_the_next(
    centre: Centre, browser: Browser
) -> None:
    case = await centre.open_case("100001", people=2)
    page = await sit_down(browser, centre)
    await open_case(page, case)
    await expect(page.locator(".comfort")).to_contain_text(re.compile("Speak to them within (0:5|1:00)"))
    await expect(page.locator(".comfort")).to_contain_text("We are calling the crew")
    await page.get_by_role("button", name="Spoke to passengers").click()
    await expect(fact(page, "Last spoken to")).to_have_text("12:00:00")
    await expect(page.locator(".timeline li.person").first).to_contain_text("spoke to passengers")
    await expect(page.locator(".timeline li.person").first).to_contain_text("operator li")
    await expect(row_of(page, case).locator(".due")).to_contain_text("accept")


async def test_a_cause_is_chosen_from_the_list_by_group_and_news_does_not_wipe_out_what_is_typed(
    centre: Centre, browser: Browser
) -> None:
    case = await centre.released_case("100002")
    await centre.post("operator", f"/incidents/{case['id']}/confirm_release")
    page = await sit_down(browser, centre, language="zh-CN")
    await open_case(page, case)
    await page.locator(".actions").get_by_role("button", name="结案").click()
    causes = page.locator("[name=cause_code]")
    await expect(causes.locator("optgroup")).to_have_count(7)
    await causes.select_option(label="301 轿门锁")
    await page.locator(".deed [name=reason]").fill("已更换")
    await centre.post("operator", f"/incidents/{case['id']}/note", {"note": "news meanwhile"})
    await expect(page.locator(".timeline li").first).to_contain_text("news meanwhile")
    await expect(causes).to_have_value("301")
    await expect(page.locator(".deed [name=reason]")).to_have_value("已更换")
    await expect(page.locator(".deed [name=reason]")).to_be_focused()
    await page.locator(".deed").get_by_role("button", name="结案").click()
    await carry_out(page, centre)
    await expect(fact(page, "原因")).to_contain_text("301 轿门锁")


async def test_the_recommended_crew_is_sent_with_its_reasons_seen_and_another_only_with_a_reason(
    centre: Centre, browser: Browser
) -> None:
    case = await centre.open_case("100001")
    page = await sit_down(browser, centre)
    await open_case(page, case)
    await page.keyboard.press("d")
    options = page.locator(".candidate")
    await expect(options.nth(0)).to_contain_text("Recommended")
    await expect(options.nth(0)).to_contain_text("5 min away · of the contracted company")
    await expect(options.nth(0)).to_be_disabled()
    await page.locator(".unable summary").click()
    await expect(page.locator(".unable li").first).to_contain_text("not the contracted company")
    await is_for_everybody(page, "candidates-another")
    await options.nth(2).click()
    await page.locator(".send button").click()
    assert await page.locator(".send input").evaluate("one => one.validity.valueMissing")
    await page.locator(".send input").fill("a2 has no key to the machine room")
    await page.keyboard.press("Enter")
    await carry_out(page, centre)
    await expect(fact(page, "Crew")).to_contain_text("a3 asked")
    await expect(page.locator(".attempts li")).to_have_count(2)
    await expect(page.locator(".timeline")).to_contain_text("no key to the machine room")
    asked = (await centre.get("operator", f"/incidents/{case['id']}")).body["assignment"]
    assert asked["crew_id"] == "a3"


async def test_what_a_crew_says_by_phone_is_entered_for_it(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001")
    page = await sit_down(browser, centre)
    await open_case(page, case)
    for said, status in (("accepts", "accepted"), ("is en route", "en route"), ("is on scene", "on scene")):
        await page.locator(".attempts").get_by_role("button", name=said).click()
        await expect(page.locator(".attempts li.current")).to_contain_text(status)
    await page.locator(".attempts").get_by_role("button", name="passengers are out").click()
    await expect(page.locator("#case-title")).to_contain_text("Released")


async def test_one_case_of_the_same_people_is_merged_into_the_other(centre: Centre, browser: Browser) -> None:
    building = await put_up_building(centre, "Y", 2)
    double, real = [
        (await centre.post("operator", "/incidents", {"lift_id": lift_id, "source": "phone"})).body
        for lift_id in building
    ]
    page = await sit_down(browser, centre)
    await open_case(page, double)
    await page.locator(".actions").get_by_role("button", name="Merge").click()
    await page.get_by_label("Which case goes on").select_option(real["id"])
    await page.locator(".deed [name=reason]").fill("same caller, wrong plate")
    await page.locator(".deed").get_by_role("button", name="Merge").click()
    await expect(page.locator(".actions .refusal")).to_be_hidden()
    await expect(row_of(page, double)).to_have_count(0)
    await expect(fact(page, "Merged into")).to_have_text(f"#{real['number']}")
    await page.locator(".actions").get_by_role("button", name="Reopen").click()
    await page.locator(".deed [name=reason]").fill("two lifts after all")
    await page.locator(".deed").get_by_role("button", name="Reopen").click()
    await expect(page.locator(".queue [data-case]")).to_have_count(2)


async def test_a_false_alarm_and_a_stand_down_are_asked_for_their_reason(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001")
    page = await sit_down(browser, centre)
    await open_case(page, case)
    await page.locator(".actions").get_by_role("button", name="Stand down").click()
    await page.get_by_label("The passengers themselves").check()
    await page.locator(".deed [name=reason]").fill("they phoned")
    await page.locator(".deed").get_by_role("button", name="Stand down").click()
    await expect(page.locator(".actions .refusal")).to_contain_text("sign")
    await page.locator(".actions").get_by_role("button", name="False alarm").click()
    await page.locator(".deed [name=reason]").fill("a child played with the button")
    await page.locator(".deed").get_by_role("button", name="False alarm").click()
    await carry_out(page, centre)
    await expect(page.locator("#case-title")).to_contain_text("False alarm")
    assert await status_of(centre, case) == "false_alarm"


async def test_a_supervisor_may_take_the_signed_case_out_and_an_operator_may_not(
    centre: Centre, browser: Browser
) -> None:
    case = await centre.open_case("100001")
    page = await sit_down(browser, centre)
    await open_case(page, case)
    await expect(page.get_by_text("Export (signed)")).to_have_count(0)
    page = await sit_down(browser, centre, "zhao")
    await open_case(page, case)
    async with page.expect_download() as taken:
        await page.get_by_text("Export (signed)").click()
    assert (await taken.value).suggested_filename == f"case-{case['number']}.json"


async def test_a_case_that_waits_for_a_crew_says_who_is_to_come_by_the_plan(centre: Centre, browser: Browser) -> None:
    for crew_id in centre.context.desk.board.crews:
        await centre.ask("operator", "PATCH", f"/api/v1/crews/{crew_id}", {"on_duty": False})
    first, second = await centre.open_case("100001"), await centre.open_case("100002")
    planned = PlanImproved(
        routes={CrewId("a1"): (first["id"], second["id"])},
        expected_at={first["id"]: NOON + timedelta(minutes=9), second["id"]: NOON + timedelta(minutes=40)},
    )
    await centre.context.desk.submit(planned, actor=MACHINE)
    page = await sit_down(browser, centre)
    for case, said in ((first, "a1 · 12:09:00 · next"), (second, "a1 · 12:40:00 · after 1 other cases")):
        await open_case(page, case)
        await expect(fact(page, "Planned")).to_have_text(said)
    await is_for_everybody(page, "planned")


async def test_a_crews_phone_is_signed_in_by_a_picture_shown_in_the_list_of_crews_and_out_again(
    centre: Centre, browser: Browser
) -> None:
    page = await sit_down(browser, centre)
    await page.keyboard.press("w")
    await page.get_by_role("button", name="Phone of a1").click()
    box = page.locator(".crews .phone")
    await box.get_by_role("button", name="Link to sign a phone in").click()
    await expect(box).to_contain_text("It works once, until 03-03 12:00:00")
    assert await box.get_by_role("img").evaluate("async one => { await one.decode(); return one.naturalWidth }") > 100
    link = await box.get_by_label("Or send this link").input_value()
    await is_for_everybody(page, "crew-sign-in")
    phone = await open_page(browser, size={"width": 360, "height": 640})
    await phone.goto(f"{centre.url}/crew#{link.rpartition('#')[2]}")
    await expect(phone.get_by_role("heading", level=1)).to_have_text("crew a1")
    await box.get_by_role("button", name="Sign all its phones out").click()
    await expect(box).to_contain_text("All its phones are signed out")
    await expect(box.get_by_role("img")).to_have_count(0)
    await phone.reload()
    await expect(phone.locator("form")).to_be_visible()
