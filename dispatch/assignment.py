"""The cheapest way to give each callout at most one crew and each crew at most one callout, by OR-Tools.

A min-cost flow: one unit runs from each callout to a crew, or to nobody, and on to a common sink. Knows only numbers:
who may go, and what that costs, was decided before. Why a flow and not another model: docs/adr/0005.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

Column = TypeVar("Column", bound=Hashable)
Row = Sequence[tuple[int, Column]]
Arc = tuple[int, int, int]


def assign(rows: Sequence[Row[Column]], unserved: Sequence[int]) -> list[Column | None] | None:
    """Return one column or None for each row: as many rows served as can be, then the lowest total.

    Each row lists (cost, column), cheapest first; `unserved` is what a row costs that is left out. Costs are integers
    of 0 or more. Returns None if the solver finds no optimum, as when the costs exceed its range.
    """
    # Of n rows, the others take at most n - 1 columns: one of a row's n cheapest is always left for it.
    short = [row[: len(rows)] for row in rows]
    columns = list(dict.fromkeys(column for row in short for _, column in row))
    arcs = _arcs(short, columns, _penalties(short, unserved))
    flow = _flow(arcs, callouts=len(rows), sink=len(rows) + len(columns))
    if flow.solve() != flow.OPTIMAL:
        return None
    return _served(flow, arcs, columns, callouts=len(rows))


def _penalties(rows: Sequence[Row[Column]], unserved: Sequence[int]) -> list[int]:
    """Return the cost of each arc to nobody, so high that no saving elsewhere pays for serving one row fewer."""
    dearest = sum(max([left_out, *(cost for cost, _ in row)]) for left_out, row in zip(unserved, rows, strict=True))
    return [1 + dearest + left_out for left_out in unserved]


def _arcs(rows: Sequence[Row[Column]], columns: Sequence[Column], penalties: Sequence[int]) -> list[Arc]:
    """Return (tail, head, cost): rows to columns, columns to the sink, rows to the sink. Rows are nodes 0, 1, 2 …"""
    node = {column: len(rows) + index for index, column in enumerate(columns)}
    sink = len(rows) + len(columns)
    to_columns = [(index, node[column], cost) for index, row in enumerate(rows) for cost, column in row]
    to_nobody = [(index, sink, penalty) for index, penalty in enumerate(penalties)]
    return [*to_columns, *((node[column], sink, 0) for column in columns), *to_nobody]


def _flow(arcs: Sequence[Arc], *, callouts: int, sink: int) -> SimpleMinCostFlow:
    table = np.array(arcs, dtype=np.int64)
    tails, heads = (table[:, side].astype(np.int32) for side in (0, 1))
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones_like(table[:, 2]), table[:, 2])
    flow.set_nodes_supplies(
        np.append(np.arange(callouts, dtype=np.int32), np.int32(sink)),
        np.append(np.ones(callouts, dtype=np.int64), -callouts),
    )
    return flow


def _served(
    flow: SimpleMinCostFlow, arcs: Sequence[Arc], columns: Sequence[Column], *, callouts: int
) -> list[Column | None]:
    served: list[Column | None] = [None] * callouts
    used = np.flatnonzero(flow.flows(np.arange(len(arcs), dtype=np.int32)))
    for tail, head, _ in (arcs[arc] for arc in used.tolist()):
        if tail < callouts and head < callouts + len(columns):
            served[tail] = columns[head - callouts]
    return served
