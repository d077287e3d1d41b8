from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.calibration import (
    FEWEST,
    FEWEST_OF_A_GROUP,
    LEAST_CORRECTION,
    MOST_CORRECTION,
    Calibration,
    Trip,
    accuracy,
    judge,
    learn,
)
from dispatch.crews import Position
from tests.unit.dispatch.town import LIFT

FAR_AREA = Position(LIFT.lon + 1, LIFT.lat)
SIX_IN_THE_EVENING = 18


def trip(took_s: float, *, estimated_s: float = 600, hour: int = 12, destination: Position = LIFT) -> Trip:
    return Trip(destination=destination, local_hour=hour, estimated_s=estimated_s, took_s=took_s)


def test_without_a_trip_nothing_is_corrected() -> None:
    assert learn([]) == Calibration()
    assert Calibration().factor(LIFT, 12) == 1.0


def test_many_trips_are_believed_some_are_by_half_and_too_few_are_not() -> None:
    assert learn([trip(900)] * 1000).factor(LIFT, 12) == pytest.approx(1.5, rel=0.01)
    assert 1.2 < learn([trip(900)] * FEWEST).factor(LIFT, 12) < 1.5
    assert learn([trip(900)] * (FEWEST - 1)).factor(LIFT, 12) == 1.0


def test_an_hour_with_too_few_trips_of_its_own_gets_the_centres_mean() -> None:
    learned = learn([*[trip(600)] * 300, *[trip(1800, hour=3)] * (FEWEST_OF_A_GROUP - 1)])
    assert 3 not in learned.by_hour
    assert learned.factor(Position(0, 0), 3) == learned.factor(Position(0, 0), 4)


def test_an_hour_that_is_slower_is_learned_for_that_hour() -> None:
    learned = learn([*[trip(600)] * 300, *[trip(900, hour=SIX_IN_THE_EVENING)] * 300])
    assert learned.factor(LIFT, SIX_IN_THE_EVENING) == pytest.approx(1.5, rel=0.03)
    assert learned.factor(LIFT, 12) == pytest.approx(1.0, rel=0.03)


def test_an_area_that_is_slower_is_learned_for_that_area_and_others_get_the_centres_mean() -> None:
    learned = learn([*[trip(600)] * 300, *[trip(900, destination=FAR_AREA)] * 300])
    assert learned.factor(FAR_AREA, 12) == pytest.approx(1.5, rel=0.05)
    assert learned.factor(LIFT, 12) == pytest.approx(1.0, rel=0.05)
    assert learned.factor(Position(0, 0), 3) == pytest.approx(math.sqrt(1.5), rel=0.05)


def test_a_crew_that_had_lunch_counts_no_more_than_one_three_times_as_late() -> None:
    assert learn([trip(3 * 3600)] * FEWEST) == learn([trip(3 * 600)] * FEWEST)


@pytest.mark.parametrize(
    "bad", [trip(0), trip(-5), trip(math.nan), trip(20_000), trip(600, estimated_s=math.inf), trip(600, estimated_s=0)]
)
def test_what_was_no_drive_teaches_nothing(bad: Trip) -> None:
    assert learn([bad]) == learn([])
    assert accuracy([bad], Calibration()) is None


trips = st.lists(
    st.builds(
        Trip,
        destination=st.builds(Position, st.floats(113, 114), st.floats(34, 35)),
        local_hour=st.integers(0, 23),
        estimated_s=st.floats(1, 10_000),
        took_s=st.floats(1, 20_000),
    ),
    max_size=60,
)


@given(taught=trips, order=st.randoms(use_true_random=False), hour=st.integers(0, 23))
def test_corrections_are_bounded_and_the_order_of_trips_changes_nothing(
    taught: list[Trip], order: Random, hour: int
) -> None:
    learned = learn(taught)
    shuffled = list(taught)
    order.shuffle(shuffled)
    for one in taught:
        factor = learned.factor(one.destination, hour)
        assert LEAST_CORRECTION <= factor <= MOST_CORRECTION
        assert learn(shuffled).factor(one.destination, hour) == pytest.approx(factor)


def test_the_error_says_how_late_crews_came_and_how_far_off_the_estimates_were() -> None:
    found = accuracy([trip(700), trip(560), trip(1200)], Calibration())
    assert found is not None
    assert found.trips == 3
    assert found.late_s == pytest.approx(220)
    assert found.off_s == pytest.approx((100 + 40 + 600) / 3)
    assert found.within_5_min == pytest.approx(2 / 3)


def test_correcting_is_judged_by_trips_that_taught_nothing() -> None:
    chance = Random(5)
    made = [
        trip(600 * factor * chance.lognormvariate(0, 0.37), hour=hour)
        for factor, hour in chance.choices([(1.6, SIX_IN_THE_EVENING), (1.1, 12)], k=2000)
    ]
    judgement = judge(made)
    assert judgement is not None
    assert judgement.corrected.trips == 500
    assert judgement.corrected.off_s < judgement.uncorrected.off_s
    assert abs(judgement.corrected.late_s) < abs(judgement.uncorrected.late_s) / 2


def test_what_only_the_newest_trips_teach_does_not_count_for_them() -> None:
    judgement = judge([*[trip(600)] * 300, *[trip(1200)] * 100])
    assert judgement is not None
    assert judgement.corrected == judgement.uncorrected
    assert not judgement.pays


def test_too_few_trips_are_not_judged() -> None:
    assert judge([]) is None
    assert judge([trip(600)]) is None
