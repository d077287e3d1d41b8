"""Crews: they drive the roads, work on site, free the people and drive home, telling their place all the while.

A crew is a little program with a phone: its reports go to the service as its company's answers, its position over MQTT.
It learns what is so at the lift only by being there. When its assignment is withdrawn it turns round where it is. What
it leaves out, puts off or does not manage is in its `Conduct`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any, Generic, TypeVar

from simulators.api import Api
from simulators.cards import Crew, Lift
from simulators.chronicle import Chronicle
from simulators.conduct import DUTIFUL, Conduct
from simulators.errors import ApiError, StaleError
from simulators.gateway import Gateway
from simulators.geo import Point
from simulators.pace import Pace
from simulators.reports import write_instant
from simulators.roads import Drive, RoadNetwork
from simulators.world import NOTHING_TOLD, Outcome, Scene, Told

SETS_OUT_AFTER_S = (30.0, 90.0)
"""Seconds of life from accepting to moving off."""
BLOCKED_AFTER = (0.2, 0.8)
"""Of a drive that leads nowhere: the part after which the crew sees it."""
REASONS_NOT_TO_REACH = ("道路积水无法通行", "车辆途中故障", "小区大门封闭, 无人开门")
POSITION_ON_THE_ROAD_S = 3.0
POSITION_AT_BASE_S = 60.0
"""Real seconds between positions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a crew has accepted: the attempt, and the lift to go to."""

    id: str
    attempt: int
    lift: Lift
    reported: frozenset[str] = frozenset()
    """What the crew has reported already, when it is taken up again after a restart of the simulation."""
    told: Told = NOTHING_TOLD
    conduct: Conduct = DUTIFUL


Seen = TypeVar("Seen", bound=Scene, covariant=True)
"""Crews need no more than a scene; whoever hears through intercoms needs a `World`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings(Generic[Seen]):
    """What all people share: the roads, the lifts they know, the world, its pace, chance, and a count of deeds."""

    lifts: Mapping[str, Lift]
    roads: RoadNetwork
    world: Seen
    pace: Pace
    chronicle: Chronicle
    rng: Random
    counts: Counter[str] = field(default_factory=Counter)
    """How often what was done, for a summary."""


class CrewOnDuty:
    """One crew: where it is, and what it does about an assignment."""

    def __init__(self, crew: Crew, api: Api, around: Surroundings[Scene]) -> None:
        self.crew = crew
        self._api = api
        self._around = around
        self._base: Point = (crew.lon, crew.lat)
        self._drive: Drive | None = None
        self._set_out_at = 0.0
        self._position_due_at = 0.0

    def position(self, now: float) -> Point:
        """Where it is; at its base when it has not been anywhere yet."""
        if self._drive is None:
            return self._base
        return self._drive.position(self._around.pace.life_s(now - self._set_out_at))

    def take_position(self, now: float) -> Point | None:
        """Its position, if it is time to tell it."""
        if now < self._position_due_at:
            return None
        self._position_due_at = now + (POSITION_ON_THE_ROAD_S if self._is_moving(now) else POSITION_AT_BASE_S)
        return self.position(now)

    def estimate_s(self, lift: Lift) -> float:
        """Seconds of life until it would be there: getting ready, and the drive from where it is now."""
        drive = self._around.roads.drive(self.position(time.time()), (lift.lon, lift.lat))
        return sum(SETS_OUT_AFTER_S) / 2 + drive.duration_s

    async def serve(self, assignment: Assignment) -> Outcome | None:
        """From acceptance to the passengers out: what was found, None when it came to nothing.

        It comes to nothing when the way is closed, when the service knows better, and when that cannot be reached.
        """
        lift_id = assignment.lift.lift_id
        try:
            return await self._attend(assignment)
        except StaleError:
            self._note(f"turns round, {lift_id} is not theirs any more")
            self._around.counts["turned_round"] += 1
        except ApiError as error:
            self._note(f"cannot report on {lift_id}: {error}")
        finally:
            self._set_out(self._base)
        return None

    async def _attend(self, assignment: Assignment) -> Outcome | None:
        rng, conduct = self._around.rng, assignment.conduct
        await self._live(conduct.dawdles_s + rng.uniform(*SETS_OUT_AFTER_S))
        drive = self._set_out((assignment.lift.lon, assignment.lift.lat))
        await self._report(assignment, "en_route")
        if conduct.is_blocked:
            await self._live(drive.duration_s * rng.uniform(*BLOCKED_AFTER))
            await self._report(assignment, "cannot_reach", reason=rng.choice(REASONS_NOT_TO_REACH))
            return None
        await self._live(drive.duration_s)
        await self._report(assignment, "on_scene")
        return await self._release(assignment)

    async def _release(self, assignment: Assignment) -> Outcome:
        lift_id = assignment.lift.lift_id
        await self._live(self._around.world.work_s(lift_id))
        outcome = self._around.world.release(lift_id, assignment.told)
        facts = asdict(outcome)
        if not assignment.conduct.knows_cause:
            del facts["cause_code"]
        await self._live(assignment.conduct.reports_late_s)
        await self._report(assignment, "released", **facts)
        return outcome

    async def _report(self, assignment: Assignment, answer: str, **facts: Any) -> None:
        if answer in assignment.reported:
            return
        if answer in assignment.conduct.forgets:
            self._around.counts["forgotten"] += 1
            return
        await self._api.post(f"/assignments/{assignment.id}/{answer}", {"attempt": assignment.attempt, **facts})
        self._around.counts[answer] += 1
        self._note(f"{answer.replace('_', ' ')} at {assignment.lift.lift_id}")

    def _set_out(self, destination: Point) -> Drive:
        now = time.time()
        drive = self._around.roads.drive(self.position(now), destination)
        self._drive, self._set_out_at, self._position_due_at = drive, now, now
        return drive

    def _is_moving(self, now: float) -> bool:
        elapsed_s = self._around.pace.life_s(now - self._set_out_at)
        return self._drive is not None and elapsed_s < self._drive.duration_s

    async def _live(self, life_s: float) -> None:
        await asyncio.sleep(self._around.pace.real_s(life_s))

    def _note(self, what: str) -> None:
        self._around.chronicle.note(f"crew {self.crew.crew_id} {what}")


async def tell_positions(crews: Iterable[CrewOnDuty], gateway: Gateway) -> None:
    """Publishes every crew's position when it is due, until cancelled."""
    crews = tuple(crews)
    while True:
        now = time.time()
        for crew in crews:
            position = crew.take_position(now)
            if position is not None:
                _publish_position(gateway, crew.crew, position, now)
        await asyncio.sleep(1.0)


def _publish_position(gateway: Gateway, crew: Crew, position: Point, now: float) -> None:
    body = {"ts": write_instant(now), "lon": position[0], "lat": position[1], "datum": "wgs84"}
    topic = f"crews/v1/{crew.company_id}/{crew.crew_id}/position"
    gateway.publish(topic, json.dumps(body).encode(), qos=0, retain=False)
