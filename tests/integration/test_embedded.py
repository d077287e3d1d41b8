"""The embedded servers come up, are told apart from strangers, and never outlive us."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from devices.mqtt import BrokerUnreachable, MqttLink
from rescue.embedded import (
    DataDirInUse,
    DataDirNotWritable,
    Embedded,
    EmbeddedDied,
    PortTaken,
    embedded_broker,
    embedded_database,
    leash,
)
from rescue.mqtt_access.grants import grant_service
from rescue.mqtt_access.nats import write_users
from tests.brokers import PASSWORD, USER, WITHIN_S, answers, eventually, free_port
from tests.integration.conftest import Inbox, connected

SERVERS = ("postgres", "nats")


async def fetch(url: str, query: str) -> object:
    connection = await asyncpg.connect(url, timeout=WITHIN_S)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def still_running(data_dir: Path) -> list[str]:
    """The servers of which any process still holds the lock."""
    return [name for name in SERVERS if is_locked(data_dir / f"{name}.lock")]


def is_locked(path: Path) -> bool:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def process_with(argument: str) -> int:
    """The number of the process with this among its command's arguments (a postgres's own children have none)."""
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and argument.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                return int(folder.name)
    raise LookupError(argument)


def server_number(name: str, data_dir: Path) -> int:
    return process_with({"postgres": str(data_dir / "postgres"), "nats": str(data_dir / "nats.conf")}[name])


@pytest.fixture(scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which the database has been made already."""
    data_dir = tmp_path_factory.mktemp("made") / "data"
    async with embedded_database(data_dir):
        return data_dir


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Path:
    """A copy of it, with its owners."""
    return copy(made, tmp_path / "data")


def copy(made: Path, to: Path) -> Path:
    subprocess.run(["cp", "-a", made, to], check=True)
    return to


# --- the database


async def test_a_database_is_made_on_first_use_and_what_is_committed_is_there_at_the_next(tmp_path: Path) -> None:
    async with embedded_database(tmp_path) as url:
        await fetch(url, "CREATE TABLE lift AS SELECT 'L1' AS id")
    assert not is_locked(tmp_path / "postgres.lock")
    async with embedded_database(tmp_path) as url:
        assert await fetch(url, "SELECT id FROM lift") == "L1"


async def test_a_database_killed_at_work_is_reported_and_keeps_what_was_committed(data_dir: Path) -> None:
    database = embedded_database(data_dir)
    async with database as url:
        await fetch(url, "CREATE TABLE lift AS SELECT 'L1' AS id")
        os.kill(server_number("postgres", data_dir), signal.SIGKILL)
        # The last line of its log: that it is ready, or its answer to whoever asked a moment before that.
        with pytest.raises(EmbeddedDied, match=r"embedded postgres died \(SIGKILL\): .*(ready to accept|starting up)"):
            await database.watch()
    async with embedded_database(data_dir) as url:
        assert await fetch(url, "SELECT id FROM lift") == "L1"
        assert await fetch(url, "SHOW fsync") == "on"
        assert await fetch(url, "SHOW synchronous_commit") == "on"


async def test_the_database_asks_for_its_password_and_only_we_can_read_it(data_dir: Path) -> None:
    async with embedded_database(data_dir) as url:
        password = urlsplit(url).password
        assert password
        with pytest.raises(asyncpg.InvalidPasswordError):
            await fetch(url.replace(password, "guess"), "SELECT 1")
    assert stat.S_IMODE((data_dir / "postgres.password").stat().st_mode) == 0o600
    assert stat.S_IMODE((data_dir / "postgres").stat().st_mode) == 0o700


async def test_a_database_whose_making_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    unfinished = tmp_path / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    async with embedded_database(tmp_path) as url:
        assert await fetch(url, "SELECT 1") == 1


