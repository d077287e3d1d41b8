"""The service's HTTP interface as an outside program uses it: one bearer token, JSON, a bounded number of tries.

Knows the wire, not the field: which path means what is its callers' business. A change carries one idempotency key over
all its tries, so that a lost answer does not make it happen twice.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from simulators.errors import ApiError, RefusedError, StaleError, UnreachableError

TRY_AGAIN_AFTER_S = (0.2, 0.5, 1.0, 2.0, 4.0)
"""The pauses between tries; after the last one the request is given up."""
ANSWER_WITHIN_S = 10.0

Body = Mapping[str, Any]


class Api:
    """The service as seen by one holder of a token."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        token: str,
        *,
        try_again_after_s: Sequence[float] = TRY_AGAIN_AFTER_S,
    ) -> None:
        self._session = session
        self._try_again_after_s = try_again_after_s
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, **query: str) -> Any:
        """The JSON at `path`. Raises ApiError."""
        return await self._ask("GET", path, self._headers, params=query)

    async def get_all(self, path: str, **query: str) -> list[Any]:
        """The items of every page of a list."""
        items: list[Any] = []
        page = await self.get(path, **query)
        items += page["items"]
        while page.get("next"):
            page = await self.get(path, **query, cursor=page["next"])
            items += page["items"]
        return items

    async def post(self, path: str, body: Body) -> Any:
        """Makes a change. Raises ApiError, StaleError when somebody else was first."""
        headers = {**self._headers, "Idempotency-Key": str(uuid.uuid4())}
        return await self._ask("POST", path, headers, json=dict(body))

    async def delete(self, path: str) -> None:
        """Removes what is at `path`."""
        await self._ask("DELETE", path, self._headers)

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], **more: Any) -> Any:
        failure = ""
        for pause_s in (*self._try_again_after_s, None):
            try:
                return await self._try_once(method, path, headers, more)
            except (aiohttp.ClientError, TimeoutError, UnreachableError) as error:
                failure = str(error) or type(error).__name__
            if pause_s is not None:
                await asyncio.sleep(pause_s)
        raise UnreachableError(f"{method} {path}: {failure}")

    async def _try_once(self, method: str, path: str, headers: Mapping[str, str], more: Mapping[str, Any]) -> Any:
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
        url = f"{self._base_url}/api/v1{path}"
        async with self._session.request(method, url, headers=headers, timeout=timeout, **more) as answer:
            if answer.ok:
                return await answer.json() if answer.content_type == "application/json" else None
            raise _error_of(f"{method} {path}", answer.status, await answer.text())


def _error_of(what: str, status: int, text: str) -> ApiError:
    said = f"{what}: {status} {text[:500]}"
    if status == 409:
        return StaleError(said)
    return UnreachableError(said) if status >= 500 or status == 429 else RefusedError(said)
