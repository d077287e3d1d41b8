"""What the rooms of the accounts stand on: the database, hashes of secrets, and changes that are written down."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from rescue.people.audit_log import Act, Note
from rescue.people.principals import COMMAND
from rescue.store.audit_log import append
from rescue.store.connections import Pooled, PooledConnection
from rescue.store.sql import load_queries
from rescue.timeline import Actor, Fact

SQL = load_queries("accounts")


class AccountsBase(Pooled):
    """A change of an account, its record in the audit log and the news of it are one transaction."""

    @asynccontextmanager
    async def _changing(
        self, act: Act, subject: str, now: datetime, by: Actor = COMMAND, **data: Fact
    ) -> AsyncIterator[PooledConnection]:
        async with self._borrow() as connection, connection.transaction():
            yield connection
            await append(connection, [Note(at=now, act=act, actor=by, subject=subject, data=data)])
            await connection.execute(SQL["announce_accounts"])


def hash_of(secret: str) -> str:
    """What the database keeps in place of a token or a session's secret."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
