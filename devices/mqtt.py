"""One lasting link to the MQTT broker: what lifts publish comes in, alarm acknowledgements and notices go out.

Decides when to dial again, which answers of the broker end a connection, and that nothing is acknowledged before we are
told to. Must not know what a payload means: bytes in, bytes out. Paho speaks the protocol and the event loop drives its
socket; there is no thread, but for dialling (see `_Connection.open`).

Every connection is a new paho client, so nothing of a dead connection can reach a living one. The memory that outlasts
it is the broker's persistent session, named `rescue-{shard}`: what was not acknowledged is delivered again.

Facts about brokers, each seen on NATS 2.15 and on Mosquitto 2.0:

- We subscribe anew at every connection, session or not, because only a SUBSCRIBE brings the retained messages again,
  with their retained flag. A resumed session alone brings none.
- NATS may leave retained messages out of its answer: those it has not yet read from its store after a start, and those
  it cannot load within its `js_api_timeout`. So we ask again, until two answers in a row bring equally many.
- A message has the lesser of the publisher's and the subscription's QoS, retained or not.
- An unacknowledged message returns at the next connection; from NATS `ack_wait` after it was last sent, and for as long
  as it is not acknowledged on a living connection too. A repetition of what is still in our hands is dropped here.
- Acknowledgements may go out in another order than the messages came in.
- Unacknowledged QoS 1 messages are limited by the broker: NATS `max_ack_pending` a subscription, Mosquitto
  `max_inflight_messages` a client (20 unless configured). At the limit it holds further QoS 1 messages back in its own
  queue and QoS 0 flows on. That queue must not be short: Mosquitto drops beyond `max_queued_messages` (1,000 unless
  configured; 0 is no limit).
- How a broker must be configured to serve us, and what it then promises: docs/adr/0003.

Errors::

    MqttError
    ├── BadBrokerUrl       the URL cannot name a broker
    ├── BrokerUnreachable  no working connection in time, or the broker refuses us; says why
    └── NotConnected       nothing to publish on, or the connection ended before the broker acknowledged
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self, cast
from urllib.parse import SplitResult, unquote, urlsplit

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from devices.bulk_client import BulkClient

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0
DIAL_WITHIN_S = 5
"""For each address of the host."""
OPEN_WITHIN_S = 60.0
"""From dialling until the broker has accepted us and granted every subscription. NATS loads every retained message that
matches before it grants, which takes some 50 µs each, and meanwhile it answers nothing: hence so long."""
KEEPALIVE_S = 20
"""A silent broker is given up after twice this."""
QUIET_S = 2.0
"""No retained message for so long means that the broker has sent those it has."""
MOST_ASKS = 6
"""For the retained messages, on one connection."""
PUBLISH_WITHIN_S = 10.0
MAX_UNACKNOWLEDGED_PUBLISHES = 1_000
"""Further ones wait for a place, within their own time limit."""
PACKETS_A_TURN = 64
"""Read at most this many before the event loop may turn to something else;"""
A_TURN_S = 0.0005
"""and at most for so long: what is news takes many times as long as what is not, and comes by the thousand when a
district goes dark. A desk needs some forty turns of the event loop for a group of alarms: with 1 ms the slowest of the
trapped waited 0.8 to 1.1 s for their cases, and 0.5 to 0.8 s with half of it."""
PACKETS_AT_ONCE = 8
"""Handed out before the time is looked at."""

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}

log = structlog.get_logger(__name__)


class MqttError(Exception):
    """Any failure of the link."""


class BadBrokerUrl(MqttError, ValueError):
    """The URL cannot name a broker."""


class BrokerUnreachable(MqttError):
    """There is no working connection, and this is why."""


class NotConnected(MqttError):
    """The message may or may not have reached the broker: publish it again."""


class _Refused(MqttError):
    """The broker answered, and the answer was no: trying again will hardly help."""


class Receipt(NamedTuple):
    """Names a QoS 1 message to be acknowledged, on the connection that brought it."""

    connection: int
    packet: int


MessageHandler = Callable[[str, bytes, bool, Receipt | None], None]
"""Takes topic, payload, whether retained and, for QoS 1, the receipt. To be quick, and not to raise."""


@dataclass(slots=True)
class LinkCounts:
    """What the link has seen since it was made, over all its connections."""

    received: int = 0
    repeated: int = 0
    """Repetitions dropped because the message was still in our hands."""
    failed: int = 0
    """Messages whose handler raised. They stay unacknowledged, so those of QoS 1 come again."""
    lost: int = 0
    """Connections that worked and ended: a broker that was away, or that took us for a reader who is too slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where a broker is, and who we are to it."""

    host: str
    port: int
    tls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """`mqtt://[user:password@]host[:port]`; `mqtts://` for TLS."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as exc:
            raise BadBrokerUrl(f"not a broker URL: {exc}") from None
        _check(parts)
        return cls(
            host=cast("str", parts.hostname),
            port=port or _DEFAULT_PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            username=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
        )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"


