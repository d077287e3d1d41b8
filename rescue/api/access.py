"""Who may come in: the caller's principal from a bearer token or a session cookie, held against the route's access.

A cookie travels with whatever a browser sends, so a change asked for by cookie must come from our own pages. Decides
nothing about single cases: which of them a company may see is for the handlers (see `reach`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address

from aiohttp import web
from yarl import URL

from rescue.accounts import NOBODY, Principal, Role
from rescue.api.context import Context
from rescue.api.problems import Forbidden, Unauthorized

COOKIE = "rescue_session"
LONGEST_ADDRESS = 64
"""Characters; the longest written address of IPv6 with a zone fits."""
READS_ONLY = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The roles that may use a route, and whether companies, crews and vendors may. `open`: anyone, unasked.

    `greets`: anyone, and those who say who they are are known.
    """

    roles: frozenset[Role] = frozenset()
    companies: bool = False
    vendors: bool = False
    crews: bool = False
    """For itself: what its company may do, a crew may not unless this is said."""
    open: bool = False
    greets: bool = False

    @property
    def is_for_anyone(self) -> bool:
        """Nobody is turned away."""
        return self.open or self.greets

    def admits(self, principal: Principal) -> bool:
        """This principal may use the route."""
        if self.is_for_anyone:
            return True
        if principal.crew_id is not None:
            return self.crews
        if principal.company_id is not None:
            return self.companies
        return self.vendors if principal.vendor_id is not None else principal.role in self.roles

    def __str__(self) -> str:
        """The sentence the documentation gives."""
        if self.is_for_anyone:
            return "For anyone."
        strangers = (("companies", self.companies), ("crews", self.crews), ("vendors", self.vendors))
        outside = " and ".join(name for name, may in strangers if may)
        parts = [", ".join(sorted(self.roles)), f"{outside} as far as it is their own" if outside else ""]
        return f"For {'; for '.join(filter(None, parts))}."


STAFF = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN})

OPEN = Access(open=True)
GREETING = Access(greets=True)
EVERYONE = Access(roles=frozenset(Role), companies=True)
EVERYONE_AND_CREWS = Access(roles=frozenset(Role), companies=True, crews=True)
EVERYONE_AND_VENDORS = Access(roles=frozenset(Role), companies=True, vendors=True)
AUDITORS_ONLY = Access(roles=frozenset({Role.AUDITOR}))
STAFF_ONLY = Access(roles=STAFF)
STAFF_AND_AUDITORS = Access(roles=STAFF | {Role.AUDITOR})
STAFF_AUDITORS_AND_VENDORS = Access(roles=STAFF | {Role.AUDITOR}, vendors=True)
STAFF_AUDITORS_AND_COMPANIES = Access(roles=STAFF | {Role.AUDITOR}, companies=True)
STAFF_AND_COMPANIES = Access(roles=STAFF, companies=True)
STAFF_COMPANIES_AND_CREWS = Access(roles=STAFF, companies=True, crews=True)
CREWS_ONLY = Access(crews=True)
ADMINS_AND_COMPANIES = Access(roles=frozenset({Role.ADMIN}), companies=True)


async def admit(request: web.Request, access: Access, context: Context, now: datetime, address: str) -> Principal:
    """The caller, if it may use a route of this access. Raises Unauthorized or Forbidden."""
    nobody = replace(NOBODY, address=address)
    if access.open:
        return nobody
    found = await find_principal(request, context, now)
    principal = replace(found, address=address) if found else None
    if principal is None and access.greets:
        return nobody
    if principal is None:
        raise Unauthorized("say who you are: a bearer token, or the cookie of POST /api/v1/session")
    if not access.admits(principal):
        raise Forbidden(f"{principal.name} may not do this. {access}")
    return principal


def address_of(request: web.Request, proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """Where a request comes from: the last address that is no proxy of ours, as far as these say whom they heard."""
    told = [word.strip() for line in request.headers.getall("X-Forwarded-For", ()) for word in line.split(",")]
    address = request.remote or ""
    while told and _is_proxy(address, proxies):
        address = told.pop()
    return address[:LONGEST_ADDRESS]


def _is_proxy(address: str, proxies: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        return any(ip_address(address) in network for network in proxies)
    except ValueError:
        return False


async def find_principal(request: web.Request, context: Context, now: datetime) -> Principal | None:
    """Whose token or session came with the request, now; None for nobody's. A change by cookie must be our pages'."""
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
    if request.method not in READS_ONLY:
        demand_own_page(request, context)


def demand_own_page(request: web.Request, context: Context) -> None:
    """Refuse what a page of another site makes a browser send with our cookie. Raises Forbidden."""
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
