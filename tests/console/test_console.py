"""The console in a real browser, on the real service. Its screenshots are kept in test-output/console."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request, async_playwright, expect

from devices.faults import Fault
from devices.messages import Confidence, EntrapmentFound, Evidence, FaultRaised, LiftId, LinkChanged, TestCallOverdue
from rescue.accounts import Role
from rescue.desk.inputs import LiftEvent
from rescue.desk.reopening import REOPENED
from rescue.escalation import Policy
from rescue.incident import Deadline, Kind, Signal, Status
from rescue.sending.links import sign
from rescue.shell.service import lift_actor
from rescue.store.postgres import PostgresStore
from tests.integration.centre import JINSHUI, LIFTS, LINK_KEY, NOON, PASSWORD, SCRIPT, Centre, open_centre

ROOT = Path(__file__).parent.parent.parent
SHOTS = ROOT / "test-output" / "console"
FLAGS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STATIC = ROOT / "rescue" / "console" / "static"
SCREEN: Any = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "the console is tested in Chromium: tools/system-packages installs it"
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        await started.close()


@pytest.fixture
async def centre(postgres_store: PostgresStore) -> AsyncIterator[Centre]:
    async with open_centre(postgres_store) as opened:
        await opened.context.accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
        yield opened


class Watch:
    """What went on behind the page: complaints, and where it asked for something."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        page.on("console", self._hear)
        page.on("pageerror", self._note_error)
        page.on("request", self._note_request)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _note_error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _note_request(self, request: Request) -> None:
        self.asked.add(request.url)


async def open_page(browser: Browser, *, language: str = "en-GB", scheme: Any = "light") -> Page:
    """A browser that nobody has used before."""
    context = await browser.new_context(viewport=SCREEN, locale=language, color_scheme=scheme)
    context.set_default_timeout(15_000)
    return await context.new_page()


async def log_in(page: Page, centre: Centre, password: str = PASSWORD) -> None:
    await page.goto(centre.url)
    await page.locator("[name=username]").fill("li")
    await page.locator("[name=password]").fill(password)
    await page.keyboard.press("Enter")


def row_of(page: Page, case: Any) -> Any:
    """The row of a case in the list."""
    return page.locator(f"#cases tr[data-key='{case['id']}']")


async def hear(centre: Centre, event: LiftEvent) -> Any:
    """What the tracker made of a lift's word reaches the desk: the case it leads to."""
    outcome = await centre.context.desk.submit(event, actor=lift_actor(event.lift_id))
    assert outcome.incident_id is not None, outcome
    return (await centre.get("operator", f"/incidents/{outcome.incident_id}")).body


async def raise_fault(centre: Centre, lift_id: str, fault: Fault) -> Any:
    at = centre.clock.now().timestamp()
    return await hear(
        centre,
        FaultRaised(
            lift_id=LiftId(lift_id), area=JINSHUI, fault=fault, raw=None, since=at, at=at, reported_at=None,
            reasons=(f"code: the lift reports {fault}",),
        ),
    )  # fmt: skip


async def find_entrapment(centre: Centre, lift_id: str) -> Any:
    at = centre.clock.now().timestamp()
    evidence = Evidence(confidence=Confidence.LIKELY, reasons=("lasted: this has lasted 30 s",))
    return await hear(
        centre, EntrapmentFound(lift_id=LiftId(lift_id), area=JINSHUI, since=at - 30, at=at, evidence=evidence)
    )


async def lose_link(centre: Centre, lift_id: str) -> Any:
    at = centre.clock.now().timestamp()
    away = LinkChanged(lift_id=LiftId(lift_id), area=JINSHUI, online=False, at=at, reason="silent", lasted_s=3600)
    return await hear(centre, away)


async def miss_test(centre: Centre, lift_id: str) -> Any:
    at = centre.clock.now().timestamp()
    return await hear(centre, TestCallOverdue(lift_id=LiftId(lift_id), area=JINSHUI, at=at, last_at=at - 80 * 3600))


