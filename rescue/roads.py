"""How long ways take: by the imported road network, else by the straight line; follows the roads while we run.

Decides when the roads are given other times: with the hour, with each closure, with a new network. They are looked at
every second, on a thread of their own, so that decisions go on meanwhile with the times of before. What cannot be used
leaves those in force, and is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from zoneinfo import ZoneInfo

import structlog

from dispatch.crews import Position
from dispatch.roads.closures import Closure, times_slower
from dispatch.roads.errors import RoadsUnusable
from dispatch.roads.files import RoadFiles, Stamp
from dispatch.roads.speeds import Speeds, load_speeds
from dispatch.roads.ways import Conditions, Roads, RoadTravel, Way
from dispatch.travel import StraightLine
from rescue.ports import Clock
from rescue.settings import Settings

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0

STRAIGHT = "by straight line, as no roads are imported"


@dataclass(slots=True)
class FollowedRoads:
    """TravelTimes as they are known now."""

    files: RoadFiles
    speeds: Speeds
    straight: StraightLine
    clock: Clock
    wrong: str | None = None
    """Why the files as they stand are not used."""
    _travel: RoadTravel | None = None
    _closures: Sequence[Closure] = field(default_factory=list)
    _hour: int = 0
    _seen: tuple[Stamp, Stamp] = (None, None)

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        """Return one duration an origin, in their order."""
        return (self._travel or self.straight).seconds(origins, destination, at)

    def ways(self, origins: Sequence[Position | None], destination: Position, at: datetime) -> list[Way]:
        """Return one way an origin, with what is to be said of it."""
        if self._travel:
            return self._travel.ways(origins, destination, at)
        known = [origin for origin in origins if origin is not None]
        found = iter(self.straight.seconds(known, destination, at))
        return [Way(float("inf"), "its position is not known") if o is None else Way(next(found)) for o in origins]

    @property
    def closures(self) -> int:
        """How many are in force."""
        return len(self._closures)

    @property
    def pieces(self) -> int:
        """Of road; none without a network."""
        return self._travel.roads.network.pieces if self._travel else 0

    async def run(self) -> None:
        """Follow the files and the hour, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Take in what has changed since the last look."""
        seen, hour = self.files.stamps(), self._local_hour()
        if seen == self._seen and (self._travel is None or self.speeds.is_same(hour, self._hour)):
            return
        began = perf_counter()
        try:
            self._take(seen, hour)
            self.wrong = None
        except RoadsUnusable as error:
            self.wrong = str(error)
            log.error("roads not usable, going on with those of before", reason=self.wrong)
        self._seen, self._hour = seen, hour
        log.info("roads", pieces=self.pieces, closures=self.closures, took_s=round(perf_counter() - began, 2))

    def _take(self, seen: tuple[Stamp, Stamp], hour: int) -> None:
        network_stamp, closures_stamp = self._seen
        is_new = seen[0] != network_stamp or self._travel is None
        network = self.files.load_network() if is_new else None
        if seen[1] != closures_stamp:
            self._closures = self.files.load_closures()
        if network is not None:
            conditions = Conditions(hour=hour, times_slower=times_slower(network, self._closures))
            self._travel = RoadTravel(roads=Roads(network, self.speeds, conditions), straight=self.straight)
        elif self._travel and not is_new:
            roads = self._travel.roads
            roads.adapt(Conditions(hour=hour, times_slower=times_slower(roads.network, self._closures)))
        else:
            self._travel = None

    def _local_hour(self) -> int:
        return self.clock.now().astimezone(self.straight.time_zone).hour


def follow_roads(settings: Settings, clock: Clock) -> FollowedRoads:
    """The travel times of the service, with the roads as they stand now. Raises SpeedsUnusable."""
    roads = FollowedRoads(
        files=RoadFiles.in_data_dir(settings.data_dir),
        speeds=load_speeds(settings.road_speeds_file) if settings.road_speeds_file else load_speeds(),
        straight=StraightLine(time_zone=ZoneInfo(settings.timezone)),
        clock=clock,
    )
    roads.look()
    return roads
