"""How every crew stands at one instant, whoever calls: found once for a problem and shared by all its callouts.

Decides what keeps a crew from going anywhere at all, how long until it is free, how sure its place is, and how thinly
its neighbourhood would be covered without it. What depends on the callout is decided by `eligibility` and `cost`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from dispatch.crews import CrewId, Position
from dispatch.problem import Ground, Problem
from dispatch.roster import Floats, Mask, Roster, Rosters, Whole
from dispatch.travel import EARTH_RADIUS_M, SPEED_KMH_BY_HOUR, in_radians
from dispatch.triage import Stake, may_redirect

GROUNDS: Final = tuple(Ground)
"""In the order in which they speak: of several obstacles the plainest, which is the first, is the reason."""
RANK: Final = {ground: rank for rank, ground in enumerate(GROUNDS)}
NO_OBSTACLE: Final = len(GROUNDS)

_ROSTERS = Rosters()

# The speed of an ordinary hour and a city's detour: what a thinner neighbourhood costs is a rough figure anyway.
_PACE_S_PER_M = 1.3 * 3.6 / sorted(SPEED_KMH_BY_HOUR)[12]


@dataclass(frozen=True)
class Standing:
    """Every crew of the problem, by row of the roster, as far as no callout is needed to say it."""

    problem: Problem
    roster: Roster
    _obstacles: dict[Stake, Whole] = field(default_factory=dict)

    def obstacles(self, stake: Stake) -> Whole:
        """The rank of the plainest ground on which each crew may go nowhere, or NO_OBSTACLE, where this is at stake."""
        if stake not in self._obstacles:
            self._obstacles[stake] = self._find_obstacles(self.are_busy & ~self.are_soon_free & ~self.yield_to(stake))
        return self._obstacles[stake]

    def _find_obstacles(self, held: Mask) -> Whole:
        found = np.full(len(self.roster.crews), NO_OBSTACLE, dtype=np.int64)
        note(found, ~self.roster.on_duty, Ground.OFF_DUTY)
        note(found, held, Ground.BUSY)
        note(found, self.roster.members < self.problem.rules.least_members, Ground.TOO_FEW)
        note(found, np.isnan(self.places[:, 0]), Ground.POSITION_UNKNOWN)
        return found

    def yield_to(self, stake: Stake) -> Mask:
        """Which are on their way to something that this may take them from."""
        bound = self.problem.bound_for.items()
        return self._rows_mask(
            [crew_id for crew_id, theirs in bound if may_redirect(bound_for=theirs, wanted_by=stake)]
        )

    @cached_property
    def are_soon_free(self) -> Mask:
        """Which are about to finish where they are."""
        return self.are_busy & (self.wait_s <= self.problem.rules.soon_free_within_s)

    @cached_property
    def are_busy(self) -> Mask:
        """Which are on a case."""
        return self._rows_mask([*self.problem.busy])

    @cached_property
    def wait_s(self) -> Floats:
        """How long until each can set out: nothing for the free, for ever for the busy of whom no more is known."""
        waits = np.where(self.are_busy, math.inf, 0.0)
        for crew_id, soon in self.problem.soon_free.items():
            row = self.roster.row.get(crew_id)
            if row is not None and self.are_busy[row]:
                waits[row] = max(0.0, (soon.free_at - self.problem.now).total_seconds())
        return waits

    @cached_property
    def positions(self) -> list[Position | None]:
        """Where each will set out from."""
        if not self.problem.soon_free:
            return self.roster.positions
        positions = list(self.roster.positions)
        for crew_id, soon in self.problem.soon_free.items():
            if soon.position is not None and crew_id in self.roster.row and crew_id in self.problem.busy:
                positions[self.roster.row[crew_id]] = soon.position
        return positions

    @cached_property
    def places(self) -> Floats:
        """The same in radians."""
        return in_radians(self.positions) if self.problem.soon_free else self.roster.places

    @cached_property
    def are_stale(self) -> Mask:
        """Of which the last word about their place is too old to go by; a place from a list does not age."""
        age_s = self.problem.now.timestamp() - self.roster.positioned_s
        return np.asarray(np.nan_to_num(age_s) > self.problem.rules.position_stale_s)

    @cached_property
    def are_resting(self) -> Mask:
        """Which have a rest before them that has not passed."""
        resting = self.problem.resting.items()
        return self._rows_mask([crew_id for crew_id, until in resting if until > self.problem.now])

    @cached_property
    def are_last_resorts(self) -> Mask:
        """Which go only where nobody else can: nobody knows where they are, or they are at rest."""
        return self.are_stale | self.are_resting

    @cached_property
    def are_pinned(self) -> Mask:
        """Which are kept for an incident of an operator's choice."""
        return self._rows_mask([*self.problem.pins.values()])

    @cached_property
    def cover_s(self) -> Floats:
        """How much longer the neighbourhood's next callout is expected to wait without each crew.

        The mean way to the nearest of n crews spread over an area is half the root of its share each (Kolesar and
        Blum's square root law, 1973). The neighbourhood is the crew's cell and the eight around it; where no other
        crew is left in it, help comes from a neighbourhood further on, as if a quarter of a crew were.
        """
        free = (self.obstacles(Stake.CONFIRMED) == NO_OBSTACLE) & ~self.are_busy & ~self.are_resting
        side_m = self.problem.rules.cover_cell_m
        here = _neighbours(self.places, free, side_m)
        reach_m = 0.5 * 3 * side_m
        others = np.where(here > 1, here - 1, 0.25)
        thinner_m = reach_m * (1 / np.sqrt(others) - 1 / np.sqrt(np.maximum(here, 1)))
        return np.asarray(np.where(free, self.problem.rules.next_callout_chance * thinner_m * _PACE_S_PER_M, 0.0))

    @cached_property
    def followers(self) -> frozenset[str]:
        """Of several callouts of one building all but the most urgent, and that too where somebody goes already."""
        seen = set(self.problem.attended)
        found = []
        urgent_first = sorted(
            self.problem.callouts, key=lambda one: (-one.priority, one.waiting_since, one.incident_id)
        )
        for callout in urgent_first:
            if callout.building is not None and callout.building in seen:
                found.append(callout.incident_id)
            elif callout.building is not None:
                seen.add(callout.building)
        return frozenset(found)

    def _rows_mask(self, crew_ids: list[CrewId]) -> Mask:
        mask = np.zeros(len(self.roster.crews), dtype=np.bool_)
        mask[[self.roster.row[one] for one in crew_ids if one in self.roster.row]] = True
        return mask


