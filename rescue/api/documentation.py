"""The service's description of itself: the OpenAPI document, the same as a page, and the schemas of lifts' payloads."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from aiohttp import web

from devices.bacnet import export_lift
from devices.payloads import SCHEMA_NAMES, schema
from rescue.api.access import OPEN
from rescue.api.html import html_page
from rescue.api.openapi import Json
from rescue.api.problems import NotFound
from rescue.api.table import API, HTML, JSON, AnyRoute, Call, Nothing, row

DOCUMENT: web.AppKey[Json] = web.AppKey("document", dict)
BACNET_LIFT = "bacnet-lift"


async def show_document(call: Call[Nothing, Nothing]) -> web.Response:
    """The OpenAPI document of this service."""
    return web.json_response(call.request.app[DOCUMENT])


async def show_schema(call: Call[Nothing, Nothing]) -> web.Response:
    """The JSON Schema of what lifts and crews' phones publish; `bacnet-lift` is our words in BACnet's numbers."""
    name = call.path["name"]
    if name == BACNET_LIFT:
        return web.json_response(export_lift())
    if name not in SCHEMA_NAMES:
        raise NotFound(f"there is no schema {name}; there are {', '.join((*SCHEMA_NAMES, BACNET_LIFT))}")
    return web.json_response(schema(name))


async def show_documentation(call: Call[Nothing, Nothing]) -> web.Response:
    """The OpenAPI document as a page."""
    return html_page("Lift rescue dispatch: API", _page(call.request.app[DOCUMENT]))


def _page(document: Json) -> str:
    operations = (
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    schemas = (_schema(name, shape) for name, shape in sorted(document["components"]["schemas"].items()))
    return f"""<h1>{escape(document["info"]["title"])} {escape(document["info"]["version"])}</h1>
<p>{escape(document["info"]["description"])} <a href="{API}/openapi.json">openapi.json</a></p>
{"".join(operations)}
<h2>Schemas</h2>
{"".join(schemas)}"""


def _operation(method: str, path: str, operation: Json) -> str:
    return f"""<section id="{escape(operation["operationId"])}">
<h2><code>{method.upper()} {escape(path)}</code></h2>
<p>{escape(operation["summary"])}. {escape(operation["description"])}</p>
{_parameters(operation)}<p>{" · ".join(_said(operation))}</p>
</section>
"""


def _parameters(operation: Json) -> str:
    queries = [parameter for parameter in operation["parameters"] if parameter.get("in") == "query"]
    items = (f"<dt>?{escape(query['name'])}</dt><dd><code>{_json(query['schema'])}</code></dd>" for query in queries)
    return f"<dl>{''.join(items)}</dl>" if queries else ""


def _said(operation: Json) -> list[str]:
    body = operation.get("requestBody", {}).get("content", {})
    said = [f"body {_link(content['schema'])}" for content in body.values()]
    for status, response in operation["responses"].items():
        said += [f"{status} {_link(content['schema'])}" for content in response.get("content", {}).values()]
    return said


def _link(shape: Json) -> str:
    name = escape(str(shape.get("$ref", "")).rpartition("/")[2])
    return f'<a href="#{name}">{name}</a>' if name else escape(shape.get("type", ""))


def _schema(name: str, shape: Json) -> str:
    return (
        f'<details id="{escape(name)}"><summary>{escape(name)}</summary><pre>{_json(shape, indent=2)}</pre></details>'
    )


def _json(shape: Any, indent: int | None = None) -> str:
    return escape(json.dumps(shape, ensure_ascii=False, indent=indent))


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/openapi.json", show_document, access=OPEN, answers={200: JSON}),
    row("GET", f"{API}/schemas/{{name}}", show_schema, access=OPEN, answers={200: JSON}),
    row("GET", "/docs", show_documentation, access=OPEN, answers={200: HTML}),
)
