"""Who looks after the city's lifts: contractors with large and small contracts, good and poor; stations; crews' bases.

About 100 contractors serve 120,000 lifts, as domain research has it for the larger ones of such a city; a smaller city
has fewer by the square root, for every town has its own. There is a station per 1,040 lifts, and 1,200 crews of two or
three in all. Which contractor a site gets is decided by size and nearness. Time and the service are unknown here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

from simulators.areas import AREAS, Area
from simulators.cards import STATION_QUALITY, Company, Crew, Lift, Station
from simulators.geo import Point, distance_km, to_km, to_point
from simulators.names import draw_person, landline, mobile, name_company
from simulators.outlines import find_area
from simulators.shifts import ALWAYS, SHIFTS, is_on_duty

CONTRACTORS, OF_LIFTS = 100, 120_000
LIFTS_PER_STATION = 1040
LIFTS_PER_CREW = 124
"""Of a contractor: with two crews a station, 120,000 lifts have 1,200 crews."""
CREWS_PER_STATION = 2
FEWEST_CREWS = 2
MEMBERS = (2, 2, 3)
"""Nobody goes alone."""
SIZE_SIGMA = 0.8
"""Of the contractors' sizes, log-normal: the largest tenth has over a quarter of the lifts."""
QUALITIES = {"good": 60, "fair": 30, "poor": 10}
CONTRACTOR_REACH_KM = 12.0
CONTRACTS_THIN_OUT_KM = 5.0
FEWEST_CONTRACTORS_IN_REACH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Contractor:
    """A contractor while the city is being drawn: where its depot is and how large it is."""

    company: Company
    depot: Point
    weight: float


def split_by_share(total: int, shares: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to `shares` that add up to `total` (largest remainders first)."""
    exact = [total * share / sum(shares) for share in shares]
    parts = [math.floor(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def draw_point(rng: Random, area: Area) -> Point:
    """Somewhere in the area's built-up part and on its own ground, denser towards its middle."""
    east, north = to_km((area.lon, area.lat))
    while True:
        distance, angle = area.radius_km * rng.random() ** 0.7, rng.uniform(0, 2 * math.pi)
        x, y = east + distance * math.cos(angle), north + distance * math.sin(angle)
        if find_area(x, y) == area.code:
            return to_point(x, y)


def draw_contractors(rng: Random, lifts: int) -> list[Contractor]:
    """The contractors of a city of that size, the first of each area first."""
    areas = _homes(max(2, round(CONTRACTORS * math.sqrt(lifts / OF_LIFTS))))
    return [
        Contractor(
            company=Company(
                company_id=f"C{n + 1:03d}",
                name=name_company(n, "contractor"),
                phone=landline(n),
                kind="contractor",
                quality=rng.choices(list(QUALITIES), list(QUALITIES.values()))[0],
            ),
            depot=draw_point(rng, area),
            weight=rng.lognormvariate(0, SIZE_SIGMA),
        )
        for n, area in enumerate(areas)
    ]


def draw_stations(rng: Random, lifts: int) -> tuple[Station, ...]:
    """The second-level stations, each the only one of its body."""
    areas = _homes(max(1, round(lifts / LIFTS_PER_STATION)))
    points = [draw_point(rng, area) for area in areas]
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


def owner_of(number: int, station: Station) -> Company:
    """The body that runs the `number`-th station."""
    name, phone = name_company(number, "station"), landline(5000 + number)
    return Company(company_id=station.company_id, name=name, phone=phone, kind="station", quality=STATION_QUALITY)


def contractors_in_reach(area: Area, contractors: Sequence[Contractor]) -> list[Contractor]:
    """Those whose depot is near; in a remote town the nearest few, however far."""

    def distance(contractor: Contractor) -> float:
        return distance_km((area.lon, area.lat), contractor.depot)

    near = [c for c in contractors if distance(c) <= CONTRACTOR_REACH_KM]
    enough = len(near) >= FEWEST_CONTRACTORS_IN_REACH
    return near if enough else sorted(contractors, key=distance)[:FEWEST_CONTRACTORS_IN_REACH]


def draw_contractor(rng: Random, at: Point, in_reach: Sequence[Contractor]) -> Contractor:
    """The larger and the nearer, the likelier."""
    weights = [c.weight * math.exp(-distance_km(at, c.depot) / CONTRACTS_THIN_OUT_KM) + 1e-9 for c in in_reach]
    return rng.choices(in_reach, weights)[0]


def draw_crews(
    rng: Random, contractors: Sequence[Contractor], lifts: Sequence[Lift], stations: Sequence[Station], hour: int
) -> Iterator[Crew]:
    """Everybody's crews, on duty or not as it is at that hour."""
    contracts: dict[str, list[Lift]] = defaultdict(list)
    for lift in lifts:
        contracts[lift.company_id].append(lift)
    numbers = count(1)
    for post in (*_contractors_posts(rng, contractors, contracts), *_stations_posts(stations)):
        yield _draw_crew(rng, next(numbers), post, hour)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """A crew's place in its company; the first can always be called: nobody's lifts are left alone."""

    company_id: str
    station_id: str
    base: Point
    is_first: bool


def _contractors_posts(
    rng: Random, contractors: Sequence[Contractor], contracts: Mapping[str, Sequence[Lift]]
) -> Iterator[_Post]:
    for contractor in contractors:
        company_id = contractor.company.company_id
        for turn, base in enumerate(_draw_bases(rng, contractor, contracts.get(company_id, ()))):
            yield _Post(company_id=company_id, station_id="", base=base, is_first=turn == 0)


def _stations_posts(stations: Sequence[Station]) -> Iterator[_Post]:
    for station in stations:
        base = (station.lon, station.lat)
        for turn in range(CREWS_PER_STATION):
            yield _Post(company_id=station.company_id, station_id=station.station_id, base=base, is_first=turn == 0)


def _draw_bases(rng: Random, contractor: Contractor, lifts: Sequence[Lift]) -> Iterator[Point]:
    """Where a contractor's crews wait: one at the depot, the others among its lifts in proportion to their numbers."""
    yield contractor.depot
    by_area: dict[str, list[Lift]] = defaultdict(list)
    for lift in lifts:
        by_area[lift.area].append(lift)
    crews = max(FEWEST_CREWS, round(len(lifts) / LIFTS_PER_CREW))
    shares = split_by_share(crews - 1, [len(own) for own in by_area.values()]) if lifts else []
    for own, points in zip(by_area.values(), shares, strict=True):
        yield from ((lift.lon, lift.lat) for lift in rng.sample(own, k=min(points, len(own))))


def _draw_crew(rng: Random, number: int, post: _Post, hour: int) -> Crew:
    drawn = rng.choices(list(SHIFTS), [shift.weight for shift in SHIFTS.values()])[0]
    shift = ALWAYS if post.is_first else drawn
    qualifications = ["maintenance", *(q for q in ("hydraulic", "high_rise") if rng.random() < 0.4)]
    return Crew(
        crew_id=f"R{number:04d}",
        company_id=post.company_id,
        station_id=post.station_id,
        name=f"{draw_person(rng)}组",
        phone=mobile(10_000_000 + number),
        lon=post.base[0],
        lat=post.base[1],
        members=rng.choice(MEMBERS),
        qualifications=";".join(qualifications),
        on_duty="yes" if is_on_duty(shift, hour) else "no",
        shift=shift,
    )


def _homes(number: int) -> list[Area]:
    """The areas that so many are spread over, by the areas' shares of the lifts."""
    parts = split_by_share(number, [area.share for area in AREAS])
    return [area for area, part in zip(AREAS, parts, strict=True) for _ in range(part)]
