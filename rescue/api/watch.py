"""What the rescue centre keeps an eye on beside the cases: the day's figures, and messages that nobody could use."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from rescue.accounts import Role
from rescue.api.access import STAFF_AUDITORS_AND_VENDORS, Access
from rescue.api.fields import Body, Paged, When
from rescue.api.pages import page
from rescue.api.records import Figures
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.incident import Kind, Status
from rescue.ports import Quarantined
from rescue.views import Instant, PageView


class FiguresQuery(Body):
    """Since when, e.g. the last midnight."""

    since: When


class KindView(BaseModel):
    """The cases of one kind opened since then, by where they stand now, and the mean time from opening to arrival."""

    model_config = ConfigDict(frozen=True)

    opened: int
    by_status: dict[Status, int]
    arrivals: int
    mean_arrival_s: int | None


class FiguresView(BaseModel):
    """The cases opened `since` then, by where they stand now, and the mean time from opening to arrival.

    `by_kind` tells entrapments from the rest, for each kind of which there is a case. `now` is the service's time: what
    a reader counts deadlines against.
    """

    model_config = ConfigDict(frozen=True)

    now: Instant
    since: Instant
    opened: int
    by_status: dict[Status, int]
    arrivals: int
    mean_arrival_s: int | None
    by_kind: dict[Kind, KindView]
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
        **_counts(figures),
        by_kind={kind: KindView(**_counts(one)) for kind, one in figures.by_kind.items()},
        lifts=counts["lifts"],
        lifts_online=counts["online"],
    )
    return answer(view)


def _counts(figures: Figures) -> dict[str, Any]:
    return {
        "opened": sum(figures.by_status.values()),
        "by_status": dict(figures.by_status),
        "arrivals": figures.arrivals,
        "mean_arrival_s": None if figures.mean_arrival_s is None else round(figures.mean_arrival_s),
    }


async def list_quarantine(call: Call[Paged, Nothing]) -> web.Response:
    """Messages that could not be used, newest first, each with the reason; a vendor sees those of its lifts."""
    query, vendor_id, limit = call.query, call.principal.vendor_id, call.query.limit + 1
    found = (
        await call.context.store.list_quarantine(after=query.cursor, limit=limit)
        if vendor_id is None
        else await call.context.records.quarantine_of_vendor(vendor_id, after=query.cursor, limit=limit)
    )
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
        access=STAFF_AUDITORS_AND_VENDORS,
        answers={200: PageView[QuarantinedView]},
    ),
)
