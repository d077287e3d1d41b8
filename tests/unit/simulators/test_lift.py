from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.car import Phase, Stoppage
from simulators.habits import CALLS_A_DAY
from simulators.lift import LiftMachine
from simulators.reports import Report
from tests.unit.simulators.contract import faults_of
from tests.unit.simulators.lives import CITY, MORNING, live, live_until_stopped, make_machine

HOUR = 3600.0
seeds = st.integers(0, 10_000)
stoppages = st.builds(
    Stoppage,
    at_landing=st.booleans(),
    people=st.integers(0, 6),
    presses_after_s=st.none() | st.floats(0, 60),
    recovers_after_s=st.none() | st.floats(1, 300),
    power_cut=st.booleans(),
)


def statuses(machine: LiftMachine, until: float) -> list[Report]:
    return [report for _, report in live(machine, until) if report.channel == "status"]


def of_channel(reports: list[Report], channel: str) -> list[Report]:
    return [report for report in reports if report.channel == channel]


@settings(max_examples=60, deadline=None)
@given(seeds, stoppages, st.booleans())
def test_everything_a_lift_sends_is_as_published(seed: int, stoppage: Stoppage, senses_people: bool) -> None:
    machine = make_machine(seed, senses_people=senses_people)
    sent = [report for _, report in live(machine, MORNING + HOUR / 4)]
    machine.befall(stoppage, MORNING + HOUR / 4)
    sent += [report for _, report in live(machine, MORNING + HOUR)]
    sent += machine.release(MORNING + HOUR)
    sent += [report for _, report in live(machine, MORNING + 1.1 * HOUR)]
    for report in sent:
        body = json.loads(report.payload)
        assert faults_of(report.topic, body, qos=report.qos, retain=report.retain, size=len(report.payload)) == []


@settings(max_examples=60, deadline=None)
@given(seeds, stoppages)
def test_a_car_never_runs_but_with_its_door_closed(seed: int, stoppage: Stoppage) -> None:
    machine = make_machine(seed)
    machine.befall(stoppage, MORNING)
    for report in statuses(machine, MORNING + HOUR):
        if report.body["car_status"] == "running":
            assert report.body["door_status"] == "closed"
        assert (report.body["car_direction"] != "none") <= (report.body["car_status"] == "running")


@settings(max_examples=60, deadline=None)
@given(seeds, stoppages.filter(lambda s: s.people > 0 and s.recovers_after_s is None))
def test_an_entrapment_keeps_people_inside_until_release(seed: int, stoppage: Stoppage) -> None:
    machine = make_machine(seed)
    machine.befall(stoppage, MORNING)
    stopped_at = live_until_stopped(machine)
    for report in statuses(machine, stopped_at + HOUR):
        assert report.body["passenger_status"] is True
        assert report.body["door_status"] == "closed"
        assert report.body["car_status"] == "stopped"
        assert report.body["door_zone"] is stoppage.at_landing
    assert machine.car.people == stoppage.people


@settings(max_examples=60, deadline=None)
@given(seeds, stoppages)
def test_after_release_the_people_get_out_and_service_goes_on(seed: int, stoppage: Stoppage) -> None:
    machine = make_machine(seed)
    machine.befall(stoppage, MORNING)
    now = live_until_stopped(machine)
    first = of_channel(machine.release(now), "status")[0].body
    assert (first["door_zone"], first["door_status"], first["faults"]) == (True, "opening", [])
    seen = [report.body["door_status"] for report in statuses(machine, now + 60)]
    assert seen[:3] == ["open", "closing", "closed"]
    assert machine.car.stoppage is None
    later = statuses(machine, now + 6 * HOUR)
    assert any(report.body["car_status"] == "running" for report in later)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_position_moves_floor_by_floor_within_the_building(seed: int) -> None:
    machine = make_machine(seed)
    for report in statuses(machine, MORNING + 2 * HOUR):
        assert 1 <= report.body["car_position"] <= machine.lift.floors


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_seq_counts_every_status_and_fault_of_a_boot(seed: int) -> None:
    machine = make_machine(seed)
    machine.befall(Stoppage(at_landing=False, people=1), MORNING)
    counted = [report.body["seq"] for _, report in live(machine, MORNING + HOUR) if "seq" in report.body]
    assert counted == list(range(1, len(counted) + 1))


