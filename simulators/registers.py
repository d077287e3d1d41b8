"""A city on disk: the CSV files that `rescue import` reads, its roads and districts; and what of it is read back.

The CSV columns are the contract's, with the few that a register of its own has besides. Nothing is drawn here.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from simulators.cards import STATION_QUALITY, City, Company, Crew, Lift, Station
from simulators.conduct import BY_QUALITY
from simulators.errors import CityUnusableError
from simulators.habits import CALLS_A_DAY
from simulators.osm import write_osm
from simulators.outlines import write_outlines
from simulators.roads import RoadNetwork
from simulators.shifts import ALWAYS, SHIFTS

COLUMNS: dict[str, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(card))
    for kind, card in {"companies": Company, "stations": Station, "crews": Crew, "lifts": Lift}.items()
}
"""In the order in which the service must read them: each file names only what earlier ones brought."""
ROADS = "roads.osm.pbf"
DISTRICTS = "districts.geojson"
_ONE = {"lifts": "lift", "companies": "company", "crews": "crew"}
_NEEDED = ("lift_id", "area", "floors")
_TOPIC_PARTS = ("lift_id", "area")
_TOPIC_PART = re.compile(r"[A-Za-z0-9_-]{1,32}")
_VALUES = ("floors", "place_type", "lon", "lat", "commissioned_on")


def write_registers(city: City, directory: Path) -> dict[str, Path]:
    """Writes the four files and says where each is. OSError when the directory cannot be written."""
    directory.mkdir(parents=True, exist_ok=True)
    return {name: _write(directory / f"{name}.csv", getattr(city, name), COLUMNS[name]) for name in COLUMNS}


def write_surroundings(roads: RoadNetwork, directory: Path) -> dict[str, Path]:
    """Writes the roads as an OpenStreetMap file and the districts as GeoJSON. OSError as above."""
    directory.mkdir(parents=True, exist_ok=True)
    write_osm(roads, directory / ROADS)
    districts = directory / DISTRICTS
    districts.write_text(json.dumps(write_outlines(), ensure_ascii=False), "utf-8")
    return {"roads": directory / ROADS, "districts": districts}


def read_lifts(directory: Path, most: int | None = None) -> tuple[Lift, ...]:
    """The first so many lifts of such a directory, or all; a register from elsewhere will do.

    Raises CityUnusableError with file and line.
    """
    return _read(directory, "lifts", _NEEDED, _read_lift, most)


def read_companies(directory: Path) -> tuple[Company, ...]:
    """Their ids and how good they are; as above."""
    return _read(directory, "companies", ("company_id",), _read_company)


def read_crews(directory: Path) -> tuple[Crew, ...]:
    """Whose they are, where they wait, and when they are on duty; as above."""
    return _read(directory, "crews", ("crew_id", "company_id", "lon", "lat"), _read_crew)


def _write(path: Path, entries: Iterable[object], columns: tuple[str, ...]) -> Path:
    take = attrgetter(*columns)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(map(take, entries))
    return path


Card = TypeVar("Card")


def _read(
    directory: Path,
    register: str,
    needed: Sequence[str],
    read: Callable[[Mapping[str, str]], Card],
    most: int | None = None,
) -> tuple[Card, ...]:
    path = directory / f"{register}.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            _refuse_header(path, rows.fieldnames or (), needed)
            cards = tuple(_read_rows(path, rows, read, most))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise CityUnusableError(f"{path}: {reason}; `simulate city --out {directory}` draws a city") from None
    if not cards:
        raise CityUnusableError(f"{path}: holds no {_ONE[register]}")
    return cards


def _read_rows(
    path: Path, rows: csv.DictReader[str], read: Callable[[Mapping[str, str]], Card], most: int | None
) -> Iterator[Card]:
    for row in islice(rows, most):
        try:
            yield read(row)
        except ValueError as error:
            raise CityUnusableError(f"{path}:{rows.line_num}: {error}") from None


def _refuse_header(path: Path, header: Sequence[str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in header]
    if missing:
        raise CityUnusableError(f"{path}:1: the header lacks {', '.join(missing)}")


def _read_lift(row: Mapping[str, str]) -> Lift:
    """What a lift's life needs must be good; of the rest, whatever is there is taken."""
    return Lift(**{**_OTHERWISE, **{name: row[name] for name in _TEXTS if row.get(name)}, **_read_values(row)})


def _read_company(row: Mapping[str, str]) -> Company:
    return Company(
        company_id=_read_name(row, "company_id"),
        name=row.get("name") or row["company_id"],
        phone=row.get("phone") or "",
        kind=row.get("kind") or "contractor",
        quality=_read_word(row, "quality", STATION_QUALITY, tuple(BY_QUALITY)),
    )


def _read_crew(row: Mapping[str, str]) -> Crew:
    return Crew(
        crew_id=_read_name(row, "crew_id"),
        company_id=_read_name(row, "company_id"),
        station_id=row.get("station_id") or "",
        name=row.get("name") or row["crew_id"],
        phone=row.get("phone") or "",
        lon=_read_degrees(row, "lon"),
        lat=_read_degrees(row, "lat"),
        members=2,
        qualifications=row.get("qualifications") or "",
        on_duty=_read_word(row, "on_duty", "yes", ("yes", "no")),
        shift=_read_word(row, "shift", ALWAYS, tuple(SHIFTS)),
    )


def _read_name(row: Mapping[str, str], name: str) -> str:
    if not _TOPIC_PART.fullmatch(row[name] or ""):
        raise ValueError(f"{name}: {row[name]!r} cannot be part of a topic")
    return row[name]


def _read_word(row: Mapping[str, str], name: str, otherwise: str, known: Sequence[str]) -> str:
    word = row.get(name) or otherwise
    if word not in known:
        raise ValueError(f"{name}: {word!r} is not one of {', '.join(known)}")
    return word


def _read_degrees(row: Mapping[str, str], name: str) -> float:
    try:
        return float(row[name] or "")
    except ValueError:
        raise ValueError(f"{name}: {row[name]!r} is not a number of degrees") from None


def _read_values(row: Mapping[str, str]) -> dict[str, Any]:
    floors = row["floors"] or "2"
    if not (floors.isascii() and floors.isdigit() and int(floors) >= 1):
        raise ValueError(f"floors: {floors!r} is not a number of floors")
    for name in _TOPIC_PARTS:
        _read_name(row, name)
    return {
        "floors": max(2, int(floors)),
        "place_type": _read_word(row, "place_type", "other", tuple(CALLS_A_DAY)),
        "lon": float(row.get("lon") or 0),
        "lat": float(row.get("lat") or 0),
        "commissioned_on": date.fromisoformat(row.get("commissioned_on") or "2010-01-01"),
    }


_OTHERWISE: dict[str, Any] = dict.fromkeys(COLUMNS["lifts"], "") | {"levelling_device": "no"}
_TEXTS = tuple(name for name in COLUMNS["lifts"] if name not in _VALUES)
