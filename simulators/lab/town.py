"""The city made ready for a year: where each crew is at an hour, whether it can be asked, and how long drives take.

What is worked out here is the truth of the simulated world. A policy sees of it what its tools would show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position, StationId
from dispatch.roads.building import build
from dispatch.roads.network import Network
from dispatch.roads.osm import read_ways
from dispatch.roads.speeds import Speeds, load_speeds
from dispatch.roads.ways import Conditions, Roads, RoadTravel
from dispatch.travel import SHANGHAI, StraightLine, distances_m
from simulators.cards import City
from simulators.city import build_city
from simulators.lab.calls import Call
from simulators.osm import write_osm
from simulators.roads import build_roads
from simulators.shifts import SHIFTS, is_on_duty

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEW_YEAR = datetime(2026, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
ROUNDS_S = 7_200.0
"""So long a crew stays at one lift of its round of maintenance, by day; by night it waits at its base."""
ROUND_LIFTS = 40
DAY_FROM_H, DAY_UNTIL_H = 8, 18
TIED_UP_SHARE = 0.1
"""Crews that cannot leave what they do: breakdowns with nobody inside, 0.5 to 2 a lift and year (domain research)."""
LUCK_SIGMA = 0.25
"""Of the log-normal law by which a drive differs from its usual time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """TravelTimes by road at every hour of the day; `pace` is how many times as long as by the map drives take."""

    by_hour: Sequence[RoadTravel]
    pace: float

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        """Return one usual duration an origin."""
        travel = self.by_hour[at.astimezone(SHANGHAI).hour]
        turn_out_s = travel.straight.turn_out_s
        drives = travel.seconds(origins, destination, at)
        return [turn_out_s + self.pace * (one - turn_out_s) for one in drives]


