"""The rarer turns of a case over HTTP: merged, reopened, answered too late, its cause filed late, its lifts listed."""

from __future__ import annotations

from typing import Any

from devices.faults import Fault
from devices.messages import Area, FaultRaised, LiftId
from rescue.causes import CAUSES
from rescue.shell.service import lift_actor
from tests.integration.api.asking import demand_problem
from tests.integration.centre import JINSHUI, Centre, lift


async def act(centre: Centre, case: Any, action: str, **said: Any) -> Any:
    """The operator's action on the case, and the case after it."""
    answer = await centre.post("operator", f"/incidents/{case['id']}/{action}", said)
    assert answer.status in {200, 201}, answer.text
    return answer.body


async def history(centre: Centre, case: Any) -> list[str]:
    entries = (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body
    assert entries["first_break"] is None
    return [entry["what"] for entry in entries["items"]]


async def one_building(centre: Centre) -> None:
    """The first two lifts stand in one building."""
    await centre.store.put_lifts(
        [lift(f"L{n}", f"10000{n}", None, address="花园路 1 号", company_id="ankang") for n in (1, 2)]
    )


async def test_whoever_reports_people_opens_a_case_and_it_says_who_told_us_first(centre: Centre) -> None:
    for number, source in enumerate(("phone", "qr", "staff", "119"), start=1):
        opened = await centre.post("operator", "/incidents", {"lift_id": f"L{number}", "source": source, "people": 1})
        assert (opened.status, opened.body["source"], opened.body["kind"]) == (201, source, "entrapment")
        joined = await centre.post("operator", "/incidents", {"rescue_code": f"10000{number}", "source": "staff"})
        assert (joined.status, joined.body["source"]) == (200, source)


async def test_injury_and_grave_need_reach_the_last_level_with_the_first_call(centre: Centre) -> None:
    assert (await centre.open_case("100001", injured=1))["level"] == 3
    for number, need in enumerate(("medical", "water", "fire", "child_alone"), start=2):
        assert (await centre.open_case(f"10000{number}", vulnerable=[need]))["level"] == 3


async def test_two_cases_of_the_same_people_become_one(centre: Centre) -> None:
    await one_building(centre)
    right, wrong = await centre.open_case("100001"), await centre.open_case("100002", people=3)
    merged = await act(centre, wrong, "merge", into=right["id"], reason="they read the wrong plate")
    assert (merged["status"], merged["merged_into_id"]) == ("closed", right["id"])
    into = (await centre.get("operator", f"/incidents/{right['id']}")).body
    assert (into["people"], len(into["other_callers"])) == (3, 0)
    assert "merged_in" in await history(centre, right)
    again = await centre.post("operator", f"/incidents/{right['id']}/merge", {"into": wrong["id"], "reason": "x"})
    assert "no open case" in demand_problem(again, 409)["detail"]
    demand_problem(await centre.post("operator", f"/incidents/{right['id']}/merge", {"reason": "x"}), 422)


async def test_who_else_phoned_is_shown_to_the_centre_alone(centre: Centre) -> None:
    case = await centre.open_case("100001", caller={"name": "王", "phone": "13800001111"})
    await centre.report("100001", caller={"name": "李", "phone": "13800002222"})
    path = f"/incidents/{case['id']}"
    shown = (await centre.get("operator", path)).body
    assert (shown["caller"]["name"], shown["other_callers"]) == ("李", [{"name": "王", "phone": "13800001111"}])
    for who in ("auditor", "ankang"):
        assert (await centre.get(who, path)).body["other_callers"] == []


async def test_a_case_that_was_closed_too_early_is_reopened_as_a_new_one_that_names_it(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await act(centre, case, "false_alarm", reason="nobody answered")
    centre.clock.forward(60)
    answer = await centre.post("operator", f"/incidents/{case['id']}/reopen", {"reason": "there is somebody"})
    assert answer.status == 201
    assert (answer.body["follows_id"], answer.body["status"]) == (case["id"], "dispatched")
    assert (await history(centre, case))[-1] == "reopened"
    twice = await centre.post("operator", f"/incidents/{case['id']}/reopen", {"reason": "again"})
    assert "has case 2 open" in demand_problem(twice, 409)["detail"]


async def test_the_next_call_from_a_lift_names_the_case_before(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await act(centre, case, "false_alarm", reason="nobody answered")
    centre.clock.forward(60)
    assert (await centre.open_case("100001"))["follows_id"] == case["id"]
    assert (await centre.open_case("100002"))["follows_id"] is None


async def test_an_answer_after_the_end_is_refused_with_the_end_and_stands_in_the_timeline(centre: Centre) -> None:
    case = await centre.open_case("100001")
    asked = case["assignment"]
    await act(centre, case, "false_alarm", reason="nobody inside")
    late = await centre.post("ankang", f"/assignments/{asked['id']}/accept", {"attempt": asked["attempt"]})
    assert "case 1 is over: it was false alarm" in demand_problem(late, 409)["detail"]
    assert (await history(centre, case))[-1] == "answer_refused"
    seen = (await centre.get("operator", f"/incidents/{case['id']}")).body
    assert (seen["status"], seen["version"]) == ("false_alarm", 3)


# --- the cause


async def test_the_causes_are_listed_by_group_in_both_languages(centre: Centre) -> None:
    groups = (await centre.get("ankang", "/causes")).body["items"]
    assert [group["group"] for group in groups] == [1, 2, 3, 4, 5, 6, 7]
    listed = {cause["code"]: cause for group in groups for cause in group["causes"]}
    assert set(listed) == set(CAUSES)
    assert listed["201"] == {"code": "201", "zh": "运行中停电", "en": "Power cut while running"}


async def test_a_cause_that_is_not_in_the_list_is_refused_by_name(centre: Centre) -> None:
    case = await centre.released_case("100001")
    attempts = (await centre.get("ankang", "/assignments")).body["items"]
    path = f"/assignments/{attempts[0]['id']}/cause"
    problem = demand_problem(await centre.post("ankang", path, {"attempt": 1, "cause_code": "799"}), 422)
    assert problem["errors"][0]["loc"] == ["body", "cause_code"]
    assert "/api/v1/causes" in problem["errors"][0]["msg"]
    demand_problem(await centre.post("ankang", path, {"attempt": 1}), 422)
    assert "cause_filed" not in await history(centre, case)


async def test_a_company_files_the_cause_after_release_and_after_the_end(centre: Centre) -> None:
    case = await centre.released_case("100001")
    (attempt,) = (await centre.get("ankang", "/assignments")).body["items"]
    path = f"/assignments/{attempt['id']}/cause"
    said = {"attempt": attempt["attempt"], "cause_code": "301", "reason": "the lock was worn"}
    assert (await centre.post("ankang", path, said)).status == 200
    await act(centre, case, "confirm_release")
    assert (await act(centre, case, "close"))["cause_code"] == "301"
    assert (await centre.post("ankang", path, {**said, "cause_code": "302"})).status == 200
    assert (await centre.get("ankang", f"/incidents/{case['id']}")).body["cause_code"] == "302"
    demand_problem(await centre.post("beihai", path, said), 404)


# --- cases of many lifts, and of none that hold anybody


async def dark(centre: Centre, *lift_ids: str) -> None:
    """These lifts lose power, as the tracker tells the desk."""
    for lift_id in lift_ids:
        at = centre.clock.now().timestamp()
        fault = FaultRaised(
            lift_id=LiftId(lift_id),
            area=Area(JINSHUI),
            fault=Fault.MAINS_LOST,
            raw=None,
            since=at,
            at=at,
            reported_at=None,
            reasons=("mains lost",),
        )
        await centre.context.desk.submit(fault, actor=lift_actor(LiftId(lift_id)))


async def test_a_parent_case_lists_its_lifts_a_page_at_a_time_and_its_cases(centre: Centre) -> None:
    cards = [lift(f"M{n}", f"20000{n}", None, address="花园路 2 号") for n in range(3)]
    await centre.store.put_lifts(cards)
    await dark(centre, "M0", "M1", "M2")
    outages = (await centre.get("wall", "/incidents?kind=power_outage")).body["items"]
    (parent,) = (case for case in outages if case["lift"] is None)
    assert (parent["affected"], parent["lift"]) == (3, None)
    path = f"/incidents/{parent['id']}/members?limit=2"
    page = (await centre.get("wall", path)).body
    assert [item["lift_id"] for item in page["items"]] == ["M0", "M1"]
    assert page["items"][0]["left_at"] is None
    rest = (await centre.get("wall", f"{path}&cursor={page['next']}")).body
    assert ([item["lift_id"] for item in rest["items"]], rest["next"]) == (["M2"], None)

    trapped = (await centre.report("200001")).body
    children = (await centre.get("operator", f"/incidents?parent_id={parent['id']}")).body["items"]
    assert trapped["id"] in {child["id"] for child in children}
    assert {child["parent_id"] for child in children} == {parent["id"]}
    demand_problem(await centre.get("ankang", path.partition("?")[0]), 404)


async def test_whoever_works_on_the_open_cases_sees_people_before_faults(centre: Centre) -> None:
    people = await centre.open_case("100001")
    await dark(centre, "L2")
    open_ones = (await centre.get("operator", "/incidents?status=open")).body["items"]
    assert [case["kind"] for case in open_ones] == ["entrapment", "power_outage"]
    first = (await centre.get("operator", "/incidents?status=open&limit=1")).body
    assert [case["id"] for case in first["items"]] == [people["id"]]
    second = (await centre.get("operator", f"/incidents?status=open&limit=1&cursor={first['next']}")).body
    assert [case["kind"] for case in second["items"]] == ["power_outage"]
    newest = (await centre.get("operator", "/incidents")).body["items"]
    assert [case["kind"] for case in newest] == ["power_outage", "entrapment"]
    demand_problem(await centre.get("operator", "/incidents?kind=party"), 422)


async def test_speaking_to_the_passengers_puts_the_next_reminder_five_minutes_on(centre: Centre) -> None:
    case = await centre.open_case("100001")
    assert case["deadlines"]["comfort_by"] == "2026-03-02T04:01:00Z"
    spoken = await act(centre, case, "comfort", reason="told them that help is coming")
    assert (spoken["comforted_at"], spoken["deadlines"]["comfort_by"]) == (
        "2026-03-02T04:00:00Z", "2026-03-02T04:05:00Z",
    )  # fmt: skip
