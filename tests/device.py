"""A device as bytes on a socket: signs in, says and hears by MQTT 3.1.1, with no code shared with ours."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from tests.brokers import WITHIN_S

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP = 1, 2, 3, 4, 8, 9, 12, 13
NOT_AUTHORIZED = 5
REFUSED = 0x80


@dataclass(frozen=True, kw_only=True)
class Will:
    """What the broker says when the device is gone without a goodbye."""

    topic: str
    payload: str


class Refused(Exception):
    """The broker's answer to CONNECT was no; its code."""


@dataclass(kw_only=True)
class Device:
    """A connected device."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[tuple[str, str]] = field(default_factory=list)
    """Topic and payload, oldest first."""

    async def say(self, topic: str, payload: str, *, retain: bool = False) -> None:
        """With QoS 1; return when the broker has acknowledged it."""
        self._send(PUBLISH << 4 | 2 | retain, _text(topic) + b"\x00\x01" + payload.encode())
        await self._answer(PUBACK)

    async def listen(self, *topics: str) -> list[int]:
        """Subscribe with QoS 1; what the broker grants each topic."""
        self._send(SUBSCRIBE << 4 | 2, b"\x00\x02" + b"".join(_text(topic) + b"\x01" for topic in topics))
        return list((await self._answer(SUBACK))[2:])

    async def hear(self, payload: str) -> list[tuple[str, str]]:
        """All that was heard, up to and including this payload."""
        async with asyncio.timeout(WITHIN_S):
            while not self.heard or self.heard[-1][1] != payload:
                await self._packet()
        return self.heard

    async def ping(self) -> None:
        """Return when the broker has answered: the connection stands."""
        self._send(PINGREQ << 4, b"")
        await self._answer(PINGRESP)

    async def wait_dropped(self) -> None:
        """Return when the broker has closed the connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._packet()

    async def vanish(self) -> None:
        """Without a goodbye."""
        self.writer.transport.abort()

    def _send(self, head: int, body: bytes) -> None:
        self.writer.write(bytes([head]) + _length(len(body)) + body)

    async def _answer(self, kind: int) -> bytes:
        async with asyncio.timeout(WITHIN_S):
            while True:
                got, body = await self._packet()
                if got == kind:
                    return body

    async def _packet(self) -> tuple[int, bytes]:
        head = (await self.reader.readexactly(1))[0]
        length, shift, more = 0, 0, True
        while more:
            byte = (await self.reader.readexactly(1))[0]
            length, shift, more = length | (byte & 127) << shift, shift + 7, bool(byte & 128)
        body = await self.reader.readexactly(length)
        if head >> 4 == PUBLISH:
            self._take(head, body)
        return head >> 4, body

    def _take(self, head: int, body: bytes) -> None:
        end = 2 + int.from_bytes(body[:2], "big")
        start = end + (2 if head & 6 else 0)
        self.heard.append((body[2:end].decode(), body[start:].decode()))
        if head & 6:
            self._send(PUBACK << 4, body[end:start])


async def connect(
    port: int,
    user: str = "",
    secret: str = "",
    *,
    client_id: str | None = None,
    lasting: bool = False,
    will: Will | None = None,
    tls: ssl.SSLContext | None = None,
) -> Device:
    """Sign in; the client's id is the user's name unless given. Raises Refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    device = Device(reader=reader, writer=writer)
    flags = (0 if lasting else 0x02) | (0xC0 if user else 0) | (0x2C if will else 0)
    parts = [user if client_id is None else client_id, *([will.topic, will.payload] if will else [])]
    parts += [user, secret] if user else []
    body = _text("MQTT") + struct.pack(">BBH", 4, flags, 60) + b"".join(map(_text, parts))
    device._send(CONNECT << 4, body)
    code = (await device._answer(CONNACK))[1]
    if code:
        writer.close()
        raise Refused(code)
    return device


@contextlib.asynccontextmanager
async def signed_in(port: int, user: str, secret: str, **more: object) -> AsyncIterator[Device]:
    """A device for the length of the block."""
    device = await connect(port, user, secret, **more)  # type: ignore[arg-type]
    try:
        yield device
    finally:
        await device.vanish()


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text.encode())) + text.encode()


def _length(length: int) -> bytes:
    written = b""
    while length > 127:
        written += bytes([length & 127 | 128])
        length >>= 7
    return written + bytes([length])