@settings(max_examples=40, deadline=None)
@given(seeds, stoppages)
def test_the_broker_keeps_a_status_on_birth_on_a_change_of_condition_and_once_a_minute(
    seed: int, stoppage: Stoppage
) -> None:
    machine = make_machine(seed)
    machine.befall(replace(stoppage, recovers_after_s=600.0), MORNING)
    condition: object = None
    kept_at = MORNING - 61
    for now, report in live(machine, MORNING + HOUR):
        if report.channel != "status":
            continue
        before, condition = condition, (report.body["service_mode"], report.body["faults"], report.body["power_status"])
        assert report.retain == (condition != before or now - kept_at >= 60)
        kept_at = now if report.retain else kept_at
        assert now - kept_at < 120


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_status_comes_each_five_seconds_while_running_and_within_a_minute_otherwise(seed: int) -> None:
    machine = make_machine(seed)
    said = [(now, report.body) for now, report in live(machine, MORNING + 2 * HOUR) if report.channel == "status"]
    for (earlier, body), (later, _) in itertools.pairwise(said):
        assert later - earlier <= (5 if body["car_status"] == "running" else 60) + 1e-6


def test_birth_says_who_is_online_before_how_it_is() -> None:
    born = make_machine(1, boot=17).step(MORNING)
    assert [report.channel for report in born] == ["link", "status"]
    assert born[0].body["online"] is True
    assert born[0].body["boot"] == 17
    assert all(report.retain for report in born)


def test_an_alarm_is_sent_again_every_ten_seconds_until_it_is_acknowledged() -> None:
    machine = make_machine(3)
    machine.befall(Stoppage(at_landing=False, people=2, presses_after_s=1.0), MORNING)
    stopped_at = live_until_stopped(machine)
    alarms = [(now, r.body) for now, r in live(machine, stopped_at + 40) if r.channel == "alarm"]
    numbers = {body["number"] for _, body in alarms}
    assert len(numbers) == 1
    assert [round(later - earlier) for (earlier, _), (later, _) in itertools.pairwise(alarms)] == [
        10,
        10,
        10,
    ]
    assert all(float(str(body["button_held_s"])) >= 3 for _, body in alarms)
    machine.acknowledge_alarm(max(numbers) + 1)
    assert any(r.channel == "alarm" for _, r in live(machine, stopped_at + 60))
    machine.acknowledge_alarm(max(numbers))
    assert not any(r.channel == "alarm" for _, r in live(machine, stopped_at + 300))


def test_release_ends_the_alarm_that_was_raised_and_the_next_has_a_higher_number() -> None:
    machine = make_machine(5)
    numbers = []
    for _ in range(2):
        machine.befall(Stoppage(at_landing=True, people=1, presses_after_s=0.0), machine.next_at)
        now = live_until_stopped(machine) + 20
        raised = [r.body["number"] for _, r in live(machine, now) if r.channel == "alarm"]
        ended = [r.body for r in machine.release(now) if r.channel == "alarm"]
        assert [(body["number"], body["state"]) for body in ended] == [(raised[0], "ended")]
        numbers.append(raised[0])
        list(live(machine, now + 60))
    assert numbers[1] == numbers[0] + 1


def test_a_button_nobody_got_to_press_raises_no_alarm_after_release() -> None:
    machine = make_machine(5)
    machine.befall(Stoppage(at_landing=True, people=1, presses_after_s=30.0), MORNING)
    now = live_until_stopped(machine)
    reports = machine.release(now) + [report for _, report in live(machine, now + 120)]
    assert of_channel(reports, "alarm") == []


