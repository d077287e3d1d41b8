"""What the wall shows beside the live cases: the day's figures against the 30-minute rule, and nothing personal."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from rescue.accounts import Role
from rescue.api.access import Access
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.reports.span import Span
from rescue.views import Instant


class WallFiguresView(BaseModel):
    """Of the entrapments found `since` the last midnight of the centre: the report's figures of the same meaning.

    `arrived_in_30_min_share` is of `arrivals_due`, those of which it is known by now; null where there is none.
    `companies` are the names of companies by their ids, as the live cases bear them.
    """

    model_config = ConfigDict(frozen=True)

    now: Instant
    since: Instant
    time_zone: str
    cases: int
    arrivals_due: int
    arrived_in_30_min_share: float | None
    arrival_mean_s: float | None
    on_site_mean_s: float | None
    companies: dict[str, str]


async def show_wall_figures(call: Call[Nothing, Nothing]) -> web.Response:
    """Today's figures for the wall: how many were trapped, and how soon help was there."""
    reports = call.context.reports
    midnight = datetime.combine(call.now.astimezone(reports.zone).date(), time(), reports.zone)
    today = Span(since=midnight, until=midnight + timedelta(days=1))
    report = await reports.kpi(today, [], company_id=None, now=call.now)
    figures = report.total.figures
    view = WallFiguresView(
        now=call.now,
        since=midnight,
        time_zone=reports.zone.key,
        cases=int(figures["cases"] or 0),
        arrivals_due=int(figures["arrivals_due"] or 0),
        arrived_in_30_min_share=figures["arrived_in_30_min_share"],
        arrival_mean_s=figures["arrival_mean_s"],
        on_site_mean_s=figures["on_site_mean_s"],
        companies={one.company_id: one.name for one in call.context.desk.board.companies.values()},
    )
    return answer(view)


ROUTES: tuple[AnyRoute, ...] = (
    row(
        "GET",
        f"{API}/wall/figures",
        show_wall_figures,
        access=Access(roles=frozenset(Role)),
        answers={200: WallFiguresView},
    ),
)
