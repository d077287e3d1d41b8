"""Which stations are left thin while crews are out, and which idle crew should wait where: advice, never an order.

The measure is the response to be expected to the next callout, in seconds, wherever it comes from. A crew is away with
the probability of the share that is away now, so that the k-th nearest crew goes where all nearer ones are away: the
expected coverage of Daskin (1983), with ways in place of a limit, asked anew as crews go out, as Jagtenberg, Bhulai and
van der Mei do (2015). A move is advised where it saves more than it costs those whom the crew leaves. Must not know who
calls, nor whether anybody follows the advice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from dispatch.crews import CrewId, StationId
from dispatch.roster import Floats, Mask

Rows = npt.NDArray[np.int64]

NEAREST: Final = 6
"""Crews looked at for each place: with a third of them away, the seventh would go once in a thousand times."""
NOBODY_LEFT_S: Final = 3_600.0
"""What is expected where all of these are away: help from another town (our judgement)."""
LEAST_AWAY, MOST_AWAY = 0.1, 0.6
MOST_MOVES: Final = 3
"""More than that an operator does not order at once; the next question finds the others."""
LONGEST_MOVE_S: Final = 1_800.0
THIN_S: Final = 120.0
"""A station is thin where its lifts would be reached so much sooner by a crew that waited there (our judgement)."""
LEAST_SAVED_S: Final = 1.0
"""Of the centre's mean response: with a hundred stations, a hundred seconds for one station's lifts."""
MOST_CREWS_TRIED: Final = 12
MOST_STATIONS_TRIED: Final = 12


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Places where callouts come from, the crews that are idle, and the stations where they may wait.

    `weights` says how much is expected of each place. `crew_ways_s[place, crew]` and `station_ways_s[place, station]`
    are ways to the place, `move_ways_s[crew, station]` ways of crews to stations, infinite where a crew may not wait.
    """

    weights: Floats
    crews: Sequence[CrewId]
    stations: Sequence[StationId]
    crew_ways_s: Floats
    station_ways_s: Floats
    move_ways_s: Floats
    away_share: float
    """Of the crews on duty, those that are on a case."""

    @cached_property
    def nearest(self) -> Rows:
        """The crews nearest to each place, one more than count: whoever goes away, those that count are left."""
        most = NEAREST + 1
        if len(self.crews) <= most:
            return np.tile(np.arange(len(self.crews)), (len(self.weights), 1))
        return np.argpartition(self.crew_ways_s, most - 1, axis=1)[:, :most]

    @cached_property
    def nearest_ways_s(self) -> Floats:
        """The ways of those crews."""
        return np.take_along_axis(self.crew_ways_s, self.nearest, axis=1)

    @cached_property
    def responses_s(self) -> Floats:
        """What is to be expected at each place as things stand."""
        return _responses_s(self.nearest_ways_s, self)

    @cached_property
    def needed(self) -> Floats:
        """For each crew how much is expected of the places to which it is the nearest."""
        nearest = self.crew_ways_s.argmin(axis=1)
        return np.asarray(np.bincount(nearest, weights=self.weights, minlength=len(self.crews)), dtype=np.float64)


