"""What the commands share: the options that each of them has, and how a result or a refusal is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from simulators.results import Row, draw_table, keys_of, write_result

MOST_COLUMNS = 10
"""A terminal has room for no more; wider tables are turned."""

Seed = Annotated[int, typer.Option(help="the same seed draws the same city")]
Json = Annotated[bool, typer.Option("--json", help="print the result as one JSON object")]


def print_result(name: str, seed: int, rows: Sequence[Row], *, as_json: bool) -> None:
    """The rows as a table, or as the published object."""
    if as_json:
        typer.echo(write_result(name, seed, rows))
    else:
        fitting = _turn(rows) if len(keys_of(rows)) > MOST_COLUMNS else rows
        Console().print(draw_table(f"{name}, seed {seed}", fitting))


def fail(reason: str) -> typer.Exit:
    """Says why in one line; what it returns is to be raised."""
    typer.echo(f"error: {' '.join(reason.split())}", err=True)
    return typer.Exit(1)


def _turn(rows: Sequence[Row]) -> Sequence[Row]:
    """A line for each figure and a column for each row, named by the row's first value."""
    first, *others = keys_of(rows)
    names = [str(row.get(first, f"row {number}")) for number, row in enumerate(rows, start=1)]
    return [{first: key, **{name: row.get(key, "") for name, row in zip(names, rows, strict=True)}} for key in others]
