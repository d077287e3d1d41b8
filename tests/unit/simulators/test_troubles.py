"""When something happens to some lift, and what a lift says of it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.car import NEVER, Phase, Stoppage
from simulators.lift import Rhythm
from simulators.reports import Report
from simulators.troubles import DAY_S, Rates, Trouble, Troubles, draw_entrapment
from tests.unit.simulators.lives import MORNING, live, make_machine

LIFTS = [f"L{number}" for number in range(1000)]
RATES = Rates(restarts_a_day=1, link_losses_a_day=2, visits_a_year=24, entrapments_a_year=9, storm_every_s=3600)


def happened(seed: int, days: int = 3) -> list[tuple[Trouble, str]]:
    troubles = Troubles(RATES, LIFTS, LIFTS[:100], Random(seed), 0.0)
    return [one for hour in range(24 * days) for one in troubles.take_due(3600.0 * hour)]


def test_troubles_come_as_often_as_was_asked_for() -> None:
    counts = Counter(kind for kind, _ in happened(1))
    assert counts[Trouble.RESTART] == pytest.approx(3000, rel=0.1)
    assert counts[Trouble.LINK_LOSS] == pytest.approx(600, rel=0.15)
    assert counts[Trouble.VISIT] == pytest.approx(3 * 24_000 / 365, rel=0.25)
    assert counts[Trouble.ENTRAPMENT] == pytest.approx(3 * 9000 / 365, rel=0.4)
    assert counts[Trouble.STORM] == 71


def test_a_link_that_is_lost_is_a_link_and_a_storm_takes_them_all() -> None:
    names = {kind: {name for other, name in happened(1) if other is kind} for kind in Trouble}
    assert names[Trouble.LINK_LOSS] <= set(LIFTS[:100])
    assert names[Trouble.STORM] == {""}
    assert len(names[Trouble.RESTART]) > 900


def test_the_same_seed_brings_the_same_troubles() -> None:
    assert happened(1) == happened(1) != happened(2)


def test_nothing_happens_where_nothing_was_asked_for() -> None:
    none = Rates(visits_a_year=0, entrapments_a_year=0, breakdowns_a_year=0)
    assert list(Troubles(none, LIFTS, LIFTS, Random(1), 0.0).take_due(1000 * DAY_S)) == []


@given(st.integers(0, 10_000))
def test_an_entrapment_has_people_in_it(seed: int) -> None:
    assert draw_entrapment(Random(seed)).people >= 1


# --- what a lift says of it


def statuses(reports: list[Report]) -> list[Report]:
    return [report for report in reports if report.channel == "status"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(60, 3000))
def test_a_restart_counts_up_begins_again_at_one_and_says_nothing_meanwhile(seed: int, after_s: float) -> None:
    machine = make_machine(seed, boot=17)
    list(live(machine, MORNING + after_s))
    machine.restart(MORNING + after_s + 40)
    assert not machine.born
    born_at, link = next(live(machine, MORNING + after_s + 60))
    assert born_at == MORNING + after_s + 40
    assert (link.channel, link.body["boot"], link.retain) == ("link", 18, True)
    status = next(report for _, report in live(machine, born_at + 120) if report.channel == "status")
    assert (status.body["boot"], status.body["seq"]) == (18, 2)


def test_a_lift_whose_link_takes_long_is_born_when_it_is_back() -> None:
    machine = make_machine(1)
    list(live(machine, MORNING + 10))
    machine.restart(NEVER)
    machine.befall(Stoppage(at_landing=False, people=1), MORNING + 20)
    assert list(live(machine, MORNING + 10_000)) == []
    assert [report.channel for report in machine.report_birth(MORNING + 10_000)] == ["link", "status"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_maintenance_shows_as_inspection_with_somebody_on_the_car_and_ends(seed: int) -> None:
    machine = make_machine(seed)
    while machine.car.phase is not Phase.PARKED or not machine.born:
        machine.step(machine.next_at)
    begun_at = machine.next_at - 0.001
    assert machine.visit(begun_at, begun_at + 1800)
    assert not machine.visit(begun_at, begun_at + 1800)
    during = statuses([report for _, report in live(machine, begun_at + 1700)])
    running = [report.body for report in during if report.body["car_status"] == "running"]
    assert {body["service_mode"] for body in running} == {"inspection"}
    assert any(report.body["passenger_status"] for report in during)
    assert all(report.body["door_status"] == "closed" for report in during[1:])
    after = statuses([report for _, report in live(machine, begun_at + 4000)])
    assert after[-1].body["service_mode"] == "normal"


def test_some_stops_of_an_inspection_are_between_landings() -> None:
    zones = Counter[bool]()
    for seed in range(10):
        machine = make_machine(seed)
        list(live(machine, MORNING + 1))
        if machine.visit(MORNING + 1, MORNING + 3600):
            said = statuses([report for _, report in live(machine, MORNING + 3000)])
            zones.update(report.body["door_zone"] for report in said if report.body["car_status"] == "stopped")
    assert zones[True] > 20
    assert zones[False] > 20


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 600), st.booleans())
def test_a_car_that_is_halted_stands_still_at_once_whatever_it_was_doing(seed: int, after_s: float, cut: bool) -> None:
    machine = make_machine(seed)
    list(live(machine, MORNING + after_s))
    stoppage = Stoppage(at_landing=False, people=2, power_cut=cut, service_mode="" if cut else "earthquake")
    body = machine.halt(stoppage, MORNING + after_s)[-1].body
    assert (body["car_status"], body["door_status"], body["door_zone"]) == ("stopped", "closed", False)
    assert (body["service_mode"], body["power_status"]) == (("stopped", "lost") if cut else ("earthquake", "mains"))
    assert 1 <= body["car_position"] <= machine.lift.floors
    assert machine.car.people == 2
    released = machine.release(MORNING + after_s + 60)
    assert statuses(released)[0].body["service_mode"] == "normal"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(1, 30))
def test_at_a_fixed_period_a_lift_says_neither_more_nor_less_unless_its_condition_changes(
    seed: int, period_s: float
) -> None:
    machine = make_machine(seed, rhythm=Rhythm.fixed(period_s))
    said = [now for now, report in live(machine, MORNING + 1200) if report.channel == "status"]
    gaps = {round(later - earlier, 3) for earlier, later in pairwise(said[1:])}
    assert gaps == {round(period_s, 3)}
    machine.befall(Stoppage(at_landing=False, people=1), MORNING + 1200)
    bodies = [report.body for _, report in live(machine, MORNING + 1500) if report.channel == "status"]
    assert ["04"] in [body["faults"] for body in bodies]
