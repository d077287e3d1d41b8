"""MQTT packets made and read by hand."""

from __future__ import annotations

from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from simulators.packets import (
    Kind,
    Packet,
    PacketReader,
    acknowledge_packet,
    connect_packet,
    connect_packet_to,
    publish_packet,
    read_said,
    sure_packet,
)

topics = st.text(st.characters(codec="utf-8", exclude_characters="\0+#"), min_size=1, max_size=40)
payloads = st.one_of(st.binary(max_size=300), st.integers(16_300, 16_400).map(lambda size: b"x" * size))


@given(st.lists(st.tuples(topics, payloads), max_size=6), st.lists(st.integers(1, 50)))
def test_packets_are_read_whole_however_they_are_cut(messages: list[tuple[str, bytes]], sizes: list[int]) -> None:
    sent = b"".join(publish_packet(topic, payload) for topic, payload in messages)
    reader, read = PacketReader(), list[Packet]()
    for size in [*sizes, len(sent) or 1]:
        read += reader.feed(sent[:size])
        sent = sent[size:]
    assert [(said.topic, said.payload) for said in map(read_said, read)] == messages


@given(topics, payloads, st.integers(1, 65_535), st.booleans(), st.booleans())
def test_a_sure_message_bears_its_number_and_whether_it_may_be_a_repeat(
    topic: str, payload: bytes, number: int, retain: bool, again: bool
) -> None:
    (packet,) = PacketReader().feed(sure_packet(topic, payload, number, retain=retain, again=again))
    assert packet.kind == Kind.PUBLISH
    assert (packet.first & 1, packet.first >> 3 & 1) == (retain, again)
    assert read_said(packet) == (topic, payload, number)


@given(st.integers(1, 65_535))
def test_an_acknowledgement_names_the_number(number: int) -> None:
    (packet,) = PacketReader().feed(acknowledge_packet(number))
    assert (packet.kind, int.from_bytes(packet.body, "big")) == (Kind.PUBACK, number)


def test_credentials_come_from_the_address_as_they_were_before_they_were_quoted() -> None:
    address = urlsplit("mqtt://L%2F1:p%40ss@127.0.0.1")
    assert connect_packet_to(address, "one") == connect_packet("one", username="L/1", password="p@ss")
    assert connect_packet_to(urlsplit("mqtt://127.0.0.1"), "one") == connect_packet("one")
