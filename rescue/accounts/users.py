"""People: their names, passwords and roles, and the sessions that a log-in opens.

Passwords are kept as Argon2, since people choose them. A user who is disabled, or whose password is changed, has no
session left at that moment; a role that is changed counts with the next request.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rescue.accounts.base import SQL, AccountsBase, hash_of
from rescue.accounts.tokens import owner_of
from rescue.accounts.tries import COUNTED_FOR, LogInGuard
from rescue.people.audit_log import Act
from rescue.people.principals import (
    COMMAND,
    NameTaken,
    Principal,
    PrincipalKind,
    Role,
    TooManyTries,
    UnknownUser,
    WeakPassword,
    WrongPassword,
)
from rescue.store.connections import Pool, reachable
from rescue.timeline import Actor

SESSION_LASTS = timedelta(hours=12)
"""A shift and its handover."""
SHORTEST_PASSWORD = 8
LONGEST_SECRET = 1024
"""Characters; a longer one is not looked at."""
HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core for some 50 ms; more wait their turn."""
LOG_INS_WAITING = 50
"""Beyond that a log-in is turned away, so that a flood of them does not grow into a queue of minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A log-in. `secret` is what the browser keeps; we keep its hash."""

    secret: str = field(repr=False)
    principal: Principal
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account, and how many sessions are open under it."""

    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None
    sessions: int


def new_password() -> str:
    """A password nobody has to think up: 96 random bits."""
    return secrets.token_urlsafe(12)


class Users(AccountsBase):
    """People's accounts. Every method may raise StoreUnavailable."""

    def __init__(self, url: str, pool: Pool, hasher: PasswordHasher | None = None) -> None:
        super().__init__(url, pool)
        self._hasher = hasher or PasswordHasher()
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._logging_in = 0
        self._guard = LogInGuard()
        self._nobodys_hash = self._hasher.hash(new_password())

    async def add_user(self, name: str, role: Role, password: str, now: datetime, *, by: Actor = COMMAND) -> None:
        """Create an account. Raises NameTaken or WeakPassword."""
        password_hash = await self._hash(password)
        async with self._changing(Act.USER_ADDED, f"user:{name}", now, by, role=role) as connection:
            if await connection.fetchval(SQL["add_user"], name, role, password_hash, now) is None:
                raise NameTaken(f"there is a user {name} already")

    async def disable_user(self, name: str, now: datetime, *, by: Actor = COMMAND) -> None:
        """Let this user in no more, and end every session. Raises UnknownUser."""
        async with self._changing(Act.USER_DISABLED, f"user:{name}", now, by) as connection:
            _demand_known(await connection.fetchval(SQL["disable_user"], name, now), name)
            await connection.execute(SQL["end_sessions"], name)

    async def enable_user(self, name: str, now: datetime, *, by: Actor = COMMAND) -> None:
        """Let this user in again. Raises UnknownUser."""
        async with self._changing(Act.USER_ENABLED, f"user:{name}", now, by) as connection:
            _demand_known(await connection.fetchval(SQL["enable_user"], name), name)

    async def change_role(self, name: str, role: Role, now: datetime, *, by: Actor = COMMAND) -> None:
        """Another role, from the next request on. Raises UnknownUser."""
        async with self._changing(Act.ROLE_CHANGED, f"user:{name}", now, by, role=role) as connection:
            _demand_known(await connection.fetchval(SQL["change_role"], name, role), name)

    async def change_password(self, name: str, password: str, now: datetime, *, by: Actor = COMMAND) -> None:
        """Another password; every session ends. Raises UnknownUser or WeakPassword."""
        password_hash = await self._hash(password)
        async with self._changing(Act.PASSWORD_CHANGED, f"user:{name}", now, by) as connection:
            _demand_known(await connection.fetchval(SQL["change_password"], name, password_hash), name)
            await connection.execute(SQL["end_sessions"], name)

    async def list_users(self, now: datetime) -> list[User]:
        """Every account, by name."""
        return [User(**{**row, "role": Role(row["role"])}) for row in await self._fetch(SQL["list_users"], now)]

    async def remember_tries(self, now: datetime) -> None:
        """Count what failed before this process started."""
        for row in await self._fetch(SQL["recent_log_ins"], now - COUNTED_FOR):
            self._guard.count(row["actor_name"], row["address"], row["at"])
            if row["act"] == Act.LOGGED_IN:
                self._guard.forgive(row["actor_name"], row["address"])

    async def log_in(self, name: str, password: str, now: datetime, *, address: str = "") -> Session:
        """Open a session. Raises WrongPassword or TooManyTries."""
        if self._logging_in >= LOG_INS_WAITING:
            raise TooManyTries("too many people are logging in", retry_after_s=1)
        self._guard.demand_may_try(name, address, now)
        # Counted before it is looked at: many tries at once are many tries.
        self._guard.count(name, address, now)
        self._logging_in += 1
        try:
            session = await self._try(name, password, now)
        finally:
            self._logging_in -= 1
        self._guard.forgive(name, address)
        return session

    async def _try(self, name: str, password: str, now: datetime) -> Session:
        user = await self._fetch_row(SQL["find_user"], name)
        # Somebody unknown takes as long as a wrong password, so that the time does not tell which names exist.
        password_hash = user["password_hash"] if user else self._nobodys_hash
        right = await self._verify(password_hash, password)
        session = await self._open_session(user, now) if user and right else None
        if session is None:
            raise WrongPassword("the name or the password is wrong")
        return session

    async def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_SECRET:
            raise WeakPassword(f"a password has {SHORTEST_PASSWORD} to {LONGEST_SECRET} characters")
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def _verify(self, password_hash: str, password: str) -> bool:
        try:
            async with self._hashing:
                return await asyncio.to_thread(self._hasher.verify, password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _open_session(self, user: asyncpg.Record, now: datetime) -> Session | None:
        """None if the account was changed while its password was checked."""
        session = Session(secret=secrets.token_urlsafe(32), principal=_person(user), expires_at=now + SESSION_LASTS)
        opened = (hash_of(session.secret), user["user_name"], now, session.expires_at, user["password_hash"])
        with reachable():
            await self.pool.execute(SQL["forget_sessions"], now)
            return session if await self.pool.fetchval(SQL["open_session"], *opened) else None

    async def log_out(self, secret: str) -> None:
        """End a session, if there is one."""
        with reachable():
            await self.pool.execute(SQL["end_session"], hash_of(secret))

    async def principal_of_session(self, secret: str, now: datetime) -> Principal | None:
        """Whose session this is, until it expires."""
        found = await self._fetch_row(SQL["find_session"], hash_of(secret), now)
        if found is None:
            return None
        return owner_of(found) if found["user_name"] is None else _person(found)


def _demand_known(changed: str | None, name: str) -> None:
    if changed is None:
        raise UnknownUser(name)


def _person(user: asyncpg.Record) -> Principal:
    return Principal(kind=PrincipalKind.PERSON, name=user["user_name"], role=Role(user["role"]))
