"""The service's two links to the broker: one for what must be acknowledged, one for what is only heard.

Alarms, faults, test calls, births and wills come by a lasting session with QoS 1; statuses and positions of crews, a
thousand times as many, by another one. So an alarm never waits behind telemetry: each link is read in short turns, and
however much waits on the one, the other has its turn after a millisecond or two. What we say to lifts goes out by the
link of the alarms.

Between an alarm and a status of the same lift there is no order any more. There was none before that could be relied
on: they have different QoS. The tracker goes by (boot, seq) and by the numbers of alarms.

Must not know what a message means. Both or neither: with one link away we are as good as deaf, and say so.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import fields

from devices.mqtt import PUBLISH_WITHIN_S, LinkCounts, MessageHandler, MqttLink, Receipt

ALARMS: Sequence[tuple[str, int]] = (
    ("lifts/v1/+/+/alarm", 1),
    ("lifts/v1/+/+/fault", 1),
    ("lifts/v1/+/+/test", 1),
    ("lifts/v1/+/+/link", 1),
)
STATUSES: Sequence[tuple[str, int]] = (
    ("lifts/v1/+/+/status", 0),
    ("crews/v1/+/+/position", 0),
)
SUBSCRIPTIONS = (*ALARMS, *STATUSES)
"""All that we hear."""


class BrokerLinks:
    """Both links of one shard. `run()` is a task's work; all else may be called at any time, on the same event loop."""

    def __init__(self, url: str, shard: str, on_message: MessageHandler, tls: Callable[[], ssl.SSLContext]) -> None:
        """Raises BadBrokerUrl."""
        self._alarms = MqttLink(url, shard, ALARMS, on_message, tls, no_longer=[topic for topic, _ in STATUSES])
        self._statuses = MqttLink(url, f"{shard}-statuses", STATUSES, on_message, tls, lasting=False)

    @property
    def connected(self) -> bool:
        """Whether all is heard."""
        return self._alarms.connected and self._statuses.connected

    @property
    def counts(self) -> LinkCounts:
        """Of both."""
        sums = {
            one.name: getattr(self._alarms.counts, one.name) + getattr(self._statuses.counts, one.name)
            for one in fields(LinkCounts)
        }
        return LinkCounts(**sums)

    async def run(self) -> None:
        """Connect, and again for ever."""
        async with asyncio.TaskGroup() as links:
            links.create_task(self._alarms.run())
            links.create_task(self._statuses.run())

    async def wait_connected(self, timeout_s: float) -> None:
        """Return once all is heard. Raises BrokerUnreachable."""
        await self._alarms.wait_connected(timeout_s)
        await self._statuses.wait_connected(timeout_s)

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, within_s: float = PUBLISH_WITHIN_S
    ) -> None:
        """Return when the broker has acknowledged. Raises NotConnected or TimeoutError."""
        await self._alarms.publish(topic, payload, qos=qos, retain=retain, within_s=within_s)

    def acknowledge(self, receipt: Receipt) -> None:
        """Tell the broker that the message is ours: only the link of the alarms gives receipts."""
        self._alarms.acknowledge(receipt)
