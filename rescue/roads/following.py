"""How long ways take: by the imported road network, else by the straight line; follows the roads while we run.

Decides when the roads are given other times: with the hour, with each closure, with a new network. They are looked at
every second, on a thread of their own, so that decisions go on meanwhile with the times of before. What cannot be used
leaves those in force, and is said. What real arrivals have taught corrects the times, as long as it was learned of the
very ways in use (`learning`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from dispatch.calibration import Calibration
from dispatch.crews import Position
from dispatch.roads.closures import Closure, times_slower
from dispatch.roads.errors import RoadsUnusable
from dispatch.roads.files import RoadFiles, Stamp
from dispatch.roads.network import Network
from dispatch.roads.speeds import Speeds, load_speeds
from dispatch.roads.ways import NO_OPEN_ROAD, NO_POSITION, Conditions, Roads, RoadTravel, Way
from dispatch.travel import StraightLine
from rescue.ports import Clock
from rescue.settings import Settings

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 1.0

Part = TypeVar("Part")


@dataclass(slots=True)
class Asked:
    """How often ways were asked for since the start."""

    questions: int = 0
    ways: int = 0
    unsnapped: int = 0
    """Ways with an end off any road or on an island of roads."""
    closed: int = 0
    """Ways that no open road leads to."""

    def count(self, ways: Sequence[Way]) -> None:
        """One question more, so answered."""
        remarks = [way.remark for way in ways if way.remark not in (None, NO_POSITION)]
        closed = remarks.count(NO_OPEN_ROAD)
        self.questions += 1
        self.ways += len(ways)
        self.closed += closed
        self.unsnapped += len(remarks) - closed


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
    taught: tuple[str, Calibration] = ("", Calibration())
    """What is learned, and of which ways."""
    asked: Asked = field(default_factory=Asked)
    _travel: RoadTravel | None = None
    _hour: int = 0
    _seen: tuple[Stamp, Stamp] = (None, None)

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        """Return one duration an origin, in their order."""
        return [way.seconds for way in self.ways(origins, destination, at)]

    def ways(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[Way]:
        """Return one way an origin, with what is to be said of it."""
        factor = self.factor(destination, at)
        if not self._travel:
            return [Way(seconds * factor) for seconds in self.straight.seconds(origins, destination, at)]
        measured = self._travel.ways(origins, destination, at)
        self.asked.count(measured)
        return [Way(seconds * factor, remark) for seconds, remark in measured]

    def factor(self, destination: Position, at: datetime) -> float:
        """How many times as long as measured a way there is said to take."""
        basis, calibration = self.taught
        return calibration.factor(destination, self.local_hour(at)) if basis == self.basis else 1.0

    def local_hour(self, at: datetime) -> int:
        """By whose speeds ways are measured."""
        return at.astimezone(self.straight.time_zone).hour

    @property
    def basis(self) -> str:
        """What ways are measured on. What was learned of one basis says nothing of another."""
        origin = self.network.origin if self.network else None
        return f"{origin.file} of {origin.imported_at}" if origin else "straight line"

    @property
    def network(self) -> Network | None:
        """The roads in use; None as long as none were imported."""
        return self._travel.roads.network if self._travel else None

    def figures(self) -> Mapping[str, float]:
        """What /metrics shows."""
        network = self.network
        return {
            "rescue_road_nodes": network.junctions if network else 0,
            "rescue_road_arcs": int(2 * network.pieces - network.is_one_way.sum()) if network else 0,
            "rescue_road_imported_at_seconds": _posix_s(network.origin.imported_at) if network else 0,
            "rescue_road_closures": len(self.closures),
            "rescue_road_files_unusable": len(self.wrong),
            "rescue_road_questions_total": self.asked.questions,
            "rescue_road_ways_total": self.asked.ways,
            "rescue_road_ways_unsnapped_total": self.asked.unsnapped,
            "rescue_road_ways_closed_total": self.asked.closed,
        }

    async def run(self) -> None:
        """Follow the files and the hour, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Take in what has changed since the last look."""
        seen, hour = self.files.stamps(), self.local_hour(self.clock.now())
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


def _posix_s(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


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
