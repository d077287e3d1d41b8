"""Who may come in: people by name and password, programs by token, and what each of them is then allowed to be.

Decides whether a secret is right and whose it is. Must not know what anybody may do with it: that is for the routes.
Only hashes are kept: Argon2 of passwords, which people choose; SHA-256 of tokens and sessions, which are 256 random
bits and cannot be guessed. What the database holds lets nobody in.

Errors::

    AccountRefused
    ├── NameTaken        there is such a user already
    ├── UnknownCompany   no company bears this id
    ├── WeakPassword     too short
    ├── WrongPassword    name or password, we do not say which
    └── TooManyTries     that name has failed too often within the last minute, or too many log in at once
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import asyncpg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dispatch.crews import CompanyId
from rescue.store.connections import Pool, reachable
from rescue.store.sql import load_queries

SESSION_LASTS = timedelta(hours=12)
"""A shift and its handover."""
SHORTEST_PASSWORD = 8
LONGEST_SECRET = 1024
"""Characters; a longer one is not looked at."""
TRIES_PER_MINUTE = 10
NAMES_WATCHED = 10_000
"""Names whose failures are remembered; beyond that the one that failed longest ago is forgotten."""
HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core for some 50 ms; more wait their turn."""
LOG_INS_WAITING = 50
"""Beyond that a log-in is turned away, so that a flood of them does not grow into a queue of minutes."""


class Role(StrEnum):
    """What a person, or a program of the rescue centre, is."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"
    WALL = "wall"


class PrincipalKind(StrEnum):
    """How somebody proved who they are."""

    PERSON = "person"
    PROGRAM = "program"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks: with a role in the rescue centre, or for a company; nobody has neither."""

    kind: PrincipalKind
    name: str
    role: Role | None = None
    company_id: CompanyId | None = None


