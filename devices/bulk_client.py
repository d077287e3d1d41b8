"""A paho client for tens of thousands of messages a second.

Two things are done otherwise than paho does them, and nothing else (ADR 0018). It asks the kernel for each packet in
three or four pieces; here one asking brings many packets, of which the pieces are handed out. And for each message of
QoS 0 it makes an object with a lock, looks for callbacks by topic and writes a log line; here such a message goes
straight to `on_plain`, for there is nothing to keep count of. QoS 1 is paho's as ever.

Both override methods that paho does not publish. Should paho rename one, nothing is lost but the speed, or a test says
so.
"""

from __future__ import annotations

from collections.abc import Callable

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode

READ_AT_ONCE = 64 * 1024
_QOS = 0b0110
_RETAIN = 0b0001

OnPlain = Callable[[str, bytes, bool], None]
"""Topic, payload, retained. Must not raise."""


class BulkClient(paho.Client):
    """For one connection: what was read ahead belongs to it alone."""

    on_plain: OnPlain | None = None
    """Takes the messages of QoS 0; while it is None they go to `on_message`."""
    _ahead: bytes = b""
    _taken: int = 0

    @property
    def has_more(self) -> bool:
        """Bytes have been read that paho has not seen yet: the socket may never become readable for them."""
        return self._taken < len(self._ahead)

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._taken >= len(self._ahead):
            self._ahead, self._taken = super()._sock_recv(READ_AT_ONCE), 0
        piece = self._ahead[self._taken : self._taken + bufsize]
        self._taken += len(piece)
        return piece

    def _handle_publish(self) -> MQTTErrorCode:
        command, packet = self._in_packet["command"], self._in_packet["packet"]
        topic_ends = 2 + int.from_bytes(packet[:2])
        if command & _QOS or self.on_plain is None or topic_ends > len(packet):
            return super()._handle_publish()
        try:
            topic = packet[2:topic_ends].decode()
        except UnicodeDecodeError:
            return super()._handle_publish()
        self.on_plain(topic, bytes(packet[topic_ends:]), bool(command & _RETAIN))
        return MQTTErrorCode.MQTT_ERR_SUCCESS
