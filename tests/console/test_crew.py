"""A crew's phone in a real browser, on the real service: its answers arrive once and in order, network or none."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from dispatch.crews import CrewId
from rescue.accounts import OfCrew
from rescue.store.postgres import PostgresStore
from tests.console.browsing import LOOKS, Watch, keep_shot, overflow, somebody, violations
from tests.integration.api.asking import demand_problem
from tests.integration.centre import ANKANG, BEIHAI, LIFTS, NOON, OFFICERS_PHONE, SCRIPT, Centre, open_centre

KEY = {"key_place": "物业前台 3 号柜", "machine_room_place": "33 层楼顶", "brand": "三菱", "unknown_column": "蓝色"}
PLACE = {"latitude": 34.761, "longitude": 113.665}
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36"


@pytest.fixture
async def centre(postgres_store: PostgresStore) -> AsyncIterator[Centre]:
    """One whose first lift has its key on file."""
    async with open_centre(postgres_store) as opened:
        await opened.store.put_lifts([replace(LIFTS[0], attributes=KEY)])
        yield opened


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Without the worker that keeps the page: requests are seen as the page makes them."""
    async with somebody(browser, language="en-GB", user_agent=ANDROID, service_workers="block") as context:
        yield context


async def link_for(centre: Centre, crew_id: str = "a1") -> str:
    """As a company makes it, to be opened on this centre's port."""
    made = await centre.post(ANKANG.company_id, f"/crews/{crew_id}/sign_in")
    assert made.status == 201, made.text
    assert made.body["qr_svg"].startswith("<svg")
    return f"{centre.url}/crew#{made.body['url'].rpartition('#')[2]}"


async def signed_in(phone: BrowserContext, centre: Centre) -> Page:
    page = await phone.new_page()
    await page.goto(await link_for(centre))
    await expect(page.get_by_role("heading", level=1)).to_have_text("crew a1")
    return page


async def the_case(centre: Centre, case: Any) -> Any:
    return (await centre.get("operator", f"/incidents/{case['id']}")).body


