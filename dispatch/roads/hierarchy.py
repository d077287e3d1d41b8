"""The shortest ways on a network, by a customizable contraction hierarchy (RoutingKit).

The order of the junctions is made once, on import; the hierarchy once for a network; its times anew for each hour and
each closure. The library's own objects stay in this module. It panics instead of raising, so nothing reaches it that
was not checked, and what is given new times is not asked meanwhile.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import TypeAlias

import numpy as np
import routingkit_cch

from dispatch.roads.geometry import Floats
from dispatch.roads.network import Network

NEVER_MS = 2**31 - 1
"""What the library takes for endless."""
LONGEST_ARC_MS = 10**9
ROWS = 1_000
"""Lifts whose ways are remembered."""
ROW_JUNCTIONS = 20_000
"""Junctions remembered a lift; then its row begins anew."""

Doors: TypeAlias = tuple[tuple[int, int], ...]
"""Junctions from which a place is entered, and the milliseconds from each to the place."""
Row: TypeAlias = dict[int, float]
"""Milliseconds from junctions to one place."""


class Hierarchy:
    """A network ready to be given times."""

    def __init__(self, network: Network) -> None:
        self._arcs = 2 * network.pieces
        tails, heads = network.tails.tolist(), network.heads.tolist()
        self._cch = routingkit_cch.CCH(network.order.tolist(), tails, heads, filter_always_inf_arcs=False)

    def times(self, arc_ms: Floats) -> Times:
        """The shortest ways at these times; endless ones are closed."""
        return Times(routingkit_cch.CCHMetric(self._cch, _whole_ms(arc_ms)))


class Times:
    """The shortest ways at the times of one hour, with the rows asked for so far."""

    def __init__(self, metric: routingkit_cch.CCHMetric) -> None:
        self._metric = metric
        self._rows: OrderedDict[Doors, Row] = OrderedDict()
        self._in_use = Lock()

    def change(self, arc_ms: Floats) -> None:
        """Take other times; lets other threads run meanwhile, but not ask."""
        with self._in_use:
            self._rows.clear()
            self._metric.reset(_whole_ms(arc_ms))

    def to(self, doors: Doors, junctions: Sequence[int]) -> list[float]:
        """Milliseconds from each junction through the best door; infinite where no way leads there."""
        if not doors:
            return [np.inf] * len(junctions)
        with self._in_use:
            row = self._row(doors)
            wanted = [junction for junction in dict.fromkeys(junctions) if junction not in row]
            if wanted:
                row.update(zip(wanted, self._ask(doors, wanted), strict=True))
            return [row[junction] for junction in junctions]

    def _row(self, doors: Doors) -> Row:
        row = self._rows.setdefault(doors, {})
        self._rows.move_to_end(doors)
        if len(self._rows) > ROWS:
            self._rows.popitem(last=False)
        if len(row) > ROW_JUNCTIONS:
            row.clear()
        return row

    def _ask(self, doors: Doors, junctions: list[int]) -> list[float]:
        found = routingkit_cch.CCHManyToOne(self._metric, junctions).distances_to_multi(list(doors))
        return [np.inf if ms is None or ms >= NEVER_MS else float(ms) for ms in found]


def _whole_ms(arc_ms: Floats) -> list[int]:
    bounded = np.where(np.isfinite(arc_ms), np.clip(np.rint(arc_ms), 1, LONGEST_ARC_MS), NEVER_MS)
    whole: list[int] = bounded.astype(np.uint32).tolist()
    return whole
