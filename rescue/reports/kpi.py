"""The figures of a span, read in one pass over its entrapments, whatever groupings are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch.crews import CompanyId
from rescue.reports.figures import DIGITS, FIGURES, NAMES, OF_EVERY_KIND, Figure, Group, Unit
from rescue.reports.span import Span
from rescue.store.connections import Pool, reachable
from rescue.store.rows import Record
from rescue.store.sql import load_queries

MOST_ROWS = 2000
"""Of one grouping: those with the most cases. A city has more user units than a page or a sheet can be read with."""
READ_AT_ONCE = 2
"""Each takes a core of the database for up to a second or, of a year, some; the desk needs it too."""
SQL = load_queries("reports")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group's figures by name. `label` is what `key` is called, where the registry knows."""

    key: str
    label: str
    figures: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The figures of a span: of all cases in it, and by the groupings asked for, each with how many rows it lacks."""

    span: Span
    zone: ZoneInfo
    asked_at: datetime
    company_id: CompanyId | None
    total: Row
    groups: Mapping[Group, Sequence[Row]]
    left_out: Mapping[Group, int]


class Reports:
    """The reports of a centre that lives by the clocks of `zone`. So many are read at once, and others wait."""

    def __init__(self, pool: Pool, zone: ZoneInfo) -> None:
        self._pool = pool
        self._turn = asyncio.Semaphore(READ_AT_ONCE)
        self.zone = zone

    async def kpi(
        self, span: Span, groups: Collection[Group], *, company_id: CompanyId | None, now: datetime
    ) -> Report:
        """The figures as they stand `now`, of one company's cases or, with None, of all. Raises StoreUnavailable."""
        asked = list(dict.fromkeys([Group.TOTAL, *groups]))
        first_day = span.since.astimezone(self.zone).date().isoformat()
        arguments = (span.since, span.until, now, self.zone.key, asked, company_id, first_day, span.months, MOST_ROWS)
        async with self._turn:
            with reachable():
                records = await self._pool.fetch(SQL["kpi"], *arguments)
            others = await self._other_kinds(span, company_id) if Group.KIND in asked else []
        found = {group: [one for one in records if one["dimension"] == group] for group in asked}
        rows = {group: [_row(record) for record in found[group]] for group in asked}
        return Report(
            span=span,
            zone=self.zone,
            asked_at=now,
            company_id=company_id,
            total=rows.pop(Group.TOTAL)[0],
            groups={group: [*some, *(others if group is Group.KIND else [])] for group, some in rows.items()},
            left_out={group: left for group in asked if (left := _left_out(found[group])) > 0},
        )

    async def _other_kinds(self, span: Span, company_id: CompanyId | None) -> list[Row]:
        """Counted, with no figure about people."""
        with reachable():
            records = await self._pool.fetch(SQL["other_kinds"], span.since, span.until, company_id)
        nothing = dict.fromkeys(NAMES)
        return [Row(key=one["key"], label="", figures={**nothing, **_counts(one)}) for one in records]


def _left_out(records: Sequence[Record]) -> int:
    return (records[0]["groups"] or 0) - len(records) if records else 0


def _row(record: Record) -> Row:
    figures = {figure.name: _told(figure, record[figure.name]) for figure in FIGURES}
    return Row(key=record["key"], label=record["label"] or "", figures=figures)


def _counts(record: Record) -> dict[str, float | None]:
    return {name: record[name] for name in OF_EVERY_KIND}


def _told(figure: Figure, value: float | None) -> float | None:
    if figure.unit is Unit.COUNT:
        # How many lifts there are is not known of every group; of nothing there are no cases.
        return value if value is not None or figure.name == "lifts" else 0
    return None if value is None else round(value, DIGITS[figure.unit])
