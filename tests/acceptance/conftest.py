"""One centre for most scripts, with two contractors and a station; scripts use lifts of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.acceptance.centre import AREA, Centre, Company

COMPANIES = """company_id,name,phone,kind
K,Kanghui Lifts,0371-0000001,contractor
S,Rescue station 50,0371-0000002,station
"""
STATIONS = """station_id,company_id,name,lon,lat
S50,S,Station 50,113.67,34.76
"""
CREW_HEADER = "crew_id,company_id,station_id,name,phone,lon,lat,members,qualifications,on_duty"
LIFT_HEADER = "lift_id,rescue_code,register_code,area,address,building,entrance,lon,lat,company_id,floors,place_type"


def crews(*rows: tuple[str, str, float]) -> str:
    """The crews' file: (crew, company, longitude) each."""
    lines = (f"{crew},{company},,Crew {crew},13800000000,{lon},34.76,2,,yes" for crew, company, lon in rows)
    return "\n".join([CREW_HEADER, *lines]) + "\n"


def lifts(count: int) -> str:
    """The lifts' file: L1 … Ln, contracted to K."""
    lines = (
        f"L{n},{100000 + n},R{n},{AREA},{n} Jinshui Road,Building {n},East door,113.66,34.76,K,18,residential"
        for n in range(1, count + 1)
    )
    return "\n".join([LIFT_HEADER, *lines]) + "\n"


def tower(count: int) -> str:
    """Further lines of that file: T1 … Tn, all in one building."""
    lines = (
        f"T{n},{200000 + n},TR{n},{AREA},1 Tower Street,The Tower,Lobby,113.67,34.76,K,40,office\n"
        for n in range(1, count + 1)
    )
    return "".join(lines)


REGISTRY = {
    "companies": COMPANIES,
    "stations": STATIONS,
    "crews": crews(
        *((f"K{n}", "K", 113.66 + n / 5000) for n in range(1, 101)),
        *((f"S{n}", "S", 113.68 + n / 5000) for n in range(1, 41)),
    ),
    "lifts": lifts(60) + tower(4),
}


def open_centre(
    data_dir: Path, *, mqtt_port: int | None = None, registry: Mapping[str, str] = REGISTRY, **settings: str
) -> Centre:
    """A centre with the registry and an operator's token."""
    centre = Centre(data_dir, mqtt_port=mqtt_port, **settings).start()
    centre.register(registry)
    centre.operator = centre.token("--role", "operator")
    return centre


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A centre for which one second is enough for an entrapment to be one."""
    started = open_centre(tmp_path_factory.mktemp("centre") / "data", RESCUE_TRAPPED_AFTER_S="1")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def contractor(centre: Centre) -> Iterator[Company]:
    """The contracted company."""
    company = Company(centre, "K")
    yield company
    assert company.forged == 0, "a webhook came whose signature does not fit"
    company.close()


@pytest.fixture(scope="session")
def station(centre: Centre) -> Iterator[Company]:
    """The rescue station."""
    company = Company(centre, "S")
    yield company
    assert company.forged == 0, "a webhook came whose signature does not fit"
    company.close()
