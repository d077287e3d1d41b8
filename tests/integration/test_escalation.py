"""Levels, hand-overs and crews taken from one case for another, as operators and companies meet them over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rescue.incident import AssignmentId
from rescue.sending.links import LinkAction, sign
from rescue.store.postgres import PostgresStore
from tests.integration.centre import ANKANG, BEIHAI, LINK_KEY, Answer, Centre, open_centre

HURT = {"injured": 1, "people": 2}


@pytest.fixture
async def centre(postgres_store: PostgresStore) -> AsyncIterator[Centre]:
    async with open_centre(postgres_store) as opened:
        yield opened


async def answer(centre: Centre, asked: Any, what: str, **said: Any) -> Answer:
    """The company that was asked answers by the API."""
    body = {"attempt": asked["attempt"], **said}
    return await centre.post(asked["company_id"], f"/assignments/{asked['id']}/{what}", body)


async def press(centre: Centre, asked: Any, action: LinkAction) -> Answer:
    """Somebody presses the button behind the link of an offer."""
    expires_at = centre.context.desk.board.assignments[asked["id"]].accept_by
    token = sign(LINK_KEY, AssignmentId(asked["id"]), asked["attempt"], action, expires_at)
    return await centre.ask("nobody", "POST", f"/respond/{token}")


async def act(centre: Centre, case: Any, action: str, **said: Any) -> Answer:
    return await centre.post("operator", f"/incidents/{case['id']}/{action}", said)


async def shown(centre: Centre, case: Any, who: str = "operator") -> Any:
    return (await centre.get(who, f"/incidents/{case['id']}")).body


async def history(centre: Centre, case: Any) -> list[str]:
    entries = (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body
    assert entries["first_break"] is None
    return [entry["what"] for entry in entries["items"]]


# --- the last level


async def test_a_case_of_people_hurt_says_whom_to_call_and_what_to_say_until_somebody_has(centre: Centre) -> None:
    case = await centre.open_case("100001", **HURT)
    handover = case["handover"]
    assert (case["level"], handover["call"], handover["name"], handover["waits"]) == (3, "119", "fire brigade", True)
    assert "at 花园路 100001 号, building 3, rescue code 100001" in handover["say"]
    assert "受伤：1" in handover["say_zh"]
    assert "hand_over_by" in case["deadlines"]
    assert (await act(centre, case, "hand_over")).status == 422
    called = await act(centre, case, "hand_over", spoke_to="Sergeant Zhao", reason="two engines")
    assert called.status == 200, called.text
    assert called.body["handover"].items() >= {
        ("confirmed_by", "operator (token)"), ("spoke_to", "Sergeant Zhao"), ("note", "two engines"), ("waits", False),
    }  # fmt: skip
    assert (await act(centre, case, "hand_over", spoke_to="again")).status == 409
    assert {"hand_over_due", "handed_over"} <= set(await history(centre, case))


async def test_companies_see_the_level_and_not_what_the_operator_is_to_say(centre: Centre) -> None:
    case = await centre.open_case("100001", **HURT)
    seen = await shown(centre, case, ANKANG.company_id)
    assert (seen["level"], seen["handover"]) == (3, None)


async def test_only_staff_hand_over(centre: Centre) -> None:
    case = await centre.open_case("100001", **HURT)
    for who in (ANKANG.company_id, "auditor", "wall"):
        assert (await centre.post(who, f"/incidents/{case['id']}/hand_over", {"spoke_to": "x"})).status == 403


# --- answers, by each way


async def test_a_crew_that_cannot_reach_the_lift_frees_the_case_in_the_same_moment(centre: Centre) -> None:
    case = await centre.open_case("100001")
    first = case["assignment"]
    assert (await answer(centre, first, "accept")).status == 200
    assert (await answer(centre, first, "cannot_reach", reason="flood")).body["status"] == "cannot_reach"
    after = await shown(centre, case)
    assert (after["assignment"]["attempt"], after["assignment"]["status"]) == (2, "offered")
    assert after["assignment"]["crew_id"] != first["crew_id"]


async def test_a_decline_by_link_and_one_by_the_api_bring_the_case_to_the_next_level(centre: Centre) -> None:
    case = await centre.open_case("100001")
    assert (await press(centre, case["assignment"], "decline")).status == 200
    second = (await shown(centre, case))["assignment"]
    assert (await answer(centre, second, "decline", reason="no")).status == 200
    after = await shown(centre, case)
    assert (after["level"], after["assignment"]["company_id"]) == (2, BEIHAI.company_id)
    assert await history(centre, case) == [
        "opened", "offered", "declined", "offered", "declined", "escalated", "offered",
    ]  # fmt: skip


async def test_a_crew_that_accepts_and_will_be_late_is_kept_beside_another_that_is_asked(centre: Centre) -> None:
    case = await centre.open_case("100001")
    first = case["assignment"]
    said = await answer(centre, first, "accept", eta_s=1700)
    assert (said.status, said.body["eta_s"]) == (200, 1700)
    late = await shown(centre, case)
    assert (late["level"], late["assignment"]["id"], late["assignment"]["status"]) == (2, first["id"], "accepted")
    relief = (await centre.get("operator", "/assignments?status=offered")).body["items"][0]
    assert (relief["id"], relief["level"]) == (late["relief_id"], 2)
    assert (await answer(centre, relief, "accept")).status == 200
    relieved = await shown(centre, case)
    assert (relieved["assignment"]["id"], relieved["relief_id"]) == (relief["id"], None)
    assert (await answer(centre, first, "on_scene")).status == 409


@pytest.mark.parametrize("eta_s", [0, -5, 1e9, "soon"])
async def test_an_estimate_that_is_none_is_refused_by_name(centre: Centre, eta_s: Any) -> None:
    case = await centre.open_case("100001")
    refused = await answer(centre, case["assignment"], "accept", eta_s=eta_s)
    assert (refused.status, refused.body["errors"][0]["loc"]) == (422, ["body", "eta_s"])


# --- one crew, wanted twice at once


async def test_of_two_operators_who_send_one_crew_to_two_lifts_at_once_one_is_refused(centre: Centre) -> None:
    cases = [await centre.open_case(code) for code in ("100001", "100002")]
    answers = await asyncio.gather(*(act(centre, case, "assign", crew_id="a3") for case in cases))
    assert sorted(one.status for one in answers) == [200, 409]
    await only_one_holds(centre, "a3")


async def test_of_two_acceptances_that_name_one_crew_at_once_one_is_refused(centre: Centre) -> None:
    cases = [await centre.open_case(code) for code in ("100001", "100002")]
    answers = await asyncio.gather(*(answer(centre, case["assignment"], "accept", crew_id="a3") for case in cases))
    assert sorted(one.status for one in answers) == [200, 409]
    await only_one_holds(centre, "a3")


async def test_an_offer_accepted_by_api_and_by_link_at_once_is_accepted_once(centre: Centre) -> None:
    case = await centre.open_case("100001")
    asked = case["assignment"]
    answers = await asyncio.gather(answer(centre, asked, "accept"), press(centre, asked, "accept"))
    assert [one.status for one in answers] == [200, 200]
    assert (await history(centre, case)).count("accepted") == 1


async def test_an_acceptance_and_a_redirection_of_one_crew_at_once_leave_it_in_one_place(centre: Centre) -> None:
    well, hurt = await centre.open_case("100001"), await centre.open_case("100002", vulnerable=["elderly"])
    crew_id = well["assignment"]["crew_id"]
    await asyncio.gather(
        answer(centre, well["assignment"], "accept"), act(centre, hurt, "assign", crew_id=crew_id, redirect=True)
    )
    await only_one_holds(centre, crew_id)
    assert (await shown(centre, hurt))["assignment"]["crew_id"] == crew_id


async def only_one_holds(centre: Centre, crew_id: str) -> None:
    held = [
        one
        for status in ("offered", "accepted", "en_route", "on_scene")
        for one in (await centre.get("operator", f"/assignments?status={status}")).body["items"]
        if one["crew_id"] == crew_id
    ]
    assert len(held) == 1


# --- a crew taken from one case for another


async def test_a_crew_goes_to_those_who_need_it_more_and_the_others_are_asked_for_again(centre: Centre) -> None:
    well = await centre.open_case("100001")
    crew_id = well["assignment"]["crew_id"]
    assert (await answer(centre, well["assignment"], "accept")).status == 200
    hurt = await centre.open_case("100002", vulnerable=["pregnant"])
    refused = await act(centre, hurt, "assign", crew_id=crew_id)
    assert (refused.status, "redirect" in refused.body["detail"]) == (409, True)
    taken = await act(centre, hurt, "assign", crew_id=crew_id, redirect=True, reason="she is in labour")
    assert (taken.status, taken.body["assignment"]["crew_id"]) == (200, crew_id)
    robbed = await shown(centre, well)
    assert (robbed["status"], robbed["assignment"]["status"]) == ("dispatched", "offered")
    assert robbed["assignment"]["crew_id"] != crew_id
    withdrawn = (await centre.get(ANKANG.company_id, "/assignments?status=withdrawn")).body["items"]
    assert any("she is in labour" in one["end_reason"] for one in withdrawn)
