"""Companies' web servers, where their webhooks arrive: good ones, slow ones, failing ones and dead ones.

A good company's server answers at once; a fair one's is late or out of order now and then. A poor one's has one
ailment: it answers late, it fails, it takes a request and never answers, or it crashes and comes back. What is asked
of the company is not understood here: a request that a server takes is handed to its `Receiver`.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from random import Random
from types import TracebackType
from typing import Any, Protocol, Self

from aiohttp import web
from standardwebhooks.webhooks import WebhookVerificationError

from simulators.errors import PortTakenError

LARGEST_BODY = 256 * 1024
HOST = "127.0.0.1"
LATE_S = (1.0, 4.0)
"""Before the service loses patience; real seconds, as all here."""
TOO_LATE_S = (6.0, 15.0)
"""After it has."""
HANGS_S = 60.0
"""That a dead server holds a connection, if its client does not let go before."""
UP_S = (60.0, 240.0)
DOWN_S = (20.0, 90.0)
FAIR_LATE_SHARE = 0.15
FAIR_FAILS_SHARE = 0.05
FAILING_SHARE = 0.6
REFUSES_UNTIL_S = 2
"""What a server says in Retry-After when it asks to come again (503)."""
STOPS_WITHIN_S = 0.5

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""How a program starts something beside itself: usually a task group's `create_task`."""


class Ailment(Enum):
    """What is wrong with a poor company's server."""

    LATE = "answers late"
    FAILING = "fails"
    DEAD = "never answers"
    CRASHING = "crashes and comes back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """What becomes of one request. Without a status it is answered as it should be."""

    late_s: float = 0.0
    status: int | None = None
    is_cut: bool = False
    """The connection breaks without a word."""


WELL = Symptom()


class Health:
    """How one server bears up: asked once a request, `now` in seconds of any steady clock."""

    def __init__(self, quality: str, rng: Random) -> None:
        self.ailment = rng.choice(list(Ailment)) if quality == "poor" else None
        self._is_good = quality == "good"
        self._rng = rng
        self._turns_at = 0.0
        self._is_down = True

    def symptom(self, now: float) -> Symptom:
        """What becomes of a request that comes now."""
        match self.ailment:
            case None:
                return WELL if self._is_good else self._fair()
            case Ailment.LATE:
                return Symptom(late_s=self._rng.uniform(*TOO_LATE_S))
            case Ailment.FAILING:
                return self._out_of_order() if self._rng.random() < FAILING_SHARE else WELL
            case Ailment.DEAD:
                return Symptom(late_s=HANGS_S, is_cut=True)
            case Ailment.CRASHING:
                return Symptom(is_cut=True) if self._has_crashed(now) else WELL

    def _fair(self) -> Symptom:
        drawn = self._rng.random()
        if drawn < FAIR_FAILS_SHARE:
            return self._out_of_order()
        return Symptom(late_s=self._rng.uniform(*LATE_S)) if drawn < FAIR_FAILS_SHARE + FAIR_LATE_SHARE else WELL

    def _out_of_order(self) -> Symptom:
        return Symptom(status=self._rng.choice((500, 502, 503)))

    def _has_crashed(self, now: float) -> bool:
        """Up and down by turns; nobody looks at it between two requests, so that turns may have passed unseen."""
        if now >= self._turns_at:
            self._is_down = not self._is_down
            self._turns_at = now + self._rng.uniform(*(DOWN_S if self._is_down else UP_S))
        return self._is_down


class Receiver(Protocol):
    """What stands behind a company's endpoint."""

    def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        """Takes one delivery. Raises WebhookVerificationError when it is not signed by the service."""
        ...


class WebhookServer:
    """One server with an endpoint for every company: an async context manager. Who has no health is well."""

    def __init__(
        self,
        offices: Mapping[str, Receiver],
        *,
        healths: Mapping[str, Health] | None = None,
        host: str = HOST,
        port: int = 0,
        seen_as: str = "",
    ) -> None:
        """Port 0 takes a free one; `seen_as` is the server's URL from where the service is, if that is another."""
        self.counts: Counter[str] = Counter()
        self._offices = offices
        self._healths = healths or {}
        self._host, self._port = host, port
        self._base_url = seen_as.rstrip("/")
        self._stopping = asyncio.Event()
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post("/companies/{company_id}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOPS_WITHIN_S)

    async def __aenter__(self) -> Self:
        """Raises PortTakenError."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise PortTakenError(f"cannot listen at {self._host}:{self._port}: {_reason(error)}") from None
        self._base_url = self._base_url or f"http://{self._host}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        await self._runner.cleanup()

    def url_of(self, company_id: str) -> str:
        """The company's endpoint."""
        return f"{self._base_url}/companies/{company_id}"

    async def _answer(self, request: web.Request) -> web.Response:
        """As the server's health allows. What comes while it fails is lost on its company; what is late is not."""
        health = self._healths.get(request.match_info["company_id"])
        symptom = health.symptom(time.monotonic()) if health else WELL
        if symptom.is_cut:
            return await self._break_off(request, symptom.late_s)
        if symptom.status is not None:
            self.counts["failed"] += 1
            soon = {"Retry-After": str(REFUSES_UNTIL_S)} if symptom.status == 503 else {}
            return web.Response(status=symptom.status, headers=soon)
        answer = await self._receive(request)
        if symptom.late_s:
            self.counts["late"] += 1
            await self._wait(symptom.late_s)
        return answer

    async def _break_off(self, request: web.Request, after_s: float) -> web.Response:
        self.counts["unanswered" if after_s else "crashed"] += 1
        await self._wait(after_s)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _wait(self, seconds: float) -> None:
        """No longer than the server lives."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _receive(self, request: web.Request) -> web.Response:
        office = self._offices.get(request.match_info["company_id"])
        if office is None:
            return web.Response(status=404, text="no such company here")
        try:
            office.receive(request.headers, await request.read())
        except WebhookVerificationError as error:
            self.counts["forged"] += 1
            return web.Response(status=401, text=str(error))
        except (KeyError, TypeError) as error:
            return web.Response(status=422, text=f"signed, but not an event as published: {error!r}")
        self.counts["received"] += 1
        return web.Response(status=204)


def _reason(error: OSError) -> str:
    """asyncio puts the address before the system's own words."""
    return (error.strerror or str(error)).rsplit(": ", 1)[-1]
