"""The simulated people of a small town, with a pace so fast that nobody waits."""

from __future__ import annotations

from random import Random

from simulators.car import Stoppage
from simulators.chronicle import Chronicle
from simulators.city import Lift
from simulators.crews import Surroundings
from simulators.fleet import FleetLink, make_fleet
from simulators.misfortunes import Course, Misfortune, draw_misfortune
from simulators.pace import Pace
from simulators.roads import build_roads
from simulators.world import World
from tests.unit.simulators.lives import CITY, MORNING

AT_ONCE = Pace(factor=1e9)
LIFT = CITY.lifts[0]
ROADS = build_roads(seed=7)


def make_surroundings(seed: int = 1, *, pace: Pace = AT_ONCE) -> Surroundings[World]:
    """A world whose lifts are on no broker: what they report goes nowhere."""
    rng = Random(seed)
    fleet = make_fleet(CITY, born_at=MORNING, rng=rng)
    link = FleetLink(fleet, "mqtt://127.0.0.1:1", {lift.area for lift in CITY.lifts})
    return Surroundings(
        lifts={lift.lift_id: lift for lift in CITY.lifts},
        roads=ROADS,
        world=World(link, rng),
        pace=pace,
        chronicle=Chronicle(lambda: "", lambda _: None),
        rng=rng,
    )


def trap(around: Surroundings[World], *, people: int, lift: Lift = LIFT) -> Misfortune:
    """Lets the car stop with so many inside, and time pass until it has."""
    drawn = draw_misfortune(around.rng, lift, Course.ALARM, around.pace)
    misfortune = Misfortune(
        lift=lift,
        course=drawn.course,
        stoppage=Stoppage(at_landing=False, people=people, presses_after_s=1.0),
        cause_code=drawn.cause_code,
        release_method=drawn.release_method,
        injured=0,
        on_site_s=drawn.on_site_s,
        caller=drawn.caller,
        caller_phone=drawn.caller_phone,
    )
    around.world.strike(misfortune, MORNING)
    machine = around.world.machine(lift.lift_id)
    while machine.car.stoppage is None:
        machine.step(machine.next_at)
    return misfortune