def _check(parts: SplitResult) -> None:
    if parts.scheme not in _DEFAULT_PORTS:
        raise BadBrokerUrl(f"a broker URL begins with mqtt:// or mqtts://, not with '{parts.scheme}'")
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise BadBrokerUrl("a broker URL names a host, perhaps a port, and nothing after them")
    if parts.password is not None and not parts.username:
        raise BadBrokerUrl("a broker URL with a password needs a user name before it")


class MqttLink:
    """The link of one shard. `run()` is a task's work; all else may be called at any time, on the same event loop."""

    def __init__(
        self,
        url: str,
        shard: str,
        subscriptions: Sequence[tuple[str, int]],
        on_message: MessageHandler,
        tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        *,
        lasting: bool = True,
        no_longer: Sequence[str] = (),
    ) -> None:
        """`subscriptions` are (topic filter, QoS 0 or 1); `tls` is asked at each dialling. Raises `BadBrokerUrl`.

        A session that is not `lasting` is for QoS 0 alone. `no_longer` are filters to which a lasting session may still
        be subscribed, from an older version of ours.
        """
        self.counts = LinkCounts()
        self._address = BrokerAddress.parse(url)
        self._tls = tls
        self._client_id = f"rescue-{shard}"
        self._lasting = lasting
        self._no_longer = list(no_longer)
        self._subscriptions = list(subscriptions)
        self._handle = on_message
        self._connection: _Connection | None = None
        self._generation = 0
        self._settled = asyncio.Event()
        self._reason = "no answer yet"

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted us and granted every subscription, and the connection stands."""
        return self._connection is not None and self._connection.working

    async def run(self) -> None:
        """Connect, and again for ever. When cancelled, say goodbye to the broker, which keeps the session."""
        pause_s = FIRST_PAUSE_S
        while True:
            connection = await self._connect_until_lost()
            if connection.worked:
                self.counts.lost += 1
                pause_s = FIRST_PAUSE_S
            log.warning("no broker", broker=str(self._address), reason=connection.ended.result(), again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def wait_connected(self, timeout_s: float) -> None:
        """Return once connected. Raises `BrokerUnreachable` after `timeout_s`, and at once when the broker says no."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._settled.wait()
        if not self.connected:
            raise BrokerUnreachable(f"{self._address}: {self._reason}")

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, within_s: float = PUBLISH_WITHIN_S
    ) -> None:
        """Return when the broker has acknowledged (QoS 0: when written). Raises `NotConnected` or `TimeoutError`."""
        if self._connection is None or not self._connection.working:
            raise NotConnected(f"{self._address}: {self._reason}")
        async with asyncio.timeout(within_s):
            await self._connection.publish(topic, payload, qos, retain)

    def acknowledge(self, receipt: Receipt) -> None:
        """Tell the broker that the message is ours. No effect after its connection has ended: it will come again."""
        if self._connection is not None and receipt.connection == self._generation:
            self._connection.acknowledge(receipt.packet)

    async def _connect_until_lost(self) -> _Connection:
        """The connection, after its end."""
        self._generation += 1
        client = _make_client(self._address, self._client_id, self._tls, lasting=self._lasting)
        connection = _Connection(self._address, client, self._generation, self._handle, self.counts)
        connection.ended.add_done_callback(self._note_end)
        self._connection = connection
        try:
            await self._open_and_hold(connection)
        except _Refused:
            self._settled.set()
        except (OSError, UnicodeError, NotConnected) as exc:
            connection.end(NotConnected(_say(exc)))
        finally:
            connection.close()
        return connection

    async def _open_and_hold(self, connection: _Connection) -> None:
        async with asyncio.timeout(OPEN_WITHIN_S):
            await connection.open(self._subscriptions, self._no_longer)
        log.info("broker connected", broker=str(self._address), client_id=self._client_id)
        self._settled.set()
        await asyncio.shield(connection.ended)

    def _note_end(self, ended: asyncio.Future[str]) -> None:
        """Runs before any publisher hears of the end, so that each may wait at once for the next connection."""
        self._reason = ended.result()
        self._settled.clear()


