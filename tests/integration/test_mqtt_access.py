"""Who may say and hear what, on both real brokers: a lift speaks for itself, and hears what is meant for it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rescue.embedded import EmbeddedBroker, EmbeddedError, embedded_broker
from rescue.mqtt_access.broker_log import BrokerLog
from rescue.mqtt_access.grants import LIFT_SAYS, grant_crew, grant_lifts, grant_nothing
from rescue.mqtt_access.mosquitto import write_access_list, write_passwords
from rescue.mqtt_access.nats import write_users
from tests.brokers import OURS, PASSWORD, USER, WITHIN_S, Broker, eventually, free_port, mosquitto, nats
from tests.device import NOT_AUTHORIZED, REFUSED, Device, Refused, Will, connect, signed_in
from tests.integration.conftest import BrokerKind, running

SECRET = "rw4qz7d5gm2k6xq3n5tcyh7uaevplb2s"
L1, L2 = "lifts/v1/410105/L1", "lifts/v1/410105/L2"
L3 = "lifts/v1/410102/L3"
GRANTS = [
    grant_lifts("lift-L1", SECRET, ["410105/L1"]),
    grant_lifts("lift-L2", SECRET, ["410105/L2"]),
    grant_lifts("gateway-G", SECRET, ["410105/L1", "410102/L3"]),
    grant_crew("crew-7", SECRET, "K", "7"),
    grant_lifts("lift-gone", SECRET, []),
    grant_nothing("crew-gone", SECRET),
]
EVERYTHING = ("lifts/v1/#", "crews/v1/#")


@pytest.fixture
async def closed(broker_kind: BrokerKind, tmp_path: Path) -> AsyncIterator[Broker]:
    """A broker that asks who one is, and knows GRANTS and the service."""
    async with running(broker_kind(tmp_path, closed=True, grants=GRANTS)) as started:
        yield started


@pytest.fixture
async def service(closed: Broker) -> AsyncIterator[Device]:
    """The service, which hears everything."""
    async with signed_in(closed.port, USER, PASSWORD, client_id="rescue-1", lasting=True) as device:
        assert await device.listen(*EVERYTHING) == [1, 1]
        yield device


async def retained(broker: Broker, until: str) -> list[tuple[str, str]]:
    """What somebody who comes fresh is told."""
    async with signed_in(broker.port, USER, PASSWORD, client_id="fresh") as device:
        await device.listen(*EVERYTHING)
        return await device.hear(until)


async def forge(broker: Broker, user: str, *topics: str) -> None:
    """Each on a connection of its own: Mosquitto acknowledges what it refuses, and then hangs up."""
    for topic in topics:
        async with signed_in(broker.port, user, SECRET) as device:
            await device.say(topic, "forged", retain=True)


# --- what is said


async def test_a_lift_says_on_each_of_its_channels_what_the_service_hears(closed: Broker, service: Device) -> None:
    async with signed_in(closed.port, "lift-L1", SECRET) as lift:
        for channel in LIFT_SAYS:
            await lift.say(f"{L1}/{channel}", channel, retain=channel in ("status", "link"))
    assert await service.hear("link") == [(f"{L1}/{channel}", channel) for channel in LIFT_SAYS]


FORBIDDEN = [
    f"{L2}/status", f"{L2}/alarm", f"{L2}/link", "lifts/v1/410102/L1/status", f"{L1}/alarm/ack", f"{L1}/notice",
    f"{L1}/other", f"{L1}", f"{L1}/status/more", "crews/v1/K/7/position", "elsewhere", "lifts/v1/410105/L1x/status",
]  # fmt: skip


async def test_what_a_lift_says_for_another_or_beyond_its_channels_nobody_hears(
    closed: Broker, service: Device
) -> None:
    await forge(closed, "lift-L1", *FORBIDDEN)
    async with signed_in(closed.port, "lift-L1", SECRET) as lift:
        await lift.say(f"{L1}/status", "own", retain=True)
    assert await service.hear("own") == [(f"{L1}/status", "own")]
    assert await retained(closed, "own") == [(f"{L1}/status", "own")]


async def test_a_lift_may_leave_a_will_of_its_own_but_none_in_anothers_name(closed: Broker, service: Device) -> None:
    for will in (Will(topic=f"{L2}/link", payload="forged"), Will(topic=f"{L1}/link", payload="gone")):
        async with signed_in(closed.port, "lift-L1", SECRET, will=will) as lift:
            await lift.say(f"{L1}/test", "alive")
    heard = await service.hear("gone")
    assert "forged" not in [payload for _, payload in heard]
    assert (f"{L1}/link", "gone") in await retained(closed, "gone")


async def test_a_gateway_speaks_for_its_lifts_and_for_no_other(closed: Broker, service: Device) -> None:
    await forge(closed, "gateway-G", f"{L2}/alarm", "lifts/v1/410105/L3/alarm")
    async with signed_in(closed.port, "gateway-G", SECRET) as gateway:
        for topic in (f"{L1}/alarm", f"{L3}/alarm"):
            await gateway.say(topic, topic)
    assert [topic for topic, _ in await service.hear(f"{L3}/alarm")] == [f"{L1}/alarm", f"{L3}/alarm"]


async def test_a_crews_phone_tells_where_that_crew_is_and_nothing_else(closed: Broker, service: Device) -> None:
    await forge(closed, "crew-7", "crews/v1/K/8/position", "crews/v1/S/7/position", f"{L1}/status")
    async with signed_in(closed.port, "crew-7", SECRET) as phone:
        await phone.say("crews/v1/K/7/position", "here")
    assert await service.hear("here") == [("crews/v1/K/7/position", "here")]


@pytest.mark.parametrize("user", ["lift-gone", "crew-gone"])
async def test_one_whom_the_registry_no_longer_knows_says_and_hears_nothing(
    closed: Broker, service: Device, user: str
) -> None:
    await forge(closed, user, f"{L1}/status", "lifts/v1/410105/gone/status", "crews/v1/K/gone/position")
    async with signed_in(closed.port, user, SECRET) as stranger, signed_in(closed.port, "lift-L1", SECRET) as lift:
        await stranger.listen(f"{L1}/#")
        await lift.say(f"{L1}/status", "own")
        await stranger.ping()
        assert stranger.heard == []
    assert await service.hear("own") == [(f"{L1}/status", "own")]


# --- what is heard


async def test_a_lift_hears_what_is_meant_for_it_and_nothing_else(closed: Broker) -> None:
    wanted = [f"{L2}/alarm/ack", f"{L2}/notice", f"{L2}/status", f"{L1}/status", "lifts/v1/#", "#", "$SYS/#"]
    async with (
        signed_in(closed.port, "lift-L1", SECRET) as lift,
        signed_in(closed.port, "lift-L2", SECRET) as other,
        signed_in(closed.port, USER, PASSWORD) as service,
    ):
        await lift.listen(*wanted)
        assert await lift.listen(f"{L1}/alarm/ack", f"{L1}/notice") == [1, 1]
        await service.say(f"{L2}/alarm/ack", "for the other")
        await service.say(f"{L2}/notice", "for the other")
        await other.say(f"{L2}/status", "of the other")
        await service.say(f"{L1}/alarm/ack", "first")
        await service.say(f"{L1}/notice", "second")
        assert await lift.hear("second") == [(f"{L1}/alarm/ack", "first"), (f"{L1}/notice", "second")]


async def test_an_acknowledgement_waits_for_a_lift_that_is_away(closed: Broker) -> None:
    async with signed_in(closed.port, "lift-L1", SECRET, lasting=True) as lift:
        await lift.listen(f"{L1}/alarm/ack")
    async with signed_in(closed.port, USER, PASSWORD) as service:
        await service.say(f"{L1}/alarm/ack", "committed")
    async with signed_in(closed.port, "lift-L1", SECRET, lasting=True) as lift:
        assert await lift.hear("committed") == [(f"{L1}/alarm/ack", "committed")]


async def test_whoever_takes_the_services_client_id_gets_nothing_of_it_and_loses_it_nothing(
    closed: Broker, service: Device
) -> None:
    """NATS lets any user bear any client's id; what waits in the session it takes over stays there."""
    await service.vanish()
    async with signed_in(closed.port, "lift-L2", SECRET) as lift:
        await lift.say(f"{L2}/alarm", "raised")
    async with signed_in(closed.port, "lift-L1", SECRET, client_id="rescue-1", lasting=True) as thief:
        await thief.listen(*EVERYTHING)
        await thief.ping()
        assert thief.heard == []
    async with signed_in(closed.port, USER, PASSWORD, client_id="rescue-1", lasting=True) as again:
        assert (f"{L2}/alarm", "raised") in await again.hear("raised")