async def test_a_database_that_cannot_come_up_says_why(data_dir: Path) -> None:
    async with embedded_database(data_dir):
        pass
    (data_dir / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(EmbeddedDied, match=r"embedded postgres died \(exit code 1\): .*FATAL.*incompatible"):
        async with embedded_database(data_dir):
            pass


async def test_the_servers_reach_their_files_below_a_directory_closed_to_others(made: Path, tmp_path: Path) -> None:
    """Root's home, say: then the servers' user is let through, and nobody else."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data_dir = copy(made, closed / "data")
    async with embedded_database(data_dir) as url, embedded_broker(data_dir, free_port()):
        assert await fetch(url, "SELECT 1") == 1
        assert server_account("postgres", data_dir) != 0
        assert server_account("nats", data_dir) != 0
    assert closed.stat().st_mode & 0o007 == 0


def server_account(name: str, data_dir: Path) -> int:
    return Path(f"/proc/{server_number(name, data_dir)}").stat().st_uid


# --- the broker


async def test_a_broker_is_for_everyone_on_the_machine_and_for_no_one_beyond(tmp_path: Path) -> None:
    async with embedded_broker(tmp_path, free_port()) as url, connected(MqttLink(url, "1", [], Inbox().put)) as link:
        await link.publish("lifts/v1/410105/L1/alarm", b"raised")
        assert listening_addresses(server_number("nats", tmp_path)) == [LOOPBACK, LOOPBACK]


LOOPBACK = "0100007F"


def listening_addresses(number: int) -> list[str]:
    """Where the process listens (state 0A), as the kernel's tables of sockets have it."""
    ours = {str(file.readlink()) for file in Path(f"/proc/{number}/fd").iterdir()}
    tables = [Path("/proc/net/tcp").read_text("ascii"), Path("/proc/net/tcp6").read_text("ascii")]
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    return [row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in ours]


async def test_a_broker_that_knows_its_users_lets_no_one_else_in(tmp_path: Path) -> None:
    async with embedded_broker(tmp_path, free_port(), users=write_users([grant_service(USER, PASSWORD)])) as url:
        link = MqttLink(url, "1", [], Inbox().put)
        work = asyncio.create_task(link.run())
        with pytest.raises(BrokerUnreachable, match="Not authorized"):
            await link.wait_connected(WITHIN_S)
        work.cancel()


async def test_a_broker_killed_at_work_is_reported(tmp_path: Path) -> None:
    broker = embedded_broker(tmp_path, free_port())
    async with broker:
        os.kill(server_number("nats", tmp_path), signal.SIGKILL)
        with pytest.raises(EmbeddedDied, match=r"embedded nats died \(SIGKILL\): .*Server is ready"):
            await broker.watch()


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async with await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1") as other:
        port = other.sockets[0].getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} is taken"):
            async with embedded_broker(tmp_path, port):
                pass


async def test_the_servers_may_open_as_many_files_as_the_machine_allows(tmp_path: Path) -> None:
    async with embedded_broker(tmp_path, free_port()):
        soft, hard = file_limits(server_number("nats", tmp_path))
    assert soft == hard


