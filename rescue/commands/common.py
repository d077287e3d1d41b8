"""What every command shares: the database it works on, and how it says that it cannot do what was asked."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer

from rescue import ready
from rescue.clock import SystemClock
from rescue.people.audit_log import Act, Note
from rescue.people.principals import COMMAND
from rescue.ports import StoreUnavailable
from rescue.settings import Settings
from rescue.store.audit_log import PostgresAuditLog
from rescue.store.migrate import migrate
from rescue.store.postgres import PostgresStore
from rescue.timeline import Actor, Fact

T = TypeVar("T")

DATA = Path("data")
DataDir = Annotated[Path, typer.Option(help="Where the embedded database and broker keep their files.")]


def with_store(data_dir: Path, use: Callable[[PostgresStore], Awaitable[T]]) -> T:
    """What `use` makes of the service's store. Raises StoreUnavailable."""

    async def work() -> T:
        url = database_url(data_dir)
        await migrate(url)
        store = await PostgresStore.connect(url)
        try:
            return await use(store)
        finally:
            await store.close()

    return unwrap(lambda: asyncio.run(work()))


def database_url(data_dir: Path) -> str:
    """The configured database, or that of the embedded service that runs on this data directory."""
    url = Settings().database_url or ready.find_database(data_dir)
    if url:
        return url
    raise StoreUnavailable(
        f"no database: set RESCUE_DATABASE_URL, or start `rescue serve --embedded --data-dir {data_dir}` first"
    )


def who() -> Actor:
    """Whoever sits at this machine, as far as it knows their name."""
    try:
        return Actor(kind=COMMAND.kind, name=getpass.getuser(), channel=COMMAND.channel)
    except (OSError, KeyError):
        # A container's user may have no name.
        return COMMAND


async def note_act(store: PostgresStore, act: Act, subject: str, **data: Fact) -> None:
    """Write into the audit log what this command does."""
    note = Note(at=SystemClock().now(), act=act, actor=who(), subject=subject, data=data)
    await PostgresAuditLog(store.url, store.pool).append_notes([note])


def unwrap(work: Callable[[], T]) -> T:
    """One error out of a task group's: the first that ended the work."""
    try:
        return work()
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from group


def fail(reason: str) -> NoReturn:
    """End with this one line and exit code 1."""
    typer.echo(f"rescue: {' '.join(reason.split())}", err=True)
    raise SystemExit(1)
