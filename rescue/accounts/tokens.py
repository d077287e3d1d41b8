"""Programs: bearer tokens of companies, of vendors, of crews, and with a role of the rescue centre.

A token is 256 random bits and cannot be guessed, so SHA-256 of it is enough to keep. It is shown once; afterwards it is
spoken of by its id, which opens nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from dispatch.crews import CompanyId, CrewId
from rescue.accounts.base import SQL, AccountsBase, hash_of
from rescue.people.audit_log import Act
from rescue.people.principals import (
    COMMAND,
    Principal,
    PrincipalKind,
    Role,
    UnknownCompany,
    UnknownCrew,
    UnknownToken,
    UnknownVendor,
    VendorId,
)
from rescue.store.connections import PooledConnection
from rescue.timeline import Actor


class OfCrew(str):
    """A crew as the owner of a token, told apart from a company of the same id."""

    __slots__ = ()


Owner = CompanyId | VendorId | OfCrew | Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it is spoken of: whose it is, and whether it still counts."""

    token_id: str
    role: Role | None
    company_id: CompanyId | None
    vendor_id: VendorId | None
    crew_id: CrewId | None
    label: str
    is_link: bool
    """It signs one phone or screen in, once; revoked, it signs that out."""
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    """To the hour."""

    @property
    def owner(self) -> str:
        """Whose it is, in words."""
        if self.company_id:
            return f"company {self.company_id}"
        if self.crew_id:
            return f"crew {self.crew_id}"
        return f"vendor {self.vendor_id}" if self.vendor_id else f"role {self.role}"

    def counts(self, now: datetime) -> bool:
        """It still lets its owner in."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class Tokens(AccountsBase):
    """Bearer tokens. Every method may raise StoreUnavailable."""

    async def add_token(
        self,
        owner: Owner,
        now: datetime,
        *,
        label: str = "",
        expires_at: datetime | None = None,
        is_link: bool = False,
        by: Actor = COMMAND,
    ) -> str:
        """A new token: shown this once, and kept nowhere. Raises UnknownCompany, UnknownCrew or UnknownVendor."""
        token, token_id = f"rescue_{secrets.token_urlsafe(32)}", secrets.token_hex(6)
        role, company_id, vendor_id, crew_id = _columns(owner)
        row = (hash_of(token), token_id, role, company_id, vendor_id, crew_id, label, now, expires_at, is_link)
        try:
            async with self._changing(Act.TOKEN_ADDED, f"token:{token_id}", now, by, owner=str(owner)) as connection:
                await _demand_vendor(connection, vendor_id)
                await connection.execute(SQL["add_token"], *row)
        except asyncpg.ForeignKeyViolationError:
            if crew_id:
                raise UnknownCrew(f"there is no crew {crew_id}") from None
            raise UnknownCompany(f"there is no company {company_id}") from None
        return token

    async def list_tokens(self) -> list[Token]:
        """Every token that ever was, the oldest first."""
        return [_token(row) for row in await self._fetch(SQL["list_tokens"])]

    async def revoke_token(self, token_id: str, now: datetime, *, by: Actor = COMMAND) -> None:
        """It counts no more, at once. Raises UnknownToken."""
        async with self._changing(Act.TOKEN_REVOKED, f"token:{token_id}", now, by) as connection:
            if await connection.fetchval(SQL["revoke_token"], token_id, now) is None:
                raise UnknownToken(f"there is no token {token_id} that counts")

    async def principal_of_token(self, token: str, now: datetime) -> Principal | None:
        """Whose token this is, until it expires or is revoked."""
        found = await self._fetch_row(SQL["find_token"], hash_of(token), now)
        return owner_of(found) if found else None


def _columns(owner: Owner) -> tuple[Role | None, CompanyId | None, VendorId | None, CrewId | None]:
    match owner:
        case Role():
            return owner, None, None, None
        case VendorId():
            return None, None, owner, None
        case OfCrew():
            return None, None, None, CrewId(str(owner))
        case _:
            return None, owner, None, None


async def _demand_vendor(connection: PooledConnection, vendor_id: VendorId | None) -> None:
    if vendor_id is not None and not await connection.fetchval(SQL["is_vendor"], vendor_id):
        raise UnknownVendor(f"no lift is of vendor {vendor_id}: name it in the column vendor of the lifts' file")


def _token(row: asyncpg.Record) -> Token:
    role, vendor_id = row["role"], row["vendor_id"]
    return Token(
        **{**row, "role": Role(role) if role else None, "vendor_id": VendorId(vendor_id) if vendor_id else None}
    )


def owner_of(token: asyncpg.Record) -> Principal:
    """Who a token's owner is to us."""
    if token["crew_id"] is not None:
        crew_id = CrewId(token["crew_id"])
        company_id = CompanyId(token["crews_company_id"])
        return Principal(kind=PrincipalKind.PERSON, name=crew_id, company_id=company_id, crew_id=crew_id)
    return _program(token)


def _program(token: asyncpg.Record) -> Principal:
    company_id, vendor_id, role = token["company_id"], token["vendor_id"], token["role"]
    if company_id is not None:
        return Principal(kind=PrincipalKind.PROGRAM, name=company_id, company_id=CompanyId(company_id))
    if vendor_id is not None:
        return Principal(kind=PrincipalKind.PROGRAM, name=vendor_id, vendor_id=VendorId(vendor_id))
    return Principal(kind=PrincipalKind.PROGRAM, name=f"{role} (token)", role=Role(role))
