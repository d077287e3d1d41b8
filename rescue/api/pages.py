"""A page of a list: the items asked for, and the cursor of the page after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from rescue.views import PageView

Row = TypeVar("Row")
Item = TypeVar("Item")


def page(
    rows: Sequence[Row], limit: int, view: Callable[[Row], Item], cursor: Callable[[Row], str | int]
) -> PageView[Item]:
    """The first `limit` of `rows`; one row more than that says that there is a page after this one."""
    shown = rows[:limit]
    more = len(rows) > limit
    return PageView(items=[view(row) for row in shown], next=str(cursor(shown[-1])) if more else None)


def whole(items: Sequence[Item]) -> PageView[Item]:
    """A list that is always given whole, in the shape of the others."""
    return PageView(items=list(items), next=None)
