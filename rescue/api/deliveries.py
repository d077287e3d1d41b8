"""The delivery log over HTTP: how the webhooks to an endpoint fared, and one of them sent again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from rescue.api.access import ADMINS_AND_COMPANIES
from rescue.api.delivery_log import DeliveryRecord, OfferOver
from rescue.api.fields import Paged
from rescue.api.pages import page
from rescue.api.problems import Conflict, NotFound
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.webhooks import find_endpoint
from rescue.api.wire import answer
from rescue.views import Instant, PageView

LONGEST_NUMBER = 18
"""Digits; the number of no delivery is longer."""


class DeliveryView(BaseModel):
    """One webhook to one endpoint. `outcome` is null while it is still being tried."""

    model_config = ConfigDict(frozen=True)

    id: str
    webhook_id: str
    type: str
    assignment_id: str | None
    attempt: int | None
    created_at: Instant
    due_at: Instant
    tries: int
    tried_at: Instant | None
    status: int | None
    error: str
    outcome: Literal["carried", "given_up", "moot"] | None


async def list_deliveries(call: Call[Paged, Nothing]) -> web.Response:
    """What was sent to this endpoint, newest first."""
    endpoint, query = await find_endpoint(call), call.query
    found = await call.context.deliveries.list_of(endpoint.endpoint_id, query.cursor, query.limit + 1)
    return answer(page(found, query.limit, _view, lambda delivery: delivery.delivery_id))


async def replay_delivery(call: Call[Nothing, Nothing]) -> web.Response:
    """Send this webhook again, under the same `webhook-id`; an offer only while it stands."""
    delivery = await _find(call)
    try:
        await call.context.deliveries.replay(delivery, call.now)
    except OfferOver as refused:
        raise Conflict(str(refused)) from None
    call.context.wake_outbox()
    return answer(_view(await _find(call)), status=202)


async def _find(call: Call[Nothing, Nothing]) -> DeliveryRecord:
    said = call.path["delivery_id"]
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST_NUMBER else None
    found = await call.context.deliveries.find(number, call.principal.company_id) if number is not None else None
    if found is None:
        raise NotFound(f"there is no delivery {said}")
    return found


def _view(delivery: DeliveryRecord) -> DeliveryView:
    return DeliveryView.model_validate({"id": str(delivery.delivery_id), **asdict(delivery)})


_ACCESS = ADMINS_AND_COMPANIES

ROUTES: tuple[AnyRoute, ...] = (
    row(
        "GET",
        f"{API}/webhooks/{{webhook_id}}/deliveries",
        list_deliveries,
        access=_ACCESS,
        answers={200: PageView[DeliveryView]},
    ),
    row(
        "POST", f"{API}/deliveries/{{delivery_id}}/replay", replay_delivery, access=_ACCESS, answers={202: DeliveryView}
    ),
)
