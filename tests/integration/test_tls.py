"""TLS by settings: who is believed, what is shown, and that a renewed certificate is used from then on."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.mqtt import BrokerUnreachable, MqttLink
from rescue import tls
from rescue.embedded import embedded_broker
from rescue.mqtt_access.nats import write_users
from rescue.settings import MqttAuth, ServiceError, Settings
from rescue.tls import broker_context, chosen, follow, pinned_context, renew, server_context
from rescue.watch.findings import check_broker
from tests import brokers
from tests.brokers import OURS, WITHIN_S, Certificate, eventually, free_port, make_certificate, nats, run
from tests.integration.conftest import Inbox, connected, running


@pytest.fixture
def other(tmp_path: Path) -> Certificate:
    """Another certificate for the same name."""
    folder = tmp_path / "other"
    folder.mkdir()
    return make_certificate(folder)


def pair(certificate: Certificate) -> tls.Certificate:
    return tls.Certificate(path=certificate.path, key=certificate.key)


def a_copy(certificate: Certificate, folder: Path) -> tls.Certificate:
    """Files of one's own, which may be renewed."""
    for file in (certificate.path, certificate.key):
        (folder / file.name).write_bytes(file.read_bytes())
    return tls.Certificate(path=folder / certificate.path.name, key=folder / certificate.key.name)


def renew_files(files: tls.Certificate, certificate: Certificate) -> None:
    files.path.write_bytes(certificate.path.read_bytes())
    files.key.write_bytes(certificate.key.read_bytes())


@contextlib.asynccontextmanager
async def at_work(link: MqttLink) -> AsyncIterator[MqttLink]:
    work = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


# --- the link to the broker


async def test_a_broker_is_believed_if_our_authority_vouches_for_it(certificate: Certificate, tmp_path: Path) -> None:
    async with running(nats(tmp_path, certificate=certificate)) as broker:
        url = f"mqtts://localhost:{broker.port}"
        async with connected(MqttLink(url, "1", [], Inbox().put, lambda: broker_context(certificate.path, None))):
            pass


async def test_our_own_broker_is_known_by_its_certificate_and_no_other_is(
    certificate: Certificate, other: Certificate, tmp_path: Path
) -> None:
    users = write_users([OURS])
    broker = embedded_broker(tmp_path, free_port(), certificate=(certificate.path, certificate.key), users=users)
    async with broker as url:
        signed_in = url.replace("://", f"://{OURS.user}:{brokers.PASSWORD.translate(PERCENT)}@")
        async with connected(MqttLink(signed_in, "1", [], Inbox().put, lambda: pinned_context(pair(certificate)))):
            pass
        async with at_work(MqttLink(signed_in, "1", [], Inbox().put, lambda: pinned_context(pair(other)))) as link:
            with pytest.raises(BrokerUnreachable, match="certificate verify failed"):
                await link.wait_connected(0.5)


PERCENT = str.maketrans({character: f"%{ord(character):02X}" for character in " ,/#:@?%"})


async def test_a_brokers_renewed_certificate_is_shown_without_a_restart(
    certificate: Certificate, other: Certificate, tmp_path: Path
) -> None:
    files, port = a_copy(certificate, tmp_path), free_port()
    broker = embedded_broker(tmp_path / "data", port, certificate=(files.path, files.key))
    async with broker:
        assert await shown_at(port) == certificate.path.read_text()
        renew_files(files, other)
        broker.renew_certificate()
        async with asyncio.timeout(WITHIN_S):
            while await shown_at(port) != other.path.read_text():  # noqa: ASYNC110 - nothing tells us of it.
                await asyncio.sleep(0.02)


async def shown_at(port: int) -> str:
    return await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port))


# --- those who connect to us


@contextlib.asynccontextmanager
async def a_server(context: ssl.SSLContext) -> AsyncIterator[int]:
    """Says one word to whoever connects."""

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"welcome")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def test_a_broker_that_asks_for_it_is_shown_our_certificate(certificate: Certificate, other: Certificate) -> None:
    asking = server_context(pair(certificate))
    asking.verify_mode = ssl.CERT_REQUIRED
    asking.load_verify_locations(other.path)
    async with a_server(asking) as port:
        assert await said_to(port, broker_context(certificate.path, pair(other))) == b"welcome"
        assert await said_to(port, broker_context(certificate.path, None)) == b""


