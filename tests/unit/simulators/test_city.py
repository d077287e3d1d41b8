from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.areas import AREAS, get_area
from simulators.city import City, build_city, split_by_share
from simulators.contracts import LIFTS_PER_CREW, QUALITIES
from simulators.geo import distance_km, to_km
from simulators.outlines import find_area
from simulators.registers import write_registers
from simulators.shifts import SHIFTS, is_on_duty
from tests.unit.simulators.contract import CSV_COLUMNS

cities = st.builds(build_city, lifts=st.integers(1, 1500), seed=st.integers(0, 1000))


@pytest.fixture(scope="module")
def zhengzhou() -> City:
    return build_city(lifts=8000, seed=1)


@pytest.fixture(scope="module")
def large() -> City:
    return build_city(lifts=30_000, seed=1)


def test_zhengzhou_has_sixteen_areas_with_codes_of_their_own() -> None:
    assert len({area.code for area in AREAS}) == len(AREAS) == 16
    assert all(re.fullmatch(r"4101\d\d", area.code) for area in AREAS)
    assert get_area("410105").name == "金水区"
    assert sum(area.share for area in AREAS) == 1000


@settings(max_examples=20, deadline=None)
@given(cities)
def test_no_two_lifts_share_an_id_a_rescue_code_or_a_register_code(city: City) -> None:
    for column in ("lift_id", "rescue_code", "register_code"):
        assert len({getattr(lift, column) for lift in city.lifts}) == len(city.lifts)
    assert all(re.fullmatch(r"[1-9]\d{5}", lift.rescue_code) for lift in city.lifts)
    assert all(re.fullmatch(r"\d{20}", lift.register_code) for lift in city.lifts)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,32}", lift.lift_id) for lift in city.lifts)


@settings(max_examples=20, deadline=None)
@given(cities)
def test_whatever_a_register_names_is_in_another_register(city: City) -> None:
    kinds = {company.company_id: company.kind for company in city.companies}
    stations = {station.station_id: station.company_id for station in city.stations}
    assert len(kinds) == len(city.companies)
    assert {kinds[lift.company_id] for lift in city.lifts} == {"contractor"}
    assert {kinds[company_id] for company_id in stations.values()} == {"station"}
    for crew in city.crews:
        assert stations.get(crew.station_id, crew.company_id) == crew.company_id
        assert (kinds[crew.company_id] == "station") == bool(crew.station_id)


@settings(max_examples=20, deadline=None)
@given(cities)
def test_every_company_has_a_crew_on_duty(city: City) -> None:
    on_duty = {crew.company_id for crew in city.crews if crew.on_duty == "yes"}
    assert on_duty == {company.company_id for company in city.companies}


@settings(max_examples=20, deadline=None)
@given(cities)
def test_nobody_real_can_be_rung(city: City) -> None:
    mobiles = [crew.phone for crew in city.crews] + [lift.safety_officer_phone for lift in city.lifts]
    assert all(re.fullmatch(r"100\d{8}", phone) for phone in mobiles)
    assert all(re.fullmatch(r"0371-0\d{7}", company.phone) for company in city.companies)


def test_the_same_seed_draws_the_same_city_and_another_seed_another() -> None:
    assert build_city(lifts=200, seed=3) == build_city(lifts=200, seed=3)
    assert build_city(lifts=200, seed=3).lifts != build_city(lifts=200, seed=4).lifts


def test_a_city_beyond_six_digit_rescue_codes_is_refused() -> None:
    with pytest.raises(ValueError, match="900000"):
        build_city(lifts=900_001, seed=1)


def test_the_shares_follow_the_published_figures(zhengzhou: City) -> None:
    places = Counter(lift.place_type for lift in zhengzhou.lifts)
    assert places["residential"] / 8000 == pytest.approx(0.62, abs=0.005)
    assert places["office"] / 8000 == pytest.approx(0.14, abs=0.005)
    assert len(zhengzhou.stations) == pytest.approx(8000 / 1040, abs=1)
    levelled = sum(lift.levelling_device == "yes" for lift in zhengzhou.lifts)
    assert 0.2 < levelled / 8000 < 0.4


