"""Better routes than greedy's: some stops are taken up from all routes at once and dealt anew, as well as can be.

One deal takes up at most one stop of each route and gives each route at most one back, at the best place in it;
OR-Tools finds the cheapest of all such deals, of which there are more than could be written down, and the deal as it
lies is one of them: so no deal makes anything worse. Another kind of deal cuts all routes and swaps the tails. The
budget is a number of deals, not a time, so that the same question has the same answer. Why this and not OR-Tools'
routing or CP-SAT: docs/adr/0025. Whoever must have an answer in time calls it by `worker`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np

from dispatch.assignment import FORBIDDEN, NOBODY, assign
from dispatch.roster import Floats, Whole
from dispatch.routes import HAIR_S, NO_STOP, Heads, Rounds, Route, Routes, append, as_routes, start, total_s

Improver: TypeAlias = Callable[[Rounds, Routes], Routes | None]

DEALS: Final = 32
"""Most is gained in the first twenty; where a run of deals gains nothing, it ends earlier."""
GIVE_UP_AFTER: Final = 12
TAILS_EVERY: Final = 4
HARD_TO_REACH: Final = 0.5
"""How much of what a callout costs at best speaks for its being seen to in an early round, so that not all the remote
ones are left for the last: found by trying, as were the other figures here."""


def improve(rounds: Rounds, greedy: Routes, *, deals: int = DEALS) -> Routes:
    """Return routes that cost no more than these."""
    best = min((routes for routes in (greedy, in_rounds(rounds)) if routes), key=lambda routes: total_s(routes, rounds))
    cost, idle = total_s(best, rounds), 0
    for number in range(deals):
        better = _deal(best, number, rounds)
        saved = cost - total_s(better, rounds)
        idle = 0 if saved > HAIR_S else idle + 1
        if saved > HAIR_S:
            best, cost = better, cost - saved
        if idle == GIVE_UP_AFTER:
            break
    return best


def in_rounds(rounds: Rounds) -> Routes:
    """Return routes made of one optimal assignment after the other: everybody's first stop, then the second …

    Empty where that leads nowhere, as when callouts remain to which nobody may go.
    """
    heads, waiting = start(rounds), np.array(sorted(rounds.triage), dtype=np.int64)
    routes: list[list[int]] = [[] for _ in range(rounds.crews)]
    while len(waiting):
        tried = [append(heads, callout, rounds) for callout in waiting.tolist()]
        served = _next_round(np.array([costs for _, costs in tried]))
        if served is None or (served == NOBODY).all():
            return ()
        for number in np.flatnonzero(served != NOBODY).tolist():
            crew, callout = int(served[number]), int(waiting[number])
            routes[crew].append(callout)
            heads.free_s[crew] = tried[number][0][crew] + rounds.on_site_s
            heads.place[crew] = rounds.crews + callout
        waiting = waiting[served == NOBODY]
    return as_routes(routes)


def _next_round(costs: Floats) -> Whole | None:
    at_best = costs.min(axis=1, initial=np.inf)
    return assign(_in_ms(costs), _in_ms(HARD_TO_REACH * np.where(np.isfinite(at_best), at_best, 0.0)))


def _deal(routes: Routes, number: int, rounds: Rounds) -> Routes:
    """Deal for the n-th time: now and then the tails, otherwise stops."""
    if number % TAILS_EVERY == TAILS_EVERY - 1:
        return _deal_tails(routes, number // TAILS_EVERY % max(map(len, routes), default=1), rounds)
    return _deal_stops(routes, _pick(routes, number), rounds)


def _pick(routes: Routes, number: int) -> list[int]:
    """Return which stop of each route is taken up: all over the place, and the same whenever it is asked."""
    mixed = [(number * 2_654_435_761 + crew * 40_503 + 12_345) * 1_103_515_245 >> 16 for crew in range(len(routes))]
    return [one % len(route) if route else NO_STOP for one, route in zip(mixed, routes, strict=True)]


def _deal_stops(routes: Routes, taken: Sequence[int], rounds: Rounds) -> Routes:
    """Take these stops up and deal them anew, each to the best place in its new route."""
    rest = [route[:place] + route[place + 1 :] if route else () for route, place in zip(routes, taken, strict=True)]
    loose = [(route[place],) for route, place in zip(routes, taken, strict=True) if route]
    without = _costs(rest, [()], [()] * len(rest), rounds)[:, 0]
    places = range(1 + max(map(len, rest), default=0))
    tried = np.stack([_costs([r[:p] for r in rest], loose, [r[p:] for r in rest], rounds) for p in places])
    where, added = tried.argmin(axis=0), tried.min(axis=0) - without[:, None]
    served = assign(_in_ms(added.T - _lowest(added)), np.zeros(len(loose), dtype=np.int64))
    if served is None or (served == NOBODY).any():
        return routes
    dealt = list(rest)
    for card, crew in enumerate(served.tolist()):
        place = int(where[crew, card])
        dealt[crew] = rest[crew][:place] + loose[card] + rest[crew][place:]
    return as_routes(dealt)


def _deal_tails(routes: Routes, rank: int, rounds: Rounds) -> Routes:
    """Cut each route before a rank and deal what comes after."""
    heads, tails = [route[:rank] for route in routes], [route[rank:] for route in routes]
    costs = _costs(heads, tails, [()] * len(routes), rounds)
    served = assign(_in_ms(costs.T), np.zeros(len(tails), dtype=np.int64))
    if served is None or (served == NOBODY).any():
        return routes
    dealt = list(heads)
    for tail, crew in zip(tails, served.tolist(), strict=True):
        dealt[crew] = heads[crew] + tail
    return as_routes(dealt)


def _costs(befores: Sequence[Route], cards: Sequence[Route], afters: Sequence[Route], rounds: Rounds) -> Floats:
    """Return what each crew's route costs with each card between what it has before and after."""
    shape = (len(befores), len(cards))
    walk = _Walk(rounds, shape)
    for stops in _by_rank(befores):
        walk.go(np.broadcast_to(stops[:, None], shape))
    for stops in _by_rank(cards):
        walk.go(np.broadcast_to(stops[None, :], shape))
    for stops in _by_rank(afters):
        walk.go(np.broadcast_to(stops[:, None], shape))
    return walk.cost_s


