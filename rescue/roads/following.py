"""How long ways take: by the imported road network, else by the straight line; follows the roads while we run.

Decides when the roads are given other times: with the hour, with each closure, with a new network. They are looked at
every second, on a thread of their own, so that decisions go on meanwhile with the times of before. What cannot be used
leaves those in force, and is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from dispatch.crews import Position
from dispatch.roads.closures import Closure, times_slower
from dispatch.roads.errors import RoadsUnusable
from dispatch.roads.files import RoadFiles, Stamp
from dispatch.roads.network import Network
from dispatch.roads.speeds import Speeds, load_speeds
from dispatch.roads.ways import Conditions, Roads, RoadTravel, Way
from dispatch.travel import StraightLine
from rescue.ports import Clock
from rescue.settings import Settings

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0

Part = TypeVar("Part")


@dataclass(slots=True, kw_only=True)
class FollowedRoads:
    """TravelTimes as they are known now."""

    files: RoadFiles
    speeds: Speeds
    straight: StraightLine
    clock: Clock
    wrong: dict[str, str] = field(default_factory=dict)
    """Which file is not used as it stands, and why."""
    closures: Sequence[Closure] = ()
    _travel: RoadTravel | None = None
    _hour: int = 0
    _seen: tuple[Stamp, Stamp] = (None, None)

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        """Return one duration an origin, in their order."""
        return (self._travel or self.straight).seconds(origins, destination, at)

    def ways(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[Way]:
        """Return one way an origin, with what is to be said of it."""
        if self._travel:
            return self._travel.ways(origins, destination, at)
        return [Way(seconds) for seconds in self.straight.seconds(origins, destination, at)]

    @property
    def network(self) -> Network | None:
        """The roads in use; None as long as none were imported."""
        return self._travel.roads.network if self._travel else None

    async def run(self) -> None:
        """Follow the files and the hour, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Take in what has changed since the last look."""
        seen, hour = self.files.stamps(), self.clock.now().astimezone(self.straight.time_zone).hour
        new_network, new_closures = (now != before for now, before in zip(seen, self._seen, strict=True))
        if not (new_network or new_closures or self._is_other_hour(hour)):
            return
        began = perf_counter()
        if new_closures:
            self.closures = self._use("closures", self.files.load_closures, self.closures)
        self._set_out(
            self._use("network", self.files.load_network, self.network) if new_network else self.network, hour
        )
        self._seen, self._hour = seen, hour
        log.info("roads", pieces=self._pieces, closures=len(self.closures), took_s=round(perf_counter() - began, 2))

    def _is_other_hour(self, hour: int) -> bool:
        return self._travel is not None and not self.speeds.is_same(hour, self._hour)

    def _use(self, part: str, load: Callable[[], Part], before: Part) -> Part:
        try:
            found = load()
        except RoadsUnusable as error:
            self.wrong[part] = str(error)
            log.error("roads not usable, going on with those of before", reason=str(error))
            return before
        self.wrong.pop(part, None)
        return found

    def _set_out(self, network: Network | None, hour: int) -> None:
        if network is None:
            self._travel = None
            return
        conditions = Conditions(hour=hour, times_slower=times_slower(network, self.closures))
        if self._travel and self._travel.roads.network is network:
            self._travel.roads.adapt(conditions)
        else:
            self._travel = RoadTravel(roads=Roads(network, self.speeds, conditions), straight=self.straight)

    @property
    def _pieces(self) -> int:
        return self.network.pieces if self.network else 0


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
