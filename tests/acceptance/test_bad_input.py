"""What lifts should not send and do: each has a stated fate, and the lift next to it is none the worse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.acceptance.centre import TS, WITHIN_S, Centre, Lift, eventually

GOOD_STATUS = {
    "ts": TS, "boot": 1, "seq": 1, "service_mode": "normal", "car_status": "stopped", "car_direction": "none",
    "car_position": 7, "door_zone": True, "door_status": "open", "passenger_status": False, "power_status": "mains",
    "faults": [],
}  # fmt: skip

UNUSABLE: dict[str, Callable[[Lift], None]] = {
    "malformed JSON": lambda lift: lift.publish("status", "{nonsense"),
    "a text where a number belongs": lambda lift: lift.publish("status", {**GOOD_STATUS, "boot": "one"}),
    "a text where a truth value belongs": lambda lift: lift.publish("status", {**GOOD_STATUS, "door_zone": "true"}),
    "an alarm without its number": lambda lift: lift.publish("alarm", {"ts": TS, "boot": 1, "state": "raised"}),
    "a value the field does not know": lambda lift: lift.publish("status", {**GOOD_STATUS, "door_status": "ajar"}),
    "nine kilobytes": lambda lift: lift.publish("status", {**GOOD_STATUS, "faults": ["x" * 9_000]}),
    "a retained message that is no JSON": lambda lift: lift.publish("link", "garbage", "-r"),
}


def quarantined(centre: Centre, topic: str) -> Any:
    """The newest quarantined message of a topic and below."""

    def look() -> Any:
        rows = centre.get("/api/v1/quarantine?limit=100")["items"]
        return next((row for row in rows if row["topic"].startswith(topic)), None)

    return eventually(f"a quarantined message of {topic}", look)


@pytest.mark.parametrize(("number", "what"), list(enumerate(UNUSABLE, start=20)))
def test_a_message_that_cannot_be_used_is_quarantined_with_its_reason_and_the_next_alarm_is_heard(
    centre: Centre, number: int, what: str
) -> None:
    lift = centre.lift(f"L{number}")
    UNUSABLE[what](lift)
    assert quarantined(centre, lift.topic)["reason"]
    lift.alarm()
    centre.case(f"L{number}")


def test_a_megabyte_harms_nothing(centre: Centre) -> None:
    lift = centre.lift("L30")
    lift.publish("status", '"' + "x" * 1_000_000 + '"')
    row = quarantined(centre, lift.topic)
    assert row["size"] > 1_000_000
    lift.alarm()
    centre.case("L30")


def test_a_status_of_a_lift_nobody_registered_is_quarantined_but_its_alarm_is_a_case(centre: Centre) -> None:
    stranger = centre.lift("STRANGER-1")
    stranger.status()
    assert "STRANGER-1" in quarantined(centre, stranger.topic)["reason"]
    stranger.alarm()
    case = centre.case("STRANGER-1")
    assert case["lift"]["registered"] is False


def test_a_lift_that_speaks_from_an_area_it_is_not_in_is_quarantined_but_its_alarm_is_a_case(centre: Centre) -> None:
    astray = centre.lift("L31", area="999999")
    astray.status()
    assert "999999" in quarantined(centre, astray.topic)["reason"]
    astray.alarm()
    centre.case("L31")


def test_the_same_alarm_sent_ten_times_is_one_case_and_ten_acknowledgements(centre: Centre) -> None:
    lift = centre.lift("L32")
    with lift.listening("alarm/ack") as acknowledged:
        for _ in range(10):
            lift.alarm(number=4)
        assert [acknowledged.get(timeout=WITHIN_S)["number"] for _ in range(10)] == [4] * 10
    assert len(centre.cases("L32")) == 1
    assert centre.history(centre.case("L32")).count("opened") == 1


def test_a_status_that_was_overtaken_by_a_newer_one_does_not_hide_an_entrapment(centre: Centre) -> None:
    lift = centre.lift("L33")
    lift.publish(
        "status", {**GOOD_STATUS, "seq": 9, "door_zone": False, "door_status": "closed", "passenger_status": True}
    )
    lift.publish("status", {**GOOD_STATUS, "seq": 8})
    assert centre.case("L33")["evidence"]["confidence"] in ("likely", "confirmed")


@pytest.mark.parametrize(("lift_id", "ts"), [("L34", "1999-01-01T00:00:00Z"), ("L35", "2099-01-01T00:00:00Z")])
def test_a_lift_whose_clock_is_years_off_is_heard_and_timed_by_ours(centre: Centre, lift_id: str, ts: str) -> None:
    centre.lift(lift_id).alarm(ts=ts)
    case = centre.case(lift_id)
    assert case["opened_at"][:4] == case["clock"]["trapped_since"][:4] not in ("1999", "2099")
