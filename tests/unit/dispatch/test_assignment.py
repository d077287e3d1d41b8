from __future__ import annotations

from dispatch.assignment import assign


def test_the_pair_that_saves_most_together_is_found() -> None:
    # Alone each row would take "a"; the second loses more by going without it.
    assert assign([[(1, "a"), (2, "b")], [(1, "a"), (9, "b")]], [100, 100]) == ["b", "a"]


def test_serving_one_more_row_wins_over_any_saving() -> None:
    assert assign([[(1, "a"), (10**9, "b")], [(2, "a")]], [5, 5]) == ["b", "a"]


def test_when_columns_run_short_the_row_that_must_not_wait_is_served() -> None:
    assert assign([[(10, "a")], [(500, "a")]], [100, 10_000]) == [None, "a"]


def test_a_row_that_nobody_can_serve_is_left_out_without_harm_to_the_others() -> None:
    assert assign([[], [(3, "a")]], [7, 7]) == [None, "a"]


def test_costs_beyond_the_solvers_range_give_no_answer_rather_than_a_wrong_one() -> None:
    assert assign([[(2**61, "a")], [(2**61, "b")]], [0, 0]) is None
