"""A report as cells: what heads each column and what stands below, the same for every kind of file.

Text that a spreadsheet would take for a formula is made harmless here, for names come from outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rescue.reports.figures import FIGURES, HEADINGS, Group, Unit
from rescue.reports.kpi import Report, Row

Cell: TypeAlias = str | float | None

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
LABEL = ("Name", "名称")
UNKNOWN = "unknown 不详"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One grouping. `titles` heads each column in English and Chinese: two of text, then the figures in `units`."""

    group: Group
    titles: Sequence[tuple[str, str]]
    units: Sequence[Unit]
    rows: Sequence[Sequence[Cell]]

    @property
    def name(self) -> str:
        """What its tab is called."""
        return f"{self.group} {HEADINGS[self.group][1]}"


def sheets(report: Report) -> Iterator[Sheet]:
    """The total, and then each grouping that was asked for."""
    for group, rows in ((Group.TOTAL, [report.total]), *report.groups.items()):
        yield Sheet(
            group=group,
            titles=[HEADINGS[group], LABEL, *(figure.title for figure in FIGURES)],
            units=[figure.unit for figure in FIGURES],
            rows=[cells(row, group) for row in rows],
        )


def cells(row: Row, group: Group) -> list[Cell]:
    """One group's line."""
    key = row.key or ("" if group is Group.TOTAL else UNKNOWN)
    return [harmless(key), harmless(row.label), *(row.figures[figure.name] for figure in FIGURES)]


def harmless(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def describe(report: Report) -> list[tuple[str, str, Cell]]:
    """What the report is about, a line each: in English, in Chinese, and the fact."""
    since, until = (at.astimezone(report.zone).isoformat() for at in (report.span.since, report.span.until))
    left_out = ", ".join(f"{group}: {count}" for group, count in report.left_out.items())
    return [
        ("Cases opened from", "立案时间起", since),
        ("until, not included", "立案时间止 (不含)", until),
        ("Time zone", "时区", report.zone.key),
        ("As it stood at", "统计时刻", report.asked_at.astimezone(report.zone).isoformat(timespec="seconds")),
        ("Company that asks", "查询单位", harmless(report.company_id or "")),
        ("Rows left out", "未列出的行", left_out),
    ]
