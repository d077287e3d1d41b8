"""What each route would cost with one stop more, at each place in it, or with another tail: for all at once.

The routes are walked once. A stop more then costs its own arrival, and all after it that much later. Must not know
which stops are tried, nor what is made of the answer: that is `dealing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dispatch.roster import Floats, Whole
from dispatch.routes import NO_STOP, Rounds, Route


@dataclass(frozen=True, kw_only=True)
class Walked:
    """Routes as they are walked, by crew and rank: a rank's stop, and when and where the crew sets out for it.

    After its last stop a crew stays where it is, so that the last column says when and where it ends.
    """

    rounds: Rounds
    lengths: Whole
    stops: Whole
    free_s: Floats
    place: Whole
    at_s: Floats
    costs_s: Floats
    """Of each stop."""

    @cached_property
    def total_s(self) -> float:
        """What all cost together."""
        return float(self.costs_s.sum())

    @cached_property
    def gap_crew(self) -> Whole:
        """A stop more fits before each stop and after the last. The crew of each such gap, in their order."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths + 1)

    @cached_property
    def first_gap(self) -> Whole:
        """The first gap of each crew."""
        return np.cumsum(self.lengths + 1) - self.lengths - 1

    @cached_property
    def gap_rank(self) -> Whole:
        """Before which rank each gap is."""
        return np.arange(len(self.gap_crew)) - self.first_gap[self.gap_crew]

    def best_rank(self, added_s: Floats, crew: int, card: int) -> int:
        """Return where in its route this crew sees to this stop at the least cost."""
        first = int(self.first_gap[crew])
        return int(added_s[first : first + int(self.lengths[crew]) + 1, card].argmin())


def walk(routes: Sequence[Route], rounds: Rounds) -> Walked:
    """Walk these routes, one for each crew."""
    stops, crews = padded(routes), np.arange(len(routes))
    longest = stops.shape[1]
    free_s, place = np.zeros((len(routes), longest + 1)), np.repeat(crews[:, None], longest + 1, axis=1)
    at_s, costs_s = np.zeros(stops.shape), np.zeros(stops.shape)
    for rank, stop in enumerate(stops.T):
        goes = stop != NO_STOP
        at_s[:, rank] = at = free_s[:, rank] + rounds.ways_s[place[:, rank], stop]
        costs_s[:, rank] = np.where(goes, rounds.waiting_s(stop, at) + rounds.fixed_s[crews, stop], 0.0)
        free_s[:, rank + 1] = np.where(goes, at + rounds.on_site_s, free_s[:, rank])
        place[:, rank + 1] = np.where(goes, rounds.crews + stop, place[:, rank])
    lengths = np.array([len(route) for route in routes], dtype=np.int64)
    return Walked(rounds=rounds, lengths=lengths, stops=stops, free_s=free_s, place=place, at_s=at_s, costs_s=costs_s)


def one_more(walked: Walked, cards: Whole) -> Floats:
    """Return what each of these stops adds in each gap."""
    rounds, crew, rank = walked.rounds, walked.gap_crew, walked.gap_rank
    at_s = walked.free_s[crew, rank][:, None] + rounds.ways_s[walked.place[crew, rank][:, None], cards]
    added_s = rounds.waiting_s(cards[None, :], at_s) + rounds.fixed_s[crew[:, None], cards]
    gaps = np.flatnonzero(rank < walked.lengths[crew])
    followed_by = walked.stops[crew[gaps], rank[gaps]]
    onward_s = rounds.on_site_s + rounds.ways_s[rounds.crews + cards, followed_by[:, None]]
    delays_s = at_s[gaps] + onward_s - walked.at_s[crew[gaps], rank[gaps]][:, None]
    for further in range(walked.stops.shape[1]):
        has_stop = rank[gaps] + further < walked.lengths[crew[gaps]]
        gaps, delays_s = gaps[has_stop], delays_s[has_stop]
        added_s[gaps] += _later(walked, crew[gaps], rank[gaps] + further, delays_s)
    return added_s


def _later(walked: Walked, crew: Whole, rank: Whole, delays_s: Floats) -> Floats:
    """Return what it costs more that these stops are seen to so much later; a fixed cost stays."""
    stops, at_s = walked.stops[crew, rank][:, None], walked.at_s[crew, rank][:, None]
    return walked.rounds.waiting_s(stops, at_s + delays_s) - walked.rounds.waiting_s(stops, at_s)


def other_tails(walked: Walked, tails: Sequence[Route]) -> Floats:
    """Return what each of these tails costs behind each of these routes."""
    rounds, shape = walked.rounds, (len(walked.lengths), len(tails))
    free_s = np.repeat(walked.free_s[:, -1:], len(tails), axis=1)
    place = np.repeat(walked.place[:, -1:], len(tails), axis=1)
    costs_s = np.zeros(shape)
    for stop in padded(tails).T:
        goes = np.flatnonzero(stop != NO_STOP)
        at_s = free_s[:, goes] + rounds.ways_s[place[:, goes], stop[goes]]
        costs_s[:, goes] += rounds.waiting_s(stop[None, goes], at_s) + rounds.fixed_s[:, stop[goes]]
        free_s[:, goes] = at_s + rounds.on_site_s
        place[:, goes] = rounds.crews + stop[goes]
    return costs_s


def padded(routes: Sequence[Route]) -> Whole:
    """Return the routes as rows of equal length, NO_STOP where one has ended."""
    longest = max(map(len, routes), default=0)
    rows = [[*route, *[NO_STOP] * (longest - len(route))] for route in routes]
    return np.array(rows, dtype=np.int64).reshape(len(routes), longest)
