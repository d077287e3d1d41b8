"""A city on disk: the service takes it, and the simulators read it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rescue import registry_files
from simulators.city import build_city
from simulators.errors import CityUnusableError
from simulators.registers import read_companies, read_crews, read_lifts, write_registers

HEADER = "lift_id,area,floors,place_type"


@settings(max_examples=10, deadline=None)
@given(lifts=st.integers(1, 800), seed=st.integers(0, 1000))
def test_the_importer_takes_every_row_of_every_city(
    lifts: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    city = build_city(lifts=lifts, seed=seed)
    paths = write_registers(city, tmp_path_factory.mktemp("city"))
    for name, read in (
        ("companies", registry_files.read_companies),
        ("stations", registry_files.read_stations),
        ("crews", registry_files.read_crews),
    ):
        parsed = read(paths[name])
        assert (parsed.bad, len(parsed.rows)) == ((), len(getattr(city, name)))
    parsed_lifts = registry_files.read_lifts(paths["lifts"])
    assert (parsed_lifts.bad, len(parsed_lifts.rows)) == ((), lifts)
    assert parsed_lifts.rows[0].attributes["levelling_device"] == city.lifts[0].levelling_device


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    once, again = (write_registers(build_city(lifts=300, seed=3), tmp_path / turn) for turn in ("a", "b"))
    assert [path.read_bytes() for path in once.values()] == [path.read_bytes() for path in again.values()]


def test_a_city_is_read_back_as_it_was_drawn(tmp_path: Path) -> None:
    city = build_city(lifts=120, seed=4)
    write_registers(city, tmp_path)
    assert read_lifts(tmp_path) == city.lifts
    assert read_lifts(tmp_path, 7) == city.lifts[:7]
    assert read_companies(tmp_path) == city.companies
    assert [(crew.crew_id, crew.lon, crew.lat, crew.shift, crew.on_duty) for crew in read_crews(tmp_path)] == [
        (crew.crew_id, crew.lon, crew.lat, crew.shift, crew.on_duty) for crew in city.crews
    ]


def test_a_register_from_elsewhere_needs_little(tmp_path: Path) -> None:
    (tmp_path / "lifts.csv").write_text(f"{HEADER},colour\nL1,410105,1,,green\n", "utf-8-sig")
    (lift,) = read_lifts(tmp_path)
    assert (lift.lift_id, lift.floors, lift.place_type, lift.levelling_device) == ("L1", 2, "other", "no")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lift_id,area\nL1,410105\n", r"lifts\.csv:1: the header lacks floors"),
        (f"{HEADER}\nL1,410105,many,office\n", r"lifts\.csv:2: floors: 'many'"),
        (f"{HEADER}\nL/1,410105,3,office\n", r"lifts\.csv:2: lift_id: 'L/1' cannot be part of a topic"),
        (f"{HEADER}\nL1,410105,3,castle\n", r"lifts\.csv:2: place_type: 'castle' is not one"),
        (f"{HEADER}\nL1\n", r"lifts\.csv:2: area"),
        (f"{HEADER}\n", "holds no lift"),
        ("", "the header lacks"),
    ],
)
def test_what_cannot_be_a_lift_is_named_with_file_and_line(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "lifts.csv").write_text(text, "utf-8")
    with pytest.raises(CityUnusableError, match=reason):
        read_lifts(tmp_path)


def test_a_directory_without_a_city_says_how_to_draw_one(tmp_path: Path) -> None:
    with pytest.raises(CityUnusableError, match="simulate city --out"):
        read_lifts(tmp_path)


@pytest.mark.parametrize(
    ("register", "text", "reason"),
    [
        ("companies", "name\nC\n", r"companies\.csv:1: the header lacks company_id"),
        ("companies", "company_id,quality\nC1,superb\n", r"companies\.csv:2: quality: 'superb' is not one of good"),
        ("crews", "crew_id,company_id,lon,lat\nR1,C1,east,34\n", r"crews\.csv:2: lon: 'east' is not a number"),
        (
            "crews",
            "crew_id,company_id,lon,lat,shift\nR1,C1,113,34,dawn\n",
            r"crews\.csv:2: shift: 'dawn' is not one of",
        ),
        ("crews", "crew_id,company_id,lon,lat\n", "holds no crew"),
    ],
)
def test_what_cannot_be_a_company_or_a_crew_is_named_too(tmp_path: Path, register: str, text: str, reason: str) -> None:
    (tmp_path / f"{register}.csv").write_text(text, "utf-8")
    with pytest.raises(CityUnusableError, match=reason):
        (read_companies if register == "companies" else read_crews)(tmp_path)


def test_a_company_from_elsewhere_is_a_good_one_and_its_crews_are_always_there(tmp_path: Path) -> None:
    (tmp_path / "companies.csv").write_text("company_id\nC1\n", "utf-8")
    (tmp_path / "crews.csv").write_text("crew_id,company_id,lon,lat\nR1,C1,113.6,34.7\n", "utf-8")
    assert [company.quality for company in read_companies(tmp_path)] == ["good"]
    assert [(crew.shift, crew.lon) for crew in read_crews(tmp_path)] == [("always", 113.6)]
