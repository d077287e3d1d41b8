"""MQTT 3.1.1 packets as bytes, for a sender that must never be the limit of what is measured."""

from __future__ import annotations

import socket
import struct
from urllib.parse import urlsplit

CONNECTED_WITHIN_S = 10.0
DISCONNECT = bytes((0xE0, 0))


def connect_packet(client_id: str) -> bytes:
    """CONNECT with a clean session and a minute's keepalive."""
    return _packet(0x10, _text("MQTT") + bytes((4, 0b10)) + struct.pack("!H", 60) + _text(client_id))


def publish_packet(topic: str, payload: bytes) -> bytes:
    """PUBLISH with QoS 0, not retained."""
    return _packet(0x30, _text(topic) + payload)


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


def _length(length: int) -> bytes:
    """Seven bits a byte, the eighth says that more follow."""
    written = bytearray()
    while length >= 128:
        written.append(length % 128 | 0x80)
        length //= 128
    return bytes((*written, length))


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("!H", len(encoded)) + encoded
