"""Tells somebody outside that all is well, so that our silence is an alarm: the switch that no dead service can press.

The watcher (healthchecks.io, or any URL) alerts people when it has not been asked for some time. It is asked with a GET
only while the service is ready and the auditor has found nothing; there is no other message.

Limits: 5 s a try; after a failure again in 10 s. The URL is an administrator's, and the same rules hold for it as for
companies': https to public addresses only, unless settings allow private ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import structlog

from rescue.sending.webhooks import public_socket, url_refusal
from rescue.settings import ServiceError, Settings

WITHIN_S = 5.0
AGAIN_AFTER_S = 10.0
LOOK_EVERY_S = 1.0

log = structlog.get_logger(__name__)


def make_deadman(settings: Settings, is_well: Callable[[], bool]) -> Deadman | None:
    """By the settings, None if they name no watcher. Raises ServiceError for a URL that may not be asked."""
    if settings.deadman_url is None:
        return None
    private = settings.webhook_allow_private
    return Deadman(settings.deadman_url, is_well, every_s=settings.deadman_every_s, allow_private=private)


class Deadman:
    """Asks the URL at most every `every_s`, as long as `is_well`."""

    def __init__(self, url: str, is_well: Callable[[], bool], *, every_s: float, allow_private: bool) -> None:
        """Raises ServiceError for a URL that may not be asked."""
        refusal = url_refusal(url, allow_private=allow_private)
        if refusal is not None:
            raise ServiceError(f"RESCUE_DEADMAN_URL: {refusal}")
        self.told = 0
        self.failed = 0
        self._url = url
        self._is_well = is_well
        self._every_s = every_s
        self._allow_private = allow_private

    async def run(self) -> None:
        """For ever."""
        async with aiohttp.ClientSession(connector=self._connector(), trust_env=False) as session:
            while True:
                if not self._is_well():
                    await asyncio.sleep(LOOK_EVERY_S)
                elif await self._tell(session):
                    await asyncio.sleep(self._every_s)
                else:
                    await asyncio.sleep(min(AGAIN_AFTER_S, self._every_s))

    def _connector(self) -> aiohttp.TCPConnector:
        """The address is checked where the socket is made; see `webhooks`."""
        return aiohttp.TCPConnector(socket_factory=None if self._allow_private else public_socket, force_close=True)

    async def _tell(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(
                self._url, timeout=aiohttp.ClientTimeout(total=WITHIN_S), allow_redirects=False
            ) as answer:
                told, why = 200 <= answer.status < 300, f"HTTP {answer.status}"
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            told, why = False, str(error) or f"no answer within {WITHIN_S:g} s"
        self.told += told
        self.failed += not told
        if not told:
            log.warning("the dead-man's watcher was not reached", reason=why)
        return told
