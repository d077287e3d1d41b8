from __future__ import annotations

from random import Random

from simulators.car import Stoppage
from simulators.fleet import BIRTHS_A_SECOND, Fleet, make_fleet
from simulators.reports import Report
from tests.unit.simulators.lives import CITY, MORNING

FIRST = CITY.lifts[0].lift_id


def fleet_of(seed: int = 1) -> Fleet:
    return make_fleet(CITY, born_at=MORNING, rng=Random(seed))


def run(fleet: Fleet, since: float, until: float, *, tick_s: float = 0.5) -> list[Report]:
    reports = []
    for tick in range(int((until - since) / tick_s) + 1):
        reports += fleet.take_due(since + tick * tick_s)
    return reports


def test_lifts_are_born_one_after_the_other_each_with_its_link_first() -> None:
    fleet = fleet_of()
    assert {report.channel for report in fleet.take_due(MORNING)} == {"link", "status"}
    assert fleet.online == 1
    rest = fleet.take_due(MORNING + len(CITY.lifts) / BIRTHS_A_SECOND)
    assert fleet.online == len(fleet) == len(CITY.lifts)
    assert sum(report.channel == "link" for report in rest) == len(CITY.lifts) - 1


def test_every_lift_is_heard_of_within_a_minute() -> None:
    fleet = fleet_of()
    run(fleet, MORNING, MORNING + 1)
    heard = {report.lift_id for report in run(fleet, MORNING + 1, MORNING + 61)}
    assert heard == {lift.lift_id for lift in CITY.lifts}


def test_a_fleet_far_behind_catches_up_in_portions_and_loses_nobody() -> None:
    fleet = fleet_of()
    run(fleet, MORNING, MORNING + 1)
    portion = fleet.take_due(MORNING + 3600, most=10)
    assert 10 <= len(portion) < 20
    later = run(fleet, MORNING + 3600, MORNING + 3700)
    assert {report.lift_id for report in later} == {lift.lift_id for lift in CITY.lifts}


def test_acknowledging_an_alarm_reaches_the_lift_it_names_and_no_other() -> None:
    fleet = fleet_of()
    run(fleet, MORNING, MORNING + 1)
    fleet.befall(FIRST, Stoppage(at_landing=False, people=1, presses_after_s=0.0), MORNING + 1)
    alarms = [report for report in run(fleet, MORNING + 1, MORNING + 121) if report.channel == "alarm"]
    assert {report.lift_id for report in alarms} == {FIRST}
    number = alarms[0].body["number"]
    fleet.acknowledge_alarm(CITY.lifts[1].lift_id, number)
    fleet.acknowledge_alarm("nobody", number)
    assert any(report.channel == "alarm" for report in run(fleet, MORNING + 121, MORNING + 135))
    fleet.acknowledge_alarm(FIRST, number)
    assert not any(report.channel == "alarm" for report in run(fleet, MORNING + 135, MORNING + 300))


def test_a_gateway_that_has_its_link_back_reports_the_births_of_its_area_only() -> None:
    fleet = fleet_of()
    area = CITY.lifts[0].area
    assert list(fleet.report_births(area, MORNING)) == []
    run(fleet, MORNING, MORNING + 1)
    born = list(fleet.report_births(area, MORNING + 1))
    assert {report.area for report in born} == {area}
    assert sum(report.channel == "link" for report in born) == sum(lift.area == area for lift in CITY.lifts)
    assert all(report.retain for report in born if report.channel == "link")


def test_the_same_seed_lives_the_same_life() -> None:
    assert run(fleet_of(3), MORNING, MORNING + 120) == run(fleet_of(3), MORNING, MORNING + 120)