# --- who is let in


@pytest.mark.parametrize(
    ("user", "secret"),
    [("", ""), ("lift-L1", "guess"), ("lift-L9", SECRET), ("lift-L1", ""), (USER, SECRET), ("L1", SECRET)],
)
async def test_nobody_is_let_in_without_a_credential(closed: Broker, user: str, secret: str) -> None:
    with pytest.raises(Refused, match=str(NOT_AUTHORIZED)):
        await connect(closed.port, user, secret, client_id="stranger")


async def test_what_is_refused_is_told_to_whoever_subscribes_on_nats(tmp_path: Path) -> None:
    """Mosquitto grants it, and delivers nothing."""
    async with (
        running(nats(tmp_path, closed=True, grants=GRANTS)) as broker,
        signed_in(broker.port, "lift-L1", SECRET) as lift,
    ):
        assert await lift.listen(f"{L1}/notice", f"{L2}/notice", "lifts/v1/#") == [1, REFUSED, REFUSED]


async def test_mosquitto_drops_one_who_is_revoked_once_it_has_read_its_files_again(tmp_path: Path) -> None:
    async with running(mosquitto(tmp_path, closed=True, grants=GRANTS)) as broker:
        async with signed_in(broker.port, "lift-L1", SECRET) as lift, asyncio.timeout(WITHIN_S):
            (tmp_path / "password_file").write_text(write_passwords([OURS]), "utf-8")
            (tmp_path / "acl_file").write_text(write_access_list([OURS]), "utf-8")
            broker.process.send_signal(signal.SIGHUP)
            await lift.wait_dropped()
        with pytest.raises(Refused):
            await connect(broker.port, "lift-L1", SECRET)


