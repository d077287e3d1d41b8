from __future__ import annotations

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from devices.bulk_client import BulkClient


@pytest.mark.parametrize(("method", "caller"), [("_sock_recv", "_packet_read"), ("_handle_publish", "_packet_handle")])
def test_paho_still_works_by_the_methods_that_are_overridden(method: str, caller: str) -> None:
    assert method in vars(paho.Client)
    assert method in vars(paho.Client)[caller].__code__.co_names
    assert method in vars(BulkClient)


def told(command: int, packet: bytes) -> tuple[list[tuple[str, bytes, bool]], list[paho.MQTTMessage]]:
    client = BulkClient(CallbackAPIVersion.VERSION2)
    plain, others = list[tuple[str, bytes, bool]](), list[paho.MQTTMessage]()
    client.on_plain = lambda *said: plain.append(said)
    client.on_message = lambda _client, _data, message: others.append(message)
    client._in_packet["command"] = command
    client._in_packet["packet"] = bytearray(packet)
    client._handle_publish()
    return plain, others


def test_a_message_of_qos_0_is_told_without_ado() -> None:
    assert told(0x30, b"\x00\x03a/b{}")[0] == [("a/b", b"{}", False)]
    assert told(0x31, b"\x00\x03a/b")[0] == [("a/b", b"", True)]
    assert told(0x30, b"\x00\x03\xe7\x94\xb5x")[0] == [("电", b"x", False)]


def test_a_message_of_qos_1_is_pahos() -> None:
    plain, [message] = told(0x32, b"\x00\x03a/b\x00\x07{}")
    assert plain == []
    assert (message.topic, message.payload, message.qos, message.mid) == ("a/b", b"{}", 1, 7)


def test_a_topic_that_is_no_text_is_left_to_paho() -> None:
    plain, others = told(0x30, b"\x00\x02\xff\xfex")
    assert plain == []
    assert len(others) == 1
