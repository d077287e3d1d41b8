"""Our commands as an administrator types them, and what somebody may do who is the database's master.

They run in this process, a second and a half sooner than in one of their own: what a command is as a process, the
acceptance scripts show.
"""

from __future__ import annotations

import asyncio
import os

import pytest
from typer.testing import CliRunner

from rescue.cli import main
from rescue.store.postgres import PostgresStore

GUARDED = ("timeline", "seals", "sealed_heads")


async def command(store: PostgresStore, *words: str) -> tuple[int, str, str]:
    """The command's exit code and what it printed. It runs its own event loop, hence the thread."""
    return await asyncio.to_thread(_run, store.url, words)


def _run(database_url: str, words: tuple[str, ...]) -> tuple[int, str, str]:
    inherited = {name: None for name in os.environ if name.startswith("RESCUE_")}
    env = {**inherited, "RESCUE_DATABASE_URL": database_url}
    with CliRunner().isolation(env=env) as (out, errors, _), pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["rescue", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return int(code or 0), out.getvalue().decode(), errors.getvalue().decode()


async def tamper(store: PostgresStore, *statements: str) -> None:
    """Past every trigger, as a superuser may."""
    async with store.pool.acquire() as connection, connection.transaction():
        for table in GUARDED:
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in statements:
            await connection.execute(statement)
        for table in GUARDED:
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
