"""Passengers and bystanders who telephone: they see that a car does not move, find a plate, and ring the centre.

What they say is what they saw: who is inside and how they are, and now and then the code of the lift beside it.
"""

from __future__ import annotations

import asyncio
from random import Random

from simulators.city import Lift
from simulators.crews import Surroundings
from simulators.misfortunes import Misfortune
from simulators.operators import Call, Centre

LOOKS_EVERY_S = 0.5
WAITS_AT_MOST_S = 300.0
RINGS_AFTER_S = (30.0, 150.0)
"""Seconds of life from the stop to the call."""
WRONG_PLATE_SHARE = 0.2
"""Of the calls from buildings with several lifts."""
NEEDS = {"elderly": 0.12, "child": 0.10, "pregnant": 0.02, "medical": 0.05, "child_alone": 0.01}
"""How often a caller says so of the people inside; each by itself."""


async def telephone(
    misfortune: Misfortune, centre: Centre, around: Surroundings, wrong_plate_share: float = WRONG_PLATE_SHARE
) -> None:
    """Rings once the car has stopped, unless people are out by then."""
    lift = misfortune.lift
    for _ in range(int(WAITS_AT_MOST_S / LOOKS_EVERY_S)):
        if around.world.has_stopped(lift.lift_id):
            break
        await asyncio.sleep(LOOKS_EVERY_S)
    await asyncio.sleep(around.pace.real_s(around.rng.uniform(*RINGS_AFTER_S)))
    people = around.world.people_inside(lift.lift_id)
    if people:
        plate = _read_plate(lift, around, wrong_plate_share)
        needs = _draw_needs(around.rng)
        await centre.take_call(
            Call(plate=plate, name=misfortune.caller, phone=misfortune.caller_phone, people=people, needs=needs)
        )


def _read_plate(lift: Lift, around: Surroundings, wrong_plate_share: float) -> str:
    """The lift's rescue code, or that of one beside it which stands still by no misfortune of its own."""
    beside = [
        other
        for other in around.lifts.values()
        if (other.address, other.building) == (lift.address, lift.building)
        and not around.world.is_struck(other.lift_id)
    ]
    is_wrong = bool(beside) and around.rng.random() < wrong_plate_share
    return around.rng.choice(beside).rescue_code if is_wrong else lift.rescue_code


def _draw_needs(rng: Random) -> tuple[str, ...]:
    return tuple(need for need, share in NEEDS.items() if rng.random() < share)
