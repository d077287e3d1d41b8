"""A list that is written down only when somebody looks at it.

A plan for a city in the dark names, for each of hundreds of callouts, why each of hundreds of crews does not go; nearly
all of it is never read. Knows nothing of what it lists. Whoever hands in the writer sees to it that it says the same
whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

Item = TypeVar("Item", covariant=True)


class Listing(Sequence[Item]):
    """A sequence written at the first look; equal to any sequence of the same items."""

    __slots__ = ("_items", "_write")

    def __init__(self, write: Callable[[], Sequence[Item]]) -> None:
        self._write = write
        self._items: Sequence[Item] | None = None

    @property
    def items(self) -> Sequence[Item]:
        """What is listed."""
        if self._items is None:
            self._items = self._write()
        return self._items

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))
