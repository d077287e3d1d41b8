"""What went wrong, as RFC 9457 problem documents: one shape for every error of this service, the router's included.

    Problem
    ├── NotFound      404  no such thing, or none of yours
    ├── Forbidden     403  known, but not allowed
    ├── Unauthorized  401  unknown
    ├── Invalid       422  understood, but not acceptable; `errors` says where
    ├── Conflict      409  too late, out of turn, or changed by somebody else
    ├── TooSlow       408  the body did not come in time
    ├── TooManyRequests  429  asked more often than one may
    └── Unavailable   503  ask again in a moment

A problem's `detail` is a sentence for a person. It never tells of our own code: what we did not foresee is logged and
answered by a bare 500.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, ValidationError
from structlog import get_logger

from rescue.ports import StoreUnavailable
from rescue.shell.service import DeskBusy
from rescue.views import Instant

log = get_logger()

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 1


class FieldError(BaseModel):
    """One thing wrong with a request: where, and what."""

    model_config = ConfigDict(frozen=True)

    loc: list[str | int]
    msg: str


class ProblemView(BaseModel):
    """RFC 9457. `acted_by` and `acted_at` tell who changed a case since the sender saw it."""

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []
    acted_by: str | None = None
    acted_at: Instant | None = None


class Problem(Exception):
    """A request that cannot be met, ready to be answered."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(
        self,
        detail: str,
        *,
        status: HTTPStatus | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status or self.status
        self.errors = errors
        self.headers = dict(headers or {})

    def view(self) -> ProblemView:
        """The document."""
        return ProblemView(
            type="about:blank",
            title=self.status.phrase,
            status=self.status,
            detail=self.detail,
            errors=list(self.errors),
        )


class NotFound(Problem):
    """There is no such thing, or none that this caller may know of: both read the same."""

    status = HTTPStatus.NOT_FOUND


class Forbidden(Problem):
    """The caller is known and may not do this."""

    status = HTTPStatus.FORBIDDEN


class Unauthorized(Problem):
    """The caller is not known."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Invalid(Problem):
    """The request is well formed and says something we cannot take."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Conflict(Problem):
    """The case stands otherwise than the request supposes."""

    status = HTTPStatus.CONFLICT


class Stale(Conflict):
    """The case was changed since the sender saw it: by whom, and when."""

    def __init__(self, detail: str, *, acted_by: str | None, acted_at: Instant | None) -> None:
        super().__init__(detail)
        self.acted_by = acted_by
        self.acted_at = acted_at

    def view(self) -> ProblemView:
        """The document, with who acted last."""
        return super().view().model_copy(update={"acted_by": self.acted_by, "acted_at": self.acted_at})


class TooSlow(Problem):
    """The rest of the request did not come in time; the connection ends with this answer."""

    status = HTTPStatus.REQUEST_TIMEOUT

    def __init__(self, within_s: float) -> None:
        super().__init__(f"the body did not come within {within_s:g} s", headers={"Connection": "close"})


class TooManyRequests(Problem):
    """The caller asks more often than it may: nothing was looked at, and it is told when to come again."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(f"{detail}; try again in {retry_after_s} s", headers={"Retry-After": str(retry_after_s)})


class Unavailable(Problem):
    """We cannot answer now; the same request may be sent again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def invalid(error: ValidationError, *, within: str) -> Problem:
    """Every fault pydantic found `within` the body or the query; JSON that cannot be read at all is a 400."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    errors = [FieldError(loc=[within, *fault["loc"]], msg=fault["msg"]) for fault in faults]
    if any(fault["type"] == "json_invalid" for fault in faults):
        return Problem("the body is not JSON in UTF-8", errors=errors)
    return Invalid(f"the {within} is not as described in /docs", errors=errors)


def respond(problem: Problem) -> web.Response:
    """The document on its way."""
    return web.Response(
        status=problem.status,
        text=problem.view().model_dump_json(exclude_defaults=False, exclude_none=True),
        content_type=CONTENT_TYPE,
        headers=problem.headers,
    )


@web.middleware
async def answer_with_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever was raised, by us, by the router or by a bug, into a problem document."""
    try:
        return await handler(request)
    except Problem as problem:
        return respond(problem)
    except web.HTTPException as exception:
        return respond(_of_router(exception, request))
    except DeskBusy:
        return respond(Unavailable("more is happening than the desk can take in; send the same request again"))
    except StoreUnavailable:
        return respond(Unavailable("the database does not answer; send the same request again"))
    except ConnectionError:
        raise  # The caller has gone: there is nobody to answer, and nothing to report.
    except Exception:
        log.exception("request failed", method=request.method, route=_route_of(request))
        return respond(Problem("this is a fault of the service", status=HTTPStatus.INTERNAL_SERVER_ERROR))


def _of_router(exception: web.HTTPException, request: web.Request) -> Problem:
    status = HTTPStatus(exception.status)
    match status:
        case HTTPStatus.NOT_FOUND:
            return NotFound(f"there is nothing at {request.path}")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = exception.headers["Allow"]
            return Problem(f"use {allowed} here", status=status, headers={"Allow": allowed})
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Problem("the body is longer than 64 KiB", status=status)
        case _:
            return Problem(status.description or status.phrase, status=status)


def _route_of(request: web.Request) -> str:
    # The template, never the path: a path may hold a signed token.
    resource = request.match_info.route.resource
    return resource.canonical if resource else "-"
