"""A crew's phone: how it is signed in and out, and all that its page shows, in one answer.

A crew sees the attempts in which it was asked for itself, for as long as their cases are open, and of a case what its
company would see; whose number it may call it reads only while it is to go. Everything comes from the board, so that
a city's phones may ask every few seconds.
"""

from __future__ import annotations

import segno
from aiohttp import web
from pydantic import BaseModel, ConfigDict

from dispatch.crews import CrewId
from rescue.accounts import LINK_LASTS, OfCrew
from rescue.api.access import CREWS_ONLY, STAFF_AND_COMPANIES
from rescue.api.crews import is_of
from rescue.api.problems import NotFound
from rescue.api.reach import actor_of
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.incident import HOLDS_CREW, Assignment, Incident
from rescue.views import (
    AssignmentView,
    CrewView,
    IncidentView,
    Instant,
    Reader,
    assignment_view,
    crew_view,
    incident_view,
)

PAGE = "/crew"
MOST_SHOWN = 20
"""Attempts, the newest: a crew is asked for a few cases a shift."""


class SignInView(BaseModel):
    """A link that signs one phone in, once: as an address, and as a picture for the phone's camera."""

    model_config = ConfigDict(frozen=True)

    url: str
    qr_svg: str
    expires_at: Instant


class WorkItemView(BaseModel):
    """An attempt, and its case."""

    model_config = ConfigDict(frozen=True)

    assignment: AssignmentView
    incident: IncidentView


class WorkView(BaseModel):
    """Who the crew is, whom it can call, and what it was asked, the newest first. `now` is the service's time."""

    model_config = ConfigDict(frozen=True)

    now: Instant
    crew: CrewView
    company: str
    company_phone: str
    rescue_phone: str
    work: list[WorkItemView]


async def make_link(call: Call[Nothing, Nothing]) -> web.Response:
    """A link that signs a phone of this crew in; it works once, within a day."""
    crew_id = _demand_crew(call)
    expires_at = call.now + LINK_LASTS
    token = await call.context.accounts.add_token(
        OfCrew(crew_id), call.now, label="phone", expires_at=expires_at, is_link=True, by=actor_of(call.principal)
    )
    # Behind the # nothing is sent: the token stands in no log on the way.
    url = f"{call.context.public_url}{PAGE}#{token}"
    picture = segno.make(url, error="m").svg_inline(scale=4, dark="#000", light="#fff")
    return answer(SignInView(url=url, qr_svg=picture, expires_at=expires_at), status=201)


async def sign_out(call: Call[Nothing, Nothing]) -> web.Response:
    """Sign every phone of this crew out, and let none of its links and tokens count any more."""
    crew_id = _demand_crew(call)
    await call.context.accounts.sign_crew_out(crew_id, call.now, by=actor_of(call.principal))
    return web.Response(status=204)


async def show_work(call: Call[Nothing, Nothing]) -> web.Response:
    """All that a crew's phone shows."""
    board, crew_id = call.context.desk.board, call.principal.crew_id
    crew = board.crews.get(crew_id) if crew_id else None
    if crew is None:
        raise NotFound(f"crew {crew_id} is not on the list of crews yet")
    company = board.companies.get(crew.company_id)
    asked = [one for one in board.assignments.values() if one.crew_id == crew_id]
    newest = sorted(asked, key=lambda one: (one.offered_at, one.assignment_id), reverse=True)[:MOST_SHOWN]
    return answer(
        WorkView(
            now=call.now,
            crew=crew_view(crew, board.busy()),
            company=company.name if company else crew.company_id,
            company_phone=company.phone if company else "",
            rescue_phone=call.context.rescue_phone,
            work=[_item(call, one, board.incidents[one.incident_id]) for one in newest],
        )
    )


def _item(call: Call[Nothing, Nothing], assignment: Assignment, incident: Incident) -> WorkItemView:
    reader = Reader.COMPANY if assignment.status in HOLDS_CREW else Reader.ONLOOKER
    view = incident_view(incident, assignment, call.context.policies.of(incident), reader=reader)
    view = view.model_copy(update={"handover": None, "claimed_by": None})
    if reader is Reader.COMPANY and incident.lift and incident.lift.safety_officer_phone:
        call.context.audit.view(call.principal, f"incident:{incident.incident_id}")
    return WorkItemView(assignment=assignment_view(assignment), incident=view)


def _demand_crew(call: Call[Nothing, Nothing]) -> CrewId:
    crew = call.context.desk.board.crews.get(CrewId(call.path["crew_id"]))
    if crew is None or not is_of(call.principal, crew):
        raise NotFound(f"there is no crew {call.path['crew_id']}")
    return crew.crew_id


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/crew", show_work, access=CREWS_ONLY, answers={200: WorkView}),
    row(
        "POST",
        f"{API}/crews/{{crew_id}}/sign_in",
        make_link,
        access=STAFF_AND_COMPANIES,
        answers={201: SignInView},
    ),
    row("DELETE", f"{API}/crews/{{crew_id}}/sign_in", sign_out, access=STAFF_AND_COMPANIES, answers={204: None}),
)
