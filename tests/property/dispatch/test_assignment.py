from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.assignment import FORBIDDEN, NOBODY, assign
from dispatch.roster import Whole

TOO_DEAR = 2**28
"""Times the costs of five rows and more: beyond what floating point counts exactly, and within the flow's range."""

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
@given(st.integers(0, 2**32 - 1), st.integers(5, 20), st.integers(1, 40), st.sampled_from([3, 50, 10**6]))
def test_what_is_too_dear_for_floating_point_is_assigned_as_well_in_whole_numbers(
    seed: int, rows: int, columns: int, dearest: int
) -> None:
    random = np.random.default_rng(seed)
    costs = np.where(random.random((rows, columns)) < 0.3, FORBIDDEN, random.integers(0, dearest, (rows, columns)))
    dear = np.where(costs == FORBIDDEN, FORBIDDEN, costs * TOO_DEAR)
    unserved = np.full(rows, 10**6)
    served, served_dearly = assign(costs, unserved), assign(dear, unserved * TOO_DEAR)
    assert served is not None
    assert served_dearly is not None
    assert total(costs, served) == total(costs, served_dearly)


def total(costs: Whole, served: Whole) -> tuple[int, int]:
    goes = np.flatnonzero(served != NOBODY)
    return int((served == NOBODY).sum()), int(costs[goes, served[goes]].sum())
