"""A seeded Zhengzhou: its lifts, companies, stations and crews.

The same seed and size give the same city. Shares follow the published figures: homes 62 % of the lifts, one
contractor per 236 lifts, one rescue station per 1,040, one worker per 38, crews of two. A *site* is one estate,
tower or mall with one user unit and one contract; it is built here and leaves its traces in the lifts' fields.
This module knows nothing of telemetry, time or the service.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, islice
from random import Random

from simulators.areas import AREAS, CITY_NAME, Area
from simulators.geo import Point, distance_km, to_km, to_point
from simulators.names import draw_person, draw_site_name, landline, mobile, name_company

LIFTS_PER_CONTRACTOR = 236
LIFTS_PER_STATION = 1040
LIFTS_PER_WORKER = 38
MEMBERS = 2
CREWS_PER_STATION = 2
ON_DUTY_SHARE = 0.85
CONTRACTOR_REACH_KM = 12.0
CONTRACTS_THIN_OUT_KM = 5.0
FEWEST_CONTRACTORS_IN_REACH = 3
FEWEST_CREWS = 2
MOST_LIFTS = 900_000
"""Rescue codes have six digits and no leading zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """One lift, with the contract's columns as fields."""

    lift_id: str
    rescue_code: str
    register_code: str
    area: str
    address: str
    building: str
    entrance: str
    lon: float
    lat: float
    company_id: str
    floors: int
    place_type: str
    brand: str
    model: str
    drive_type: str
    machine_room: str
    commissioned_on: date
    user_unit: str
    safety_officer: str
    safety_officer_phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A maintenance company, or the body that runs a rescue station."""

    company_id: str
    name: str
    phone: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A second-level rescue station."""

    station_id: str
    company_id: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """People who go together; `lon`, `lat` are where they wait."""

    crew_id: str
    company_id: str
    station_id: str
    name: str
    phone: str
    lon: float
    lat: float
    members: int
    qualifications: str
    on_duty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Everything that the service must know before the first alarm."""

    seed: int
    lifts: tuple[Lift, ...]
    companies: tuple[Company, ...]
    stations: tuple[Station, ...]
    crews: tuple[Crew, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlaceType:
    """What sites of one place type look like: share of lifts in per cent, buildings a site, lifts a building."""

    share: int
    buildings: tuple[int, int]
    lifts: tuple[int, int]
    floors: tuple[int, int]


_PLACE_TYPES: Mapping[str, _PlaceType] = {
    "residential": _PlaceType(share=62, buildings=(2, 9), lifts=(1, 4), floors=(7, 33)),
    "office": _PlaceType(share=14, buildings=(1, 2), lifts=(2, 6), floors=(8, 40)),
    "mall": _PlaceType(share=5, buildings=(1, 1), lifts=(3, 8), floors=(3, 8)),
    "hotel": _PlaceType(share=4, buildings=(1, 1), lifts=(2, 5), floors=(6, 28)),
    "hospital": _PlaceType(share=5, buildings=(1, 4), lifts=(2, 6), floors=(4, 20)),
    "school": _PlaceType(share=3, buildings=(1, 3), lifts=(1, 2), floors=(4, 12)),
    "transport": _PlaceType(share=2, buildings=(1, 2), lifts=(1, 3), floors=(2, 4)),
    "other": _PlaceType(share=5, buildings=(1, 2), lifts=(1, 3), floors=(3, 15)),
}

_BRANDS = ("三菱", "日立", "通力", "迅达", "奥的斯", "康力", "西子", "快意")
_OLDEST = date(2004, 1, 1)
_NEWEST = date(2024, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contractor:
    """A contractor while the city is being drawn: where its depot is and how large it is."""

    company: Company
    depot: Point
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """One estate, tower or mall: one user unit, one contract."""

    area: Area
    place_type: str
    name: str
    address: str
    at: Point
    company_id: str
    user_unit: str
    safety_officer: str
    safety_officer_phone: str
    brand: str
    commissioned_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class _Building:
    """One building of a site."""

    site: _Site
    name: str
    at: Point
    floors: int
    machine_room: str


_Plate = tuple[int, int]
"""A lift's running number in the city, and its rescue code."""


def build_city(*, lifts: int, seed: int) -> City:
    """Draws the city. ValueError when the number of lifts cannot have unique 6-digit rescue codes."""
    if not 1 <= lifts <= MOST_LIFTS:
        raise ValueError(f"a city has 1 to {MOST_LIFTS} lifts, not {lifts}")
    rng = Random(f"city {seed}")
    contractors = _draw_contractors(rng, max(2, round(lifts / LIFTS_PER_CONTRACTOR)))
    stations = _draw_stations(rng, max(1, round(lifts / LIFTS_PER_STATION)))
    drawn = tuple(_draw_lifts(rng, lifts, contractors))
    contracts: dict[str, list[Lift]] = defaultdict(list)
    for lift in drawn:
        contracts[lift.company_id].append(lift)
    return City(
        seed=seed,
        lifts=drawn,
        companies=(*(c.company for c in contractors), *(_owner_of(n, s) for n, s in enumerate(stations))),
        stations=stations,
        crews=tuple(_draw_crews(rng, contractors, contracts, stations)),
    )


