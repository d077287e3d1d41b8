"""What benches make of windows taken by turns, of looks at memory and of who had the processors."""

from __future__ import annotations

import asyncio
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.bench.against import hold
from simulators.bench.cores import Part, shares_of
from simulators.bench.meter import Meter
from simulators.bench.slope import fit
from simulators.bench.turns import Look, Turn, cost_of

numbers = st.floats(-100, 100)


def look(cpu: float, changes_per_s: float = 8000.0) -> Look:
    return Look(cpu=cpu, changes_per_s=changes_per_s)


@given(st.floats(-0.01, 0.01), st.floats(0.01, 1.0))
def test_what_drifts_evenly_costs_nothing(drift: float, cost: float) -> None:
    alone = [look(0.5 + 2 * n * drift) for n in range(6)]
    turns = [Turn(alone[n], look(0.5 + (2 * n + 1) * drift + cost), alone[n + 1]) for n in range(5)]
    assert cost_of(turns)["live_cpu"] == pytest.approx(cost, abs=0.001)


def test_one_window_in_which_the_machine_was_busy_does_not_move_the_median() -> None:
    turns = [Turn(look(0.1), look(0.18), look(0.1)), Turn(look(0.1), look(0.19), look(0.1))]
    found = cost_of([*turns, Turn(look(0.1), look(0.9), look(0.1))])
    assert found == {
        "live_cpu": 0.09, "live_cpu_least": 0.08, "live_cpu_most": 0.8, "turns": 3, "turns_unfair": 0
    }  # fmt: skip


def test_a_turn_with_other_work_in_one_window_counts_for_nothing() -> None:
    fair = Turn(look(0.1, 8000), look(0.2, 8010), look(0.1, 7990))
    unfair = Turn(look(0.1, 8000), look(0.9, 8700), look(0.1, 8000))
    assert cost_of([fair, unfair])["live_cpu"] == 0.1
    assert cost_of([unfair]) == {
        "live_cpu": None, "live_cpu_least": None, "live_cpu_most": None, "turns": 0, "turns_unfair": 1
    }  # fmt: skip


@given(numbers, numbers, st.integers(3, 40))
def test_points_on_a_line_give_its_slope_without_an_error(slope: float, start: float, count: int) -> None:
    found = fit([(x / 4, start + slope * x / 4) for x in range(count)])
    assert found is not None
    assert found.slope == pytest.approx(slope, abs=1e-6)
    assert found.error == pytest.approx(0, abs=1e-5)


def test_what_only_trembles_has_a_slope_within_its_error() -> None:
    found = fit([(x, 20 + (-1) ** x) for x in range(40)])
    assert found is not None
    assert abs(found.slope) < 2 * found.error


def test_two_points_tell_no_slope() -> None:
    assert fit([(0, 1), (1, 5)]) is None


def test_a_process_at_work_is_told_from_one_that_is_not_there() -> None:
    """Two ticks of the kernel's clock and more."""
    with shares_of({"bench": Part(os.getpid(), with_children=False), "gone": Part(2**22 + 1)}) as shares:
        until = time.process_time() + 0.15
        while time.process_time() < until:
            sum(range(1000))
    assert shares.cores["bench"] > 0.05
    assert shares.cores["gone"] == 0
    assert set(shares.row()) == {"bench_cores", "gone_cores", "others_cores"}


class Mill:
    """Works, waits, and says how it ended."""

    def __init__(self) -> None:
        self.was_stopped = False

    async def grind(self, for_s: float) -> str:
        until = time.thread_time() + for_s
        while time.thread_time() < until:
            sum(range(1000))
        await asyncio.sleep(0)
        return "flour"

    async def stand(self) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.was_stopped = True
            raise


class Brake(Mill):
    async def grind(self, for_s: float) -> str:
        return await Mill.grind(self, for_s)


def test_only_the_work_of_the_classes_asked_for_is_metered() -> None:
    meter = Meter(Mill)

    async def work() -> tuple[str, str]:
        meter.watch(asyncio.get_running_loop())
        return await asyncio.gather(Mill().grind(0.05), Brake().grind(0.2))

    assert list(asyncio.run(work())) == ["flour", "flour"]
    assert 0.05 <= meter.seconds < 0.2


def test_a_metered_task_is_stopped_like_any_other() -> None:
    meter, mill = Meter(Mill), Mill()

    async def work() -> None:
        meter.watch(asyncio.get_running_loop())
        task = asyncio.create_task(mill.stand())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(work())
    assert mill.was_stopped


def test_the_console_is_held_against_its_goals_at_each_level() -> None:
    rows = [
        {"level": "city", "frame_mean_ms": 16.7, "paint_p95_ms": 75.0},
        {"level": "at rest", "row_ms": 30.0, "heap_mb": 26.9},
    ]
    held = {one.what: one.ratio for one in hold("console", rows)}
    assert held == {
        "console, city: mean frame while panning, ms": pytest.approx(0.835),
        "console, city: P95 from the socket to the screen, ms": pytest.approx(1.5),
        "console, at rest: from an alarm on the socket to its row, at most, ms": pytest.approx(0.3),
    }
