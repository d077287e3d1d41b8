"""One MQTT 3.1.1 connection as light as a lift's own modem keeps it: thousands of them share one event loop.

QoS 0 is lost while the line is down or the broker takes nothing more; QoS 1 waits, up to a limit, and is sent again on
the next connection. What it subscribes to it asks for with QoS 0, for an alarm is sent again until it is acknowledged.
When to open, and what to do about a loss, is its owner's affair.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

from simulators.errors import BrokerUnreachableError
from simulators.packets import (
    CONNECTED_WITHIN_S,
    DISCONNECT,
    KEEPALIVE_S,
    PING,
    REFUSALS,
    Kind,
    Packet,
    PacketReader,
    acknowledge_packet,
    connect_packet_to,
    publish_packet,
    read_said,
    subscribe_packet,
    sure_packet,
)

MOST_UNACKNOWLEDGED = 60_000
MOST_WAITING_BYTES = 1 << 20
"""That the broker has not taken yet: more of QoS 0 is left out."""
PORTS = {"mqtt": 1883, "mqtts": 8883}

OnMessage = Callable[[str, bytes], None]
Words = tuple[str, bytes]
"""Topic and payload."""


class Line(asyncio.Protocol):
    """`open` and `close` it; `on_lost` is told of a loss that nobody here wanted."""

    def __init__(
        self,
        url: str,
        client_id: str,
        *,
        topics: tuple[str, ...] = (),
        write_will: Callable[[], Words | None] = lambda: None,
        on_message: OnMessage = lambda _topic, _payload: None,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._address = urlsplit(url)
        self._client_id = client_id
        self._topics = topics
        self._write_will = write_will
        self._on_message = on_message
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._accepted: asyncio.Future[None] | None = None
        self._reader = PacketReader()
        self._unacknowledged: dict[int, tuple[str, bytes, bool]] = {}
        self._number = 0
        self._spoke_at = 0.0
        self.is_open = False
        self.left_out = 0
        """Messages of QoS 0 that nobody could take, and of QoS 1 beyond the limit."""

    @property
    def unacknowledged(self) -> int:
        """Messages of QoS 1 for which the broker has not taken responsibility yet."""
        return len(self._unacknowledged)

    async def open(self) -> None:
        """Raises BrokerUnreachableError with the broker's reason."""
        secure = ssl.create_default_context() if self._address.scheme == "mqtts" else None
        host, port = self._address.hostname or "127.0.0.1", self._address.port or PORTS.get(self._address.scheme, 1883)
        loop = asyncio.get_running_loop()
        self._accepted, self._reader = loop.create_future(), PacketReader()
        try:
            async with asyncio.timeout(CONNECTED_WITHIN_S):
                await loop.create_connection(lambda: self, host, port, ssl=secure)
                await self._accepted
        except (OSError, TimeoutError) as error:
            self.cut()
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise BrokerUnreachableError(f"no MQTT broker at {host}:{port}: {reason or 'no answer'}") from None

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Sends it, or keeps it for later, or leaves it out; see the module's text."""
        if qos:
            self._publish_surely(topic, payload, retain)
        elif self._takes_more():
            self._write(publish_packet(topic, payload, retain=retain))
        else:
            self.left_out += 1

    def ping(self, now: float) -> None:
        """Says that it is alive if it has been silent for long; `now` is monotonic."""
        if self.is_open and now - self._spoke_at > KEEPALIVE_S * 0.75:
            self._write(PING)

    def cut(self) -> None:
        """As if the radio were gone: nothing is said, and the broker publishes the will."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Says goodbye: no will."""
        if self.is_open and self._transport is not None:
            self.is_open = False
            self._transport.write(DISCONNECT)
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """For asyncio."""
        self._transport = cast("asyncio.Transport", transport)
        self._write(connect_packet_to(self._address, self._client_id, self._write_will()))

    def connection_lost(self, exc: Exception | None) -> None:
        """For asyncio."""
        if self._accepted is not None and not self._accepted.done():
            self._accepted.set_exception(ConnectionError(str(exc or "it closed the connection without a word")))
        if self.is_open:
            self.is_open = False
            self._on_lost()

    def data_received(self, data: bytes) -> None:
        """For asyncio."""
        for packet in self._reader.feed(data):
            self._take(packet)

    def _take(self, packet: Packet) -> None:
        if packet.kind == Kind.PUBLISH:
            said = read_said(packet)
            if said.number is not None:
                self._write(acknowledge_packet(said.number))
            self._on_message(said.topic, said.payload)
        elif packet.kind == Kind.PUBACK:
            self._unacknowledged.pop(int.from_bytes(packet.body[:2], "big"), None)
        elif packet.kind == Kind.CONNACK:
            self._begin(packet.body[1])

    def _begin(self, answer: int) -> None:
        assert self._accepted is not None, "CONNECT was sent"
        if self._accepted.done():
            return
        if answer:
            self._accepted.set_exception(ConnectionError(f"it refuses: {REFUSALS.get(answer, f'reason {answer}')}"))
            return
        self.is_open = True
        if self._topics:
            self._write(subscribe_packet(self._topics))
        for number, (topic, payload, retain) in self._unacknowledged.items():
            self._write(sure_packet(topic, payload, number, retain=retain, again=True))
        self._accepted.set_result(None)

    def _publish_surely(self, topic: str, payload: bytes, retain: bool) -> None:
        if len(self._unacknowledged) >= MOST_UNACKNOWLEDGED:
            self.left_out += 1
            return
        self._number = self._number % 65_535 + 1
        self._unacknowledged[self._number] = (topic, payload, retain)
        if self.is_open:
            self._write(sure_packet(topic, payload, self._number, retain=retain))

    def _takes_more(self) -> bool:
        transport = self._transport
        return self.is_open and transport is not None and transport.get_write_buffer_size() < MOST_WAITING_BYTES

    def _write(self, packet: bytes) -> None:
        if self._transport is not None:
            self._transport.write(packet)
            self._spoke_at = time.monotonic()
