"""The lifts: the registry's card of each, and what it says now."""

from __future__ import annotations

from aiohttp import web

from devices.messages import Area, LiftId
from rescue.api.access import EVERYONE
from rescue.api.fields import AreaCode, Name, PagedByName
from rescue.api.pages import page
from rescue.api.problems import NotFound
from rescue.api.reach import reader_of
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.incident import Lift
from rescue.views import LiftView, PageView, Reader, lift_view


class LiftsQuery(PagedByName):
    """Which lifts: the one of a plate, those of an area, those whose id, code, address or building holds `q`."""

    rescue_code: Name | None = None
    area: AreaCode | None = None
    q: Name | None = None


async def list_lifts(call: Call[LiftsQuery, Nothing]) -> web.Response:
    """Registered lifts, by id; a company sees those under contract with it."""
    query = call.query
    found = await call.context.records.search_lifts(
        call.principal.company_id,
        rescue_code=query.rescue_code,
        area=Area(query.area) if query.area else None,
        word=query.q,
        after=LiftId(query.cursor) if query.cursor else None,
        limit=query.limit + 1,
    )
    return answer(page(found, query.limit, lambda lift: _view(lift, call), lambda lift: lift.lift_id))


async def show_lift(call: Call[Nothing, Nothing]) -> web.Response:
    """One lift, and what it says now."""
    lift_id = LiftId(call.path["lift_id"])
    lift = await call.context.store.find_lift(lift_id)
    if lift is None or call.principal.company_id not in {None, lift.company_id}:
        raise NotFound(f"no lift is registered with id {lift_id}")
    return answer(_view(lift, call))


def _view(lift: Lift, call: Call[LiftsQuery, Nothing] | Call[Nothing, Nothing]) -> LiftView:
    live = call.context.fleet.view(lift.lift_id, call.now.timestamp())
    return lift_view(lift, live=live, shows_phones=reader_of(call.principal) is not Reader.ONLOOKER)


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/lifts", list_lifts, access=EVERYONE, answers={200: PageView[LiftView]}),
    row("GET", f"{API}/lifts/{{lift_id}}", show_lift, access=EVERYONE, answers={200: LiftView}),
)