async def answers_of(centre: Centre, case: Any) -> list[str]:
    """What the crew was heard to say, in order, by the timeline, once nothing more is on its way."""
    entries = (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body["items"]
    return [entry["what"] for entry in entries if entry["actor"]["kind"] == "crew"]


async def expect_answers(centre: Centre, case: Any, *answers: str) -> None:
    """These and no others arrive, in this order."""
    async with asyncio.timeout(15):
        while len(await answers_of(centre, case)) < len(answers):  # noqa: ASYNC110 -- the browser tells nobody
            await asyncio.sleep(0.05)
    assert await answers_of(centre, case) == list(answers)


async def press(page: Page, name: str) -> None:
    await page.locator(f".answers [name={name}]").click()


async def test_a_crew_goes_from_the_offer_to_the_release_and_files_the_cause(
    centre: Centre, phone: BrowserContext
) -> None:
    page = await signed_in(phone, centre)
    watch = Watch(page)
    await expect(page.get_by_text("Nothing to do")).to_be_visible()
    case = await centre.open_case("100001", people=2, vulnerable=["elderly"])
    card = page.locator("article.assignment")
    await expect(card).to_have_attribute("data-status", "offered")
    await expect(card).to_contain_text("2 inside · elderly")
    await expect(card).to_contain_text("Answer within 3:00")
    await press(page, "accept")
    await expect(card).to_have_attribute("data-status", "accepted")
    await press(page, "en_route")
    await press(page, "on_scene")
    await press(page, "released")
    await page.get_by_role("button", name="Fewer").first.click()
    await page.get_by_label("How?").select_option("hand_winding")
    await page.get_by_role("button", name="Released").click()
    await expect_answers(centre, case, "accepted", "en_route", "on_scene", "released")
    released = await the_case(centre, case)
    assert (released["status"], released["people_released"], released["release_method"]) == (
        "released", 1, "hand_winding",
    )  # fmt: skip
    await page.get_by_label("Cause").select_option("301")
    await page.get_by_role("button", name="File the cause").click()
    await expect(page.get_by_role("button", name="File the cause")).to_have_count(0)
    await expect_answers(centre, case, "accepted", "en_route", "on_scene", "released", "cause_filed")
    assert (await the_case(centre, case))["cause_code"] == "301"
    assert watch.complaints == []
    assert {url.startswith((centre.url, "data:")) for url in watch.asked} == {True}


async def test_answers_given_without_a_network_wait_and_arrive_once_and_in_order(
    centre: Centre, phone: BrowserContext
) -> None:
    case = await centre.open_case("100001", people=1)
    page = await signed_in(phone, centre)
    await press(page, "accept")
    await expect_answers(centre, case, "accepted")
    await phone.set_offline(True)
    await press(page, "en_route")
    await press(page, "on_scene")
    await press(page, "released")
    await page.get_by_role("button", name="Released").click()
    await expect(page.locator(".waiting")).to_contain_text("3 answers wait")
    await expect(page.locator("article")).to_contain_text("waiting to be sent")
    await expect(page.locator(".offline")).to_contain_text("No network")
    await keep_shot(page, "crew-offline-en-light")
    assert await answers_of(centre, case) == ["accepted"]
    await phone.set_offline(False)
    await expect_answers(centre, case, "accepted", "en_route", "on_scene", "released")
    said = (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body["items"]
    assert [entry for entry in said if entry["what"] == "answer_refused"] == []


async def test_answers_wait_through_a_phone_that_was_turned_off(centre: Centre, browser: Browser) -> None:
    async with somebody(browser, language="en-GB", user_agent=ANDROID) as phone:
        await answer_in_a_cellar(centre, phone)


async def answer_in_a_cellar(centre: Centre, phone: BrowserContext) -> None:
    case = await centre.open_case("100001")
    page = await signed_in(phone, centre)
    await page.evaluate("async () => { await navigator.serviceWorker.ready }")
    await phone.set_offline(True)
    await press(page, "accept")
    await expect(page.locator(".waiting")).to_be_visible()
    await page.close()
    page = await phone.new_page()
    await page.goto(f"{centre.url}/crew")
    await expect(page.locator("article.assignment")).to_have_attribute("data-status", "accepted")
    await expect(page.locator(".waiting")).to_contain_text("1 answer waits")
    await expect(page.get_by_text("物业前台 3 号柜")).to_be_visible()
    await phone.set_offline(False)
    await expect_answers(centre, case, "accepted")


async def test_a_reply_that_the_network_swallowed_makes_no_second_answer(centre: Centre, phone: BrowserContext) -> None:
    case = await centre.open_case("100001")
    page = await signed_in(phone, centre)
    swallowed: list[Any] = []

    async def swallow(route: Any) -> None:
        if swallowed:
            await route.continue_()
            return
        swallowed.append(await route.fetch())
        await route.abort()

    await page.route("**/accept", swallow)
    async with page.expect_response("**/accept"):  # of the second time
        await press(page, "accept")
    assert swallowed[0].status == 200
    await expect_answers(centre, case, "accepted")


async def test_an_answer_that_came_too_late_is_explained(centre: Centre, phone: BrowserContext) -> None:
    case = await centre.open_case("100001")
    page = await signed_in(phone, centre)
    await expect(page.locator("article.assignment")).to_be_visible()
    await phone.set_offline(True)
    await press(page, "accept")
    await expect(page.locator(".waiting")).to_be_visible()
    await centre.post("operator", f"/incidents/{case['id']}/assign", {"crew_id": "a2", "reason": "nearer"})
    await phone.set_offline(False)
    told = page.get_by_role("alert")
    await expect(told).to_contain_text("“Accept” was not taken")
    await expect(told).to_contain_text("the assignment is withdrawn")
    await expect(page.locator("article.ended")).to_contain_text("The centre took it back")
    await keep_shot(page, "crew-too-late-en-light")
    await told.get_by_role("button", name="Understood").click()
    await expect(told).to_have_count(0)


async def test_a_crew_that_declines_says_why(centre: Centre, phone: BrowserContext) -> None:
    case = await centre.open_case("100001")
    page = await signed_in(phone, centre)
    await press(page, "decline")
    await keep_shot(page, "crew-decline-en-light")
    await page.get_by_role("button", name="The vehicle broke down").click()
    await expect(page.locator("article.ended")).to_contain_text("You declined")
    await expect_answers(centre, case, "declined")
    entries = (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body["items"]
    [declined] = [entry for entry in entries if entry["what"] == "declined"]
    assert "The vehicle broke down" in declined["said"]
    assert declined["actor"] == {"kind": "crew", "name": "a1", "channel": "http"}


async def test_how_to_get_in_comes_first_and_calls_and_ways_are_one_tap_away(
    centre: Centre, phone: BrowserContext
) -> None:
    await centre.open_case("100001")
    page = await signed_in(phone, centre)
    facts = page.locator(".getting-in > dl > div")
    await expect(facts.nth(0)).to_have_text("Key物业前台 3 号柜")
    await expect(facts.nth(1)).to_have_text("Machine room33 层楼顶")
    hrefs = [await link.get_attribute("href") for link in await page.locator("a.way").all()]
    assert hrefs[0].startswith("geo:34.76,113.66?q=34.76,113.66(")  # type: ignore[union-attr]
    assert hrefs[1].startswith("androidamap://navi?lat=34.76&lon=113.66&dev=1")  # type: ignore[union-attr]
    assert hrefs[2:] == [f"tel:{OFFICERS_PHONE}", "tel:96333", "tel:03711"]
    await page.get_by_text("More about the lift").click()
    await expect(page.get_by_text("蓝色")).to_be_visible()


async def test_every_button_is_large_enough_for_gloves(centre: Centre, phone: BrowserContext) -> None:
    await centre.open_case("100001")
    page = await signed_in(phone, centre)
    await expect(page.locator("article.assignment")).to_be_visible()
    for button in await page.locator("button:visible, a:visible, summary:visible").all():
        box = await button.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= 48, await button.inner_text()
    first = await page.locator(".answers [name=accept]").bounding_box()
    assert first is not None
    assert first["y"] + first["height"] <= 640, "the next thing to press is in sight"


async def test_the_position_is_told_while_on_duty_and_duty_is_switched_by_the_crew(
    centre: Centre, phone: BrowserContext
) -> None:
    await phone.grant_permissions(["geolocation"])
    await phone.set_geolocation(PLACE)  # type: ignore[arg-type]
    page = await signed_in(phone, centre)
    await expect(page.get_by_text("Position sent")).to_be_visible()
    [crew] = [one for one in (await centre.get("operator", "/crews")).body["items"] if one["crew_id"] == "a1"]
    assert (crew["lon"], crew["lat"]) == (PLACE["longitude"], PLACE["latitude"])
    await page.get_by_role("switch").click()
    await expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    await expect(page.get_by_text("You are off duty")).to_be_visible()
    assert not centre.context.desk.board.crews[CrewId("a1")].on_duty


async def test_a_link_signs_one_phone_in_and_a_second_one_not(
    centre: Centre, phone: BrowserContext, browser: Browser
) -> None:
    link = await link_for(centre)
    page = await phone.new_page()
    await page.goto(link)
    await expect(page.get_by_role("heading", level=1)).to_have_text("crew a1")
    assert page.url == f"{centre.url}/crew", "the token is taken out of the address"
    assert await page.evaluate("document.cookie") == ""
    async with somebody(browser, language="en-GB") as second:
        other = await second.new_page()
        await other.goto(link)
        await expect(other.get_by_role("alert")).to_contain_text("does not count any more")
        await keep_shot(other, "crew-sign-in-en-light")


async def test_a_lost_phone_is_signed_out_at_once_and_what_waits_is_kept(centre: Centre, phone: BrowserContext) -> None:
    case = await centre.open_case("100001")
    page = await signed_in(phone, centre)
    await expect(page.locator("article.assignment")).to_be_visible()
    await phone.set_offline(True)
    await press(page, "accept")
    await expect(page.locator(".waiting")).to_be_visible()
    assert (await centre.ask(ANKANG.company_id, "DELETE", "/api/v1/crews/a1/sign_in")).status == 204
    await phone.set_offline(False)
    await expect(page.get_by_text("ask your company for a new link")).to_be_visible()
    await expect(page.get_by_text("What waits to be sent is kept")).to_be_visible()
    await page.goto(await link_for(centre))
    await expect(page.locator("article.assignment")).to_have_attribute("data-status", "accepted")
    await expect_answers(centre, case, "accepted")


async def test_what_an_address_holds_is_shown_and_never_executed(centre: Centre, phone: BrowserContext) -> None:
    await centre.open_case("100005", caller={"name": SCRIPT, "phone": ""}, note=SCRIPT)
    page = await signed_in(phone, centre)
    await expect(page.locator("article h2")).to_contain_text(SCRIPT)
    assert await page.locator("img").count() == 0
    assert "executed" not in await page.title()


async def test_the_page_can_be_put_on_the_phones_home_screen(centre: Centre, phone: BrowserContext) -> None:
    page = await signed_in(phone, centre)
    manifest = await page.evaluate("fetch('/static/crew.webmanifest').then((answer) => answer.json())")
    assert manifest["start_url"] == "/crew"
    for icon in manifest["icons"]:
        assert (await centre.ask("nobody", "HEAD", icon["src"])).status == 200
    assert "manifest-src 'self'" in (await centre.ask("nobody", "GET", "/crew")).headers["Content-Security-Policy"]


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
async def test_every_state_of_the_phone_is_sound_to_axe_and_fits(
    centre: Centre, browser: Browser, language: str, scheme: str
) -> None:
    await centre.open_case("100001", people=2, injured=1, vulnerable=["child"])
    name = f"{language[:2]}-{scheme}"
    async with somebody(browser, language=language, scheme=scheme, user_agent=ANDROID) as context:
        page = await signed_in(context, centre)
        await expect(page.locator("article.offered")).to_be_visible()
        await judge(page, f"crew-offered-{name}")
        await press(page, "accept")
        await press(page, "en_route")
        await expect(page.locator("article.en_route")).to_be_visible()
        await judge(page, f"crew-en-route-{name}")
        await press(page, "on_scene")
        await press(page, "released")
        await judge(page, f"crew-releasing-{name}")
        await page.locator(".asking .main").click()
        await expect(page.locator("article.ended")).to_be_visible()
        await judge(page, f"crew-released-{name}")


async def judge(page: Page, name: str) -> None:
    assert await violations(page) == [], name
    assert await overflow(page) <= 0
    await keep_shot(page, name, whole=True)


async def test_a_crew_sees_and_answers_nothing_but_its_own(centre: Centre) -> None:
    case = await centre.open_case("100001")
    asked = case["assignment"]
    for crew_id in ("a1", "a2"):
        centre.tokens[crew_id] = await centre.context.accounts.add_token(OfCrew(crew_id), NOON)
    assert [one["assignment"]["id"] for one in (await centre.get("a1", "/crew")).body["work"]] == [asked["id"]]
    assert (await centre.get("a2", "/crew")).body["work"] == []
    demand_problem(await centre.post("a2", f"/assignments/{asked['id']}/accept", {"attempt": 1}), 404)
    demand_problem(await centre.post("a1", f"/assignments/{asked['id']}/accept", {"attempt": 1, "crew_id": "a2"}), 403)
    demand_problem(await centre.ask("a1", "PATCH", "/api/v1/crews/a2", {"on_duty": False}), 404)
    for path in ("/incidents", f"/incidents/{case['id']}", "/assignments", "/crews", "/lifts", "/webhooks"):
        demand_problem(await centre.get("a1", path), 403)
    demand_problem(await centre.get(ANKANG.company_id, "/crew"), 403)
    assert (await centre.post("a1", f"/assignments/{asked['id']}/accept", {"attempt": 1})).status == 200


async def test_a_crew_that_is_no_longer_asked_reads_no_number(centre: Centre) -> None:
    case = await centre.open_case("100001", caller={"name": "Wang", "phone": "13812345678"})
    centre.tokens["a1"] = await centre.context.accounts.add_token(OfCrew("a1"), NOON)
    asked = await centre.get("a1", "/crew")
    assert OFFICERS_PHONE in asked.text
    assert "13812345678" not in asked.text
    assert "Wang" not in asked.text
    await centre.post("a1", f"/assignments/{case['assignment']['id']}/decline", {"attempt": 1, "reason": "far"})
    assert OFFICERS_PHONE not in (await centre.get("a1", "/crew")).text


async def test_a_company_signs_in_its_own_crews_only(centre: Centre) -> None:
    for path in ("/crews/a1/sign_in", "/crews/nobody/sign_in"):
        demand_problem(await centre.post(BEIHAI.company_id, path), 404)
        demand_problem(await centre.ask(BEIHAI.company_id, "DELETE", f"/api/v1{path}"), 404)
    made = (await centre.post("operator", "/crews/b1/sign_in")).body
    assert re.fullmatch(r"http://rescue\.example/crew#rescue_[\w-]{43}", made["url"])


@pytest.mark.parametrize("who", ["operator", "ankang"])
async def test_a_token_that_is_no_crews_and_no_walls_opens_no_session(centre: Centre, who: str) -> None:
    demand_problem(await centre.ask("nobody", "POST", "/api/v1/session/token", {"token": centre.tokens[who]}), 401)


async def test_a_links_token_counts_for_signing_in_and_for_nothing_else(centre: Centre) -> None:
    link = await link_for(centre)
    demand_problem(
        await centre.ask("nobody", "GET", "/api/v1/crew", headers={"Authorization": f"Bearer {link.split('#')[1]}"}),
        401,
    )


async def test_a_link_counts_for_a_day(centre: Centre) -> None:
    token = (await link_for(centre)).split("#")[1]
    centre.clock.forward(86_400)
    demand_problem(await centre.ask("nobody", "POST", "/api/v1/session/token", {"token": token}), 401)
