"""`rescue check`: what is wrong with the service's surroundings, and what to do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from rescue.settings import Settings


def check(
    settings: Annotated[bool, typer.Option("--settings", help="List every setting, its default and source.")] = False,
    config: Annotated[Path | None, typer.Option(help="A TOML file with settings.")] = None,
) -> None:
    """Say what is wrong with the configuration, the database and the broker, and what to do."""
    if settings:
        _list_settings()
        return
    from rescue import app as composition

    findings = asyncio.run(composition.check(Settings.load(config)))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.part}: {finding.said}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _list_settings() -> None:
    table = Table(box=None)
    for heading in ("setting", "default", "what it is, and where the figure comes from"):
        table.add_column(heading, overflow="fold")
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        table.add_row(f"RESCUE_{name.upper()}", default, field.description)
    Console().print(table)
