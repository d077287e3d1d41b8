"""The simulated fleet on a real broker, watched by another client, with the service nowhere near."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from random import Random

import pytest

from simulators.car import Stoppage
from simulators.errors import BrokerUnreachableError
from simulators.fleet import Fleet, FleetLink, make_fleet
from simulators.gateway import Gateway
from simulators.packets import connect_packet, publish_packet, send
from tests.unit.simulators.contract import faults_of
from tests.unit.simulators.lives import CITY

NATS = Path(sys.executable).with_name("nats-server")
WITHIN_S = 20.0
TOLD_WITHIN_S = 2.0
FIRST = CITY.lifts[0]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


async def eventually(condition: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - another program's doing has no event to wait for
            await asyncio.sleep(0.02)


def accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@asynccontextmanager
async def broker(directory: Path, port: int) -> AsyncIterator[str]:
    config = directory / "nats.conf"
    config.write_text(
        f'server_name: fleet\nlisten: "127.0.0.1:-1"\nmqtt {{ listen: "127.0.0.1:{port}" }}\n'
        f'jetstream {{ store_dir: "{directory}" }}\n'
    )
    process = await asyncio.create_subprocess_exec(NATS, "-c", config, stderr=asyncio.subprocess.DEVNULL)
    try:
        await eventually(lambda: accepts(port))
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def on_the_air(fleet: Fleet, url: str) -> AsyncIterator[FleetLink]:
    async with FleetLink(fleet, url, {lift.area for lift in CITY.lifts}) as link:
        running = asyncio.create_task(link.run())
        yield link
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def newborn_fleet() -> Fleet:
    return make_fleet(CITY, born_at=time.time(), rng=Random(1))


def fleet_with_people_trapped() -> Fleet:
    """It has lived until just before somebody in the first lift presses the button, five minutes ago."""
    born_at = time.time() - 300
    fleet = make_fleet(CITY, born_at=born_at, rng=Random(1))
    fleet.befall(FIRST.lift_id, Stoppage(at_landing=False, people=1, presses_after_s=0.0), born_at)
    ticks = (born_at + tick / 2 for tick in range(240))
    assert any(fleet.take_due(now) and fleet[FIRST.lift_id].car.stoppage for now in ticks)
    return fleet


class Watcher:
    """Everything another client has heard, by topic."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def hear(self, topic: str, payload: bytes) -> None:
        self.heard.append((topic, payload))

    def topics(self, channel: str) -> set[str]:
        return {topic for topic, _ in self.heard if topic.endswith(f"/{channel}")}

    async def hears(self, wanted: set[str]) -> None:
        await eventually(lambda: wanted <= {topic for topic, _ in self.heard}, TOLD_WITHIN_S)


async def newcomers_hear(url: str, wanted: set[str]) -> Watcher:
    """What the broker keeps, as the first newcomer hears it who is told of every one of these topics.

    A newcomer may be told less: between a message that went out before it subscribed, and the moment when the broker
    offers it as retained, NATS leaves some milliseconds, under load more. So one newcomer proves nothing.
    """
    until = time.monotonic() + WITHIN_S
    for turn in count():
        late = Watcher()
        async with Gateway(url, f"late-{turn}", subscriptions=("lifts/v1/#",), on_message=late.hear):
            with suppress(TimeoutError):
                await late.hears(wanted)
                return late
        assert time.monotonic() < until
    raise AssertionError("the turns never end")


async def test_every_lift_is_born_and_the_broker_keeps_its_link_and_status(tmp_path: Path) -> None:
    fleet = newborn_fleet()
    wanted = {f"lifts/v1/{lift.area}/{lift.lift_id}/{kept}" for lift in CITY.lifts for kept in ("link", "status")}
    async with broker(tmp_path, free_port()) as url, on_the_air(fleet, url) as link:
        await eventually(lambda: fleet.online == len(CITY.lifts))
        late = await newcomers_hear(url, wanted)
        assert link.published >= 2 * len(CITY.lifts)
    for topic, payload in late.heard:
        retained = topic.endswith("/link")
        assert faults_of(topic, json.loads(payload), qos=1, retain=retained, size=len(payload)) == []


async def test_an_alarm_reaches_the_broker_and_its_acknowledgement_the_lift(tmp_path: Path) -> None:
    watcher, fleet = Watcher(), fleet_with_people_trapped()
    async with (
        broker(tmp_path, free_port()) as url,
        Gateway(url, "centre", subscriptions=("lifts/v1/+/+/alarm",), on_message=watcher.hear) as centre,
        on_the_air(fleet, url) as link,
    ):
        await eventually(lambda: bool(watcher.heard))
        topic, payload = watcher.heard[0]
        assert topic == f"lifts/v1/{FIRST.area}/{FIRST.lift_id}/alarm"
        button, number = fleet[FIRST.lift_id].button, json.loads(payload)["number"]
        for nonsense in (b"[]", b"no JSON", b'{"number": null}'):
            centre.publish(f"{topic}/ack", nonsense, qos=1, retain=False)
        centre.publish(f"{topic}/ack", json.dumps({"number": number}).encode(), qos=1, retain=False)
        await eventually(lambda: button.due_at == float("inf"))
        link.release(FIRST.lift_id)
        await eventually(lambda: json.loads(watcher.heard[-1][1])["state"] == "ended")


async def test_a_gateway_comes_back_by_itself_and_its_lifts_are_born_again(tmp_path: Path) -> None:
    port, watcher, fleet = free_port(), Watcher(), newborn_fleet()
    async with AsyncExitStack() as stack:
        async with broker(tmp_path, port) as url:
            await stack.enter_async_context(FleetLink(fleet, url, {FIRST.area}))
        fleet.take_due(time.time() + 1)
        await stack.enter_async_context(broker(tmp_path, port))
        watch = Gateway(url, "watch", subscriptions=("lifts/v1/+/+/link",), on_message=watcher.hear)
        await stack.enter_async_context(watch)
        wanted = {f"lifts/v1/{lift.area}/{lift.lift_id}/link" for lift in CITY.lifts if lift.area == FIRST.area}
        await eventually(lambda: watcher.topics("link") == wanted)


async def test_without_a_broker_the_error_says_where_none_is() -> None:
    port = free_port()
    with pytest.raises(BrokerUnreachableError, match=f"127.0.0.1:{port}"):
        async with Gateway(f"mqtt://127.0.0.1:{port}", "nobody"):
            pass


async def test_packets_made_by_hand_are_read_like_any_other(tmp_path: Path) -> None:
    watcher = Watcher()
    payloads = [b"short", b"x" * 200, b"y" * 20_000]
    async with (
        broker(tmp_path, free_port()) as url,
        Gateway(url, "watch", subscriptions=("lifts/v1/+/+/status",), on_message=watcher.hear),
    ):
        packets = b"".join(publish_packet("lifts/v1/410105/L1/status", payload) for payload in payloads)
        await asyncio.to_thread(send, url, connect_packet("hand") + packets)
        await eventually(lambda: len(watcher.heard) == len(payloads))
    assert [payload for _, payload in watcher.heard] == payloads
