from __future__ import annotations

import numpy as np

from dispatch.assignment import FORBIDDEN, NOBODY, assign

NO = FORBIDDEN


def served(costs: list[list[int]], unserved: list[int]) -> list[int] | None:
    found = assign(np.array(costs, dtype=np.int64), np.array(unserved, dtype=np.int64))
    return None if found is None else found.tolist()


def test_the_pair_that_saves_most_together_is_found() -> None:
    # Alone each row would take the first column; the second loses more by going without it.
    assert served([[1, 2], [1, 9]], [100, 100]) == [1, 0]


def test_serving_one_more_row_wins_over_any_saving() -> None:
    assert served([[1, 10**9], [2, NO]], [5, 5]) == [1, 0]


def test_when_columns_run_short_the_row_that_must_not_wait_is_served() -> None:
    assert served([[10], [500]], [100, 10_000]) == [NOBODY, 0]


def test_a_row_that_nobody_can_serve_is_left_out_without_harm_to_the_others() -> None:
    assert served([[NO], [3]], [7, 7]) == [NOBODY, 0]


def test_costs_beyond_the_solvers_range_give_no_answer_rather_than_a_wrong_one() -> None:
    assert served([[2**61, 2**61], [2**61, 2**61]], [0, 0]) is None


def test_no_rows_or_no_columns_give_nobody_anything() -> None:
    assert assign(np.zeros((0, 3), dtype=np.int64), np.zeros(0, dtype=np.int64)) is not None
    assert served([[], []], [1, 1]) == [NOBODY, NOBODY]


def test_a_column_that_is_dear_for_a_row_is_found_where_all_its_cheap_ones_are_wanted_more() -> None:
    # Thirty rows want the same thirty columns, one has to take a column far down its own list.
    costs = np.full((31, 200), 10_000, dtype=np.int64)
    costs[:, :30] = np.arange(31)[:, None] + 10
    costs[:, 199] = 9_000
    found = assign(costs, np.full(31, 10**6))
    assert found is not None
    assert sorted(found.tolist()) == [*range(30), 199]
