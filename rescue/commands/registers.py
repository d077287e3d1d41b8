"""`rescue import`: the registry's files into the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from rescue.commands.common import DATA, DataDir, fail, with_store
from rescue.incident import Lift
from rescue.registry_files import Parsed, read_companies, read_crews, read_lifts, read_stations
from rescue.settings import Settings
from rescue.store.postgres import PostgresStore


class Kind(StrEnum):
    """What can be imported."""

    LIFTS = "lifts"
    COMPANIES = "companies"
    STATIONS = "stations"
    CREWS = "crews"


def import_file(
    kind: Annotated[Kind, typer.Argument(help="What the file lists.")],
    file: Annotated[Path, typer.Argument(help="A CSV file with a header.", exists=True, dir_okay=False)],
    partial: Annotated[bool, typer.Option(help="Import the good rows although others are bad.")] = False,
    data_dir: DataDir = DATA,
) -> None:
    """Insert or replace the rows of a file; a bad row is named with line, column and reason."""
    parsed = _READ[kind](file)
    for bad in parsed.bad:
        typer.echo(str(bad), err=True)
    if parsed.bad and not partial:
        fail(f"nothing was imported: {len(parsed.bad)} bad rows (--partial imports the others)")

    async def put(store: PostgresStore) -> None:
        writers: dict[Kind, Callable[[Sequence[Any]], Awaitable[None]]] = {
            Kind.LIFTS: store.put_lifts,
            Kind.COMPANIES: store.put_companies,
            Kind.STATIONS: store.put_stations,
            Kind.CREWS: store.put_crews,
        }
        await writers[kind](parsed.rows)

    with_store(data_dir, put)
    typer.echo(f"imported {len(parsed.rows)} {kind}")


def _read_lifts(file: Path) -> Parsed[Lift]:
    return read_lifts(file, Settings().rescue_code_length)


_READ: dict[Kind, Callable[[Path], Parsed[Any]]] = {
    Kind.LIFTS: _read_lifts,
    Kind.COMPANIES: read_companies,
    Kind.STATIONS: read_stations,
    Kind.CREWS: read_crews,
}