@dataclass(frozen=True, kw_only=True)
class Town:
    """A city, its roads, and what is asked of both a hundred thousand times a year."""

    city: City
    by_hour: Sequence[RoadTravel]

    @cached_property
    def places(self) -> list[Position]:
        """Of the lifts."""
        return [Position(lift.lon, lift.lat) for lift in self.city.lifts]

    @cached_property
    def bases(self) -> Floats:
        """Of the crews, longitude and latitude by row."""
        return np.array([(crew.lon, crew.lat) for crew in self.city.crews])

    @cached_property
    def companies(self) -> dict[CompanyId, Company]:
        """As the dispatcher knows them."""
        return {
            CompanyId(one.company_id): Company(
                company_id=CompanyId(one.company_id), name=one.name, phone=one.phone, kind=CompanyKind(one.kind)
            )
            for one in self.city.companies
        }

    @cached_property
    def quality(self) -> list[str]:
        """Of each crew's company."""
        by_company = {one.company_id: one.quality for one in self.city.companies}
        return [by_company[crew.company_id] for crew in self.city.crews]

    @cached_property
    def crews_of(self) -> dict[str, Ints]:
        """The crews of each company, by row."""
        rows: dict[str, list[int]] = defaultdict(list)
        for row, crew in enumerate(self.city.crews):
            rows[crew.company_id].append(row)
        return {company: np.array(found) for company, found in rows.items()}

    @cached_property
    def are_stations(self) -> Flags:
        """Crews that wait at a station."""
        return np.array([bool(crew.station_id) for crew in self.city.crews])

    @cached_property
    def _rounds(self) -> Ints:
        """For each crew the lifts it goes round to look after: the nearest to its base of its company's."""
        lifts = np.array([(lift.lon, lift.lat) for lift in self.city.lifts])
        of_company: dict[str, list[int]] = defaultdict(list)
        for number, lift in enumerate(self.city.lifts):
            of_company[lift.company_id].append(number)
        rounds = np.full((len(self.city.crews), ROUND_LIFTS), -1)
        for row, crew in enumerate(self.city.crews):
            own = np.array(of_company.get(crew.company_id, []), dtype=np.int64)
            if len(own) and not crew.station_id:
                nearest = own[np.argsort(((lifts[own] - self.bases[row]) ** 2).sum(axis=1), kind="stable")]
                rounds[row] = np.resize(nearest[: 4 * ROUND_LIFTS], ROUND_LIFTS)
        return rounds

    @cached_property
    def _lift_places(self) -> Floats:
        return np.array([(one.lon, one.lat) for one in self.places])

    def places_of_crews(self, at_s: float) -> Floats:
        """Where each crew is if it was not called to a lift: on its round by day, else at its base."""
        if not DAY_FROM_H <= hour_of(at_s) < DAY_UNTIL_H:
            return self.bases.copy()
        turn = int(at_s // ROUNDS_S)
        rows = np.arange(len(self.bases))
        lifts = self._rounds[rows, (rows * 7919 + turn * 104_729) % ROUND_LIFTS]
        return np.where((lifts >= 0)[:, None], self._lift_places[lifts], self.bases)

    def can_be_asked(self, at_s: float, shifts: Sequence[str]) -> Flags:
        """On duty and not tied up."""
        hour, turn = hour_of(at_s), int(at_s // ROUNDS_S)
        working = {shift for shift in SHIFTS if is_on_duty(shift, hour)}
        on_duty = np.array([shift in working for shift in shifts])
        rows = np.arange(len(shifts), dtype=np.uint64)
        mixed = (rows * np.uint64(2_654_435_761) + np.uint64(turn) * np.uint64(40_503)) * np.uint64(0x9E3779B97F4A7C15)
        return on_duty & ((mixed >> np.uint64(40)).astype(np.float64) / 2**24 >= TIED_UP_SHARE)

    def drive_s(self, start: Position, call: Call, at_s: float, pace: float) -> tuple[float, float]:
        """How long this crew truly takes: until it drives off, and the drive."""
        travel = self.by_hour[hour_of(at_s)]
        usual_s = travel.seconds([start], self.places[call.lift], instant(at_s))[0]
        turn_out_s = travel.straight.turn_out_s
        return turn_out_s, pace * (usual_s - turn_out_s) * float(np.exp(LUCK_SIGMA * call.luck))

    def crew(self, row: int, place: Floats, at_s: float) -> Crew:
        """As the dispatcher knows it: on duty, and here."""
        card = self.city.crews[row]
        return Crew(
            crew_id=CrewId(card.crew_id),
            company_id=CompanyId(card.company_id),
            station_id=StationId(card.station_id) if card.station_id else None,
            name=card.name,
            phone=card.phone,
            members=card.members,
            qualifications=frozenset(),
            on_duty=True,
            position=Position(float(place[0]), float(place[1])),
            positioned_at=instant(at_s),
        )


def hour_of(at_s: float) -> int:
    """The hour of the day, by the city's time."""
    return int(at_s // 3600) % 24


def instant(at_s: float) -> datetime:
    """That moment of the year."""
    return NEW_YEAR + timedelta(seconds=at_s)


def nearest(places: Floats, end: Position, rows: Ints, most: int) -> Ints:
    """The rows whose places are nearest as the crow flies, the nearest first."""
    metres = distances_m(np.radians(places[rows]), end)
    return rows[np.argsort(metres, kind="stable")[:most]]


def make_town(*, lifts: int, seed: int) -> Town:
    """Draw the city and its roads, and make the ways of each hour ready."""
    city = build_city(lifts=lifts, seed=seed)
    network = _network(seed)
    return Town(city=city, by_hour=_ways_by_hour(network, load_speeds()))


def _network(seed: int) -> Network:
    """The drawn roads as the service would import them."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "roads.osm.pbf"
        write_osm(build_roads(seed=seed), file)
        return build(read_ways(file, lambda _: None), file.name, NEW_YEAR.isoformat(), lambda _: None)


def _ways_by_hour(network: Network, speeds: Speeds) -> list[RoadTravel]:
    """Hours in which roads are as fast share their ways."""
    found: dict[bytes, RoadTravel] = {}
    as_ever = np.ones(network.pieces)
    for hour in range(24):
        profile = speeds.kmh[:, hour].tobytes()
        if profile not in found:
            roads = Roads(network, speeds, Conditions(hour=hour, times_slower=as_ever))
            found[profile] = RoadTravel(roads=roads, straight=StraightLine())
    return [found[speeds.kmh[:, hour].tobytes()] for hour in range(24)]


def straight_pace(town: Town, traffic: Traffic, calls: Sequence[Call]) -> float:
    """How many times as long as by the straight line the contractors' drives take: what experience would teach."""
    line = StraightLine()
    by_road_s, by_line_s = 0.0, 0.0
    for call in calls:
        at, end = instant(call.at_s), town.places[call.lift]
        rows = town.crews_of[town.city.lifts[call.lift].company_id]
        starts = [Position(float(lon), float(lat)) for lon, lat in town.places_of_crews(call.at_s)[rows]]
        turn_out_s = len(starts) * line.turn_out_s
        by_road_s += sum(traffic.seconds(starts, end, at)) - turn_out_s
        by_line_s += sum(line.seconds(starts, end, at)) - turn_out_s
    return by_road_s / by_line_s
