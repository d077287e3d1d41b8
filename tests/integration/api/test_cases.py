"""Cases over HTTP: from the call to the end, the list, the timeline and the candidates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.crews import CrewId
from rescue.api.application import ROUTES
from rescue.desk.inputs import Action, Answer, PlanImproved
from rescue.timeline import MACHINE
from tests.integration.api.asking import demand_problem
from tests.integration.centre import (
    LIFTS,
    NOON,
    Centre,
)


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
    assert [(crew["rank"], crew["asked"]) for crew in crews if crew["may_go"]] == [(1, True), (2, False), (3, False)]
    assert all(crew["reasons"] for crew in crews)


async def test_how_the_crews_stood_at_an_attempt_is_shown_as_it_was_then(centre: Centre) -> None:
    case = await centre.open_case("100001")
    path = f"/incidents/{case['id']}/candidates"
    first = (await centre.get("operator", f"{path}?attempt=1")).body
    asked = case["assignment"]["crew_id"]
    assert (first["attempt"], first["crew_id"], first["at"]) == (1, asked, case["assignment"]["offered_at"])
    assert [crew["crew_id"] for crew in first["items"] if crew["asked"]] == [asked]
    assert first["items"][0]["crew_id"] == asked
    assert first["ahead_s"] == pytest.approx(first["items"][1]["cost_s"] - first["items"][0]["cost_s"])
    assert {crew["crew_id"] for crew in first["items"]} == set(centre.context.desk.board.crews)
    other = first["items"][1]["crew_id"]
    await centre.post("operator", f"{path.removesuffix('/candidates')}/assign", {"crew_id": other, "reason": "closer"})
    second = (await centre.get("operator", f"{path}?attempt=2")).body
    assert second["crew_id"] == other
    assert [crew["ground"] for crew in second["items"] if crew["crew_id"] == asked] == ["excluded"]
    assert (await centre.get("operator", f"{path}?attempt=1")).body == first
    now = (await centre.get("operator", path)).body
    assert (now["attempt"], now["crew_id"]) == (None, other)


async def test_a_case_that_waits_says_who_is_to_come_by_the_plan(centre: Centre) -> None:
    for crew_id in centre.context.desk.board.crews:
        await centre.ask("operator", "PATCH", f"/api/v1/crews/{crew_id}", {"on_duty": False})
    case = await centre.open_case("100001")
    assert (case["assignment"], case["expected"]) == (None, None)
    planned = PlanImproved(routes={CrewId("a1"): (case["id"],)}, expected_at={case["id"]: NOON + timedelta(minutes=9)})
    await centre.context.desk.submit(planned, actor=MACHINE)
    expected = {"crew_id": "a1", "place": 1, "at": "2026-03-02T04:09:00Z"}
    assert (await centre.get("auditor", f"/incidents/{case['id']}")).body["expected"] == expected
    candidates = (await centre.get("operator", f"/incidents/{case['id']}/candidates")).body
    assert candidates["expected"] == expected
    assert "nobody is on duty" in candidates["shortfall"]


async def test_an_attempt_that_was_never_made_has_no_candidates(centre: Centre) -> None:
    case = await centre.open_case("100001")
    refused = await centre.get("operator", f"/incidents/{case['id']}/candidates?attempt=7")
    assert "has no attempt 7" in demand_problem(refused, 404)["detail"]
    demand_problem(await centre.get("operator", f"/incidents/{case['id']}/candidates?attempt=0"), 422)


async def test_what_a_decision_rested_on_may_be_kept_no_longer_than_its_case(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await centre.store.pool.execute("DELETE FROM decisions")
    refused = await centre.get("operator", f"/incidents/{case['id']}/candidates?attempt=1")
    assert "not kept" in demand_problem(refused, 404)["detail"]


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
