from __future__ import annotations

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion

from devices.bulk_client import BulkClient

Said = tuple[str, bytes, bool]


def packet(topic: bytes, payload: bytes, *, first: int = 0x30) -> bytes:
    packet_id = b"\x00\x07" if first & 0b0110 else b""
    body = len(topic).to_bytes(2) + topic + packet_id + payload
    length, left = b"", len(body)
    while left >= 128:
        length, left = length + bytes([left % 128 | 128]), left // 128
    return bytes([first]) + length + bytes([left]) + body


class Stream(BulkClient):
    """The client with pieces of bytes where its socket would be."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__(CallbackAPIVersion.VERSION2)
        self.pieces = list(pieces)
        self.plain = list[Said]()
        self.by_paho = list[Said]()
        self.on_plain = lambda *said: self.plain.append(said)
        self.on_message = lambda _client, _data, message: self.by_paho.append(
            (message.topic, bytes(message.payload), message.retain)
        )

    def _sock_recv(self, bufsize: int) -> bytes:
        if not self.has_more:
            if not self.pieces:
                raise BlockingIOError
            self._ahead, self._taken = self.pieces.pop(0), 0
        return super()._sock_recv(bufsize)

    def read_all(self, most: int = 1_000) -> list[Said]:
        while self.pieces or self.has_more:
            self.hand_out(most)
            self._packet_read()
        return [*self.plain, *self.by_paho]


def test_paho_still_works_by_the_method_that_is_overridden() -> None:
    assert "_sock_recv" in vars(paho.Client)
    assert "_sock_recv" in vars(paho.Client)["_packet_read"].__code__.co_names
    assert "command" in paho.Client(CallbackAPIVersion.VERSION2)._in_packet


def test_messages_of_qos_0_that_lie_there_whole_are_told_without_ado() -> None:
    long = bytes(300)
    stream = Stream(
        packet(b"first", b"is pahos, for it is asked for")
        + packet(b"a/b", b"{}")
        + packet(b"a/b", b"", first=0x31)
        + packet("电".encode(), b"x")
        + packet(b"a", long)
    )
    stream.read_all()
    assert [topic for topic, _, _ in stream.by_paho] == ["first"]
    assert stream.plain == [("a/b", b"{}", False), ("a/b", b"", True), ("电", b"x", False), ("a", long, False)]


def test_a_message_of_qos_1_and_all_after_it_waits_for_paho() -> None:
    stream = Stream(packet(b"a", b"0") + packet(b"b", b"1") + packet(b"c", b"2", first=0x32) + packet(b"d", b"3"))
    stream._packet_read()
    stream.hand_out(10)
    assert [payload for _, payload, _ in stream.plain] == [b"1"]
    assert stream.has_more


def test_no_more_are_handed_out_than_asked_for() -> None:
    stream = Stream(b"".join(packet(b"a", bytes([n])) for n in range(10)))
    stream._packet_read()
    stream.hand_out(3)
    assert [payload[0] for _, payload, _ in stream.plain] == [1, 2, 3]


@pytest.mark.parametrize("topic", [b"\xff\xfe", b"\xed\xa0\x80"])
def test_a_topic_that_is_no_text_is_left_to_paho(topic: bytes) -> None:
    stream = Stream(packet(b"a", b"0") + packet(topic, b"1"))
    stream._packet_read()
    stream.hand_out(10)
    assert stream.plain == []


@given(
    said=st.lists(st.tuples(st.sampled_from(["a", "lifts/v1/x"]), st.binary(max_size=200), st.integers(0x30, 0x31))),
    cuts=st.lists(st.integers(1, 60), min_size=1),
    most=st.integers(1, 5),
)
def test_however_the_bytes_are_cut_each_message_is_told_once(
    said: list[tuple[str, bytes, int]], cuts: list[int], most: int
) -> None:
    stream_of_bytes = b"".join(packet(topic.encode(), payload, first=first) for topic, payload, first in said)
    pieces, at = list[bytes](), 0
    while at < len(stream_of_bytes):
        length = cuts[len(pieces) % len(cuts)]
        pieces.append(stream_of_bytes[at : at + length])
        at += length
    told = Stream(*pieces).read_all(most)
    assert sorted(told) == sorted((topic, payload, first == 0x31) for topic, payload, first in said)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_message_are_never_told_as_one_that_they_do_not_hold(noise: bytes) -> None:
    stream = Stream()
    stream._ahead, stream._taken = noise, 0
    stream.hand_out(100)
    retold = b"".join(
        packet(topic.encode(), payload, first=0x31 if retained else 0x30) for topic, payload, retained in stream.plain
    )
    assert len(retold) <= stream._taken
