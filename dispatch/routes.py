"""Callouts outnumber crews: in what order does each crew go from one to the next?

The question as numbers, what an answer costs, and the greedy answer that always exists. A crew is a row, a callout a
column; a crew that has finished at one lift sets out from there for the next. Must not know who crews are, nor how a
better answer is found: that is `dealing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from dispatch.roster import Floats, Whole

Route: TypeAlias = tuple[int, ...]
Routes: TypeAlias = tuple[Route, ...]
"""For each crew its callouts, in the order in which it goes to them."""

NO_STOP: Final = -1
HAIR_S: Final = 0.001
"""Less than a millisecond is no saving: sums of fractions differ by their order."""


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """Crews and callouts as numbers.

    `ways_s[place, callout]`: how long from a place; places are first the crews where they set out, then the lifts.
    `fixed_s[crew, callout]`: what this crew costs there whenever it comes, infinite where it may not go.
    `steps`: each lateness step as (seconds from now for each callout, rate).
    """

    ways_s: Floats
    fixed_s: Floats
    weight: Floats
    steps: tuple[tuple[Floats, float], ...]
    on_site_s: float
    triage: tuple[int, ...]
    """The callouts, the most urgent first."""

    @property
    def crews(self) -> int:
        """How many there are."""
        return len(self.fixed_s)

    def waiting_s(self, callouts: Whole | int, at_s: Floats) -> Floats:
        """What it costs that help comes to these callouts so many seconds from now."""
        counted = at_s.copy()
        for after_s, rate in self.steps:
            counted += rate * np.maximum(0.0, at_s - after_s[callouts])
        return np.asarray(self.weight[callouts] * counted)


@dataclass(frozen=True, kw_only=True)
class Heads:
    """For each crew when and where it is free to go on, after what it has to do before."""

    free_s: Floats
    place: Whole


def arrivals_s(route: Route, crew: int, rounds: Rounds) -> list[float]:
    """Return when this crew arrives at each stop of this route."""
    at_s, place, found = 0.0, crew, []
    for callout in route:
        at_s += float(rounds.ways_s[place, callout])
        found.append(at_s)
        at_s += rounds.on_site_s
        place = rounds.crews + callout
    return found


def total_s(routes: Routes, rounds: Rounds) -> float:
    """Return what these routes cost together, infinite if somebody is sent where they may not go."""
    stops = [(crew, callout) for crew, route in enumerate(routes) for callout in route]
    if not stops:
        return 0.0
    crews, callouts = np.array(stops, dtype=np.int64).T
    at_s = np.array([at for crew, route in enumerate(routes) for at in arrivals_s(route, crew, rounds)])
    return float((rounds.waiting_s(callouts, at_s) + rounds.fixed_s[crews, callouts]).sum())


def is_lawful(routes: Routes, rounds: Rounds) -> bool:
    """Say whether these routes send each crew only where it may go and see to each callout exactly once."""
    visited = sorted(callout for route in routes for callout in route)
    return len(routes) == rounds.crews and visited == sorted(rounds.triage) and np.isfinite(total_s(routes, rounds))


def start(rounds: Rounds) -> Heads:
    """Return the crews as they are now."""
    return Heads(free_s=np.zeros(rounds.crews), place=np.arange(rounds.crews))


def append(heads: Heads, callout: int, rounds: Rounds) -> tuple[Floats, Floats]:
    """Return for each crew when it would be at this callout after all it has to do, and what that costs."""
    at_s = heads.free_s + rounds.ways_s[heads.place, callout]
    return at_s, rounds.waiting_s(callout, at_s) + rounds.fixed_s[:, callout]


def greedy(rounds: Rounds) -> Routes:
    """Return what a hasty dispatcher does: the most urgent first, each to whom it costs least after what they have."""
    heads = start(rounds)
    routes: list[list[int]] = [[] for _ in range(rounds.crews)]
    for callout in rounds.triage:
        at_s, costs = append(heads, callout, rounds)
        crew = int(np.argmin(costs))
        routes[crew].append(callout)
        heads.free_s[crew] = at_s[crew] + rounds.on_site_s
        heads.place[crew] = rounds.crews + callout
    return as_routes(routes)


def as_routes(routes: Sequence[Sequence[int]]) -> Routes:
    """Return the same, unchangeable."""
    return tuple(tuple(route) for route in routes)
