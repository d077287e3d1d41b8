"""The two ways in for people: the centre's telephone, and the page behind the QR code of a lift's plate.

At the telephone somebody of the staff enters what a caller says, with the staff's token, and reads back which lift was
found; on the page people do so themselves, without any. Who calls, and why, is not known here.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import aiohttp

from simulators.api import Api
from simulators.errors import ApiError, UnknownError

ANSWER_WITHIN_S = 15.0

_FORM = re.compile(r'<form method="post".*?</form>', re.DOTALL)
_KEY = re.compile(r'name="key" value="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What somebody says of the people inside."""

    plate: str
    """The rescue code they read, of whichever lift."""
    people: int
    address: str = ""
    """Where they are; whoever reads another address on the page goes no further."""
    name: str = ""
    phone: str = ""
    injured: int = 0
    needs: tuple[str, ...] = ()
    """In the service's words: `elderly`, `medical` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The lift that the centre has found by a code, and the case that is now about it."""

    lift_id: str
    building: tuple[str, str]
    """Its address and building, as they are read back to a caller."""
    case_id: str = ""
    number: int = 0


class Turned(Exception):
    """Nobody could take the call; the message says why."""


@dataclass(slots=True, kw_only=True)
class Hotline:
    """The centre's telephone."""

    api: Api
    note: Callable[[str], None] = lambda _what: None
    counts: Counter[str] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)
    """From the end of what a caller said to the case, each."""
    cases: set[str] = field(default_factory=set)
    """Those that calls were about."""

    async def take(self, call: Call) -> Found | None:
        """The case, None where no lift bears the code. Raises Turned."""
        self.counts["calls"] += 1
        asked_at = time.perf_counter()
        try:
            case = await self.api.post("/incidents", _write(call))
        except UnknownError:
            self.counts["not_found"] += 1
            self.note(f"finds no lift {call.plate}")
            return None
        except ApiError as error:
            self.counts["failed"] += 1
            self.note(f"cannot enter the call about {call.plate}: {error}")
            raise Turned(str(error)) from None
        self.waits_s.append(time.perf_counter() - asked_at)
        self.cases.add(str(case.get("id", "")))
        self.note(f"takes a call about {call.plate}: case {case['number']}")
        return _read(case)


@dataclass(slots=True, kw_only=True)
class PublicPage:
    """The page at /r."""

    session: aiohttp.ClientSession
    base_url: str
    note: Callable[[str], None] = lambda _what: None
    counts: Counter[str] = field(default_factory=Counter)

    async def call(self, call: Call) -> bool:
        """Whether help is called; False where no lift bears the code, or one elsewhere. Raises Turned."""
        self.counts["pages"] += 1
        try:
            return await self._call(call)
        except (aiohttp.ClientError, TimeoutError) as error:
            self.counts["failed"] += 1
            raise Turned(str(error) or type(error).__name__) from None

    async def _call(self, call: Call) -> bool:
        path = f"/r/{call.plate}"
        status, page = await self._ask("GET", path)
        if status == 404:
            self.counts["not_found"] += 1
            return False
        if escape(call.address) not in page:
            self.counts["other_lift"] += 1
            return False
        key = _find_key(page) or await self._ask_for_more(path)
        status, _ = await self._ask("POST", path, data=_fill_in(call, key))
        if status >= 400:
            raise self._turn_away(f"the page does not take it ({status})")
        self.note(f"the page of {call.plate} takes a call for help")
        return True

    async def _ask_for_more(self, path: str) -> str:
        """Help is called already: the page tells of it, and has its form behind a link."""
        status, page = await self._ask("GET", path, query={"more": "1"})
        key = _find_key(page)
        if not key:
            raise self._turn_away(f"the page has no form ({status})")
        return key

    def _turn_away(self, reason: str) -> Turned:
        self.counts["turned_away"] += 1
        return Turned(reason)

    async def _ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, data: Any = None
    ) -> tuple[int, str]:
        """The status and the text of the page on which it ends."""
        async with self.session.request(
            method, f"{self.base_url.rstrip('/')}{path}", params=query, data=data,
            timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_S),
        ) as answer:  # fmt: skip
            return answer.status, await answer.text(errors="replace")


def _find_key(page: str) -> str:
    """The form's own; empty where the page has no form."""
    form = _FORM.search(page)
    key = _KEY.search(form[0]) if form else None
    return key[1] if key else ""


def _write(call: Call) -> Mapping[str, Any]:
    return {
        "rescue_code": call.plate,
        "source": "phone",
        "caller": {"name": call.name, "phone": call.phone},
        "people": call.people,
        "injured": call.injured,
        "vulnerable": list(call.needs),
    }


def _fill_in(call: Call, key: str) -> list[tuple[str, str]]:
    said = [("key", key), ("people", str(call.people)), ("phone", call.phone)]
    return [*said, *(("needs", need) for need in call.needs), *([("injured", "1")] if call.injured else [])]


def _read(case: Mapping[str, Any]) -> Found:
    lift = case.get("lift") or {}
    return Found(
        lift_id=lift.get("lift_id", ""),
        building=(lift.get("address", ""), lift.get("building", "")),
        case_id=str(case.get("id", "")),
        number=int(case["number"]),
    )
