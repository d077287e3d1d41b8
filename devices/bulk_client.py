"""A paho client for tens of thousands of messages a second.

Paho asks the kernel for each packet in three or four pieces, and makes of each message an object with a lock, looks for
callbacks by topic and writes a log line. Here one asking brings many packets; `hand_out` takes those messages of QoS 0
that lie there whole straight to `on_plain`, for there is nothing to keep count of, and paho is given the pieces of all
else as it asks for them: QoS 1, the broker's answers, and the message that another asking has to complete (ADR 0018).

The one method overridden is not published by paho. Should paho rename it, nothing is lost but the speed, and a test
says so.
"""

from __future__ import annotations

from collections.abc import Callable

import paho.mqtt.client as paho

READ_AT_ONCE = 64 * 1024
_PLAIN = 0x30
_RETAIN = 0x01
_MORE = 0x80
"""In a byte of the length: another follows."""

OnPlain = Callable[[str, bytes, bool], None]
"""Topic, payload, retained. Must not raise."""


class BulkClient(paho.Client):
    """For one connection: what was read ahead belongs to it alone."""

    on_plain: OnPlain | None = None
    """Takes the messages of QoS 0 that `hand_out` finds; all others go to `on_message`."""
    _ahead: bytes = b""
    _taken: int = 0

    @property
    def has_more(self) -> bool:
        """Bytes have been read that paho has not seen yet: the socket may never become readable for them."""
        return self._taken < len(self._ahead)

    def hand_out(self, most: int) -> None:
        """Tell `on_plain` of the messages of QoS 0 that lie next and whole, until something else does; `most` of them.

        It is long because each message passes through it: a call a part would cost as much as the part.
        """
        if self.on_plain is None or self._in_packet["command"]:
            return
        tell, ahead, at, end = self.on_plain, self._ahead, self._taken, len(self._ahead)
        for _ in range(most):
            if end - at < 4 or ahead[at] | _RETAIN != _PLAIN | _RETAIN:
                return
            length, begins = ahead[at + 1], at + 2
            if length & _MORE:
                length, begins = (length & ~_MORE) + (ahead[at + 2] << 7), at + 3
            ends, topic_at = begins + length, begins + 2
            if length >= 1 << 14 or ends > end or length < 2:
                return
            topic_ends = topic_at + (ahead[begins] << 8) + ahead[begins + 1]
            if topic_ends > ends:
                return
            try:
                topic = ahead[topic_at:topic_ends].decode()
            except UnicodeDecodeError:
                return
            retained = ahead[at] != _PLAIN
            self._taken = at = ends
            tell(topic, ahead[topic_ends:ends], retained)

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._taken >= len(self._ahead):
            self._ahead, self._taken = super()._sock_recv(READ_AT_ONCE), 0
        piece = self._ahead[self._taken : self._taken + bufsize]
        self._taken += len(piece)
        return piece
