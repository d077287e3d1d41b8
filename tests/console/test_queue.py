"""The queue in a real browser, on the real service."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urlsplit

from playwright.async_api import Browser, expect

from devices.faults import Fault
from rescue.api.files import STATIC
from tests.console.browsing import Watch
from tests.console.happenings import cut_power, find_entrapment, lose_link, pass_time, put_up_building, raise_fault
from tests.console.screen import fact, is_for_everybody, log_in, open_case, open_page, row_of, sit_down, whole_queue
from tests.integration.centre import SCRIPT, Centre

MOST_BYTES = 150_000
"""Of all that the console loads, packed as it travels."""


async def test_an_operator_logs_in_and_sees_who_is_trapped_where(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001", people=2, vulnerable=["elderly"])
    page = await open_page(browser)
    watch = Watch(page)
    await log_in(page, centre)
    row = row_of(page, case)
    for said in (
        "P1",
        "confirmed",
        "100001",
        "花园路 100001 号 3",
        "2 inside · elderly",
        "L1",
        "a1 asked",
        "unhandled",
    ):
        await expect(row).to_contain_text(said)
    await expect(row.locator(".due")).to_contain_text(re.compile("comfort (0:5|1:00)"))
    await expect(page.locator(".figures")).to_contain_text("0 / 5")
    await open_case(page, case)
    await expect(page.locator(".timeline li").first).to_contain_text("nearest free crew of the contracted company")
    await expect(page.locator(".deadlines li").nth(1)).to_contain_text("accept")
    await expect(page.locator(".stages [aria-current=step]")).to_contain_text("Dispatched")
    await page.keyboard.press("w")
    await expect(page.locator(".crews li.busy")).to_contain_text("asked · #1")
    assert watch.complaints == []
    assert {url.startswith((centre.url, "data:")) for url in watch.asked} == {True}


async def test_a_wrong_password_is_refused_at_the_door(centre: Centre, browser: Browser) -> None:
    page = await open_page(browser)
    await log_in(page, centre, password="wrong horse")
    await expect(page.locator(".door .refusal")).to_have_text("the name or the password is wrong")
    await expect(page.locator(".queue")).to_have_count(0)
    assert await page.evaluate("document.cookie") == ""


async def test_logging_out_leaves_nothing_on_the_screen(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001")
    page = await sit_down(browser, centre)
    await open_case(page, case)
    await page.get_by_role("button", name="Log out").click()
    await expect(page.locator("[name=username]")).to_be_focused()
    await expect(page.locator(".desk")).to_have_count(0)
    await page.reload()
    await expect(page.locator(".door")).to_be_visible()


async def test_the_language_is_switched_on_the_spot_and_kept(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001")
    page = await sit_down(browser, centre, language="zh-CN")
    await expect(row_of(page, case)).to_contain_text("困人")
    await page.get_by_role("button", name="English").click()
    await expect(row_of(page, case)).to_contain_text("Entrapment")
    await page.get_by_role("button", name="Dark").click()
    await page.reload()
    await expect(row_of(page, case)).to_contain_text("Entrapment")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_a_case_that_opens_is_on_the_screen_within_moments_and_read_out_if_people_are_inside(
    centre: Centre, browser: Browser
) -> None:
    first = await centre.open_case("100001")
    page = await sit_down(browser, centre)
    await expect(row_of(page, first)).to_be_visible()
    centre.clock.forward(60)
    await raise_fault(centre, "L2", Fault.DOOR_CLOSING)
    hurt = await centre.open_case("100004", injured=1)
    await expect(row_of(page, hurt)).to_be_visible(timeout=1_000)
    rows = page.locator(".queue .pinned [data-case]")
    await expect(rows.nth(0)).to_have_attribute("data-case", hurt["id"])
    await expect(rows.nth(1)).to_have_attribute("data-case", first["id"])
    await expect(page.get_by_role("alert")).to_contain_text("100004")
    centre.clock.forward(60)
    grave = await raise_fault(centre, "L3", Fault.OVERSPEED)
    await expect(row_of(page, grave)).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text("100004")


async def test_no_row_moves_while_somebody_points_at_the_list(centre: Centre, browser: Browser) -> None:
    fault = await raise_fault(centre, "L2", Fault.DOOR_CLOSING)
    silent = await lose_link(centre, "L4")
    page = await sit_down(browser, centre)
    before = await row_of(page, silent).bounding_box()
    await row_of(page, silent).hover()
    graver = await raise_fault(centre, "L3", Fault.OVERSPEED)
    await raise_fault(centre, "L4", Fault.POSITION_LOST)
    await centre.post("operator", f"/incidents/{fault['id']}/close", {"reason": "seen to"})
    await expect(row_of(page, graver)).to_be_visible()
    await expect(row_of(page, fault)).to_contain_text("over")
    assert await row_of(page, silent).bounding_box() == before
    await expect(page.locator(".held")).to_contain_text("rows stay where they are")
    await page.mouse.move(1000, 400)
    await expect(row_of(page, fault)).to_have_count(0)
    await expect(page.locator(".held")).to_be_hidden()


async def test_people_inside_whom_nobody_handles_cannot_be_scrolled_away(centre: Centre, browser: Browser) -> None:
    for lift_id in await put_up_building(centre, "Y", 24):
        await raise_fault(centre, lift_id, Fault.DOOR_CLOSING)
    trapped = await find_entrapment(centre, "L5")
    page = await sit_down(browser, centre)
    await page.get_by_role("button", name="No groups").press("Enter")
    others = page.locator(".queue .others")
    await others.evaluate("list => list.scrollTo(0, list.scrollHeight)")
    assert await others.evaluate("list => list.scrollTop") > 0
    await expect(row_of(page, trapped)).to_be_in_viewport(ratio=1)
    await centre.post("operator", f"/incidents/{trapped['id']}/claim")
    await expect(page.locator(".queue .pinned")).to_have_count(0)


async def test_what_an_address_or_a_callers_name_holds_is_shown_and_never_executed(
    centre: Centre, browser: Browser
) -> None:
    case = await centre.open_case("100005", caller={"name": SCRIPT, "phone": ""}, note=SCRIPT)
    page = await sit_down(browser, centre)
    watch = Watch(page)
    await open_case(page, case)
    await expect(fact(page, "Caller")).to_have_text(SCRIPT)
    await expect(row_of(page, case)).to_contain_text(SCRIPT)
    assert await page.locator("img").count() == 0
    assert await page.title() == "Lift rescue"
    assert watch.complaints == []


async def test_an_entrapment_stands_above_every_other_case_the_others_by_their_kind(
    centre: Centre, browser: Browser
) -> None:
    silent = await lose_link(centre, "L4")
    fault = await raise_fault(centre, "L2", Fault.DOOR_CLOSING)
    outage = await cut_power(centre)
    centre.clock.forward(60)
    trapped = await find_entrapment(centre, "L5")
    page = await sit_down(browser, centre)
    rows = page.locator(".queue [data-case]")
    await expect(rows).to_have_count(6)
    ids = [await row.get_attribute("data-case") for row in await rows.all()]
    assert ids[:2] == [trapped["id"], outage["id"]]
    assert ids[-2:] == [fault["id"], silent["id"]]
    await expect(page.locator(".queue-head .counts")).to_have_text("entrapments 1 · unhandled 6 · all 6")
    await expect(rows.nth(0)).to_contain_text("Entrapment · likely")
    await expect(row_of(page, fault)).to_contain_text("Fault · door does not close")
    await expect(row_of(page, fault).locator(".due")).to_contain_text(re.compile("see to it (1:5|2:00:00)"))
    await expect(row_of(page, silent)).to_contain_text("Link lost")


async def test_an_outage_says_where_it_is_and_how_many_lifts_suffer_and_a_case_in_it_names_it(
    centre: Centre, browser: Browser
) -> None:
    outage = await cut_power(centre)
    trapped = await find_entrapment(centre, "P2")
    page = await sit_down(browser, centre)
    for text in ("Power outage · 3 lifts affected", "Area 410105 花园路 100001 号 3"):
        await expect(row_of(page, outage)).to_contain_text(text)
    await open_case(page, outage)
    for word, value in (("Area", "410105"), ("Lifts affected", "3"), ("Recovered", "0"), ("Cases in it", "2")):
        await expect(fact(page, word)).to_have_text(value)
    await page.locator(".members summary").click()
    await expect(page.locator(".members li")).to_have_count(3)
    await is_for_everybody(page, "outage")
    await expect(row_of(page, trapped)).to_contain_text(f"part of {outage['number']}")
    await open_case(page, trapped)
    await expect(fact(page, "Part of case")).to_have_text(f"#{outage['number']}")


async def test_what_is_amiss_with_the_service_is_a_calm_line(centre: Centre, browser: Browser) -> None:
    page = await open_page(browser)
    said = {"ready": True, "reasons": [], "warnings": ["the disk is nearly full: 3 % left"]}
    await page.route("**/readyz", lambda route: route.fulfill(json=said))
    await log_in(page, centre)
    await whole_queue(page)
    await expect(page.locator(".health")).to_have_text("To see to: the disk is nearly full: 3 % left")


async def test_a_flood_is_grouped_by_building_and_handled_together_with_one_reason(
    centre: Centre, browser: Browser
) -> None:
    lifts = [*await put_up_building(centre, "Y", 7), *await put_up_building(centre, "Z", 5)]
    for lift_id in lifts[:-2]:
        await raise_fault(centre, lift_id, Fault.DOOR_CLOSING)
    trapped = [await find_entrapment(centre, lift_id) for lift_id in lifts[-2:]]
    page = await sit_down(browser, centre)
    await expect(page.locator(".flood-bar")).to_contain_text("Flood: 12 new cases in 10 min")
    groups = page.locator(".group")
    await expect(groups).to_have_count(2)
    await expect(groups.nth(0)).to_contain_text("5 cases · entrapments 2 · unhandled 5")
    await expect(row_of(page, trapped[0])).to_be_visible()
    await groups.nth(0).locator("summary").click()
    await expect(groups.nth(0).locator(".picked-row").first).to_contain_text("go to this one first")
    await is_for_everybody(page, "flood-grouped")
    await groups.nth(1).locator("summary").click()
    await groups.nth(1).get_by_label("Choose the group").check()
    bulk = page.locator(".bulk")
    await expect(bulk).to_contain_text("Handle 7 cases together")
    await bulk.get_by_role("combobox").select_option("close")
    await bulk.get_by_label("Reason").fill("one door drive for all of them")
    await bulk.get_by_role("button", name="Send").click()
    await expect(page.locator(".bulk [role=status]")).to_have_text("7 asked for, can be undone; 0 refused")
    corner = page.locator(".deeds")
    await expect(corner.locator(".deed-held")).to_have_count(1)
    await expect(corner).to_contain_text("Close · 7 cases · done in 8 s")
    await is_for_everybody(page, "bulk-held")
    await page.keyboard.press("u")
    await expect(corner.locator(".deed-news")).to_contain_text("Close · undone · 7 cases")
    await expect(page.locator(".bulk [role=status]")).to_have_text("7 undone, 0 refused")
    assert await open_cases(centre) == 12


async def test_what_is_closed_together_is_done_when_nobody_undoes_it_and_told_as_one(
    centre: Centre, browser: Browser
) -> None:
    for lift_id in await put_up_building(centre, "Y", 3):
        await raise_fault(centre, lift_id, Fault.DOOR_CLOSING)
    page = await sit_down(browser, centre)
    await page.get_by_role("button", name="Building").click()
    await page.locator(".group summary").click()
    await page.get_by_label("Choose the group").check()
    bulk = page.locator(".bulk")
    await bulk.get_by_role("combobox").select_option("false_alarm")
    await bulk.get_by_label("Reason").fill("a test by the contractor")
    await bulk.get_by_role("button", name="Send").click()
    await expect(page.locator(".deeds")).to_contain_text("False alarm · 3 cases")
    await pass_time(centre, 9)
    await expect(page.locator(".deeds .deed-news")).to_contain_text("False alarm · done · 3 cases")
    assert await open_cases(centre) == 0


async def open_cases(centre: Centre) -> int:
    return len((await centre.get("operator", "/incidents?status=open")).body["items"])


async def test_the_whole_console_with_its_map_is_small_and_comes_from_nowhere_else(
    centre: Centre, browser: Browser
) -> None:
    page = await open_page(browser)
    watch = Watch(page)
    await log_in(page, centre)
    await whole_queue(page)
    await page.keyboard.press("m")
    await expect(page.locator(".city-map-levels")).to_be_visible()
    paths = [urlsplit(url).path for url in watch.asked if "/static/" in url]
    files = [STATIC / path.removeprefix("/static/") for path in paths]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < MOST_BYTES
    assert {url.startswith((centre.url, "data:", "ws:")) for url in watch.asked} == {True}
