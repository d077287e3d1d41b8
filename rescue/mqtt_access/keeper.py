"""Keeps the broker's list of users true: written anew whenever credentials or the registry change.

How the list reaches the broker is the caller's: a file beside an embedded broker, or one that another broker reads.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from rescue.mqtt_access.credentials import Credentials
from rescue.mqtt_access.grants import Grant
from rescue.mqtt_access.nats import write_users
from rescue.ports import Clock, StoreUnavailable

log = structlog.get_logger(__name__)

REST_S = 0.25
"""Changes that come in a row are one. A revoked user is out this much and the broker's reload later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A broker's list of users that is ours to keep."""

    own: Grant
    """The service's own user, which is on every list."""
    give: Callable[[str], None]
    """Hands the broker a new list. May raise OSError."""
    given: str = field(default="", repr=False)
    """What it has to begin with."""


class Keeper:
    """Follows the credentials and gives the broker each new list."""

    def __init__(self, credentials: Credentials, access: Access, clock: Clock) -> None:
        self._credentials = credentials
        self._access = access
        self._clock = clock
        self._given = access.given

    async def run(self) -> None:
        """For ever; while the database is away the last list holds."""
        async for _ in self._credentials.changes():
            try:
                grants = await self._credentials.grants(self._clock.now())
            except StoreUnavailable as error:
                log.warning("users of the broker wait", reason=str(error))
                continue
            own = self._access.own
            await self._hand_on([own, *(grant for grant in grants if grant.user != own.user)])
            await asyncio.sleep(REST_S)

    async def _hand_on(self, grants: Sequence[Grant]) -> None:
        users = await asyncio.to_thread(write_users, grants)
        if users == self._given:
            return
        try:
            await asyncio.to_thread(self._access.give, users)
        except OSError as error:
            log.error("users of the broker not written", reason=str(error))
            return
        self._given = users
        log.info("users of the broker written", users=len(grants))


def replace_file(path: Path, text: str) -> None:
    """Whoever reads it sees the old or the new text, whole. For its owner's eyes only. Raises OSError."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
