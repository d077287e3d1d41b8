"""`simulate load` as a command: its options, its table, JSON and picture."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import structlog
import typer

from simulators.city import MOST_LIFTS
from simulators.errors import SimulatorError
from simulators.printing import Json, Seed, fail, print_result

CITY = 120_000


def load(
    lifts: Annotated[int, typer.Option(min=100, max=MOST_LIFTS, help="lifts in the city")] = CITY,
    period: Annotated[float, typer.Option(min=0.1, max=60, help="seconds between two statuses of a lift")] = 5.0,
    minutes: Annotated[float, typer.Option(min=0.05, help="how long it is measured")] = 10.0,
    connections: Annotated[
        int | None, typer.Option(min=1, help="as many as lifts: one each, with will and birth; by default 4 gateways")
    ] = None,
    alarms_per_s: Annotated[float, typer.Option("--alarms", min=0, help="alarms raised a second, beside")] = 1.0,
    cut: Annotated[int, typer.Option(min=0, help="so many lifts lose their power at once, half-way")] = 0,
    seed: Seed = 1,
    as_json: Json = False,
    picture: Annotated[Path | None, typer.Option(metavar="FILE.svg", help="draw the load there")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="kept afterwards, with the service's log")] = None,
    database_url: Annotated[str | None, typer.Option(help="an empty database, instead of an embedded one")] = None,
    mqtt_url: Annotated[str | None, typer.Option(help="a broker, instead of an embedded one")] = None,
) -> None:
    """A whole city talks to the real service, and some of it calls; what becomes of either. Exit code 1 for a loss."""
    # Imported here, for only a load needs the service's own parts.
    from simulators.load.picture import draw_load
    from simulators.load.run import Load, run_load

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    wanted = Load(
        lifts=lifts,
        period_s=period,
        minutes=minutes,
        connections=connections,
        alarms_per_s=alarms_per_s,
        cut=cut,
        seed=seed,
        data_dir=data_dir,
        database_url=database_url,
        mqtt_url=mqtt_url,
    )
    try:
        _refuse_half(wanted.database_url, wanted.mqtt_url)
        result = run_load(wanted)
    except SimulatorError as error:
        raise fail(f"load: {error}") from None
    rows = [{**row, **({"per_second": result.written()} if not n else {})} for n, row in enumerate(result.rows)]
    print_result("load", seed, rows if as_json else result.rows, as_json=as_json)
    if picture is not None:
        _draw(picture, draw_load(result, result.rows[0]["load"]))
    raise typer.Exit(1 if result.has_losses else 0)


def _refuse_half(database_url: str | None, mqtt_url: str | None) -> None:
    if (database_url is None) != (mqtt_url is None):
        raise SimulatorError("give both --database-url and --mqtt-url, or neither: the service embeds both or none")


def _draw(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise fail(f"cannot write to {file}: {error.strerror or error}") from None
    typer.echo(f"drawn: {file}", err=True)
