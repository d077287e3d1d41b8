"""A lift as the API shows it: what it said last, what is wrong with it, and how far its clock is off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from devices.fleet import Fleet
from devices.messages import LiftId, Message, RawFault
from devices.slot import Rules
from rescue.hearing.live import LiveFleet
from tests.unit.devices.lifts import AREA, BETWEEN_UNKNOWN, LIFT, NOON, RESTING, STOPPED_OUTSIDE


def shown(after_s: float, *messages: Message) -> dict[str, Any]:
    fleet = Fleet(Rules())
    fleet.add(LIFT, AREA)
    for message in messages:
        fleet.observe(AREA, LIFT, message, NOON)
    fleet.expire(NOON + after_s)
    live = LiveFleet(fleet).view(LIFT, NOON + after_s)
    assert live is not None
    return live.model_dump(mode="json")


def test_a_lift_shows_what_it_said_last_and_how_long_ago() -> None:
    status = replace(BETWEEN_UNKNOWN, seq=5, reported_at=NOON + 600, faults=(STOPPED_OUTSIDE,))
    live = shown(12.34, status)
    assert live["age_s"] == 12.3
    assert live["link"] == "online"
    assert live["skew_s"] == 600
    assert live["passenger_status"] is None
    assert live["faults"] == [{"profile": "canonical", "code": "04", "fault": "stopped_outside_zone"}]
    assert live["situation"] == "between_landings"
    assert live["evidence"] is None


def test_it_shows_why_people_are_thought_to_be_trapped_and_since_when() -> None:
    live = shown(31, replace(BETWEEN_UNKNOWN, seq=5))
    assert live["evidence"]["confidence"] == "possible"
    assert live["trapped_since"] == "2027-01-15T08:00:00Z"


def test_an_unknown_code_is_shown_as_it_came() -> None:
    live = shown(1, replace(RESTING, seq=5, faults=(RawFault(profile="canonical", code="e-bike"),)))
    [condition] = live["conditions"]
    assert (condition["fault"], condition["profile"], condition["code"]) == (None, "canonical", "e-bike")
    assert condition["flapping"] is False


def test_a_lift_whose_report_is_missing_is_late_and_then_off_line() -> None:
    assert shown(100, RESTING)["link"] == "online"
    assert shown(160, RESTING)["link"] == "late"
    assert shown(250, RESTING)["link"] == "offline"


def test_a_clock_that_says_what_no_calendar_holds_shows_no_time() -> None:
    assert shown(1, replace(RESTING, seq=5, reported_at=1e15))["reported_at"] is None


def test_a_lift_that_has_said_nothing_has_nothing_to_show() -> None:
    fleet = Fleet(Rules())
    fleet.add(LIFT, AREA)
    assert LiveFleet(fleet).view(LIFT, NOON) is None
    assert LiveFleet(fleet).view(LiftId("stranger"), NOON) is None
