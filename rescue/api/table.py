"""The rows of the route table. The server and its OpenAPI document are made from the same rows, so they cannot drift.

A handler's annotation `Call[Query, Body]` names the models of its query and body, and its docstring is what the
documentation says of it: a row repeats neither.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from inspect import getdoc
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from aiohttp import web
from pydantic import BaseModel

from rescue.accounts import Principal
from rescue.api.access import Access
from rescue.api.context import Context
from rescue.api.fields import Body as Fields

JSON = "application/json"
HTML = "text/html"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain"
API = "/api/v1"


class Nothing(Fields):
    """No query, or no body."""


Query = TypeVar("Query", bound=BaseModel)
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Query, Body]):
    """A request that may be made and makes sense. `request` is for what only the wire knows: cookies and headers."""

    context: Context
    principal: Principal
    now: datetime
    path: Mapping[str, str]
    query: Query
    body: Body
    request: web.Request


Handler = Callable[[Call[Query, Body]], Awaitable[web.Response]]
Answers = Mapping[int, type[BaseModel] | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[Query, Body]):
    """One method of one path. `answers` gives for each status its model, the media type of what is no JSON, or None."""

    method: str
    path: str
    access: Access
    answers: Answers
    handle: Handler[Query, Body]
    query: type[Query]
    body: type[Body]
    summary: str

    @property
    def changes(self) -> bool:
        """It is more than a reading."""
        return self.method != "GET"

    @property
    def is_repeatable(self) -> bool:
        """It keeps its answers for those who ask again with the same Idempotency-Key."""
        return self.changes and not self.access.is_for_anyone


AnyRoute = Route[Any, Any]


def row(method: str, path: str, handle: Handler[Query, Body], *, access: Access, answers: Answers) -> AnyRoute:
    """A row whose models and summary are read off its handler."""
    query, body = get_args(get_type_hints(handle)["call"])
    return Route(
        method=method,
        path=path,
        access=access,
        answers=answers,
        handle=handle,
        query=query,
        body=body,
        summary=(getdoc(handle) or "").rstrip("."),
    )
