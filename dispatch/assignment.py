"""The cheapest way to give each row at most one column and each column at most one row, by OR-Tools.

A min-cost flow: one unit runs from each row to a column, or to nobody, and on to a common sink. Most rows end with one
of their cheapest columns, so the flow is given only those, and a proof by prices says whether a dearer one could have
done better; if so it is added. Knows only numbers: who may go, and what that costs, was decided before. Why a flow and
not another model: docs/adr/0005; why few arcs and a proof: docs/adr/0025.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from dispatch.roster import Mask, Whole

FORBIDDEN: Final = -1
NOBODY: Final = -1
FEW: Final = 64
"""With so many columns for each row the proof holds at once, or nearly."""
NO_ARC: Final = 2**62
RANGE: Final = 2**60
"""The solver counts in 64 bits and multiplies every cost by the number of its nodes."""


def assign(costs: Whole, unserved: Whole) -> Whole | None:
    """Return a column or NOBODY for each row: as many rows served as can be, then the lowest total.

    `costs` holds a row for each row and a column for each column, integers of 0 or more, or FORBIDDEN; `unserved` is
    what a row costs that is left out. Returns None if the costs exceed the solver's range.
    """
    highest = max(int(costs.max(initial=0)), int(unserved.max(initial=0)))
    if (1 + highest) * len(costs) * (2 + sum(costs.shape)) > RANGE:
        return None
    offered, penalties = _cheapest(costs, FEW), _penalties(costs, unserved)
    if not offered.any():
        return np.full(len(costs), NOBODY, dtype=np.int64)
    while True:
        served = _solve(costs, offered, penalties)
        if served is None:
            return None
        better = _better_elsewhere(costs, offered, penalties, served)
        if not better.any():
            return served
        offered |= better


def _penalties(costs: Whole, unserved: Whole) -> Whole:
    """Return the cost of each arc to nobody, so high that no saving elsewhere pays for serving one row fewer."""
    return np.asarray(1 + np.maximum(unserved, costs.max(axis=1, initial=0)).sum() + unserved)


def _cheapest(costs: Whole, most: int) -> Mask:
    """Return which columns are among each row's cheapest."""
    allowed = costs != FORBIDDEN
    if most >= costs.shape[1]:
        return np.asarray(allowed)
    ordered = np.where(allowed, costs, np.iinfo(np.int64).max)
    nearest = np.argpartition(ordered, most - 1, axis=1)[:, :most]
    offered = np.zeros_like(allowed)
    np.put_along_axis(offered, nearest, values=True, axis=1)
    return np.asarray(offered & allowed)


def _solve(costs: Whole, offered: Mask, penalties: Whole) -> Whole | None:
    rows, columns = costs.shape
    sink = rows + columns
    tails, heads = np.nonzero(offered)
    every_row, every_column = np.arange(rows), np.arange(columns)
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([tails, every_column + rows, every_row]).astype(np.int32),
        np.concatenate([heads + rows, np.full(sink, sink)]).astype(np.int32),
        np.ones(len(tails) + sink, dtype=np.int64),
        np.concatenate([costs[tails, heads], np.zeros(columns, dtype=np.int64), penalties]),
    )
    supplies = np.append(np.ones(rows, dtype=np.int64), -rows)
    flow.set_nodes_supplies(np.append(every_row, sink).astype(np.int32), supplies)
    if flow.solve() != flow.OPTIMAL:
        return None
    used = np.flatnonzero(flow.flows(np.arange(len(tails), dtype=np.int32)))
    served = np.full(rows, NOBODY, dtype=np.int64)
    served[tails[used]] = heads[used]
    return served


def _better_elsewhere(costs: Whole, offered: Mask, penalties: Whole, served: Whole) -> Mask:
    """Return the columns not offered that some row would rather have at the prices of this solution.

    A column's price is what the row that holds it would lose by having to give it up, all the moves that follows
    counted; a free column costs nothing. At such prices an optimum is one where no row wants to change.
    """
    paid = np.where(served == NOBODY, penalties, costs[np.arange(len(served)), served])
    prices = _prices(costs, offered, penalties, served, paid)
    own = np.where(served == NOBODY, 0, prices[served])
    wanted = costs + prices < (paid + own)[:, None]
    return np.asarray(wanted & (costs != FORBIDDEN) & ~offered)


def _prices(costs: Whole, offered: Mask, penalties: Whole, served: Whole, paid: Whole) -> Whole:
    """Return the price of each column, by relaxing until nothing falls any more; each round sees one move further."""
    holds = np.flatnonzero(served != NOBODY)
    theirs = served[holds]
    elsewhere = np.where(offered[holds], costs[holds], NO_ARC)
    elsewhere[np.arange(len(holds)), theirs] = NO_ARC
    prices = np.zeros(costs.shape[1], dtype=np.int64)
    prices[theirs] = penalties[holds] - paid[holds]
    while True:
        moved = (elsewhere + prices).min(axis=1, initial=NO_ARC) - paid[holds]
        lower = np.minimum(prices[theirs], moved)
        if np.array_equal(lower, prices[theirs]):
            return prices
        prices[theirs] = lower
