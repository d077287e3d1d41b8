"""The page of benchmarks: made from rows alone, each figure held against what was measured beside it."""

from __future__ import annotations

import signal

import pytest

from simulators.bench import Bench
from simulators.bench.against import Held, hold
from simulators.bench.page import write_page
from simulators.bench.series import measure_series
from simulators.errors import BrokerUnreachableError
from simulators.results import Row

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


def test_a_desk_that_keeps_up_is_not_held_against_bare_commits() -> None:
    idle = {"alarms_per_s": 1, "committed_per_s": 1.0, "floor_per_s": 1_000, "of_floor": None}
    busy = {"alarms_per_s": 300, "committed_per_s": 60.0, "floor_per_s": 1_000, "of_floor": 0.06}
    (held,) = hold("desk", [idle, busy])
    assert held.ratio == pytest.approx(0.06)


def test_the_page_says_what_each_core_took_in_beside_what_another_platform_publishes() -> None:
    talks = [{"background_per_s": 7_998, "machine_cpu": 1.0}, {"background_per_s": 24_000, "machine_cpu": 1.5}]
    page = write_page({"ingest": [*INGEST, *talks]}, seed=7)
    assert "24,000 a second, alarms among them, with 1.50 cores" in page
    assert "6.1 times as many for each core" in page


def test_a_run_without_talk_claims_nothing_beside_another_platform() -> None:
    assert "for each core" not in write_page({"ingest": INGEST}, seed=7)


def test_nothing_to_be_held_against_has_no_ratio() -> None:
    assert Held(what="x", ours=1.0, against="y", theirs=0.0).ratio is None


def test_the_page_has_the_ratios_first_and_then_every_row_that_was_measured() -> None:
    page = write_page({"ingest": INGEST, "dispatch": DISPATCH}, seed=7)
    assert "| status messages taken in, a second | 28,000 | no-op paho subscriber | 40,000 | 0.70 | more |" in page
    assert "## dispatch" in page
    assert "| 2x1 | vroom | 160.0 | 250.0 | 100.0 |" in page
    assert "Seed 7" in page


def test_a_bar_in_a_value_does_not_break_the_table() -> None:
    assert "a\\|b" in write_page({"other": [{"name": "a|b"}]}, seed=1)


def fail_to_reach_the_broker(_: int) -> list[Row]:
    raise BrokerUnreachableError("no broker at\nmqtt://127.0.0.1:1")


def fail_by_a_bug(_: int) -> list[Row]:
    raise KeyError("wall_s")


def never_end(_: int) -> list[Row]:
    while True:
        signal.pause()


def test_a_bench_that_fails_leaves_its_reason_and_the_next_is_measured() -> None:
    benches: dict[str, Bench] = {"desk": fail_to_reach_the_broker, "live": fail_by_a_bug, "ingest": lambda _: INGEST}
    results = dict(measure_series(benches, seed=1))
    assert results["desk"] == [{"failed": "no broker at mqtt://127.0.0.1:1"}]
    assert results["live"] == [{"failed": "KeyError: 'wall_s'"}]
    assert results["ingest"] == INGEST
    page = write_page(results, seed=1)
    assert "| no broker at mqtt://127.0.0.1:1 |" in page
    assert "no-op paho subscriber" in page


def test_a_bench_that_takes_too_long_is_stopped_and_says_so() -> None:
    (desk, rows), (_, ingest) = measure_series({"desk": never_end, "ingest": lambda _: INGEST}, 1, one_within_s=0.05)
    assert (desk, rows) == ("desk", [{"failed": "not done within 0 s"}])
    assert ingest == INGEST


def test_when_the_time_of_all_is_over_the_others_are_not_begun() -> None:
    ((_, rows),) = measure_series({"desk": never_end}, 1, all_within_s=0.0)
    assert rows == [{"failed": "not begun, for the time of all benches was over"}]