# --- the embedded broker's list, while it runs


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[EmbeddedBroker]:
    broker = embedded_broker(tmp_path, free_port(), users=write_users([OURS, *GRANTS]))
    async with broker:
        yield broker


def port_of(broker: EmbeddedBroker) -> int:
    return int(broker.url.rpartition(":")[2])


async def test_one_whose_credential_is_revoked_is_dropped_and_nobody_else(embedded: EmbeddedBroker) -> None:
    port = port_of(embedded)
    async with signed_in(port, "lift-L1", SECRET) as lift, signed_in(port, "lift-L2", SECRET) as other:
        await lift.say(f"{L1}/link", "mine", retain=True)
        await other.say(f"{L2}/link", "the other's", retain=True)
        embedded.let_in(write_users([OURS, *(grant for grant in GRANTS if grant.user != "lift-L1")]))
        await lift.wait_dropped()
        await other.ping()
    with pytest.raises(Refused):
        await connect(port, "lift-L1", SECRET)
    async with signed_in(port, USER, PASSWORD) as service:
        await service.listen(f"{L2}/link")
        assert await service.hear("the other's") == [(f"{L2}/link", "the other's")]


async def test_one_whose_secret_is_renewed_is_dropped_and_comes_back_with_the_new_one(
    embedded: EmbeddedBroker,
) -> None:
    renewed = grant_lifts("lift-L1", "another", ["410105/L1"])
    async with signed_in(port_of(embedded), "lift-L1", SECRET) as lift:
        embedded.let_in(write_users([OURS, renewed]))
        await lift.wait_dropped()
    async with signed_in(port_of(embedded), "lift-L1", "another") as lift:
        await lift.ping()


async def test_bad_credentials_and_forged_topics_are_counted_from_the_brokers_log(embedded: EmbeddedBroker) -> None:
    port, log = port_of(embedded), BrokerLog(embedded.log)
    for user in ("lift-L1", "nobody"):
        with pytest.raises(Refused):
            await connect(port, user, "guess")
    async with signed_in(port, "lift-L1", SECRET) as lift:
        await lift.say(f"{L2}/alarm", "forged")
        await lift.listen(f"{L2}/notice")

    def counted() -> bool:
        log.read()
        return (log.refused.sign_ins, log.refused.topics) == (2, 2)

    await eventually(counted)


async def test_a_device_gone_wild_does_not_fill_the_disk_with_the_brokers_log(
    embedded: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rescue.mqtt_access.broker_log.KEPT_AT_MOST", embedded.log.stat().st_size + 10_000)
    log, sent = BrokerLog(embedded.log), 200
    async with signed_in(port_of(embedded), "lift-L1", SECRET) as lift:
        for _ in range(sent):
            await lift.say(f"{L2}/alarm", "forged")
            log.read()

    def counted() -> bool:
        log.read()
        return log.refused.topics == sent

    await eventually(counted)
    assert embedded.log.stat().st_size < sent * 100


def test_a_broker_that_is_open_to_all_listens_on_loopback_only(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"listens on 127\.0\.0\.1 only, not on 0\.0\.0\.0"):
        embedded_broker(tmp_path, free_port(), host="0.0.0.0")


async def test_a_broker_that_asks_who_one_is_may_listen_everywhere(tmp_path: Path) -> None:
    broker = embedded_broker(tmp_path, free_port(), host="::", users=write_users([OURS]))
    async with broker as url:
        assert url == f"mqtt://127.0.0.1:{port_of(broker)}"
        async with signed_in(port_of(broker), USER, PASSWORD) as service:
            await service.ping()