def file_limits(number: int) -> list[str]:
    """What the process may open now, and what it may raise that to."""
    limits = Path(f"/proc/{number}/limits").read_text("utf-8")
    return next(line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files"))


# --- the data directory


@pytest.mark.parametrize("start", [embedded_database, lambda path: embedded_broker(path, free_port())])
async def test_a_data_directory_that_cannot_be_one_is_named_with_the_reason(
    start: Callable[[Path], Embedded], tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    for impossible, reason in [(file, "not a directory"), (file / "data", "Not a directory"), (NOT_WRITABLE, "")]:
        with pytest.raises(DataDirNotWritable, match=f"{impossible} cannot be used: .*{reason}"):
            async with start(impossible):
                pass


NOT_WRITABLE = Path("/proc/data")
"""Not even for root."""


async def test_two_services_never_share_a_data_directory(data_dir: Path) -> None:
    async with a_service(data_dir) as other, asyncio.timeout(5):
        with pytest.raises(DataDirInUse, match=f"{data_dir} is in use by process {other.number}"):
            async with embedded_database(data_dir):
                pass


# --- living and dying together

# Under nohup we ignore SIGINT, and whoever we start inherits that.
A_SERVICE = """
import asyncio, signal, sys
from pathlib import Path
from rescue.embedded import embedded_broker, embedded_database

signal.signal(signal.SIGINT, signal.default_int_handler)

async def main(data_dir, port):
    async with embedded_database(data_dir) as database, embedded_broker(data_dir, port):
        print(database, flush=True)
        await asyncio.Event().wait()

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A process of its own with both servers embedded."""

    process: asyncio.subprocess.Process
    database_url: str
    port: int

    @property
    def number(self) -> int:
        return self.process.pid


@contextlib.asynccontextmanager
async def a_service(data_dir: Path) -> AsyncIterator[Service]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-c", A_SERVICE, str(data_dir), str(port)],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield Service(process=process, database_url=await url_said_by(process), port=port)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await eventually(lambda: not still_running(data_dir))


async def url_said_by(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(WITHIN_S):
        async for line in process.stdout:
            if line.startswith(b"postgresql://"):
                return line.decode().strip()
    raise AssertionError("the service ended without saying anything")


async def ends(process: asyncio.subprocess.Process) -> bool:
    """Whether it does so in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(WITHIN_S):
            await process.wait()
    return process.returncode is not None


async def test_a_service_killed_at_work_leaves_no_server_behind(data_dir: Path) -> None:
    async with a_service(data_dir) as service:
        assert still_running(data_dir) == ["postgres", "nats"]
        service.process.kill()
        await eventually(lambda: not still_running(data_dir))
        assert not answers("127.0.0.1", service.port)


async def test_a_service_started_right_after_one_was_killed_finds_all_that_was_committed(data_dir: Path) -> None:
    async with a_service(data_dir) as service:
        await fetch(service.database_url, "CREATE TABLE lift AS SELECT 'L1' AS id")
        service.process.kill()
        await service.process.wait()
        async with embedded_database(data_dir) as url, embedded_broker(data_dir, service.port):
            assert await fetch(url, "SELECT id FROM lift") == "L1"


async def test_ctrl_c_in_the_terminal_ends_the_servers_in_order_and_only_through_us(data_dir: Path) -> None:
    async with a_service(data_dir) as service:
        os.killpg(service.number, signal.SIGINT)
        assert await ends(service.process), f"Ctrl-C did not end the service within {WITHIN_S:g} s"
        assert still_running(data_dir) == []
    assert "database system is shut down" in (data_dir / "postgres.log").read_text("utf-8")
    heard = re.findall('Trapped "(.+)" signal', (data_dir / "nats.log").read_text("utf-8"))
    assert heard == ["terminated"], "Ctrl-C is an interrupt; ours is the other"


async def test_a_server_that_will_not_go_is_made_to(tmp_path: Path) -> None:
    """A stopped process takes no notice of anything but SIGKILL."""
    async with embedded_broker(tmp_path, free_port()):
        os.kill(server_number("nats", tmp_path), signal.SIGSTOP)
    assert not is_locked(tmp_path / "nats.lock")


async def test_an_earlier_server_that_does_not_go_away_keeps_the_next_from_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rescue.embedded.part.LAST_RUN_GONE_WITHIN_S", 0.1)
    async with embedded_broker(tmp_path, free_port()):
        with pytest.raises(DataDirInUse, match="the nats of an earlier run"):
            async with embedded_broker(tmp_path, free_port()):
                pass


def on_a_leash(parent: int, *command: str) -> subprocess.CompletedProcess[str]:
    leashed = [sys.executable, "-I", "-S", leash.__file__, parent, int(signal.SIGKILL), os.getuid(), os.getgid()]
    return subprocess.run([*map(str, leashed), *command], capture_output=True, text=True, timeout=WITHIN_S)


def test_a_program_whose_parent_is_gone_before_it_starts_does_not_start() -> None:
    result = on_a_leash(1, "/bin/echo", "started")
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "the parent is gone\n")


def test_a_program_that_cannot_be_run_is_named() -> None:
    result = on_a_leash(os.getpid(), "/bin/no-such-server")
    assert (result.returncode, result.stderr) == (1, "cannot run /bin/no-such-server: No such file or directory\n")
