"""Who has a credential for the broker, in the database, and the secret that goes with it.

Decides who may be given one. Must not know what a broker makes of it. A secret is derived from a lasting key, the
user's name and a serial number, so that the broker's file can be written at any time although no secret is kept.

Errors::

    AccessRefused
    ├── UnknownHolder     the registry has no such lift or crew
    ├── BadName           a gateway's or service's name is not one
    ├── HasCredential     the holder has one already
    └── NoCredential      there is none to revoke
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from rescue.mqtt_access.grants import Grant, Kind, grant_crew, grant_lifts, grant_nothing, grant_service, user_name
from rescue.store.announcements import announcements
from rescue.store.connections import Pool, Pooled, PooledConnection
from rescue.store.keys import lasting_key
from rescue.store.sql import load_queries

SQL = load_queries("mqtt_access")
SECRET_BYTES = 20
"""32 letters and digits: modems that speak MQTT themselves take 64 and some no more."""
WRITTEN_WITHIN_S = 60.0
NAMED_AT_MOST = 5
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class AccessRefused(Exception):
    """What was asked of the credentials cannot be; the message is a sentence for a person."""


class UnknownHolder(AccessRefused):
    """The registry has no such lift or crew."""


class BadName(AccessRefused):
    """A gateway's or service's name is not one."""


class HasCredential(AccessRefused):
    """The holder has one already."""


class NoCredential(AccessRefused):
    """There is none to revoke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What is known of a credential; its secret is not among it."""

    user: str
    kind: Kind
    holder: str
    lift_ids: Sequence[str]
    created_at: datetime
    revoked_at: datetime | None


class Credentials(Pooled):
    """Every method may raise StoreUnavailable. Changes are announced to `changes`."""

    def __init__(self, url: str, pool: Pool) -> None:
        super().__init__(url, pool)
        self._key = b""

    async def give_lifts(self, lift_ids: Sequence[str], now: datetime, *, renew: bool = False) -> Mapping[str, str]:
        """Each lift a user of its own: their names and secrets, shown this once. Raises AccessRefused."""
        await self._check_registered("lift", "registered_lifts", lift_ids)
        return await self._give(Kind.LIFT, list(dict.fromkeys(lift_ids)), [], now, renew=renew)

    async def give_gateway(
        self, name: str, lift_ids: Sequence[str], now: datetime, *, renew: bool = False
    ) -> Mapping[str, str]:
        """One user for all these lifts. Raises AccessRefused."""
        _check_name("gateway", name)
        await self._check_registered("lift", "registered_lifts", lift_ids)
        return await self._give(Kind.GATEWAY, [name], lift_ids, now, renew=renew)

    async def give_crew(self, crew_id: str, now: datetime, *, renew: bool = False) -> Mapping[str, str]:
        """For the crew's phone. Raises AccessRefused."""
        await self._check_registered("crew", "registered_crews", [crew_id])
        return await self._give(Kind.CREW, [crew_id], [], now, renew=renew)

    async def give_service(self, name: str, now: datetime, *, renew: bool = False) -> Mapping[str, str]:
        """For one that stands for all lifts. Raises AccessRefused."""
        _check_name("service", name)
        return await self._give(Kind.SERVICE, [name], [], now, renew=renew)

    async def revoke(self, users: Sequence[str], now: datetime) -> None:
        """All of these, or none. Raises NoCredential."""
        async with self._changing() as connection:
            revoked = await connection.fetch(SQL["revoke_mqtt_credentials"], users, now)
            missing = sorted(set(users) - {row["user_name"] for row in revoked})
            if missing:
                raise NoCredential(f"nothing was revoked: no credential is valid for {_listed(missing)}")

    async def list_all(self) -> Sequence[Credential]:
        """Also the revoked."""
        return [_read_credential(row) for row in await self._fetch(SQL["list_mqtt_credentials"])]

    async def lifts_without(self) -> Sequence[str]:
        """Registered lifts that have no valid credential of their own."""
        return [row["lift_id"] for row in await self._fetch(SQL["lifts_without_mqtt_credential"])]

    async def grants(self, now: datetime) -> Sequence[Grant]:
        """What every valid credential grants at this moment."""
        await self._load_key(now)
        rows = await self._fetch(SQL["mqtt_grants"])
        # A city's take a second or more, which the event loop has not to spare.
        return await asyncio.to_thread(lambda: [self._grant(row) for row in rows])

    def changes(self) -> AsyncGenerator[None, None]:
        """Yields at first and whenever what is granted may have changed, for ever."""
        return announcements(self.url, "mqtt_access", "registry")

    def _grant(self, row: asyncpg.Record) -> Grant:
        user, secret = row["user_name"], self._secret(row["user_name"], row["serial"])
        match Kind(row["kind"]):
            case Kind.LIFT | Kind.GATEWAY:
                return grant_lifts(user, secret, row["lifts"] or [])
            case Kind.CREW if row["crew_id"] is not None:
                return grant_crew(user, secret, row["company_id"], row["crew_id"])
            case Kind.CREW:
                return grant_nothing(user, secret)
            case Kind.SERVICE:
                return grant_service(user, secret)

    async def _give(
        self, kind: Kind, holders: Sequence[str], lift_ids: Sequence[str], now: datetime, *, renew: bool
    ) -> Mapping[str, str]:
        """All of these, or none."""
        await self._load_key(now)
        users = [user_name(kind, holder) for holder in holders]
        async with self._changing() as connection:
            rows = await connection.fetch(
                SQL["give_mqtt_credentials"], users, kind, holders, lift_ids, now, renew, timeout=WRITTEN_WITHIN_S
            )
            given = {row["user_name"]: self._secret(row["user_name"], row["serial"]) for row in rows}
            if taken := [user for user in users if user not in given]:
                raise HasCredential(f"there is a credential already for {_listed(taken)}: revoke it, or add --renew")
        return given

    async def _check_registered(self, what: str, query: str, wanted: Sequence[str]) -> None:
        known = {row[f"{what}_id"] for row in await self._fetch(SQL[query], wanted)}
        unknown = sorted(set(wanted) - known)
        if unknown:
            raise UnknownHolder(f"no such {what} is registered: {_listed(unknown)}")

    async def _load_key(self, now: datetime) -> None:
        if not self._key:
            self._key = await lasting_key(self.pool, "mqtt", now)

    def _secret(self, user: str, serial: int) -> str:
        derived = hmac.digest(self._key, f"{user}\0{serial}".encode(), hashlib.sha256)
        return b32encode(derived[:SECRET_BYTES]).decode().lower()

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[PooledConnection]:
        """One transaction that ends with the announcement."""
        async with self._borrow() as connection, connection.transaction():
            yield connection
            await connection.execute(SQL["announce_mqtt_access"])


def _read_credential(row: asyncpg.Record) -> Credential:
    return Credential(
        user=row["user_name"],
        kind=Kind(row["kind"]),
        holder=row["holder"],
        lift_ids=row["lift_ids"],
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )


def _check_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadName(f"'{name[:80]}' cannot name a {what}: 1 to 64 letters, digits, _ or -")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
    return ", ".join(names[:NAMED_AT_MOST]) + more
