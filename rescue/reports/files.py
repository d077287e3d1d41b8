"""Reports as files: CSV by RFC 4180 in UTF-8 without a byte order mark, and a workbook that any spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC
from enum import StrEnum

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rescue.reports.figures import FIGURES, Unit
from rescue.reports.kpi import Report
from rescue.reports.sheet import Cell, Sheet, describe, sheets


class FileFormat(StrEnum):
    """The kinds of file a report can be."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES: Mapping[FileFormat, str] = {
    FileFormat.CSV: "text/csv",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NUMBER_FORMATS = {Unit.COUNT: "0", Unit.SHARE: "0.0%", Unit.SECONDS: "0.0", Unit.RATE: "0.000000"}
_WIDTH = 14
_TEXT_WIDTH = 28
_HEADING_ROWS = 2


def write(report: Report, kind: FileFormat) -> bytes:
    """The file's content. A city's user units take a second of computing: not for the event loop."""
    return write_csv(report) if kind is FileFormat.CSV else write_workbook(report)


def write_csv(report: Report) -> bytes:
    """Every group's figures in one table, whose first column tells the grouping."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    headings = (f"{figure.name} {figure.title[1]}" for figure in FIGURES)
    lines.writerow(["group_by 分组方式", "key 分组", "label 名称", *headings])
    for sheet in sheets(report):
        lines.writerows([sheet.group.value, *row] for row in sheet.rows)
    return text.getvalue().encode()


def write_workbook(report: Report) -> bytes:
    """A sheet for each grouping, and one that says what the figures mean."""
    data = io.BytesIO()
    with Workbook(data, {"in_memory": True}) as book:
        book.set_properties({"title": "KPI", "created": report.asked_at.astimezone(UTC).replace(tzinfo=None)})
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = {unit: book.add_format({"num_format": shown}) for unit, shown in _NUMBER_FORMATS.items()}
        for sheet in sheets(report):
            _write_sheet(book.add_worksheet(sheet.name), sheet, heading, formats)
        _write_definitions(book.add_worksheet("definitions 指标说明"), report, heading)
    return data.getvalue()


def _write_sheet(page: Worksheet, sheet: Sheet, heading: Format, formats: Mapping[Unit, Format]) -> None:
    for column, titles in enumerate(sheet.titles):
        _write_row(page, 0, column, titles[:1], heading)
        _write_row(page, 1, column, titles[1:], heading)
    page.freeze_panes(_HEADING_ROWS, 1)
    page.set_column(0, 1, _TEXT_WIDTH)
    for column, unit in enumerate(sheet.units, start=2):
        page.set_column(column, column, _WIDTH, formats[unit])
    for number, row in enumerate(sheet.rows, start=_HEADING_ROWS):
        _write_row(page, number, 0, row)


def _write_definitions(page: Worksheet, report: Report, heading: Format) -> None:
    facts = describe(report)
    for number, fact in enumerate(facts):
        _write_row(page, number, 0, fact)
    start = len(facts) + 1
    _write_row(page, start, 0, ("Figure", "指标", "Definition", "Field"), heading)
    for number, figure in enumerate(FIGURES, start=start + 1):
        _write_row(page, number, 0, (*figure.title, figure.means, figure.name))
    page.set_column(0, 1, _TEXT_WIDTH)
    page.set_column(2, 2, 4 * _TEXT_WIDTH)
    page.set_column(3, 3, _TEXT_WIDTH)


def _write_row(page: Worksheet, row: int, column: int, cells: Sequence[Cell], shape: Format | None = None) -> None:
    """Text as text, whatever it looks like; numbers as numbers; of nothing, nothing."""
    for place, cell in enumerate(cells, start=column):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            page.write_string(row, place, cell, shape)
        else:
            page.write_number(row, place, cell, shape)
