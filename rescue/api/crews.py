"""The crews: who they are, whether they are on duty, where they are, and what keeps them."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web
from pydantic import Field

from dispatch.crews import Crew, CrewId, Position
from rescue.api.access import EVERYONE, STAFF_COMPANIES_AND_CREWS
from rescue.api.context import Context
from rescue.api.fields import Body, PagedByName
from rescue.api.pages import page
from rescue.api.problems import NotFound
from rescue.api.reach import reader_of
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.people.principals import Principal
from rescue.views import CrewView, PageView, Reader, crew_view


class CrewsQuery(PagedByName):
    """Which crews."""

    on_duty: bool | None = None


class PositionBody(Body):
    """A place, WGS84 degrees."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)


class CrewBody(Body):
    """What changes; the rest stays."""

    on_duty: bool | None = None
    position: PositionBody | None = None


async def list_crews(call: Call[CrewsQuery, Nothing]) -> web.Response:
    """The crews, by id; a company sees its own."""
    query, company_id = call.query, call.principal.company_id
    found = [
        crew
        for crew in sorted(call.context.desk.board.crews.values(), key=lambda crew: crew.crew_id)
        if company_id in {None, crew.company_id}
        and query.on_duty in {None, crew.on_duty}
        and (query.cursor is None or crew.crew_id > query.cursor)
    ]
    busy, shows_phones = call.context.desk.board.busy(), reader_of(call.principal) is not Reader.ONLOOKER
    return answer(
        page(
            found,
            query.limit,
            lambda crew: crew_view(crew, busy, shows_phones=shows_phones),
            lambda crew: crew.crew_id,
        )
    )


async def change_crew(call: Call[Nothing, CrewBody]) -> web.Response:
    """Put a crew on or off duty, or say where it is."""
    board, crew_id = call.context.desk.board, CrewId(call.path["crew_id"])
    crew = board.crews.get(crew_id)
    if crew is None or not is_of(call.principal, crew):
        raise NotFound(f"there is no crew {crew_id}")
    if call.body.on_duty is not None:
        await _put_on_duty(call.context, crew_id, call.body.on_duty)
    if call.body.position is not None:
        board.place(crew_id, Position(call.body.position.lon, call.body.position.lat), call.now)
    return answer(crew_view(board.crews[crew_id], board.busy()))


def is_of(principal: Principal, crew: Crew) -> bool:
    """This crew is the caller's own, or the caller sees all."""
    return principal.crew_id in {None, crew.crew_id} and principal.company_id in {None, crew.company_id}


async def _put_on_duty(context: Context, crew_id: CrewId, on_duty: bool) -> None:
    """Write it into the registry. The desk hears of that, but whoever asks it next must not be there before."""
    await context.store.set_on_duty(crew_id, on_duty)
    board = context.desk.board
    board.crews[crew_id] = replace(board.crews[crew_id], on_duty=on_duty)


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/crews", list_crews, access=EVERYONE, answers={200: PageView[CrewView]}),
    row("PATCH", f"{API}/crews/{{crew_id}}", change_crew, access=STAFF_COMPANIES_AND_CREWS, answers={200: CrewView}),
)
