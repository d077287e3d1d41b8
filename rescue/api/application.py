"""The HTTP server put together: the route table, the console's files, and what holds for every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache

from aiohttp import web

from rescue.api import (
    actions,
    assignments,
    audit_log,
    base_map,
    black_boxes,
    cases,
    causes,
    companies,
    cover,
    crew_phone,
    crews,
    deliveries,
    documentation,
    exports,
    false_alarms,
    lifts,
    live,
    operations,
    public,
    reports,
    respond,
    sessions,
    shifts,
    wall,
    watch,
    webhooks,
)
from rescue.api.base_map import add_base_map
from rescue.api.context import Context
from rescue.api.files import add_files
from rescue.api.openapi import Json, document
from rescue.api.problems import answer_with_problems
from rescue.api.table import AnyRoute
from rescue.api.wire import serve
from rescue.base_map.sources import MapSources
from rescue.live.messages import SPOKEN

LARGEST_BODY = 64 * 1024
OnPrepare = Callable[[web.Request, web.StreamResponse], Awaitable[None]]

ROUTES: tuple[AnyRoute, ...] = (
    *operations.ROUTES,
    *documentation.ROUTES,
    *sessions.ROUTES,
    *cases.ROUTES,
    *causes.ROUTES,
    *black_boxes.ROUTES,
    *exports.ROUTES,
    *actions.ROUTES,
    *assignments.ROUTES,
    *companies.ROUTES,
    *crews.ROUTES,
    *cover.ROUTES,
    *crew_phone.ROUTES,
    *lifts.ROUTES,
    *live.ROUTES,
    *webhooks.ROUTES,
    *deliveries.ROUTES,
    *audit_log.ROUTES,
    *reports.ROUTES,
    *false_alarms.ROUTES,
    *shifts.ROUTES,
    *wall.ROUTES,
    *watch.ROUTES,
    *base_map.ROUTES,
    *respond.ROUTES,
    *public.ROUTES,
)

# Our pages load nothing from elsewhere, run no script that is not a file of ours, and stand in nobody's frame.
IMAGES = "img-src 'self' data:;"
PAGE_POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; {IMAGES} "
    "manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    # A path may hold the token of an offer's link.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "rescue",
}


def make_app(context: Context) -> web.Application:
    """The whole HTTP side, ready to be run."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[answer_with_problems])
    app[documentation.DOCUMENT] = describe()
    for route in ROUTES:
        _add(app, route, context)
    add_files(app)
    add_base_map(app, context.map_sources)
    app.on_response_prepare.append(_headers_adder(context.map_sources))
    app.on_shutdown.append(lambda _: context.live.close())
    return app


@cache
def describe() -> Json:
    """The OpenAPI document of the routes, which are the same for every app."""
    return document(ROUTES, SPOKEN)


def _add(app: web.Application, route: AnyRoute, context: Context) -> None:
    if route.method == "GET":
        app.router.add_get(route.path, serve(route, context))  # and HEAD with it
    else:
        app.router.add_route(route.method, route.path, serve(route, context))


def _headers_adder(sources: MapSources) -> OnPrepare:
    """Pages may load the pictures of a map from the one tile server that the centre has chosen."""
    tiles = f"img-src 'self' data: {sources.tiles.origin};" if sources.tiles else IMAGES
    headers = {**HEADERS, "Content-Security-Policy": PAGE_POLICY.replace(IMAGES, tiles)}

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in headers.items():
            response.headers[name] = value
        # What we say of a case may not be kept by anybody on the way.
        response.headers.setdefault("Cache-Control", "no-store")

    return add
