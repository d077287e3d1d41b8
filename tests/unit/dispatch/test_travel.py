from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.crews import Position
from dispatch.rules import Rules
from dispatch.travel import SPEED_KMH_BY_HOUR, StraightLine, straight_m
from tests.unit.dispatch.town import LIFT, NOON, north_of_the_lift


def one_way_s(travel: StraightLine, metres: float, at: datetime) -> float:
    return travel.seconds([north_of_the_lift(metres)], LIFT, at)[0]


def test_the_distance_from_zhengzhou_to_beijing_is_that_of_the_atlas() -> None:
    assert straight_m(Position(113.625, 34.747), Position(116.407, 39.904)) == pytest.approx(623_000, rel=0.005)


def test_a_quarter_of_the_globe_and_its_far_side_are_measured() -> None:
    quarter = straight_m(Position(0, 0), Position(0, 90))
    assert straight_m(Position(0, 0), Position(180, 0)) == pytest.approx(2 * quarter)
    assert quarter == pytest.approx(10_007_557, rel=1e-6)


def test_a_journey_is_turn_out_and_the_road_at_the_speed_of_the_hour() -> None:
    travel = StraightLine(detour_factor=1.5, turn_out_s=60, speed_kmh_by_hour=[36] * 24)
    assert one_way_s(travel, 1_000, NOON) == pytest.approx(60 + 150, abs=0.01)


def test_the_evening_peak_takes_longer_than_the_night() -> None:
    travel = StraightLine()
    six_in_the_evening, three_at_night = NOON + timedelta(hours=6), NOON + timedelta(hours=15)
    peak_s, night_s = one_way_s(travel, 5_000, six_in_the_evening), one_way_s(travel, 5_000, three_at_night)
    assert (peak_s - 120) / (night_s - 120) == pytest.approx(46.6 / 26.0)


def test_the_hour_is_that_of_the_lifts_own_city() -> None:
    by_hour = [10.0] * 24
    by_hour[12] = 60.0
    noon_in_utc = datetime(2026, 3, 2, 12, tzinfo=UTC)
    here = StraightLine(speed_kmh_by_hour=by_hour)
    in_greenwich = StraightLine(speed_kmh_by_hour=by_hour, time_zone=UTC)
    assert one_way_s(here, 5_000, NOON) == one_way_s(in_greenwich, 5_000, noon_in_utc)
    assert one_way_s(here, 5_000, noon_in_utc) > one_way_s(in_greenwich, 5_000, noon_in_utc)


def test_every_origin_is_answered_in_its_order() -> None:
    origins = [north_of_the_lift(metres) for metres in (3_000, 0, 1_000)]
    far, none, near = StraightLine().seconds(origins, LIFT, NOON)
    assert far > near > none == 120


def test_no_crew_from_beyond_the_level_two_radius_arrives_within_thirty_minutes_even_at_night() -> None:
    three_at_night = NOON + timedelta(hours=15)
    assert one_way_s(StraightLine(), Rules().level_2_radius_m, three_at_night) > 30 * 60


@pytest.mark.parametrize("speeds", [SPEED_KMH_BY_HOUR[:23], [0.0] * 24, [float("nan")] * 24, [-30.0] * 24])
def test_a_speed_profile_that_is_not_one_is_refused(speeds: list[float]) -> None:
    with pytest.raises(ValueError, match="24 positive speeds"):
        StraightLine(speed_kmh_by_hour=speeds)


def test_a_detour_shorter_than_the_straight_line_and_a_negative_turn_out_are_refused() -> None:
    with pytest.raises(ValueError, match="detour"):
        StraightLine(detour_factor=0.9)
    with pytest.raises(ValueError, match="turn-out"):
        StraightLine(turn_out_s=-1)
