"""Each kind of store, with the one thing that a test needs and no port offers: endpoints to deliver to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from rescue.store.memory import Endpoint, MemoryStore
from rescue.store.postgres import PostgresStore

AnyStore: TypeAlias = MemoryStore | PostgresStore

_PUT_ENDPOINT = """
    INSERT INTO webhooks (id, company_id, url, types, enabled, secrets, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, '2026-03-01T12:00:00Z')
    ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A store, and how to give its companies endpoints."""

    store: AnyStore
    put_endpoint: Callable[[Endpoint], Awaitable[None]]


def subject(store: AnyStore) -> Subject:
    """The store under test."""
    match store:
        case MemoryStore():
            return Subject(store, partial(_put_in_memory, store))
        case PostgresStore():
            return Subject(store, partial(_put_in_postgres, store))


async def _put_in_memory(store: MemoryStore, endpoint: Endpoint) -> None:
    store.put_endpoint(endpoint)


async def _put_in_postgres(store: PostgresStore, endpoint: Endpoint) -> None:
    await store.pool.execute(
        _PUT_ENDPOINT,
        endpoint.endpoint_id,
        endpoint.company_id,
        endpoint.url,
        endpoint.types,
        endpoint.enabled,
        endpoint.secrets,
    )
