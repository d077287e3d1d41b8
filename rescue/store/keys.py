"""Secrets the service makes for itself once and keeps: what it signs links with must be the same after a restart."""

from __future__ import annotations

import secrets
from datetime import datetime

from rescue.store.connections import Pool, reachable
from rescue.store.sql import load_queries

SQL = load_queries("keys")
KEY_BYTES = 32


async def lasting_key(pool: Pool, name: str, now: datetime) -> bytes:
    """The key of this name, made at the first call. Raises StoreUnavailable."""
    with reachable():
        await pool.execute(SQL["keep_key"], name, secrets.token_bytes(KEY_BYTES), now)
        return bytes(await pool.fetchval(SQL["find_key"], name))
