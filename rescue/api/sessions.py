"""Logging in and out, and who one is. The session's secret travels in a cookie that no script can read."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel, Field

from rescue.accounts import LONGEST_SECRET, Principal, PrincipalKind, Role, Session, TooManyTries, WrongPassword
from rescue.api.access import COOKIE, GREETING, OPEN, demand_own_site
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


class WhoView(BaseModel):
    """Who you are to us: of the rescue centre with a role, or the program of a company or a vendor."""

    kind: PrincipalKind
    name: str
    role: Role | None
    company_id: str | None
    vendor_id: str | None
    expires_at: Instant | None = None


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
    response = answer(_who(session.principal, session))
    _keep(response, session, call)
    return response


async def show_session(call: Call[Nothing, Nothing]) -> web.Response:
    """Who you are; `nobody` before logging in."""
    return answer(_who(call.principal, None))


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


def _keep(response: web.Response, session: Session, call: Call[Nothing, LogInBody]) -> None:
    response.set_cookie(
        COOKIE,
        session.secret,
        max_age=int((session.expires_at - call.now).total_seconds()),
        path="/",
        httponly=True,
        samesite="Strict",
        secure=call.context.public_url.startswith("https:"),
    )


def _who(principal: Principal, session: Session | None) -> WhoView:
    return WhoView(
        kind=principal.kind,
        name=principal.name,
        role=principal.role,
        company_id=principal.company_id,
        vendor_id=principal.vendor_id,
        expires_at=session.expires_at if session else None,
    )


ROUTES: tuple[AnyRoute, ...] = (
    row("POST", f"{API}/session", log_in, access=OPEN, answers={200: WhoView}),
    row("GET", f"{API}/session", show_session, access=GREETING, answers={200: WhoView}),
    row("DELETE", f"{API}/session", log_out, access=GREETING, answers={204: None}),
)
