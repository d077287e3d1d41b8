"""Cover in the lab: at morning and night the product's advice is asked for and followed until the next.

Any crew may wait at any station here, which in life takes the companies' consent. Ways are by the straight line: it is
a question of kilometres, not of corners.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Final

import numpy as np

from dispatch.cover import Ground, advise
from dispatch.crews import CrewId, Position, StationId
from dispatch.travel import distances_m
from simulators.lab.policies import MoveUp
from simulators.lab.town import Floats, Ints, Town, instant
from simulators.lab.travel import Line

CHANGES_H: Final = (8, 22)
"""The hours at which most crews come and go."""
CELL_DEGREES: Final = 0.02
MOST_CELLS: Final = 80
ROUNDS: Final = 4
"""The advice names a few moves at a time; so often it is asked again with those made."""


def follow_cover(town: Town, line: Line) -> MoveUp:
    """Crews wait where the advice has them in this town."""
    cells, weights = _cells(town)
    return lambda town, free, places, at_s: _move_up(town, line, cells, weights, free, places, at_s)


def _move_up(
    town: Town, line: Line, cells: list[Position], weights: Floats, free: Ints, places: Floats, at_s: float
) -> Mapping[int, Position]:
    """Which crews should wait at which place, by row."""
    stations = [Position(one.lon, one.lat) for one in town.city.stations]
    waiting: dict[int, Position] = {}
    places = places.copy()
    for _ in range(ROUNDS):
        advice = advise(_ground(town, line, free, places, cells, weights, at_s))
        for move in advice.moves:
            row = int(move.crew_id)
            waiting[row] = stations[int(move.station_id)]
            places[row] = waiting[row].lon, waiting[row].lat
        if not advice.moves:
            break
    return waiting


def _ground(
    town: Town, line: Line, free: Ints, places: Floats, cells: list[Position], weights: Floats, at_s: float
) -> Ground:
    stations = np.array([(one.lon, one.lat) for one in town.city.stations])
    own = [Position(float(lon), float(lat)) for lon, lat in stations]
    return Ground(
        weights=weights,
        crews=[CrewId(str(row)) for row in free],
        stations=[StationId(str(number)) for number in range(len(stations))],
        crew_ways_s=_ways_s(line, places[free], cells, at_s),
        station_ways_s=_ways_s(line, stations, cells, at_s),
        move_ways_s=_ways_s(line, places[free], own, at_s).T,
        away_share=0.0,
    )


def _ways_s(line: Line, starts: Floats, ends: list[Position], at_s: float) -> Floats:
    """One row an end."""
    turn_out_s, pace_s_per_m = line.of_hour(instant(at_s))
    return np.array([turn_out_s + distances_m(np.radians(starts), end) * pace_s_per_m for end in ends])


def _cells(town: Town) -> tuple[list[Position], Floats]:
    """Where lifts are, gathered, the fullest cells first."""
    full = Counter(
        (math.floor(place.lon / CELL_DEGREES), math.floor(place.lat / CELL_DEGREES)) for place in town.places
    ).most_common(MOST_CELLS)
    middles = [Position((x + 0.5) * CELL_DEGREES, (y + 0.5) * CELL_DEGREES) for (x, y), _ in full]
    return middles, np.array([lifts for _, lifts in full], dtype=np.float64)
