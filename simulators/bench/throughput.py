"""How many reports a second one process takes in, against a subscriber that does nothing; and what a lift costs.

Both read the same reports of the same city from the same broker, on which nothing else goes on, by turns. Reports go
out as fast as the broker takes them, from another process, so the reader is the limit. The best round of each counts:
noise only ever slows.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from rescue.collector import spare_what_lives
from rescue.embedded import embedded_broker
from rescue.hearing.links import SUBSCRIPTIONS
from simulators.bench.around import find_free_port, tell
from simulators.bench.background import BORN_AT, Reel, draw_life, send_at_once
from simulators.bench.intake import Intake
from simulators.city import Lift
from simulators.errors import SimulatorError

WITHIN_S = 120.0


class Counter:
    """Counts messages until all have come, and how long that took from the first to the last."""

    def __init__(self, wanted: int) -> None:
        self._left = wanted
        self._wanted = wanted
        self._first_at = 0.0
        self._last_at = 0.0
        self.done = threading.Event()

    def count(self) -> None:
        """One more."""
        if self._left == self._wanted:
            self._first_at = time.perf_counter()
        self._left -= 1
        if self._left == 0:
            self._last_at = time.perf_counter()
            self.done.set()

    @property
    def messages_per_s(self) -> float:
        """The rate at which they came."""
        return (self._wanted - 1) / (self._last_at - self._first_at)

    async def wait(self) -> None:
        """Returns when all have come; SimulatorError when they do not."""
        if not await asyncio.to_thread(self.done.wait, WITHIN_S):
            raise SimulatorError(f"{self._left} of {self._wanted} reports did not arrive within {WITHIN_S:.0f} s")


async def measure_throughput(
    directory: Path, lifts: Sequence[Lift], wake: Reel, rounds: Sequence[Reel], sender: ProcessPoolExecutor
) -> dict[str, float]:
    """The best rate of `floor` and of `product`. With `wake` every lift is heard before the first round."""
    best = {"floor": 0.0, "product": 0.0}
    async with embedded_broker(directory, find_free_port()) as url:
        with _nothing_but_the_product_collected():
            intake = Intake(lifts)
            spare_what_lives()  # As the service does once it knows its lifts.
            await _read_with_product(url, intake, wake, sender)
            await intake.hand_over()
            for turn, reel in enumerate(rounds, start=1):
                floor = await _read_with_nothing(url, reel, sender)
                product = await _read_with_product(url, intake, reel, sender)
                tell(f"round {turn} of {len(rounds)}: floor {floor:,.0f} a second, product {product:,.0f}")
                best = {"floor": max(best["floor"], floor), "product": max(best["product"], product)}
    return best


@contextmanager
def _nothing_but_the_product_collected() -> Iterator[None]:
    """The garbage collector is to walk what the service would walk, and not what the bench has drawn."""
    before = gc.get_threshold()
    spare_what_lives()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


async def _read_with_nothing(url: str, reel: Reel, sender: ProcessPoolExecutor) -> float:
    counter, subscribed = Counter(len(reel)), threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda client, *_: client.subscribe(list(SUBSCRIPTIONS))
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda *_: counter.count()
    address = urlsplit(url)
    client.connect(str(address.hostname), int(address.port or 1883))
    client.loop_start()
    try:
        if not await asyncio.to_thread(subscribed.wait, WITHIN_S):
            raise SimulatorError("the broker grants no subscription")
        await _send_and_wait(url, reel, sender, counter)
    finally:
        client.disconnect()
        client.loop_stop()
    return counter.messages_per_s


async def _read_with_product(url: str, intake: Intake, reel: Reel, sender: ProcessPoolExecutor) -> float:
    counter = Counter(len(reel))
    async with intake.listening(url, counter.count):
        await _send_and_wait(url, reel, sender, counter)
    intake.check(len(reel))
    return counter.messages_per_s


async def _send_and_wait(url: str, reel: Reel, sender: ProcessPoolExecutor, counter: Counter) -> None:
    sending = asyncio.get_running_loop().run_in_executor(sender, send_at_once, url, reel)
    await asyncio.gather(sending, counter.wait())


class LifeClock:
    """Shows the time of the drawn lives: what the service keeps for minutes is kept for their minutes."""

    at = BORN_AT

    def now(self) -> datetime:
        """The instant."""
        return datetime.fromtimestamp(self.at, UTC)


def measure_memory(lifts: Sequence[Lift], seed: int, life_s: float) -> int:
    """Bytes of live state for a lift that has been heard for `life_s`; its id and area are the registry's."""
    said = takewhile(lambda one: one.at < BORN_AT + life_s, draw_life(lifts, seed))
    heard = [(one.at, one.report.topic.encode(), one.report.payload) for one in said]
    clock = LifeClock()
    tracemalloc.start()
    try:
        intake = Intake(lifts, clock)
        for at, topic, payload in heard:
            clock.at = at
            # The link makes topic and payload anew for every message.
            intake.take(topic.decode(), bytes(memoryview(payload)), False, None)
        asyncio.run(intake.hand_over())
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    intake.check(len(heard))
    return round(held / len(lifts))
