from __future__ import annotations

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from simulators.chaos.faults import KILLS, draw_strokes

NAMES = (*KILLS, "kill all", "lifts cut off", "disk full")
SEEDS = st.integers(min_value=0, max_value=2**32)


def names(seed: int, number: int) -> list[str]:
    return [stroke.name for stroke in islice(draw_strokes(seed, NAMES, (0.0, 1.0)), number)]


@given(SEEDS)
def test_each_process_is_killed_before_anything_else_happens(seed: int) -> None:
    assert set(names(seed, len(KILLS))) == set(KILLS)


@given(SEEDS, st.integers(min_value=1, max_value=4))
def test_every_fault_comes_once_before_any_comes_again(seed: int, rounds: int) -> None:
    drawn = names(seed, rounds * len(NAMES))
    for begin in range(0, len(drawn), len(NAMES)):
        assert sorted(drawn[begin : begin + len(NAMES)]) == sorted(NAMES)


@given(SEEDS)
def test_the_same_seed_brings_the_same_strokes(seed: int) -> None:
    assert list(islice(draw_strokes(seed, NAMES, (0, 2)), 20)) == list(islice(draw_strokes(seed, NAMES, (0, 2)), 20))
