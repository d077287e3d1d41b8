"""What the rescue centre keeps an eye on beside the cases: the day's figures, and messages that nobody could use."""

from __future__ import annotations

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from rescue.accounts import Role
from rescue.api.access import STAFF_AND_AUDITORS, Access
from rescue.api.fields import Body, Paged, When
from rescue.api.pages import page
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.incident import Status
from rescue.ports import Quarantined
from rescue.views import Instant, PageView


class FiguresQuery(Body):
    """Since when, e.g. the last midnight."""

    since: When


class FiguresView(BaseModel):
    """The cases opened `since` then, by where they stand now, and the mean time from opening to arrival.

    `now` is the service's time: what a reader counts deadlines against.
    """

    model_config = ConfigDict(frozen=True)

    now: Instant
    since: Instant
    opened: int
    by_status: dict[Status, int]
    arrivals: int
    mean_arrival_s: int | None
    lifts: int
    lifts_online: int


class QuarantinedView(BaseModel):
    """A message nobody could use: where it came from, why not, and how it begins."""

    model_config = ConfigDict(frozen=True)

    id: str
    at: Instant
    topic: str
    reason: str
    payload: str
    size: int


async def show_figures(call: Call[FiguresQuery, Nothing]) -> web.Response:
    """The figures since an instant, for a glance; the figures that are reported are another matter."""
    figures = await call.context.records.figures(call.query.since)
    counts = call.context.fleet.counts(call.now.timestamp())
    view = FiguresView(
        now=call.now,
        since=call.query.since,
        opened=sum(figures.by_status.values()),
        by_status=dict(figures.by_status),
        arrivals=figures.arrivals,
        mean_arrival_s=None if figures.mean_arrival_s is None else round(figures.mean_arrival_s),
        lifts=counts["lifts"],
        lifts_online=counts["online"],
    )
    return answer(view)


async def list_quarantine(call: Call[Paged, Nothing]) -> web.Response:
    """Messages that could not be used, newest first, each with the reason."""
    query = call.query
    found = await call.context.store.list_quarantine(after=query.cursor, limit=query.limit + 1)
    return answer(page(found, query.limit, _view, lambda numbered: numbered[0]))


def _view(numbered: tuple[int, Quarantined]) -> QuarantinedView:
    number, message = numbered
    return QuarantinedView(
        id=str(number),
        at=message.at,
        topic=message.topic,
        reason=message.reason,
        payload=message.payload.decode(errors="replace"),
        size=message.size,
    )


CENTRE = Access(roles=frozenset(Role))

ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/figures", show_figures, access=CENTRE, answers={200: FiguresView}),
    row(
        "GET",
        f"{API}/quarantine",
        list_quarantine,
        access=STAFF_AND_AUDITORS,
        answers={200: PageView[QuarantinedView]},
    ),
)
