from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from dispatch.assignment import FORBIDDEN, NOBODY, assign

COSTS = st.one_of(st.just(FORBIDDEN), st.integers(0, 5), st.integers(0, 10**9))
UNSERVED = st.lists(st.integers(0, 10**9), min_size=4, max_size=4)
MATRICES = st.integers(0, 5).flatmap(
    lambda columns: st.lists(st.lists(COSTS, min_size=columns, max_size=columns), min_size=1, max_size=4)
)


def burden(costs: list[list[int]], left_out: list[int], way: tuple[int, ...]) -> tuple[int, int]:
    total = sum(
        left if column == NOBODY else row[column] for row, left, column in zip(costs, left_out, way, strict=True)
    )
    return way.count(NOBODY), total


@settings(deadline=None, max_examples=200)
@given(MATRICES, UNSERVED)
def test_the_assignment_is_the_best_of_all_that_can_be_written_down(
    costs: list[list[int]], unserved: list[int]
) -> None:
    left_out = unserved[: len(costs)]
    allowed = [[NOBODY, *(column for column, cost in enumerate(row) if cost != FORBIDDEN)] for row in costs]
    lawful = [way for way in itertools.product(*allowed) if len(set(way) - {NOBODY}) == len(way) - way.count(NOBODY)]
    matrix = np.array(costs, dtype=np.int64).reshape(len(costs), -1)
    served = assign(matrix, np.array(left_out, dtype=np.int64))
    assert served is not None
    way = tuple(served.tolist())
    assert way in lawful
    assert burden(costs, left_out, way) == min(burden(costs, left_out, other) for other in lawful)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(26, 60), st.integers(0, 30), st.sampled_from([3, 50, 10**6]))
def test_few_arcs_and_a_proof_find_what_all_arcs_find(seed: int, rows: int, spare: int, dearest: int) -> None:
    costs = np.random.default_rng(seed).integers(0, dearest, (rows, rows + spare))
    served = assign(costs, np.full(rows, 10**9))
    assert served is not None
    assert len(set(served.tolist())) == rows
    assert costs[np.arange(rows), served].sum() == costs[linear_sum_assignment(costs)].sum()
