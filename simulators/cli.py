"""`simulate`: the outside world of the service, for demonstrations, load tests and measurements."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from simulators.city import MOST_LIFTS, build_city
from simulators.demo import Options, run_demo
from simulators.errors import SimulatorError
from simulators.registers import write_registers
from simulators.results import Row, draw_table, write_result

app = typer.Typer(
    name="simulate", help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)

Lifts = Annotated[int, typer.Option(min=1, max=MOST_LIFTS, help="lifts in the city")]
Seed = Annotated[int, typer.Option(help="the same seed draws the same city")]
Json = Annotated[bool, typer.Option("--json", help="print the result as one JSON object")]


@app.command()
def city(
    out: Annotated[Path, typer.Option(help="the directory for the CSV files; made if missing")],
    lifts: Lifts = 8000,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Draw a Zhengzhou and write it as the CSV files that `rescue import` reads."""
    drawn = build_city(lifts=lifts, seed=seed)
    try:
        paths = write_registers(drawn, out)
    except OSError as error:
        raise _fail(f"cannot write to {out}: {error.strerror or error}") from None
    rows = [{"register": name, "rows": len(getattr(drawn, name)), "file": str(path)} for name, path in paths.items()]
    _print("city", seed, rows, as_json=as_json)


@app.command()
def demo(
    lifts: Lifts = 8000,
    speed: Annotated[float, typer.Option(min=0.01, max=100, help="1 is the demo's own pace, 30 times life")] = 1.0,
    seed: Seed = 1,
    http_port: Annotated[int, typer.Option(min=1, max=65_535)] = 8080,
    mqtt_port: Annotated[int, typer.Option(min=1, max=65_535)] = 1883,
    data_dir: Annotated[Path | None, typer.Option(help="kept after the demo; by default a temporary one")] = None,
    for_s: Annotated[float | None, typer.Option("--for", min=1, help="stop by itself after so many seconds")] = None,
    until_closed: Annotated[
        int | None, typer.Option(min=1, help="stop by itself once so many cases are closed")
    ] = None,
) -> None:
    """The real service with a simulated Zhengzhou around it, in one terminal, until Ctrl-C."""
    options = Options(
        lifts=lifts,
        speed=speed,
        seed=seed,
        http_port=http_port,
        mqtt_port=mqtt_port,
        data_dir=data_dir,
        for_s=for_s,
        until_closed=until_closed,
    )
    raise typer.Exit(run_demo(options))


class BenchName(StrEnum):
    """What can be measured; `all` is every bench there is."""

    ALL = "all"
    INGEST = "ingest"


@app.command()
def bench(
    name: Annotated[BenchName, typer.Argument(help="which measurement")] = BenchName.ALL,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Measure the product against its floor or peer, in the same run on this machine."""
    # Imported here, for only a bench needs the product's own parts.
    from simulators.bench import BENCHES

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for chosen in BENCHES if name is BenchName.ALL else (name.value,):
        try:
            rows = BENCHES[chosen](seed)
        except SimulatorError as error:
            raise _fail(f"bench {chosen}: {error}") from None
        _print(f"bench {chosen}", seed, rows, as_json=as_json)


def _print(name: str, seed: int, rows: Sequence[Row], *, as_json: bool) -> None:
    if as_json:
        typer.echo(write_result(name, seed, rows))
    else:
        Console().print(draw_table(f"{name}, seed {seed}", rows))


def _fail(reason: str) -> typer.Exit:
    typer.echo(f"error: {reason}", err=True)
    return typer.Exit(1)


def main() -> None:
    """The command's entry point."""
    app()


if __name__ == "__main__":
    main()
