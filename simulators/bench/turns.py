"""What something costs, from windows of time with and without it taken by turns.

Each window with it is held against the mean of the two beside it, so that what changes slowly, the machine's mood and
the load, cancels out; the median of these tells what it costs, and their spread how sure that is. A turn in which not
the same work was done counts for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

RATES_ALIKE = 0.03
"""Of the rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a process did for a while."""

    cpu: float
    """Of one core."""
    changes_per_s: float
    """Taken in."""


class Turn(NamedTuple):
    """A window with what is to be measured, and those beside it."""

    before: Look
    beside: Look
    after: Look

    @property
    def cost(self) -> float:
        """Of one core."""
        return self.beside.cpu - (self.before.cpu + self.after.cpu) / 2

    @property
    def is_fair(self) -> bool:
        """The same work was done in all three."""
        rates = [look.changes_per_s for look in self]
        return max(rates) - min(rates) <= RATES_ALIKE * max(rates)


def cost_of(turns: Sequence[Turn]) -> dict[str, float | None]:
    """The keys of a row; no cost where no turn was fair."""
    costs = [turn.cost for turn in turns if turn.is_fair]
    return {
        "live_cpu": round(median(costs), 3) if costs else None,
        "live_cpu_least": round(min(costs), 3) if costs else None,
        "live_cpu_most": round(max(costs), 3) if costs else None,
        "turns": len(costs),
        "turns_unfair": len(turns) - len(costs),
    }