async def cut_power(centre: Centre) -> Any:
    """Three lifts of one building lose their mains: the parent case."""
    alike = [replace(LIFTS[0], lift_id=LiftId(f"P{n}"), rescue_code=f"20000{n}") for n in (1, 2, 3)]
    await centre.store.put_lifts(alike)
    return [await raise_fault(centre, one.lift_id, Fault.MAINS_LOST) for one in alike][-1]


async def keep_shot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png")


async def test_an_operator_logs_in_and_sees_who_is_trapped_where(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001", people=2, vulnerable=["elderly"])
    page = await open_page(browser)
    watch = Watch(page)
    await log_in(page, centre)
    cells = row_of(page, case).locator("td")
    for text in ("1", "Dispatched", "confirmed", "100001", "花园路 100001 号 3", "2 · elderly", "a1 asked"):
        await expect(cells.filter(has_text=text).first).to_be_visible()
    await expect(cells.nth(8)).to_contain_text("comfort 0:5")
    await expect(page.locator("#crews tr.busy")).to_contain_text("asked · 1")
    await expect(page.locator("#figures")).to_contain_text("0 / 5")
    await row_of(page, case).click()
    await expect(page.locator(".timeline li").first).to_contain_text("nearest free crew of the contracted company")
    await expect(page.locator(".deadlines li").nth(1)).to_contain_text("accept")
    await expect(page.locator(".stages [aria-current=step]")).to_contain_text("Dispatched")
    assert watch.complaints == []
    assert {url.startswith((centre.url, "data:")) for url in watch.asked} == {True}


async def test_a_wrong_password_is_refused_at_the_door(centre: Centre, browser: Browser) -> None:
    page = await open_page(browser)
    await log_in(page, centre, "wrong horse")
    await expect(page.locator("#log-in .refusal")).to_have_text("the name or the password is wrong")
    await expect(page.locator("#desk")).to_be_hidden()
    assert await page.evaluate("document.cookie") == ""


async def test_a_case_that_opens_is_on_the_screen_within_moments_the_most_urgent_first(
    centre: Centre, browser: Browser
) -> None:
    first = await centre.open_case("100001")
    page = await open_page(browser)
    await log_in(page, centre)
    await expect(row_of(page, first)).to_be_visible()
    centre.clock.forward(60)
    hurt = await centre.open_case("100004", injured=1)
    await expect(row_of(page, hurt)).to_be_visible(timeout=3_000)
    rows = page.locator("#cases tbody tr")
    await expect(rows.nth(0)).to_have_attribute("data-key", hurt["id"])
    await expect(rows.nth(1)).to_have_attribute("data-key", first["id"])


async def test_what_an_address_holds_is_shown_and_never_executed(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100005", caller={"name": SCRIPT, "phone": ""})
    page = await open_page(browser)
    watch = Watch(page)
    await log_in(page, centre)
    await row_of(page, case).click()
    await expect(page.locator(".facts")).to_contain_text(SCRIPT)
    await expect(row_of(page, case)).to_contain_text(SCRIPT)
    assert await page.locator("img").count() == 0
    assert await page.title() == "Lift rescue"
    assert watch.complaints == []


async def test_an_operator_calls_back_and_closes_a_case(centre: Centre, browser: Browser) -> None:
    case = await centre.released_case("100002")
    page = await open_page(browser)
    watch = Watch(page)
    await log_in(page, centre)
    await row_of(page, case).click()
    await expect(page.locator(".stages [aria-current=step]")).to_contain_text("Released")
    await page.get_by_role("button", name="Claim").click()
    await page.get_by_role("button", name="Call back").click()
    await page.get_by_label("Cause code").select_option("301")
    await page.get_by_role("button", name="Close").click()
    await expect(row_of(page, case)).to_have_count(0)
    await expect(page.locator("#case-title")).to_contain_text("Closed")
    closed = (await centre.get("operator", f"/incidents/{case['id']}")).body
    assert (closed["status"], closed["cause_code"], closed["claimed_by"]) == ("closed", "301", "li")
    assert watch.complaints == []


async def test_what_the_desk_refuses_is_said_with_its_reason(centre: Centre, browser: Browser) -> None:
    case = await centre.released_case("100002")
    await centre.post("operator", f"/incidents/{case['id']}/confirm_release")
    page = await open_page(browser)
    await log_in(page, centre)
    await row_of(page, case).click()
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator(".actions .refusal")).to_contain_text("the cause is not filed yet")


async def test_old_data_looks_old_and_nothing_can_be_done_with_it(centre: Centre, browser: Browser) -> None:
    case = await centre.released_case("100002")
    page = await open_page(browser)
    await log_in(page, centre)
    await row_of(page, case).click()
    button = page.get_by_role("button", name="Call back")
    await expect(button).to_be_enabled()
    await page.route("**/api/**", lambda route: route.abort())
    await expect(page.locator("#freshness")).to_contain_text("old")
    await expect(button).to_be_disabled()
    await keep_shot(page, "stale")
    await page.unroute("**/api/**")
    await expect(page.locator("#freshness")).to_have_text("Live")
    await expect(button).to_be_enabled()


async def test_cases_can_be_gone_through_by_keyboard(centre: Centre, browser: Browser) -> None:
    cases = [await centre.open_case(code) for code in ("100001", "100003")]
    page = await open_page(browser)
    await log_in(page, centre)
    await row_of(page, cases[0]).focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#case-title")).to_contain_text("100003")
    await expect(row_of(page, cases[1])).to_be_focused()
    await expect(row_of(page, cases[1])).to_have_attribute("aria-current", "true")


async def test_the_language_is_switched_on_the_spot_and_kept(centre: Centre, browser: Browser) -> None:
    await centre.open_case("100001")
    page = await open_page(browser, language="zh-CN")
    await log_in(page, centre)
    await expect(page.locator("#cases tbody")).to_contain_text("已派单")
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("#cases tbody")).to_contain_text("Dispatched")
    await page.reload()
    await expect(page.locator("#cases tbody")).to_contain_text("Dispatched")