def test_alarm_numbers_go_on_rising_over_a_restart() -> None:
    assert make_machine(1, boot=100).button.take_due(MORNING)["number"] == 101
    assert make_machine(1, boot=200).button.take_due(MORNING)["number"] == 201


@pytest.mark.parametrize(("at_landing", "code"), [(True, "03"), (False, "04")])
def test_a_fault_is_reported_when_it_comes_and_when_it_goes(at_landing: bool, code: str) -> None:
    machine = make_machine(9)
    machine.befall(Stoppage(at_landing=at_landing, people=1), MORNING)
    reports = [report for _, report in live(machine, MORNING + 600)]
    raised = [report.body for report in of_channel(reports, "fault")]
    cleared = [report.body for report in of_channel(machine.release(MORNING + 601), "fault")]
    assert [(body["code"], body["state"]) for body in raised] == [(code, "raised")]
    assert [(body["code"], body["state"]) for body in cleared] == [(code, "cleared")]
    assert of_channel(reports, "status")[-1].body["faults"] == [code]


def test_a_power_cut_shows_as_lost_power_and_not_as_a_fault() -> None:
    machine = make_machine(9)
    machine.befall(Stoppage(at_landing=False, people=1, power_cut=True), MORNING)
    last = statuses(machine, MORNING + 600)[-1].body
    assert (last["service_mode"], last["power_status"], last["faults"]) == ("stopped", "lost", [])


def test_a_lift_that_recovers_by_itself_lets_its_people_out() -> None:
    machine = make_machine(11)
    machine.befall(Stoppage(at_landing=False, people=3, presses_after_s=1.0, recovers_after_s=60.0), MORNING)
    stopped_at = live_until_stopped(machine)
    reports = [report for _, report in live(machine, stopped_at + 90)]
    assert [r.body["state"] for r in of_channel(reports, "alarm")][-1] == "ended"
    assert machine.car.stoppage is None
    assert machine.car.people == 0


def test_without_a_presence_sensor_it_is_not_known_whether_people_are_inside() -> None:
    machine = make_machine(2, senses_people=False)
    machine.befall(Stoppage(at_landing=False, people=2), MORNING)
    assert {report.body["passenger_status"] for report in statuses(machine, MORNING + HOUR)} == {None}


def test_release_of_a_lift_in_service_changes_nothing() -> None:
    machine = make_machine(4)
    list(live(machine, MORNING + 300))
    phase = machine.car.phase
    assert machine.release(MORNING + 300) == []
    assert machine.car.phase is phase


@settings(max_examples=30, deadline=None)
@given(seeds, st.floats(0, HOUR))
def test_whenever_it_befalls_the_car_stops_within_two_minutes(seed: int, after_s: float) -> None:
    machine = make_machine(seed)
    list(live(machine, MORNING + after_s))
    machine.befall(Stoppage(at_landing=False, people=1), MORNING + after_s)
    list(live(machine, MORNING + after_s + 120))
    assert machine.car.phase is Phase.STUCK


@pytest.mark.parametrize("place_type", sorted(CALLS_A_DAY))
def test_a_lift_of_every_kind_of_place_serves_calls_in_a_day(place_type: str) -> None:
    machine = make_machine(1, lift=replace(CITY.lifts[0], place_type=place_type))
    runs = sum(report.body["car_status"] == "running" for report in statuses(machine, MORNING + 24 * HOUR))
    assert runs > CALLS_A_DAY[place_type] / 2


def test_a_test_call_comes_every_seventy_two_hours() -> None:
    machine = make_machine(1)
    calls = [now for now, report in live(machine, MORNING + 10 * 24 * HOUR) if report.channel == "test"]
    assert calls[0] - MORNING <= 72 * HOUR
    assert all(round(b - a) == 72 * HOUR for a, b in itertools.pairwise(calls))
