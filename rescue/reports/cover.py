"""How the city is covered while crews are out: the ground of `dispatch.cover`, from registry, board and travel times.

Callouts are expected where lifts are, gathered into cells; of a big city the cells with most lifts are looked at. A
crew may wait at stations of its own company. Ways are asked for on a thread, so that the desk goes on meanwhile.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dispatch.cover import Advice, Ground, advise
from dispatch.crews import Crew, CrewId, Position, Station
from dispatch.roster import Floats, Mask
from dispatch.travel import TravelTimes
from rescue.store.connections import Pool, reachable
from rescue.store.rows import read_station
from rescue.store.sql import load_queries

CELL_DEGREES = 0.02
"""The side of a cell, two kilometres: a few minutes of any way."""
MOST_CELLS = 200
SQL = load_queries("cover")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Lifts near to each other, in their middle."""

    position: Position
    lifts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The advice, and what it rests on."""

    advice: Advice
    stations: Mapping[str, Station]
    crews_out: Mapping[str, int]
    """Of each station, those on duty that are on a case."""
    idle: int
    on_duty: int
    lifts: int
    lifts_left_out: int
    """In cells that were not looked at, or of unknown place."""


class CoverReports:
    """Asks registry and travel times; one question at a time, and others wait."""

    def __init__(self, pool: Pool, travel: TravelTimes) -> None:
        self._pool = pool
        self._travel = travel
        self._turn = asyncio.Lock()

    async def advise(self, crews: Sequence[Crew], busy: Mapping[CrewId, str], now: datetime) -> Cover:
        """How these crews cover the city, those busy away. Raises StoreUnavailable."""
        async with self._turn:
            with reachable():
                cells = await self._pool.fetch(SQL["cells"], CELL_DEGREES, MOST_CELLS)
                stations = [read_station(row) for row in await self._pool.fetch(SQL["stations"])]
                lifts = await self._pool.fetchval(SQL["count_lifts"])
            known = [Cell(position=Position(one["lon"], one["lat"]), lifts=one["lifts"]) for one in cells]
            on_duty = [crew for crew in crews if crew.on_duty]
            ground = await asyncio.to_thread(self._ground, known, stations, on_duty, busy, now)
            advice = await asyncio.to_thread(advise, ground)
        return Cover(
            advice=advice,
            stations={station.station_id: station for station in stations},
            crews_out=_count_out(on_duty, busy),
            idle=len(ground.crews),
            on_duty=len(on_duty),
            lifts=lifts,
            lifts_left_out=lifts - sum(cell.lifts for cell in known),
        )

    def _ground(
        self,
        cells: Sequence[Cell],
        stations: Sequence[Station],
        on_duty: Sequence[Crew],
        busy: Mapping[CrewId, str],
        now: datetime,
    ) -> Ground:
        idle = [(crew, crew.position) for crew in on_duty if crew.crew_id not in busy and crew.position is not None]
        places, waiting = [place for _, place in idle], [station.position for station in stations]
        move_ways_s = self._ways_s(places, waiting, now).T
        return Ground(
            weights=np.array([cell.lifts for cell in cells], dtype=np.float64),
            crews=[crew.crew_id for crew, _ in idle],
            stations=[station.station_id for station in stations],
            crew_ways_s=self._ways_s(places, [cell.position for cell in cells], now),
            station_ways_s=self._ways_s(waiting, [cell.position for cell in cells], now),
            move_ways_s=np.where(_are_of_one_company([crew for crew, _ in idle], stations), move_ways_s, math.inf),
            away_share=sum(crew.crew_id in busy for crew in on_duty) / max(1, len(on_duty)),
        )

    def _ways_s(self, origins: Sequence[Position], ends: Sequence[Position], now: datetime) -> Floats:
        """A row for each end."""
        ways = [self._travel.seconds(origins, end, now) if origins else [] for end in ends]
        return np.array(ways, dtype=np.float64).reshape(len(ends), len(origins))


def _are_of_one_company(crews: Sequence[Crew], stations: Sequence[Station]) -> Mask:
    theirs = [[crew.company_id == station.company_id for station in stations] for crew in crews]
    return np.array(theirs, dtype=np.bool_).reshape(len(crews), len(stations))


def _count_out(on_duty: Sequence[Crew], busy: Mapping[CrewId, str]) -> Mapping[str, int]:
    out = [crew.station_id for crew in on_duty if crew.crew_id in busy and crew.station_id is not None]
    return {station_id: out.count(station_id) for station_id in out}
