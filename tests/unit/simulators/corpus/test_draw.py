"""The same seed draws the same corpus, and what the lifts say agrees with what is true."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from simulators.corpus.draw import Corpus, draw_corpus
from simulators.corpus.mixes import MIXES, Mix
from tests.unit.simulators.corpus.worlds import BY_NAME, channel, drawn, entrapments, statuses

EVERY_MIX = pytest.mark.parametrize("mix", MIXES, ids=lambda mix: mix.name)


@cache
def street(name: str) -> Corpus:
    """Drawn once for all who only look at it."""
    return draw_corpus(BY_NAME[name], seed=4, lifts=range(16))


@EVERY_MIX
def test_the_same_seed_draws_the_same_bytes_at_the_same_instants(mix: Mix) -> None:
    assert draw_corpus(mix, seed=4, lifts=range(3)) == draw_corpus(mix, seed=4, lifts=range(3))


def test_another_seed_draws_another_corpus() -> None:
    assert drawn("clean", seed=4, lifts=3) != drawn("clean", seed=5, lifts=3)


def test_a_lifts_life_is_the_same_whoever_is_drawn_with_it() -> None:
    mix = BY_NAME["everything"]
    together, alone = (draw_corpus(mix, seed=4, lifts=lifts) for lifts in (range(6), [5]))
    assert together.truths["everything-005"] == alone.truths["everything-005"]
    assert [one for one in together.arrivals if one.lift_id == "everything-005"] == list(alone.arrivals)


@EVERY_MIX
def test_messages_arrive_in_order_and_never_before_they_were_sent(mix: Mix) -> None:
    arrivals = street(mix.name).arrivals
    assert all(earlier.at <= later.at for earlier, later in pairwise(arrivals))
    assert all(one.sent_at <= one.at for one in arrivals)


@EVERY_MIX
def test_no_lift_says_that_its_door_is_open_at_a_landing_while_people_are_trapped(mix: Mix) -> None:
    corpus = street(mix.name)
    for entrapment in entrapments(corpus):
        during = [
            body
            for arrival, body in statuses(corpus, entrapment.lift_id)
            if entrapment.since < arrival.sent_at < entrapment.until
        ]
        assert not any(body["door_status"] == "open" and body["door_zone"] for body in during)


@EVERY_MIX
def test_what_shows_an_entrapment_was_sent_during_one_of_that_lift(mix: Mix) -> None:
    corpus = street(mix.name)
    for arrival in corpus.arrivals:
        if arrival.shows and channel(arrival) == "status":
            truths = corpus.truths[arrival.lift_id].entrapments
            assert any(truth.since <= arrival.sent_at < truth.until for truth in truths)


def test_entrapments_of_a_lift_follow_each_other_and_hold_people() -> None:
    for truth in drawn("everything", lifts=16).truths.values():
        ends = [0.0, *(entrapment.until for entrapment in truth.entrapments)]
        for before, entrapment in zip(ends, truth.entrapments, strict=False):
            assert before < entrapment.since <= entrapment.stood_since <= entrapment.went_on_at <= entrapment.until
            assert entrapment.people >= 1


def test_both_kinds_of_entrapment_occur_with_and_without_the_button() -> None:
    found = entrapments(drawn("clean", lifts=40))
    assert {(entrapment.kind, entrapment.pressed) for entrapment in found} == {
        (kind, pressed) for kind in {one.kind for one in found} for pressed in (True, False)
    }
    assert len({one.kind for one in found}) == 2
