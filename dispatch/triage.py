"""What is at stake at a lift, and for whom a crew on its way may be turned round.

Decides by a table and nothing else. A crew is redirected only from a lower rank of the table to a higher one, so that
no chain of redirects, however long, comes back to where it began: two cases can never take a crew from each other in
turn. Must not know distances: whether a redirect pays is the objective's business.
"""

from __future__ import annotations

from enum import IntEnum


class Stake(IntEnum):
    """What waits at the lift, the gravest last."""

    NOBODY = 0
    """A fault; nobody is inside."""
    POSSIBLE = 1
    """People may be inside."""
    LIKELY = 2
    CONFIRMED = 3
    """People are inside."""
    IN_NEED = 4
    """People are inside who cannot wait: injured, ill, children, the old."""


# Who is on the way to the left column's stake may be sent to these instead. Not from possible to likely, nor from
# likely to confirmed: evidence that is a minute younger must not turn crews round that people are waiting for.
REDIRECTS: dict[Stake, frozenset[Stake]] = {
    Stake.NOBODY: frozenset({Stake.POSSIBLE, Stake.LIKELY, Stake.CONFIRMED, Stake.IN_NEED}),
    Stake.POSSIBLE: frozenset({Stake.CONFIRMED, Stake.IN_NEED}),
    Stake.LIKELY: frozenset({Stake.IN_NEED}),
    Stake.CONFIRMED: frozenset(),
    Stake.IN_NEED: frozenset(),
}


def may_redirect(*, bound_for: Stake, wanted_by: Stake) -> bool:
    """Say whether a crew on its way to the one may be sent to the other."""
    return wanted_by in REDIRECTS[bound_for]
