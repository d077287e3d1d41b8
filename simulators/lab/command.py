"""`simulate lab`: what a person types, and the progress, table and page they get for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from simulators.city import MOST_LIFTS
from simulators.printing import Json, Seed, fail, print_result
from simulators.results import Row, describe

if TYPE_CHECKING:
    from simulators.lab.run import Tell

MOST_DAYS = 365
GLANCE = {
    "policy": "policy",
    "mean min": "mean_arrival_min",
    "P90": "p90_arrival_min",
    "P99": "p99_arrival_min",
    "in 30 min": "within_30",
    "level 2": "level2_share",
    "took s": "wall_s",
}


def lab(
    lifts: Annotated[int, typer.Option(min=2_000, max=MOST_LIFTS, help="lifts in the city")] = 120_000,
    days: Annotated[int, typer.Option(min=7, max=MOST_DAYS, help="days of the year to live through")] = MOST_DAYS,
    policy: Annotated[list[str] | None, typer.Option(help="only this one; may be given several times")] = None,
    report: Annotated[Path | None, typer.Option(help="write the findings as a page of HTML with pictures")] = None,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """A year of the city's entrapments under one policy after another, on the product's own dispatch code.

    All live through the same calls, people and traffic. Drives are set so that today's practice takes as long as
    Zhengzhou published.
    """
    from simulators.lab.figures import row_of
    from simulators.lab.report import write_report
    from simulators.lab.run import run_lab

    try:
        with _progress() as tell:
            findings = run_lab(lifts=lifts, seed=seed, days=days, only=policy or [], tell=tell)
    except ValueError as error:
        raise fail(str(error)) from None
    rows = [row_of(year, seed) for year in findings.years]
    if report:
        about = {
            "lifts": f"{lifts:,}",
            "days": str(days),
            "calls": f"{findings.calls:,}",
            "seed": str(seed),
            **describe(),
        }
        try:
            report.write_text(write_report(findings, rows, about, seed), "utf-8")
        except OSError as error:
            raise fail(f"cannot write {report}: {error.strerror or error}") from None
    print_result("lab", seed, rows if as_json else [_glance(row) for row in rows], as_json=as_json)


def _glance(row: Row) -> Row:
    """What fits a terminal; all of it is in the page and with --json."""
    return {name: row[key] for name, key in GLANCE.items()}


@contextmanager
def _progress() -> Iterator[Tell]:
    """A bar a policy, on standard error."""
    columns = TextColumn("{task.description:>16}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bars = {}

        def tell(what: str, share: float) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what, total=1.0)
            progress.update(bars[what], completed=share)

        yield tell
