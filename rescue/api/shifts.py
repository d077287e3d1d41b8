"""Shifts over HTTP: who of the rescue centre works now, how much they have in hand, and what they leave to the next.

A case is left, and taken over by claiming it, case by case: the desk writes both into its timeline. Here is only who is
on shift; a shift ends once every case of its operator has been left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from rescue.api.access import STAFF_AND_AUDITORS, STAFF_ONLY
from rescue.api.actions import SUPERVISORS
from rescue.api.context import Context
from rescue.api.fields import Body, Name, Text
from rescue.api.problems import Conflict, Forbidden, NotFound
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.desk.inputs import Action, OperatorActed
from rescue.incident import Incident
from rescue.people.principals import Principal, PrincipalKind, actor_of
from rescue.store.shifts import Shift
from rescue.views import Instant, PageView

MOST_NOTES = 1_000


class EndShiftBody(Body):
    """What the next should know: of single cases by their ids, and of all others that you handle."""

    notes: dict[Name, Text] = Field(default_factory=dict, max_length=MOST_NOTES)
    note: Text = ""


class ShiftView(BaseModel):
    """One operator's shift. `ended_at` and `ended_by` are null for as long as it lasts."""

    model_config = ConfigDict(frozen=True)

    id: str
    operator: str
    role: str
    started_at: Instant
    ended_at: Instant | None
    ended_by: str | None
    open_claims: int
    """Open cases that this operator handles now."""
    handled: int
    """Cases on which they did anything during this shift."""
    left: list[str]
    """Ids of open cases that they left since it began, and that nobody has taken over."""


async def start_shift(call: Call[Nothing, Nothing]) -> web.Response:
    """You are on shift from now on; 200 if you were already."""
    principal = call.principal
    if principal.kind is not PrincipalKind.PERSON or principal.role is None:
        raise Conflict(f"{principal.name} is a program: shifts are for people")
    shift, begun = await call.context.shifts.start(principal.name, principal.role, call.now)
    return answer(await _view(call.context, shift), status=201 if begun else 200)


async def list_shifts(call: Call[Nothing, Nothing]) -> web.Response:
    """Everybody who is on shift, the first one first, with what they have in hand."""
    shifts = await call.context.shifts.look()
    return answer(PageView[ShiftView](items=await _views(call.context, shifts), next=None))


async def show_shift(call: Call[Nothing, Nothing]) -> web.Response:
    """One shift, also one that is over."""
    return answer(await _view(call.context, await _find(call.context, call.path["shift_id"])))


async def end_shift(call: Call[Nothing, EndShiftBody]) -> web.Response:
    """The shift is over: every case that its operator handles is left to the next, with its note."""
    context, principal = call.context, call.principal
    shift = await _find(context, call.path["shift_id"])
    if shift.operator != principal.name and principal.role not in SUPERVISORS:
        raise Forbidden(f"this is {shift.operator}'s shift: they end it, or a supervisor does")
    if shift.ended_at is None:
        for incident in _claimed_by(context, shift.operator):
            await _leave(context, principal, incident, call.body.notes.get(incident.incident_id, call.body.note))
        shift = await context.shifts.end(shift, principal.name, call.now)
    return answer(await _view(context, shift))


async def _leave(context: Context, principal: Principal, incident: Incident, note: str) -> None:
    """What somebody else has taken over, or what has ended meanwhile, is not theirs to leave: that is refused."""
    left = OperatorActed(
        incident_id=incident.incident_id,
        action=Action.LEAVE,
        reason=note,
        is_supervisor=principal.role in SUPERVISORS,
    )
    await context.desk.submit(left, actor=actor_of(principal))


async def _find(context: Context, shift_id: str) -> Shift:
    shift = await context.shifts.find(shift_id)
    if shift is None:
        raise NotFound(f"there is no shift {shift_id}")
    return shift


def _claimed_by(context: Context, operator: str) -> list[Incident]:
    return [one for one in context.desk.board.incidents.values() if one.claimed_by == operator]


async def _view(context: Context, shift: Shift) -> ShiftView:
    return (await _views(context, [shift]))[0]


async def _views(context: Context, shifts: Sequence[Shift]) -> list[ShiftView]:
    handled = await context.shifts.handled(shifts)
    return [_shown(context, shift, handled) for shift in shifts]


def _shown(context: Context, shift: Shift, handled: Mapping[str, int]) -> ShiftView:
    waiting = [one for one in context.desk.board.incidents.values() if one.left and one.left.by == shift.operator]
    return ShiftView(
        id=shift.shift_id,
        operator=shift.operator,
        role=shift.role,
        started_at=shift.started_at,
        ended_at=shift.ended_at,
        ended_by=shift.ended_by,
        open_claims=len(_claimed_by(context, shift.operator)),
        handled=handled.get(shift.shift_id, 0),
        left=[one.incident_id for one in waiting if one.left and one.left.at >= shift.started_at],
    )


ROUTES: tuple[AnyRoute, ...] = (
    row("POST", f"{API}/shifts", start_shift, access=STAFF_ONLY, answers={201: ShiftView, 200: ShiftView}),
    row("GET", f"{API}/shifts", list_shifts, access=STAFF_AND_AUDITORS, answers={200: PageView[ShiftView]}),
    row("GET", f"{API}/shifts/{{shift_id}}", show_shift, access=STAFF_AND_AUDITORS, answers={200: ShiftView}),
    row("POST", f"{API}/shifts/{{shift_id}}/end", end_shift, access=STAFF_ONLY, answers={200: ShiftView}),
)
