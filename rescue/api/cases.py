"""The cases over HTTP: the list, one case with its history and who could go, and how a person reports one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

from aiohttp import web
from pydantic import Field, model_validator

from devices.messages import Area, LiftId
from dispatch.crews import CrewId
from dispatch.problem import Candidate, Refusal
from rescue.api.access import EVERYONE, STAFF_AND_AUDITORS, STAFF_ONLY
from rescue.api.context import Context
from rescue.api.fields import AreaCode, Body, Count, Name, Paged, PagedByName, Text, When
from rescue.api.outcomes import demand_taken
from rescue.api.pages import page
from rescue.api.problems import NotFound
from rescue.api.reach import actor_of, find_incident, show, show_entries
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.decisions.candidates import ahead_s
from rescue.desk.board import Outcome, Verdict
from rescue.desk.expecting import expected
from rescue.desk.inputs import Intake
from rescue.incident import AssignmentId, Caller, Incident, IncidentId, Kind, Lift, Source
from rescue.ports import Wanted
from rescue.timeline import first_break
from rescue.views import (
    CandidatesView,
    IncidentView,
    MemberView,
    PageView,
    TimelineEntryView,
    candidate_view,
    expected_view,
    member_view,
    refusal_view,
)

Need = Literal["child", "elderly", "pregnant", "medical", "child_alone", "water", "fire"]
"""Who is inside and needs more than the others, or what threatens them."""


class IncidentsQuery(Paged):
    """Which cases: by status, area, and when they were opened (`to` is not part of the span)."""

    status: Literal["open", "closed", "all"] = "all"
    kind: Kind | None = None
    area: AreaCode | None = None
    parent_id: Name | None = None
    """Only the cases that are part of this one."""
    opened_from: When | None = Field(default=None, alias="from")
    opened_to: When | None = Field(default=None, alias="to")


class CandidatesQuery(Body):
    """Which instant: that of an attempt, counted from 1; left out, as things stand."""

    attempt: int | None = Field(default=None, ge=1, le=1_000_000)


class CallerBody(Body):
    """Who phones, as far as they say."""

    name: Text = ""
    phone: Text = ""


class IntakeBody(Body):
    """People are reported to be trapped, in the lift of this plate or this id."""

    rescue_code: Name | None = None
    lift_id: Name | None = None
    source: Literal["phone", "qr", "staff", "119"]
    caller: CallerBody = CallerBody()
    people: Count | None = None
    injured: Count = 0
    vulnerable: tuple[Need, ...] = Field(default=(), max_length=20)
    note: Text = ""

    @model_validator(mode="after")
    def _names_one_lift(self) -> Self:
        if (self.rescue_code is None) == (self.lift_id is None):
            raise ValueError("give either rescue_code or lift_id")
        return self


class TimelineView(PageView[TimelineEntryView]):
    """The whole history. `first_break` is the `seq` of the first entry that does not fit the chain, null for none."""

    first_break: int | None


async def list_incidents(call: Call[IncidentsQuery, Nothing]) -> web.Response:
    """The cases, newest first, of open ones the gravest kind first; a company's are those in which it was asked."""
    query = call.query
    wanted = Wanted(
        status=query.status,
        kind=query.kind,
        area=Area(query.area) if query.area else None,
        opened_from=query.opened_from,
        opened_to=query.opened_to,
        company_id=call.principal.company_id,
        parent_id=IncidentId(query.parent_id) if query.parent_id else None,
    )
    found = await call.context.store.list_incidents(wanted, after=query.cursor, limit=query.limit + 1)
    shown = page(found, query.limit, lambda incident: incident, lambda incident: incident.number)
    views = [await show(call.context, call.principal, incident) for incident in shown.items]
    return answer(PageView[IncidentView](items=views, next=shown.next))


async def show_incident(call: Call[Nothing, Nothing]) -> web.Response:
    """One case."""
    incident = await find_incident(call.context, call.principal, call.path["incident_id"])
    return answer(await show(call.context, call.principal, incident))


async def show_timeline(call: Call[Nothing, Nothing]) -> web.Response:
    """The history of a case: every decision, by whom and why, each entry sealed onto the one before."""
    incident = await find_incident(call.context, call.principal, call.path["incident_id"])
    entries = await call.context.store.timeline_of(incident.incident_id)
    views = show_entries(call.principal, incident, entries)
    return answer(TimelineView(items=views, next=None, first_break=first_break(entries)))


