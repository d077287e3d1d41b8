from __future__ import annotations

import math
from datetime import datetime

import pytest

from dispatch.crews import Position
from tests.unit.dispatch.town import callout, crew, problem


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, -91), (math.nan, 34), (113, math.inf)])
def test_a_position_off_the_globe_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(ValueError, match="not a WGS84 position"):
        Position(lon, lat)


@pytest.mark.parametrize("priority", [0.5, 1001, math.nan, math.inf])
def test_a_callout_weighs_between_one_and_a_thousand(priority: float) -> None:
    with pytest.raises(ValueError, match="I-1: priority"):
        callout(priority=priority)


def test_a_callout_below_level_one_is_refused() -> None:
    with pytest.raises(ValueError, match="I-1: level 0"):
        callout(level=0)


def test_instants_without_a_time_zone_are_refused() -> None:
    naive = datetime(2026, 3, 2, 12, 0)
    with pytest.raises(ValueError, match="waiting_since has no time zone"):
        callout(waiting_since=naive)
    with pytest.raises(ValueError, match="positioned_at has no time zone"):
        crew("C-1", positioned_at=naive)
    with pytest.raises(ValueError, match="now has no time zone"):
        problem([], [], now=naive)


def test_a_crew_or_a_callout_listed_twice_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="crew C-7 is in the problem twice"):
        problem([], [crew("C-7"), crew("C-8"), crew("C-7", metres=5)])
    with pytest.raises(ValueError, match="callout I-3 is in the problem twice"):
        problem([callout("I-3"), callout("I-3")], [])
