"""The figures a rescue centre is judged by, as JSON or as a file. A company sees those of the cases it was asked in.

A file leaves the house, so that it is written down who took it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, create_model

from rescue.api.access import STAFF_AUDITORS_AND_COMPANIES
from rescue.api.fields import Body, Name
from rescue.api.problems import FieldError, Invalid
from rescue.api.table import API, JSON, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.people.audit_log import Act
from rescue.reports.figures import FIGURES, Figure, Group, Unit
from rescue.reports.files import MEDIA_TYPES, FileFormat, write
from rescue.reports.groups import BadGroup, read_groups
from rescue.reports.kpi import Report, Row
from rescue.reports.span import BadSpan, Span, read_span
from rescue.views import Instant


class KpiQuery(Body):
    """The cases opened since `from` until before `to`: days of the centre's calendar, or instants with their offset.

    `group_by` names groupings with commas between them, or `all`.
    """

    since: Name = Field(alias="from")
    until: Name = Field(alias="to")
    group_by: Annotated[str, Field(max_length=200)] = ""
    format: FileFormat | None = None
    """A file instead of JSON; the same is said by `Accept`."""


def _row_model(name: str, **more: Any) -> type[BaseModel]:
    """A model of every figure, so that the document says what each one means; null where there is none."""
    fields: dict[str, Any] = {figure.name: (_type(figure), Field(description=figure.means)) for figure in FIGURES}
    return create_model(name, __config__=ConfigDict(frozen=True), **more, **fields)


def _type(figure: Figure) -> Any:
    return int | None if figure.unit is Unit.COUNT else float | None


FiguresOfAll = _row_model("KpiTotal")
FiguresOfGroup = _row_model(
    "KpiRow",
    key=(str, Field(description="What is grouped by; empty where it is not known.")),
    label=(str, Field(description="What the registry calls it; empty where it has no name.")),
)


class KpiView(BaseModel):
    """The figures of a span, as they stood at `asked_at`.

    `company_id` is set if they are those of one company's cases. Where a grouping has more groups than are told,
    `left_out` says how many.
    """

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, validate_by_name=True)

    since: Instant = Field(alias="from")
    until: Instant = Field(alias="to")
    time_zone: str
    asked_at: Instant
    company_id: str | None
    total: FiguresOfAll  # type: ignore[valid-type]
    groups: dict[Group, list[FiguresOfGroup]]  # type: ignore[valid-type]
    left_out: dict[Group, int]


async def show_kpi(call: Call[KpiQuery, Nothing]) -> web.Response:
    """The figures a rescue centre is judged by; by `format` or `Accept` also as CSV or a workbook."""
    reports, query = call.context.reports, call.query
    report = await reports.kpi(_span(query, call), _groups(query), company_id=call.principal.company_id, now=call.now)
    kind = query.format or _accepted(call.request.headers.get("Accept", ""))
    if kind is None:
        return answer(_view(report))
    await call.context.audit.demand(Act.EXPORTED, call.principal, f"report:kpi?{call.request.query_string}")
    return await _file(report, kind)


def _span(query: KpiQuery, call: Call[KpiQuery, Nothing]) -> Span:
    try:
        return read_span(query.since, query.until, call.context.reports.zone)
    except BadSpan as bad:
        raise _invalid(bad.field, bad.reason) from None


def _groups(query: KpiQuery) -> tuple[Group, ...]:
    try:
        return read_groups(query.group_by)
    except BadGroup as bad:
        raise _invalid("group_by", str(bad)) from None


def _invalid(field: str, reason: str) -> Invalid:
    return Invalid(f"`{field}`: {reason}", errors=[FieldError(loc=["query", field], msg=reason)])


def _accepted(accept: str) -> FileFormat | None:
    """The first kind of answer the caller names that there is; None for JSON, and for a caller that takes anything."""
    names = {JSON: None, **{media_type: kind for kind, media_type in MEDIA_TYPES.items()}}
    named = (part.partition(";")[0].strip().lower() for part in accept.split(","))
    return next((names[name] for name in named if name in names), None)


async def _file(report: Report, kind: FileFormat) -> web.Response:
    first, last = (at.astimezone(report.zone).date() for at in (report.span.since, report.span.until))
    return web.Response(
        body=await asyncio.to_thread(write, report, kind),
        content_type=MEDIA_TYPES[kind],
        charset="utf-8" if kind is FileFormat.CSV else None,
        headers={"Content-Disposition": f'attachment; filename="kpi-{first}-{last}.{kind}"'},
    )


def _view(report: Report) -> KpiView:
    return KpiView(
        since=report.span.since,
        until=report.span.until,
        time_zone=report.zone.key,
        asked_at=report.asked_at,
        company_id=report.company_id,
        total=FiguresOfAll(**report.total.figures),
        groups={group: _rows(rows) for group, rows in report.groups.items()},
        left_out=dict(report.left_out),
    )


def _rows(rows: Sequence[Row]) -> list[BaseModel]:
    return [FiguresOfGroup(key=row.key, label=row.label, **row.figures) for row in rows]


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/reports/kpi", show_kpi, access=STAFF_AUDITORS_AND_COMPANIES, answers={200: KpiView}),
)