async def test_logging_out_leaves_nothing_on_the_screen(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001")
    page = await open_page(browser)
    await log_in(page, centre)
    await row_of(page, case).click()
    await page.get_by_role("button", name="Log out").click()
    await expect(page.locator("#log-in [name=username]")).to_be_focused()
    await expect(page.locator("#desk")).to_be_hidden()
    await page.reload()
    await expect(page.locator("#door")).to_be_visible()


async def test_an_entrapment_stands_above_every_other_case_the_others_by_their_kind(
    centre: Centre, browser: Browser
) -> None:
    silent = await lose_link(centre, "L4")
    fault = await raise_fault(centre, "L2", Fault.DOOR_CLOSING)
    outage = await cut_power(centre)
    centre.clock.forward(60)
    trapped = await find_entrapment(centre, "L5")
    page = await open_page(browser)
    watch = Watch(page)
    await log_in(page, centre)
    rows = page.locator("#cases tbody tr")
    await expect(rows).to_have_count(6)
    ids = [await row.get_attribute("data-key") for row in await rows.all()]
    assert ids[:2] == [trapped["id"], outage["id"]]
    assert ids[-2:] == [fault["id"], silent["id"]]
    await expect(page.locator("#cases-count")).to_have_text("Entrapment 1 · others 5")
    await expect(rows.nth(0)).to_contain_text("Entrapment · likely")
    await expect(row_of(page, fault)).to_contain_text("Fault · door does not close")
    await expect(row_of(page, fault).locator("td").nth(8)).to_contain_text("see to it 1:5")
    await expect(row_of(page, silent)).to_contain_text("Link lost")
    assert watch.complaints == []


async def test_an_outage_says_where_it_is_and_how_many_lifts_suffer_and_a_case_in_it_names_it(
    centre: Centre, browser: Browser
) -> None:
    outage = await cut_power(centre)
    trapped = await find_entrapment(centre, "P2")
    page = await open_page(browser)
    watch = Watch(page)
    await log_in(page, centre)
    for text in ("Power outage · 3 lifts affected", "Area 410105 花园路 100001 号 3"):
        await expect(row_of(page, outage)).to_contain_text(text)
    await row_of(page, outage).click()
    facts = page.locator(".facts")
    for word, value in (("Area", "410105"), ("Lifts affected", "3"), ("Recovered", "0"), ("Cases in it", "2")):
        await expect(facts.locator(f"dt:text-is('{word}') + dd")).to_have_text(value)
    await keep_shot(page, "outage")
    await expect(row_of(page, trapped)).to_contain_text(f"part of {outage['number']}")
    await row_of(page, trapped).click()
    await expect(facts.locator("dt:text-is('Part of case') + dd")).to_have_text(str(outage["number"]))
    assert watch.complaints == []


async def test_a_case_without_people_is_closed_with_a_reason_and_needs_no_call_back(
    centre: Centre, browser: Browser
) -> None:
    fault = await raise_fault(centre, "L2", Fault.DOOR_CLOSING)
    page = await open_page(browser)
    watch = Watch(page)
    await log_in(page, centre)
    await row_of(page, fault).click()
    await expect(page.locator(".stages li")).to_have_count(2)
    await expect(page.get_by_role("button", name="Call back")).to_have_count(0)
    close, reason = page.get_by_role("button", name="Close"), page.get_by_label("Reason")
    await close.click()
    assert await reason.evaluate("one => one.validity.valueMissing")
    await reason.fill("door sill cleaned")
    await keep_shot(page, "fault")
    await close.click()
    await expect(row_of(page, fault)).to_have_count(0)
    closed = (await centre.get("operator", f"/incidents/{fault['id']}")).body
    assert closed["status"] == "closed"
    await expect(page.locator(".timeline li").first).to_contain_text("door sill cleaned")
    assert watch.complaints == []


@pytest.mark.parametrize(
    ("language", "number", "say", "button"),
    [
        ("en-GB", "Call now: fire brigade 119", "People are trapped in a lift", "Call made"),
        ("zh-CN", "请立即拨打：消防救援 119", "电梯困人", "已通话"),
    ],
)
async def test_whoever_must_call_the_fire_brigade_reads_what_to_say_and_tells_whom_was_spoken_to(
    centre: Centre, browser: Browser, language: str, number: str, say: str, button: str
) -> None:
    case = await centre.open_case("100001", people=2, vulnerable=["medical"])
    later = await centre.open_case("100004", injured=1)
    page = await open_page(browser, language=language)
    watch = Watch(page)
    await log_in(page, centre)
    await expect(row_of(page, case).locator("td").nth(6)).to_contain_text("☎ 119")
    await row_of(page, case).click()
    box = page.locator(".handover")
    await expect(box.locator("h3")).to_have_text(number)
    await expect(box.locator("blockquote")).to_have_count(2)
    await expect(box.locator("blockquote").first).to_contain_text(say)
    await expect(box.locator("blockquote").first).to_contain_text("100001")
    await keep_shot(page, f"hand-over-{language}")
    call_made, spoke_to = box.get_by_role("button", name=button), box.locator("[name=spoke_to]")
    await call_made.click()
    assert await spoke_to.evaluate("one => one.validity.valueMissing")
    await spoke_to.fill("officer Wang")
    await call_made.click()
    await expect(page.locator(".called")).to_contain_text("officer Wang")
    await expect(box).to_have_count(0)
    told = (await centre.get("operator", f"/incidents/{case['id']}")).body["handover"]
    assert (told["waits"], told["confirmed_by"], told["spoke_to"]) == (False, "li", "officer Wang")
    await row_of(page, later).click()
    await expect(box).to_be_visible()
    assert watch.complaints == []


async def test_an_operator_who_made_no_call_says_why(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001", vulnerable=["medical"])
    page = await open_page(browser)
    await log_in(page, centre)
    await row_of(page, case).click()
    await page.locator(".handover [name=reason]").fill("they are here already")
    await page.get_by_role("button", name="Call made").click()
    await expect(page.locator(".called")).to_contain_text("they are here already")


async def test_an_operator_who_has_spoken_to_the_passengers_says_so_and_has_time_until_the_next(
    centre: Centre, browser: Browser
) -> None:
    case = await centre.open_case("100001", people=2)
    page = await open_page(browser)
    await log_in(page, centre)
    await row_of(page, case).click()
    await page.get_by_role("button", name="Spoke to passengers").click()
    await expect(page.locator(".facts dt:text-is('Last spoken to')")).to_be_visible()
    await expect(page.locator(".timeline li").first).to_contain_text("spoke to passengers · operator li")
    await expect(row_of(page, case).locator("td").nth(8)).to_contain_text("accept")


async def test_a_cause_is_chosen_from_the_list_by_group_and_shown_in_words(centre: Centre, browser: Browser) -> None:
    case = await centre.released_case("100002")
    await centre.post("operator", f"/incidents/{case['id']}/confirm_release")
    page = await open_page(browser, language="zh-CN")
    await log_in(page, centre)
    await row_of(page, case).click()
    causes = page.locator("[name=cause_code]")
    await expect(causes.locator("optgroup")).to_have_count(7)
    await causes.select_option(label="301 轿门锁")
    await centre.post("operator", f"/incidents/{case['id']}/note", {"note": "news meanwhile"})
    await expect(page.locator(".timeline li").first).to_contain_text("news meanwhile")
    await expect(causes).to_have_value("301")
    await keep_shot(page, "cause")
    await page.get_by_role("button", name="结案").click()
    await expect(page.locator(".facts")).to_contain_text("301 轿门锁")


async def test_what_is_amiss_with_the_service_is_a_calm_line(centre: Centre, browser: Browser) -> None:
    page = await open_page(browser)
    said = {"ready": True, "reasons": [], "warnings": ["the disk is nearly full: 3 % left"]}
    await page.route("**/readyz", lambda route: route.fulfill(json=said))
    await log_in(page, centre)
    await expect(page.locator("#health")).to_have_text("To see to: the disk is nearly full: 3 % left")
    await keep_shot(page, "health")
    await page.get_by_role("button", name="Log out").click()
    await expect(page.locator("#health")).to_be_empty()


async def test_news_of_a_case_does_not_wipe_out_what_is_being_typed_about_it(centre: Centre, browser: Browser) -> None:
    fault = await raise_fault(centre, "L2", Fault.DOOR_CLOSING)
    page = await open_page(browser)
    await log_in(page, centre)
    await row_of(page, fault).click()
    await page.get_by_label("Reason").fill("door sill")
    await raise_fault(centre, "L2", Fault.POSITION_LOST)
    await expect(row_of(page, fault)).to_contain_text("door does not close · position lost")
    await expect(page.locator(".conditions li")).to_have_count(2)
    await expect(page.get_by_label("Reason")).to_have_value("door sill")
    await expect(page.get_by_label("Reason")).to_be_focused()


RECORDERS = {"record", "_remind", "carry_offer", "_note", "_end"}
"""The desk's functions that make an entry of the timeline, or hand on the name of one."""


def entries_of_the_desk() -> set[str]:
    """Every name that an entry of a timeline can have, as far as the desk spells it."""
    files = [*(ROOT / "rescue" / "desk").glob("*.py"), *(ROOT / "rescue").rglob("undecided.py")]
    calls = [one for file in files for one in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(one, ast.Call)]
    spelled = [one for call in calls if ast.unparse(call.func).split(".")[-1] in RECORDERS for one in call.args]
    spelled += [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "what"]
    names = {one.value for one in spelled if isinstance(one, ast.Constant) and re.fullmatch("[a-z_]+", str(one.value))}
    signals = {Signal.SETTLED, Signal.CLOSED, Signal.STOOD_DOWN, Signal.FALSE_ALARM}
    return {*map(str, names), *map(str, signals), *(mark.name for mark in Policy().marks)}


def test_the_page_has_a_word_for_whatever_the_desk_can_say_of_a_case() -> None:
    words = (STATIC / "words.js").read_text("utf-8")
    known = [
        *(f"condition.{name}" for name in (*Fault, "link_lost", "test_overdue", REOPENED)),
        *(f"kind.{kind}" for kind in Kind),
        *(f"status.{status}" for status in Status),
        *(f"deadline.{deadline}" for deadline in Deadline),
        *(f"entry.{what}" for what in entries_of_the_desk()),
    ]
    assert [word for word in known if f'"{word}": [' not in words] == []


def test_the_page_ranks_the_kinds_of_cases_as_the_desk_does() -> None:
    ranked = ", ".join(f'"{kind}"' for kind in Kind)
    assert f"const KINDS = [{ranked}];" in (STATIC / "cases.js").read_text("utf-8")


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_fits_the_smallest_screen(
    centre: Centre, browser: Browser, language: str, scheme: str
) -> None:
    await centre.released_case("100002")
    case = await centre.open_case("100001", people=2, injured=1, vulnerable=["elderly", "pregnant"])
    await cut_power(centre)
    await find_entrapment(centre, "P2")
    await raise_fault(centre, "L3", Fault.DOOR_OPEN_WHILE_RUNNING)
    await lose_link(centre, "L4")
    await miss_test(centre, "L5")
    page = await open_page(browser, language=language, scheme=scheme)
    await log_in(page, centre)
    await row_of(page, case).click()
    await expect(page.locator(".timeline li").first).to_be_visible()
    await keep_shot(page, f"desk-{scheme}-{language}")
    assert await page.evaluate("document.scrollingElement.scrollWidth") <= SCREEN["width"]
    for panel in ("#cases .scroll", "#crews .scroll", "#case .scroll"):
        assert await page.evaluate(f"(p => p.scrollWidth - p.clientWidth)(document.querySelector('{panel}'))") == 0


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


# --- a crew's phone


async def test_a_crew_answers_on_its_phone_and_is_led_through_the_work(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001", people=2)
    asked = case["assignment"]
    page = await open_page(browser, language="zh-CN")
    await page.set_viewport_size({"width": 390, "height": 844})
    watch = Watch(page)
    await page.goto(f"{centre.url}/crew")
    await page.locator("[name=token]").fill(centre.tokens[asked["company_id"]])
    await page.locator("[name=crew]").fill(asked["crew_id"])
    await page.keyboard.press("Enter")
    await expect(page.locator("#work h2")).to_contain_text("100001")
    await page.screenshot(path=SHOTS / "crew-offered.png")
    for answer, status in (("accept", "dispatched"), ("en_route", "en_route"), ("on_scene", "on_scene")):
        await page.locator(f"button[name={answer}]").click()
        await expect(page.locator(f"button[name={answer}]")).to_have_count(0)
        assert (await centre.get("operator", f"/incidents/{case['id']}")).body["status"] == status
    await page.screenshot(path=SHOTS / "crew-on-scene.png")
    await page.locator("button[name=released]").click()
    await expect(page.locator("#said")).to_contain_text("暂无任务")
    assert (await centre.get("operator", f"/incidents/{case['id']}")).body["status"] == "released"
    assert watch.complaints == []
    assert all(url.startswith((centre.url, "data:")) for url in watch.asked)


async def test_a_crews_phone_with_a_wrong_token_is_told_so_and_shown_nothing(centre: Centre, browser: Browser) -> None:
    page = await open_page(browser)
    await page.goto(f"{centre.url}/crew")
    await page.locator("[name=token]").fill("rescue_wrong")
    await page.locator("[name=crew]").fill("K1")
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("say who you are")
    await expect(page.locator("#work")).to_be_empty()
