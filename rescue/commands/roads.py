"""`rescue roads`: the road network that ways are measured on, and what of it is closed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rescue.clock import SystemClock
from rescue.commands.common import DATA, DataDir, fail

if TYPE_CHECKING:
    from dispatch.roads.network import Network
    from rescue.roads.works import Touched

# What computes with roads takes half a second to load, which no other command need wait for: hence imports below.

app = typer.Typer(help="The road network, and what of it is closed.", no_args_is_help=True)

Slower = Annotated[
    float | None, typer.Option("--times-slower", help="Passable, but it takes so many times as long; else closed.")
]


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="An OpenStreetMap extract, .osm.pbf.")], data_dir: DataDir = DATA
) -> None:
    """Make the road network of a map, and the console's base map; a running service takes both in by itself."""
    from dispatch.roads.files import RoadFiles
    from rescue.base_map.drawing import draw_base_map
    from rescue.base_map.files import BaseMapFiles
    from rescue.roads.works import import_roads

    now = SystemClock().now()
    network = import_roads(file, RoadFiles.in_data_dir(data_dir), now, _say)
    draw_base_map(file, BaseMapFiles.in_data_dir(data_dir), now, _say)
    _show_network(network)


@app.command("close")
def close(
    geojson: Annotated[Path, typer.Argument(help="Points, lines or polygons (WGS84).", exists=True, dir_okay=False)],
    times_slower: Slower = None,
    name: Annotated[str | None, typer.Option(help="What people call it; else the drawing's own name.")] = None,
    data_dir: DataDir = DATA,
) -> None:
    """Close the roads that a GeoJSON file draws, or slow them down, at once.

    A point closes the road it lies on, a line the roads it runs along, a polygon every road that comes into it.
    """
    from dispatch.roads.files import RoadFiles
    from rescue.roads.works import close_roads

    text = geojson.read_text("utf-8", errors="replace")
    files = RoadFiles.in_data_dir(data_dir)
    for touched in close_roads(text, files, SystemClock().now(), name=name, slower=times_slower):
        typer.echo(_line(touched))


@app.command("open")
def open_again(
    closures: Annotated[list[str] | None, typer.Argument(help="Numbers as `rescue roads show` lists them.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every closure there is.")] = False,
    data_dir: DataDir = DATA,
) -> None:
    """Open closed roads again."""
    from dispatch.roads.files import RoadFiles
    from rescue.roads.works import open_roads

    if bool(closures) == every:
        fail("name the closures by their numbers, or give --all")
    lifted = open_roads(None if every else closures, RoadFiles.in_data_dir(data_dir))
    typer.echo(f"opened: {', '.join(closure.closure_id for closure in lifted) or 'nothing was closed'}")


@app.command("show")
def show(data_dir: DataDir = DATA) -> None:
    """Say which roads are known, and what of them is closed."""
    from dispatch.roads.closures import RoadPoints
    from dispatch.roads.files import RoadFiles
    from rescue.roads.works import describe, load_roads

    files = RoadFiles.in_data_dir(data_dir)
    network = load_roads(files)
    _show_network(network)
    points = RoadPoints(network)
    for closure in files.load_closures():
        typer.echo(_line(describe(network, points, closure)))


def _say(progress: str) -> None:
    typer.echo(progress, err=True)


def _show_network(network: Network) -> None:
    from rescue.roads.works import ISLANDS_NAMED

    origin = network.origin
    typer.echo(
        f"{network.length_m.sum() / 1000:,.0f} km of road in {network.pieces:,} pieces between {network.junctions:,} "
        f"junctions, from {origin.file}, imported {origin.imported_at}"
    )
    if origin.one_way_ends or origin.absurd_signs:
        typer.echo(
            f"left out: {origin.one_way_ends:,} pieces that can be entered or left only; "
            f"not believed: {origin.absurd_signs:,} speed limits"
        )
    for island in origin.islands[:ISLANDS_NAMED]:
        place = f"{island.lon:.4f} {island.lat:.4f}"
        typer.echo(f"island, not reached by road: {island.name}, {island.length_m / 1000:.1f} km, near {place}")
    if len(origin.islands) > ISLANDS_NAMED:
        typer.echo(f"and {len(origin.islands) - ISLANDS_NAMED} smaller islands")


def _line(touched: Touched) -> str:
    closure = touched.closure
    how = f"{closure.times_slower:g} times slower" if closure.times_slower else "closed"
    called = f" {closure.name}:" if closure.name else ":"
    names = f" ({', '.join(touched.names)})" if touched.names else ""
    return f"{closure.closure_id}{called} {how}, {touched.length_m / 1000:.1f} km in {touched.pieces} pieces{names}"
