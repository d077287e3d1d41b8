"""After a restart the tracker knows what the desk's cases are about, and tells their end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from devices.faults import Fault
from devices.fleet import Fleet
from devices.messages import EntrapmentFound, FaultCleared, LinkChanged, TestCall, TestCallHeard
from devices.slot import Rules
from dispatch.crews import CompanyId
from rescue.desk.board import Board
from rescue.hearing.remember import remember_cases
from rescue.incident import IncidentId, Kind, Member, Source
from tests.contract.cases import incident
from tests.unit.devices.lifts import AREA, BETWEEN, LIFT, NOON, RESTING

SINCE = datetime.fromtimestamp(NOON - 600, UTC)


def fleet_after(**conditions: datetime) -> Fleet:
    case = replace(incident("i1", 1), kind=Kind.FAULT, lift_id=LIFT, conditions=conditions)
    return remembering(Board(incidents={case.incident_id: case}))


def remembering(board: Board) -> Fleet:
    fleet = Fleet(Rules())
    fleet.add(LIFT, AREA)
    remember_cases(fleet, board)
    return fleet


def test_a_fault_that_passed_while_we_were_down_is_told_as_cleared_with_the_next_status() -> None:
    [cleared] = fleet_after(mains_lost=SINCE).observe(AREA, LIFT, replace(RESTING, seq=9), NOON)
    assert isinstance(cleared, FaultCleared)
    assert cleared.fault is Fault.MAINS_LOST


def test_a_member_of_an_outage_is_remembered_too() -> None:
    member = Member(
        parent_id=IncidentId("p"), lift_id=LIFT, condition="mains_lost", building="7", company_id=CompanyId("K"),
        joined_at=SINCE,
    )  # fmt: skip
    fleet = remembering(Board(members={("p", LIFT): member}))
    [cleared] = fleet.observe(AREA, LIFT, replace(RESTING, seq=9), NOON)
    assert isinstance(cleared, FaultCleared)


def test_a_lost_link_is_told_as_back_when_the_lift_is_heard() -> None:
    [back] = fleet_after(link_lost=SINCE).observe(AREA, LIFT, replace(RESTING, seq=9), NOON)
    assert isinstance(back, LinkChanged)
    assert back.online


def test_an_overdue_test_call_is_told_when_it_comes() -> None:
    call = TestCall(reported_at=None, boot=1, number=1, battery_ok=True)
    [heard] = fleet_after(test_overdue=SINCE).observe(AREA, LIFT, call, NOON)
    assert isinstance(heard, TestCallHeard)


def test_a_condition_that_is_no_word_of_the_tracker_is_left_alone() -> None:
    assert fleet_after(people="x").observe(AREA, LIFT, replace(RESTING, seq=9), NOON) == ()  # type: ignore[arg-type]


def test_people_whose_case_is_open_by_the_lifts_own_word_are_not_told_of_again() -> None:
    case = replace(incident("i1", 1), lift_id=LIFT, source=Source.IOT, trapped_since=SINCE)
    fleet = remembering(Board(incidents={case.incident_id: case}))
    assert fleet.view(LIFT, NOON).evidence == case.evidence
    fleet.observe(AREA, LIFT, replace(BETWEEN, seq=9), NOON)
    told = [*fleet.expire(NOON + 31), *fleet.expire(NOON + 62)]
    assert [event for event in told if isinstance(event, EntrapmentFound)] == []


def test_people_of_whom_only_a_person_has_told_are_news_when_the_lift_says_so_too() -> None:
    case = replace(incident("i1", 1), lift_id=LIFT, source=Source.PHONE, trapped_since=SINCE)
    fleet = remembering(Board(incidents={case.incident_id: case}))
    fleet.observe(AREA, LIFT, replace(BETWEEN, seq=9), NOON)
    assert any(isinstance(event, EntrapmentFound) for event in fleet.expire(NOON + 31))
