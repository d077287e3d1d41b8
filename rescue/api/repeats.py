"""A request sent again with the same Idempotency-Key is answered alike, and done once.

A key belongs to whoever sent it. The same key with another request is a slip of the sender's (422); while the first is
still under way, the second waits for its answer, and is told to ask again (503) if that takes too long. Faults of ours
are not kept: the request may be tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web
from structlog import get_logger

from rescue.accounts import Principal
from rescue.api.problems import CONTENT_TYPE, FieldError, Invalid, Problem, Unavailable, respond
from rescue.ports import StoreUnavailable
from rescue.store.connections import Pool, reachable
from rescue.store.sql import load_queries

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
ANSWERS_LAST = timedelta(days=1)
WAIT_WITHIN_S = 10.0
"""For the first request with the same key: as long as that may wait for the desk."""
SQL = load_queries("answers")

log = get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request with a key: whose, which, and a hash of all it says."""

    actor: str
    key: str
    request_hash: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was answered, and to which request."""

    request_hash: str
    status: int
    body: str

    def response(self) -> web.Response:
        """The answer once more."""
        if self.status == 204:
            return web.Response(status=204)
        content_type = CONTENT_TYPE if self.status >= 400 else "application/json"
        return web.Response(status=self.status, text=self.body, content_type=content_type)


@dataclass(slots=True)
class Held:
    """A key in use: by one request at a time, and by how many it is wanted."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


class Answers:
    """The answers of the last day, and the requests still under way. May raise StoreUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._held: dict[tuple[str, str], Held] = {}

    async def find(self, asked: Asked) -> Given | None:
        """What was answered under this key."""
        with reachable():
            row = await self._pool.fetchrow(SQL["find_answer"], asked.actor, asked.key, asked.at - ANSWERS_LAST)
        return Given(request_hash=row["request_hash"], status=row["status"], body=row["body"]) if row else None

    async def keep(self, asked: Asked, status: int, body: str) -> None:
        """Keep an answer, and forget some that are a day old."""
        with reachable():
            await self._pool.execute(SQL["forget_answers"], asked.at - ANSWERS_LAST)
            await self._pool.execute(
                SQL["keep_answer"], asked.actor, asked.key, asked.request_hash, status, body, asked.at
            )

    @asynccontextmanager
    async def turn(self, asked: Asked) -> AsyncIterator[None]:
        """Hold the key; another request with it waits. Raises Unavailable where it would wait for too long."""
        name = (asked.actor, asked.key)
        held = self._held.setdefault(name, Held())
        held.wanted += 1
        try:
            await _take(held.lock)
            try:
                yield
            finally:
                held.lock.release()
        finally:
            held.wanted -= 1
            if not held.wanted:
                del self._held[name]


async def _take(lock: asyncio.Lock) -> None:
    try:
        async with asyncio.timeout(WAIT_WITHIN_S):
            await lock.acquire()
    except TimeoutError:
        raise Unavailable(f"the first request with this {HEADER} is still under way; ask again") from None


async def once(
    request: web.Request,
    principal: Principal,
    now: datetime,
    answers: Answers,
    handle: Callable[[], Awaitable[web.Response]],
) -> web.Response:
    """Handle the request, unless it was answered before."""
    key = request.headers.get(HEADER)
    if key is None:
        return await handle()
    _demand_good(key)
    asked = Asked(actor=_actor(principal), key=key, request_hash=await _hash(request), at=now)
    async with answers.turn(asked):
        given = await answers.find(asked)
        if given is None:
            return await _handle(handle, asked, answers)
        if given.request_hash != asked.request_hash:
            raise Invalid(f"this {HEADER} was used with another request")
        return given.response()


async def _handle(handle: Callable[[], Awaitable[web.Response]], asked: Asked, answers: Answers) -> web.Response:
    try:
        response = await handle()
    except Problem as problem:
        response = respond(problem)
    if response.status < 500:
        await _keep(response, asked, answers)
    return response


async def _keep(response: web.Response, asked: Asked, answers: Answers) -> None:
    try:
        await answers.keep(asked, response.status, response.text or "null")
    except StoreUnavailable as error:
        # What was done is done, and whoever asked must hear it; only a repeat will not be known as one.
        log.warning("answer not kept", actor=asked.actor, status=response.status, reason=str(error))


def _demand_good(key: str) -> None:
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        msg = f"1 to {LONGEST_KEY} printable characters"
        raise Invalid(f"{HEADER} is not a key", errors=[FieldError(loc=["header", HEADER], msg=msg)])


def _actor(principal: Principal) -> str:
    return f"{principal.kind}:{principal.role or 'company'}:{principal.name}"


async def _hash(request: web.Request) -> str:
    said = hashlib.sha256(f"{request.method} {request.path_qs}\n".encode())
    said.update(await request.read())
    return said.hexdigest()
