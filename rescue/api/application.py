"""The HTTP server put together: the route table, the console's files, and what holds for every answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from aiohttp import web

from rescue.api import (
    actions,
    assignments,
    audit_log,
    black_boxes,
    cases,
    causes,
    companies,
    crews,
    deliveries,
    documentation,
    exports,
    lifts,
    operations,
    reports,
    respond,
    sessions,
    watch,
    webhooks,
)
from rescue.api.context import Context
from rescue.api.openapi import Json, document
from rescue.api.problems import NotFound, answer_with_problems
from rescue.api.table import AnyRoute
from rescue.api.wire import serve

LARGEST_BODY = 64 * 1024
STATIC = Path(__file__).parent.parent / "console" / "static"
FILES = {path.name: path for path in STATIC.iterdir()}
"""Listed once: nothing that a request names is looked for on the disk."""

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
    *lifts.ROUTES,
    *webhooks.ROUTES,
    *deliveries.ROUTES,
    *audit_log.ROUTES,
    *reports.ROUTES,
    *watch.ROUTES,
    *respond.ROUTES,
)

# Our pages load nothing from elsewhere, run no script that is not a file of ours, and stand in nobody's frame.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
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
    app[documentation.DOCUMENT] = _document()
    for route in ROUTES:
        _add(app, route, context)
    app.router.add_get("/", _show_console)
    app.router.add_get("/crew", _show_crew_page)
    app.router.add_get("/static/{name}", _show_file)
    app.on_response_prepare.append(_add_headers)
    return app


@cache
def _document() -> Json:
    """The routes are the same for every app."""
    return document(ROUTES)


def _add(app: web.Application, route: AnyRoute, context: Context) -> None:
    if route.method == "GET":
        app.router.add_get(route.path, serve(route, context))  # and HEAD with it
    else:
        app.router.add_route(route.method, route.path, serve(route, context))


async def _show_console(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


async def _show_crew_page(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "crew.html")


async def _show_file(request: web.Request) -> web.FileResponse:
    name = request.match_info["name"]
    if name not in FILES:
        raise NotFound(f"there is no file {name}")
    return web.FileResponse(FILES[name])


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers[name] = value
    # Files may be kept and asked about; what we say of a case may not be kept by anybody on the way.
    is_file = request.path.startswith("/static/")
    response.headers.setdefault("Cache-Control", "no-cache" if is_file else "no-store")
