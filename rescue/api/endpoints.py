"""The companies' endpoints: where their webhooks go, and what signs them.

Each question is put for one company, or for `None`, which is the rescue centre and sees them all; so no company reaches
another's. Must not know who asks over which wire, nor how a webhook is sent.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from dispatch.crews import CompanyId, CompanyKind
from rescue.accounts import UnknownCompany
from rescue.sending.webhooks import new_secret
from rescue.store.connections import Pool, reachable
from rescue.store.sql import load_queries

ENDPOINTS_PER_COMPANY = 10
SQL = load_queries("webhooks")


class TooManyEndpoints(Exception):
    """The company has as many as it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One place where a company takes webhooks."""

    endpoint_id: str
    company_id: CompanyId
    url: str
    types: tuple[str, ...]
    enabled: bool
    created_at: datetime
    old_secret_until: datetime | None
    """The secret before the last signs as well until then; null if it was never changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachedCompany:
    """A company, and how many of its endpoints there are and are switched on."""

    company_id: CompanyId
    name: str
    kind: CompanyKind
    phone: str
    endpoints: int
    enabled_endpoints: int


class Endpoints:
    """The table of endpoints. Every method may raise StoreUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, company_id: CompanyId, url: str, types: Sequence[str], now: datetime) -> tuple[Endpoint, str]:
        """A new endpoint and its secret, which is shown this once. Raises TooManyEndpoints, or UnknownCompany."""
        secret = new_secret()
        with reachable():
            if await self._pool.fetchval(SQL["count_endpoints"], company_id) >= ENDPOINTS_PER_COMPANY:
                raise TooManyEndpoints(f"a company has at most {ENDPOINTS_PER_COMPANY} endpoints")
            row = await self._insert(company_id, url, types, secret, now)
        assert row is not None, "an INSERT gives its row back"
        return _endpoint(row), secret

    async def _insert(
        self, company_id: CompanyId, url: str, types: Sequence[str], secret: str, now: datetime
    ) -> asyncpg.Record | None:
        try:
            return await self._pool.fetchrow(SQL["add_endpoint"], _new_id(), company_id, url, types, [secret], now)
        except asyncpg.ForeignKeyViolationError:
            raise UnknownCompany(f"there is no company {company_id}") from None

    async def find(self, endpoint_id: str, company_id: CompanyId | None) -> Endpoint | None:
        """An endpoint of this company."""
        with reachable():
            row = await self._pool.fetchrow(SQL["find_endpoint"], endpoint_id, company_id)
        return _endpoint(row) if row else None

    async def list_of(self, company_id: CompanyId | None, after: str | None, limit: int) -> list[Endpoint]:
        """The company's endpoints in the order of their ids."""
        with reachable():
            rows = await self._pool.fetch(SQL["list_endpoints"], company_id, after, limit)
        return [_endpoint(row) for row in rows]

    async def change(
        self,
        endpoint_id: str,
        company_id: CompanyId | None,
        *,
        url: str | None,
        types: Sequence[str] | None,
        enabled: bool | None,
    ) -> Endpoint | None:
        """The endpoint with these things changed; what is None stays. None if the company has no such endpoint."""
        with reachable():
            row = await self._pool.fetchrow(SQL["change_endpoint"], endpoint_id, company_id, url, types, enabled)
        return _endpoint(row) if row else None

    async def remove(self, endpoint_id: str, company_id: CompanyId | None) -> bool:
        """Remove it, and what is still on its way to it; False if the company has no such endpoint."""
        with reachable():
            return await self._pool.fetchval(SQL["remove_endpoint"], endpoint_id, company_id) is not None

    async def rotate(
        self, endpoint_id: str, company_id: CompanyId | None, old_until: datetime
    ) -> tuple[Endpoint, str] | None:
        """The endpoint with a new secret, shown this once; the one before it signs as well until `old_until`.

        None if the company has no such endpoint. A secret that was on its way out already goes at once.
        """
        secret = new_secret()
        with reachable():
            row = await self._pool.fetchrow(SQL["rotate_secret"], endpoint_id, company_id, secret, old_until)
        return (_endpoint(row), secret) if row else None

    async def reached_companies(
        self, company_id: CompanyId | None, after: str | None, limit: int
    ) -> list[ReachedCompany]:
        """The companies by id, above the id `after`."""
        with reachable():
            rows = await self._pool.fetch(SQL["companies_reached"], company_id, after, limit)
        return [ReachedCompany(**{**row, "kind": CompanyKind(row["kind"])}) for row in rows]

    async def count_unreached(self) -> int:
        """How many companies have no endpoint that is switched on."""
        with reachable():
            return int(await self._pool.fetchval(SQL["count_unreached"]))


def _new_id() -> str:
    return secrets.token_hex(12)


def _endpoint(row: asyncpg.Record) -> Endpoint:
    return Endpoint(
        endpoint_id=row["id"],
        company_id=row["company_id"],
        url=row["url"],
        types=tuple(row["types"]),
        enabled=row["enabled"],
        created_at=row["created_at"],
        old_secret_until=row["old_secret_until"],
    )
