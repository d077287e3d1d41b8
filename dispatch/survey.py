"""One callout looked at by itself: which crews may go, how soon, at what cost, and why the others may not.

Leaves it open who is chosen. Everything is kept as columns; an option, a candidate or a refusal is made of them when
somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from dispatch.columns import Refusals, Together, gathered
from dispatch.cost import Arrivals, costs_ms
from dispatch.crews import Crew, CrewId, Position
from dispatch.eligibility import OF_THIS_CREW, obstacles, sentence
from dispatch.problem import Callout, Ground, Refusal
from dispatch.roster import Floats, Whole
from dispatch.standing import GROUNDS, NO_OBSTACLE, RANK, Standing
from dispatch.travel import TravelTimes

# A longer way is no way: the position is wrong or the estimate is.
LONGEST_TRAVEL_S = 24 * 3600.0


@runtime_checkable
class Guide(Protocol):
    """Travel times that say of a way what is to be said: on an island, off any road."""

    def ways(
        self, origins: Sequence[Position], destination: Position, at: datetime
    ) -> Sequence[tuple[float, str | None]]:
        """Return for each origin its seconds, infinite where there is no way, and a remark or None."""
        ...


def ways_of(
    travel: TravelTimes, origins: Sequence[Position], end: Position, at: datetime
) -> Sequence[tuple[float, str | None]]:
    """Return for each origin its seconds, and a remark where these travel times have one."""
    if isinstance(travel, Guide):
        return travel.ways(origins, end, at)
    return [(seconds, None) for seconds in travel.seconds(origins, end, at)]


class Option(NamedTuple):
    """A crew that may go; `place` is its place among its callout's options, the cheapest first."""

    place: int
    crew_id: CrewId
    eta_s: float
    crew: Crew


@dataclass(frozen=True)
class Survey:
    """All crews of the problem for one callout. `arrivals` and `costs_ms` run from the cheapest option to the dearest,
    the last resorts after all others.

    `found` is, for each row of the roster, the rank of the ground against it; `remarks` what the travel times say of
    the ways of some rows. Of options that cost the same the lower crew id comes first.
    """

    arrivals: Arrivals
    costs_ms: Whole
    found: Whole
    remarks: Mapping[int, str] = field(default_factory=dict)

    @property
    def callout(self) -> Callout:
        """Which callout this is."""
        return self.arrivals.callout

    @property
    def standing(self) -> Standing:
        """How the crews stand, whoever calls."""
        return self.arrivals.standing

    def __len__(self) -> int:
        return len(self.costs_ms)

    def option(self, place: int) -> Option:
        """The option at this place."""
        (option,) = self.options([place])
        return option

    def options(self, places: Sequence[int]) -> Iterator[Option]:
        """The options at these places."""
        at = np.asarray(places, dtype=np.int64)
        rows, etas_s = self.arrivals.rows[at].tolist(), self.arrivals.eta_s[at].tolist()
        crews = [self.standing.roster.crews[row] for row in rows]
        return (
            Option(place, crew.crew_id, eta_s, crew) for place, crew, eta_s in zip(places, crews, etas_s, strict=True)
        )

    @cached_property
    def refused(self) -> Refusals:
        """Who may not go and why, those that tell most first, written down when somebody looks."""
        return Refusals(self._write_refusals, self._gather_refusals)

    def _write_refusals(self) -> tuple[Refusal, ...]:
        return tuple(self._refusal(row) for row in self._most_telling_first())

    def _gather_refusals(self) -> tuple[Together, ...]:
        """The sentence that is the same for all is found once for all."""
        grounds = [RANK[ground] for ground in GROUNDS if ground not in OF_THIS_CREW]
        alike = np.isin(self.found, grounds)
        alike[[row for row in self.remarks if self.found[row] == RANK[Ground.NO_WAY]]] = False
        single = np.flatnonzero((self.found != NO_OBSTACLE) & ~alike).tolist()
        same = (np.flatnonzero(alike & (self.found == rank)).tolist() for rank in grounds)
        return (*self._one_by_one(single), *(self._all_alike(rows) for rows in same if rows))

    def _one_by_one(self, rows: Sequence[int]) -> Iterator[Together]:
        ids, grounds = self.standing.roster.ids, self.found[rows].tolist()
        return gathered((ids[row], *self._said(row, rank)) for row, rank in zip(rows, grounds, strict=True))

    def _all_alike(self, rows: Sequence[int]) -> Together:
        ids = self.standing.roster.ids
        ground, reason = self._said(rows[0], int(self.found[rows[0]]))
        return Together(ground=ground, reason=reason, crew_ids=tuple(ids[row] for row in rows))

    def _refusal(self, row: int) -> Refusal:
        ground, reason = self._said(row, int(self.found[row]))
        return Refusal(crew_id=self.standing.roster.ids[row], ground=ground, reason=reason)

    def _said(self, row: int, rank: int) -> tuple[Ground, str]:
        """On which ground the crew of this row may not go, and the sentence about it."""
        ground = GROUNDS[rank]
        if ground is Ground.NO_WAY and row in self.remarks:
            return ground, self.remarks[row]
        return ground, sentence(self.standing.roster.crews[row], ground, self.callout, self.standing.problem)

    def _most_telling_first(self) -> list[int]:
        # At level 1 nearly every crew of the city is of another company; the few that are not say why nobody goes.
        rows = np.flatnonzero(self.found != NO_OBSTACLE)
        of_others = self.found[rows] == RANK[Ground.NOT_CONTRACTED]
        return [*rows[~of_others].tolist(), *rows[of_others].tolist()]


def survey(callout: Callout, standing: Standing, travel: TravelTimes) -> Survey:
    """Return every crew of the problem, either as an option or with the ground on which it may not go."""
    found = obstacles(callout, standing)
    rows = np.flatnonzero(found == NO_OBSTACLE)
    eta_s, remarks = _etas_s(rows, callout, standing, travel)
    usable = (eta_s >= 0) & (eta_s <= LONGEST_TRAVEL_S)
    found[rows[~usable]] = RANK[Ground.NO_WAY]
    arrivals = Arrivals(callout=callout, standing=standing, rows=rows[usable], eta_s=eta_s[usable])
    costs = costs_ms(arrivals)
    order = np.lexsort((costs, standing.are_last_resorts[arrivals.rows]))
    return Survey(arrivals=arrivals.of(order), costs_ms=costs[order], found=found, remarks=remarks)


def _etas_s(rows: Whole, callout: Callout, standing: Standing, travel: TravelTimes) -> tuple[Floats, Mapping[int, str]]:
    """How soon each of these rows would be there, and what is to be said of their ways."""
    waits_s = np.where(standing.are_soon_free[rows], standing.wait_s[rows], 0.0)
    if callout.lift_position is None:
        return np.asarray(waits_s + standing.problem.rules.unknown_travel_s), {}
    if not len(rows):
        return waits_s, {}
    origins = [_place(standing.positions[row]) for row in rows.tolist()]
    ways = ways_of(travel, origins, callout.lift_position, standing.problem.now)
    remarks = {row: remark for row, (_, remark) in zip(rows.tolist(), ways, strict=True) if remark}
    return np.asarray(waits_s + np.array([seconds for seconds, _ in ways], dtype=np.float64)), remarks


def _place(position: Position | None) -> Position:
    assert position is not None, "a crew of unknown position is not eligible"
    return position
