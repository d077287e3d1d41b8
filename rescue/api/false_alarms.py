"""Where false alarms come from: the lifts, buildings or companies with the most of them lately."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from rescue.api.access import STAFF_AND_AUDITORS
from rescue.api.fields import Body
from rescue.api.records import FalseAlarmSource, SourceKind
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.views import Instant


class FalseAlarmsQuery(Body):
    """Of how many days until now, by what, and how many of them."""

    days: Annotated[int, Field(ge=1, le=366)] = 30
    by: SourceKind = SourceKind.LIFT
    limit: Annotated[int, Field(ge=1, le=200)] = 20


class FalseAlarmSourceView(BaseModel):
    """One source: of `cases` of people, `false_alarms` were none. `share` of 0.5 is every other one."""

    model_config = ConfigDict(frozen=True)

    key: str
    label: str
    """What the registry calls it; empty where it has no name."""
    cases: int
    false_alarms: int
    share: float
    last_at: Instant
    """When the last false alarm's case was opened."""


class FalseAlarmsView(BaseModel):
    """The sources of the cases opened since `since` until `until`, the worst first."""

    model_config = ConfigDict(frozen=True)

    since: Instant
    until: Instant
    by: SourceKind
    items: list[FalseAlarmSourceView]


async def show_false_alarms(call: Call[FalseAlarmsQuery, Nothing]) -> web.Response:
    """Where false alarms come from, the worst source first."""
    query, since = call.query, call.now - timedelta(days=call.query.days)
    found = await call.context.records.false_alarm_sources(since, call.now, query.by, query.limit)
    items = [_view(source) for source in found]
    return answer(FalseAlarmsView(since=since, until=call.now, by=query.by, items=items))


def _view(source: FalseAlarmSource) -> FalseAlarmSourceView:
    return FalseAlarmSourceView(**asdict(source), share=round(source.false_alarms / source.cases, 3))


ROUTES: tuple[AnyRoute, ...] = (
    row(
        "GET",
        f"{API}/reports/false-alarms",
        show_false_alarms,
        access=STAFF_AND_AUDITORS,
        answers={200: FalseAlarmsView},
    ),
)
