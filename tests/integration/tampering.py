"""Our commands as an administrator runs them, and what somebody may do who is the database's master."""

from __future__ import annotations

import asyncio
import os
import sys

from rescue.store.postgres import PostgresStore

GUARDED = ("timeline", "seals", "sealed_heads")


async def command(store: PostgresStore, *words: str) -> tuple[int, str, str]:
    """The command's exit code and what it printed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESCUE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rescue.cli", *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**inherited, "RESCUE_DATABASE_URL": store.url},
    )  # fmt: skip
    out, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), errors.decode()


async def tamper(store: PostgresStore, *statements: str) -> None:
    """Past every trigger, as a superuser may."""
    async with store.pool.acquire() as connection, connection.transaction():
        for table in GUARDED:
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in statements:
            await connection.execute(statement)
        for table in GUARDED:
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