async def list_members(call: Call[PagedByName, Nothing]) -> web.Response:
    """The lifts of a parent case, by their ids: since when each suffers, and until when; none for any other case."""
    incident = await find_incident(call.context, call.principal, call.path["incident_id"])
    query = call.query
    after = LiftId(query.cursor) if query.cursor else None
    members = await call.context.store.members_of(incident.incident_id, after=after, limit=query.limit + 1)
    return answer(page(members, query.limit, member_view, lambda member: member.lift_id))


async def list_candidates(call: Call[CandidatesQuery, Nothing]) -> web.Response:
    """Every crew for this case: the best first, then those that may not go, each with its reasons."""
    incident = await find_incident(call.context, call.principal, call.path["incident_id"])
    if call.query.attempt is not None:
        return answer(await _candidates_at(call.context, incident, call.query.attempt))
    asked = call.context.desk.board.assignments.get(incident.assignment_id or AssignmentId(""))
    candidates, refused = call.context.desk.candidates(incident)
    return answer(
        CandidatesView(
            **_listed(candidates, refused, asked.crew_id if asked else None),
            attempt=None,
            at=call.context.clock.now(),
            shortfall=incident.shortfall,
            expected=expected_view(expected(call.context.desk.board, incident.incident_id)),
        )
    )


async def _candidates_at(context: Context, incident: Incident, attempt: int) -> CandidatesView:
    """How they stood when this attempt was begun, as it was kept with the decision."""
    asked = await context.store.find_assignment(AssignmentId(f"{incident.incident_id}-{attempt}"))
    if asked is None:
        raise NotFound(f"case {incident.number} has no attempt {attempt}")
    kept = await context.decisions.ranking_of(asked)
    if kept is None:
        raise NotFound(f"how the crews stood at attempt {attempt} is not kept, or no longer")
    listed = _listed(kept.candidates, [*kept.refused], kept.crew_id)
    return CandidatesView(**listed, attempt=attempt, at=asked.offered_at, shortfall="", expected=None)


def _listed(candidates: Sequence[Candidate], refused: Sequence[Refusal], crew_id: CrewId | None) -> dict[str, Any]:
    ranked = [candidate_view(one, rank, asked=one.crew_id == crew_id) for rank, one in enumerate(candidates, start=1)]
    others = [refusal_view(one, asked=one.crew_id == crew_id) for one in refused]
    ahead = ahead_s(crew_id, candidates) if crew_id is not None else None
    return {"items": [*ranked, *others], "next": None, "crew_id": crew_id, "ahead_s": ahead}


async def report_entrapment(call: Call[Nothing, IntakeBody]) -> web.Response:
    """Somebody is trapped: joins the open case of that lift (200) or opens one (201)."""
    lift = await _find_lift(call)
    outcome = await call.context.desk.submit(_intake(call.body, lift), actor=actor_of(call.principal))
    await demand_taken(outcome, call.context)
    view = await show(call.context, call.principal, await _case_of(outcome, call))
    return answer(view, status=201 if outcome.verdict is Verdict.OPENED else 200)


async def _find_lift(call: Call[Nothing, IntakeBody]) -> Lift:
    store, said = call.context.store, call.body
    if said.rescue_code is not None:
        lift, named = await store.find_lift_by_rescue_code(said.rescue_code), f"rescue code {said.rescue_code}"
    else:
        lift, named = await store.find_lift(LiftId(said.lift_id or "")), f"id {said.lift_id}"
    if lift is None:
        raise NotFound(f"no lift is registered with {named}")
    return lift


def _intake(said: IntakeBody, lift: Lift) -> Intake:
    return Intake(
        lift_id=lift.lift_id,
        area=lift.area,
        source=Source(said.source),
        caller=Caller(name=said.caller.name, phone=said.caller.phone),
        people=said.people,
        injured=said.injured,
        vulnerable=said.vulnerable,
        note=said.note,
    )


async def _case_of(outcome: Outcome, call: Call[Nothing, IntakeBody]) -> Incident:
    return await find_incident(call.context, call.principal, outcome.incident_id or IncidentId(""))


_CASE = f"{API}/incidents/{{incident_id}}"

ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/incidents", list_incidents, access=EVERYONE, answers={200: PageView[IncidentView]}),
    row(
        "POST", f"{API}/incidents", report_entrapment, access=STAFF_ONLY, answers={200: IncidentView, 201: IncidentView}
    ),
    row("GET", _CASE, show_incident, access=EVERYONE, answers={200: IncidentView}),
    row("GET", f"{_CASE}/members", list_members, access=EVERYONE, answers={200: PageView[MemberView]}),
    row("GET", f"{_CASE}/timeline", show_timeline, access=STAFF_AND_AUDITORS, answers={200: TimelineView}),
    row("GET", f"{_CASE}/candidates", list_candidates, access=STAFF_ONLY, answers={200: CandidatesView}),
)
