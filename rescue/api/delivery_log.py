"""What was sent to the companies' endpoints, and how it fared; sent once more if somebody asks.

Each question is put for one company, or for `None`, which is the rescue centre. Must not know how a webhook is sent.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from dispatch.crews import CompanyId
from rescue.sending.render import ENDPOINT_TEST, OFFERED, webhook_body
from rescue.store.connections import Pool, reachable
from rescue.store.sql import load_queries

TEST_WITHIN = timedelta(minutes=5)
REPLAY_WITHIN = timedelta(hours=1)
"""A replay is tried for so long at least; what has more time left keeps it."""
SQL = load_queries("webhooks")


class OfferOver(Exception):
    """The offer no longer stands: its links lead nowhere, and sending it again would send a crew in vain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """One webhook to one endpoint: how often it was tried, and what came of it."""

    delivery_id: int
    webhook_id: str
    type: str
    assignment_id: str | None
    attempt: int | None
    created_at: datetime
    due_at: datetime
    tries: int
    tried_at: datetime | None
    status: int | None
    error: str
    outcome: str | None


class DeliveryLog:
    """The part of the outbox that went to companies. Every method may raise StoreUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list_of(self, endpoint_id: str, after: int | None, limit: int) -> list[DeliveryRecord]:
        """What was sent there, newest first, below the number `after`."""
        with reachable():
            rows = await self._pool.fetch(SQL["list_deliveries"], endpoint_id, after, limit)
        return [_delivery(row) for row in rows]

    async def find(self, delivery_id: int, company_id: CompanyId | None) -> DeliveryRecord | None:
        """One delivery to an endpoint of this company."""
        with reachable():
            row = await self._pool.fetchrow(SQL["find_delivery"], delivery_id, company_id)
        return _delivery(row) if row else None

    async def replay(self, delivery: DeliveryRecord, now: datetime) -> None:
        """Send it again, now, under the same `webhook-id`. Raises OfferOver."""
        with reachable():
            row = await self._pool.fetchval(SQL["replay"], delivery.delivery_id, now, now + REPLAY_WITHIN, OFFERED)
        if row is None:
            raise OfferOver("this offer no longer stands")

    async def queue_test(self, endpoint_id: str, now: datetime) -> str:
        """Put an `endpoint.test` on its way, and return its `webhook-id`."""
        webhook_id = f"test:{secrets.token_hex(12)}"
        body: dict[str, Any] = webhook_body(ENDPOINT_TEST, {"endpoint_id": endpoint_id}, now)
        with reachable():
            await self._pool.execute(
                SQL["queue_test"], webhook_id, json.dumps(body), endpoint_id, now, now + TEST_WITHIN
            )
        return webhook_id


def _delivery(row: asyncpg.Record) -> DeliveryRecord:
    return DeliveryRecord(delivery_id=row["outbox_id"], webhook_id=row["key"], **{n: row[n] for n in _FIELDS})


_FIELDS = (
    "type",
    "assignment_id",
    "attempt",
    "created_at",
    "due_at",
    "tries",
    "tried_at",
    "status",
    "error",
    "outcome",
)
