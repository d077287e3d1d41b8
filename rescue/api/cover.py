"""How the crews cover the city as things stand, and which should wait elsewhere: advice that nobody need follow."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from dispatch.cover import Move, StationCover
from dispatch.crews import Crew, CrewId
from rescue.api.access import STAFF_ONLY
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.reports.cover import Cover
from rescue.views import Instant


class StationCoverView(BaseModel):
    """How soon the lifts nearest to a station are reached now, and how soon if a crew more waited there."""

    model_config = ConfigDict(frozen=True)

    station_id: str
    name: str
    company_id: str
    lifts: int
    crews_out: int
    """Of its own crews on duty, those on a case."""
    response_s: float
    with_a_crew_s: float
    is_thin: bool


class MoveView(BaseModel):
    """A crew that should wait at a station, if somebody orders it to. Nothing is ordered by this.

    `saves_s` is what the centre's mean response to the next callout falls by: `gains_s` for those who are nearer to the
    crew then, less `costs_s` for those from whom it goes away. Each move supposes those before it.
    """

    model_config = ConfigDict(frozen=True)

    crew_id: str
    crew_name: str
    station_id: str
    station_name: str
    way_s: float
    before_s: float
    after_s: float
    saves_s: float
    gains_s: float
    costs_s: float


class CoverView(BaseModel):
    """How the crews cover the city as things stand, the thinnest station first, and which should wait elsewhere."""

    model_config = ConfigDict(frozen=True)

    asked_at: Instant
    crews_on_duty: int
    crews_idle: int
    lifts: int
    lifts_left_out: int
    response_s: float
    stations: list[StationCoverView]
    moves: list[MoveView]


async def show_cover(call: Call[Nothing, Nothing]) -> web.Response:
    """Which stations are left thin while crews are out, and which idle crew should wait where: advice only."""
    board = call.context.desk.board
    crews, busy = dict(board.crews), board.busy()
    cover = await call.context.cover.advise(list(crews.values()), busy, call.now)
    return answer(
        CoverView(
            asked_at=call.now,
            crews_on_duty=cover.on_duty,
            crews_idle=cover.idle,
            lifts=cover.lifts,
            lifts_left_out=cover.lifts_left_out,
            response_s=round(cover.advice.response_s, 1),
            stations=[_station_view(one, cover) for one in cover.advice.stations],
            moves=[_move_view(one, cover, crews) for one in cover.advice.moves],
        )
    )


def _station_view(found: StationCover, cover: Cover) -> StationCoverView:
    station = cover.stations[found.station_id]
    return StationCoverView(
        station_id=station.station_id,
        name=station.name,
        company_id=station.company_id,
        lifts=round(found.weight),
        crews_out=cover.crews_out.get(station.station_id, 0),
        response_s=round(found.response_s, 1),
        with_a_crew_s=round(found.with_a_crew_s, 1),
        is_thin=found.is_thin,
    )


def _move_view(move: Move, cover: Cover, crews: Mapping[CrewId, Crew]) -> MoveView:
    return MoveView(
        crew_id=move.crew_id,
        crew_name=crews[move.crew_id].name,
        station_id=move.station_id,
        station_name=cover.stations[move.station_id].name,
        way_s=round(move.way_s, 1),
        before_s=round(move.before_s, 1),
        after_s=round(move.after_s, 1),
        saves_s=round(move.before_s - move.after_s, 1),
        gains_s=round(move.gains_s, 1),
        costs_s=round(move.costs_s, 1),
    )


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/crews/cover", show_cover, access=STAFF_ONLY, answers={200: CoverView}),
)
