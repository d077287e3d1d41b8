from __future__ import annotations

from math import cos, hypot, radians

import pytest

from devices.datum import convert_gcj02_to_wgs84, convert_wgs84_to_gcj02

ZHENGZHOU = (113.625, 34.746)


def apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (one[0] - other[0]) * cos(radians(one[1])) * 111_320
    return hypot(east, (one[1] - other[1]) * 110_940)


def test_the_chinese_datum_is_568_metres_off_at_zhengzhou() -> None:
    assert apart_m(ZHENGZHOU, convert_wgs84_to_gcj02(*ZHENGZHOU)) == pytest.approx(568, abs=1)


def test_the_shift_agrees_with_an_independent_implementation_at_fuzhou() -> None:
    assert convert_wgs84_to_gcj02(119.3122312, 26.0240049) == pytest.approx((119.31705425869873, 26.02096344048847))


@pytest.mark.parametrize("place", [ZHENGZHOU, (87.6, 43.8), (110.3, 20.0), (126.6, 45.8), (102.7, 25.0)])
def test_there_and_back_is_the_same_place(place: tuple[float, float]) -> None:
    assert apart_m(place, convert_gcj02_to_wgs84(*convert_wgs84_to_gcj02(*place))) < 0.001


def test_outside_china_nothing_is_shifted() -> None:
    assert convert_gcj02_to_wgs84(24.94, 60.17) == (24.94, 60.17)
