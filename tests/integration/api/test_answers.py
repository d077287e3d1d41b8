"""A company's side: its offers, its answers, and what it may not see."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.integration.api.asking import COMPANIES, demand_problem, shares_one_centre
from tests.integration.centre import (
    ANKANG,
    BEIHAI,
    LIFTS,
    OFFICERS_PHONE,
    Centre,
)


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
