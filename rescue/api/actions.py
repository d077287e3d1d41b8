"""What operators do to a case: one route for each of the desk's actions, each with what must be said with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from aiohttp import web
from pydantic import Field

from dispatch.crews import CrewId
from rescue.api.access import STAFF_ONLY
from rescue.api.cases import Need
from rescue.api.fields import Body, CauseCode, Count, Counter, Name, Said, Text
from rescue.api.outcomes import demand_taken
from rescue.api.problems import Conflict
from rescue.api.reach import actor_of, find_incident, show
from rescue.api.table import API, AnyRoute, Call, Nothing, Route
from rescue.api.wire import answer
from rescue.desk.inputs import Action, OperatorActed
from rescue.incident import Incident
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


class AssignBody(ActionBody):
    """Another crew than the one that was recommended, or this one now."""

    crew_id: Name


class StandDownBody(ReasonedBody):
    """Nobody is inside any more: two independent signs are needed, one of which the passengers may give."""

    passengers_confirm: bool = False


class ReleaseBody(ActionBody):
    """The call-back: how many came out, and whether anybody was hurt."""

    people_released: Count | None = None
    injured: Count | None = None


class CloseBody(ActionBody):
    """The end of a case, with its cause unless the company has filed it."""

    cause_code: CauseCode | None = None


AnyAction: TypeAlias = ActionBody | NoteBody

ACTIONS: Mapping[Action, tuple[type[AnyAction], str]] = {
    Action.CLAIM: (ActionBody, "You handle the case"),
    Action.UNCLAIM: (ActionBody, "You let the case go"),
    Action.COMFORT: (ActionBody, "You have spoken to the passengers"),
    Action.NOTE: (NoteBody, "A line for the timeline"),
    Action.TRIAGE: (TriageBody, "Who is inside, and how they are"),
    Action.ASSIGN: (AssignBody, "Ask this crew, and no longer the one asked before"),
    Action.ESCALATE: (ActionBody, "Ask the next level now"),
    Action.STAND_DOWN: (StandDownBody, "The passengers got out by themselves; nobody need go"),
    Action.FALSE_ALARM: (ReasonedBody, "Nobody was trapped"),
    Action.CONFIRM_RELEASE: (ReleaseBody, "Called back: everybody is out"),
    Action.CLOSE: (CloseBody, "Close a released case, or one without people"),
}


def _acting(action: Action) -> Callable[[Call[Nothing, Any]], Awaitable[web.Response]]:
    async def act(call: Call[Nothing, AnyAction]) -> web.Response:
        incident = await find_incident(call.context, call.principal, call.path["incident_id"])
        if incident.is_final:
            raise Conflict(f"the case is {incident.status.replace('_', ' ')}")
        outcome = await call.context.desk.submit(_acted(incident, action, call.body), actor=actor_of(call.principal))
        await demand_taken(outcome, call.context)
        return answer(await show(call.context, call.principal, await _afresh(incident, call)))

    return act


def _acted(incident: Incident, action: Action, said: AnyAction) -> OperatorActed:
    # The bodies' fields bear the names of the input's: what a body has no field for keeps the input's default.
    fields = {name: getattr(said, name) for name in type(said).model_fields}
    if fields.get("crew_id"):
        fields["crew_id"] = CrewId(fields["crew_id"])
    return OperatorActed(incident_id=incident.incident_id, action=action, **fields)


async def _afresh(incident: Incident, call: Call[Nothing, AnyAction]) -> Incident:
    return await find_incident(call.context, call.principal, incident.incident_id)


def _row(action: Action, body: type[AnyAction], summary: str) -> AnyRoute:
    return Route(
        method="POST",
        path=f"{API}/incidents/{{incident_id}}/{action}",
        access=STAFF_ONLY,
        answers={200: IncidentView},
        handle=_acting(action),
        query=Nothing,
        body=body,
        summary=summary,
    )


ROUTES: tuple[AnyRoute, ...] = tuple(_row(action, body, summary) for action, (body, summary) in ACTIONS.items())