NOBODY = Principal(kind=PrincipalKind.NOBODY, name="nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A log-in. `secret` is what the browser keeps; we keep its hash."""

    secret: str = field(repr=False)
    principal: Principal
    expires_at: datetime


class AccountRefused(Exception):
    """What was asked of the accounts cannot be; the message is a sentence for a person."""


class NameTaken(AccountRefused):
    """There is such a user already."""


class UnknownCompany(AccountRefused):
    """No company bears this id."""


class WeakPassword(AccountRefused):
    """Too short to be of use."""


class WrongPassword(AccountRefused):
    """The name or the password is wrong."""


class TooManyTries(AccountRefused):
    """Come back in `retry_after_s`."""

    def __init__(self, reason: str, *, retry_after_s: int) -> None:
        super().__init__(f"{reason}; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


def new_password() -> str:
    """A password nobody has to think up: 96 random bits."""
    return secrets.token_urlsafe(12)


SQL = load_queries("accounts")


class Accounts:
    """Users, their sessions, and tokens. Every method may raise StoreUnavailable."""

    def __init__(self, pool: Pool, hasher: PasswordHasher | None = None) -> None:
        self._pool = pool
        self._hasher = hasher or PasswordHasher()
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._logging_in = 0
        self._tries = Tries()
        self._nobodys_hash = self._hasher.hash(new_password())

    async def add_user(self, name: str, role: Role, password: str, now: datetime) -> None:
        """Create an account. Raises NameTaken or WeakPassword."""
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_SECRET:
            raise WeakPassword(f"a password has {SHORTEST_PASSWORD} to {LONGEST_SECRET} characters")
        async with self._hashing:
            password_hash = await asyncio.to_thread(self._hasher.hash, password)
        with reachable():
            added = await self._pool.fetchval(SQL["add_user"], name, role, password_hash, now)
        if added is None:
            raise NameTaken(f"there is a user {name} already")

    async def log_in(self, name: str, password: str, now: datetime) -> Session:
        """Open a session. Raises WrongPassword or TooManyTries."""
        if self._logging_in >= LOG_INS_WAITING:
            raise TooManyTries("too many people are logging in", retry_after_s=1)
        # Counted before it is looked at: many tries at once are many tries.
        self._tries.count(name, now)
        self._logging_in += 1
        try:
            principal = await self._check(name, password)
        finally:
            self._logging_in -= 1
        self._tries.forgive(name)
        return await self._open_session(principal, now)

    async def _check(self, name: str, password: str) -> Principal:
        with reachable():
            user = await self._pool.fetchrow(SQL["find_user"], name)
        # Somebody unknown takes as long as a wrong password, so that the time does not tell which names exist.
        right = await self._verify(user["password_hash"] if user else self._nobodys_hash, password)
        if user is None or not right:
            raise WrongPassword("the name or the password is wrong")
        return _person(user)

    async def _verify(self, password_hash: str, password: str) -> bool:
        try:
            async with self._hashing:
                return await asyncio.to_thread(self._hasher.verify, password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _open_session(self, principal: Principal, now: datetime) -> Session:
        session = Session(secret=secrets.token_urlsafe(32), principal=principal, expires_at=now + SESSION_LASTS)
        with reachable():
            await self._pool.execute(SQL["forget_sessions"], now)
            await self._pool.execute(
                SQL["open_session"], hash_of(session.secret), principal.name, now, session.expires_at
            )
        return session

    async def log_out(self, secret: str) -> None:
        """End a session, if there is one."""
        with reachable():
            await self._pool.execute(SQL["end_session"], hash_of(secret))

    async def principal_of_session(self, secret: str, now: datetime) -> Principal | None:
        """Whose session this is, until it expires."""
        with reachable():
            user = await self._pool.fetchrow(SQL["find_session"], hash_of(secret), now)
        return _person(user) if user else None

    async def add_token(self, owner: CompanyId | Role, now: datetime) -> str:
        """A new token of a company or for a role: shown this once, and kept nowhere. Raises UnknownCompany."""
        token = f"rescue_{secrets.token_urlsafe(32)}"
        role, company_id = (owner, None) if isinstance(owner, Role) else (None, owner)
        try:
            with reachable():
                await self._pool.execute(SQL["add_token"], hash_of(token), role, company_id, now)
        except asyncpg.ForeignKeyViolationError:
            raise UnknownCompany(f"there is no company {company_id}") from None
        return token

    async def principal_of_token(self, token: str, now: datetime) -> Principal | None:
        """Whose token this is."""
        with reachable():
            found = await self._pool.fetchrow(SQL["find_token"], hash_of(token), now)
        return _program(found) if found else None


class Tries:
    """Log-ins tried in vain within the last minute, by name, in the memory of this process: guessing becomes idle."""

    def __init__(self) -> None:
        self._at: dict[str, deque[datetime]] = {}

    def count(self, name: str, now: datetime) -> None:
        """Count one more under this name, or raise TooManyTries."""
        tried = self._at.pop(name, deque(maxlen=TRIES_PER_MINUTE))
        while tried and now - tried[0] >= timedelta(minutes=1):
            tried.popleft()
        self._at[name] = tried
        if len(tried) >= TRIES_PER_MINUTE:
            rest_s = 60 - int((now - tried[0]).total_seconds())
            raise TooManyTries("too many failed log-ins under this name", retry_after_s=rest_s)
        tried.append(now)
        if len(self._at) > NAMES_WATCHED:
            del self._at[next(iter(self._at))]

    def forgive(self, name: str) -> None:
        """Forget a name that knew its password."""
        self._at.pop(name, None)


def hash_of(secret: str) -> str:
    """What the database keeps in place of a token or a session's secret."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _person(user: asyncpg.Record) -> Principal:
    return Principal(kind=PrincipalKind.PERSON, name=user["name"], role=Role(user["role"]))


def _program(token: asyncpg.Record) -> Principal:
    if token["company_id"] is not None:
        return Principal(
            kind=PrincipalKind.PROGRAM, name=token["company_id"], company_id=CompanyId(token["company_id"])
        )
    return Principal(kind=PrincipalKind.PROGRAM, name=f"{token['role']} (token)", role=Role(token["role"]))
