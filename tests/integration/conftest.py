"""Both brokers, each test's own; and a link to them that remembers what it was told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from devices.mqtt import MqttLink, Receipt
from rescue.hearing.links import BrokerLinks
from tests.brokers import WITHIN_S, Broker, Certificate, make_certificate, mosquitto, nats

BrokerKind = Callable[..., Broker]
Link = TypeVar("Link", MqttLink, BrokerLinks)


@pytest.fixture(params=[nats, mosquitto], ids=["nats", "mosquitto"])
def broker_kind(request: pytest.FixtureRequest) -> BrokerKind:
    kind: BrokerKind = request.param
    return kind


@pytest.fixture
async def broker(broker_kind: BrokerKind, tmp_path: Path) -> AsyncIterator[Broker]:
    """Open to all, and running."""
    async with running(broker_kind(tmp_path)) as started:
        yield started


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@contextlib.asynccontextmanager
async def running(broker: Broker) -> AsyncIterator[Broker]:
    await broker.start()
    try:
        yield broker
    finally:
        await broker.kill()


@dataclass(frozen=True, kw_only=True)
class Message:
    topic: str
    payload: bytes
    retained: bool
    receipt: Receipt | None

    @property
    def text(self) -> str:
        return self.payload.decode()


@dataclass
class Inbox:
    """The messages a link has brought, oldest first."""

    messages: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)

    def put(self, topic: str, payload: bytes, retained: bool, receipt: Receipt | None) -> None:
        self.messages.put_nowait(Message(topic=topic, payload=payload, retained=retained, receipt=receipt))

    async def next(self) -> Message:
        async with asyncio.timeout(WITHIN_S):
            return await self.messages.get()

    async def until(self, text: str) -> list[Message]:
        """All messages up to and including this one."""
        seen = [await self.next()]
        while seen[-1].text != text:
            seen.append(await self.next())
        return seen


@contextlib.asynccontextmanager
async def connected(link: Link) -> AsyncIterator[Link]:
    """The link at work for the length of the block, and then ended cleanly."""
    work = asyncio.create_task(link.run())
    try:
        await link.wait_connected(WITHIN_S)
        yield link
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
