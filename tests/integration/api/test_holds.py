"""What operators settle over HTTP and may think better of: held deeds, kept levels, cases put aside or left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from devices.faults import Fault
from devices.messages import FaultRaised, LiftId
from rescue.shell.service import lift_actor
from tests.integration.api.asking import demand_problem
from tests.integration.api.test_case_work import act, history
from tests.integration.centre import JINSHUI, NOON, Centre

IN_AN_HOUR = "2026-03-02T05:00:00Z"


async def look(centre: Centre, case: Any, who: str = "operator") -> Any:
    return (await centre.get(who, f"/incidents/{case['id']}")).body


async def faulty(centre: Centre, lift_id: str = "L1") -> Any:
    at = centre.clock.now().timestamp()
    fault = FaultRaised(
        lift_id=LiftId(lift_id),
        area=JINSHUI,
        fault=Fault.DOOR_CLOSING,
        raw=None,
        since=at,
        at=at,
        reported_at=None,
        reasons=("code: the lift reports door_closing",),
        is_flapping=False,
    )
    await centre.context.desk.submit(fault, actor=lift_actor(LiftId(lift_id)))
    listed = (await centre.get("operator", "/incidents?status=open&kind=fault")).body["items"]
    return next(case for case in listed if case["lift"]["lift_id"] == lift_id)


async def test_a_dispatch_waits_to_be_undone_only_where_that_is_asked_for(centre: Centre) -> None:
    case = await centre.open_case("100001")
    asked = await act(centre, case, "assign", crew_id="a3")
    assert (asked["assignment"]["crew_id"], asked["held"]) == ("a3", None)
    waits = await act(centre, case, "assign", crew_id="a2", reason="nearer by foot", hold_s=6)
    assert waits["assignment"]["crew_id"] == "a3"
    assert waits["held"] == {
        "action": "assign",
        "by": "operator (token)",
        "at": "2026-03-02T04:00:00Z",
        "until": "2026-03-02T04:00:06Z",
        "reason": "nearer by foot",
        "crew_id": "a2",
    }
    assert waits["deadlines"]["carry_out_by"] == waits["held"]["until"]
    undone = await act(centre, case, "undo", version=waits["version"])
    assert undone["held"] is None
    assert (await history(centre, case))[-2:] == ["held", "undone"]
    again = await centre.post("operator", f"/incidents/{case['id']}/undo", {})
    assert "nothing is held" in demand_problem(again, 409)["detail"]


async def test_a_deed_that_nobody_undoes_is_done_when_its_time_has_come(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await act(centre, case, "false_alarm", reason="nobody answers", hold_s=10)
    centre.clock.forward(8)
    await act(centre, case, "note", note="so be it")
    for _ in range(100):
        if (await look(centre, case))["status"] == "false_alarm":
            break
    assert (await history(centre, case))[-3:] == ["noted", "withdrawn", "false_alarm"]


async def test_a_company_is_not_shown_what_the_centre_has_not_done_yet(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await act(centre, case, "claim")
    await act(centre, case, "assign", crew_id="a2", hold_s=8)
    await act(centre, case, "leave", note="the owner has the key")
    shown = await look(centre, case, "ankang")
    assert [shown[name] for name in ("held", "escalation_held", "shelved", "left")] == [None] * 4
    for who in ("operator", "auditor"):
        seen = await look(centre, case, who)
        assert (seen["held"]["crew_id"], seen["left"]["note"]) == ("a2", "the owner has the key")


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("assign", {"crew_id": "a2", "hold_s": 11}),
        ("assign", {"crew_id": "a2", "hold_s": -1}),
        ("escalate", {"hold_s": 8}),
        ("false_alarm", {"hold_s": 8}),
        ("hold_escalation", {}),
        ("hold_escalation", {"reason": "they come", "hold_s": 0}),
        ("shelve", {"until": IN_AN_HOUR}),
        ("shelve", {"reason": "later"}),
        ("shelve", {"reason": "later", "until": "2026-03-02T05:00:00"}),
        ("leave", {"reason": "this is called note"}),
    ],
)
async def test_what_makes_no_sense_is_said_to(centre: Centre, action: str, said: dict[str, Any]) -> None:
    case = await centre.open_case("100001")
    demand_problem(await centre.post("operator", f"/incidents/{case['id']}/{action}", said), 422)
    assert await look(centre, case) == case


async def test_beyond_the_limit_only_a_supervisor_keeps_a_level(centre: Centre) -> None:
    case = await centre.open_case("100001")
    centre.clock.forward(100)
    path, said = f"/incidents/{case['id']}/hold_escalation", {"reason": "they come", "hold_s": 250}
    refused = demand_problem(await centre.post("operator", path, said), 409)
    assert "a supervisor decides" in refused["detail"]
    kept = (await centre.post("supervisor", path, said)).body
    assert kept["escalation_held"] == {
        "by": "supervisor (token)",
        "reason": "they come",
        "since": "2026-03-02T04:01:40Z",
        "until": "2026-03-02T04:05:50Z",
    }
    assert kept["deadlines"]["engage_by"] == kept["escalation_held"]["until"]


async def test_a_case_without_people_is_put_aside_and_brought_back(centre: Centre) -> None:
    case, inside = await faulty(centre), await centre.open_case("100002")
    shelved = await act(centre, case, "shelve", until=IN_AN_HOUR, reason="the part comes at one")
    assert shelved["shelved"]["until"] == shelved["deadlines"]["attend_by"] == IN_AN_HOUR
    assert (await act(centre, case, "unshelve"))["shelved"] is None
    said = {"until": IN_AN_HOUR, "reason": "later"}
    refused = await centre.post("operator", f"/incidents/{inside['id']}/shelve", said)
    assert "people are, or may be, inside" in demand_problem(refused, 409)["detail"]


async def test_what_is_held_is_still_held_after_the_cases_were_read_anew(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await act(centre, case, "claim")
    await act(centre, case, "hold_escalation", reason="they come", hold_s=60)
    await act(centre, case, "assign", crew_id="a2", redirect=True, hold_s=8)
    fault = await faulty(centre, "L2")
    await act(centre, fault, "shelve", until=IN_AN_HOUR, reason="later")
    board = await centre.store.read_board()
    assert board.incidents == centre.context.desk.board.incidents
    held = board.incidents[case["id"]].held
    assert held is not None
    assert (held.crew_id, held.redirect, held.until) == ("a2", True, NOON + timedelta(seconds=8))
