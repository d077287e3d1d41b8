"""The companies' endpoints over HTTP: where their webhooks go, and the secrets that sign them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dispatch.crews import CompanyId
from rescue.accounts import UnknownCompany
from rescue.api.access import ADMINS_AND_COMPANIES
from rescue.api.endpoints import Endpoint, TooManyEndpoints
from rescue.api.fields import Body, Name, PagedByName
from rescue.api.pages import page
from rescue.api.problems import Conflict, FieldError, Invalid, NotFound
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.people.audit_log import Act
from rescue.sending.webhooks import url_refusal
from rescue.timeline import Fact
from rescue.views import Instant, PageView

Type = Literal[
    "*",
    "assignment.offered",
    "assignment.withdrawn",
    "assignment.confirmed",
    "incident.updated",
    "incident.escalated",
    "incident.released",
    "incident.closed",
    "endpoint.test",
]
"""`*` is every type. A test goes to its endpoint whatever that asked for."""
Url = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Types = Annotated[tuple[Type, ...], Field(min_length=1, max_length=10)]


class EndpointBody(Body):
    """A new endpoint. The rescue centre's administrators say for which company; a company need not."""

    url: Url
    types: Types = ("*",)
    company_id: Name | None = None


class EndpointChangeBody(Body):
    """What changes; the rest stays."""

    url: Url | None = None
    types: Types | None = None
    enabled: bool | None = None


class RotationBody(Body):
    """How long the secret that was good until now stays good beside the new one: a day, up to a week, 0 for not."""

    old_for_s: int = Field(default=86_400, ge=0, le=7 * 86_400)


class EndpointView(BaseModel):
    """One place where a company takes webhooks."""

    model_config = ConfigDict(frozen=True)

    id: str
    company_id: str
    url: str
    types: list[str]
    enabled: bool
    created_at: Instant
    old_secret_until: Instant | None
    """Until then webhooks are signed with the secret before the last as well; null if it was never changed."""


class NewEndpointView(EndpointView):
    """The same with its secret, which is never shown again."""

    secret: str


class TestView(BaseModel):
    """The `webhook-id` under which the test arrives."""

    __test__ = False

    webhook_id: str


async def list_endpoints(call: Call[PagedByName, Nothing]) -> web.Response:
    """The company's endpoints, by id."""
    query = call.query
    found = await call.context.webhooks.list_of(call.principal.company_id, query.cursor, query.limit + 1)
    return answer(page(found, query.limit, _view, lambda endpoint: endpoint.endpoint_id))


async def add_endpoint(call: Call[Nothing, EndpointBody]) -> web.Response:
    """A new endpoint. The secret that signs its webhooks is in this answer and in no other."""
    said = call.body
    _demand_good(said.url, call.context.allow_private_webhooks)
    try:
        endpoint, secret = await call.context.webhooks.add(_company(call), said.url, said.types, call.now)
    except UnknownCompany as refused:
        raise Invalid(str(refused), errors=[FieldError(loc=["body", "company_id"], msg=str(refused))]) from None
    except TooManyEndpoints as refused:
        raise Conflict(str(refused)) from None
    _note(call, Act.ENDPOINT_ADDED, endpoint, url=endpoint.url)
    return answer(NewEndpointView(**_view(endpoint).model_dump(), secret=secret), status=201)


async def show_endpoint(call: Call[Nothing, Nothing]) -> web.Response:
    """One endpoint."""
    return answer(_view(await find_endpoint(call)))


async def change_endpoint(call: Call[Nothing, EndpointChangeBody]) -> web.Response:
    """Another address, other types, or on and off."""
    said = call.body
    if said.url is not None:
        _demand_good(said.url, call.context.allow_private_webhooks)
    changed = await call.context.webhooks.change(
        call.path["webhook_id"], call.principal.company_id, url=said.url, types=said.types, enabled=said.enabled
    )
    endpoint = _demand_known(changed, call.path["webhook_id"])
    _note(call, Act.ENDPOINT_CHANGED, endpoint, url=endpoint.url, enabled=endpoint.enabled)
    return answer(_view(endpoint))


