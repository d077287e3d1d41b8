"""What a machine asks of the service itself: is it alive, is it ready, how much is it doing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from pydantic import BaseModel

from rescue.api.access import OPEN
from rescue.api.table import TEXT, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer


class HealthView(BaseModel):
    """Whether the service can take a case now, and if not, why not."""

    ready: bool
    reasons: list[str]


async def show_life(call: Call[Nothing, Nothing]) -> web.Response:  # noqa: ARG001 - a handler is given its call
    """The process answers."""
    return web.Response(text="alive\n", content_type=TEXT)


async def show_health(call: Call[Nothing, Nothing]) -> web.Response:
    """Whether the service can take a case now, and if not, why not."""
    health = call.context.health()
    view = HealthView(ready=health.ready, reasons=list(health.reasons))
    return answer(view, status=200 if health.ready else 503)


async def show_counts(call: Call[Nothing, Nothing]) -> web.Response:
    """Every count of the service, in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counts(call.context.counts))
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


class _Counts(Collector):
    """The service's own counts as they are now; those that only ever grow end in `_total`."""

    def __init__(self, counts: Callable[[], Mapping[str, float]]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        for name, value in self._counts().items():
            family = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            yield family(name, name.removesuffix("_total").replace("_", " "), value=value)


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", "/livez", show_life, access=OPEN, answers={200: TEXT}),
    row("GET", "/readyz", show_health, access=OPEN, answers={200: HealthView, 503: HealthView}),
    row("GET", "/metrics", show_counts, access=OPEN, answers={200: TEXT}),
)
