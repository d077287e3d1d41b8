"""How many reports a second one core takes in: the product's parse and track, against a subscriber that does nothing.

Both read the same reports of a simulated fleet from the same broker, on which nothing else goes on. Reports go out as
fast as a socket takes them, so the reader is the limit. What one tracked lift costs in memory is measured beside it.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from devices.fleet import Fleet as Tracker
from devices.messages import Area, LiftId
from devices.mqtt import MqttError, MqttLink, Receipt
from devices.payloads import parse, parse_topic
from devices.tracker import Rules
from rescue.embedded import EmbeddedError, embedded_broker
from simulators.city import City, build_city
from simulators.errors import SimulatorError
from simulators.fleet import make_fleet
from simulators.packets import connect_packet, publish_packet, send
from simulators.reports import Report
from simulators.results import Row

LIFTS = 8000
REPORTS = 60_000
ROUNDS = 3
"""Each method runs so often, by turns; its best round counts."""
WITHIN_S = 60.0
BORN_AT = 1_763_856_000.0
TICK_S = 1.0
SUBSCRIPTION = "lifts/v1/+/+/status"


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


def measure_ingest(seed: int) -> Sequence[Row]:
    """A row for the floor and one for the product. Raises SimulatorError when the broker does not work."""
    city = build_city(lifts=LIFTS, seed=seed)
    reports = _draw_reports(city, seed)
    packets = b"".join(publish_packet(report.topic, report.payload) for report in reports)
    try:
        rates = asyncio.run(_measure(city, packets))
    except (EmbeddedError, MqttError) as error:
        raise SimulatorError(str(error)) from error
    memory = _measure_memory(city, reports)
    return [
        {"method": "floor", "messages_per_s": round(rates["floor"]), "lifts": LIFTS, "bytes_per_lift": None},
        {"method": "product", "messages_per_s": round(rates["product"]), "lifts": LIFTS, "bytes_per_lift": memory},
    ]


def _draw_reports(city: City, seed: int) -> list[Report]:
    """The fleet's first statuses, in the order in which it lives them."""
    fleet, now = make_fleet(city, born_at=BORN_AT, rng=Random(seed)), BORN_AT
    reports: list[Report] = []
    while len(reports) < REPORTS:
        reports += [report for report in fleet.take_due(now) if report.channel == "status"]
        now += TICK_S
    return reports[:REPORTS]


async def _measure(city: City, packets: bytes) -> dict[str, float]:
    best = {"floor": 0.0, "product": 0.0}
    with tempfile.TemporaryDirectory(prefix="rescue-bench-") as directory:
        async with embedded_broker(Path(directory), _find_free_port()) as url:
            for _ in range(ROUNDS):
                best["floor"] = max(best["floor"], await asyncio.to_thread(_read_with_nothing, url, packets))
                best["product"] = max(best["product"], await _read_with_product(url, city, packets))
    return best


def _read_with_nothing(url: str, packets: bytes) -> float:
    counter, connected, subscribed = Counter(REPORTS), threading.Event(), threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda *_: connected.set()
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda *_: counter.count()
    address = urlsplit(url)
    client.connect(str(address.hostname), int(address.port or 1883))
    client.loop_start()
    try:
        _await(connected)
        client.subscribe(SUBSCRIPTION)
        _await(subscribed)
        send(url, connect_packet("bench") + packets)
        _await(counter.done)
    finally:
        client.disconnect()
        client.loop_stop()
    return counter.messages_per_s


async def _read_with_product(url: str, city: City, packets: bytes) -> float:
    counter, tracker = Counter(REPORTS), _make_tracker(city)

    def take(topic: str, payload: bytes, _retained: bool, _receipt: Receipt | None) -> None:
        _track(tracker, topic, payload, time.time())
        counter.count()

    link = MqttLink(url, "bench", [(SUBSCRIPTION, 0)], take)
    running = asyncio.create_task(link.run())
    try:
        await link.wait_connected(WITHIN_S)
        await asyncio.gather(
            asyncio.to_thread(send, url, connect_packet("bench") + packets), asyncio.to_thread(_await, counter.done)
        )
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return counter.messages_per_s


def _measure_memory(city: City, reports: Sequence[Report]) -> int:
    """Bytes that the tracker keeps for a lift that has been heard."""
    tracemalloc.start()
    tracker = _make_tracker(city)
    for report in reports:
        _track(tracker, report.topic, report.payload, BORN_AT)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return round(held / LIFTS)


def _make_tracker(city: City) -> Tracker:
    tracker = Tracker(Rules())
    for lift in city.lifts:
        tracker.add(LiftId(lift.lift_id), Area(lift.area))
    return tracker


def _track(tracker: Tracker, topic: str, payload: bytes, now: float) -> None:
    area, lift_id, channel = parse_topic(topic)
    tracker.observe(area, lift_id, parse(channel, payload, tracker.profile_of(lift_id)), now)


def _await(event: threading.Event) -> None:
    if not event.wait(WITHIN_S):
        raise SimulatorError(f"the reports did not all arrive within {WITHIN_S:.0f} s")


def _find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
