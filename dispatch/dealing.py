"""Better routes than greedy's: some stops are taken up from many routes at once and dealt anew, as well as can be.

One deal takes up at most one stop of each route and gives each route at most one back, at the best place in it; an
assignment finds the cheapest of all such deals, of which there are more than could be written down, and the deal as it
lies is one of them: so no deal makes anything worse. Some deals take the last stops of the routes that end late, and
only half of the others, so that a route may give a stop away and get none back; some cut all routes and swap the tails.
The budget is a number of deals, not a time, so that the same question has the same answer. Why this and not OR-Tools'
routing or CP-SAT: docs/adr/0025 and 0027. Whoever must have an answer in time calls it by `worker`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from dispatch.assignment import FORBIDDEN, NOBODY, assign
from dispatch.inserting import one_more, other_tails, walk
from dispatch.roster import Floats, Whole
from dispatch.routes import HAIR_S, Rounds, Route, Routes, as_routes, start, total_s

Improver: TypeAlias = Callable[[Rounds, Routes], Routes | None]

DEALS: Final = 64
"""Most is gained in the first thirty; where a run of deals gains nothing, it ends earlier."""
GIVE_UP_AFTER: Final = 30
TURNS: Final = 4
LATE_SHARE: Final = 0.3
HARD_TO_REACH: Final = 0.5
"""How much of what a callout costs at best speaks for its being seen to in an early round, so that not all the remote
ones are left for the last: found by trying, as were the other figures here."""


class Dealt(NamedTuple):
    """What came of a deal, and what it costs."""

    routes: Routes
    cost_s: float


def improve(rounds: Rounds, greedy: Routes, *, deals: int = DEALS) -> Routes:
    """Return routes that cost no more than these."""
    lies = [Dealt(routes, total_s(routes, rounds)) for routes in (greedy, in_rounds(rounds)) if routes]
    best, idle = min(lies, key=lambda dealt: dealt.cost_s), 0
    for number in range(deals):
        found = _deal(best.routes, number, rounds)
        is_better = found is not None and found.cost_s < best.cost_s - HAIR_S
        best, idle = (found, 0) if found and is_better else (best, idle + 1)
        if idle == GIVE_UP_AFTER:
            break
    return best.routes


def in_rounds(rounds: Rounds) -> Routes:
    """Return routes made of one optimal assignment after the other: everybody's first stop, then the second …

    Empty where that leads nowhere, as when callouts remain to which nobody may go.
    """
    heads, waiting = start(rounds), np.array(sorted(rounds.triage), dtype=np.int64)
    routes: list[list[int]] = [[] for _ in range(rounds.crews)]
    while len(waiting):
        at_s = heads.free_s[:, None] + rounds.ways_s[heads.place[:, None], waiting]
        served = _next_round((rounds.waiting_s(waiting[None, :], at_s) + rounds.fixed_s[:, waiting]).T)
        if served is None or (served == NOBODY).all():
            return ()
        for number in np.flatnonzero(served != NOBODY).tolist():
            crew, callout = int(served[number]), int(waiting[number])
            routes[crew].append(callout)
            heads.free_s[crew] = at_s[crew, number] + rounds.on_site_s
            heads.place[crew] = rounds.crews + callout
        waiting = waiting[served == NOBODY]
    return as_routes(routes)


def _next_round(costs: Floats) -> Whole | None:
    at_best = costs.min(axis=1, initial=np.inf)
    return assign(_in_ms(costs), _in_ms(HARD_TO_REACH * np.where(np.isfinite(at_best), at_best, 0.0)))


def _deal(routes: Routes, number: int, rounds: Rounds) -> Dealt | None:
    """Deal for the n-th time: every other time a stop of each route, between them the late ones and the tails."""
    mixed = _mixed(number, len(routes))
    match number % TURNS:
        case 1:
            return _deal_stops(routes, _late_ones(routes, mixed, rounds), rounds)
        case 3:
            return _deal_tails(routes, _cuts(routes, number // TURNS, mixed), rounds)
    return _deal_stops(routes, [one % len(route) if route else None for one, route in _both(mixed, routes)], rounds)


def _late_ones(routes: Routes, mixed: Sequence[int], rounds: Rounds) -> list[int | None]:
    """Return the last stop of the routes that end late, and any stop of half of the others."""
    ends_s = walk(routes, rounds).free_s[:, -1]
    are_late = (ends_s >= np.quantile(ends_s, 1 - LATE_SHARE)).tolist()
    others = [one % len(route) if route and one < 2**63 else None for one, route in _both(mixed, routes)]
    lasts = [len(route) - 1 if route else None for route in routes]
    return [last if late else other for late, last, other in zip(are_late, lasts, others, strict=True)]


def _both(mixed: Sequence[int], routes: Routes) -> list[tuple[int, Route]]:
    return list(zip(mixed, routes, strict=True))


def _mixed(number: int, crews: int) -> list[int]:
    """Return a number below 2**64 for each crew, all over the place, and the same whenever it is asked.

    The steps are those of splitmix64 (Steele, Lea and Flood, 2014).
    """
    mixed = (np.arange(crews, dtype=np.uint64) + np.uint64(1 + number * 7_919)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return [int(one) for one in mixed ^ mixed >> np.uint64(31)]


def _cuts(routes: Routes, turn: int, mixed: Sequence[int]) -> list[int]:
    """Return before which rank each route is cut: all before the same, or each anywhere, in turn."""
    if turn % 2:
        return [one % (len(route) + 1) for one, route in _both(mixed, routes)]
    return [turn // 2 % max(map(len, routes), default=1)] * len(routes)


def _deal_stops(routes: Routes, picks: Sequence[int | None], rounds: Rounds) -> Dealt | None:
    """Take these stops up and deal them anew, each to the best place in its new route."""
    pairs = list(zip(routes, picks, strict=True))
    cards = [route[pick] for route, pick in pairs if pick is not None]
    rest = [route if pick is None else route[:pick] + route[pick + 1 :] for route, pick in pairs]
    walked = walk(rest, rounds)
    added = one_more(walked, np.array(cards, dtype=np.int64))
    cheapest = np.minimum.reduceat(added, walked.first_gap)
    served = _next_of(cheapest)
    if served is None:
        return None
    for card, crew in enumerate(served):
        place = walked.best_rank(added, crew, card)
        rest[crew] = (*rest[crew][:place], cards[card], *rest[crew][place:])
    return Dealt(as_routes(rest), walked.total_s + float(cheapest[served, np.arange(len(cards))].sum()))


def _deal_tails(routes: Routes, cuts: Sequence[int], rounds: Rounds) -> Dealt | None:
    """Cut each route before its rank and deal what comes after."""
    pairs = list(zip(routes, cuts, strict=True))
    walked = walk([route[:cut] for route, cut in pairs], rounds)
    costs = other_tails(walked, [route[cut:] for route, cut in pairs])
    served = _next_of(costs)
    if served is None:
        return None
    dealt: list[Route] = [()] * len(routes)
    for tail, crew in enumerate(served):
        dealt[crew] = routes[crew][: cuts[crew]] + routes[tail][cuts[tail] :]
    return Dealt(as_routes(dealt), walked.total_s + float(costs[served, np.arange(len(served))].sum()))


def _next_of(costs: Floats) -> list[int] | None:
    """Return a crew for each card so that all together cost least; `costs` holds a row for each crew."""
    finite = costs[np.isfinite(costs)]
    # One stop fewer before another saves; from all costs alike is taken what brings none below nothing.
    served = assign(
        _in_ms(costs.T - min(0.0, float(finite.min(initial=0.0)))), np.zeros(costs.shape[1], dtype=np.int64)
    )
    return None if served is None or (served == NOBODY).any() else served.tolist()


def _in_ms(seconds: Floats) -> Whole:
    finite = np.isfinite(seconds)
    return np.where(finite, np.rint(np.where(finite, seconds, 0.0) * 1000), FORBIDDEN).astype(np.int64)