def test_a_hundred_contractors_have_a_whole_zhengzhou_large_and_small_good_and_poor(large: City) -> None:
    contractors = [company for company in large.companies if company.kind == "contractor"]
    assert len(contractors) == 50  # by the square root: 120,000 lifts have a hundred
    contracts = sorted(Counter(lift.company_id for lift in large.lifts).values())
    assert contracts[-1] > 5 * contracts[len(contracts) // 4]
    assert {company.quality for company in contractors} == set(QUALITIES)
    crews = sum(not crew.station_id for crew in large.crews)
    assert crews == pytest.approx(30_000 / LIFTS_PER_CREW, rel=0.1)


def test_fewest_crews_are_on_duty_at_night_and_most_where_two_shifts_overlap(large: City) -> None:
    shares = [sum(is_on_duty(crew.shift, hour) for crew in large.crews) / len(large.crews) for hour in range(24)]
    assert 0.25 < min(shares) == shares[3] < 0.5
    assert 0.7 < max(shares) == shares[15] < 0.95


@pytest.mark.parametrize("hour", [3, 15])
def test_who_is_on_duty_follows_from_shift_and_hour(hour: int) -> None:
    crews = build_city(lifts=2000, seed=5, hour=hour).crews
    assert all((crew.on_duty == "yes") == is_on_duty(crew.shift, hour) for crew in crews)


def test_at_every_hour_somebody_is_on_duty_and_a_shift_over_midnight_covers_both_sides() -> None:
    assert all(any(shift.covers(hour) for shift in SHIFTS.values() if shift.weight) for hour in range(24))
    assert [hour for hour in range(24) if SHIFTS["night"].covers(hour)] == [*range(8), 22, 23]


def test_lifts_stand_in_the_built_up_part_of_their_area(zhengzhou: City) -> None:
    for lift in zhengzhou.lifts:
        area = get_area(lift.area)
        assert distance_km((lift.lon, lift.lat), (area.lon, area.lat)) < area.radius_km + 1
        assert area.name in lift.address


def test_nearly_every_lift_stands_on_the_ground_of_its_own_district(zhengzhou: City) -> None:
    # A building may stand a little beyond the border that its estate lies on.
    strays = sum(find_area(*to_km((lift.lon, lift.lat))) != lift.area for lift in zhengzhou.lifts)
    assert strays < 0.01 * len(zhengzhou.lifts)


def test_the_lifts_of_one_building_share_what_a_building_shares(zhengzhou: City) -> None:
    buildings: dict[tuple[str, str, str], set[tuple[object, ...]]] = {}
    for lift in zhengzhou.lifts:
        at = (lift.lon, lift.lat)
        buildings.setdefault((lift.address, lift.building, str(at)), set()).add((lift.floors, lift.machine_room))
    assert all(len(facts) == 1 for facts in buildings.values())
    assert any(n > 1 for n in Counter((lift.lon, lift.lat) for lift in zhengzhou.lifts).values())
    assert min(lift.floors for lift in zhengzhou.lifts) >= 2


def test_the_files_have_the_published_columns_first_and_few_of_their_own(tmp_path: Path) -> None:
    city = build_city(lifts=50, seed=2)
    paths = write_registers(city, tmp_path / "city")
    assert set(paths) == set(CSV_COLUMNS)
    for name, path in paths.items():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        published = CSV_COLUMNS[name].split(", ")
        assert list(rows[0])[: len(published)] == published
        assert len(rows[0]) <= len(published) + 1
        assert len(rows) == len(getattr(city, name))


@given(st.integers(0, 5000), st.lists(st.integers(1, 100), min_size=1, max_size=20))
def test_a_split_by_share_loses_nobody(total: int, shares: list[int]) -> None:
    parts = split_by_share(total, shares)
    assert sum(parts) == total
    assert all(abs(part - total * share / sum(shares)) < 1 for part, share in zip(parts, shares, strict=True))
