"""The black box seen from outside: what a lift said is stored with its case, and decides the same again."""

from __future__ import annotations

import json
from typing import Any

from tests.acceptance.centre import Centre, eventually


def recording_of(centre: Centre, case: Any) -> Any:
    """The first recording of a case, once it is stored."""

    def look() -> Any:
        return centre.get(f"/api/v1/incidents/{case['id']}/black_box")["items"]

    return eventually(f"a recording of case {case['number']}", look)[0]


def said(recording: Any) -> list[Any]:
    """The payloads of its messages."""
    return [json.loads(record["payload"]) for record in recording["records"] if record["kind"] == "message"]


def test_a_lift_in_which_somebody_got_stuck_is_replayed_and_comes_out_the_same(centre: Centre) -> None:
    lift = centre.lift("L53")
    lift.status()
    lift.stuck()
    case = centre.case("L53")
    recording = recording_of(centre, case)
    assert [one["door_status"] for one in said(recording)] == ["open", "closed"]
    assert recording["rules"]["trapped_after_s"] == 1
    shown = centre.command("replay", str(case["number"]), "--messages")
    assert "The same: 1 findings from 2 messages, 1 of them signs in the timeline" in shown
    told = json.loads(centre.command("replay", case["id"], "--json"))
    assert told["same"] is True
    assert [step["now"][0]["event"] for step in told["recordings"][0]["steps"]] == ["EntrapmentFound"]


def test_an_alarm_is_replayed_and_comes_out_the_same(centre: Centre) -> None:
    lift = centre.lift("L54")
    lift.status(door_status="closed", passenger_status=True)
    lift.alarm(number=5)
    case = centre.case("L54")
    recording_of(centre, case)
    told = json.loads(centre.command("replay", str(case["number"]), "--json"))
    assert told["same"] is True
    assert told["timeline"] == [{"seq": 1, "what": "opened", "same": True}]


def test_a_case_opened_by_phone_has_what_the_lift_said_before(centre: Centre) -> None:
    centre.lift("L55").status()
    eventually("the lift is heard", lambda: centre.get("/api/v1/lifts/L55").get("live"))
    status, case = centre.ask("POST", "/api/v1/incidents", {"rescue_code": "100055", "source": "phone"})
    assert status == 201
    assert [one["door_status"] for one in said(recording_of(centre, case))] == ["open"]


def test_a_case_of_a_lift_that_never_said_anything_has_an_empty_recording(centre: Centre) -> None:
    status, case = centre.ask("POST", "/api/v1/incidents", {"rescue_code": "100056", "source": "phone"})
    assert status == 201
    assert recording_of(centre, case)["records"] == []
    assert "nothing was heard of this lift" in centre.command("replay", str(case["number"]))
