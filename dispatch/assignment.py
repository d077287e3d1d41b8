"""The cheapest way to give each row at most one column and each column at most one row.

Put as savings: a pair is worth what it saves against leaving its row out, a pair that is not allowed saves nothing, and
the assignment that saves most is the answer. Knows only numbers: who may go, and what that costs, was decided before.
scipy's linear assignment counts in floating point, which is exact for whole numbers up to a limit; beyond it OR-Tools'
min-cost flow counts in 64 bits, more slowly. Both find the optimum. Why these two: docs/adr/0027.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from dispatch.roster import Whole

FORBIDDEN: Final = -1
NOBODY: Final = -1
EXACT: Final = 2**53
"""Whole numbers below it are exact in floating point, and so are the sums that the assignment makes of them."""
RANGE: Final = 2**60
"""The flow counts in 64 bits and multiplies every cost by the number of its nodes."""


def assign(costs: Whole, unserved: Whole) -> Whole | None:
    """Return a column or NOBODY for each row: as many rows served as can be, then the lowest total.

    `costs` holds a row for each row and a column for each column, integers of 0 or more, or FORBIDDEN; `unserved` is
    what a row costs that is left out. Returns None if the costs exceed the solvers' range.
    """
    highest = max(int(costs.max(initial=0)), int(unserved.max(initial=0)))
    longest_sum = (1 + highest) * (1 + len(costs)) * (1 + len(costs))
    if longest_sum < EXACT:
        return _by_savings(costs, _savings(costs, unserved))
    if (1 + highest) * len(costs) * (2 + sum(costs.shape)) <= RANGE:
        return _by_flow(costs, _savings(costs, unserved))
    return None


def _savings(costs: Whole, unserved: Whole) -> Whole:
    """Return what each pair saves, so much that no saving elsewhere pays for serving one row fewer."""
    left_out = 1 + np.maximum(unserved, costs.max(axis=1, initial=0)).sum() + unserved
    return np.where(costs == FORBIDDEN, 0, left_out[:, None] - costs)


def _by_savings(costs: Whole, savings: Whole) -> Whole:
    from scipy.optimize import linear_sum_assignment  # half a second, that only those who assign need wait

    rows, columns = linear_sum_assignment(savings.astype(np.float64), maximize=True)
    goes = costs[rows, columns] != FORBIDDEN
    return _served(len(costs), rows[goes], columns[goes])


def _by_flow(costs: Whole, savings: Whole) -> Whole | None:
    """One unit runs from each row to a column, or to nobody, and on to a common sink."""
    rows, columns = costs.shape
    sink = rows + columns
    tails, heads = np.nonzero(costs != FORBIDDEN)
    every_row, every_column = np.arange(rows), np.arange(columns)
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([tails, every_column + rows, every_row]).astype(np.int32),
        np.concatenate([heads + rows, np.full(sink, sink)]).astype(np.int32),
        np.ones(len(tails) + sink, dtype=np.int64),
        np.concatenate([-savings[tails, heads], np.zeros(sink, dtype=np.int64)]),
    )
    supplies = np.append(np.ones(rows, dtype=np.int64), -rows)
    flow.set_nodes_supplies(np.append(every_row, sink).astype(np.int32), supplies)
    if flow.solve() != flow.OPTIMAL:
        return None
    used = np.flatnonzero(flow.flows(np.arange(len(tails), dtype=np.int32)))
    return _served(rows, tails[used], heads[used])


def _served(rows: int, goes: Whole, to: Whole) -> Whole:
    served = np.full(rows, NOBODY, dtype=np.int64)
    served[goes] = to
    return served
