"""What a stop more or another tail costs, held against walking each such route by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from dispatch.inserting import one_more, other_tails, walk
from dispatch.routes import Rounds, greedy
from tests.property.dispatch.test_routes import cost_by_hand, rounds

WIDELY = settings(deadline=None, max_examples=60)


@WIDELY
@given(rounds())
def test_walked_routes_cost_what_walking_them_costs(asked: Rounds) -> None:
    assert walk(greedy(asked), asked).total_s == pytest.approx(cost_by_hand(greedy(asked), asked))


@WIDELY
@given(rounds())
def test_a_stop_more_adds_what_the_route_with_it_costs_more_wherever_it_is_put(asked: Rounds) -> None:
    card, rest = asked.triage[0], tuple(tuple(stop for stop in r if stop != asked.triage[0]) for r in greedy(asked))
    walked = walk(rest, asked)
    added = one_more(walked, np.array([card]))[:, 0]
    before = cost_by_hand(rest, asked)
    for gap, (crew, rank) in enumerate(zip(walked.gap_crew.tolist(), walked.gap_rank.tolist(), strict=True)):
        route = (*rest[crew][:rank], card, *rest[crew][rank:])
        costs = cost_by_hand((*rest[:crew], route, *rest[crew + 1 :]), asked)
        assert before + added[gap] == pytest.approx(costs, abs=1e-6)
    for crew in range(asked.crews):
        best = walked.first_gap[crew] + walked.best_rank(added[:, None], crew, 0)
        assert added[best] == added[walked.gap_crew == crew].min()


@WIDELY
@given(rounds())
def test_another_tail_costs_what_the_route_that_ends_with_it_costs_more(asked: Rounds) -> None:
    heads, tails = zip(*((route[:1], route[1:]) for route in greedy(asked)), strict=True)
    costs = other_tails(walk(heads, asked), tails)
    for crew, head in enumerate(heads):
        for number, tail in enumerate(tails):
            alone = tuple(head + tail if one == crew else () for one in range(asked.crews))
            headed = tuple(head if one == crew else () for one in range(asked.crews))
            more = cost_by_hand(alone, asked) - cost_by_hand(headed, asked)
            assert costs[crew, number] == pytest.approx(more, abs=1e-6)
