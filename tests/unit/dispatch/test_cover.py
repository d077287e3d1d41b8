from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.cover import LEAST_SAVED_S, LONGEST_MOVE_S, MOST_MOVES, NOBODY_LEFT_S, Ground, advise
from dispatch.crews import CrewId, StationId

EAST, WEST = 0.0, 30_000.0
"""Places on a road, in metres; everybody drives ten metres a second."""


def road(
    lifts: dict[float, float], crews: dict[str, float], stations: dict[str, float], *, away_share: float = 0.2
) -> Ground:
    """A city along one road: how many lifts stand where, and where crews and stations are."""
    places, at, bases = (np.array([*where], dtype=np.float64) for where in (lifts, crews.values(), stations.values()))
    return Ground(
        weights=np.array([*lifts.values()], dtype=np.float64),
        crews=[CrewId(name) for name in crews],
        stations=[StationId(name) for name in stations],
        crew_ways_s=np.abs(places[:, None] - at) / 10,
        station_ways_s=np.abs(places[:, None] - bases) / 10,
        move_ways_s=np.abs(at[:, None] - bases) / 10,
        away_share=away_share,
    )


def test_the_station_whose_crew_is_out_is_thin_and_the_crew_that_is_one_too_many_should_wait_there() -> None:
    stations = {"east": EAST, "west": WEST}
    advice = advise(road({EAST: 100, WEST: 100}, {"C-1": EAST, "C-2": 12_000, "C-3": EAST}, stations, away_share=0.1))
    assert [(one.station_id, one.weight, one.is_thin) for one in advice.stations] == [
        ("west", 100, True),
        ("east", 100, False),
    ]
    assert advice.stations[0].with_a_crew_s < advice.stations[0].response_s
    assert [(move.crew_id, move.station_id) for move in advice.moves] == [("C-2", "west")]
    assert advice.moves[0].way_s == 1_800
    assert advice.response_s == advice.moves[0].before_s


def test_a_move_says_what_it_gains_and_what_it_costs() -> None:
    (move,) = advise(road({EAST: 100, WEST: 300}, {"C-1": 15_000}, {"west": WEST}, away_share=0.2)).moves
    # The one crew is there with a chance of 0.8: 1,500 s sooner for three quarters of the lifts, as much later for one.
    assert move.gains_s == pytest.approx(0.8 * 1_500 * 3 / 4)
    assert move.costs_s == pytest.approx(0.8 * 1_500 / 4)
    assert move.before_s - move.after_s == pytest.approx(move.gains_s - move.costs_s)


def test_crews_that_stand_well_are_left_where_they_are() -> None:
    assert advise(road({EAST: 100, WEST: 100}, {"C-1": EAST, "C-2": WEST}, {"east": EAST, "west": WEST})).moves == ()


def test_nobody_is_sent_where_they_may_not_wait_or_so_far_that_it_takes_half_an_hour() -> None:
    far = road({EAST: 1, 10 * WEST: 100}, {"C-1": EAST, "C-2": EAST}, {"far": 10 * WEST})
    assert far.move_ways_s.min() > LONGEST_MOVE_S
    assert advise(far).moves == ()


@pytest.mark.parametrize("ground", [
    road({}, {"C-1": EAST}, {"east": EAST}),
    road({EAST: 1}, {}, {"east": EAST}),
    road({EAST: 1}, {"C-1": WEST}, {}),
])  # fmt: skip
def test_without_lifts_crews_or_stations_there_is_nothing_to_advise(ground: Ground) -> None:
    assert advise(ground).moves == ()


def test_without_any_crew_everybody_waits_for_another_town() -> None:
    assert advise(road({EAST: 1}, {}, {"east": EAST})).response_s == NOBODY_LEFT_S


METRES = st.integers(0, 60).map(lambda km: km * 500.0)
NAMED = st.lists(METRES, min_size=1, max_size=4)


@settings(deadline=None, max_examples=80)
@given(st.dictionaries(METRES, st.integers(1, 50).map(float), min_size=1, max_size=5), NAMED, NAMED, st.floats(0, 1))
def test_each_move_saves_what_it_says_and_the_first_is_the_best_there_is(
    lifts: dict[float, float], crews: list[float], stations: list[float], away: float
) -> None:
    where, bases = {f"C-{n}": at for n, at in enumerate(crews)}, {f"S-{n}": at for n, at in enumerate(stations)}
    moves = advise(road(lifts, where, bases, away_share=away)).moves
    assert len(moves) <= MOST_MOVES
    first = advise(road(lifts, where, bases, away_share=away)).response_s
    best = min(
        advise(road(lifts, {**where, crew: at}, bases, away_share=away)).response_s
        for crew, at in itertools.product(where, stations)
        if abs(where[crew] - at) / 10 <= LONGEST_MOVE_S
    ) if any(abs(a - b) / 10 <= LONGEST_MOVE_S for a, b in itertools.product(crews, stations)) else first  # fmt: skip
    assert bool(moves) == (first - best >= LEAST_SAVED_S)
    for number, move in enumerate(moves):
        before = advise(road(lifts, where, bases, away_share=away)).response_s
        where = {**where, move.crew_id: bases[move.station_id]}
        after = advise(road(lifts, where, bases, away_share=away)).response_s
        assert move.before_s == pytest.approx(before)
        assert move.after_s == pytest.approx(after)
        assert move.before_s - move.after_s >= LEAST_SAVED_S
        assert number > 0 or move.after_s == pytest.approx(best)