def _say(exc: Exception) -> str:
    match exc:
        case TimeoutError(args=()):
            return f"no answer within {OPEN_WITHIN_S:g} s"
        case OSError(strerror=str(words)) if words:
            return words
        case _:
            return str(exc) or type(exc).__name__


class _Connection:
    """One connection, from dialling to its end: `ended` then has the reason, and `close` clears up."""

    def __init__(
        self, address: BrokerAddress, client: BulkClient, generation: int, handle: MessageHandler, counts: LinkCounts
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._address = address
        self._client = client
        self._generation = generation
        self._handle = handle
        self._counts = counts
        self._subscriptions: list[tuple[str, int]] = []
        self._no_longer: list[str] = []
        self._in_hand: set[int] = set()
        self._places = asyncio.Semaphore(MAX_UNACKNOWLEDGED_PUBLISHES)
        self._published: dict[int, asyncio.Future[None]] = {}
        self._granted: asyncio.Future[None] = self._loop.create_future()
        self._next_tick: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None
        self._answered = asyncio.Event()
        self._retained = 0
        self._is_turn_coming = False
        self.worked = False
        self.ended: asyncio.Future[str] = self._loop.create_future()

    @property
    def working(self) -> bool:
        return self.worked and not self.ended.done()

    async def open(self, subscriptions: list[tuple[str, int]], no_longer: list[str]) -> None:
        """Return when every subscription is granted. Raises `OSError`, `_Refused` or `NotConnected`.

        Paho dials, and shakes hands for TLS, on a blocking socket, so that much runs in a worker thread, for
        `DIAL_WITHIN_S` an address. Until it is back the client has no callbacks that might run there.
        """
        self._subscriptions, self._no_longer = subscriptions, no_longer
        address = self._address
        dialling = self._loop.run_in_executor(None, self._client.connect, address.host, address.port, KEEPALIVE_S)
        try:
            await asyncio.shield(dialling)
        except asyncio.CancelledError:
            dialling.add_done_callback(self._hang_up)
            raise
        self._attach()
        await self._granted

    def end(self, error: MqttError) -> None:
        """Note that the connection is over, and tell everyone who waits for it."""
        if self.ended.done():
            return
        self.ended.set_result(str(error))
        if not self._granted.done():
            self._granted.set_exception(error)
            self._granted.exception()
        for packet in list(self._published):
            self._finish(packet, error)

    def close(self) -> None:
        """Say goodbye if there is anyone to say it to, and let go of the socket. May be called again."""
        self.end(NotConnected("we closed the connection"))
        if self._next_tick is None:
            return
        self._next_tick.cancel()
        if self._asking is not None:
            self._asking.cancel()
        self._client.disconnect()
        self._client.loop_write()
        if (sock := self._client.socket()) is not None:
            self._abandon(cast("socket.socket", sock))

    def acknowledge(self, packet: int) -> None:
        self._in_hand.discard(packet)
        self._client.ack(packet, 1)

    async def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        """The place is kept until the broker answers, though the caller may stop waiting: so the limit is true."""
        await self._places.acquire()
        try:
            published = self._send(topic, payload, qos, retain)
        except BaseException:
            self._places.release()
            raise
        await published

    def _send(self, topic: str, payload: bytes, qos: int, retain: bool) -> asyncio.Future[None]:
        if self.ended.done():
            raise NotConnected(self.ended.result())
        info = self._client.publish(topic, payload, qos, retain)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            raise NotConnected(paho.error_string(info.rc))
        published = self._published[info.mid] = self._loop.create_future()
        return published

    def _hang_up(self, dialled: asyncio.Future[Any]) -> None:
        """Nobody waits for this dialling any more."""
        if not dialled.cancelled() and dialled.exception() is None:
            self._client.disconnect()

    def _attach(self) -> None:
        client = self._client
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_plain = self._on_plain
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_bytes_to_write
        client.on_socket_unregister_write = self._on_all_written
        if (sock := client.socket()) is not None:
            # An acknowledgement is small and awaited: the kernel is not to hold it back for more.
            cast("socket.socket", sock).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._loop.add_reader(sock, self._read_if_idle)
        self._tick()

    def _abandon(self, sock: socket.socket) -> None:
        """The broker does not read, so the goodbye could not be written: go without."""
        self._client.on_socket_close = self._client.on_socket_unregister_write = None
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)
        sock.close()

    def _read_if_idle(self) -> None:
        """The socket is readable. While a further turn is coming that is no news, and must not make for one more.

        With a turn for each, the event loop has nothing else to do as soon as more comes than we can take.
        """
        if not self._is_turn_coming:
            self._read()

    def _read(self) -> None:
        self._is_turn_coming = False
        try:
            self._read_a_turn()
        except Exception as exc:
            # What paho cannot digest would raise again at every turn: end the connection instead.
            log.exception("broker unreadable", broker=str(self._address))
            self.end(NotConnected(f"could not read what the broker sent ({exc!r})"))

    def _read_a_turn(self) -> None:
        counts, client, time = self._counts, self._client, self._loop.time
        stop_at, stop_by, before = counts.received + PACKETS_A_TURN, time() + A_TURN_S, -1
        while before < counts.received < stop_at and time() < stop_by:
            before = counts.received
            client.hand_out(PACKETS_AT_ONCE)
            if counts.received - before < PACKETS_AT_ONCE:
                client.loop_read()
        if self._client.has_more or self._has_deciphered():
            # Read already, so the socket will not become readable for it.
            self._is_turn_coming = True
            self._loop.call_soon(self._read)

    def _has_deciphered(self) -> bool:
        sock = self._client.socket() if self._address.tls else None
        return sock is not None and cast("ssl.SSLSocket", sock).pending() > 0

    def _tick(self) -> None:
        self._client.loop_misc()
        self._next_tick = self._loop.call_later(1.0, self._tick)

    def _grant(self) -> None:
        if not self._granted.done():
            self.worked = True
            self._granted.set_result(None)
            if self._subscriptions:
                self._asking = self._loop.create_task(self._ask_for_all_retained())

    async def _ask_for_all_retained(self) -> None:
        before = -1
        for _ in range(MOST_ASKS):
            came = await self._count_retained()
            if came == before:
                return
            before = came
            self._subscribe()

    async def _count_retained(self) -> int:
        """How many retained messages the last SUBSCRIBE has brought, once no more are coming."""
        await self._answered.wait()
        seen = -1
        while seen != self._retained:
            seen = self._retained
            await asyncio.sleep(QUIET_S)
        return seen

    def _subscribe(self) -> None:
        self._answered.clear()
        self._retained = 0
        self._client.subscribe(self._subscriptions)

    def _finish(self, packet: int, error: MqttError | None = None) -> None:
        published = self._published.pop(packet, None)
        if published is None:
            return
        self._places.release()
        if published.done():
            return
        if error is None:
            published.set_result(None)
        else:
            published.set_exception(NotConnected(str(error)))

    # Paho calls these while it holds a lock: they must not close the socket, nor raise.

    def _on_socket_close(self, _client: paho.Client, _userdata: Any, sock: Any) -> None:
        self._loop.remove_reader(sock)

    def _on_bytes_to_write(self, client: paho.Client, _userdata: Any, sock: Any) -> None:
        self._loop.add_writer(sock, client.loop_write)

    def _on_all_written(self, _client: paho.Client, _userdata: Any, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _on_connect(
        self, _client: paho.Client, _userdata: Any, _flags: Any, answer: ReasonCode, _properties: Any
    ) -> None:
        if answer.is_failure:
            self.end(_Refused(f"the broker refuses us: {answer}"))
        elif self._subscriptions:
            if self._no_longer:
                self._client.unsubscribe(self._no_longer)
            self._subscribe()
        else:
            self._grant()

    def _on_subscribe(
        self, _client: paho.Client, _userdata: Any, _packet: int, answers: list[ReasonCode], _properties: Any
    ) -> None:
        refused = [name for (name, _), answer in zip(self._subscriptions, answers, strict=True) if answer.is_failure]
        if refused:
            self.end(_Refused(f"the broker refuses the subscription to {', '.join(refused)}"))
        else:
            self._answered.set()
            self._grant()

    def _on_plain(self, topic: str, payload: bytes, retained: bool) -> None:
        self._counts.received += 1
        self._retained += retained
        try:
            self._handle(topic, payload, retained, None)
        except Exception:
            self._report_failure(mid=0, qos=0)

    def _on_message(self, _client: paho.Client, _userdata: Any, message: paho.MQTTMessage) -> None:
        self._counts.received += 1
        self._retained += message.retain
        receipt = None
        if message.qos:
            packet = message.mid
            if message.dup and packet in self._in_hand:
                self._counts.repeated += 1
                return
            self._in_hand.add(packet)
            receipt = Receipt(self._generation, packet)
        try:
            self._handle(message.topic, bytes(message.payload), message.retain, receipt)
        except Exception:
            self._in_hand.discard(message.mid)
            self._report_failure(mid=message.mid, qos=message.qos)

    def _report_failure(self, *, mid: int, qos: int) -> None:
        """Log the 1st, 2nd, 4th, 8th … failure: a handler that always raises must not also fill the disk."""
        self._counts.failed += 1
        if self._counts.failed & (self._counts.failed - 1) == 0:
            log.exception("message not handled", mid=mid, qos=qos, failed=self._counts.failed)

    def _on_publish(self, _client: paho.Client, _userdata: Any, packet: int, _answer: Any, _properties: Any) -> None:
        self._finish(packet)

    def _on_disconnect(
        self, _client: paho.Client, _userdata: Any, _flags: Any, cause: ReasonCode, _properties: Any
    ) -> None:
        silent = cause == "Keep alive timeout"
        self.end(NotConnected("the broker fell silent" if silent else "the broker closed the connection"))


def _make_client(
    address: BrokerAddress, client_id: str, tls: Callable[[], ssl.SSLContext], *, lasting: bool
) -> BulkClient:
    client = BulkClient(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=not lasting,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    client.connect_timeout = DIAL_WITHIN_S
    client.max_inflight_messages = 0  # Ours is the limit.
    if address.username is not None:
        client.username_pw_set(address.username, address.password)
    if address.tls:
        context = tls()
        context.sslsocket_class = _TidySocket
        client.tls_set_context(context)
    return client


class _TidySocket(ssl.SSLSocket):
    """Closes itself when the handshake fails, since paho then forgets it."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise
