"""How long things take, in histograms for Prometheus. Nothing is decided by what is measured here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram

from rescue.ports import Delivery
from rescue.sending.outbox import Sends
from rescue.sending.retries import Reply, is_offer
from rescue.shell.lanes import Lane

COMMIT_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
WAIT_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300)
LATE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
WEBHOOK_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

LOOKED_AT_EVERY_S = 0.05


class DeskTimes:
    """Of the desk: each transaction, and each input from its coming until it was committed."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._commit = Histogram("rescue_commit_seconds", "One transaction", registry=registry, buckets=COMMIT_S)
        decided = Histogram(
            "rescue_input_seconds",
            "From an input's coming until it was committed, by lane; alarms are the promise of the service",
            ["lane"],
            registry=registry,
            buckets=WAIT_S,
        )
        self._decided = {lane: decided.labels(lane.name.lower()) for lane in Lane}

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Around one transaction; one that fails is not counted."""
        began = time.monotonic()
        yield
        self._commit.observe(time.monotonic() - began)

    def decided(self, lane: Lane, since: float) -> None:
        """An input that came at this monotonic second is committed."""
        self._decided[lane].observe(time.monotonic() - since)


class LoopTurns:
    """How late the event loop comes to what is due: nobody in this process, not even an alarm, is heard sooner."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._late = Histogram(
            "rescue_loop_turn_seconds",
            "How long what was due had to wait for the event loop to turn to it, looked at twenty times a second",
            registry=registry,
            buckets=LATE_S,
        )

    async def run(self) -> None:
        """Look, for ever."""
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + LOOKED_AT_EVERY_S
            await asyncio.sleep(LOOKED_AT_EVERY_S)
            self._late.observe(max(0.0, clock() - due))


class TimedSender:
    """Sends webhooks through another sender, and measures each try."""

    def __init__(self, sender: Sends, registry: CollectorRegistry) -> None:
        self._sender = sender
        self._tries = Histogram(
            "rescue_webhook_seconds",
            "One try of a webhook, by what it was and whether the endpoint took it",
            ["kind", "outcome"],
            registry=registry,
            buckets=WEBHOOK_S,
        )

    async def send(self, delivery: Delivery, now: datetime) -> Reply:
        """Try once."""
        began = time.monotonic()
        reply = await self._sender.send(delivery, now)
        kind = "offer" if is_offer(delivery) else "other"
        self._tries.labels(kind, "failed" if reply.error else "taken").observe(time.monotonic() - began)
        return reply
