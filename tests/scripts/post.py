"""The companies' web servers: they take signed webhooks, check the signature, and keep what they were told.

The signature is checked by the library that a company would use; how old it may be is held against the script's clock,
since the library knows only the machine's.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

OFFERED = "assignment.offered"
TOLERANCE = timedelta(minutes=5)
"""As the library has it."""


@dataclass(slots=True, kw_only=True, eq=False)
class Letter:
    """One webhook that was taken, and whether the script has spoken of it."""

    id: str
    company_id: str
    endpoint: int
    at: datetime
    type: str
    data: dict[str, Any]
    was_expected: bool = False

    @property
    def lift_id(self) -> str | None:
        """What it is about, None for a case of many lifts."""
        lift = self.data["incident"]["lift"]
        return lift["lift_id"] if lift else None

    @property
    def crew_id(self) -> str | None:
        """Which crew it speaks of."""
        assignment = self.data.get("assignment")
        return assignment["crew_id"] if assignment else None

    @property
    def words(self) -> str:
        """All it says: whoever reads the same words again was told twice."""
        return json.dumps([self.type, self.data], sort_keys=True)

    def __str__(self) -> str:
        match self.type, self.data:
            case "assignment.offered", {"assignment": asked}:
                return f"{self.type}: {_attempt(asked)} for {self.lift_id}, level {asked['level']}"
            case _, {"assignment": asked, "reason": reason}:
                return f"{self.type}: {_attempt(asked)} for {self.lift_id}: {reason}"
            case _, {"assignment": asked}:
                return f"{self.type}: {_attempt(asked)} for {self.lift_id}"
            case _, {"incident": case}:
                return f"{self.type}: case {case['number']} ({self.lift_id or 'many lifts'}) is {case['status']}"
        return self.type


def _attempt(asked: dict[str, Any]) -> str:
    eta = "" if asked["eta_s"] is None else f", {asked['eta_s'] / 60:.0f} min away"
    return f"attempt {asked['attempt']}, crew {asked['crew_id']}{eta}"


@dataclass(slots=True, kw_only=True)
class Post:
    """Every endpoint of every company."""

    now: Callable[[], datetime]
    delivered: Callable[[Letter], None]
    refused: Callable[[str, int, str], None]
    """An endpoint that is down was tried: company, endpoint, type."""
    letters: list[Letter] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    """Companies whose endpoints fail."""
    url: str = ""
    _locks: dict[tuple[str, int], Webhook] = field(default_factory=dict)

    def trust(self, company_id: str, endpoint: int, secret: str) -> None:
        """What is sent there is signed with this secret."""
        self._locks[company_id, endpoint] = Webhook(secret)

    def of(self, company_id: str) -> list[Letter]:
        """What one company has been told, whichever endpoint took it, oldest first and each once."""
        first: dict[str, Letter] = {}
        for letter in self.letters:
            if letter.company_id == company_id:
                first.setdefault(letter.id, letter)
        return list(first.values())

    async def handle(self, request: web.Request) -> web.Response:
        """One try of one webhook."""
        company_id, endpoint = request.match_info["company_id"], int(request.match_info["endpoint"])
        said = self._verified(request, await request.text(), self._locks[company_id, endpoint])
        if company_id in self.down:
            self.refused(company_id, endpoint, said["type"])
            return web.Response(status=503, text="the gateway is down")
        letter = Letter(
            id=request.headers["webhook-id"],
            company_id=company_id,
            endpoint=endpoint,
            at=self.now(),
            type=said["type"],
            data=said["data"],
        )
        self.letters.append(letter)
        self.delivered(letter)
        return web.Response()

    def _verified(self, request: web.Request, body: str, lock: Webhook) -> Any:
        head = request.headers
        signed_at = datetime.fromtimestamp(float(head["webhook-timestamp"]), UTC)
        assert abs(signed_at - self.now()) <= TOLERANCE, "the signature is too old"
        assert lock.sign(head["webhook-id"], signed_at, body) in head["webhook-signature"].split(), "forged"
        return json.loads(body)


@asynccontextmanager
async def open_post(post: Post) -> AsyncIterator[Post]:
    """All endpoints listen, on one free port of this machine."""
    app = web.Application()
    app.router.add_post("/{company_id}/{endpoint}", post.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        post.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield post
    finally:
        await runner.cleanup()
