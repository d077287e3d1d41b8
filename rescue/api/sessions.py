"""Logging in and out, and who one is. The session's secret travels in a cookie that no script can read.

People log in by name and password; a crew's phone and the wall by a token, which a link may have brought them.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field

from rescue.accounts import LONGEST_SECRET, Principal, PrincipalKind, Role, Session, TooManyTries, WrongPassword
from rescue.api.access import COOKIE, GREETING, OPEN, demand_own_site
from rescue.api.context import Context
from rescue.api.fields import Body, Name
from rescue.api.problems import Problem
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.people.audit_log import Act
from rescue.views import Instant


class LogInBody(Body):
    """A name and its password."""

    username: Name
    password: str = Field(max_length=LONGEST_SECRET, repr=False)


class TokenBody(Body):
    """A token of a crew or of the role wall."""

    token: str = Field(min_length=1, max_length=LONGEST_SECRET, repr=False)


class WhoView(BaseModel):
    """Who you are to us: of the rescue centre with a role, a crew, or the program of a company or a vendor.

    `timezone` is that of the centre, whose local time its people go by.
    """

    kind: PrincipalKind
    name: str
    role: Role | None
    company_id: str | None
    crew_id: str | None
    vendor_id: str | None
    expires_at: Instant | None = None
    timezone: str


async def log_in(call: Call[Nothing, LogInBody]) -> web.Response:
    """Open a session, kept in a cookie."""
    demand_own_site(call.request, call.context)
    said, audit, address = call.body, call.context.audit, call.principal.address
    tried = Principal(kind=PrincipalKind.PERSON, name=said.username, address=address)
    try:
        session = await call.context.accounts.log_in(said.username, said.password, call.now, address=address)
    except WrongPassword as refused:
        audit.note(Act.LOG_IN_FAILED, tried)
        raise Problem(str(refused), status=HTTPStatus.UNAUTHORIZED) from None
    except TooManyTries as refused:
        headers = {"Retry-After": str(refused.retry_after_s)}
        raise Problem(str(refused), status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers) from None
    audit.note(Act.LOGGED_IN, tried)
    response = answer(_who(session.principal, session, call.context))
    _keep(response, session, call)
    return response


async def sign_in(call: Call[Nothing, TokenBody]) -> web.Response:
    """Open a session of a crew's phone or a wall, kept in a cookie for 90 days; a link's token does so once."""
    demand_own_site(call.request, call.context)
    session = await call.context.accounts.open_by_token(call.body.token, call.now)
    if session is None:
        raise Problem("this link or token does not count any more: ask for a new one", status=HTTPStatus.UNAUTHORIZED)
    call.context.audit.note(Act.LOGGED_IN, replace(session.principal, address=call.principal.address))
    response = answer(_who(session.principal, session, call.context))
    _keep(response, session, call)
    return response


async def show_session(call: Call[Nothing, Nothing]) -> web.Response:
    """Who you are; `nobody` before logging in."""
    return answer(_who(call.principal, None, call.context))


async def log_out(call: Call[Nothing, Nothing]) -> web.Response:
    """End the session."""
    secret = call.request.cookies.get(COOKIE)
    if secret is not None:
        await call.context.accounts.log_out(secret)
    if call.principal.kind is PrincipalKind.PERSON:
        call.context.audit.note(Act.LOGGED_OUT, call.principal)
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/")
    return response


def _keep(response: web.Response, session: Session, call: Call[Nothing, Any]) -> None:
    response.set_cookie(
        COOKIE,
        session.secret,
        max_age=int((session.expires_at - call.now).total_seconds()),
        path="/",
        httponly=True,
        samesite="Strict",
        secure=call.context.public_url.startswith("https:"),
    )


def _who(principal: Principal, session: Session | None, context: Context) -> WhoView:
    return WhoView(
        kind=principal.kind,
        name=principal.name,
        role=principal.role,
        company_id=principal.company_id,
        crew_id=principal.crew_id,
        vendor_id=principal.vendor_id,
        expires_at=session.expires_at if session else None,
        timezone=context.reports.zone.key,
    )


ROUTES: tuple[AnyRoute, ...] = (
    row("POST", f"{API}/session", log_in, access=OPEN, answers={200: WhoView}),
    row("POST", f"{API}/session/token", sign_in, access=OPEN, answers={200: WhoView}),
    row("GET", f"{API}/session", show_session, access=GREETING, answers={200: WhoView}),
    row("DELETE", f"{API}/session", log_out, access=GREETING, answers={204: None}),
)
