"""Passengers and bystanders who telephone: they see that a car does not move, find the plate, and ring the centre."""

from __future__ import annotations

import asyncio

from simulators.crews import Surroundings
from simulators.misfortunes import Misfortune
from simulators.operators import Centre

LOOKS_EVERY_S = 0.5
WAITS_AT_MOST_S = 300.0
RINGS_AFTER_S = (30.0, 150.0)
"""Seconds of life from the stop to the call."""


async def telephone(misfortune: Misfortune, centre: Centre, around: Surroundings) -> None:
    """Rings once the car has stopped, unless people are out by then."""
    lift = misfortune.lift
    for _ in range(int(WAITS_AT_MOST_S / LOOKS_EVERY_S)):
        if around.world.has_stopped(lift.lift_id):
            break
        await asyncio.sleep(LOOKS_EVERY_S)
    await asyncio.sleep(around.pace.real_s(around.rng.uniform(*RINGS_AFTER_S)))
    people = around.world.people_inside(lift.lift_id)
    if people:
        await centre.take_call(lift.rescue_code, caller=misfortune.caller, phone=misfortune.caller_phone, people=people)
