from __future__ import annotations

import paho.mqtt.client as paho

from devices.bulk_client import BulkClient


def test_paho_still_reads_by_the_method_that_is_overridden() -> None:
    assert "_sock_recv" in vars(paho.Client)
    assert "_sock_recv" in paho.Client._packet_read.__code__.co_names
    assert "_sock_recv" in vars(BulkClient)
