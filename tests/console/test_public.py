"""The page behind the plate's QR code: on a cheap phone, mostly without script, on the real service."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from rescue.api.limits import Limiter, PublicLimits, Rates
from rescue.api.public import FORM_LASTS, is_key, new_key
from rescue.api.public_words import choose
from tests.console.browsing import LOOKS, Watch, keep_shot, overflow, somebody, violations
from tests.integration.centre import LINK_KEY, NOON, OFFICERS_PHONE, SCRIPT, Answer, Centre, serve

CALLERS_PHONE = "13812345678"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An English phone that runs no script."""
    async with somebody(browser, language="en-GB", java_script_enabled=False) as context:
        yield await context.new_page()


async def the_case(centre: Centre) -> Any:
    """The one open case, as an operator sees it."""
    [case] = (await centre.get("operator", "/incidents?status=open")).body["items"]
    return case


async def answer(centre: Centre, case: Any, *answers: str) -> None:
    """The company's crew answers in this order."""
    for said in answers:
        asked = case["assignment"]
        path = f"/assignments/{asked['id']}/{said}"
        taken = await centre.post(asked["company_id"], path, {"attempt": asked["attempt"]})
        assert taken.status == 200, taken.text


async def key_of(centre: Centre, code: str) -> str:
    """Of a fresh form of this lift."""
    text = (await centre.ask("nobody", "GET", f"/r/{code}?more=1")).text
    found = re.search(r'name="key" value="([^"]+)"', text)
    assert found, text
    return found[1]


