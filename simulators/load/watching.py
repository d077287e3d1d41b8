"""What becomes of each alarm: its case, its acknowledgement, its offer at the company's endpoint; and its end.

Some seconds after its company has heard of it the operator ends a case, so that the board stays as full as a city's and
not as a disaster's; those of a district that went dark stay open.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from simulators.api import Api
from simulators.bench.endpoints import Offers
from simulators.bench.latency import Watch, draw_alarm, percentile
from simulators.city import Lift
from simulators.errors import ApiError
from simulators.gateway import Gateway
from simulators.results import Row

LOOK_EVERY_S = 0.25


@dataclass(slots=True, kw_only=True)
class Calls:
    """The alarms of one load."""

    gateway: Gateway
    operator: Api
    watch: Watch
    offers: Offers
    rng: Random
    calls_within_s: float
    ended_after_s: float
    start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
    raised: list[Lift] = field(default_factory=list)

    async def raise_evenly(self, lifts: Sequence[Lift], for_s: float) -> None:
        """At random instants within so many seconds, whatever became of those before. Each case is ended."""
        began_at = time.perf_counter()
        instants = sorted(self.rng.uniform(0, for_s) for _ in lifts)
        for instant, lift in zip(instants, lifts, strict=True):
            await asyncio.sleep(max(0.0, began_at + instant - time.perf_counter()))
            self._raise(lift)
            self.start(self._end_later(lift))

    async def raise_in_the_dark(self, lifts: Sequence[Lift]) -> None:
        """Those who are trapped call; their cases stay open."""
        began_at = time.perf_counter()
        for instant, lift in sorted((self.rng.uniform(0, self.calls_within_s), lift.lift_id) for lift in lifts):
            await asyncio.sleep(max(0.0, began_at + instant - time.perf_counter()))
            self._raise(next(one for one in lifts if one.lift_id == lift))

    def _raise(self, lift: Lift) -> None:
        alarm = draw_alarm(lift, time.time())
        self.watch.published[lift.lift_id] = time.perf_counter()
        self.gateway.publish(alarm.topic, alarm.payload, qos=alarm.qos, retain=alarm.retain)
        self.raised.append(lift)

    def is_settled(self, lifts: Sequence[Lift]) -> bool:
        """Every one of these has its case, its acknowledgement and its offer."""
        return self.watch.has_answers(lifts) and all(lift.lift_id in self.offers.received for lift in lifts)

    def describe(self, lifts: Sequence[Lift]) -> Row:
        """What became of these lifts' alarms."""
        raised = [lift for lift in lifts if lift.lift_id in self.watch.published]
        cases = self.watch.waits_ms(self.watch.committed, raised)
        answers = self.watch.waits_ms(self.watch.acknowledged, raised)
        offers = self.watch.waits_ms(self.offers.received, raised)
        return {
            "alarms": len(raised),
            "alarms_lost": len(raised) - len(cases),
            "without_offer": len(raised) - len(offers),
            "duplicated": self.watch.surplus(raised),
            **_spread("case", cases),
            **_spread("ack", answers),
            **_spread("webhook", offers),
        }

    async def _end_later(self, lift: Lift) -> None:
        while not self.is_settled([lift]):  # noqa: ASYNC110 - the service has no event of ours to wait for
            await asyncio.sleep(LOOK_EVERY_S)
        await asyncio.sleep(self.ended_after_s)
        incident = self.offers.incidents[lift.lift_id]
        with suppress(ApiError):  # then it stays open, and the board is one case fuller
            await self.operator.post(f"/incidents/{incident}/false_alarm", {"reason": "the load has measured it"})


def _spread(name: str, waits_ms: Sequence[float]) -> Row:
    return {
        f"{name}_p50_ms": percentile(waits_ms, 50),
        f"{name}_p99_ms": percentile(waits_ms, 99),
        f"{name}_max_ms": round(waits_ms[-1], 1) if waits_ms else None,
    }
