"""Decides which lift is struck next and when, so that a demonstration shows every road into the service.

The first misfortune is chosen with care: an alarm at a lift whose crew is near, so that one full case is seen soon.
All later ones are drawn by lot.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from simulators.callers import Callers, Party, Way, draw_needs
from simulators.city import City, Crew, Lift
from simulators.companies import Start
from simulators.crews import Surroundings
from simulators.fleet import Fleet
from simulators.geo import distance_km
from simulators.misfortunes import Course, Misfortune, draw_course, draw_misfortune
from simulators.operators import Centre
from simulators.roads import RoadNetwork
from simulators.world import World

MEAN_GAP_S = 10.0
"""Real seconds between misfortunes at the demo's own pace."""
MOST_ENTRAPMENTS = 25
"""With so many of them open nothing more happens until some are done."""
REPAIRED_AFTER_S = 100.0
"""Real seconds until a stop with nobody inside is put right: long enough for the service to have noticed."""
CALL_WAYS = {Way.PHONE: 75, Way.QR: 25}
"""Of those who do not press the button and do not wait either."""
LOOKS_EVERY_S = 0.5
STOPS_WITHIN_S = 300.0
"""Real seconds until the next ride, on which it happens."""
FIRST_DRIVE_S = 4 * 60.0
FIRST_WORK_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Draws misfortunes for the lifts of a city."""

    city: City
    fleet: Fleet
    centre: Centre
    callers: Callers
    around: Surroundings[World]
    start: Start
    first_lift: Lift
    gap_s: float

    async def strike_on(self) -> None:
        """The first misfortune at once, then one after the other until cancelled."""
        self._strike(self._draw_first())
        while True:
            await asyncio.sleep(self.around.rng.expovariate(1 / self.gap_s))
            if self.centre.tally.stages.total() < MOST_ENTRAPMENTS:
                self._strike(self._draw_next())

    def _draw_first(self) -> Misfortune:
        first = draw_misfortune(self.around.rng, self.first_lift, Course.ALARM, self.around.pace)
        stoppage = replace(first.stoppage, presses_after_s=0.0)
        return replace(first, stoppage=stoppage, on_site_s=FIRST_WORK_S, injured=0)

    def _draw_next(self) -> Misfortune:
        course = draw_course(self.around.rng)
        return draw_misfortune(self.around.rng, self._draw_lift(course), course, self.around.pace)

    def _draw_lift(self, course: Course) -> Lift:
        """A lift that nothing has befallen yet; without a presence sensor exactly when the course is about that."""
        wants_sensor = course is not Course.UNSENSED
        fit = [
            lift
            for lift in self.around.rng.sample(self.city.lifts, k=min(len(self.city.lifts), 400))
            if self.fleet[lift.lift_id].senses_people == wants_sensor and not self.around.world.is_struck(lift.lift_id)
        ]
        return fit[0] if fit else self.around.rng.choice(self.city.lifts)

    def _strike(self, misfortune: Misfortune) -> None:
        self.around.world.strike(misfortune, time.time())
        lift = misfortune.lift
        self.around.chronicle.note(f"{lift.lift_id} {lift.address}: {misfortune.course.value}")
        if misfortune.course is Course.PHONED:
            self.start(self._let_call(misfortune))
        if misfortune.stoppage.people == 0:
            self.start(self._repair(lift))

    async def _let_call(self, misfortune: Misfortune) -> None:
        """They seek help once the car has stopped."""
        lift, rng, world = misfortune.lift, self.around.rng, self.around.world
        for _ in range(int(STOPS_WITHIN_S / LOOKS_EVERY_S)):
            if world.has_stopped(lift.lift_id):
                break
            await asyncio.sleep(LOOKS_EVERY_S)
        party = Party(
            lift=lift,
            name=misfortune.caller,
            phone=misfortune.caller_phone,
            injured=misfortune.injured,
            needs=draw_needs(rng),
        )
        way = rng.choices(list(CALL_WAYS), list(CALL_WAYS.values()))[0]
        await self.callers.seek_help(party, way, lambda: world.people_inside(lift.lift_id))

    async def _repair(self, lift: Lift) -> None:
        await asyncio.sleep(REPAIRED_AFTER_S)
        self.around.world.release(lift.lift_id)


def choose_first_lift(city: City, roads: RoadNetwork, around_lifts: Iterable[Lift]) -> Lift:
    """A lift of which a crew on duty of its own company is a few minutes' drive away; the nearest one found."""
    best = min(
        ((_first_drive_s(roads, lift, city.crews), lift) for lift in around_lifts),
        key=lambda found: abs(found[0] - FIRST_DRIVE_S),
    )
    return best[1]


def _first_drive_s(roads: RoadNetwork, lift: Lift, crews: Sequence[Crew]) -> float:
    own = [crew for crew in crews if crew.company_id == lift.company_id and crew.on_duty == "yes"]
    nearest = min(own, key=lambda crew: distance_km((crew.lon, crew.lat), (lift.lon, lift.lat)))
    return roads.drive((nearest.lon, nearest.lat), (lift.lon, lift.lat)).duration_s
