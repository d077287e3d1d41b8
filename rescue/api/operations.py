"""What a machine asks of the service itself: is it alive, is it ready, how much is it doing."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from pydantic import BaseModel

from rescue.api.access import OPEN
from rescue.api.table import JSON, TEXT, AnyRoute, Call, Nothing, row


class HealthView(BaseModel):
    """Whether the service can take a case now, and if not, why not.

    `warnings` are for a person to see to, though nobody waits in vain for it; `audited_at` is when it was last proved
    that no case is forgotten.
    """

    ready: bool
    reasons: list[str]
    warnings: list[str] = []
    audited_at: datetime | None = None


async def show_life(call: Call[Nothing, Nothing]) -> web.Response:  # noqa: ARG001 - a handler is given its call
    """The process answers."""
    return web.Response(text="alive\n", content_type=TEXT)


async def show_health(call: Call[Nothing, Nothing]) -> web.Response:
    """Whether the service can take a case now, and if not, why not."""
    health = call.context.health()
    view = HealthView(
        ready=health.ready,
        reasons=list(health.reasons),
        warnings=list(health.warnings),
        audited_at=health.audited_at,
    )
    # What there is nothing to say about is left out: whoever knows the two fields only reads what it always read.
    body = view.model_dump_json(exclude_defaults=True)
    return web.Response(status=200 if health.ready else 503, text=body, content_type=JSON)


async def show_metrics(call: Call[Nothing, Nothing]) -> web.Response:
    """Every figure of the service, in the text format of Prometheus."""
    body = generate_latest(call.context.metrics)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", "/livez", show_life, access=OPEN, answers={200: TEXT}),
    row("GET", "/readyz", show_health, access=OPEN, answers={200: HealthView, 503: HealthView}),
    row("GET", "/metrics", show_metrics, access=OPEN, answers={200: TEXT}),
)
