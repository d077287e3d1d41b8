"""The straight line of many crews at once, held against that of one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.crews import Position
from dispatch.travel import StraightLine, straight_m
from tests.unit.dispatch.town import NOON

PLACES = st.builds(Position, st.floats(-180, 180), st.floats(-90, 90))
NOON_PACE_S_PER_M = 1.3 * 3.6 / 36.0


@settings(deadline=None, max_examples=200)
@given(st.lists(PLACES, max_size=20), PLACES)
def test_many_ways_at_once_are_each_as_long_as_asked_for_alone(origins: list[Position], lift: Position) -> None:
    alone_s = [120.0 + straight_m(origin, lift) * NOON_PACE_S_PER_M for origin in origins]
    assert StraightLine().seconds(origins, lift, NOON) == pytest.approx(alone_s, rel=1e-12, abs=1e-6)
