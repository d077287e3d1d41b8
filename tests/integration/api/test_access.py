"""Who may come in, by token or by cookie, and who may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rescue.api.application import ROUTES
from rescue.api.table import AnyRoute
from tests.integration.api.asking import COMPANIES, EVERYBODY, demand_problem, log_in, somewhere
from tests.integration.centre import (
    PASSWORD,
    VENDOR,
    Centre,
    serve,
)


async def test_nobody_gets_past_a_route_without_saying_who_they_are(quiet: Centre) -> None:
    guarded = [route for route in ROUTES if not route.access.is_for_anyone]
    assert len(guarded) > 30
    for route in guarded:
        answer = await quiet.ask("nobody", route.method, somewhere(route), {})
        demand_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def is_admitted(route: AnyRoute, who: str) -> bool:
    if who == VENDOR:
        return route.access.vendors
    return route.access.companies if who in COMPANIES else who in route.access.roles


async def test_each_route_turns_away_whoever_its_access_does_not_name(quiet: Centre) -> None:
    for route in ROUTES:
        for who in EVERYBODY:
            answer = await quiet.ask(who, route.method, somewhere(route), b"{")
            if is_admitted(route, who) or route.access.is_for_anyone:
                assert answer.status not in {401, 403}, f"{who} {route.method} {route.path}"
            else:
                demand_problem(answer, 403)


@pytest.mark.parametrize("authorization", ["Bearer rescue_wrong", "Bearer", "Basic bGk6cGFzcw==", "Bearer \u00fc"])
async def test_a_wrong_proof_is_as_good_as_none(quiet: Centre, authorization: str) -> None:
    answer = await quiet.ask("nobody", "GET", "/api/v1/incidents", headers={"Authorization": authorization})
    demand_problem(answer, 401)


async def test_a_session_lasts_from_logging_in_to_logging_out(li: Centre) -> None:
    assert (await li.get("nobody", "/session")).body["kind"] == "nobody"
    answer = await log_in(li)
    assert answer.body == {
        "kind": "person",
        "name": "li",
        "role": "operator",
        "company_id": None,
        "crew_id": None,
        "vendor_id": None,
        "expires_at": "2026-03-02T16:00:00Z",
        "timezone": "Asia/Shanghai",
    }
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie
    assert (await li.get("nobody", "/session")).body["name"] == "li"
    assert (await li.get("nobody", "/incidents")).status == 200
    assert (await li.ask("nobody", "DELETE", "/api/v1/session")).status == 204
    demand_problem(await li.get("nobody", "/incidents"), 401)


async def test_a_copy_of_the_cookie_is_worth_nothing_after_logging_out(li: Centre) -> None:
    await log_in(li)
    copy = {"Cookie": "; ".join(f"{cookie.key}={cookie.value}" for cookie in li.browser.cookie_jar)}
    await li.ask("nobody", "DELETE", "/api/v1/session")
    demand_problem(await li.ask("nobody", "GET", "/api/v1/incidents", headers=copy), 401)


async def test_a_session_ends_by_itself_after_twelve_hours(li: Centre) -> None:
    await log_in(li)
    li.clock.forward(12 * 3600 - 1)
    assert (await li.get("nobody", "/incidents")).status == 200
    li.clock.forward(1)
    demand_problem(await li.get("nobody", "/incidents"), 401)


async def test_over_https_the_cookie_is_never_sent_in_clear(li: Centre) -> None:
    context = replace(li.context, public_url="https://rescue.example")
    async with serve(context, li.store, li.clock) as secured:
        assert "Secure" in (await log_in(secured)).headers["Set-Cookie"]


async def test_a_wrong_password_lets_nobody_in_and_the_eleventh_is_not_even_looked_at(li: Centre) -> None:
    for _ in range(10):
        demand_problem(await log_in(li, "wrong horse"), 401)
    answer = await log_in(li)
    demand_problem(answer, 429)
    li.clock.forward(int(answer.headers["Retry-After"]))
    assert (await log_in(li)).status == 200


CROSS_SITE: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
]


async def test_a_page_of_another_site_can_neither_log_a_person_in_nor_act_for_them(li: Centre) -> None:
    log_in_body = {"username": "li", "password": PASSWORD}
    intake = {"rescue_code": "100001", "source": "phone"}
    for headers in CROSS_SITE:
        demand_problem(await li.ask("nobody", "POST", "/api/v1/session", log_in_body, headers=headers), 403)
    await log_in(li)
    for headers in CROSS_SITE:
        demand_problem(await li.ask("nobody", "POST", "/api/v1/incidents", intake, headers=headers), 403)
        assert (await li.ask("nobody", "GET", "/api/v1/incidents", headers=headers)).body["items"] == []


async def test_our_own_page_and_a_program_without_a_browser_may_act_by_cookie(li: Centre) -> None:
    own: list[dict[str, str]] = [
        {"Sec-Fetch-Site": "same-origin", "Origin": li.url},
        {"Origin": li.url},
        {"Origin": "http://rescue.example"},
        {},
    ]
    await log_in(li)
    for headers in own:
        intake = {"rescue_code": "100001", "source": "phone"}
        answer = await li.ask("nobody", "POST", "/api/v1/incidents", intake, headers=headers)
        assert answer.status in {200, 201}, answer.text
