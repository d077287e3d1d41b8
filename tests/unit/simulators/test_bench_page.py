"""The page of benchmarks: made from rows alone, each figure held against what was measured beside it."""

from __future__ import annotations

import pytest

from simulators.bench.against import Held, hold
from simulators.bench.page import write_page

INGEST = [{"method": "floor", "messages_per_s": 40_000}, {"method": "product", "messages_per_s": 28_000}]
DISPATCH = [
    {"instance": "2x1", "method": "greedy", "mean_arrival_s": 200.0, "p95_arrival_s": 300.0, "answer_ms": 0.1},
    {"instance": "2x1", "method": "ours", "mean_arrival_s": 150.0, "p95_arrival_s": 240.0, "answer_ms": 10.0},
    {"instance": "2x1", "method": "vroom", "mean_arrival_s": 160.0, "p95_arrival_s": 250.0, "answer_ms": 100.0},
]


def test_the_product_is_held_against_the_floor_of_the_same_run() -> None:
    (held,) = hold("ingest", INGEST)
    assert held.ratio == pytest.approx(0.7)


def test_an_ingest_without_its_floor_says_nothing() -> None:
    assert hold("ingest", INGEST[1:]) == []


def test_ours_is_held_against_each_peer_by_arrivals_and_against_vroom_by_time_too() -> None:
    held = {(one.what, one.against): one.ratio for one in hold("dispatch", DISPATCH)}
    assert held["2x1: mean arrival, s", "greedy"] == pytest.approx(0.75)
    assert held["2x1: time to answer, ms", "vroom"] == pytest.approx(0.1)
    assert ("2x1: time to answer, ms", "greedy") not in held


def test_nothing_to_be_held_against_has_no_ratio() -> None:
    assert Held(what="x", ours=1.0, against="y", theirs=0.0).ratio is None


def test_the_page_has_the_ratios_first_and_then_every_row_that_was_measured() -> None:
    page = write_page({"ingest": INGEST, "dispatch": DISPATCH}, seed=7)
    assert "| status messages taken in, a second | 28,000 | no-op paho subscriber | 40,000 | 0.70 |" in page
    assert "## dispatch" in page
    assert "| 2x1 | vroom | 160.0 | 250.0 | 100.0 |" in page
    assert "Seed 7" in page


def test_a_bar_in_a_value_does_not_break_the_table() -> None:
    assert "a\\|b" in write_page({"other": [{"name": "a|b"}]}, seed=1)
