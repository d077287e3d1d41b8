"""The lifts: the registry's card of each, what it says now, and what it said before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from devices.faults import Fault
from devices.messages import Area, CarStatus, DoorStatus, LiftId, PowerStatus, ServiceMode
from devices.pictures import Situation
from devices.state_change import StateChange
from rescue.api.access import EVERYONE_AND_VENDORS
from rescue.api.fields import AreaCode, Body, Name, PagedByName, When
from rescue.api.pages import page
from rescue.api.problems import FieldError, Invalid, NotFound
from rescue.api.reach import may_see_lift, note_lifts_shown, reader_of
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.incident import Lift
from rescue.store.telemetry import Place
from rescue.views import Instant, LiftView, PageView, Reader, lift_view

DEFAULT_SPAN = timedelta(hours=24)
EPOCH = datetime.fromtimestamp(0, UTC)
_BIGGEST = 2**63 - 1


class LiftsQuery(PagedByName):
    """Which lifts: the one of a plate, those of an area, those whose id, code, address or building holds `q`."""

    rescue_code: Name | None = None
    area: AreaCode | None = None
    q: Name | None = None


class TelemetryQuery(Body):
    """Which changes: of the 24 hours before `to`, or since `from` (`to`, by default now, is not part of the span)."""

    since: When | None = Field(default=None, alias="from")
    until: When | None = Field(default=None, alias="to")
    limit: int = Field(default=200, ge=1, le=1000)
    cursor: Annotated[str, StringConstraints(pattern=r"^\d{1,17}\.-?\d{1,19}\.-?\d{1,19}$")] | None = None

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """From when until when. Raises Invalid if that is nothing."""
        until = self.until or now
        since = self.since or until - min(DEFAULT_SPAN, until - datetime.min.replace(tzinfo=UTC))
        if since >= until:
            raise Invalid(
                "the span holds nothing: `from` must be before `to`, which is now if it is not given",
                errors=[FieldError(loc=["query", "from"], msg="must be before `to`")],
            )
        return since, until

    @property
    def place(self) -> Place | None:
        """Where the page before ended."""
        if self.cursor is None:
            return None
        at_us, boot, seq = (max(-_BIGGEST, min(int(part), _BIGGEST)) for part in self.cursor.split("."))
        return Place(EPOCH + timedelta(microseconds=at_us), boot, seq)


class StateFaultView(BaseModel):
    """A fault code as the lift sent it, and our word for it; null where its profile has none."""

    model_config = ConfigDict(frozen=True)

    profile: str
    code: str
    fault: Fault | None


class StateChangeView(BaseModel):
    """What a lift had changed to, `at` by our clock. `reported_at` is the lift's own, ahead of ours by `skew_s`."""

    model_config = ConfigDict(frozen=True)

    at: Instant
    reported_at: Instant | None
    skew_s: float | None
    boot: int
    seq: int
    online: bool
    service_mode: ServiceMode
    car_status: CarStatus | None
    car_position: str
    door_zone: bool | None
    door_status: DoorStatus
    passenger_status: bool | None
    power_status: PowerStatus
    situation: Situation
    faults: list[StateFaultView]


async def list_lifts(call: Call[LiftsQuery, Nothing]) -> web.Response:
    """Registered lifts, by id; a company sees those under contract with it, a vendor those that name it."""
    query = call.query
    found = await call.context.records.search_lifts(
        call.principal.company_id,
        vendor_id=call.principal.vendor_id,
        rescue_code=query.rescue_code,
        area=Area(query.area) if query.area else None,
        word=query.q,
        after=LiftId(query.cursor) if query.cursor else None,
        limit=query.limit + 1,
    )
    note_lifts_shown(call.context, call.principal, found[: query.limit])
    return answer(page(found, query.limit, lambda lift: _view(lift, call), lambda lift: lift.lift_id))


async def show_lift(call: Call[Nothing, Nothing]) -> web.Response:
    """One lift, and what it says now."""
    lift = await _find_lift(call)
    note_lifts_shown(call.context, call.principal, [lift])
    return answer(_view(lift, call))


async def list_telemetry(call: Call[TelemetryQuery, Nothing]) -> web.Response:
    """What a lift changed to, the newest first; heartbeats that said nothing new are not kept."""
    lift = await _find_lift(call)
    since, until = call.query.span(call.now)
    found = await call.context.records.list_telemetry(
        lift.lift_id, since=since, until=until, below=call.query.place, limit=call.query.limit + 1
    )
    return answer(page(found, call.query.limit, _change_view, _cursor))


async def _find_lift(call: Call[Nothing, Nothing] | Call[TelemetryQuery, Nothing]) -> Lift:
    lift_id = LiftId(call.path["lift_id"])
    lift = await call.context.store.find_lift(lift_id)
    if lift is None or not may_see_lift(call.principal, lift):
        raise NotFound(f"no lift is registered with id {lift_id}")
    return lift


def _view(lift: Lift, call: Call[LiftsQuery, Nothing] | Call[Nothing, Nothing]) -> LiftView:
    live = call.context.fleet.view(lift.lift_id, call.now.timestamp())
    return lift_view(lift, live=live, shows_phones=reader_of(call.principal) is not Reader.ONLOOKER)


def _change_view(change: StateChange) -> StateChangeView:
    return StateChangeView(
        at=datetime.fromtimestamp(change.at, UTC),
        reported_at=_reported_at(change),
        skew_s=change.skew_s,
        boot=change.boot,
        seq=change.seq,
        online=change.online,
        service_mode=change.service_mode,
        car_status=change.car_status,
        car_position=change.car_position,
        door_zone=change.door_zone,
        door_status=change.door_status,
        passenger_status=change.passenger_present,
        power_status=change.power_status,
        situation=change.situation,
        faults=[StateFaultView(profile=raw.profile, code=raw.code, fault=raw.fault) for raw in change.faults],
    )


def _reported_at(change: StateChange) -> datetime | None:
    """None also for what no calendar holds: at its ends, a lift's offset may lead beyond the years 1 to 9999."""
    try:
        return None if change.reported_at is None else EPOCH + timedelta(seconds=change.reported_at)
    except OverflowError:
        return None


def _cursor(change: StateChange) -> str:
    place = Place.of(change)
    return f"{(place.at - EPOCH) // timedelta(microseconds=1)}.{place.boot}.{place.seq}"


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/lifts", list_lifts, access=EVERYONE_AND_VENDORS, answers={200: PageView[LiftView]}),
    row("GET", f"{API}/lifts/{{lift_id}}", show_lift, access=EVERYONE_AND_VENDORS, answers={200: LiftView}),
    row(
        "GET",
        f"{API}/lifts/{{lift_id}}/telemetry",
        list_telemetry,
        access=EVERYONE_AND_VENDORS,
        answers={200: PageView[StateChangeView]},
    ),
)