def split_by_share(total: int, shares: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to `shares` that add up to `total` (largest remainders first)."""
    exact = [total * share / sum(shares) for share in shares]
    parts = [math.floor(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def _draw_contractors(rng: Random, number: int) -> list[_Contractor]:
    homes = split_by_share(number, [area.share for area in AREAS])
    areas = [area for area, companies in zip(AREAS, homes, strict=True) for _ in range(companies)]
    return [
        _Contractor(
            company=_company(f"C{n + 1:03d}", name_company(n, "contractor"), n, "contractor"),
            depot=_draw_point(rng, area),
            weight=rng.lognormvariate(0, 0.5),
        )
        for n, area in enumerate(areas)
    ]


def _draw_stations(rng: Random, number: int) -> tuple[Station, ...]:
    homes = split_by_share(number, [area.share for area in AREAS])
    areas = [area for area, stations in zip(AREAS, homes, strict=True) for _ in range(stations)]
    points = [_draw_point(rng, area) for area in areas]
    return tuple(
        Station(
            station_id=f"ST{n + 1:03d}",
            company_id=f"S{n + 1:03d}",
            name=f"{area.name}第{n + 1}救援站",
            lon=point[0],
            lat=point[1],
        )
        for n, (area, point) in enumerate(zip(areas, points, strict=True))
    )


def _owner_of(number: int, station: Station) -> Company:
    return _company(station.company_id, name_company(number, "station"), 5000 + number, "station")


def _company(company_id: str, name: str, phone: int, kind: str) -> Company:
    return Company(company_id=company_id, name=name, phone=landline(phone), kind=kind)


def _draw_point(rng: Random, area: Area) -> Point:
    """Somewhere in the area's built-up part, denser towards its middle."""
    distance, angle = area.radius_km * rng.random() ** 0.7, rng.uniform(0, 2 * math.pi)
    east, north = to_km((area.lon, area.lat))
    return to_point(east + distance * math.cos(angle), north + distance * math.sin(angle))


def _draw_lifts(rng: Random, total: int, contractors: Sequence[_Contractor]) -> Iterator[Lift]:
    plates = enumerate(rng.sample(range(100_000, 1_000_000), total), start=1)
    per_area = split_by_share(total, [area.share for area in AREAS])
    for area, lifts in zip(AREAS, per_area, strict=True):
        in_reach = _contractors_in_reach(area, contractors)
        per_type = split_by_share(lifts, [place.share for place in _PLACE_TYPES.values()])
        for place_type, wanted in zip(_PLACE_TYPES, per_type, strict=True):
            for building, number in _draw_buildings(rng, area, place_type, wanted, in_reach):
                yield from _equip(rng, building, list(islice(plates, number)))


def _contractors_in_reach(area: Area, contractors: Sequence[_Contractor]) -> list[_Contractor]:
    """Those whose depot is near; in a remote town the nearest few, however far."""

    def distance(contractor: _Contractor) -> float:
        return distance_km((area.lon, area.lat), contractor.depot)

    near = [c for c in contractors if distance(c) <= CONTRACTOR_REACH_KM]
    enough = len(near) >= FEWEST_CONTRACTORS_IN_REACH
    return near if enough else sorted(contractors, key=distance)[:FEWEST_CONTRACTORS_IN_REACH]


def _draw_buildings(
    rng: Random, area: Area, place_type: str, wanted: int, in_reach: Sequence[_Contractor]
) -> Iterator[tuple[_Building, int]]:
    """Buildings and their numbers of lifts until the wanted lifts stand; the last site may stay unfinished."""
    place = _PLACE_TYPES[place_type]
    while wanted > 0:
        site = _draw_site(rng, area, place_type, in_reach)
        for turn in range(1, rng.randint(*place.buildings) + 1):
            lifts = min(wanted, rng.randint(*place.lifts))
            wanted -= lifts
            yield _draw_building(rng, site, turn), lifts


def _draw_site(rng: Random, area: Area, place_type: str, in_reach: Sequence[_Contractor]) -> _Site:
    name = draw_site_name(rng, place_type)
    at = _draw_point(rng, area)
    contractor = _draw_contractor(rng, at, in_reach)
    return _Site(
        area=area,
        place_type=place_type,
        name=name,
        address=f"{CITY_NAME}{area.name}{rng.choice(area.streets)}{rng.randint(1, 398)}号{name}",
        at=at,
        company_id=contractor.company.company_id,
        user_unit=f"{name}物业服务中心" if place_type == "residential" else f"{name}管理处",
        safety_officer=draw_person(rng),
        safety_officer_phone=mobile(20_000_000 + rng.randrange(10_000_000)),
        brand=rng.choice(_BRANDS),
        commissioned_on=_OLDEST + timedelta(days=int((_NEWEST - _OLDEST).days * rng.betavariate(3, 2))),
    )


def _draw_contractor(rng: Random, at: Point, in_reach: Sequence[_Contractor]) -> _Contractor:
    """The larger and the nearer, the likelier."""
    weights = [c.weight * math.exp(-distance_km(at, c.depot) / CONTRACTS_THIN_OUT_KM) + 1e-9 for c in in_reach]
    return rng.choices(in_reach, weights)[0]


def _draw_building(rng: Random, site: _Site, turn: int) -> _Building:
    east, north = to_km(site.at)
    return _Building(
        site=site,
        name=f"{turn}号楼",
        at=to_point(east + rng.gauss(0, 0.08), north + rng.gauss(0, 0.08)),
        floors=rng.randint(*_PLACE_TYPES[site.place_type].floors),
        machine_room="yes" if rng.random() < 0.7 else "no",
    )


def _equip(rng: Random, building: _Building, plates: Sequence[_Plate]) -> Iterator[Lift]:
    for turn, plate in enumerate(plates):
        homes = building.site.place_type == "residential"
        yield _draw_lift(rng, building, f"{turn // 2 + 1}单元" if homes else f"{turn + 1}号梯", plate)


def _draw_lift(rng: Random, building: _Building, entrance: str, plate: _Plate) -> Lift:
    """A flat list of fields; long because a lift has many."""
    site = building.site
    number, code = plate
    return Lift(
        lift_id=f"ZZ{number:06d}",
        rescue_code=f"{code:06d}",
        register_code=f"3110{site.area.code}{site.commissioned_on.year}{number:06d}",
        area=site.area.code,
        address=site.address,
        building=building.name,
        entrance=entrance,
        lon=building.at[0],
        lat=building.at[1],
        company_id=site.company_id,
        floors=building.floors,
        place_type=site.place_type,
        brand=site.brand,
        model=f"{rng.choice('ABCEGMX')}{rng.randint(1, 9)}00",
        drive_type="hydraulic" if building.floors <= 4 and rng.random() < 0.3 else "traction",
        machine_room=building.machine_room,
        commissioned_on=site.commissioned_on,
        user_unit=site.user_unit,
        safety_officer=site.safety_officer,
        safety_officer_phone=site.safety_officer_phone,
    )


def _draw_crews(
    rng: Random,
    contractors: Sequence[_Contractor],
    contracts: Mapping[str, Sequence[Lift]],
    stations: Sequence[Station],
) -> Iterator[Crew]:
    numbers = count(1)
    for contractor in contractors:
        company_id = contractor.company.company_id
        for turn, base in enumerate(_draw_bases(rng, contractor, contracts.get(company_id, ()))):
            yield _draw_crew(rng, next(numbers), company_id, "", base, always_on=turn == 0)
    for station in stations:
        base = (station.lon, station.lat)
        for turn in range(CREWS_PER_STATION):
            of = (station.company_id, station.station_id)
            yield _draw_crew(rng, next(numbers), *of, base, always_on=turn == 0)


def _draw_bases(rng: Random, contractor: _Contractor, lifts: Sequence[Lift]) -> Iterator[Point]:
    """Where a contractor's crews wait: one at the depot, the others among its lifts in proportion to their numbers."""
    yield contractor.depot
    by_area: dict[str, list[Lift]] = defaultdict(list)
    for lift in lifts:
        by_area[lift.area].append(lift)
    crews = max(FEWEST_CREWS, round(len(lifts) / LIFTS_PER_WORKER / MEMBERS))
    shares = split_by_share(crews - 1, [len(own) for own in by_area.values()]) if lifts else []
    for own, points in zip(by_area.values(), shares, strict=True):
        yield from ((lift.lon, lift.lat) for lift in rng.sample(own, k=min(points, len(own))))


def _draw_crew(rng: Random, number: int, company_id: str, station_id: str, base: Point, *, always_on: bool) -> Crew:
    """The first crew of a company or station is always on duty: nobody's lifts are left alone."""
    on_duty = always_on or rng.random() < ON_DUTY_SHARE
    qualifications = ["maintenance", *(q for q in ("hydraulic", "high_rise") if rng.random() < 0.4)]
    return Crew(
        crew_id=f"R{number:04d}",
        company_id=company_id,
        station_id=station_id,
        name=f"{draw_person(rng)}组",
        phone=mobile(10_000_000 + number),
        lon=base[0],
        lat=base[1],
        members=MEMBERS,
        qualifications=";".join(qualifications),
        on_duty="yes" if on_duty else "no",
    )
