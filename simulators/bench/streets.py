"""The streets that `simulate bench dispatch` measures ways on: a lattice over Zhengzhou, every fifth street a main one.

They are made, not drawn from a seed, and are no likeness of the city: only how many junctions a question passes
matters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from dispatch.roads.building import build
from dispatch.roads.osm import Ways
from dispatch.roads.speeds import load_speeds
from dispatch.roads.tags import Road, read_road
from dispatch.roads.ways import Conditions, Roads, RoadTravel
from dispatch.travel import StraightLine
from simulators.bench.instances import EAST, NOON, NORTH, SOUTH, WEST

STREETS: Final = 220
"""Each way; with some 90 to 130 m between two, as in a dense city, 48,400 junctions."""
MAIN_EVERY: Final = 5
MARGIN: Final = 0.005


def lay(streets: int = STREETS) -> RoadTravel:
    """The travel times on these streets at noon."""
    ways = Ways()
    for road, row in _lines(streets):
        ways.add(road, row)
    network = build(ways, "lattice", NOON.isoformat(), lambda _: None)
    travel, speeds = StraightLine(), load_speeds()
    hour = NOON.astimezone(travel.time_zone).hour
    roads = Roads(network, speeds, Conditions(hour=hour, times_slower=np.ones(network.pieces)))
    return RoadTravel(roads=roads, straight=travel)


def _lines(streets: int) -> Iterator[tuple[Road, list[tuple[int, float, float]]]]:
    lons = np.linspace(WEST - MARGIN, EAST + MARGIN, streets).tolist()
    lats = np.linspace(SOUTH - MARGIN, NORTH + MARGIN, streets).tolist()
    for line in range(streets):
        yield _road(line), [(line * streets + n, lon, lats[line]) for n, lon in enumerate(lons)]
        yield _road(line), [(n * streets + line, lons[line], lat) for n, lat in enumerate(lats)]


def _road(line: int) -> Road:
    road = read_road({"highway": "residential" if line % MAIN_EVERY else "primary"})
    assert road is not None, "these are driven"
    return road
