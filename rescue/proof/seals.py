"""Seals: a chain over the cases, which finds what no chain within a case can, a history that was rewritten whole.

Each hour the heads of the timelines that have grown since are sealed: their digest covers the seal before it, is signed
and is written to the log. Whoever rewrites a case must then rewrite every seal since, and the lines of a log that has
long left the machine. Decides what a seal covers and how damage to it is told. The key stands in the same database:
against one who reads it, only what has left the house helps, the log and the exports (docs/adr/0022).

Limits: what is written within the last hour is not sealed yet. While the database is away nothing is sealed, and it is
asked again each minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import structlog

from rescue.incident import IncidentId
from rescue.ports import Clock, StoreUnavailable
from rescue.proof.signing import Signer, Verifier, digest
from rescue.timeline import Entry, find_damage, instant

SEAL_EVERY = timedelta(hours=1)
LOOKS_BACK = timedelta(hours=1)
"""Further than the last seal: an entry may have been committed just after it, or dated by a clock that was set back."""
LOOKS_EVERY_S = 60.0

log = structlog.get_logger(__name__)


class Head(NamedTuple):
    """How long the timeline of a case was, and the hash of its last entry."""

    incident_id: IncidentId
    entries: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One link of the chain over the cases."""

    number: int
    sealed_at: datetime
    previous: str
    digest: str
    key_id: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the database holds of one case's timeline, and what the case says of it."""

    incident_id: IncidentId
    number: int
    entries: int
    head: str
    timeline: Sequence[Entry]
    sealed: Sequence[tuple[int, Head]]
    """The seals that cover it, with what each has of it."""


class SealStore(Protocol):
    """Where seals are kept. Every method may raise StoreUnavailable."""

    async def last_seal(self) -> Seal | None:
        """The newest."""
        ...

    async def grown_since(self, at: datetime | None) -> list[Head]:
        """The heads of timelines that have entries later than that and are not sealed as they are."""
        ...

    async def put_seal(self, seal: Seal, heads: Sequence[Head]) -> None:
        """Write it down, all or nothing."""
        ...


class Sealing:
    """Seals what has grown, from time to time. `is_desk` waits until this process is the active desk."""

    def __init__(self, store: SealStore, signer: Signer, clock: Clock, is_desk: Callable[[], Awaitable[None]]) -> None:
        self.sealed = 0
        """Seals made since the start."""
        self._store = store
        self._signer = signer
        self._clock = clock
        self._is_desk = is_desk

    async def run(self) -> None:
        """Seal each hour, for ever."""
        while True:
            await self._is_desk()
            try:
                await self.seal_if_due()
            except StoreUnavailable as error:
                log.warning("sealing waits", reason=str(error))
            await asyncio.sleep(LOOKS_EVERY_S)

    async def seal_if_due(self) -> Seal | None:
        """Seal what has grown, if the last seal is an hour old. Raises StoreUnavailable."""
        last = await self._store.last_seal()
        now = self._clock.now()
        if last and now - last.sealed_at < SEAL_EVERY:
            return None
        return await self._seal(last, now)

    async def _seal(self, last: Seal | None, now: datetime) -> Seal | None:
        heads = await self._store.grown_since(last.sealed_at - LOOKS_BACK if last else None)
        if not heads:
            return None
        seal = make_seal(last, heads, now, self._signer)
        await self._store.put_seal(seal, heads)
        self.sealed += 1
        log.info(
            "timelines sealed",
            seal=seal.number,
            cases=len(heads),
            digest=seal.digest,
            key=seal.key_id,
            signature=seal.signature,
        )
        return seal


def make_seal(last: Seal | None, heads: Iterable[Head], now: datetime, signer: Signer) -> Seal:
    """The seal that follows `last` and covers these heads."""
    number, previous = (last.number + 1, last.digest) if last else (1, "")
    covered = _cover(number, now, previous, heads)
    return Seal(
        number=number,
        sealed_at=now,
        previous=previous,
        digest=covered,
        key_id=signer.verifier.key_id,
        signature=signer.sign(covered),
    )


def find_seal_damage(seal: Seal, heads: Iterable[Head], previous: Seal | None, key: Verifier) -> str:
    """What is wrong with a seal, in a sentence; "" for nothing."""
    number, before = (previous.number + 1, previous.digest) if previous else (1, "")
    if seal.number != number:
        return f"seal {number} is missing"
    if seal.previous != before:
        return f"seal {number} does not follow the one before it"
    if seal.digest != _cover(seal.number, seal.sealed_at, seal.previous, heads):
        return f"seal {number} was changed, or one of the heads that it covers"
    if not key.signed(seal.digest, seal.signature):
        return f"seal {number} is not signed by our key {key.key_id}"
    return ""


def find_history_damage(history: History) -> str:
    """What was done to the history of a case, by its own chain, by what the case says of it, and by the seals."""
    damage = find_damage(history.timeline, length=history.entries, head=history.head)
    if damage:
        return damage
    hashes = [entry.hash for entry in history.timeline]
    for number, head in history.sealed:
        if hashes[head.entries - 1 : head.entries] != [head.head]:
            return f"the history was rewritten since seal {number}: entry {head.entries} is not the one that was sealed"
    return ""


def _cover(number: int, at: datetime, previous: str, heads: Iterable[Head]) -> str:
    return digest([number, instant(at), previous, sorted(list(head) for head in heads)])