async def send(centre: Centre, code: str, said: str, **headers: str) -> Answer:
    """Send the form as a program would; redirections are followed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await centre.ask("nobody", "POST", f"/r/{code}?lang=en", said.encode(), headers={**FORM, **named})


async def test_somebody_in_the_car_calls_for_help_and_sees_how_far_it_has_come(centre: Centre, page: Page) -> None:
    await page.goto(f"{centre.url}/r/100001")
    await expect(page.get_by_role("heading", name="花园路 100001 号 3")).to_be_visible()
    await page.get_by_label("2", exact=True).check()
    for need in ("Pregnant", "Elderly"):
        await page.get_by_label(need).check()
    await page.get_by_label("Number to call back").fill(CALLERS_PHONE)
    await page.get_by_role("button", name="Call for help").click()
    await expect(page.get_by_role("heading", name="Help is called")).to_be_visible()
    await expect(page.get_by_text("The nearest crew is being sent")).to_be_visible()
    case = await the_case(centre)
    assert (case["source"], case["people"], case["vulnerable"]) == ("qr", 2, ["elderly", "pregnant"])
    assert case["caller"]["phone"] == CALLERS_PHONE
    await answer(centre, case, "accept", "en_route")
    await page.reload()
    await expect(page.locator("[aria-current=step]")).to_have_text("On the way")
    await expect(page.get_by_text("Who is coming: 安康电梯")).to_be_visible()
    await expect(page.locator(".eta").last).to_have_text(re.compile(r"Expected at 12:\d\d \(in about \d+ min\)"))
    await keep_shot(page, "public-en-route-en-light", whole=True)
    await answer(centre, case, "on_scene")
    await page.reload()
    await expect(page.locator("[aria-current=step]")).to_have_text("Here")


async def test_without_a_script_the_page_keeps_itself_fresh(centre: Centre, page: Page) -> None:
    await centre.open_case("100001")
    await page.goto(f"{centre.url}/r/100001")
    assert await page.locator("meta[http-equiv=refresh]").get_attribute("content") == "10"
    await page.get_by_role("link", name="Add how many").click()
    await expect(page.get_by_role("button", name="Add this")).to_be_visible()
    assert await page.locator("meta[http-equiv=refresh]").count() == 0, "what is being typed must not be lost"


async def test_whoever_calls_for_a_lift_with_an_open_case_joins_it(centre: Centre, page: Page) -> None:
    case = await centre.open_case("100001", people=1)
    await page.goto(f"{centre.url}/r/100001?more=1")
    await page.get_by_label("6+").check()
    await page.get_by_label("Somebody is hurt").check()
    await page.get_by_role("button", name="Add this").click()
    await expect(page.get_by_role("heading", name="Help is called")).to_be_visible()
    joined = await the_case(centre)
    assert (joined["id"], joined["people"], joined["injured"]) == (case["id"], 6, 1)


async def test_after_the_release_those_still_inside_can_call_again(centre: Centre, page: Page) -> None:
    case = await centre.released_case("100001")
    await page.goto(f"{centre.url}/r/100001")
    await expect(page.get_by_text("everybody is out and safe")).to_be_visible()
    await page.get_by_role("link", name="We are still inside").click()
    await page.get_by_role("button", name="Call for help").click()
    await expect(page.get_by_role("heading", name="Help is called")).to_be_visible()
    again = await the_case(centre)
    assert again["status"] != "released"
    assert again["id"] == case["id"]


async def test_a_form_sent_twice_is_taken_once(centre: Centre) -> None:
    key = await key_of(centre, "100001")
    first = await send(centre, "100001", f"key={key}&people=2")
    assert (first.status, "Help is called" in first.text) == (200, True)
    before = await the_case(centre)
    again = await send(centre, "100001", f"key={key}&people=2")
    assert (again.status, "Help is called" in again.text) == (200, True)
    after = await the_case(centre)
    assert (after["id"], after["version"]) == (before["id"], before["version"])
    assert after["other_callers"] == []


async def test_nothing_about_people_is_shown_to_whoever_has_the_code(centre: Centre, page: Page) -> None:
    case = await centre.open_case(
        "100001", caller={"name": "Wang Fang", "phone": CALLERS_PHONE}, vulnerable=["medical"]
    )
    await answer(centre, case, "accept", "en_route")
    await page.goto(f"{centre.url}/r/100001")
    text = await page.content()
    for secret in ("Wang Fang", CALLERS_PHONE, OFFICERS_PHONE, "Li", "crew a1", "13900001111", "0371-1"):
        assert f">{secret}" not in text
        assert secret not in await page.inner_text("body")


async def test_what_an_address_holds_is_shown_and_never_executed(centre: Centre, browser: Browser) -> None:
    async with somebody(browser, language="en-GB") as context:
        page = await context.new_page()
        watch = Watch(page)
        await page.goto(f"{centre.url}/r/100005")
        await expect(page.get_by_role("heading", level=1)).to_contain_text(SCRIPT)
        await page.get_by_role("button", name="Call for help").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text(SCRIPT)
        await page.goto(f"{centre.url}/r/%3Cimg%20src=x%3E")
        await expect(page.locator(".problem")).to_contain_text("<img src=x>")
        assert await page.locator("img").count() == 0
        assert await page.title() == "Trapped in a lift"
        assert [said for said in watch.complaints if "404" not in said] == []
        assert {url.startswith((centre.url, "data:")) for url in watch.asked} == {True}


async def test_a_code_that_no_lift_bears_leads_to_the_number_to_call(centre: Centre, page: Page) -> None:
    answered = await page.goto(f"{centre.url}/r/999999")
    assert answered is not None
    assert answered.status == 404
    await expect(page.get_by_role("link", name="96333")).to_have_attribute("href", "tel:96333")
    await keep_shot(page, "public-unknown-en-light", whole=True)
    await page.get_by_label("Number on the plate").fill("100002")
    await page.get_by_role("button", name="Find the lift").click()
    await expect(page.get_by_role("heading", name="花园路 100002 号 3")).to_be_visible()


async def test_beyond_the_limit_of_an_address_a_person_is_told_the_number_and_heard_again(centre: Centre) -> None:
    async with serve(replace(centre.context, public_limits=_used_up("127.0.0.1")), centre.store, centre.clock) as busy:
        refused = await send(busy, "100001", f"key={await key_of(busy, '100001')}")
        assert refused.status == 429
        assert int(refused.headers["Retry-After"]) <= 30
        assert 'href="tel:96333"' in refused.text
        assert (await centre.get("operator", "/incidents")).body["items"] == []
        centre.clock.forward(30)
        assert "Help is called" in (await send(busy, "100001", f"key={await key_of(busy, '100001')}")).text


async def test_beyond_the_limit_a_call_for_a_lift_whose_help_is_on_the_way_is_told_so(centre: Centre) -> None:
    case = await centre.open_case("100001")
    async with serve(replace(centre.context, public_limits=_used_up("127.0.0.1")), centre.store, centre.clock) as busy:
        told = await send(busy, "100001", f"key={await key_of(busy, '100001')}&people=9")
        assert (told.status, "Help is called" in told.text) == (200, True)
    assert (await the_case(centre))["version"] == case["version"]


def _used_up(address: str) -> PublicLimits:
    limits = PublicLimits()
    for number in range(30):
        assert limits.wait_s(address, f"elsewhere {number}", NOON) == 0
    return limits


async def test_whoever_asks_for_the_page_too_often_is_still_told_the_number(centre: Centre) -> None:
    tight = replace(centre.context, limiter=Limiter(Rates(reads_per_s=0.1, address_factor=1)))
    async with serve(tight, centre.store, centre.clock) as busy:
        assert (await busy.ask("nobody", "GET", "/r/100001")).status == 200
        refused = await busy.ask("nobody", "GET", "/r/100001")
        assert 'href="tel:96333"' in refused.text


@pytest.mark.parametrize("key", ["", "nonsense", "1.2.3", "\u00fc", "zz.00.11"])
async def test_a_form_that_is_not_ours_is_shown_again_for_a_person_to_press(centre: Centre, key: str) -> None:
    shown = await send(centre, "100001", f"key={key}")
    assert (shown.status, "press the button once more" in shown.text) == (409, True)
    assert (await centre.get("operator", "/incidents")).body["items"] == []


async def test_a_form_of_another_sites_page_is_shown_again_too(centre: Centre) -> None:
    key = await key_of(centre, "100001")
    shown = await send(centre, "100001", f"key={key}", sec_fetch_site="cross-site")
    assert (shown.status, "press the button once more" in shown.text) == (409, True)


async def test_what_cannot_be_understood_of_a_form_is_taken_as_not_said(centre: Centre) -> None:
    key = await key_of(centre, "100001")
    said = f"key={key}&people=many&needs=dragon&needs=child&needs=child&phone=call+me+<b>&injured=&utm=wechat&people=3"
    assert "Help is called" in (await send(centre, "100001", said)).text
    case = await the_case(centre)
    assert (case["people"], case["vulnerable"], case["injured"]) == (None, ["child"], 0)


async def test_a_link_may_bear_what_messengers_add_to_it(centre: Centre) -> None:
    shown = await centre.ask("nobody", "GET", "/r/100001?from=singlemessage&isappinstalled=0&lang=en")
    assert (shown.status, "Call for help" in shown.text) == (200, True)


async def test_the_button_is_in_sight_without_scrolling_and_nothing_is_wider_than_the_phone(
    centre: Centre, page: Page
) -> None:
    await page.goto(f"{centre.url}/r/100001")
    button = await page.get_by_role("button", name="Call for help").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= 640
    assert button["height"] >= 48


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
async def test_every_state_of_the_page_is_sound_to_axe_and_fits_a_phone(
    centre: Centre, browser: Browser, language: str, scheme: str
) -> None:
    case = await centre.open_case("100002")
    await answer(centre, case, "accept", "en_route")
    await centre.open_case("100003")
    shown = {
        "form": "/r/100001",
        "called": "/r/100003",
        "coming": "/r/100002",
        "more": "/r/100002?more=1",
        "lost": "/r/9",
    }
    async with somebody(browser, language=language, scheme=scheme) as context:
        page = await context.new_page()
        for name, path in shown.items():
            await page.goto(centre.url + path)
            assert await violations(page) == [], path
            assert await overflow(page) <= 0
            await keep_shot(page, f"public-{name}-{language[:2]}-{scheme}", whole=True)


def test_a_key_counts_for_its_lift_and_for_half_a_day() -> None:
    key = new_key("100001", LINK_KEY, NOON)
    assert is_key(key, "100001", LINK_KEY, NOON + FORM_LASTS)
    assert not is_key(key, "100001", LINK_KEY, NOON + FORM_LASTS + timedelta(seconds=1))
    assert not is_key(key, "100002", LINK_KEY, NOON)
    assert not is_key(key, "100001", b"another key", NOON)


@pytest.mark.parametrize(
    ("said", "accepted", "language"),
    [
        ("", "zh-CN,zh;q=0.9", "zh"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "de-DE,de;q=0.9,en;q=0.8", "en"),
        ("", "", "zh"),
        ("", "fr", "zh"),
        ("en", "zh-CN", "en"),
        ("<x>", "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_first_that_we_speak(said: str, accepted: str, language: str) -> None:
    assert choose(said, accepted).language == language
