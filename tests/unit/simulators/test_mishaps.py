"""Messages that are lost, doubled, delayed and overtaken, and nothing else."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.mishaps import DELAYED_S, OVERTAKEN_WITHIN_S, Mishaps, Shares
from simulators.reports import Report

share = st.floats(0, 1)
LATEST_S = max(DELAYED_S[1], OVERTAKEN_WITHIN_S)


def report(turn: int, lift: int = 0, qos: int = 0) -> Report:
    return Report("410105", f"L{lift}", "status", {"seq": turn}, qos, False)


def pass_through(mishaps: Mishaps, reports: list[Report]) -> list[Report]:
    """One a second, and then a minute of silence."""
    heard: list[Report] = []
    for now, said in enumerate(reports):
        heard += [*mishaps.take_due(float(now)), *mishaps.take(said, float(now))]
    return [*heard, *mishaps.take_due(len(reports) + LATEST_S)]


@given(share, share, share, share, st.integers(0, 1000), st.lists(st.integers(0, 3), max_size=80))
def test_what_has_a_promise_always_arrives_and_the_rest_is_counted(
    lost: float, doubled: float, delayed: float, reordered: float, seed: int, lifts: list[int]
) -> None:
    mishaps = Mishaps(Shares(lost=lost, doubled=doubled, delayed=delayed, reordered=reordered), Random(seed))
    said = [report(turn, lift, qos=lift % 2) for turn, lift in enumerate(lifts)]
    heard = Counter(one.body["seq"] for one in pass_through(mishaps, said))
    assert all(heard[one.body["seq"]] for one in said if one.qos)
    assert len(said) - len(heard) == mishaps.counts["lost"]
    assert heard.total() == len(said) - mishaps.counts["lost"] + mishaps.counts["doubled"]


def test_without_mishaps_everything_goes_out_at_once_and_in_order() -> None:
    mishaps, said = Mishaps(Shares(), Random(1)), [report(turn) for turn in range(50)]
    assert [one for turn, sent in enumerate(said) for one in mishaps.take(sent, float(turn))] == said


def test_a_report_is_overtaken_by_the_next_of_its_own_lift_only() -> None:
    mishaps = Mishaps(Shares(reordered=1.0), Random(1))
    assert list(mishaps.take(report(1, lift=1), 0.0)) == []
    assert list(mishaps.take(report(1, lift=2), 0.5)) == []
    assert [one.body["seq"] for one in mishaps.take(report(2, lift=1), 1.0)] == [2, 1]
    assert [one.lift_id for one in mishaps.take_due(0.5 + OVERTAKEN_WITHIN_S)] == ["L2"]


def test_shares_are_met() -> None:
    mishaps = Mishaps(Shares(lost=0.1, doubled=0.2, delayed=0.3), Random(1))
    pass_through(mishaps, [report(turn, lift=turn) for turn in range(5000)])
    assert mishaps.counts["lost"] / 5000 == pytest.approx(0.1, abs=0.02)
    assert mishaps.counts["delayed"] / 4500 == pytest.approx(0.3, abs=0.02)
    assert mishaps.counts["doubled"] / 3150 == pytest.approx(0.2, abs=0.02)


def test_the_same_seed_meets_with_the_same_mishaps() -> None:
    said = [report(turn, lift=turn % 7) for turn in range(200)]
    shares = Shares(lost=0.2, doubled=0.2, delayed=0.2, reordered=0.2)
    once, again, other = (pass_through(Mishaps(shares, Random(seed)), said) for seed in (1, 1, 2))
    assert once == again != other
