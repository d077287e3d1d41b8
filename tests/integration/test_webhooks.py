"""One webhook to a real endpoint, whatever that does, and to addresses that must not be called."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from rescue.ports import Delivery
from rescue.sending.retries import Reply
from rescue.sending.webhooks import (
    LONGEST_ERROR,
    LONGEST_RETRY_AFTER_S,
    Address,
    Sender,
    address_refusal,
    new_secret,
    read_retry_after,
    signed_headers,
    url_refusal,
)
from tests.integration.company import Company, always, company, hang
from tests.unit.a_case import NOON
from tests.unit.test_retries import NEWS, OFFER

SECRET = new_secret()
PUBLIC = ["8.8.8.8", "223.5.5.5", "2606:4700::1111", "2400:3200::1", "::ffff:8.8.8.8"]
NOT_PUBLIC = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),
    *("192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "100::1", "2001:db8::1"),
    *("2002:7f00:1::", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1"),
]


@pytest.fixture
async def endpoint() -> AsyncIterator[Company]:
    async with company(SECRET) as there:
        yield there


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    async with Sender(allow_private=True, offer_within_s=0.3, others_within_s=0.6) as sends:
        yield sends


def news_for(endpoint: Company) -> Delivery:
    return replace(NEWS, url=endpoint.url, secrets=(SECRET,), body={"type": "incident.updated", "data": {"楼": "3号"}})


async def send(sender: Sender, delivery: Delivery) -> Reply:
    return await sender.send(delivery, datetime.now(UTC))


# --- what the endpoint does


async def test_a_webhook_arrives_signed_under_its_id(endpoint: Company, sender: Sender) -> None:
    assert await send(sender, news_for(endpoint)) == Reply(status=200)
    [received] = endpoint.received
    assert (received.id, received.type, received.data) == (NEWS.key, "incident.updated", {"楼": "3号"})


@pytest.mark.parametrize("secrets", [(SECRET, new_secret()), (new_secret(), SECRET)])
async def test_while_a_secret_is_changed_either_is_good(
    endpoint: Company, sender: Sender, secrets: tuple[str, ...]
) -> None:
    assert (await send(sender, replace(news_for(endpoint), secrets=secrets))).received


async def test_a_company_refuses_what_another_secret_signed(endpoint: Company, sender: Sender) -> None:
    reply = await send(sender, replace(news_for(endpoint), secrets=(new_secret(),)))
    assert reply.status == 500
    assert endpoint.received == []


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_any_2xx_is_received(endpoint: Company, sender: Sender, status: int) -> None:
    endpoint.answer = always(status)
    assert await send(sender, news_for(endpoint)) == Reply(status=status)


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
async def test_any_other_status_is_a_failure_that_quotes_the_answer(
    endpoint: Company, sender: Sender, status: int
) -> None:
    endpoint.answer = always(status, text="out of\n\x00 order")
    reply = await send(sender, news_for(endpoint))
    assert reply == Reply(status=status, error=f"HTTP {status} out of order")


async def test_a_redirect_is_a_failure_and_is_not_followed(endpoint: Company, sender: Sender) -> None:
    endpoint.answer = always(302, location=endpoint.url)
    reply = await send(sender, news_for(endpoint))
    assert (reply.status, reply.received, endpoint.asked) == (302, False, 1)


async def test_a_pause_asked_for_is_passed_on(endpoint: Company, sender: Sender) -> None:
    endpoint.answer = always(503, retry_after="17")
    assert (await send(sender, news_for(endpoint))).retry_after_s == 17


@pytest.mark.parametrize(("type_", "within"), [("assignment.offered", "0.3 s"), ("incident.updated", "0.6 s")])
async def test_an_endpoint_that_does_not_answer_is_given_up_in_time(
    endpoint: Company, sender: Sender, type_: str, within: str
) -> None:
    released = asyncio.Event()
    endpoint.answer = hang(released)
    reply = await send(sender, replace(news_for(endpoint), type=type_))
    released.set()
    assert reply == Reply(status=None, error=f"no answer within {within}")


async def test_an_endless_answer_is_cut_off(endpoint: Company, sender: Sender) -> None:
    async def babble(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=500)
        await response.prepare(request)
        while True:
            await response.write(b"no " * 10_000)

    endpoint.answer = babble
    reply = await send(sender, news_for(endpoint))
    assert reply.status == 500
    assert len(reply.error) == LONGEST_ERROR


async def test_a_dead_endpoint_is_a_failure_with_its_reason(sender: Sender) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        reply = await send(sender, replace(NEWS, url=f"http://127.0.0.1:{port}/", secrets=(SECRET,)))
    assert reply.status is None
    assert "127.0.0.1" in reply.error


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 100_000])
async def test_a_server_that_does_not_speak_http_is_a_failure(sender: Sender, greeting: bytes) -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        reply = await send(sender, replace(NEWS, url=f"http://127.0.0.1:{port}/", secrets=(SECRET,)))
    assert not reply.received


async def test_a_secret_that_cannot_sign_is_a_failure_not_a_crash(endpoint: Company, sender: Sender) -> None:
    assert not (await send(sender, replace(news_for(endpoint), secrets=("whsec_a",)))).received
    assert endpoint.asked == 0


# --- addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "127.1"])
async def test_an_endpoint_on_this_machine_is_not_called(host: str) -> None:
    called = asyncio.Event()

    async def note(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        writer.close()

    async with await asyncio.start_server(note, "127.0.0.1", 0) as server, Sender() as sender:
        port = server.sockets[0].getsockname()[1]
        reply = await send(sender, replace(OFFER, url=f"https://{host}:{port}/", secrets=(SECRET,)))
    assert "address" in reply.error
    assert not called.is_set()


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_called(address: str) -> None:
    assert address_refusal(ip_address(address)) is None


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_other_address_may_be_called(address: str) -> None:
    assert address_refusal(ip_address(address)) is not None
    host = f"[{address}]" if ":" in address else address
    assert url_refusal(f"https://{host}/hooks", allow_private=False) is not None
    assert url_refusal(f"http://{host}/hooks", allow_private=True) is None


@given(st.ip_addresses())
def test_whatever_is_private_in_any_disguise_is_refused(address: Address) -> None:
    inner = (address.ipv4_mapped or address.sixtofour) if isinstance(address, IPv6Address) else address
    if address_refusal(address) is None:
        assert address.is_global
        assert not address.is_multicast
        assert inner is None or inner.is_global


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_ipv6_dress(address: IPv4Address) -> None:
    mapped = IPv6Address(f"::ffff:{address}")
    assert address_refusal(mapped) == address_refusal(address)


@pytest.mark.parametrize("url", ["https://k.example/hooks", "https://k.example:8443/", "https://公司.example/"])
def test_https_to_a_name_may_be_an_endpoint(url: str) -> None:
    assert url_refusal(url, allow_private=False) is None


@pytest.mark.parametrize(
    "url",
    ["", "k.example", "//k.example", "https://", "ftp://k.example", "file:///etc/passwd", "https://k.example:99999/",
     "https://k:secret@k.example/", "https://[::1", "http+unix://x"],
)  # fmt: skip
@pytest.mark.parametrize("allow_private", [True, False])
def test_what_is_no_endpoint_is_refused_with_a_reason(url: str, allow_private: bool) -> None:
    assert url_refusal(url, allow_private=allow_private)


def test_plain_http_is_for_private_networks_only() -> None:
    assert url_refusal("http://k.example/", allow_private=False)
    assert url_refusal("http://k.example/", allow_private=True) is None


@given(st.text())
def test_any_text_as_url_is_judged_without_a_crash(url: str) -> None:
    assert url_refusal(url, allow_private=False) != ""


# --- Retry-After, secrets, signatures


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("0", 0),
        (" 120 ", 120),
        ("9" * 5000, LONGEST_RETRY_AFTER_S),
        (format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOON - timedelta(seconds=90), usegmt=True), 0),
        ("Mon, 02 Mar 2026 12:01:30 +0800", 90),
        ("Mon, 02 Mar 2026 04:01:30", 90),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, wait_s: float | None) -> None:
    assert read_retry_after(header, NOON) == wait_s


@given(st.text())
def test_any_retry_after_is_read_without_a_crash(header: str) -> None:
    wait_s = read_retry_after(header, NOON)
    assert wait_s is None or 0 <= wait_s <= LONGEST_RETRY_AFTER_S


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(secret.startswith("whsec_") and len(secret) == len("whsec_") + 44 for secret in made)


@given(st.integers(0, 10_000))
def test_a_body_changed_on_the_way_is_found_out(place: int) -> None:
    body = b'{"type":"incident.updated","data":{"number":17}}'
    headers = signed_headers(replace(NEWS, secrets=(SECRET,)), body, datetime.now(UTC))
    at = place % len(body)
    changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    assert Webhook(SECRET).verify(body, headers) == {"type": "incident.updated", "data": {"number": 17}}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(changed, headers)