async def remove_endpoint(call: Call[Nothing, Nothing]) -> web.Response:
    """No more webhooks to this endpoint, not even those on their way."""
    endpoint = await find_endpoint(call)
    await call.context.webhooks.remove(endpoint.endpoint_id, call.principal.company_id)
    _note(call, Act.ENDPOINT_REMOVED, endpoint, url=endpoint.url)
    return web.Response(status=204)


async def test_endpoint(call: Call[Nothing, Nothing]) -> web.Response:
    """Send an `endpoint.test`; how it fared is in the deliveries."""
    endpoint = await find_endpoint(call)
    webhook_id = await call.context.deliveries.queue_test(endpoint.endpoint_id, call.now)
    call.context.wake_outbox()
    return answer(TestView(webhook_id=webhook_id), status=202)


async def rotate_secret(call: Call[Nothing, RotationBody]) -> web.Response:
    """A new secret, in this answer and in no other; the one before it signs as well for `old_for_s`."""
    old_until = call.now + timedelta(seconds=call.body.old_for_s)
    webhook_id = call.path["webhook_id"]
    rotated = await call.context.webhooks.rotate(webhook_id, call.principal.company_id, old_until)
    if rotated is None:
        raise NotFound(f"there is no webhook {webhook_id}")
    endpoint, secret = rotated
    _note(call, Act.SECRET_ROTATED, endpoint)
    return answer(NewEndpointView(**_view(endpoint).model_dump(), secret=secret))


async def find_endpoint(call: Call[Any, Any]) -> Endpoint:
    """The endpoint that the path names, if it is this caller's. Raises NotFound."""
    webhook_id = call.path["webhook_id"]
    return _demand_known(await call.context.webhooks.find(webhook_id, call.principal.company_id), webhook_id)


def _note(call: Call[Any, Any], act: Act, endpoint: Endpoint, **data: Fact) -> None:
    call.context.audit.note(
        act, call.principal, f"webhook:{endpoint.endpoint_id}", company_id=endpoint.company_id, **data
    )


def _demand_known(endpoint: Endpoint | None, webhook_id: str) -> Endpoint:
    if endpoint is None:
        raise NotFound(f"there is no webhook {webhook_id}")
    return endpoint


def _demand_good(url: str, allow_private: bool) -> None:
    refusal = url_refusal(url, allow_private=allow_private)
    if refusal:
        raise Invalid(refusal, errors=[FieldError(loc=["body", "url"], msg=refusal)])


def _company(call: Call[Nothing, EndpointBody]) -> CompanyId:
    own, said = call.principal.company_id, call.body.company_id
    if said not in {None, own} and own is not None:
        raise NotFound(f"there is no company {said}")
    company_id = own or said
    if company_id is None:
        raise Invalid("say for which company", errors=[FieldError(loc=["body", "company_id"], msg="missing")])
    return CompanyId(company_id)


def _view(endpoint: Endpoint) -> EndpointView:
    return EndpointView(
        id=endpoint.endpoint_id,
        company_id=endpoint.company_id,
        url=endpoint.url,
        types=list(endpoint.types),
        enabled=endpoint.enabled,
        created_at=endpoint.created_at,
        old_secret_until=endpoint.old_secret_until,
    )


_ONE = f"{API}/webhooks/{{webhook_id}}"
_ACCESS = ADMINS_AND_COMPANIES

ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/webhooks", list_endpoints, access=_ACCESS, answers={200: PageView[EndpointView]}),
    row("POST", f"{API}/webhooks", add_endpoint, access=_ACCESS, answers={201: NewEndpointView}),
    row("GET", _ONE, show_endpoint, access=_ACCESS, answers={200: EndpointView}),
    row("PATCH", _ONE, change_endpoint, access=_ACCESS, answers={200: EndpointView}),
    row("DELETE", _ONE, remove_endpoint, access=_ACCESS, answers={204: None}),
    row("POST", f"{_ONE}/test", test_endpoint, access=_ACCESS, answers={202: TestView}),
    row("POST", f"{_ONE}/rotate", rotate_secret, access=_ACCESS, answers={200: NewEndpointView}),
)
