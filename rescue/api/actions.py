"""What operators do to a case: one route for each of the desk's actions, each with what must be said with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, TypeAlias

from aiohttp import web
from pydantic import Field, model_validator

from rescue.api.access import STAFF_ONLY
from rescue.api.cases import Need
from rescue.api.fields import Body, CauseCode, Count, Counter, Duration, HoldS, Name, Said, Text, When
from rescue.api.outcomes import demand_taken
from rescue.api.reach import actor_of, find_incident, show
from rescue.api.table import API, AnyRoute, Call, Nothing, Route
from rescue.api.wire import answer
from rescue.desk.board import Verdict
from rescue.desk.inputs import Action, OperatorActed
from rescue.incident import Incident
from rescue.people.principals import Principal, Role
from rescue.views import IncidentView


class ActionBody(Body):
    """Any action: with `version`, only if the case is still as it was when you saw it."""

    version: Counter | None = None
    reason: Text = ""


class ReasonedBody(ActionBody):
    """An action that ends a case: it says why."""

    reason: Said


class NoteBody(Body):
    """A line for the timeline."""

    version: Counter | None = None
    reason: Said = Field(alias="note")


class TriageBody(ActionBody):
    """Who is inside, and how they are; what is left out stays as it is known."""

    people: Count | None = None
    injured: Count | None = None
    vulnerable: tuple[Need, ...] | None = Field(default=None, max_length=20)


class UndoableBody(ActionBody):
    """An action that may be thought better of: with `hold_s` it waits so long for `undo`, else it is done at once."""

    hold_s: HoldS | None = None


class FalseAlarmBody(UndoableBody):
    """Why it is known that nobody is inside."""

    reason: Said


class AssignBody(UndoableBody):
    """Another crew than the one that was recommended, or this one now."""

    crew_id: Name
    redirect: bool = False
    """Also if the crew is bound for a case that matters less: that case is asked again at once."""


class HandOverBody(ActionBody):
    """The call to the last level was made, and to whom; or, with `reason` alone, why none was needed."""

    spoke_to: Text = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.spoke_to or self.reason):
            raise ValueError("give spoke_to, or the reason why no call was needed")
        return self


class StandDownBody(FalseAlarmBody):
    """Nobody is inside any more: two independent signs are needed, one of which the passengers may give."""

    passengers_confirm: bool = False


class ReleaseBody(ActionBody):
    """The call-back: how many came out, and whether anybody was hurt."""

    people_released: Count | None = None
    injured: Count | None = None


class MergeBody(ReasonedBody):
    """The open case of the same people that goes on."""

    into: Name


class CloseBody(UndoableBody):
    """The end of a case, with its cause unless the company has filed it."""

    cause_code: CauseCode | None = None


class HoldEscalationBody(ReasonedBody):
    """Why the level should wait; without `hold_s`, as long as you may have it wait."""

    hold_s: Duration | None = None


class ShelveBody(ReasonedBody):
    """Until when nobody need look at the case: at most 24 hours."""

    until: When


class LeaveBody(Body):
    """What whoever comes next should know."""

    version: Counter | None = None
    reason: Text = Field("", alias="note")


SUPERVISORS = frozenset({Role.SUPERVISOR, Role.ADMIN})
AnyAction: TypeAlias = ActionBody | NoteBody | LeaveBody

ACTIONS: Mapping[Action, tuple[type[AnyAction], str]] = {
    Action.CLAIM: (ActionBody, "You handle the case"),
    Action.UNCLAIM: (ActionBody, "You let the case go"),
    Action.COMFORT: (ActionBody, "You have spoken to the passengers"),
    Action.NOTE: (NoteBody, "A line for the timeline"),
    Action.TRIAGE: (TriageBody, "Who is inside, and how they are"),
    Action.ASSIGN: (AssignBody, "Ask this crew, and no longer the one asked before"),
    Action.ESCALATE: (ActionBody, "Ask the next level now"),
    Action.HAND_OVER: (HandOverBody, "You have called the last level, as `handover` of the case says"),
    Action.STAND_DOWN: (StandDownBody, "The passengers got out by themselves; nobody need go"),
    Action.FALSE_ALARM: (FalseAlarmBody, "Nobody was trapped"),
    Action.CONFIRM_RELEASE: (ReleaseBody, "Called back: everybody is out"),
    Action.CLOSE: (CloseBody, "Close a released case, or one without people"),
    Action.MERGE: (MergeBody, "These people have another case, which goes on; this one ends"),
    Action.UNDO: (ActionBody, "What is held is not done"),
    Action.HOLD_ESCALATION: (HoldEscalationBody, "The level does not rise for want of an answer for a while"),
    Action.SHELVE: (ShelveBody, "Nobody need look at a case without people for a while"),
    Action.UNSHELVE: (ActionBody, "A case that was put aside is looked at again"),
    Action.LEAVE: (LeaveBody, "You leave the case to whoever comes next"),
    Action.REOPEN: (ReasonedBody, "A case that is over goes on as a new one of the same lift, which names it"),
}


def _acting(action: Action) -> Callable[[Call[Nothing, Any]], Awaitable[web.Response]]:
    async def act(call: Call[Nothing, AnyAction]) -> web.Response:
        incident = await find_incident(call.context, call.principal, call.path["incident_id"])
        acted = _acted(incident, action, call.body, call.principal)
        outcome = await call.context.desk.submit(acted, actor=actor_of(call.principal))
        await demand_taken(outcome, call.context)
        is_new = outcome.verdict is Verdict.OPENED
        left = await find_incident(call.context, call.principal, outcome.incident_id or incident.incident_id)
        return answer(await show(call.context, call.principal, left), status=201 if is_new else 200)

    return act


def _acted(incident: Incident, action: Action, said: AnyAction, who: Principal) -> OperatorActed:
    # The bodies' fields bear the names of the input's: what a body has no field for keeps the input's default.
    fields = {name: getattr(said, name) for name in type(said).model_fields}
    is_supervisor = who.role in SUPERVISORS
    return OperatorActed(incident_id=incident.incident_id, action=action, is_supervisor=is_supervisor, **fields)


def _row(action: Action, body: type[AnyAction], summary: str) -> AnyRoute:
    return Route(
        method="POST",
        path=f"{API}/incidents/{{incident_id}}/{action}",
        access=STAFF_ONLY,
        answers={201 if action is Action.REOPEN else 200: IncidentView},
        handle=_acting(action),
        query=Nothing,
        body=body,
        summary=summary,
    )


ROUTES: tuple[AnyRoute, ...] = tuple(_row(action, body, summary) for action, (body, summary) in ACTIONS.items())
