"""The service's HTTP interface as an outside program uses it: one bearer token, JSON, a bounded number of tries.

Knows the wire, not the field: which path means what is its callers' business. The rule: without an answer, or with one
that says "not now" (429, 5xx), the same request is made again after a pause, or after the `Retry-After` if that is
longer; any other refusal is final. A 409 is one: the state is otherwise than the sender thought, and it looks again. A
change carries one idempotency key over all its tries, so that a lost answer does not make it happen twice.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from simulators.errors import ApiError, ForbiddenError, RefusedError, StaleError, UnknownError, UnreachableError

TRY_AGAIN_AFTER_S = (0.2, 0.5, 1.0, 2.0, 4.0)
"""The least pauses between tries; after the last one the request is given up."""
LONGEST_PAUSE_S = 10.0
"""However long we are told to wait: whoever asks has something to do."""
ANSWER_WITHIN_S = 15.0
"""Longer than the service lets a request wait, so that its own "not now" is heard."""

Body = Mapping[str, Any]


class _NotNow(Exception):
    """The service answered that it cannot now."""

    def __init__(self, said: str, retry_after_s: float) -> None:
        super().__init__(said)
        self.retry_after_s = retry_after_s


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
        """Makes a change. Raises ApiError; StaleError when the state is otherwise by now, whoever made it so."""
        headers = {**self._headers, "Idempotency-Key": str(uuid.uuid4())}
        return await self._ask("POST", path, headers, json=dict(body))

    async def patch(self, path: str, body: Body) -> Any:
        """Changes a part of what is at `path`. Raises ApiError."""
        return await self._ask("PATCH", path, self._headers, json=dict(body))

    async def delete(self, path: str) -> None:
        """Removes what is at `path`."""
        await self._ask("DELETE", path, self._headers)

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], **more: Any) -> Any:
        for pause_s in (*self._try_again_after_s, None):
            try:
                return await self._try_once(method, path, headers, more)
            except (aiohttp.ClientError, TimeoutError, _NotNow) as error:
                if pause_s is None:
                    raise UnreachableError(f"{method} {path}: {str(error) or type(error).__name__}") from None
                await asyncio.sleep(max(pause_s, _asked_to_wait_s(error)))
        raise AssertionError("the last try returns or raises")

    async def _try_once(self, method: str, path: str, headers: Mapping[str, str], more: Mapping[str, Any]) -> Any:
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
        url = f"{self._base_url}/api/v1{path}"
        async with self._session.request(method, url, headers=headers, timeout=timeout, **more) as answer:
            if answer.ok:
                return await answer.json() if answer.content_type == "application/json" else None
            said = f"{answer.status} {_read_problem(await answer.text())}"
            if answer.status >= 500 or answer.status == 429:
                raise _NotNow(said, _seconds(answer.headers.get("Retry-After", "")))
            raise _refusal(answer.status, f"{method} {path}: {said}")


def _asked_to_wait_s(error: Exception) -> float:
    return min(error.retry_after_s, LONGEST_PAUSE_S) if isinstance(error, _NotNow) else 0.0


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() else 0.0


def _read_problem(text: str) -> str:
    """What a problem document says in words; anything else as it is."""
    try:
        problem = json.loads(text)
        words = [problem.get("detail") or problem["title"], *(str(error["msg"]) for error in problem.get("errors", ()))]
        return ": ".join(words)[:500]
    except (ValueError, KeyError, TypeError, AttributeError):
        return text[:500]


def _refusal(status: int, said: str) -> ApiError:
    match status:
        case 401 | 403:
            return ForbiddenError(said)
        case 404:
            return UnknownError(said)
        case 409:
            return StaleError(said)
        case _:
            return RefusedError(said)
