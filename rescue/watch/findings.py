"""What `rescue check` finds of the broker: whether it answers us, and whether it asks anybody else who they are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import uuid4

from devices.mqtt import BrokerAddress, MqttError, MqttLink
from rescue.settings import MqttAuth, ServiceError, Settings
from rescue.surroundings import Tls, auth_of, check_listener, client_tls, is_loopback
from rescue.tls import chosen

OPEN_WITHIN_S = 5.0
"""For a stranger's sign-in, which is refused at once or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing `rescue check` looked at."""

    part: str
    ok: bool
    said: str


async def check_broker(settings: Settings) -> Finding:
    """Whether it serves us, and only those it knows."""
    try:
        return await _look_at_broker(settings)
    except (MqttError, ServiceError) as error:
        return Finding(part="broker", ok=False, said=str(error))


async def _look_at_broker(settings: Settings) -> Finding:
    if not settings.mqtt_url:
        return _embedded_to_be(settings)
    tls = client_tls(settings)
    await _sign_in(settings.mqtt_url, tls, settings.broker_within_s)
    address = BrokerAddress.parse(settings.mqtt_url)
    if not await _takes_strangers(str(address), tls):
        return Finding(part="broker", ok=True, said="answers, and turns strangers away")
    if is_loopback(address.host):
        return Finding(part="broker", ok=True, said="answers, and anybody on this machine may publish as any lift")
    return Finding(part="broker", ok=False, said=_open_to_all(address.host))


def _embedded_to_be(settings: Settings) -> Finding:
    chosen(settings.mqtt_cert, settings.mqtt_key, "MQTT")
    auth = auth_of(settings, embedded=True)
    check_listener(settings, auth)
    said = "RESCUE_MQTT_URL is not set: --embedded starts one"
    if auth is MqttAuth.REQUIRED and not is_loopback(settings.mqtt_host) and settings.mqtt_cert is None:
        said += f", which takes secrets unencrypted on {settings.mqtt_host}: set RESCUE_MQTT_CERT and RESCUE_MQTT_KEY"
    return Finding(part="broker", ok=True, said=said)


def _open_to_all(host: str) -> str:
    return (
        f"anybody who reaches {host} may publish as any lift: give each a credential (`rescue device add`) and let the "
        "broker ask for it, as docs/operations-mqtt.md tells"
    )


async def _takes_strangers(url: str, tls: Tls) -> bool:
    try:
        await _sign_in(url, tls, OPEN_WITHIN_S)
    except MqttError:
        return False
    return True


async def _sign_in(url: str, tls: Tls, within_s: float) -> None:
    link = MqttLink(url, f"check-{uuid4().hex[:8]}", (), lambda *_: None, tls)
    running = asyncio.create_task(link.run())
    try:
        await link.wait_connected(within_s)
    finally:
        running.cancel()