@dataclass(frozen=True, kw_only=True, slots=True)
class StationCover:
    """How soon the lifts nearest to a station are reached, and how soon if a crew more waited there."""

    station_id: StationId
    weight: float
    response_s: float
    with_a_crew_s: float

    @property
    def is_thin(self) -> bool:
        """Whether a crew there would make a difference."""
        return self.response_s - self.with_a_crew_s >= THIN_S


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A crew that should wait elsewhere. All but `way_s` are seconds of the centre's mean response."""

    crew_id: CrewId
    station_id: StationId
    way_s: float
    before_s: float
    after_s: float
    gains_s: float
    """What those gain who are nearer to the crew then."""
    costs_s: float
    """What those lose from whom it goes away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """How things stand, the thinnest station first, and what to do about it, in this order."""

    response_s: float
    stations: tuple[StationCover, ...]
    moves: tuple[Move, ...]


def advise(ground: Ground) -> Advice:
    """Return the stations as they are covered, and at most MOST_MOVES moves, each given those before it."""
    covers = _stations(ground)
    return Advice(
        response_s=_mean(ground.responses_s, ground),
        stations=tuple(sorted(covers, key=lambda one: (one.with_a_crew_s - one.response_s, one.station_id))),
        moves=tuple(_moves(ground)),
    )


def _responses_s(ways_s: Floats, ground: Ground) -> Floats:
    """Return the expected response at each place, with crews at these ways from it."""
    nearest = np.sort(_nearest(ways_s), axis=1)
    away = min(MOST_AWAY, max(LEAST_AWAY, ground.away_share))
    chances = (1 - away) * away ** np.arange(nearest.shape[1])
    left = 1 - chances.sum()
    return np.asarray(np.minimum(nearest, NOBODY_LEFT_S) @ chances + left * NOBODY_LEFT_S)


def _mean(responses_s: Floats, ground: Ground) -> float:
    return float(responses_s @ ground.weights / ground.weights.sum()) if ground.weights.sum() else 0.0


def _stations(ground: Ground) -> Iterator[StationCover]:
    if not len(ground.stations) or not len(ground.weights):
        return
    own, now_s = ground.station_ways_s.argmin(axis=1), ground.responses_s
    for number, station_id in enumerate(ground.stations):
        if not (mine := own == number).any():
            continue
        with_one_s = _responses_s(_with_a_crew(ground, number), ground)
        weights = ground.weights[mine]
        yield StationCover(
            station_id=station_id,
            weight=float(weights.sum()),
            response_s=float(np.average(now_s[mine], weights=weights)),
            with_a_crew_s=float(np.average(with_one_s[mine], weights=weights)),
        )


def _with_a_crew(ground: Ground, station: int) -> Floats:
    return np.column_stack([ground.nearest_ways_s, ground.station_ways_s[:, station]])


def _nearest(ways_s: Floats) -> Floats:
    return np.asarray(np.partition(ways_s, NEAREST - 1, axis=1)[:, :NEAREST] if ways_s.shape[1] > NEAREST else ways_s)


def _moves(ground: Ground) -> Iterator[Move]:
    moved: set[CrewId] = set()
    for _ in range(MOST_MOVES):
        move = _best_move(ground, moved)
        if move is None:
            return
        yield move
        moved.add(move.crew_id)
        ground = _after(ground, move)


def _best_move(ground: Ground, moved: set[CrewId]) -> Move | None:
    """Return the move that saves most, of the crews least needed where they are to the stations that lack one most."""
    found = [
        move
        for station in _lacking(ground)
        for crew in _spare(ground, station, moved)
        if (move := _weigh(ground, crew, station)).before_s - move.after_s >= LEAST_SAVED_S
    ]
    return min(found, key=lambda move: (move.after_s, move.way_s, move.crew_id), default=None)


def _lacking(ground: Ground) -> list[int]:
    """Return the stations where a crew more would save most."""
    if not len(ground.weights) or not len(ground.crews):
        return []
    stations = range(len(ground.stations))
    means_s = [_mean(_responses_s(_with_a_crew(ground, station), ground), ground) for station in stations]
    most_saved: list[int] = np.argsort(means_s, kind="stable")[:MOST_STATIONS_TRIED].tolist()
    return most_saved


def _spare(ground: Ground, station: int, moved: set[CrewId]) -> list[int]:
    """Return crews that may wait at this station, the least needed where they are first."""
    may_go: Mask = ground.move_ways_s[:, station] <= LONGEST_MOVE_S
    may_go &= np.array([crew_id not in moved for crew_id in ground.crews], dtype=np.bool_)
    rows = np.flatnonzero(may_go)
    spare: list[int] = rows[np.argsort(ground.needed[rows], kind="stable")][:MOST_CREWS_TRIED].tolist()
    return spare


def _weigh(ground: Ground, crew: int, station: int) -> Move:
    ways_s = _with_a_crew(ground, station)
    ways_s[:, :-1][ground.nearest == crew] = np.inf
    before_s, after_s = ground.responses_s, _responses_s(ways_s, ground)
    return Move(
        crew_id=ground.crews[crew],
        station_id=ground.stations[station],
        way_s=float(ground.move_ways_s[crew, station]),
        before_s=_mean(before_s, ground),
        after_s=_mean(after_s, ground),
        gains_s=_mean(np.maximum(0.0, before_s - after_s), ground),
        costs_s=_mean(np.maximum(0.0, after_s - before_s), ground),
    )


def _after(ground: Ground, move: Move) -> Ground:
    ways_s = ground.crew_ways_s.copy()
    crew, station = list(ground.crews).index(move.crew_id), list(ground.stations).index(move.station_id)
    ways_s[:, crew] = ground.station_ways_s[:, station]
    return replace(ground, crew_ways_s=ways_s)
