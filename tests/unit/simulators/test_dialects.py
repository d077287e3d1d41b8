"""What simulated controllers say, read by the product's own reader in either profile."""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.messages import DoorStatus, Link, Message, PowerStatus, Status
from devices.payloads import parse
from simulators.car import Stoppage
from simulators.dialects import Profile, write_payload
from simulators.lift import LiftMachine
from simulators.mishaps import CLOCK_FAULTS, draw_clock_fault
from simulators.reports import Report
from tests.unit.simulators.lives import CITY, MORNING, live

HOUR = 3600.0
ALIKE = frozenset({
    "reported_at", "boot", "seq", "number", "raised", "online", "service_mode", "car_status", "car_direction",
    "car_position", "door_zone", "passenger_present", "load_percent", "button_held_s", "battery_low",
})  # fmt: skip
stoppages = st.builds(
    Stoppage,
    at_landing=st.booleans(),
    people=st.integers(0, 6),
    presses_after_s=st.none() | st.floats(0, 60),
    power_cut=st.booleans(),
    service_mode=st.sampled_from(["", "earthquake"]),
)


def said_in_an_hour(seed: int, stoppage: Stoppage) -> list[Report]:
    """Of all that a lift can live through: maintenance, a stop at once, a release and a restart."""
    machine = LiftMachine(
        CITY.lifts[seed % len(CITY.lifts)], boot=3, senses_people=seed % 5 > 0, born_at=MORNING, rng=Random(seed),
        weighs=True,
    )  # fmt: skip
    said = [report for _, report in live(machine, MORNING + 600)]
    machine.visit(MORNING + 600, MORNING + 1200)
    said += [report for _, report in live(machine, MORNING + 1500)]
    said += machine.halt(stoppage, MORNING + 1500)
    said += [report for _, report in live(machine, MORNING + 2400)]
    said += machine.release(MORNING + 2400)
    machine.restart(MORNING + 2430)
    return [*said, *(report for _, report in live(machine, MORNING + HOUR))]


def read(report: Report, profile: Profile) -> Message:
    return parse(report.channel, write_payload(report, profile), None)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), stoppages)
def test_in_either_profile_the_service_understands_the_same(seed: int, stoppage: Stoppage) -> None:
    for report in said_in_an_hour(seed, stoppage):
        canonical, gb = read(report, Profile.CANONICAL), read(report, Profile.GB)
        assert type(canonical) is type(gb)
        for name in ALIKE.intersection(field.name for field in fields(canonical)):
            assert getattr(canonical, name) == getattr(gb, name)
        if isinstance(canonical, Status) and isinstance(gb, Status):
            assert (canonical.door_status is DoorStatus.CLOSED) == (gb.door_status is DoorStatus.CLOSED)
            assert (canonical.power_status is PowerStatus.LOST) == (gb.power_status is PowerStatus.LOST)
            assert all(raw.fault is not None for raw in gb.faults)
        if isinstance(gb, Link) and gb.online:
            assert gb.profile == Profile.GB


def test_every_kind_of_report_has_been_read() -> None:
    said = said_in_an_hour(3, Stoppage(at_landing=False, people=1, presses_after_s=1.0))
    assert {report.channel for report in said} == {"link", "status", "alarm", "fault"}
    assert {report.body["service_mode"] for report in said if report.channel == "status"} == {"normal", "inspection"}


@given(st.integers(0, 1000))
def test_a_wrong_clock_moves_the_instants_and_nothing_else(seed: int) -> None:
    ahead_s = round(draw_clock_fault(Random(seed)))
    assert any(least <= ahead_s <= most for least, most in CLOCK_FAULTS)
    for report in said_in_an_hour(seed, Stoppage(at_landing=True, people=0))[:20]:
        right, wrong = (parse(report.channel, write_payload(report, Profile.GB, by), None) for by in (0, ahead_s))
        if isinstance(right, Status) and isinstance(wrong, Status):
            assert right.reported_at is not None
            assert wrong.reported_at == pytest.approx(right.reported_at + ahead_s, abs=0.002)
            assert replace(wrong, reported_at=right.reported_at) == right
