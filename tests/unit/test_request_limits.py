"""How often one caller may ask: never more than the bucket holds and the time since has brought."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from rescue.api import limits
from rescue.api.limits import BURST_S, Buckets

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@given(pauses_s=st.lists(st.floats(0, 3), max_size=200), per_s=st.floats(0.5, 5))
def test_in_no_span_is_more_let_through_than_a_full_bucket_and_the_rate(pauses_s: list[float], per_s: float) -> None:
    buckets = Buckets(per_s)
    moments = list(accumulate(pauses_s))
    let_through = [at_s for at_s in moments if buckets.take("li", NOON + timedelta(seconds=at_s)) == 0]
    for place, since_s in enumerate(let_through):
        for count, until_s in enumerate(let_through[place:], start=1):
            assert count <= per_s * (BURST_S + until_s - since_s) + 1e-3


@given(asked=st.integers(1, 60), per_s=st.floats(0.5, 5))
def test_whoever_waits_as_long_as_told_is_let_through(asked: int, per_s: float) -> None:
    buckets = Buckets(per_s)
    waits_s = [buckets.take("li", NOON) for _ in range(asked)]
    assert buckets.take("li", NOON + timedelta(seconds=ceil(waits_s[-1]) + 1 / per_s)) == 0


def test_a_clock_that_is_set_back_takes_nothing_away() -> None:
    buckets = Buckets(1)
    assert buckets.take("li", NOON) == 0
    assert buckets.take("li", NOON - timedelta(hours=1)) == 0


def test_somebody_forgotten_is_no_worse_off() -> None:
    buckets = Buckets(1)
    for _ in range(int(BURST_S)):
        assert buckets.take("li", NOON) == 0
    assert buckets.take("li", NOON) > 0
    for number in range(limits.BUCKETS):
        buckets.take(f"another {number}", NOON)
    assert buckets.take("li", NOON) == 0
