"""The service's two links, against both real brokers: an alarm never waits behind statuses, nor does anything else."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from pathlib import Path

import pytest

from devices.mqtt import PACKETS_A_TURN, MessageHandler, MqttLink
from rescue.embedded import broker as embedded
from rescue.hearing.links import ALARMS, STATUSES, BrokerLinks
from simulators.packets import connect_packet as connect
from simulators.packets import publish_packet, send
from tests.brokers import Broker, eventually, nats
from tests.integration.conftest import Inbox, connected

ALARM = "lifts/v1/410105/L1/alarm"
STATUS = "lifts/v1/410105/L1/status"
FLOOD = 30_000
A_STATUS_TAKES_S = 50e-6
"""More slowly than it is sent."""


class SlowEar:
    """Hears statuses as slowly as a busy service does, and knows how many it had heard when the alarm came."""

    def __init__(self) -> None:
        self.statuses = 0
        self.before_alarm: int | None = None

    def hear(self, topic: str, _payload: bytes, _retained: bool, _receipt: object) -> None:
        if topic == ALARM:
            self.before_alarm = self.statuses
            return
        self.statuses += 1
        until = time.perf_counter() + A_STATUS_TAKES_S
        while time.perf_counter() < until:
            pass


def links_to(broker: Broker, hear: MessageHandler) -> BrokerLinks:
    return BrokerLinks(broker.url, "1", hear, ssl.create_default_context)


async def flood(broker: Broker) -> None:
    """More statuses than can be taken in at once, by a gateway of its own."""
    body = json.dumps({"padding": "x" * 200}).encode()
    packets = connect("flood") + publish_packet(STATUS, body) * FLOOD
    await asyncio.to_thread(send, broker.url, packets)


async def test_an_alarm_overtakes_the_statuses_that_wait(broker: Broker) -> None:
    ear = SlowEar()
    async with connected(links_to(broker, ear.hear)):
        flooding = asyncio.create_task(flood(broker))
        await eventually(lambda: ear.statuses > 0)
        await broker.publish(ALARM, "raised")
        await eventually(lambda: ear.before_alarm is not None)
        await flooding
        assert ear.before_alarm is not None
        assert ear.before_alarm < FLOOD


async def test_everything_else_has_its_turn_while_more_comes_than_can_be_taken_in(broker: Broker) -> None:
    """A desk and its database need many turns of the event loop for one case."""
    ear, turns = SlowEar(), 0

    async def turn_for_ever() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with connected(links_to(broker, ear.hear)):
        turning = asyncio.create_task(turn_for_ever())
        await asyncio.gather(flood(broker), eventually(lambda: ear.statuses == FLOOD))
        turning.cancel()
    assert turns > FLOOD / PACKETS_A_TURN / 2


async def test_an_alarm_raised_while_we_are_away_is_waiting_for_us(broker: Broker) -> None:
    inbox = Inbox()
    async with connected(links_to(broker, inbox.put)):
        pass
    await broker.publish(ALARM, "raised")
    async with connected(links_to(broker, inbox.put)):
        assert (await inbox.next()).text == "raised"


async def test_a_session_of_the_time_when_there_was_one_link_does_not_hear_statuses_twice(broker: Broker) -> None:
    inbox = Inbox()
    async with connected(MqttLink(broker.url, "1", [*ALARMS, *STATUSES], Inbox().put)):
        pass
    await broker.publish(ALARM, "raised while we were replaced")
    async with connected(links_to(broker, inbox.put)) as links:
        alarm = await inbox.next()
        assert alarm.text == "raised while we were replaced"
        assert alarm.receipt is not None
        links.acknowledge(alarm.receipt)
        await broker.publish(STATUS, "stopped", qos=0)
        await broker.publish(STATUS, "running", qos=0)
        said = await inbox.until("running")
        assert [one.text for one in said] == ["stopped", "running"]


async def test_statuses_beyond_the_brokers_limit_cost_their_link_the_connection_and_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does not read is disconnected; the lasting session of the alarms keeps its own, and the link comes back."""
    monkeypatch.setattr(embedded, "MAX_PENDING", "4MB")
    broker, heard = nats(tmp_path), list[str]()
    await broker.start()
    try:
        async with connected(links_to(broker, lambda topic, *_: heard.append(topic))) as links:
            packets = connect("flood") + publish_packet(STATUS, b"x" * 1_000) * FLOOD
            flooding = threading.Thread(target=send, args=(broker.url, packets))
            flooding.start()
            flooding.join()  # Meanwhile this process, the event loop with it, reads nothing.
            await eventually(lambda: links.counts.lost == 1)
            await broker.publish(ALARM, "raised")
            await eventually(lambda: ALARM in heard)
            await eventually(lambda: links.connected)
    finally:
        await broker.kill()