def stand(problem: Problem) -> Standing:
    """How every crew of the problem stands."""
    return Standing(problem, _ROSTERS.of(problem.crews))


def note(found: Whole, mask: Mask, ground: Ground) -> None:
    """Put this ground against the rows of the mask, unless a plainer one is there."""
    np.minimum(found, RANK[ground], out=found, where=mask)


def _neighbours(places: Floats, free: Mask, side_m: float) -> Whole:
    """How many free crews stand in each crew's cell and the eight around it, the crew itself included if free."""
    counts = np.zeros(len(places), dtype=np.int64)
    if not free.any():
        return counts
    known = places[free]
    metres = EARTH_RADIUS_M * known * (math.cos(float(known[:, 1].mean())), 1.0)
    cells = np.floor(metres / side_m).astype(np.int64)
    cells -= cells.min(axis=0) - 1
    # Far-flung crews must not make a grid of a continent: cells beyond the limit share the last one.
    cells = np.minimum(cells, 1_000)
    grid = np.zeros(cells.max(axis=0) + 2, dtype=np.int64)
    np.add.at(grid, (cells[:, 0], cells[:, 1]), 1)
    steps = [(east, north) for east in (-1, 0, 1) for north in (-1, 0, 1)]
    counts[free] = sum(grid[cells[:, 0] + east, cells[:, 1] + north] for east, north in steps)
    return counts
