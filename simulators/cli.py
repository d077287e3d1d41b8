"""`simulate`: the outside world of the service, for demonstrations, load tests and measurements."""

from __future__ import annotations

import logging
import signal
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from simulators.city import MOST_LIFTS
from simulators.commands import city, fleet, mass_event
from simulators.demo import Options, run_demo
from simulators.errors import SimulatorError
from simulators.lab.command import lab
from simulators.load.command import load
from simulators.people_commands import callers, crews
from simulators.printing import Json, Seed
from simulators.printing import fail as _fail
from simulators.printing import print_result as _print
from simulators.results import Row

if TYPE_CHECKING:
    from simulators.bench import Bench

app = typer.Typer(
    name="simulate", help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)

Lifts = Annotated[int, typer.Option(min=1, max=MOST_LIFTS, help="lifts in the city")]


app.command()(city)
app.command()(fleet)
app.command()(mass_event)
app.command()(crews)
app.command()(callers)
app.command()(lab)
app.command()(load)


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
    as_json: Json = False,
) -> None:
    """The real service with a simulated Zhengzhou around it, in one terminal, until Ctrl-C.

    Its broker listens on 127.0.0.1 and asks for no credentials, whatever RESCUE_MQTT_AUTH and RESCUE_MQTT_HOST say.
    """
    options = Options(
        lifts=lifts,
        speed=speed,
        seed=seed,
        http_port=http_port,
        mqtt_port=mqtt_port,
        data_dir=data_dir,
        for_s=for_s,
        until_closed=until_closed,
        as_json=as_json,
    )
    raise typer.Exit(run_demo(options))


class BenchName(StrEnum):
    """What can be measured; `all` is every bench there is."""

    ALL = "all"
    CONSOLE = "console"
    DESK = "desk"
    DETECTION = "detection"
    DISPATCH = "dispatch"
    INGEST = "ingest"
    LIVE = "live"
    REPORTS = "reports"


@app.command()
def bench(
    name: Annotated[BenchName, typer.Argument(help="which measurement")] = BenchName.ALL,
    seed: Seed = 1,
    as_json: Json = False,
    quick: Annotated[bool, typer.Option(help="a glance instead of a whole city, of those that take minutes")] = False,
    show: Annotated[bool, typer.Option(help="detection: list the worst misses instead of the figures")] = False,
    explain: Annotated[str | None, typer.Option(metavar="LIFT", help="detection: tell all of one lift's life")] = None,
    instances: Annotated[Path | None, typer.Option(metavar="DIR", help="dispatch: write the instances there")] = None,
    write: Annotated[Path | None, typer.Option(metavar="FILE", help="write the results as a page of Markdown")] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="console: memory is watched for so long")] = None,
) -> None:
    """Measure the product against its floor or peer, in the same run on this machine."""
    # Imported here, for only a bench needs the product's own parts.
    from simulators.bench import BENCHES, GLANCES

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    if show or explain is not None:
        _look_closer(name, seed, explain)
        return
    if instances is not None:
        _write_instances(name, seed, instances)
    benches = {**BENCHES, **GLANCES} if quick else BENCHES
    if name is BenchName.ALL and minutes is None:
        results = _measure_all(benches, seed, as_json=as_json)
    else:
        try:
            rows = benches[name.value](seed) if minutes is None else _watch_console(name, seed, minutes)
        except SimulatorError as error:
            raise _fail(f"bench {name.value}: {error}") from None
        results = {name.value: rows}
        _print(f"bench {name.value}", seed, rows, as_json=as_json)
    if write:
        _write_page(results, seed, write)
    if failed := [bench for bench, rows in results.items() if any("failed" in row for row in rows)]:
        raise _fail(f"no figures of {', '.join(failed)}")


@app.command()
def chaos(
    minutes: Annotated[float, typer.Option(min=0, help="how long faults go on; a quiet phase follows")] = 3.0,
    seed: Seed = 1,
    as_json: Json = False,
    data_dir: Annotated[
        Path | None, typer.Option(help="kept afterwards, with the logs; by default a passing one")
    ] = None,
) -> None:
    """Kill, starve and cut off the real parts under load, and see that nothing is lost; exit code 1 if it is."""
    from simulators.chaos.run import Plan, run_chaos

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        result = run_chaos(Plan(minutes=minutes, seed=seed, data_dir=data_dir))
    except SimulatorError as error:
        raise _fail(str(error)) from None
    _print("chaos", seed, result.rows if as_json else result.rows[:1], as_json=as_json)
    if not as_json:
        _print("chaos: getting over it", seed, result.rows[1:], as_json=False)
    for finding in result.findings:
        typer.echo(f"wrong: {finding}", err=True)
    raise typer.Exit(1 if result.findings else 0)


def _measure_all(benches: Mapping[str, Bench], seed: int, *, as_json: bool) -> dict[str, Sequence[Row]]:
    """Each is printed when it is done, so that Ctrl-C loses only the one that is under way."""
    from simulators.bench.series import measure_series

    results: dict[str, Sequence[Row]] = {}
    for name, rows in measure_series(benches, seed):
        results[name] = rows
        _print(f"bench {name}", seed, rows, as_json=as_json)
    return results


def _watch_console(name: BenchName, seed: int, minutes: float) -> Sequence[Row]:
    from simulators.bench.console import lasting, measure_console

    if name is not BenchName.CONSOLE:
        raise _fail("--minutes belongs to bench console")
    return measure_console(seed, lasting(minutes))


def _look_closer(name: BenchName, seed: int, lift_id: str | None) -> None:
    """The lines behind the figures of detection: of one lift, or of every miss."""
    from simulators.bench.detection import explain, list_misses

    if name is not BenchName.DETECTION:
        raise _fail("--show and --explain belong to bench detection")
    try:
        lines = list_misses(seed) if lift_id is None else explain(seed, lift_id)
    except SimulatorError as error:
        raise _fail(f"bench {name.value}: {error}") from None
    for line in lines:
        typer.echo(line)


def _write_page(results: Mapping[str, Sequence[Row]], seed: int, file: Path) -> None:
    from simulators.bench.page import write_page

    try:
        file.write_text(write_page(results, seed), "utf-8")
    except OSError as error:
        raise _fail(f"cannot write {file}: {error.strerror or error}") from None


def _write_instances(name: BenchName, seed: int, folder: Path) -> None:
    """The questions of bench dispatch, so that others can answer them."""
    from simulators.bench.dispatch import write_instances

    if name is not BenchName.DISPATCH:
        raise _fail("--instances belongs to bench dispatch")
    try:
        write_instances(seed, folder)
    except OSError as error:
        raise _fail(f"cannot write to {folder}: {error.strerror or error}") from None


def main() -> None:
    """The command's entry point."""
    # To be told to stop, or to lose the terminal, is as good as Ctrl-C: what was started is stopped in order.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
    app()


if __name__ == "__main__":
    main()