async def said_to(port: int, context: ssl.SSLContext) -> bytes:
    with contextlib.suppress(ssl.SSLError, ConnectionError):
        reader, writer = await asyncio.open_connection("localhost", port, ssl=context)
        try:
            return await reader.read()
        finally:
            writer.close()
    return b""


async def test_a_renewed_certificate_is_shown_and_one_of_no_use_is_not(
    certificate: Certificate, other: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "LOOK_EVERY_S", 0.01)
    files, tried = a_copy(certificate, tmp_path), 0
    context = server_context(files)

    def changed() -> None:
        nonlocal tried
        tried += 1
        renew(context, files)

    following = asyncio.create_task(follow(files.files, changed))
    async with a_server(context) as port:
        await asyncio.sleep(0)  # It has seen the files as they are.
        files.key.write_text("no key")
        await eventually(lambda: tried == 1)
        assert await shown_at(port) == certificate.path.read_text()
        renew_files(files, other)
        await eventually(lambda: tried >= 2)
        assert await shown_at(port) == other.path.read_text()
    following.cancel()


# --- settings


def test_without_files_there_is_no_tls() -> None:
    assert chosen(None, None, "HTTP") is None


def spoil(certificate: Certificate, folder: Path, how: str) -> tuple[Path | None, Path | None]:
    match how:
        case "no key":
            return certificate.path, None
        case "no certificate":
            return None, certificate.key
        case "another's key":
            return certificate.path, make_certificate(folder).key
        case "not there":
            return folder / "nowhere.pem", certificate.key
        case "a directory":
            return folder, certificate.key
        case _:
            run("openssl", "pkey", "-in", str(certificate.key), "-aes256", "-passout", "pass:x", "-out", f"{folder}/k")
            return certificate.path, folder / "k"


@pytest.mark.parametrize(
    "how", ["no key", "no certificate", "another's key", "not there", "a directory", "an encrypted key"]
)
def test_a_certificate_of_no_use_is_named_before_anything_starts(
    certificate: Certificate, tmp_path: Path, how: str
) -> None:
    with pytest.raises(ServiceError, match=r"RESCUE_HTTP_CERT|certificate .*: \S"):
        chosen(*spoil(certificate, tmp_path, how), "HTTP")


def test_an_authority_of_no_use_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nobody")
    with pytest.raises(ServiceError, match=r"authorities in .*ca\.pem"):
        broker_context(tmp_path / "ca.pem", None)


# --- what `rescue check` says of it


async def test_check_says_whether_a_broker_turns_strangers_away(tmp_path: Path) -> None:
    async with running(nats(tmp_path, closed=True)) as broker:
        url = broker.url.replace("://", f"://{OURS.user}:{brokers.PASSWORD.translate(PERCENT)}@")
        assert (await check_broker(Settings(mqtt_url=url))).said == "answers, and turns strangers away"


@pytest.mark.parametrize(("host", "ok"), [("127.0.0.1", True), ("127.1", False)], ids=["on this machine", "beyond it"])
async def test_check_finds_fault_with_an_open_broker_beyond_this_machine(tmp_path: Path, host: str, ok: bool) -> None:
    """127.1 is a name that a resolver takes for this machine, and that does not say so."""
    async with running(nats(tmp_path)) as broker:
        finding = await check_broker(Settings(mqtt_url=f"mqtt://{host}:{broker.port}"))
    assert finding.ok is ok
    assert "may publish as any lift" in finding.said


async def test_check_finds_fault_with_an_embedded_broker_that_would_be_open_beyond_this_machine() -> None:
    finding = await check_broker(Settings(mqtt_host="0.0.0.0"))
    assert not finding.ok
    assert "RESCUE_MQTT_AUTH=required" in finding.said
    plain = await check_broker(Settings(mqtt_host="0.0.0.0", mqtt_auth=MqttAuth.REQUIRED))
    assert plain.ok
    assert "RESCUE_MQTT_CERT" in plain.said
