"""The API as its users meet it: the real HTTP server and desk on the real database, asked over the network."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from dispatch.problem import Candidate, Refusal
from rescue.accounts import Role
from rescue.api.application import HEADERS, ROUTES
from rescue.api.context import Health
from rescue.api.openapi import document
from rescue.api.table import AnyRoute
from rescue.desk.board import Board, Outcome, Verdict
from rescue.desk.inputs import Action, Answer, Input
from rescue.incident import Incident, IncidentId
from rescue.links import sign
from rescue.ports import Quarantined, StoreUnavailable
from rescue.service import DeskBusy
from rescue.store.postgres import PostgresStore
from rescue.timeline import Actor
from tests.integration.centre import (
    ANKANG,
    BEIHAI,
    LIFTS,
    LINK_KEY,
    NOON,
    OFFICERS_PHONE,
    PASSWORD,
    Centre,
    fresh_store,
    open_centre,
    serve,
)

STAFF = ("operator", "supervisor", "admin")
COMPANIES = (ANKANG.company_id, BEIHAI.company_id)
EVERYBODY = (*Role, *COMPANIES)

shares_one_centre = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
"""What the centre promises, it promises in whatever state the examples before have left it."""


@pytest.fixture(scope="module")
async def quiet(database_server: str) -> AsyncIterator[Centre]:
    """One centre for all questions that leave no trace."""
    async with fresh_store(database_server, "rescue_quiet") as store, open_centre(store) as opened:
        yield opened


@pytest.fixture
async def centre(postgres_store: PostgresStore) -> AsyncIterator[Centre]:
    async with open_centre(postgres_store) as opened:
        yield opened


def demand_problem(answer: Any, status: int) -> Any:
    """The answer is a problem document of this status."""
    assert answer.status == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem = answer.body
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert set(problem) >= {"type", "errors"}
    return problem


def somewhere(route: AnyRoute) -> str:
    """The route's path with something in its braces that exists nowhere."""
    return route.path.replace("{", "no-").replace("}", "")


# --- who may come in


async def test_nobody_gets_past_a_route_without_saying_who_they_are(quiet: Centre) -> None:
    guarded = [route for route in ROUTES if not route.access.is_for_anyone]
    assert len(guarded) > 30
    for route in guarded:
        answer = await quiet.ask("nobody", route.method, somewhere(route), {})
        demand_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_each_route_turns_away_whoever_its_access_does_not_name(quiet: Centre) -> None:
    for route in ROUTES:
        for who in EVERYBODY:
            answer = await quiet.ask(who, route.method, somewhere(route), b"{")
            is_admitted = route.access.companies if who in COMPANIES else who in route.access.roles
            if is_admitted or route.access.is_for_anyone:
                assert answer.status not in {401, 403}, f"{who} {route.method} {route.path}"
            else:
                demand_problem(answer, 403)


@pytest.mark.parametrize("authorization", ["Bearer rescue_wrong", "Bearer", "Basic bGk6cGFzcw==", "Bearer \u00fc"])
async def test_a_wrong_proof_is_as_good_as_none(quiet: Centre, authorization: str) -> None:
    answer = await quiet.ask("nobody", "GET", "/api/v1/incidents", headers={"Authorization": authorization})
    demand_problem(answer, 401)


