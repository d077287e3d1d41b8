"""One MQTT 3.1.1 connection on the event loop, as a gateway or a phone keeps it.

paho does the protocol; its socket is watched by the loop, so that no thread is needed. A lost connection is tried
again after a pause, without limit, for as long as the gateway runs. While it is down, QoS 0 is lost, as it is in the
field; QoS 1 waits in paho's queue up to its limit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from simulators.errors import BrokerUnreachableError

KEEPALIVE_S = 30
KEPT_EVERY_S = 1.0
CONNECT_WITHIN_S = 5.0
MOST_IN_FLIGHT = 500
MOST_QUEUED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the broker is to publish, retained and with QoS 1, when this connection breaks."""

    topic: str
    payload: bytes


OnMessage = Callable[[str, bytes], None]
OnConnected = Callable[[], None]


def _ignore_message(topic: str, payload: bytes) -> None:
    """For connections that only publish."""


class Gateway:
    """Use as an async context manager: connected inside, disconnected after."""

    def __init__(
        self,
        url: str,
        client_id: str,
        *,
        subscriptions: tuple[str, ...] = (),
        on_message: OnMessage = _ignore_message,
        on_reconnected: OnConnected = lambda: None,
        will: Will | None = None,
    ) -> None:
        self._address = urlsplit(url)
        self._subscriptions = subscriptions
        self._on_message = on_message
        self._on_reconnected = on_reconnected
        self._connected = asyncio.Event()
        self._refusal = ""
        self._keeper: asyncio.Task[None] | None = None
        self._client = self._make_client(client_id)
        if will is not None:
            self._client.will_set(will.topic, will.payload, qos=1, retain=True)

    async def __aenter__(self) -> Self:
        """Raises BrokerUnreachableError when there is no connection within five seconds."""
        self._loop = asyncio.get_running_loop()
        await self._connect()
        self._keeper = asyncio.create_task(self._keep_connected())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        self._client.disconnect()

    @property
    def is_connected(self) -> bool:
        """Whether the broker has accepted us and the connection stands."""
        return self._connected.is_set()

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Hands one message to the connection; see the module's text for what happens while it is down."""
        self._client.publish(topic, payload, qos=qos, retain=retain)

    def _make_client(self, client_id: str) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id)
        client.max_inflight_messages_set(MOST_IN_FLIGHT)
        client.max_queued_messages_set(MOST_QUEUED)
        client.connect_timeout = CONNECT_WITHIN_S
        if self._address.username:
            client.username_pw_set(self._address.username, self._address.password)
        if self._address.scheme == "mqtts":
            client.tls_set()
        client.on_connect = self._note_connected
        client.on_subscribe = self._note_subscribed
        client.on_disconnect = self._note_lost
        client.on_message = self._hear
        self._watch_socket(client)
        return client

    def _watch_socket(self, client: mqtt.Client) -> None:
        """Lets the event loop say when paho may read or write."""

        def watch_reading(_client: mqtt.Client, _data: Any, sock: Any) -> None:
            self._loop.add_reader(sock, client.loop_read)

        def watch_writing(_client: mqtt.Client, _data: Any, sock: Any) -> None:
            self._loop.add_writer(sock, client.loop_write)

        def forget_reading(_client: mqtt.Client, _data: Any, sock: Any) -> None:
            self._loop.remove_reader(sock)

        def forget_writing(_client: mqtt.Client, _data: Any, sock: Any) -> None:
            self._loop.remove_writer(sock)

        client.on_socket_open = watch_reading
        client.on_socket_close = forget_reading
        client.on_socket_register_write = watch_writing
        client.on_socket_unregister_write = forget_writing

    async def _connect(self) -> None:
        where = f"{self._address.hostname}:{self._address.port or 1883}"
        try:
            self._client.connect(self._address.hostname or "127.0.0.1", self._address.port or 1883, KEEPALIVE_S)
            async with asyncio.timeout(CONNECT_WITHIN_S):
                await self._connected.wait()
        except (OSError, TimeoutError) as error:
            raise BrokerUnreachableError(
                f"no MQTT broker at {where}: {self._refusal or error or 'no answer'}"
            ) from error

    async def _keep_connected(self) -> None:
        while True:
            await asyncio.sleep(KEPT_EVERY_S)
            if self.is_connected:
                self._client.loop_misc()
                continue
            with suppress(BrokerUnreachableError):
                await self._connect()
                self._on_reconnected()

    def _note_connected(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
            return
        if self._subscriptions:
            client.subscribe([(topic, 1) for topic in self._subscriptions])
        else:
            self._connected.set()

    def _note_subscribed(self, _client: mqtt.Client, _data: Any, _packet: int, _answers: Any, _properties: Any) -> None:
        """Only now is everything heard that is said from here on."""
        self._connected.set()

    def _hear(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self._on_message(message.topic, bytes(message.payload))

    def _note_lost(self, _client: mqtt.Client, _data: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        self._connected.clear()
