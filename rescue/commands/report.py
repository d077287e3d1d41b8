"""`rescue report`: the figures a rescue centre is judged by, on the screen or as a file."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from dispatch.crews import CompanyId
from rescue.clock import SystemClock
from rescue.commands.common import DATA, DataDir, fail, note_act, with_store
from rescue.people.audit_log import Act
from rescue.reports.figures import FIGURES, HEADLINE, Figure, Unit
from rescue.reports.files import FileFormat, write
from rescue.reports.groups import BadGroup, read_groups
from rescue.reports.kpi import Report, Reports
from rescue.reports.sheet import Sheet, describe, sheets
from rescue.reports.span import BadSpan, read_span
from rescue.settings import Settings
from rescue.store.postgres import PostgresStore

PAGE_WIDTH = 160

app = typer.Typer(help="Figures of the rescue centre.", no_args_is_help=True)


class Format(StrEnum):
    """How the figures are given."""

    TABLE = "table"
    CSV = FileFormat.CSV.value
    XLSX = FileFormat.XLSX.value


@app.callback()
def report() -> None:
    """Figures of the rescue centre: `rescue report kpi` is what it is judged by."""


@app.command()
def kpi(
    since: Annotated[str, typer.Option("--from", help="The first day, as 2026-03-01, or an instant.")],
    until: Annotated[str, typer.Option("--to", help="The day after the last, or an instant.")],
    group_by: Annotated[
        list[str] | None, typer.Option(help="By what to divide: hour, area …, several with commas; or all.")
    ] = None,
    shape: Annotated[Format, typer.Option("--format", help="For people, or for a spreadsheet.")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="The file to write; needed for xlsx.", dir_okay=False)] = None,
    company: Annotated[str | None, typer.Option(help="Only what this company would see.")] = None,
    data_dir: DataDir = DATA,
) -> None:
    """The KPIs of the entrapments opened within a span; docs/reports.md says what each counts."""
    zone = ZoneInfo(Settings().timezone)
    try:
        span = read_span(since, until, zone)
        groups = read_groups(",".join(group_by or []))
    except (BadSpan, BadGroup) as error:
        fail(f"--{error}" if isinstance(error, BadSpan) else f"--group-by: {error}")
    if shape is Format.XLSX and out is None:
        fail("a workbook is no text for a terminal: say --out FILE.xlsx")
    company_id = CompanyId(company) if company else None

    async def make(store: PostgresStore) -> Report:
        if shape is not Format.TABLE:
            await note_act(store, Act.EXPORTED, f"report:kpi?from={since}&to={until}&format={shape}")
        return await Reports(store.pool, zone).kpi(span, groups, company_id=company_id, now=SystemClock().now())

    _give(with_store(data_dir, make), shape, out)


def _give(made: Report, shape: Format, out: Path | None) -> None:
    if shape is Format.TABLE:
        _show_in(made, out)
        return
    data = write(made, FileFormat(shape.value))
    if out is None:
        sys.stdout.buffer.write(data)
    else:
        out.write_bytes(data)


def _show_in(made: Report, out: Path | None) -> None:
    """On the screen as wide as it is; a file or another program has no width of its own."""
    if out is None:
        _show(made, Console(width=None if sys.stdout.isatty() else PAGE_WIDTH))
        return
    with out.open("w", encoding="utf-8") as file:
        _show(made, Console(file=file, width=PAGE_WIDTH))


def _show(made: Report, console: Console) -> None:
    for english, _, fact in describe(made):
        if fact:
            console.print(f"{english}: {fact}", highlight=False, markup=False)
    total, *groups = sheets(made)
    console.print(_draw_total(total))
    for sheet in groups:
        console.print(_draw_group(sheet))


def _draw_total(sheet: Sheet) -> Table:
    """A line for each figure: a terminal has no room for fifty columns."""
    table = Table(box=None)
    for heading in ("figure", "指标"):
        table.add_column(heading)
    table.add_column("", justify="right")
    for figure, value in zip(FIGURES, sheet.rows[0][2:], strict=True):
        table.add_row(*figure.title, _told(figure, value))
    return table


def _draw_group(sheet: Sheet) -> Table:
    table = Table(box=None, title=" ".join(sheet.titles[0]), title_justify="left")
    table.add_column("", overflow="fold", min_width=12)
    shown = [(place, figure) for place, figure in enumerate(FIGURES, start=2) if figure.name in HEADLINE]
    for _, figure in shown:
        table.add_column(figure.title[0], justify="right")
    for row in sheet.rows:
        name = " ".join(str(part) for part in row[:2] if part)
        table.add_row(name, *(_told(figure, row[place]) for place, figure in shown))
    return table


def _told(figure: Figure, value: str | float | None) -> str:
    if value is None or isinstance(value, str):
        return "-"
    match figure.unit:
        case Unit.COUNT:
            return str(value)
        case Unit.SHARE:
            return f"{value:.1%}"
        case Unit.SECONDS:
            return f"{value:.0f}"
        case Unit.RATE:
            return f"{value:.5f}"
