"""MQTT 3.1.1 packets as bytes, for a sender that must never be the limit of what is measured."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

CONNECTED_WITHIN_S = 10.0
KEEPALIVE_S = 60
DISCONNECT = bytes((0xE0, 0))
PING = bytes((0xC0, 0))
REFUSALS = {
    1: "it speaks another version of MQTT",
    2: "it does not take this client's name",
    3: "it is not in service",
    4: "wrong user name or password",
    5: "this user may not connect",
}
"""What a broker's answer to CONNECT means, 0 being yes."""


class Kind:
    """The first four bits of a packet."""

    CONNACK, PUBLISH, PUBACK = 0x20, 0x30, 0x40


class Packet(NamedTuple):
    """What came from the broker: the first byte, and all that follows the length."""

    first: int
    body: bytes

    @property
    def kind(self) -> int:
        """One of `Kind`, or another that needs no answer."""
        return self.first & 0xF0


class Said(NamedTuple):
    """A message that was heard; `number` is to be acknowledged, None for QoS 0."""

    topic: str
    payload: bytes
    number: int | None


class PacketReader:
    """Takes bytes however they are cut, and gives whole packets."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are whole by now."""
        data = self._rest + data if self._rest else data
        start = 0
        while (found := _measure(data, start)) is not None:
            begin, end = found
            yield Packet(data[start], data[begin:end])
            start = end
        self._rest = data[start:]


def read_said(packet: Packet) -> Said:
    """The message in a PUBLISH."""
    length = int.from_bytes(packet.body[:2], "big")
    topic, rest = packet.body[2 : 2 + length].decode(), packet.body[2 + length :]
    if not packet.first & 0b110:
        return Said(topic, rest, None)
    return Said(topic, rest[2:], int.from_bytes(rest[:2], "big"))


def connect_packet(
    client_id: str, will: tuple[str, bytes] | None = None, *, username: str = "", password: str = ""
) -> bytes:
    """CONNECT with a clean session and a minute's keepalive; `will` (topic, payload) with QoS 1 and retained."""
    flags, last = (0b10, b"") if will is None else (0b101110, _text(will[0]) + _counted(will[1]))
    if username:
        flags, last = flags | 0b11000000, last + _text(username) + _text(password)
    return _packet(0x10, _text("MQTT") + bytes((4, flags)) + struct.pack("!H", KEEPALIVE_S) + _text(client_id) + last)


def connect_packet_to(address: SplitResult, client_id: str, will: tuple[str, bytes] | None = None) -> bytes:
    """The same, with the credentials that the address bears."""
    username, password = unquote(address.username or ""), unquote(address.password or "")
    return connect_packet(client_id, will, username=username, password=password)


def subscribe_packet(topics: Sequence[str], number: int = 1) -> bytes:
    """SUBSCRIBE with QoS 0."""
    return _packet(0x82, struct.pack("!H", number) + b"".join(_text(topic) + b"\0" for topic in topics))


def acknowledge_packet(number: int) -> bytes:
    """PUBACK."""
    return b"\x40\x02" + struct.pack("!H", number)


def sure_packet(topic: str, payload: bytes, number: int, *, retain: bool, again: bool = False) -> bytes:
    """PUBLISH with QoS 1; `again` when it may have been heard before."""
    return _packet(0x32 | retain | (again << 3), _text(topic) + struct.pack("!H", number) + payload)


def publish_packet(topic: str, payload: bytes, *, retain: bool = False) -> bytes:
    """PUBLISH with QoS 0."""
    return _packet(0x30 | retain, _text(topic) + payload)


def lasting_packet(topic: str, payload: bytes, number: int = 1) -> bytes:
    """PUBLISH with QoS 1, retained, under this number."""
    return sure_packet(topic, payload, number, retain=True)


def send(url: str, packets: bytes) -> None:
    """Opens a connection, writes everything as fast as the broker takes it, and says goodbye."""
    address = urlsplit(url)
    where = (address.hostname or "127.0.0.1", address.port or 1883)
    with socket.create_connection(where, CONNECTED_WITHIN_S) as connection:
        connection.settimeout(None)
        connection.sendall(packets + DISCONNECT)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass


def _packet(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + _length(len(body)) + body


def _measure(data: bytes, start: int) -> tuple[int, int] | None:
    """Where the body of the packet at `start` begins and ends; None while it is not whole."""
    length, shift, at = 0, 0, start + 1
    while at < len(data):
        length |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return (at, at + length) if at + length <= len(data) else None
    return None


def _length(length: int) -> bytes:
    """Seven bits a byte, the eighth says that more follow."""
    written = bytearray()
    while length >= 128:
        written.append(length % 128 | 0x80)
        length //= 128
    return bytes((*written, length))


def _text(text: str) -> bytes:
    return _counted(text.encode())


def _counted(written: bytes) -> bytes:
    return struct.pack("!H", len(written)) + written
