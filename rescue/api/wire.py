"""One request from the wire to a handler and back: who asks, may they, what do they say, and was it said before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qs

from aiohttp import web
from pydantic import BaseModel, ValidationError

from rescue.api.access import address_of, admit
from rescue.api.context import Context
from rescue.api.fields import Form
from rescue.api.limits import Budget
from rescue.api.problems import FieldError, Invalid, NotFound, Problem, TooSlow, invalid
from rescue.api.repeats import once
from rescue.api.table import JSON, Body, Call, Query, Route
from rescue.people.principals import Principal

NEVER_COUNTED = frozenset({"/livez", "/readyz", "/metrics"})
"""What watches over the service is answered however much it is asked."""
COUNTS_ITSELF = frozenset({"/r", "/r/{rescue_code}"})
"""Whoever calls for help from a page is told in words for people, on that page, what to do at the limit."""
MOST_FIELDS = 100


def answer(view: BaseModel, *, status: int = 200) -> web.Response:
    """A view as JSON."""
    return web.Response(status=status, text=view.model_dump_json(by_alias=True), content_type=JSON)


def serve(route: Route[Query, Body], context: Context) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The row of the table at work."""

    async def handle(request: web.Request) -> web.Response:
        now = context.clock.now()
        principal = await _admit(request, route, context)
        call = Call(
            context=context,
            principal=principal,
            now=now,
            path=_path(request),
            query=_read_query(request, route.query),
            body=await _read_body(request, route, context.body_within_s),
            request=request,
        )
        if not route.is_repeatable:
            return await route.handle(call)
        return await once(request, principal, now, context.answers, lambda: route.handle(call))

    return handle


async def _admit(request: web.Request, route: Route[Query, Body], context: Context) -> Principal:
    """The caller, if it may ask this, now, and this often."""
    now, address = context.clock.now(), address_of(request, context.proxies)
    budget = Budget.CHANGES if route.changes else Budget.READS
    if route.path not in NEVER_COUNTED | COUNTS_ITSELF:
        context.limiter.charge_address(address, budget, now)
    principal = await admit(request, route.access, context, now, address)
    if not route.access.is_for_anyone:
        context.limiter.charge_caller(principal, budget, now)
    return principal


def _path(request: web.Request) -> Mapping[str, str]:
    # PostgreSQL has no text with a NUL in it, so nothing can bear such a name.
    if "\x00" in request.path:
        raise NotFound("there is nothing of that name")
    return request.match_info


def _read_query(request: web.Request, model: type[Query]) -> Query:
    twice = [name for name in request.query if len(request.query.getall(name)) > 1]
    if twice:
        raise Invalid("say each parameter once", errors=[FieldError(loc=["query", twice[0]], msg="given twice")])
    try:
        return model.model_validate(dict(request.query))
    except ValidationError as error:
        raise invalid(error, within="query") from None


async def _read_body(request: web.Request, route: Route[Query, Body], within_s: float) -> Body:
    raw = await _read(request, within_s) if route.changes else b""
    if issubclass(route.body, Form):
        return route.body.model_validate(_read_form(raw))
    try:
        return route.body.model_validate_json(raw or b"{}", strict=True)
    except ValidationError as error:
        raise invalid(error, within="body") from None


def _read_form(raw: bytes) -> Mapping[str, list[str]]:
    """Every field with all its values. What cannot be read is left out: a form is filled in by people in need."""
    try:
        return parse_qs(raw.decode(errors="replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}


async def _read(request: web.Request, within_s: float) -> bytes:
    try:
        async with asyncio.timeout(within_s):
            return await request.read()
    except TimeoutError:
        raise TooSlow(within_s) from None
    except web.RequestPayloadError:
        raise Problem("the body broke off, or is not packed as its headers say") from None
