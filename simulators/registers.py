"""The city as the CSV files that `rescue import` reads. The columns are the contract's; nothing is drawn here."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from operator import attrgetter
from pathlib import Path

from simulators.city import City, Company, Crew, Lift, Station

COLUMNS: dict[str, tuple[str, ...]] = {
    "companies": Company.__slots__,
    "stations": Station.__slots__,
    "crews": Crew.__slots__,
    "lifts": Lift.__slots__,
}
"""In the order in which the service must read them: each file names only what earlier ones brought."""


def write_registers(city: City, directory: Path) -> dict[str, Path]:
    """Writes the four files and says where each is. OSError when the directory cannot be written."""
    directory.mkdir(parents=True, exist_ok=True)
    return {name: _write(directory / f"{name}.csv", getattr(city, name), COLUMNS[name]) for name in COLUMNS}


def _write(path: Path, entries: Iterable[object], columns: tuple[str, ...]) -> Path:
    take = attrgetter(*columns)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(map(take, entries))
    return path
