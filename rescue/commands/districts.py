"""`rescue districts`: the outlines that the console's map draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rescue.base_map.districts import read_districts
from rescue.base_map.files import BaseMapFiles
from rescue.commands.common import DATA, DataDir
from rescue.settings import MapDatum

app = typer.Typer(help="The districts that the map shows.", no_args_is_help=True)


@app.callback()
def districts() -> None:
    """The districts that the map shows."""


@app.command("import")
def import_file(
    geojson: Annotated[Path, typer.Argument(help="Polygons, each with a `name`.", exists=True, dir_okay=False)],
    datum: Annotated[MapDatum, typer.Option(help="What the file's coordinates are measured against.")] = MapDatum.WGS84,
    data_dir: DataDir = DATA,
) -> None:
    """Draw these outlines on the map instead of any before."""
    text = geojson.read_text("utf-8", errors="replace")
    outlines = read_districts(text, is_gcj02=datum is MapDatum.GCJ02)
    BaseMapFiles.in_data_dir(data_dir).save_districts(outlines)
    names = [feature["properties"]["name"] for feature in outlines["features"]]
    typer.echo(f"{len(names)} districts: {', '.join(names)}")
