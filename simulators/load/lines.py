"""The connections a load is sent by: a few gateways that speak for many lifts each, or one of its own for every lift.

Lifts are dealt to connections in blocks, in their order. A lift with a connection of its own has a will, and its birth
is published when it connects. Writing waits when the broker takes no more, and that is the backpressure the sender
tells of. A broker that takes nothing at all for half a minute is an error, and so is the loss of a gateway; a lift that
loses its own connection is counted and left out.
"""

from __future__ import annotations

import json
import select
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from simulators.errors import BrokerUnreachableError
from simulators.load.talk import BOOT, Topic
from simulators.packets import CONNECTED_WITHIN_S, DISCONNECT, connect_packet, lasting_packet
from simulators.reports import FIRMWARE, PROFILE

TAKEN_WITHIN_S = 30.0
ACCEPTED = bytes((0x20, 2, 0, 0))
"""CONNACK: no session, return code 0."""
REFUSALS = {1: "wrong protocol version", 2: "identifier refused", 3: "server unavailable", 4: "bad credentials",
            5: "not authorised"}  # fmt: skip


class Lines:
    """The connections, each with the lifts of its block."""

    def __init__(self, sockets: Sequence[socket.socket], lifts: int) -> None:
        self.lost = 0
        self._sockets: list[socket.socket | None] = list(sockets)
        self._lifts = lifts
        self._poll = select.epoll()
        self._numbers = {one.fileno(): number for number, one in enumerate(sockets)}
        for one in sockets:
            self._poll.register(one, select.EPOLLIN | select.EPOLLRDHUP)

    def write(self, first: int, packets: Sequence[bytes], pieces: int = 1) -> None:
        """The packets of the lifts from `first` on, so many pieces each."""
        lift, last = first, first + len(packets) // pieces
        while lift < last:
            number = lift * len(self._sockets) // self._lifts
            end = min(last, -(-(number + 1) * self._lifts // len(self._sockets)))
            self._send(number, b"".join(packets[(lift - first) * pieces : (end - first) * pieces]))
            lift = end

    def look(self) -> None:
        """Take what the broker answers, and note who has been cut off."""
        for descriptor, _ in self._poll.poll(0):
            number = self._numbers[descriptor]
            one = self._sockets[number]
            try:
                if one is not None and not one.recv(4096):
                    self._lose(number, "the broker closed it")
            except OSError as error:
                self._lose(number, error.strerror or str(error))

    def close(self) -> None:
        """Say goodbye on all that still stand."""
        for one in filter(None, self._sockets):
            with suppress(OSError):  # it is gone, which was to be reached
                one.sendall(DISCONNECT)
            one.close()

    def _send(self, number: int, packets: bytes) -> None:
        one = self._sockets[number]
        if one is None:
            return
        try:
            one.sendall(packets)
        except TimeoutError:
            raise BrokerUnreachableError(f"the broker took nothing for {TAKEN_WITHIN_S:.0f} s") from None
        except OSError as error:
            self._lose(number, error.strerror or str(error))

    def _lose(self, number: int, reason: str) -> None:
        one, self._sockets[number] = self._sockets[number], None
        if one is not None:
            self._poll.unregister(one)
            one.close()
        self.lost += 1
        if len(self._sockets) < self._lifts:
            raise BrokerUnreachableError(f"a gateway's connection to the broker was lost: {reason}")


@contextmanager
def open_lines(url: str, lifts: Sequence[Topic], connections: int) -> Iterator[Lines]:
    """Connected inside. Raises BrokerUnreachableError with the broker's own reason."""
    sockets: list[socket.socket] = []
    try:
        for number in range(connections):
            greeting = _greet(lifts[number]) if connections == len(lifts) else connect_packet(f"load-{number}")
            sockets.append(_connect(url, greeting))
        lines = Lines(sockets, len(lifts))
        yield lines
        lines.close()
    finally:
        for one in sockets:
            one.close()


def _greet(lift: Topic) -> bytes:
    """CONNECT with the lift's will, and its birth."""
    topic, birth = lift.of("link"), {"online": True, "boot": BOOT, "firmware": FIRMWARE, "profile": PROFILE}
    will = json.dumps({"online": False, "boot": BOOT}).encode()
    said = lasting_packet(topic, json.dumps(birth).encode())
    return connect_packet(f"load-{lift.lift_id}", will=(topic, will)) + said


def _connect(url: str, greeting: bytes) -> socket.socket:
    address = urlsplit(url)
    where = (address.hostname or "127.0.0.1", address.port or 1883)
    try:
        one = socket.create_connection(where, CONNECTED_WITHIN_S)
        one.sendall(greeting)
        answer = one.recv(4)
        one.settimeout(TAKEN_WITHIN_S)
    except OSError as error:
        raise BrokerUnreachableError(f"no connection to the broker at {url}: {error.strerror or error}") from None
    if answer != ACCEPTED:
        one.close()
        reason = REFUSALS.get(answer[3], f"code {answer[3]}") if len(answer) == 4 else "it closed the connection"
        raise BrokerUnreachableError(f"the broker refuses a connection: {reason}")
    return one