class _Walk:
    """Many routes walked at once, one stop after the other."""

    def __init__(self, rounds: Rounds, shape: tuple[int, int]) -> None:
        self._rounds = rounds
        self._crews = np.broadcast_to(np.arange(shape[0])[:, None], shape)
        self._heads = Heads(free_s=np.zeros(shape), place=self._crews.copy())
        self.cost_s = np.zeros(shape)

    def go(self, stops: Whole) -> None:
        """Go to the next stop, each route to its own; those with NO_STOP stay."""
        rounds, heads = self._rounds, self._heads
        goes = stops != NO_STOP
        at_s = heads.free_s + rounds.ways_s[heads.place, stops]
        self.cost_s += np.where(goes, rounds.waiting_s(stops, at_s) + rounds.fixed_s[self._crews, stops], 0.0)
        np.copyto(heads.free_s, at_s + rounds.on_site_s, where=goes)
        np.copyto(heads.place, rounds.crews + stops, where=goes)


def _by_rank(routes: Sequence[Route]) -> list[Whole]:
    """Return the first stops of all routes, then the second …, NO_STOP where a route has ended."""
    longest = max(map(len, routes), default=0)
    padded = [[*route, *[NO_STOP] * (longest - len(route))] for route in routes]
    return list(np.array(padded, dtype=np.int64).reshape(len(routes), longest).T)


def _lowest(added: Floats) -> float:
    """Return what to take from all costs alike so that none is below nothing: one stop fewer before another saves."""
    finite = added[np.isfinite(added)]
    return min(0.0, float(finite.min(initial=0.0)))


def _in_ms(seconds: Floats) -> Whole:
    finite = np.isfinite(seconds)
    return np.where(finite, np.rint(np.where(finite, seconds, 0.0) * 1000), FORBIDDEN).astype(np.int64)
