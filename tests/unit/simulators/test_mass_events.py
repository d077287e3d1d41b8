"""What a mass event does to a city, in the proportions that were seen."""

from __future__ import annotations

from collections import Counter
from random import Random
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.city import City, build_city
from simulators.geo import distance_km
from simulators.mass_events import EXTENTS, EventPlan, Kind, Outcome, draw_event
from simulators.roads import RIVER

OUTAGE_S = 1200.0
kinds = st.sampled_from(list(Kind))


@pytest.fixture(scope="module")
def zhengzhou() -> City:
    """An eighth of it: a district is what a substation is in the whole."""
    return build_city(lifts=15_000, seed=1)


def draw(city: City, kind: Kind, seed: int, hour: int = 18, most: int | None = None) -> EventPlan:
    return draw_event(Random(seed), kind, city.lifts, hour=hour, outage_s=OUTAGE_S, most=most)


@settings(max_examples=25, deadline=None)
@given(kind=kinds, seed=st.integers(0, 1000), hour=st.integers(0, 23))
def test_people_are_trapped_only_where_no_device_levels_the_car_and_all_of_them_are_freed(
    zhengzhou: City, kind: Kind, seed: int, hour: int
) -> None:
    event = draw(zhengzhou, kind, seed, hour, most=600)
    assert [blow.at_s for blow in event.blows] == sorted(blow.at_s for blow in event.blows)
    for blow in event.blows:
        is_trapped = blow.outcome is Outcome.TRAPPED
        assert is_trapped <= (blow.lift.levelling_device == "no")
        assert (blow.outcome is Outcome.LEVELLED) <= (blow.lift.levelling_device == "yes")
        assert (blow.people > 0) == (blow.outcome is not Outcome.EMPTY)
        assert is_trapped == (blow.freed_after_s is not None)
        assert is_trapped or blow.presses_after_s is blow.phones_after_s is None
        assert not (is_trapped and blow.is_silent)


@settings(max_examples=10, deadline=None)
@given(kind=kinds, seed=st.integers(0, 1000))
def test_the_same_seed_is_the_same_event(zhengzhou: City, kind: Kind, seed: int) -> None:
    assert draw(zhengzhou, kind, seed, most=100) == draw(zhengzhou, kind, seed, most=100)


def test_numbers_of_lifts_shrink_with_the_city_but_an_estate_is_an_estate(zhengzhou: City) -> None:
    numbers = {kind: len(draw(zhengzhou, kind, 1).lifts) for kind in Kind if kind is not Kind.FLOOD}
    assert numbers == {"estate": 40, "substation": 375, "district": 1875, "quake": 7500}
    assert 0.02 <= len(draw(zhengzhou, Kind.FLOOD, 1).lifts) / 15_000 <= 0.12
    assert len(draw(build_city(lifts=30, seed=1), Kind.DISTRICT, 1).lifts) == 30


@pytest.mark.parametrize(
    ("kind", "lifts", "least", "most"),
    [(Kind.ESTATE, 40, 0, 3), (Kind.SUBSTATION, 3000, 15, 60), (Kind.DISTRICT, 15_000, 75, 300)],
)
def test_power_cuts_trap_as_many_as_were_seen(zhengzhou: City, kind: Kind, lifts: int, least: int, most: int) -> None:
    trapped = [len(draw(zhengzhou, kind, seed, hour, most=lifts).trapped) for seed in range(3) for hour in (10, 18)]
    assert all(least <= number <= most for number in trapped)


def test_a_quake_traps_few_of_the_many_it_stops_and_hardly_anybody_by_night(zhengzhou: City) -> None:
    by_day, by_night = (fmean(len(draw(zhengzhou, Kind.QUAKE, seed, hour).trapped) for seed in range(8)) / 7500
                        for hour in (8, 3))  # fmt: skip
    assert 0.001 < by_day < 0.006
    assert by_night < 0.0008


def test_cables_feed_what_is_near_and_water_comes_from_the_river(zhengzhou: City) -> None:
    def spread_km(event: EventPlan) -> float:
        here = (event.centre.lon, event.centre.lat)
        return max(distance_km((lift.lon, lift.lat), here) for lift in event.lifts)

    def river_km(lifts: EventPlan | City) -> float:
        return fmean(min(distance_km((one.lon, one.lat), at) for at in RIVER) for one in lifts.lifts)

    assert spread_km(draw(zhengzhou, Kind.SUBSTATION, 3)) < 20 < spread_km(draw(zhengzhou, Kind.QUAKE, 3))
    assert river_km(draw(zhengzhou, Kind.FLOOD, 3)) < 0.7 * river_km(zhengzhou)


def test_an_estate_is_struck_before_its_neighbours(zhengzhou: City) -> None:
    event = draw(zhengzhou, Kind.ESTATE, 5)
    own = [lift for lift in zhengzhou.lifts if lift.address == event.centre.address]
    assert {lift.lift_id for lift in own} <= {lift.lift_id for lift in event.lifts}


def test_floods_and_quakes_strike_some_a_second_time_when_the_cars_are_empty(zhengzhou: City) -> None:
    for kind in (Kind.FLOOD, Kind.QUAKE):
        event = draw(zhengzhou, kind, 2)
        blows = Counter(blow.lift.lift_id for blow in event.blows)
        twice = sum(number == 2 for number in blows.values()) / len(blows)
        assert twice == pytest.approx(EXTENTS[kind].again_share, abs=0.05)
        late = [blow for blow in event.blows if blow.at_s > EXTENTS[kind].within_s]
        assert all(blow.people == 0 for blow in late)
