"""Which lifts there are for a map, and the place of each in the telemetry: made when asked for, packed once for all.

It is made anew when the registry has changed and somebody looks; meanwhile, and while the database is away, the one
before holds. What it is called is a digest of what it says, so that a console may keep it over a restart.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from devices.messages import LiftId
from rescue.live.marks import Marks, describe_bits
from rescue.live.messages import LiftDirectoryView
from rescue.store.connections import Pooled
from rescue.store.sql import load_queries

SQL = load_queries("live")
READ_AT_ONCE = 2_000
"""Rows read before the event loop may do something else."""
PACKED_WELL_ENOUGH = 5
NAME_LENGTH = 16

Row = Mapping[str, Any]
Item = TypeVar("Item", bound=Hashable)


class Places(Protocol):
    """Where the lifts are."""

    def each_page(self) -> AsyncIterator[Sequence[Row]]:
        """Every registered lift, ordered by id, page by page. Raises StoreUnavailable."""
        ...


class PostgresPlaces(Pooled):
    """The registry's cards, as far as a map shows them: nothing here is about a person."""

    async def each_page(self) -> AsyncIterator[Sequence[Row]]:
        """Every registered lift, page by page."""
        last = ""
        while rows := await self._fetch(SQL["places"], last, READ_AT_ONCE):
            yield [dict(row) for row in rows]
            last = rows[-1]["lift_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """The directory as it is sent: JSON in gzip. Without a version there is none yet."""

    version: str = ""
    body: bytes = b""


class Directory:
    """The directory as it is, and its renewal. Gives every lift it lists a place among the marks."""

    def __init__(self, places: Places, marks: Marks) -> None:
        self.newest = Packed()
        self._places = places
        self._marks = marks
        self._cards: dict[LiftId, Row] = {}
        self._is_outdated = True
        self._one_at_a_time = asyncio.Lock()

    def outdate(self) -> None:
        """The registry has changed."""
        self._is_outdated = True

    async def current(self) -> Packed:
        """The directory of the registry as it is. Raises StoreUnavailable."""
        async with self._one_at_a_time:
            if self._is_outdated:
                self._is_outdated = False
                try:
                    self.newest = await self._make()
                except BaseException:
                    self._is_outdated = True
                    raise
            return self.newest

    async def _make(self) -> Packed:
        registered: set[LiftId] = set()
        async for page in self._places.each_page():
            cards = {LiftId(row["lift_id"]): row for row in page}
            self._marks.know(cards)
            self._cards.update(cards)
            registered.update(cards)
        # In a thread, for with a city's lifts it takes a second; a list of its own, for the next page may come.
        return await asyncio.to_thread(_pack, list(self._cards.values()), registered)


def _pack(cards: Sequence[Row], registered: Collection[LiftId]) -> Packed:
    text = _describe(cards, registered).model_dump_json(exclude={"version"}).encode()
    version = hashlib.sha256(text).hexdigest()[:NAME_LENGTH]
    named = b'{"version":"%s",%s' % (version.encode(), text[1:])
    return Packed(version=version, body=gzip.compress(named, PACKED_WELL_ENOUGH, mtime=0))


def _describe(cards: Sequence[Row], registered: Collection[LiftId]) -> LiftDirectoryView:
    areas, area = _in_pairs([card["area"] for card in cards])
    buildings, building = _in_pairs([card["building"] for card in cards])
    addresses, address = _in_pairs([card["address"] for card in cards])
    companies, company = _in_pairs([card["company_id"] or "" for card in cards])
    # What the database said needs no checking, and a hundred thousand cards would take long to check.
    return LiftDirectoryView.model_construct(
        version="",
        bits=describe_bits(),
        lift_id=[card["lift_id"] for card in cards],
        rescue_code=[card["rescue_code"] for card in cards],
        lon=[_to_a_decimetre(card["lon"]) for card in cards],
        lat=[_to_a_decimetre(card["lat"]) for card in cards],
        areas=areas,
        area=area,
        buildings=buildings,
        building=building,
        addresses=addresses,
        address=address,
        companies=companies,
        company=company,
        gone=[place for place, card in enumerate(cards) if card["lift_id"] not in registered],
    )


def _to_a_decimetre(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, 6)


def _in_pairs(column: Sequence[Item]) -> tuple[list[Item], list[int]]:
    """The values that there are, and for each of the column its place among them."""
    places: dict[Item, int] = {}
    numbers = [places.setdefault(value, len(places)) for value in column]
    return list(places), numbers
