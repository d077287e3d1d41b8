"""The link's promises, against both real brokers: nothing acknowledged is lost, nothing unacknowledged is forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from devices import mqtt
from devices.mqtt import BadBrokerUrl, BrokerAddress, BrokerUnreachable, MqttLink, NotConnected, Receipt
from tests.brokers import PASSWORD, USER, WITHIN_S, Broker, Certificate, connections_to, eventually, free_port, nats
from tests.integration.conftest import BrokerKind, Inbox, Message, connected, running

ALARM = "lifts/v1/410105/L1/alarm"
STATUS = "lifts/v1/410105/L1/status"
SUBSCRIPTIONS = [("lifts/v1/+/+/alarm", 1), ("lifts/v1/+/+/status", 0)]

ROUNDS = 5


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def link_to(broker: Broker, inbox: Inbox) -> MqttLink:
    return MqttLink(broker.url, "1", SUBSCRIPTIONS, inbox.put)


def take(link: MqttLink, message: Message) -> None:
    """What the service does once the desk has committed."""
    assert message.receipt is not None
    link.acknowledge(message.receipt)


# --- what comes in


async def test_an_alarm_comes_with_a_receipt_and_a_status_without(broker: Broker, inbox: Inbox) -> None:
    async with connected(link_to(broker, inbox)):
        await broker.publish(ALARM, "raised")
        alarm = await inbox.next()
        await broker.publish(STATUS, "stopped", qos=0)
        status = await inbox.next()
    assert (alarm.topic, alarm.text, alarm.retained) == (ALARM, "raised", False)
    assert alarm.receipt is not None
    assert (status.topic, status.text, status.receipt) == (STATUS, "stopped", None)


@pytest.mark.parametrize(("topic", "qos"), [(ALARM, 0), (STATUS, 1)], ids=["sent with QoS 0", "wanted with QoS 0"])
async def test_a_message_has_the_lesser_qos_of_the_two_sides(
    broker: Broker, inbox: Inbox, topic: str, qos: int
) -> None:
    async with connected(link_to(broker, inbox)):
        await broker.publish(topic, "said", qos=qos)
        assert (await inbox.next()).receipt is None


async def test_an_alarm_not_acknowledged_comes_again_at_the_next_connection(broker: Broker, inbox: Inbox) -> None:
    async with connected(link_to(broker, inbox)):
        await broker.publish(ALARM, "raised")
        assert (await inbox.next()).text == "raised"
    async with connected(link_to(broker, inbox)) as link:
        again = await inbox.next()
        assert (again.text, again.retained) == ("raised", False)
        take(link, again)


async def test_an_acknowledged_alarm_does_not_come_again(broker: Broker, inbox: Inbox) -> None:
    """Also when it was acknowledged before an older one: lanes overtake each other.

    NATS takes note of an acknowledgement a moment after it has read it, so a connection that follows at once may still
    bring the message; none is acknowledged in these rounds, so it comes in every one if the first did not count.
    """
    async with connected(link_to(broker, inbox)) as link:
        await broker.publish_each(ALARM, ["in work", "committed", "also in work"])
        seen = [await inbox.next() for _ in range(3)]
        take(link, seen[1])
    returned: list[str] = []
    for _ in range(ROUNDS):
        async with connected(link_to(broker, inbox)):
            returned = [message.text for message in await inbox.until("also in work")]
        if "committed" not in returned:
            break
    assert returned == ["in work", "also in work"]


async def test_alarms_raised_while_we_are_away_are_waiting_for_us(broker: Broker, inbox: Inbox) -> None:
    async with connected(link_to(broker, inbox)):
        pass
    numbers = [str(number) for number in range(200)]
    await broker.publish_each(ALARM, numbers)
    async with connected(link_to(broker, inbox)) as link:
        for number in numbers:
            alarm = await inbox.next()
            assert alarm.text == number
            take(link, alarm)


async def test_retained_statuses_come_at_every_connection_although_the_session_lasts(
    broker: Broker, inbox: Inbox
) -> None:
    await broker.publish(STATUS, "normal", retain=True)
    for _ in range(2):
        async with connected(link_to(broker, inbox)):
            status = await inbox.next()
            assert (status.text, status.retained) == ("normal", True)


async def test_a_broker_killed_at_work_loses_nothing_it_has_acknowledged(broker: Broker, inbox: Inbox) -> None:
    """And had time to save: NATS saves before it acknowledges, Mosquitto every second (ADR 3)."""
    numbers = [str(number) for number in range(200)]
    async with connected(link_to(broker, inbox)) as link:
        await broker.publish_each(ALARM, numbers)
        await inbox.until(numbers[-1])
        await broker.saved()
        await broker.kill()
        await eventually(lambda: not link.connected)
        await broker.start()
        await link.wait_connected(WITHIN_S)
        returned: set[str] = set()
        while not returned.issuperset(numbers):
            alarm = await inbox.next()
            take(link, alarm)
            returned.add(alarm.text)


async def test_retained_statuses_outlive_a_broker_killed_at_work(broker: Broker, inbox: Inbox) -> None:
    await broker.publish(STATUS, "normal", retain=True)
    await broker.saved()
    await broker.kill()
    await broker.start()
    async with connected(link_to(broker, inbox)):
        assert (await inbox.next()).text == "normal"


async def test_retained_statuses_come_all_although_the_broker_has_just_started(broker: Broker, inbox: Inbox) -> None:
    """NATS hands out what it has read of its store so far: so we ask again."""
    topics = {f"lifts/v1/410105/L{number}/status" for number in range(4_000)}
    async with connected(MqttLink(broker.url, "2", [], Inbox().put)) as lifts:
        await asyncio.gather(*(lifts.publish(topic, b"normal", retain=True, within_s=WITHIN_S) for topic in topics))
    await broker.saved()
    await broker.kill()
    await broker.start()
    came: set[str] = set()
    async with connected(link_to(broker, inbox)):
        while came != topics:
            came.add((await inbox.next()).topic)


async def test_a_receipt_of_an_earlier_connection_acknowledges_nothing(broker: Broker, inbox: Inbox) -> None:
    async with connected(link_to(broker, inbox)) as link:
        await broker.publish(ALARM, "raised")
        early = await inbox.next()
        await broker.saved()
        await broker.kill()
        await eventually(lambda: not link.connected)
        await broker.start()
        await link.wait_connected(WITHIN_S)
        take(link, early)
    later = Inbox()
    async with connected(link_to(broker, later)):
        assert (await later.next()).text == "raised"


async def test_an_alarm_still_in_work_is_not_handed_out_twice(tmp_path: Path, inbox: Inbox) -> None:
    """NATS repeats on a living connection what is not acknowledged in time."""
    async with running(nats(tmp_path)) as broker, connected(link_to(broker, inbox)) as link:
        await broker.publish(ALARM, "raised")
        await eventually(lambda: link.counts.repeated > 0)
        alarm = await inbox.next()
        assert inbox.messages.empty()
        take(link, alarm)


async def test_a_payload_of_a_megabyte_arrives_and_disturbs_nothing(broker: Broker, inbox: Inbox) -> None:
    payload = b"x" * 1_048_576
    async with connected(link_to(broker, inbox)):
        await broker.publish(ALARM, payload)
        await broker.publish(ALARM, "raised")
        assert (await inbox.next()).payload == payload
        assert (await inbox.next()).text == "raised"


async def test_a_payload_beyond_the_brokers_limit_costs_its_publisher_the_connection(
    tmp_path: Path, inbox: Inbox
) -> None:
    async with running(nats(tmp_path)) as broker, connected(link_to(broker, inbox)) as link:
        with pytest.raises(NotConnected, match="closed the connection"):
            await link.publish("crews/v1/C1/K1/position", b"x" * 5_000_000)
        await link.wait_connected(WITHIN_S)
        await broker.publish(ALARM, "raised")
        assert (await inbox.next()).text == "raised"


async def test_a_handler_that_raises_stops_neither_the_link_nor_the_message(broker: Broker, inbox: Inbox) -> None:
    def stumble(topic: str, payload: bytes, retained: bool, receipt: Receipt | None) -> None:
        if payload == b"stone":
            raise ValueError(payload)
        inbox.put(topic, payload, retained, receipt)

    async with connected(MqttLink(broker.url, "1", SUBSCRIPTIONS, stumble)) as link:
        await broker.publish_each(ALARM, ["stone", "road"])
        take(link, await inbox.next())
        assert link.counts.failed == 1
    async with connected(link_to(broker, inbox)):
        assert (await inbox.next()).text == "stone"


async def test_an_alarm_over_which_the_handler_stumbled_is_tried_again(tmp_path: Path, inbox: Inbox) -> None:
    """At once where the broker repeats, as NATS does; elsewhere at the next connection."""
    link: MqttLink

    def stumble_once(topic: str, payload: bytes, retained: bool, receipt: Receipt | None) -> None:
        if link.counts.failed == 0:
            raise ValueError(payload)
        inbox.put(topic, payload, retained, receipt)

    async with running(nats(tmp_path)) as broker:
        link = MqttLink(broker.url, "1", SUBSCRIPTIONS, stumble_once)
        async with connected(link):
            await broker.publish(ALARM, "raised")
            assert (await inbox.next()).text == "raised"


async def test_whoever_connects_last_has_the_shard(broker: Broker, inbox: Inbox) -> None:
    old_inbox = Inbox()
    old = link_to(broker, old_inbox)
    old_work = asyncio.create_task(old.run())
    await old.wait_connected(WITHIN_S)
    async with connected(link_to(broker, inbox)):
        await eventually(lambda: not old.connected)
        old_work.cancel()
        await broker.publish(ALARM, "raised")
        assert (await inbox.next()).text == "raised"
    assert old_inbox.messages.empty()


# --- what goes out


async def test_publishing_waits_until_the_broker_has_acknowledged(broker: Broker, inbox: Inbox) -> None:
    async with connected(link_to(broker, inbox)) as link:
        broker.pause()
        published = asyncio.create_task(link.publish(ALARM, b"said"))
        assert await asyncio.wait({published}, timeout=0.2) == (set(), {published})
        broker.resume()
        await published
        assert (await inbox.next()).text == "said"


async def test_publishing_gives_up_in_time_and_the_link_goes_on(broker: Broker, inbox: Inbox) -> None:
    async with connected(link_to(broker, inbox)) as link:
        broker.pause()
        with pytest.raises(TimeoutError):
            await link.publish(ALARM, b"late", within_s=0.05)
        broker.resume()
        await link.publish(ALARM, b"in time")
        assert [message.text for message in await inbox.until("in time")] == ["late", "in time"]


async def test_publishing_without_a_connection_fails_at_once_and_says_why(inbox: Inbox) -> None:
    link = MqttLink(f"mqtt://127.0.0.1:{free_port()}", "1", SUBSCRIPTIONS, inbox.put)
    with pytest.raises(NotConnected, match="no answer yet"):
        await link.publish(ALARM, b"said")


MANY = mqtt.MAX_UNACKNOWLEDGED_PUBLISHES + 50


async def test_more_publishes_than_may_be_unacknowledged_wait_and_then_all_arrive(broker: Broker, inbox: Inbox) -> None:
    async with connected(link_to(broker, inbox)) as link:
        broker.pause()
        publishes = [asyncio.create_task(link.publish(ALARM, b"%d" % number)) for number in range(MANY)]
        await asyncio.wait(publishes, timeout=0.1)
        broker.resume()
        await asyncio.gather(*publishes)
        assert {(await inbox.next()).text for _ in range(MANY)} == {str(number) for number in range(MANY)}


async def test_a_connection_that_ends_tells_every_publisher_even_those_still_waiting(
    broker: Broker, inbox: Inbox
) -> None:
    async with connected(link_to(broker, inbox)) as link:
        broker.pause()
        publishes = [asyncio.create_task(link.publish(ALARM, b"said")) for _ in range(MANY)]
        await asyncio.wait(publishes, timeout=0.1)
        await broker.kill()
        outcomes = await asyncio.gather(*publishes, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {NotConnected}


async def test_ending_does_not_wait_for_a_broker_that_has_stopped_reading(broker: Broker, inbox: Inbox) -> None:
    link = link_to(broker, inbox)
    work = asyncio.create_task(link.run())
    await link.wait_connected(WITHIN_S)
    broker.pause()
    more_than_buffers_hold = asyncio.create_task(link.publish(ALARM, bytes(32_000_000)))
    await asyncio.wait({more_than_buffers_hold}, timeout=0.2)
    work.cancel()
    async with asyncio.timeout(1):
        with contextlib.suppress(asyncio.CancelledError):
            await work
    assert connections_to(broker.port) == 0
    with pytest.raises(NotConnected):
        await more_than_buffers_hold


# --- connecting


async def test_a_broker_that_is_not_there_is_named_with_the_reason(inbox: Inbox) -> None:
    port = free_port()
    link = MqttLink(f"mqtt://127.0.0.1:{port}", "1", SUBSCRIPTIONS, inbox.put)
    with pytest.raises(BrokerUnreachable, match=f"mqtt://127.0.0.1:{port}: Connection refused"):
        async with at_work(link):
            await link.wait_connected(0.3)


async def test_a_broker_that_comes_up_later_is_found(broker: Broker, inbox: Inbox) -> None:
    await broker.kill()
    link = link_to(broker, inbox)
    async with at_work(link):
        with pytest.raises(BrokerUnreachable):
            await link.wait_connected(0.1)
        await broker.start()
        await link.wait_connected(WITHIN_S)


async def test_a_wrong_password_is_said_at_once(broker_kind: BrokerKind, tmp_path: Path, inbox: Inbox) -> None:
    async with running(broker_kind(tmp_path, closed=True)) as broker:
        link = MqttLink(with_password(broker, "guess"), "1", SUBSCRIPTIONS, inbox.put)
        async with at_work(link), asyncio.timeout(5):
            with pytest.raises(BrokerUnreachable, match="refuses us: Not authorized") as refusal:
                await link.wait_connected(600)
        assert "guess" not in str(refusal.value)


async def test_the_right_password_opens_whatever_characters_it_has(
    broker_kind: BrokerKind, tmp_path: Path, inbox: Inbox
) -> None:
    async with running(broker_kind(tmp_path, closed=True)) as broker:
        link = MqttLink(with_password(broker, PASSWORD), "1", SUBSCRIPTIONS, inbox.put)
        async with connected(link):
            assert link.connected


async def test_a_subscription_the_broker_refuses_is_named(tmp_path: Path, inbox: Inbox) -> None:
    """NATS bounds the unacknowledged messages of a session, and so the number of its subscriptions."""
    too_many = [(f"lifts/v1/+/+/{channel}", 1) for channel in "abcdefg"]
    async with running(nats(tmp_path)) as broker:
        link = MqttLink(broker.url, "1", too_many, inbox.put)
        async with at_work(link):
            with pytest.raises(BrokerUnreachable, match=r"refuses the subscription to lifts/v1/\+/\+/g"):
                await link.wait_connected(WITHIN_S)


async def test_tls_is_spoken_with_a_broker_whose_certificate_is_trusted(
    broker_kind: BrokerKind, tmp_path: Path, inbox: Inbox, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    async with running(broker_kind(tmp_path, certificate=certificate)) as broker:
        payload = bytes(1_000_000)
        async with connected(MqttLink(over_tls(broker), "1", SUBSCRIPTIONS, inbox.put)) as link:
            for _ in range(3):
                await link.publish(ALARM, payload)
            await link.publish(ALARM, b"the end")
            assert [len(message.payload) for message in await inbox.until("the end")] == [1_000_000] * 3 + [7]


async def test_what_a_broker_says_in_one_breath_over_tls_is_heard_to_the_end(
    inbox: Inbox, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One TLS record holds it all, so once its first packet is read the socket has no more to announce."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"rescue-1")  # CONNECT, which ends with our name
        writer.write(b"\x20\x02\x00\x00")  # CONNACK
        await reader.readuntil(b"status\x00")  # SUBSCRIBE, which ends with the second filter and its QoS
        writer.write(b"\x90\x04\x00\x01\x01\x00" + b"\x30\x04\x00\x01tx" * 3)  # SUBACK, and PUBLISH three times
        await reader.read()
        writer.close()

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.path, certificate.key)
    async with await asyncio.start_server(answer, "127.0.0.1", ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        async with connected(MqttLink(f"mqtts://localhost:{port}", "1", SUBSCRIPTIONS, inbox.put)), asyncio.timeout(5):
            assert [(await inbox.next()).text for _ in range(3)] == ["x"] * 3


async def test_a_broker_whose_certificate_nobody_vouches_for_is_not_spoken_to(
    broker_kind: BrokerKind, tmp_path: Path, inbox: Inbox, certificate: Certificate
) -> None:
    async with running(broker_kind(tmp_path, certificate=certificate)) as broker:
        link = MqttLink(over_tls(broker), "1", SUBSCRIPTIONS, inbox.put)
        async with at_work(link):
            with pytest.raises(BrokerUnreachable, match="certificate verify failed"):
                await link.wait_connected(0.5)


async def test_a_broker_that_falls_silent_is_given_up(
    broker: Broker, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "KEEPALIVE_S", 1)
    async with connected(link_to(broker, inbox)) as link:
        broker.pause()
        with pytest.raises(NotConnected, match="the broker fell silent"):
            await link.publish(ALARM, b"said")
        broker.resume()
        await link.wait_connected(WITHIN_S)


async def test_a_link_given_up_while_connecting_leaves_no_connection(inbox: Inbox) -> None:
    hung_up = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        hung_up.set()

    async with await asyncio.start_server(never_answer, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        link = MqttLink(f"mqtt://127.0.0.1:{port}", "1", SUBSCRIPTIONS, inbox.put)
        async with at_work(link):
            with pytest.raises(BrokerUnreachable, match="no answer yet"):
                await link.wait_connected(0.1)
        async with asyncio.timeout(WITHIN_S):
            await hung_up.wait()


async def test_a_link_given_up_while_dialling_hangs_up_when_someone_answers_at_last(inbox: Inbox) -> None:
    """The only place in its queue is taken, so the host lets the dialling wait."""
    with socket.socket() as deaf, socket.socket() as queued:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        deaf.setblocking(False)
        queued.connect(deaf.getsockname())
        link = MqttLink(f"mqtt://127.0.0.1:{deaf.getsockname()[1]}", "1", SUBSCRIPTIONS, inbox.put)
        async with at_work(link):
            with pytest.raises(BrokerUnreachable, match="no answer yet"):
                await link.wait_connected(0.1)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(WITHIN_S):
            (await loop.sock_accept(deaf))[0].close()
            answered, _ = await loop.sock_accept(deaf)
            with answered:
                said = b""
                while more := await loop.sock_recv(answered, 100):
                    said += more
    assert said.endswith(DISCONNECT)


DISCONNECT = b"\xe0\x00"


async def test_what_is_no_mqtt_is_no_broker(inbox: Inbox) -> None:
    async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n" + b"No such request. " * 20)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(speak_http, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        link = MqttLink(f"mqtt://127.0.0.1:{port}", "1", SUBSCRIPTIONS, inbox.put)
        async with at_work(link):
            with pytest.raises(BrokerUnreachable, match="the broker closed the connection"):
                await link.wait_connected(0.3)


@contextlib.asynccontextmanager
async def at_work(link: MqttLink) -> AsyncIterator[None]:
    work = asyncio.create_task(link.run())
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


def with_password(broker: Broker, password: str) -> str:
    return f"mqtt://{USER}:{quote(password, safe='')}@127.0.0.1:{broker.port}"


def over_tls(broker: Broker) -> str:
    return f"mqtts://localhost:{broker.port}"


# --- addresses


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("mqtt://broker", "broker", 1883, False),
        ("mqtts://broker", "broker", 8883, True),
        ("mqtt://broker:1884/", "broker", 1884, False),
        ("mqtt://[::1]:1884", "::1", 1884, False),
    ],
)
def test_an_address_has_the_usual_port_unless_it_names_one(url: str, host: str, port: int, tls: bool) -> None:
    address = BrokerAddress.parse(url)
    assert (address.host, address.port, address.tls, address.username) == (host, port, tls, None)


def test_an_address_in_a_log_line_keeps_the_password_to_itself() -> None:
    address = BrokerAddress.parse("mqtts://desk:se%63ret@[::1]")
    assert (address.username, address.password) == ("desk", "secret")
    assert str(address) == "mqtts://[::1]:8883"
    assert "secret" not in repr(address)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://broker", "begins with mqtt:// or mqtts://, not with 'http'"),
        ("broker:1883", "begins with mqtt:// or mqtts://"),
        ("", "begins with mqtt:// or mqtts://"),
        ("mqtt://", "names a host"),
        ("mqtt://broker/topic", "nothing after"),
        ("mqtt://broker:port", "not a broker URL"),
        ("mqtt://broker:70000", "not a broker URL"),
        ("mqtt://[::1", "not a broker URL"),
        ("mqtt://:secret@broker", "needs a user name"),
    ],
)
def test_what_is_no_brokers_url_is_refused_with_the_reason(url: str, complaint: str, inbox: Inbox) -> None:
    with pytest.raises(BadBrokerUrl, match=complaint.replace("(", r"\(")):
        MqttLink(url, "1", SUBSCRIPTIONS, inbox.put)