async def log_in(centre: Centre, password: str = PASSWORD, **headers: str) -> Any:
    """Li logs in with the centre's browser, which keeps the cookie."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    said = {"username": "li", "password": password}
    return await centre.ask("nobody", "POST", "/api/v1/session", said, headers=named)


@pytest.fixture
async def li(centre: Centre) -> Centre:
    """The centre with an operator called li."""
    await centre.context.accounts.add_user("li", Role.OPERATOR, PASSWORD, NOON)
    return centre


async def test_a_session_lasts_from_logging_in_to_logging_out(li: Centre) -> None:
    assert (await li.get("nobody", "/session")).body["kind"] == "nobody"
    answer = await log_in(li)
    assert answer.body == {
        "kind": "person",
        "name": "li",
        "role": "operator",
        "company_id": None,
        "expires_at": "2026-03-02T16:00:00Z",
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


# --- what cannot be met


NONSENSE: list[tuple[str, Any, int, list[str | int] | None]] = [
    ("/incidents", b"{", 400, ["body"]),
    ("/incidents", b"\xff\xfe", 400, ["body"]),
    ("/incidents", b"[" * 60_000, 400, ["body"]),
    ("/incidents", b"[]", 422, ["body"]),
    ("/incidents", b"", 422, ["body", "source"]),
    ("/incidents", {"rescue_code": "100001", "source": "rumour"}, 422, ["body", "source"]),
    ("/incidents", {"source": "phone"}, 422, ["body"]),
    ("/incidents", {"rescue_code": "100001", "lift_id": "L1", "source": "phone"}, 422, ["body"]),
    ("/incidents", {"rescue_code": 100001, "source": "phone"}, 422, ["body", "rescue_code"]),
    ("/incidents", {"rescue_code": "100001", "source": "phone", "people": "2"}, 422, ["body", "people"]),
    ("/incidents", {"rescue_code": "100001", "source": "phone", "people": -1}, 422, ["body", "people"]),
    ("/incidents", {"rescue_code": "100001", "source": "phone", "poeple": 2}, 422, ["body", "poeple"]),
    ("/incidents", {"rescue_code": "100001", "source": "phone", "vulnerable": ["cat"]}, 422, ["body", "vulnerable", 0]),
    ("/incidents", {"rescue_code": "1\x00", "source": "phone"}, 422, ["body", "rescue_code"]),
    ("/incidents", {"rescue_code": "100001", "source": "phone", "note": "x" * 2001}, 422, ["body", "note"]),
    ("/incidents/i/false_alarm", {}, 422, ["body", "reason"]),
    ("/incidents/i/close", {"cause_code": "900"}, 422, ["body", "cause_code"]),
    ("/assignments/a/accept", {}, 422, ["body", "attempt"]),
    ("/assignments/a/accept", {"attempt": 1.5}, 422, ["body", "attempt"]),
]


@pytest.mark.parametrize(("path", "said", "status", "loc"), NONSENSE)
async def test_nonsense_is_refused_with_the_place_where_it_stands(
    quiet: Centre, path: str, said: Any, status: int, loc: list[str | int]
) -> None:
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    problem = demand_problem(await quiet.ask("operator", "POST", f"/api/v1{path}", data), status)
    assert problem["errors"][0]["loc"] == loc
    assert problem["errors"][0]["msg"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=many", "limit"),
        ("cursor=x", "cursor"),
        ("status=lost", "status"),
        ("area=zhengzhou", "area"),
        ("statsu=open", "statsu"),
        ("status=open&status=closed", "status"),
        ("from=yesterday", "from"),
        ("from=2026-03-02T04:00:00", "from"),
        ("to=9999-12-31T23:59:59-14:00", "to"),
        ("area=41010%00", "area"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused_by_name(quiet: Centre, query: str, parameter: str) -> None:
    problem = demand_problem(await quiet.get("operator", f"/incidents?{query}"), 422)
    assert problem["errors"][0]["loc"] == ["query", parameter]


async def test_what_is_nowhere_not_allowed_or_too_long_is_a_problem_too(quiet: Centre) -> None:
    demand_problem(await quiet.ask("nobody", "GET", "/nowhere"), 404)
    demand_problem(await quiet.ask("nobody", "GET", "/static/nowhere.js"), 404)
    demand_problem(await quiet.ask("nobody", "GET", "/static/../index.html"), 404)
    demand_problem(await quiet.get("operator", "/lifts/L1%00"), 404)
    demand_problem(await quiet.get("operator", "/lifts/%FF"), 404)
    demand_problem(await quiet.post("operator", "/incidents/i/applaud"), 404)
    answer = await quiet.ask("operator", "PUT", "/api/v1/incidents", {})
    demand_problem(answer, 405)
    assert set(answer.headers["Allow"].split(",")) == {"GET", "HEAD", "POST"}
    demand_problem(await quiet.ask("operator", "POST", "/api/v1/incidents", b"x" * (64 * 1024 + 1)), 413)


async def test_a_body_that_claims_to_be_packed_and_is_not_is_the_senders_fault(quiet: Centre) -> None:
    answer = await quiet.ask("operator", "POST", "/api/v1/incidents", b"not gzip", headers={"Content-Encoding": "gzip"})
    demand_problem(answer, 400)


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)


def deeper(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner) | st.dictionaries(st.text(max_size=8), inner)


anything = st.recursive(scalars, deeper, max_leaves=8)
intakes = st.fixed_dictionaries(
    {"rescue_code": anything, "source": st.just("phone")},
    optional={"people": anything, "injured": anything, "vulnerable": anything, "note": anything, "caller": anything},
)


@given(said=intakes | anything)
@shares_one_centre
async def test_whatever_is_sent_is_answered_and_never_by_a_fault_of_ours(quiet: Centre, said: Any) -> None:
    answer = await quiet.ask("operator", "POST", "/api/v1/incidents", json.dumps(said).encode())
    assert answer.status in {400, 404, 422}, answer.text


class FixedDesk:
    """A desk that answers every input alike, for seeing how an answer is passed on."""

    def __init__(self, answer: Outcome | Exception, board: Board) -> None:
        self._answer = answer
        self.board = board

    async def submit(self, input: Input, *, actor: Actor, input_id: str | None = None) -> Outcome:  # noqa: A002
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def candidates(self, incident: Incident) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
        return (), ()


async def told(centre: Centre, desk_says: Outcome | Exception, path: str, said: Any) -> Any:
    """What becomes of the desk's answer on its way out."""
    desk = FixedDesk(desk_says, centre.context.desk.board)
    async with serve(replace(centre.context, desk=desk), centre.store, centre.clock) as other:
        other.tokens = centre.tokens
        return await other.post("operator", path, said)


VERDICTS: dict[Verdict, int] = {
    Verdict.OPENED: 201,
    Verdict.JOINED: 200,
    Verdict.DONE: 200,
    Verdict.NOTHING: 200,
    Verdict.NOT_FOUND: 409,
    Verdict.REFUSED: 409,
    Verdict.STALE: 409,
}


async def test_the_desks_verdict_is_the_answers_status(centre: Centre) -> None:
    case = await centre.open_case("100001")
    assert set(VERDICTS) == set(Verdict)
    for verdict, status in VERDICTS.items():
        outcome = Outcome(verdict=verdict, reason="so it is", incident_id=IncidentId(case["id"]))
        answer = await told(centre, outcome, "/incidents", {"rescue_code": "100002", "source": "phone"})
        if status == 409:
            assert "so it is" in demand_problem(answer, 409)["detail"]
        else:
            assert (answer.status, answer.body["id"]) == (status, case["id"])


async def test_a_busy_desk_and_an_absent_database_ask_to_be_asked_again(quiet: Centre) -> None:
    for error in (DeskBusy("1000 inputs wait"), StoreUnavailable("connection lost")):
        answer = await told(quiet, error, "/incidents", {"rescue_code": "100001", "source": "phone"})
        demand_problem(answer, 503)
        assert answer.headers["Retry-After"] == "1"


async def test_a_fault_of_ours_tells_nothing_of_our_code(quiet: Centre) -> None:
    said = {"rescue_code": "100001", "source": "phone"}
    answer = await told(quiet, RuntimeError("the secret is 42"), "/incidents", said)
    demand_problem(answer, 500)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


# --- cases


async def test_a_call_opens_a_case_and_the_next_call_joins_it(centre: Centre) -> None:
    caller = {"name": "王女士", "phone": "13812345678"}
    opened = await centre.report("100001", people=2, vulnerable=["elderly"], caller=caller)
    assert opened.status == 201
    case = opened.body
    assert (case["status"], case["people"], case["vulnerable"]) == ("dispatched", 2, ["elderly"])
    assert case["caller"] == caller
    assert case["assignment"]["crew_id"] == "a1"
    joined = await centre.post("supervisor", "/incidents", {"lift_id": "L1", "source": "119"})
    assert joined.status == 200
    assert joined.body["id"] == case["id"]


async def test_a_code_that_no_plate_bears_is_named_in_the_refusal(quiet: Centre) -> None:
    assert "rescue code 999999" in demand_problem(await quiet.report("999999"), 404)["detail"]
    unknown = await quiet.post("operator", "/incidents", {"lift_id": "L9", "source": "staff"})
    assert "id L9" in demand_problem(unknown, 404)["detail"]


async def test_cases_are_listed_newest_first_a_page_at_a_time(centre: Centre) -> None:
    ids = [(await centre.open_case(card.rescue_code or ""))["id"] for card in LIFTS]
    seen: list[str] = []
    path = "/incidents?limit=2"
    for _ in range(3):
        answer = await centre.get("operator", path)
        seen += answer.ids
        path = f"/incidents?limit=2&cursor={answer.body['next']}"
    assert answer.body["next"] is None
    assert seen == ids[::-1]


async def test_cases_are_found_by_status_area_and_the_time_they_were_opened(centre: Centre) -> None:
    first = await centre.open_case("100001")
    centre.clock.forward(600)
    in_erqi = await centre.open_case("100003")
    ended = await centre.post("operator", f"/incidents/{first['id']}/false_alarm", {"reason": "nobody inside"})
    assert ended.body["status"] == "false_alarm"

    async def found(query: str) -> list[str]:
        return (await centre.get("operator", f"/incidents?{query}")).ids

    assert await found("status=open") == [in_erqi["id"]]
    assert await found("status=closed") == [first["id"]]
    assert await found("area=410103") == [in_erqi["id"]]
    assert await found("to=2026-03-02T04:05:00Z") == [first["id"]]
    assert await found("from=2026-03-02T12:05:00%2B08:00") == [in_erqi["id"]]


async def test_the_timeline_tells_who_did_what_and_that_nobody_changed_it(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await centre.post("operator", f"/incidents/{case['id']}/note", {"note": "the caller is calm"})
    timeline = (await centre.get("auditor", f"/incidents/{case['id']}/timeline")).body
    assert [entry["seq"] for entry in timeline["items"]] == list(range(1, len(timeline["items"]) + 1))
    assert timeline["items"][-1]["said"] == "the caller is calm"
    assert timeline["items"][-1]["actor"] == {"kind": "operator", "name": "operator (token)", "channel": "http"}
    assert timeline["first_break"] is None


async def test_every_crew_is_ranked_for_a_case_or_refused_with_a_reason(centre: Centre) -> None:
    case = await centre.open_case("100001")
    crews = (await centre.get("operator", f"/incidents/{case['id']}/candidates")).body["items"]
    assert {crew["crew_id"] for crew in crews} == set(centre.context.desk.board.crews)
    assert [crew["rank"] for crew in crews if crew["may_go"]] == [1, 2]
    assert all(crew["reasons"] for crew in crews)


def test_everything_an_operator_or_a_company_can_do_has_its_route() -> None:
    posted = {route.path.rpartition("/")[2] for route in ROUTES if route.method == "POST"}
    assert {*Action, *Answer} <= posted


async def test_an_operator_takes_a_case_from_the_call_to_its_end(centre: Centre) -> None:
    case = await centre.released_case("100001")
    path = f"/incidents/{case['id']}"

    async def do(action: str, **said: Any) -> Any:
        answer = await centre.post("operator", f"{path}/{action}", said)
        assert answer.status == 200, answer.text
        return answer.body

    assert (await do("claim"))["claimed_by"] == "operator (token)"
    assert (await do("unclaim"))["claimed_by"] is None
    assert (await do("triage", people=3, vulnerable=["child"]))["people"] == 3
    refused = await centre.post("operator", f"{path}/close", {"cause_code": "101"})
    assert "call back first" in demand_problem(refused, 409)["detail"]
    assert (await do("confirm_release", people_released=3))["called_back_at"] == "2026-03-02T04:00:00Z"
    closed = await do("close", cause_code="101")
    assert (closed["status"], closed["cause_code"]) == ("closed", "101")
    again = await centre.post("operator", f"{path}/note", {"note": "one more thing"})
    assert "closed" in demand_problem(again, 409)["detail"]


async def test_an_operator_chooses_another_crew_and_raises_the_level(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}"
    chosen = await centre.post("operator", f"{path}/assign", {"crew_id": "a3", "reason": "has the key"})
    assert chosen.body["assignment"]["crew_id"] == "a3"
    raised = await centre.post("operator", f"{path}/escalate", {"reason": "smoke"})
    assert raised.body["level"] == 2
    refused = await centre.post("operator", f"{path}/stand_down", {"reason": "they got out"})
    assert "two independent signs" in demand_problem(refused, 409)["detail"]


async def test_who_acts_on_what_they_no_longer_see_is_told_who_acted_and_when(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path, version = f"/incidents/{case['id']}", case["version"]
    centre.clock.forward(5)
    assert (await centre.post("supervisor", f"{path}/claim", {"version": version})).status == 200
    problem = demand_problem(await centre.post("operator", f"{path}/claim", {"version": version}), 409)
    assert problem["acted_by"] == "supervisor (token)"
    assert problem["acted_at"] == "2026-03-02T04:00:05Z"
    assert "supervisor (token) acted last" in problem["detail"]


# --- companies


async def test_a_company_takes_its_crew_from_the_offer_to_the_release(centre: Centre) -> None:
    case = await centre.open_case("100003")
    asked = case["assignment"]

    async def say(what: str, **said: Any) -> Any:
        return await centre.post(BEIHAI.company_id, f"/assignments/{asked['id']}/{what}", {"attempt": 1, **said})

    assert (await say("accept", crew_id="b2")).body["crew_id"] == "b2"
    assert (await say("accept")).status == 200, "a repeat changes nothing"
    for what in ("en_route", "on_scene"):
        assert (await say(what)).body["status"] == what
    released = await say("released", people_released=2, release_method="levelled_door", cause_code="301")
    assert released.body["status"] == "released"
    seen = (await centre.get(BEIHAI.company_id, f"/incidents/{case['id']}")).body
    assert (seen["status"], seen["people_released"], seen["cause_code"]) == ("released", 2, "301")


async def test_an_answer_to_another_attempt_counts_for_nothing(centre: Centre) -> None:
    asked = (await centre.open_case("100001"))["assignment"]
    answer = await centre.post(ANKANG.company_id, f"/assignments/{asked['id']}/accept", {"attempt": 2})
    assert "attempt 1, not 2" in demand_problem(answer, 409)["detail"]


async def test_an_answer_after_the_end_of_the_case_is_too_late(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await centre.post("operator", f"/incidents/{case['id']}/false_alarm", {"reason": "nobody inside"})
    path = f"/assignments/{case['assignment']['id']}/accept"
    demand_problem(await centre.post(ANKANG.company_id, path, {"attempt": 1}), 409)


async def test_assignments_are_listed_by_status_a_page_at_a_time_to_the_company_asked(centre: Centre) -> None:
    for code in ("100001", "100002", "100003"):
        await centre.open_case(code)
        centre.clock.forward(1)
    first = await centre.get("operator", "/assignments?status=offered&limit=2")
    rest = await centre.get("operator", f"/assignments?status=offered&limit=2&cursor={first.body['next']}")
    offered = [item["offered_at"] for item in (*first.body["items"], *rest.body["items"])]
    assert offered == sorted(offered, reverse=True)
    assert len(offered) == 3
    own = (await centre.get(BEIHAI.company_id, "/assignments")).body["items"]
    assert {item["company_id"] for item in own} == {BEIHAI.company_id}
    assert (await centre.get("operator", "/assignments?status=declined")).body["items"] == []


events = st.tuples(st.sampled_from(["report", "accept", "decline", "escalate", "false_alarm"]), st.integers(0, 4))


async def happen(centre: Centre, what: str, which: int) -> None:
    """One thing happens to a lift, or to the case that is open there; it may well be refused."""
    code = LIFTS[which].rescue_code or ""
    case = (await centre.report(code)).body
    match what:
        case "accept" | "decline" if asked := case["assignment"]:
            path = f"/assignments/{asked['id']}/{what}"
            await centre.post(asked["company_id"], path, {"attempt": asked["attempt"], "reason": "so"})
        case "escalate" | "false_alarm":
            await centre.post("operator", f"/incidents/{case['id']}/{what}", {"reason": "so"})


@given(story=st.lists(events, min_size=1, max_size=4))
@shares_one_centre
async def test_a_company_sees_the_cases_in_which_it_was_asked_and_no_other(
    centre: Centre, story: list[tuple[str, int]]
) -> None:
    for what, which in story:
        await happen(centre, what, which)
    attempts = (await centre.get("admin", "/assignments?limit=1000")).body["items"]
    cases = (await centre.get("admin", "/incidents?limit=200")).ids
    for company in COMPANIES:
        its = {attempt["incident_id"] for attempt in attempts if attempt["company_id"] == company}
        listed = (await centre.get(company, "/incidents?limit=200")).body["items"]
        assert {item["id"] for item in listed} == its & set(cases)
        assert {item["assignment"]["company_id"] for item in listed if item["assignment"]} <= {company}
        for case in cases[:5]:
            answer = await centre.get(company, f"/incidents/{case}")
            assert answer.status == (200 if case in its else 404), answer.text


async def test_a_company_cannot_answer_for_another_nor_learn_that_it_was_asked(centre: Centre) -> None:
    asked = (await centre.open_case("100001"))["assignment"]
    stranger = await centre.post(BEIHAI.company_id, f"/assignments/{asked['id']}/decline", {"attempt": 1})
    nothing = await centre.post(BEIHAI.company_id, "/assignments/nothing/decline", {"attempt": 1})
    assert demand_problem(stranger, 404)["detail"].replace(asked["id"], "nothing") == nothing.body["detail"]
    assert (await centre.get("operator", "/assignments?status=offered")).ids == [asked["id"]]


async def test_phone_numbers_are_shown_to_those_who_need_them_and_as_long_as_they_do(centre: Centre) -> None:
    case = await centre.open_case("100001", caller={"name": "王女士", "phone": "13812345678"})

    async def text(who: str) -> str:
        return (await centre.get(who, f"/incidents/{case['id']}")).text

    assert "13812345678" in await text("operator")
    assert "13812345678" not in await text(ANKANG.company_id)
    assert OFFICERS_PHONE in await text(ANKANG.company_id)
    for onlooker in ("auditor", "wall"):
        assert "13812345678" not in await text(onlooker)
        assert OFFICERS_PHONE not in await text(onlooker)
        assert "13900001111" not in (await centre.get(onlooker, "/crews")).text
        assert OFFICERS_PHONE not in (await centre.get(onlooker, "/lifts")).text
    await centre.post("operator", f"/incidents/{case['id']}/false_alarm", {"reason": "nobody inside"})
    assert OFFICERS_PHONE not in await text(ANKANG.company_id)


# --- crews and lifts


async def test_a_company_sees_its_crews_and_says_where_they_are_and_whether_on_duty(centre: Centre) -> None:
    assert (await centre.get(BEIHAI.company_id, "/crews")).ids == ["b1", "b2", "b3"]
    assert (await centre.get(BEIHAI.company_id, "/crews?on_duty=true")).ids == ["b1", "b2"]
    changes = {"on_duty": True, "position": {"lon": 113.5, "lat": 34.5}}
    changed = await centre.ask(BEIHAI.company_id, "PATCH", "/api/v1/crews/b3", changes)
    assert changed.status == 200, changed.text
    assert (await centre.get(BEIHAI.company_id, "/crews?on_duty=true")).ids == ["b1", "b2", "b3"]
    b3 = (await centre.get("operator", "/crews")).body["items"][-1]
    assert (b3["lon"], b3["lat"], b3["positioned_at"], b3["on_duty"]) == (113.5, 34.5, "2026-03-02T04:00:00Z", True)
    assert [crew.on_duty for crew in await centre.store.list_crews() if crew.crew_id == "b3"] == [True]


async def test_nobody_changes_another_companys_crew(quiet: Centre) -> None:
    demand_problem(await quiet.ask(ANKANG.company_id, "PATCH", "/api/v1/crews/b1", {"on_duty": False}), 404)
    demand_problem(await quiet.ask("operator", "PATCH", "/api/v1/crews/z9", {"on_duty": False}), 404)
    demand_problem(await quiet.ask("operator", "PATCH", "/api/v1/crews/b1", {"on_duty": "no"}), 422)
    nowhere = {"position": {"lon": 181, "lat": 0}}
    demand_problem(await quiet.ask("operator", "PATCH", "/api/v1/crews/b1", nowhere), 422)
    assert quiet.context.desk.board.busy() == {}


async def test_crews_are_listed_a_page_at_a_time(quiet: Centre) -> None:
    first = await quiet.get("operator", "/crews?limit=4")
    rest = await quiet.get("operator", f"/crews?limit=4&cursor={first.body['next']}")
    assert first.ids + rest.ids == ["a1", "a2", "a3", "b1", "b2", "b3"]
    assert rest.body["next"] is None


@pytest.mark.parametrize(
    ("who", "query", "found"),
    [
        ("operator", "rescue_code=100003", ["L3"]),
        ("operator", "area=410103", ["L3"]),
        ("operator", "q=%E8%8A%B1%E5%9B%AD", ["L1", "L2", "L3", "L4"]),
        ("operator", "q=l4", ["L4"]),
        ("operator", "q=%25", []),
        ("operator", "limit=2&cursor=L2", ["L3", "L4"]),
        (ANKANG.company_id, "", ["L1", "L2", "L5"]),
        (ANKANG.company_id, "rescue_code=100003", []),
    ],
)
async def test_lifts_are_found_by_plate_area_or_a_word(quiet: Centre, who: str, query: str, found: list[str]) -> None:
    assert (await quiet.get(who, f"/lifts?{query}")).ids == found


async def test_one_lift_is_shown_to_its_contractor_and_the_centre(quiet: Centre) -> None:
    card = (await quiet.get(ANKANG.company_id, "/lifts/L1")).body
    assert (card["rescue_code"], card["live"]) == ("100001", None)
    demand_problem(await quiet.get(BEIHAI.company_id, "/lifts/L1"), 404)
    demand_problem(await quiet.get("operator", "/lifts/L9"), 404)


# --- the companies' endpoints


async def test_a_company_looks_after_its_endpoint(centre: Centre) -> None:
    made = await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook", "types": ["*"]})
    assert made.status == 201
    assert made.body["secret"].startswith("whsec_")
    path = f"/api/v1/webhooks/{made.body['id']}"
    shown = await centre.ask(ANKANG.company_id, "GET", path)
    assert shown.body == {key: value for key, value in made.body.items() if key != "secret"}
    changed = await centre.ask(ANKANG.company_id, "PATCH", path, {"enabled": False, "types": ["incident.closed"]})
    assert (changed.body["enabled"], changed.body["types"]) == (False, ["incident.closed"])
    assert changed.body["url"] == "https://ankang.example/hook"
    assert (await centre.get(ANKANG.company_id, "/webhooks")).body["items"] == [changed.body]
    assert (await centre.ask(ANKANG.company_id, "DELETE", path)).status == 204
    demand_problem(await centre.ask(ANKANG.company_id, "GET", path), 404)


async def test_what_is_sent_to_an_endpoint_is_listed_with_how_it_fared(centre: Centre) -> None:
    made = (await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook"})).body
    case = await centre.open_case("100001")
    tested = await centre.post(ANKANG.company_id, f"/webhooks/{made['id']}/test")
    assert tested.status == 202
    sent = (await centre.get(ANKANG.company_id, f"/webhooks/{made['id']}/deliveries")).body["items"]
    assert [(one["type"], one["tries"], one["outcome"]) for one in sent] == [
        ("endpoint.test", 0, None),
        ("assignment.offered", 0, None),
    ]
    assert sent[0]["webhook_id"] == tested.body["webhook_id"]
    assert sent[1]["assignment_id"] == case["assignment"]["id"]
    (due,) = [one for one in await centre.store.due(centre.clock.now(), 10) if one.key == sent[0]["webhook_id"]]
    assert due.tries == 0


async def test_another_companys_endpoint_does_not_exist(centre: Centre) -> None:
    made = (await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://ankang.example/hook"})).body
    path = f"/api/v1/webhooks/{made['id']}"
    tries: list[tuple[str, str]] = [
        ("GET", path),
        ("PATCH", path),
        ("DELETE", path),
        ("POST", f"{path}/test"),
        ("GET", f"{path}/deliveries"),
    ]
    for method, where in tries:
        demand_problem(await centre.ask(BEIHAI.company_id, method, where, {}), 404)
    assert (await centre.get(BEIHAI.company_id, "/webhooks")).body["items"] == []
    assert (await centre.get("admin", "/webhooks")).ids == [made["id"]]
    for_another = {"url": "https://beihai.example", "company_id": ANKANG.company_id}
    demand_problem(await centre.post(BEIHAI.company_id, "/webhooks", for_another), 404)


async def test_an_administrator_says_for_which_company(centre: Centre) -> None:
    url = "https://ankang.example/hook"
    demand_problem(await centre.post("admin", "/webhooks", {"url": url}), 422)
    demand_problem(await centre.post("admin", "/webhooks", {"url": url, "company_id": "nobody"}), 422)
    made = await centre.post("admin", "/webhooks", {"url": url, "company_id": ANKANG.company_id})
    assert made.body["company_id"] == ANKANG.company_id


@pytest.mark.parametrize(
    "url", ["ftp://x.example", "https://127.0.0.1/", "https://[::1]/", "http://x.example", "x", ""]
)
async def test_an_endpoint_that_we_would_not_call_is_refused_at_once(quiet: Centre, url: str) -> None:
    problem = demand_problem(await quiet.post(ANKANG.company_id, "/webhooks", {"url": url}), 422)
    assert problem["errors"][0]["loc"] == ["body", "url"]


async def test_private_addresses_are_taken_where_the_centre_allows_them(centre: Centre) -> None:
    context = replace(centre.context, allow_private_webhooks=True)
    async with serve(context, centre.store, centre.clock) as lenient:
        lenient.tokens = centre.tokens
        made = await lenient.post(ANKANG.company_id, "/webhooks", {"url": "http://127.0.0.1:9/"})
        assert made.status == 201


async def test_a_company_has_ten_endpoints_and_no_more(centre: Centre) -> None:
    statuses = [
        (await centre.post(ANKANG.company_id, "/webhooks", {"url": f"https://a.example/{number}"})).status
        for number in range(11)
    ]
    assert statuses == [201] * 10 + [409]


# --- said again


async def test_a_request_sent_again_with_its_key_is_answered_alike_and_done_once(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}/note"
    first = await centre.post("operator", path, {"note": "once"}, idempotency_key="k1")
    centre.clock.forward(3600)
    second = await centre.post("operator", path, {"note": "once"}, idempotency_key="k1")
    assert (first.status, first.text, first.content_type) == (second.status, second.text, second.content_type)
    timeline = (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body["items"]
    assert [entry["said"] for entry in timeline].count("once") == 1


async def test_a_key_used_for_something_else_is_refused(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}"
    await centre.post("operator", f"{path}/note", {"note": "one"}, idempotency_key="k1")
    demand_problem(await centre.post("operator", f"{path}/note", {"note": "two"}, idempotency_key="k1"), 422)
    demand_problem(await centre.post("operator", f"{path}/claim", {}, idempotency_key="k1"), 422)
    demand_problem(await centre.post("operator", f"{path}/claim", {}, idempotency_key="k" * 256), 422)


async def test_a_key_belongs_to_whoever_sent_it_and_lasts_a_day(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}/claim"
    first = await centre.post("operator", path, {}, idempotency_key="k1")
    other = await centre.post("supervisor", path, {}, idempotency_key="k1")
    assert (first.body["claimed_by"], other.body["claimed_by"]) == ("operator (token)", "supervisor (token)")
    centre.clock.forward(86_400)
    anew = await centre.post("operator", path, {"reason": "another day"}, idempotency_key="k1")
    assert anew.body["claimed_by"] == "operator (token)"


async def test_a_refusal_is_answered_alike_too(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}/close"
    first = await centre.post("operator", path, {"cause_code": "101"}, idempotency_key="k1")
    second = await centre.post("operator", path, {"cause_code": "101"}, idempotency_key="k1")
    demand_problem(second, 409)
    assert first.text == second.text


async def test_a_deletion_is_answered_alike_too(centre: Centre) -> None:
    made = (await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://a.example"})).body
    key, path = {"Idempotency-Key": "k1"}, f"/api/v1/webhooks/{made['id']}"
    answers = [await centre.ask(ANKANG.company_id, "DELETE", path, headers=key) for _ in range(2)]
    assert [(answer.status, answer.text) for answer in answers] == [(204, ""), (204, "")]


# --- the links of an offer


@pytest.fixture
async def offer(centre: Centre) -> Any:
    """An offer to ankang, for the lift whose address is an attempt at a script."""
    return (await centre.open_case("100005", people=2))["assignment"]


def link(offer: Any, action: Any, *, for_s: float = 180, key: bytes = LINK_KEY) -> str:
    expires_at = NOON.replace(second=0).fromtimestamp(NOON.timestamp() + for_s, NOON.tzinfo)
    return f"/respond/{sign(key, offer['id'], offer['attempt'], action, expires_at)}"


AS_A_PERSON = {"Accept": "text/html,application/xhtml+xml,*/*"}


async def test_looking_at_an_offer_changes_nothing_and_pressing_its_button_accepts(centre: Centre, offer: Any) -> None:
    page = await centre.ask("nobody", "GET", link(offer, "accept"))
    assert (page.status, page.content_type) == (200, "text/html")
    assert "接单" in page.text
    assert "Accept" in page.text
    assert page.text.count("<button") == 1
    assert "<img" not in page.text, "what came from outside is shown as text"
    assert "&lt;img" in page.text
    assert (await centre.get("operator", "/assignments")).body["items"][0]["status"] == "offered"
    done = await centre.ask("nobody", "POST", link(offer, "accept"), headers=AS_A_PERSON)
    assert (done.status, done.content_type) == (200, "text/html")
    assert (await centre.get("operator", "/assignments")).body["items"][0]["status"] == "accepted"
    again = await centre.ask("nobody", "GET", link(offer, "accept"))
    assert again.status == 200
    assert "<button" not in again.text


async def test_a_program_that_posts_to_a_link_gets_the_assignment(centre: Centre, offer: Any) -> None:
    answer = await centre.ask("nobody", "POST", link(offer, "decline"))
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.body["status"] == "declined"
    case = (await centre.get("operator", f"/incidents/{answer.body['incident_id']}")).body
    assert case["assignment"]["attempt"] == 2
    timeline = (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body["items"]
    declined = next(entry for entry in timeline if entry["what"] == "declined")
    assert declined["actor"] == {"kind": "company", "name": "ankang", "channel": "link"}


async def test_a_link_that_is_forged_overdue_or_answered_does_nothing(centre: Centre, offer: Any) -> None:
    tries: list[tuple[str, int]] = [
        (link(offer, "accept", key=b"another key of sixteen bytes"), 404),
        ("/respond/rubbish", 404),
        (link({**offer, "id": "nothing"}, "accept"), 404),
        (link(offer, "accept", for_s=0), 410),
    ]
    for path, status in tries:
        demand_problem(await centre.ask("nobody", "POST", path), status)
        page = await centre.ask("nobody", "GET", path)
        assert (page.status, page.content_type) == (status, "text/html")
        assert "<button" not in page.text
    assert (await centre.get("operator", "/assignments")).body["items"][0]["status"] == "offered"
    await centre.ask("nobody", "POST", link(offer, "decline"))
    demand_problem(await centre.ask("nobody", "POST", link(offer, "accept")), 409)
    assert (await centre.ask("nobody", "POST", link(offer, "accept"), headers=AS_A_PERSON)).content_type == "text/html"
    assert (await centre.ask("nobody", "GET", link(offer, "accept"))).status == 410


# --- operations and the documents


async def test_the_service_says_whether_it_lives_is_ready_and_how_much_it_does(centre: Centre) -> None:
    assert (await centre.ask("nobody", "GET", "/livez")).text == "alive\n"
    assert (await centre.ask("nobody", "GET", "/readyz")).body == {"ready": True, "reasons": []}
    metrics = (await centre.ask("nobody", "GET", "/metrics")).text
    assert "# TYPE rescue_messages_total counter\nrescue_messages_total 7.0\n" in metrics
    assert "# TYPE rescue_open_incidents gauge\nrescue_open_incidents 0.0\n" in metrics
    context = replace(centre.context, health=lambda: Health(ready=False, reasons=["the broker is away"]))
    async with serve(context, centre.store, centre.clock) as waiting:
        answer = await waiting.ask("nobody", "GET", "/readyz")
        assert (answer.status, answer.body) == (503, {"ready": False, "reasons": ["the broker is away"]})


async def test_the_figures_count_what_was_opened_since(centre: Centre) -> None:
    await centre.released_case("100001")
    await centre.open_case("100002")
    figures = (await centre.get("wall", "/figures?since=2026-03-02T04:00:00Z")).body
    assert figures["opened"] == 2
    assert figures["by_status"] == {"released": 1, "dispatched": 1}
    assert (figures["arrivals"], figures["mean_arrival_s"]) == (1, 0)
    assert (figures["lifts"], figures["lifts_online"]) == (5, 0)
    assert (await centre.get("wall", "/figures?since=2026-03-02T04:00:01Z")).body["opened"] == 0


async def test_messages_that_nobody_could_use_are_listed_newest_first(centre: Centre) -> None:
    rows = [Quarantined(at=NOON, topic=f"lifts/{n}", reason="bad", payload=b"\xff\x00<", size=3) for n in range(3)]
    await centre.store.quarantine(rows, keep=100)
    first = await centre.get("auditor", "/quarantine?limit=2")
    assert [item["topic"] for item in first.body["items"]] == ["lifts/2", "lifts/1"]
    assert first.body["items"][0]["payload"] == "\ufffd\x00<"
    rest = await centre.get("auditor", f"/quarantine?limit=2&cursor={first.body['next']}")
    assert [item["topic"] for item in rest.body["items"]] == ["lifts/0"]


async def test_the_openapi_document_is_sound_and_lists_every_route(quiet: Centre) -> None:
    published = (await quiet.ask("nobody", "GET", "/api/v1/openapi.json")).body
    validate(published)
    listed = {(method.upper(), path) for path, methods in published["paths"].items() for method in methods}
    assert listed == {(route.method, route.path) for route in ROUTES}
    operations = [operation for methods in published["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] for operation in operations)


async def test_what_is_answered_is_what_the_document_says(centre: Centre) -> None:
    case = await centre.released_case("100001")
    await centre.open_case("100002", caller={"name": "Wang"})
    await centre.post(ANKANG.company_id, "/webhooks", {"url": "https://a.example"})
    published = document(ROUTES)
    for route in [route for route in ROUTES if route.method == "GET" and route.path.startswith("/api/v1/")]:
        path = route.path.format(incident_id=case["id"], lift_id="L1", webhook_id="none", name="status")
        query = "?since=2026-03-01T00:00:00Z" if path.endswith("figures") else ""
        answer = await centre.ask("admin", "GET", path + query)
        responses = published["paths"][route.path]["get"]["responses"]
        content = responses.get(str(answer.status), responses["default"])["content"]
        shape = {**content[answer.content_type]["schema"], "components": published["components"]}
        if answer.content_type != "application/json" or ("openapi" not in path and "schemas" not in path):
            Draft202012Validator(shape).validate(answer.body)


@pytest.mark.parametrize("name", ["status", "alarm", "fault", "test", "link", "position"])
async def test_the_schema_of_each_payload_is_published(quiet: Centre, name: str) -> None:
    Draft202012Validator.check_schema((await quiet.ask("nobody", "GET", f"/api/v1/schemas/{name}")).body)


async def test_our_words_in_bacnets_numbers_are_published(quiet: Centre) -> None:
    mapping = (await quiet.ask("nobody", "GET", "/api/v1/schemas/bacnet-lift")).body
    assert mapping["tables"]["Fault_Signals"]["door_opening"] == 7
    assert mapping["tables"]["Car_Mode"]["inspection"] == 8
    assert mapping["without_number"]["Fault_Signals"]["unintended_movement"]
    assert mapping["source"]


async def test_a_schema_that_is_not_there_names_those_that_are(quiet: Centre) -> None:
    problem = demand_problem(await quiet.ask("nobody", "GET", "/api/v1/schemas/nothing"), 404)
    assert "status, alarm, fault, test, link, position, bacnet-lift" in problem["detail"]


@pytest.mark.parametrize("path", ["/", "/docs", "/static/console.js", "/livez", "/nowhere", "/api/v1/incidents"])
async def test_every_answer_carries_the_headers_that_keep_others_out(quiet: Centre, path: str) -> None:
    answer = await quiet.ask("nobody", "GET", path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")


async def test_no_page_mentions_another_host(quiet: Centre) -> None:
    for path in ("/", "/docs", "/static/console.css", "/static/page.css", "/static/console.js", "/static/client.js"):
        text = (await quiet.ask("nobody", "GET", path)).text
        assert "http://" not in text.replace(quiet.url, "")
        assert "https://" not in text
