from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.assignment import assign

COSTS = st.one_of(st.integers(0, 5), st.integers(0, 10**9))
ROWS = st.lists(
    st.dictionaries(st.sampled_from("abcde"), COSTS, max_size=5).map(
        lambda row: sorted((c, n) for n, c in row.items())
    ),
    min_size=1,
    max_size=4,
)


def burden(rows: list[list[tuple[int, str]]], left_out: list[int], served: tuple[str | None, ...]) -> tuple[int, int]:
    prices = [{name: cost for cost, name in row} for row in rows]
    total = sum(
        left if name is None else price[name] for price, left, name in zip(prices, left_out, served, strict=True)
    )
    return served.count(None), total


@settings(deadline=None, max_examples=200)
@given(ROWS, st.lists(COSTS, min_size=4, max_size=4))
def test_the_assignment_is_the_best_of_all_that_can_be_written_down(
    rows: list[list[tuple[int, str]]], unserved: list[int]
) -> None:
    left_out = unserved[: len(rows)]
    ways = itertools.product(*([None, *(name for _, name in row)] for row in rows))
    lawful = [way for way in ways if len(set(way) - {None}) == len(way) - way.count(None)]
    served = assign(rows, left_out)
    assert served is not None
    assert tuple(served) in lawful
    assert burden(rows, left_out, tuple(served)) == min(burden(rows, left_out, way) for way in lawful)
