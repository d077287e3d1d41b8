"""Who may come in: the caller's principal from a bearer token or a session cookie, held against the route's access.

A cookie travels with whatever a browser sends, so a change asked for by cookie must come from our own pages. Decides
nothing about single cases: which of them a company may see is for the handlers (see `reach`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from yarl import URL

from rescue.accounts import NOBODY, Principal, Role
from rescue.api.context import Context
from rescue.api.problems import Forbidden, Unauthorized

COOKIE = "rescue_session"
READS_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The roles that may use a route, and whether companies may. `open`: anyone, and nobody is asked who they are.

    `greets`: anyone, and those who say who they are are known.
    """

    roles: frozenset[Role] = frozenset()
    companies: bool = False
    open: bool = False
    greets: bool = False

    @property
    def is_for_anyone(self) -> bool:
        """Nobody is turned away."""
        return self.open or self.greets

    def admits(self, principal: Principal) -> bool:
        """This principal may use the route."""
        return self.is_for_anyone or (self.companies if principal.company_id else principal.role in self.roles)

    def __str__(self) -> str:
        """The sentence the documentation gives."""
        if self.is_for_anyone:
            return "For anyone."
        names = ", ".join(sorted(self.roles))
        return f"For {names}; for companies as far as it is their own." if self.companies else f"For {names}."


STAFF = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN})

OPEN = Access(open=True)
GREETING = Access(greets=True)
EVERYONE = Access(roles=frozenset(Role), companies=True)
STAFF_ONLY = Access(roles=STAFF)
STAFF_AND_AUDITORS = Access(roles=STAFF | {Role.AUDITOR})
STAFF_AND_COMPANIES = Access(roles=STAFF, companies=True)
ADMINS_AND_COMPANIES = Access(roles=frozenset({Role.ADMIN}), companies=True)


async def admit(request: web.Request, access: Access, context: Context, now: datetime) -> Principal:
    """The caller, if it may use a route of this access. Raises Unauthorized or Forbidden."""
    if access.open:
        return NOBODY
    principal = await _principal(request, context, now)
    if principal is None and access.greets:
        return NOBODY
    if principal is None:
        raise Unauthorized("say who you are: a bearer token, or the cookie of POST /api/v1/session")
    if not access.admits(principal):
        raise Forbidden(f"{principal.name} may not do this. {access}")
    return principal


async def _principal(request: web.Request, context: Context, now: datetime) -> Principal | None:
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        return await context.accounts.principal_of_token(token.strip(), now) if scheme.lower() == "bearer" else None
    session = request.cookies.get(COOKIE)
    if session is None:
        return None
    demand_own_site(request, context)
    return await context.accounts.principal_of_session(session, now)


def demand_own_site(request: web.Request, context: Context) -> None:
    """Refuse a change that a browser sends for a page of another site. Raises Forbidden.

    Every browser of today says where a change comes from, by `Sec-Fetch-Site` or at least `Origin`; a caller that says
    neither is no browser, and nobody can make it send a cookie it does not mean to.
    """
    if request.method in READS_ONLY:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        own = site in {"same-origin", "none"}
    else:
        own = _is_own_origin(request.headers.get("Origin"), request.host, context.public_url)
    if not own:
        raise Forbidden("this was sent by a page of another site")


def _is_own_origin(origin: str | None, host: str, public_url: str) -> bool:
    if origin is None:
        return True
    try:
        return URL(origin).authority in {host, URL(public_url).authority}
    except ValueError:
        return False
