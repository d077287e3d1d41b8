"""A seeded Zhengzhou: its lifts, and with them companies, stations and crews.

The same seed, size and hour give the same city. Shares follow the published figures: homes 62 % of the lifts, offices
14 %. A *site* is one estate, tower or mall with one user unit and one contract; it is built here and leaves its traces
in the lifts' fields. This module knows nothing of telemetry, time or the service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random

from simulators.areas import AREAS, CITY_NAME, Area
from simulators.cards import City, Company, Crew, Lift, Station
from simulators.contracts import (
    Contractor,
    contractors_in_reach,
    draw_contractor,
    draw_contractors,
    draw_crews,
    draw_point,
    draw_stations,
    owner_of,
    split_by_share,
)
from simulators.geo import Point, to_km, to_point
from simulators.names import draw_person, draw_site_name, mobile
from simulators.shifts import HOUR

__all__ = ["MOST_LIFTS", "City", "Company", "Crew", "Lift", "Station", "build_city", "split_by_share"]

MOST_LIFTS = 900_000
"""Rescue codes have six digits and no leading zero."""
LEVELLING_DEVICE_SHARE = 0.3
"""Of the buildings: automatic rescue by battery, judged at 20 to 40 % (domain research, 6.7)."""


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
    levelling_device: str


_Plate = tuple[int, int]
"""A lift's running number in the city, and its rescue code."""


def build_city(*, lifts: int, seed: int, hour: int = HOUR) -> City:
    """Draws the city as it is at that hour of the day, which decides who is on duty.

    ValueError when the number of lifts cannot have unique 6-digit rescue codes.
    """
    if not 1 <= lifts <= MOST_LIFTS:
        raise ValueError(f"a city has 1 to {MOST_LIFTS} lifts, not {lifts}")
    rng = Random(f"city {seed}")
    contractors, stations = draw_contractors(rng, lifts), draw_stations(rng, lifts)
    drawn = tuple(_draw_lifts(rng, lifts, contractors))
    return City(
        seed=seed,
        lifts=drawn,
        companies=(*(c.company for c in contractors), *(owner_of(n, s) for n, s in enumerate(stations))),
        stations=stations,
        crews=tuple(draw_crews(rng, contractors, drawn, stations, hour)),
    )


def _draw_lifts(rng: Random, total: int, contractors: Sequence[Contractor]) -> Iterator[Lift]:
    plates = enumerate(rng.sample(range(100_000, 1_000_000), total), start=1)
    per_area = split_by_share(total, [area.share for area in AREAS])
    for area, lifts in zip(AREAS, per_area, strict=True):
        in_reach = contractors_in_reach(area, contractors)
        per_type = split_by_share(lifts, [place.share for place in _PLACE_TYPES.values()])
        for place_type, wanted in zip(_PLACE_TYPES, per_type, strict=True):
            for building, number in _draw_buildings(rng, area, place_type, wanted, in_reach):
                yield from _equip(rng, building, list(islice(plates, number)))


def _draw_buildings(
    rng: Random, area: Area, place_type: str, wanted: int, in_reach: Sequence[Contractor]
) -> Iterator[tuple[_Building, int]]:
    """Buildings and their numbers of lifts until the wanted lifts stand; the last site may stay unfinished."""
    place = _PLACE_TYPES[place_type]
    while wanted > 0:
        site = _draw_site(rng, area, place_type, in_reach)
        for turn in range(1, rng.randint(*place.buildings) + 1):
            lifts = min(wanted, rng.randint(*place.lifts))
            wanted -= lifts
            yield _draw_building(rng, site, turn), lifts


def _draw_site(rng: Random, area: Area, place_type: str, in_reach: Sequence[Contractor]) -> _Site:
    name = draw_site_name(rng, place_type)
    at = draw_point(rng, area)
    contractor = draw_contractor(rng, at, in_reach)
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


def _draw_building(rng: Random, site: _Site, turn: int) -> _Building:
    east, north = to_km(site.at)
    return _Building(
        site=site,
        name=f"{turn}号楼",
        at=to_point(east + rng.gauss(0, 0.08), north + rng.gauss(0, 0.08)),
        floors=rng.randint(*_PLACE_TYPES[site.place_type].floors),
        machine_room="yes" if rng.random() < 0.7 else "no",
        levelling_device="yes" if rng.random() < LEVELLING_DEVICE_SHARE else "no",
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
        levelling_device=building.levelling_device,
    )
