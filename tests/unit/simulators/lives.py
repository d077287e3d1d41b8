"""Lifts living through simulated time, for the tests of the machines."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from simulators.city import Lift, build_city
from simulators.lift import AS_PUBLISHED, LiftMachine, Rhythm
from simulators.reports import Report

MORNING = 1_763_856_000.0
"""08:00 in Zhengzhou, 2025-11-23."""
CITY = build_city(lifts=64, seed=7)


def make_machine(
    seed: int, *, lift: Lift | None = None, senses_people: bool = True, boot: int = 17, rhythm: Rhythm = AS_PUBLISHED
) -> LiftMachine:
    lift = lift or CITY.lifts[seed % len(CITY.lifts)]
    return LiftMachine(lift, boot=boot, senses_people=senses_people, born_at=MORNING, rng=Random(seed), rhythm=rhythm)


def live(machine: LiftMachine, until: float) -> Iterator[tuple[float, Report]]:
    """Steps the machine at exactly the instants it asks for."""
    while machine.next_at <= until:
        now = machine.next_at
        for report in machine.step(now):
            yield now, report


def live_until_stopped(machine: LiftMachine) -> float:
    """Lives on until the car has stopped for good; the instant."""
    while machine.car.stoppage is None:
        now = machine.next_at
        machine.step(now)
    return now
