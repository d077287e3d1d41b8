"""A worker process that is real, and work that is planted to hang or to die."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import psutil
import pytest

from dispatch.crews import CrewId
from dispatch.problem import Problem
from dispatch.routes import Rounds, Routes
from dispatch.solver import solve
from dispatch.worker import Worker
from tests.unit.dispatch.town import OneMetreASecond, callout, crew, north_of_the_lift, problem

TRAVEL = OneMetreASecond()


def hang_for_ever(_rounds: Rounds, _greedy: Routes) -> Routes | None:
    while True:
        pass


def die(_rounds: Rounds, _greedy: Routes) -> Routes | None:
    os._exit(3)


def send_everybody_nowhere(_rounds: Rounds, greedy: Routes) -> Routes | None:
    return tuple(() for _ in greedy)


def do_worse(_rounds: Rounds, greedy: Routes) -> Routes | None:
    return tuple(route[::-1] for route in greedy)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(within_s=60) as warm:
        yield warm


def town() -> Problem:
    places = [0, 1_500, 3_000, 4_500, -1_200]
    asked = [callout(f"I-{n}", lift_position=north_of_the_lift(at)) for n, at in enumerate(places)]
    return problem(asked, [crew("C-1", metres=300), crew("C-2", metres=2_000)])


def routes_of(town: Problem, worker: Worker | None) -> dict[CrewId, list[str]]:
    improver = worker.improve if worker else lambda _rounds, _greedy: None
    plan = solve(town, TRAVEL, improver=improver)
    return {crew_id: [stop.incident_id for stop in route] for crew_id, route in plan.routes.items()}


def test_the_worker_finds_what_is_found_without_it(worker: Worker) -> None:
    assert solve(town(), TRAVEL, improver=worker.improve) == solve(town(), TRAVEL)
    assert worker.kills == 0


@pytest.mark.parametrize("work", [hang_for_ever, die])
def test_a_solver_that_hangs_or_dies_is_killed_and_costs_nothing_but_its_improvement(work: object) -> None:
    with Worker(within_s=0.2, work=work) as worker:  # type: ignore[arg-type]
        first = worker.pid
        began = time.monotonic()
        assert routes_of(town(), worker) == routes_of(town(), None)
        assert time.monotonic() - began < 10
        assert worker.kills == 1
        assert worker.pid is None
        assert first is not None
        assert not psutil.pid_exists(first)


def test_after_a_kill_the_next_question_has_a_worker_again() -> None:
    with Worker(within_s=0.2, work=die) as worker:
        routes_of(town(), worker)
        routes_of(town(), worker)
        assert worker.kills == 2


@pytest.mark.parametrize("work", [send_everybody_nowhere, do_worse])
def test_an_answer_that_leaves_somebody_out_or_is_worse_than_greedy_is_not_taken(work: object) -> None:
    plan = solve(town(), TRAVEL, improver=work)  # type: ignore[arg-type]
    assert plan.method == "greedy"
    assert plan == solve(town(), TRAVEL, improver=lambda _rounds, _greedy: None)
