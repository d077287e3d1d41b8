"""The OpenAPI 3.1 document of a route table: every word in it is a model's, a docstring's or a row's.

Must not know the routes one by one; what the document should say of a route is said in the route's own place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any, Literal, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from rescue.api.access import COOKIE
from rescue.api.fields import Form
from rescue.api.problems import CONTENT_TYPE, ProblemView
from rescue.api.repeats import HEADER, LONGEST_KEY
from rescue.api.table import API, FORM, HTML, JSON, AnyRoute, Nothing

Json = dict[str, Any]
Use = tuple[type[BaseModel], Literal["validation", "serialization"]]

_PARAMETER = re.compile(r"\{(\w+)\}")


def document(routes: Sequence[AnyRoute], spoken: Sequence[Use] = ()) -> Json:
    """The document of these routes; `spoken` are models of what travels otherwise than as a request or an answer."""
    references, schemas = _schemas(routes, spoken)
    paths: Json = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, references, schemas)
    for model in {route.query for route in routes}:
        # A query is published parameter by parameter.
        del schemas[_name(references[(model, "validation")])]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lift rescue dispatch", "version": version("lift-rescue"), "description": _ABOUT},
        "paths": paths,
        "components": {"schemas": schemas, "parameters": {"IdempotencyKey": _KEY}, "securitySchemes": _SECURITY},
        "security": [{"token": []}, {"session": []}],
    }


def _schemas(routes: Sequence[AnyRoute], spoken: Sequence[Use]) -> tuple[dict[Use, Json], Json]:
    """Where each model's schema is to be found, and all schemas by name."""
    uses = dict.fromkeys((*(use for route in routes for use in _uses(route)), *spoken))
    references, definitions = models_json_schema(list(uses), ref_template="#/components/schemas/{model}")
    return cast("dict[Use, Json]", references), definitions["$defs"]


def _uses(route: AnyRoute) -> Iterator[Use]:
    yield ProblemView, "serialization"
    yield route.query, "validation"
    yield route.body, "validation"
    for view in route.answers.values():
        if isinstance(view, type):
            yield view, "serialization"


def _operation(route: AnyRoute, references: dict[Use, Json], schemas: Json) -> Json:
    operation: Json = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "description": str(route.access),
        "tags": [_tag(route)],
        "parameters": [*_path_parameters(route), *_query_parameters(route, references, schemas), *_key(route)],
        "responses": {
            **{str(status): _answer(status, view, references) for status, view in route.answers.items()},
            "default": _refusal(route, references),
        },
    }
    if route.body is not Nothing:
        schema = references[(route.body, "validation")]
        is_required = "required" in schemas[_name(schema)]
        kind = FORM if issubclass(route.body, Form) else JSON
        operation["requestBody"] = {"required": is_required, "content": {kind: {"schema": schema}}}
    if route.access.is_for_anyone:
        operation["security"] = []
    return operation


def _operation_id(route: AnyRoute) -> str:
    words = re.findall(r"\w+", route.path.removeprefix(API))
    return "_".join([route.method.lower(), *words])


def _tag(route: AnyRoute) -> str:
    if not route.path.startswith(API):
        return "operations"
    return route.path.removeprefix(f"{API}/").partition("/")[0]


def _path_parameters(route: AnyRoute) -> list[Json]:
    names = _PARAMETER.findall(route.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(route: AnyRoute, references: dict[Use, Json], schemas: Json) -> list[Json]:
    model = schemas[_name(references[(route.query, "validation")])]
    required = model.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _said_or_not(schema)}
        for name, schema in model.get("properties", {}).items()
    ]


def _said_or_not(schema: Json) -> Json:
    """The schema of a parameter that is said: one that is not said is left out, for a query knows no null."""
    kinds: list[Json] = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else schema


def _key(route: AnyRoute) -> list[Json]:
    return [{"$ref": "#/components/parameters/IdempotencyKey"}] if route.is_repeatable else []


def _answer(status: int, view: type[BaseModel] | str | None, references: dict[Use, Json]) -> Json:
    said = _STATUS[status]
    match view:
        case None:
            return {"description": said}
        case str():
            return _content(said, view, {"type": "object" if view == JSON else "string"})
        case _:
            return _content(said, JSON, references[(view, "serialization")])


def _refusal(route: AnyRoute, references: dict[Use, Json]) -> Json:
    """A problem document; a page says it as a page."""
    refusal = _content("The request cannot be met", CONTENT_TYPE, references[(ProblemView, "serialization")])
    if HTML in route.answers.values():
        refusal["content"][HTML] = {"schema": {"type": "string"}}
    return refusal


def _content(said: str, media_type: str, schema: Json) -> Json:
    return {"description": said, "content": {media_type: {"schema": schema}}}


def _name(reference: Json) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


_ABOUT = (
    "From a lift's message to passengers out. Instants are RFC 3339 UTC with `Z`, durations in seconds end in `_s`, "
    "coordinates are WGS84. Lists page by `limit` and `cursor`. Every error is a problem document of RFC 9457."
)
_STATUS = {
    101: "The connection is a WebSocket from here on",
    200: "Done",
    303: "Taken in: see there",
    201: "Made anew",
    202: "On its way",
    204: "Done, nothing more to say",
    304: "As before",
    503: "Not now",
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "description": "Sent again with the same key, a request is answered alike and done once; kept for a day.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}
_SECURITY = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}
