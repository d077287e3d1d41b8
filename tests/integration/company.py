"""A maintenance company's endpoint as its own people would write it: a plain HTTP server that checks signatures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

WITHIN_S = 10
"""A webhook on its way to 127.0.0.1 that takes longer will not come."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Received:
    """One webhook whose signature was right."""

    id: str
    type: str
    data: dict[str, Any]


class Company:
    """Answers 200 unless `answer` says otherwise; counts what it has been asked and what it is busy with."""

    def __init__(self, secret: str) -> None:
        self.url = ""
        self.received: list[Received] = []
        self.asked = 0
        self.busy = 0
        self.most_busy = 0
        self.answer: Handler = accept
        self._webhook = Webhook(secret)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One webhook; a wrong signature raises, and the sender sees 500."""
        said = self._webhook.verify(await request.text(), dict(request.headers))
        self.received.append(Received(id=request.headers["webhook-id"], type=said["type"], data=said["data"]))
        self.asked += 1
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            return await self.answer(request)
        finally:
            self.busy -= 1


async def accept(_request: web.Request) -> web.StreamResponse:
    """Received."""
    return web.Response()


def always(status: int, *, text: str = "", **headers: str) -> Handler:
    """The same answer to everything; `retry_after="5"` gives the header Retry-After."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


def hang(until: asyncio.Event) -> Handler:
    """No answer before `until`."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        await until.wait()
        return web.Response()

    return answer


@asynccontextmanager
async def company(secret: str) -> AsyncIterator[Company]:
    """A company whose endpoint listens on a free port of this machine."""
    company = Company(secret)
    app = web.Application()
    app.router.add_post("/hooks", company.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        company.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks"
        yield company
    finally:
        await runner.cleanup()
