"""Real MQTT brokers for tests: NATS from its wheel, configured as we ship it, and Mosquitto from the system.

Each listens at one port for its whole life, so that it may be killed and started again under its clients. It is on the
same leash as the servers we embed. Messages come from `mosquitto_pub`, which shares no code with us.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from rescue.embedded import leash
from rescue.embedded.broker import Listener, configuration, nats_server
from rescue.mqtt_access.grants import Grant, grant_service
from rescue.mqtt_access.mosquitto import write_access_list, write_passwords
from rescue.mqtt_access.nats import write_users

WITHIN_S = 15.0
"""How long a test waits for what should take much less."""

USER, PASSWORD = "rescue", "a password, with /#:@?% in it"
OURS = grant_service(USER, PASSWORD)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate for localhost that signs itself."""

    path: Path
    key: Path


class Broker:
    """One broker process at a time, and its data, which outlasts it."""

    def __init__(self, command: Sequence[str | Path], port: int, saves: Path | None = None) -> None:
        """`saves` is the file it writes from time to time, for one that does not write before it acknowledges."""
        self.port = port
        self.url = f"mqtt://127.0.0.1:{port}"
        self._command = command
        self._saves = saves
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        numbers = [str(number) for number in (os.getpid(), int(signal.SIGKILL), os.getuid(), os.getgid())]
        self._process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-I", "-S", leash.__file__, *numbers, *self._command],
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await eventually(lambda: answers("127.0.0.1", self.port))

    async def kill(self) -> None:
        """`kill -9`, whatever it is doing."""
        process = self.process
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def saved(self) -> None:
        """Return when what it has acknowledged by now will outlive `kill -9`."""
        now = time.time()
        if (saves := self._saves) is not None:
            await eventually(lambda: saves.exists() and saves.stat().st_mtime > now)

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "the broker was never started"
        return self._process

    def pause(self) -> None:
        """Until `resume`, it keeps its connections and neither hears nor says anything."""
        self.process.send_signal(signal.SIGSTOP)
        self._wait_until_stopped()

    def _wait_until_stopped(self) -> None:
        """The signal stops one thread after the other; until the last has, the broker may still answer."""
        until = time.monotonic() + WITHIN_S
        while set(map(_state_of, Path(f"/proc/{self.process.pid}/task").iterdir())) - {"T", ""}:
            assert time.monotonic() < until, "the broker did not stop"

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    async def publish(self, topic: str, payload: str | bytes, *, qos: int = 1, retain: bool = False) -> None:
        """One message; with QoS 1, return when the broker has acknowledged it."""
        await self._publish(payload, "-t", topic, "-q", str(qos), "-s", *(["-r"] if retain else []))

    async def publish_each(self, topic: str, payloads: Sequence[str]) -> None:
        """Many messages of QoS 1; return when the broker has acknowledged them all."""
        await self._publish("".join(f"{payload}\n" for payload in payloads), "-t", topic, "-q", "1", "-l")

    async def _publish(self, said: str | bytes, *options: str) -> None:
        publisher = await asyncio.create_subprocess_exec(
            *[installed("mosquitto_pub"), "-p", str(self.port), *options], stdin=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(WITHIN_S):
            await publisher.communicate(said.encode() if isinstance(said, str) else said)
        assert publisher.returncode == 0


def nats(
    folder: Path, *, closed: bool = False, certificate: Certificate | None = None, grants: Sequence[Grant] = ()
) -> Broker:
    """As we embed it; `closed` to all but USER and those with a grant."""
    port = free_port()
    listener = Listener(port=port, certificate=(certificate.path, certificate.key) if certificate else None)
    users = folder / "nats.users"
    users.write_text(write_users([OURS, *grants]), "utf-8")
    config = folder / "nats.conf"
    config.write_text(configuration(folder / "store", listener, users if closed else None), "utf-8")
    return Broker([nats_server(), "--config", config], port)


def mosquitto(
    folder: Path, *, closed: bool = False, certificate: Certificate | None = None, grants: Sequence[Grant] = ()
) -> Broker:
    """As a Mosquitto must be configured to serve us: nothing dropped, all saved every second; see ADR 3."""
    port = free_port()
    lines = [
        f"listener {port} 127.0.0.1",
        "user root",  # It would change its user, and then could not write here. Without effect unless we are root.
        f"persistence_location {folder}/",
        "persistence true",
        "autosave_interval 1",
        "max_queued_messages 0",
        "max_inflight_messages 0",
        f"allow_anonymous {'false' if closed else 'true'}",
    ]
    if closed:
        (folder / "password_file").write_text(write_passwords([OURS, *grants]), "utf-8")
        (folder / "acl_file").write_text(write_access_list([OURS, *grants]), "utf-8")
        lines += [
            f"password_file {folder}/password_file",
            f"acl_file {folder}/acl_file",
            "use_username_as_clientid true",
        ]
    if certificate is not None:
        lines += [f"certfile {certificate.path}", f"keyfile {certificate.key}"]
    config = folder / "mosquitto.conf"
    config.write_text("\n".join(lines) + "\n", "utf-8")
    return Broker([installed("mosquitto"), "-c", config], port, saves=folder / "mosquitto.db")


def make_certificate(folder: Path) -> Certificate:
    made = Certificate(path=folder / "localhost.pem", key=folder / "localhost.key")
    run(
        *[installed("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
        *["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        *["-keyout", str(made.key), "-out", str(made.path)],
    )
    return made


def installed(program: str) -> str:
    """Where the program is. A test that cannot run has failed: it is not skipped."""
    found = shutil.which(program, path=f"{os.defpath}:/usr/sbin:/usr/local/sbin:{os.environ.get('PATH', '')}")
    if found is None:
        pytest.fail("install openssl" if program == "openssl" else "install mosquitto", pytrace=False)
    return found


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=WITHIN_S)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=WITHIN_S).close()
    except ConnectionRefusedError:
        return False
    return True


def connections_to(port: int) -> int:
    """How many connections to the port stand (state 01), as the kernel's table of sockets has it."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return sum(row[2].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


async def eventually(condition: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Wait for a condition that nothing tells us of, such as another process's."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - there is no event to wait for.
            await asyncio.sleep(0.01)


def _state_of(thread: Path) -> str:
    """As /proc tells it, T for stopped; empty for one that is gone."""
    try:
        return (thread / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
