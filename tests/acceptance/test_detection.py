"""What a centre makes of what lifts say beside their alarms: faults, dialects, power cuts, floods; with real parts."""

from __future__ import annotations

from typing import Any

from tests.acceptance.centre import STUCK, WITHIN_S, Centre, Company, eventually
from tests.acceptance.test_bad_input import quarantined
from tests.acceptance.test_rescue_loop import rescue_passengers

RUN_TIME_LIMITER = "06"
NOBODY_KNOWS = "77"
UNKNOWN = {"profile": "canonical", "code": NOBODY_KNOWS, "fault": None}
STATUSES = 1_200
"""Thrice what a lift may say in ten seconds, so that a machine that stalls still sees a flood."""


def test_a_fault_is_told_to_the_contractor_offered_to_nobody_and_ends_when_it_clears(
    centre: Centre, contractor: Company
) -> None:
    lift = centre.lift("L41")
    lift.fault(RUN_TIME_LIMITER)
    told = contractor.expect("incident.updated", "L41")["incident"]
    assert (told["kind"], told["fault"], told["status"]) == ("fault", "run_time_limiter", "open")
    assert list(told["conditions"]) == ["run_time_limiter"]
    assert told["evidence"]["confidence"] is None
    assert set(told["clock"].values()) == {None}
    lift.fault(RUN_TIME_LIMITER, "cleared")
    assert contractor.expect("incident.closed", "L41")["incident"]["conditions"] == {}
    ended = centre.case("L41", status="closed")
    assert (ended["id"], ended["attempts"]) == (told["id"], 0)
    assert centre.history(ended) == ["opened", "fault_cleared", "settled"]


def test_a_code_that_nobody_knows_is_shown_on_the_lift_and_opens_no_case(centre: Centre) -> None:
    lift = centre.lift("L42")
    lift.status()
    lift.fault(NOBODY_KNOWS)
    eventually("the code is shown", lambda: UNKNOWN in centre.live("L42")["faults"])
    lift.fault(RUN_TIME_LIMITER)
    assert centre.case("L42")["fault"] == "run_time_limiter"
    assert len(centre.cases("L42")) == 1


def test_a_status_names_every_fault_that_holds_so_one_that_names_none_ends_the_case(centre: Centre) -> None:
    lift = centre.lift("L52")
    lift.fault(RUN_TIME_LIMITER)
    centre.case("L52", status="open")
    lift.status()
    centre.case("L52", status="closed")


def test_eleven_is_people_trapped_in_one_dialect_and_overspeed_in_another(centre: Centre, contractor: Company) -> None:
    platform, vendor = centre.lift("L43"), centre.lift("L44")
    platform.birth("special-equipment-platform")
    platform.status(
        service_mode=1, car_status=0, car_direction=0, door_zone=1, door_status=1, passenger_status=2, power_status=1,
        message_codes=["11"],
    )  # fmt: skip
    vendor.fault("11", profile="vendor-reused-codes")
    offer = contractor.expect("assignment.offered", "L43")
    assert offer["incident"]["kind"] == "entrapment"
    assert any(reason.startswith("says_trapped") for reason in offer["incident"]["evidence"]["reasons"])
    case = centre.case("L44")
    assert (case["kind"], case["fault"], case["attempts"]) == ("fault", "overspeed", 0)


def test_people_found_in_a_lift_that_is_out_of_order_raise_its_case_to_an_entrapment(
    centre: Centre, contractor: Company
) -> None:
    lift = centre.lift("L45")
    lift.fault(RUN_TIME_LIMITER)
    fault = centre.case("L45", kind="fault")
    lift.stuck(faults=[RUN_TIME_LIMITER])
    offer = contractor.expect("assignment.offered", "L45")
    assert (offer["incident"]["id"], offer["incident"]["kind"]) == (fault["id"], "entrapment")
    assert offer["incident"]["evidence"]["confidence"] == "likely"
    assert "rose" in centre.history(fault)
    assert len(centre.cases("L45")) == 1


def test_in_inspection_nobody_is_found_but_the_alarm_button_is_a_case_at_once(centre: Centre) -> None:
    inspected, beside = centre.lift("L46"), centre.lift("L47")
    inspected.stuck(service_mode="inspection")
    centre.live("L46", service_mode="inspection")
    beside.stuck()
    centre.case("L47")
    assert centre.cases("L46") == []
    inspected.alarm()
    assert "inspection" in " ".join(centre.case("L46", kind="entrapment")["evidence"]["reasons"])


def test_a_tower_without_power_is_one_case_and_people_stuck_in_it_are_its_child(
    centre: Centre, contractor: Company
) -> None:
    lifts = [centre.lift(f"T{n}") for n in range(1, 5)]
    for lift in lifts[:3]:
        lift.status(power_status="lost")
    outage = contractor.expect("incident.updated", None)["incident"]
    assert (outage["kind"], outage["fault"], outage["affected"]) == ("power_outage", "mains_lost", 3)
    assert "The Tower" in outage["building"]
    lifts[3].stuck(power_status="lost")
    offer = contractor.expect("assignment.offered", "T4")
    assert offer["incident"]["parent_id"] == outage["id"]
    centre.parent_case(affected=4, children=3)
    for lift, people in zip(lifts, [{}, {}, {}, STUCK], strict=True):
        lift.status(**people)
    assert centre.parent_case(recovered=4)["status"] == "open"
    rescue_passengers(contractor, offer)
    case = centre.case("T4", status="released")
    centre.act(case, "confirm_release")
    centre.act(case, "close")
    assert centre.parent_case(status="closed")["id"] == outage["id"]
    assert [centre.case(f"T{n}")["status"] for n in (1, 2)] == ["closed", "closed"]
    assert centre.cases("T3") == []


def test_a_lift_that_floods_is_quarantined_and_its_alarm_and_its_neighbours_are_heard(centre: Centre) -> None:
    flooding, neighbour = centre.lift("L48"), centre.lift("L49")
    flooding.flood(STATUSES)
    for lift, lift_id in ((flooding, "L48"), (neighbour, "L49")):
        with lift.listening("alarm/ack") as acknowledged:
            lift.alarm(number=4)
            assert acknowledged.get(timeout=WITHIN_S) == {"number": 4}
        assert centre.case(lift_id)["kind"] == "entrapment"
    assert "more than 400 messages in 10 s" in quarantined(centre, flooding.topic)["reason"]


def telemetry_once(centre: Centre, lift_id: str, newest: dict[str, Any]) -> Any:
    """What a lift changed to, the newest first, once the newest is as given."""

    def look() -> Any:
        changes = centre.get(f"/api/v1/lifts/{lift_id}/telemetry")["items"]
        return changes if changes and all(changes[0][name] == value for name, value in newest.items()) else None

    return eventually(f"telemetry of {lift_id} that ends with {newest}", look)


def test_telemetry_lists_what_a_lift_changed_to_and_not_its_heartbeats(centre: Centre) -> None:
    lift = centre.lift("L50")
    for people in (False, False, True, True):
        lift.status(passenger_status=people)
    lift.status(service_mode="inspection")
    changes = telemetry_once(centre, "L50", {"service_mode": "inspection"})
    assert [change["seq"] for change in changes] == [5, 3, 1]
    assert [change["passenger_status"] for change in changes] == [False, True, False]


def test_telemetry_names_the_fault_report_that_told_of_a_change(centre: Centre) -> None:
    lift = centre.lift("L51")
    lift.status()
    lift.fault(NOBODY_KNOWS)
    changes = telemetry_once(centre, "L51", {"faults": [UNKNOWN]})
    assert [change["seq"] for change in changes] == [2, 1]
