"""One webhook to one endpoint: signed, sent, and what came back. When to send again is `retries`' to say.

Decides whether an address may be called at all, and what counts as received: 2xx, and nothing else; a redirect is a
failure and is never followed. Must not know who else is told, nor what the body says.

Limits: a try takes at most 5 s for an offer and 10 s otherwise, from looking up the name to the last byte read. Of an
answer that is not 2xx at most 4 KiB are read, of a 2xx nothing. No cookie is kept, no proxy of the environment used,
nothing decompressed.

Where a company's endpoint lies is the company's word, so it is not believed: unless settings allow private addresses,
only https to globally routed unicast addresses is called. The address is checked where the socket is made, so that what
was checked is what is connected to, be it looked up this moment or a literal in the URL (which aiohttp never shows to
a resolver). Names are looked up on the event loop (c-ares): in threads, a few companies with a dead name server would
hold every thread.
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import json
import secrets
import socket
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import aiohttp
from standardwebhooks import Webhook
from yarl import URL

from rescue.ports import Delivery
from rescue.sending.retries import Reply, is_offer

OFFER_WITHIN_S = 5.0
OTHERS_WITHIN_S = 10.0
LARGEST_ANSWER = 4096
"""Bytes."""
LONGEST_ERROR = 300
"""Characters of an answer or failure that are kept."""
LONGEST_RETRY_AFTER_S = 3 * 86_400.0

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_PROTOCOLS_V4 = ipaddress.IPv4Network("192.0.0.0/24")


class AddressRefused(OSError):
    """An endpoint's name leads to an address we do not call."""


def new_secret() -> str:
    """A fresh secret for an endpoint: 32 random bytes in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def signed_headers(delivery: Delivery, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks, signed with every secret the endpoint has. Raises ValueError for a bad one."""
    at, text = now.astimezone(UTC), body.decode()
    return {
        "content-type": "application/json",
        "webhook-id": delivery.key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(delivery.key, at, text) for secret in delivery.secrets),
    }


def read_retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a `Retry-After` in seconds or as a date; None for none or nonsense, at most 3 days."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        # Nine digits are thirty years: no need to read on.
        return min(float(text[:9]), LONGEST_RETRY_AFTER_S)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait_s = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    return min(max(wait_s, 0.0), LONGEST_RETRY_AFTER_S)


def url_refusal(url: str, *, allow_private: bool) -> str | None:
    """Why this cannot be an endpoint, or None. The addresses behind a name are checked when it is called."""
    try:
        parsed = URL(url)
        host = parsed.host
    except ValueError:
        return "not a URL"
    if parsed.scheme not in {"https", "http"} or not host:
        return "not an http(s) URL with a host"
    if parsed.user is not None or parsed.password is not None:
        return "a user or password in the URL is refused: verify the signature instead"
    if allow_private:
        return None
    if parsed.scheme == "http":
        return "http is refused, for a case holds personal data: use https"
    return _host_refusal(host)


def address_refusal(address: Address) -> str | None:
    """Why we do not call this address, or None for a globally routed unicast one."""
    if isinstance(address, ipaddress.IPv4Address):
        good = address.is_global and not address.is_multicast and address not in _PROTOCOLS_V4
        return None if good else f"{address} is not a public address"
    if address.ipv4_mapped is not None:
        return address_refusal(address.ipv4_mapped)
    # 2002::/16 (6to4) leads on to an IPv4 address inside it, whatever that is.
    good = address in _UNICAST_V6 and address.is_global and address.sixtofour is None
    return None if good else f"{address} is not a public address"


def _host_refusal(host: str) -> str | None:
    with contextlib.suppress(ValueError):
        return address_refusal(ipaddress.ip_address(host))
    return None


def public_socket(addr_info: tuple[Any, ...]) -> socket.socket:
    """A socket for the address that is about to be connected to. Raises AddressRefused."""
    family, kind, protocol, _, address = addr_info
    refusal = address_refusal(ipaddress.ip_address(address[0]))
    if refusal is not None:
        raise AddressRefused(refusal)
    return socket.socket(family=family, type=kind, proto=protocol)


class Sender:
    """Sends webhooks over connections that it keeps. Enter it within the event loop; leaving closes them."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        offer_within_s: float = OFFER_WITHIN_S,
        others_within_s: float = OTHERS_WITHIN_S,
    ) -> None:
        self._allow_private = allow_private
        self._offer_within_s = offer_within_s
        self._others_within_s = others_within_s
        self._open = contextlib.AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        resolver = aiohttp.AsyncResolver()
        self._open.push_async_callback(resolver.close)
        connector = aiohttp.TCPConnector(
            limit=0,  # how many are under way at once is the outbox's to limit
            resolver=resolver,
            socket_factory=None if self._allow_private else public_socket,
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            headers={"user-agent": "lift-rescue"},
        )
        self._session = await self._open.enter_async_context(session)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def send(self, delivery: Delivery, now: datetime) -> Reply:
        """Try once. Whatever the endpoint does, a Reply comes back within the time limit."""
        refusal = url_refusal(delivery.url, allow_private=self._allow_private)
        if refusal is not None:
            return Reply(status=None, error=refusal)
        within_s = self._offer_within_s if is_offer(delivery) else self._others_within_s
        try:
            return await self._post(delivery, within_s, now)
        except TimeoutError:
            return Reply(status=None, error=f"no answer within {within_s:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Reply(status=None, error=_one_line(str(error) or type(error).__name__))

    async def _post(self, delivery: Delivery, within_s: float, now: datetime) -> Reply:
        assert self._session is not None, "a Sender is entered before it sends"
        body = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":")).encode()
        async with self._session.post(
            delivery.url,
            data=body,
            headers=signed_headers(delivery, body, now),
            timeout=aiohttp.ClientTimeout(total=within_s),
            allow_redirects=False,
        ) as response:
            return await _reply(response, now)


async def _reply(response: aiohttp.ClientResponse, now: datetime) -> Reply:
    if 200 <= response.status < 300:
        return Reply(status=response.status)
    said = await _beginning(response)
    return Reply(
        status=response.status,
        error=_one_line(f"HTTP {response.status} {said}"),
        retry_after_s=read_retry_after(response.headers.get("retry-after"), now),
    )


async def _beginning(response: aiohttp.ClientResponse) -> str:
    said = b""
    while len(said) < LARGEST_ANSWER and (more := await response.content.read(LARGEST_ANSWER - len(said))):
        said += more
    return said.decode(errors="replace")


def _one_line(text: str) -> str:
    """Fit for the list of deliveries."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_ERROR]
