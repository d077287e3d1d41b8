"""`simulate bench dispatch`: who goes, decided side by side by ours, the closest idle crew, VROOM, and the optimum.

All are given the same ways and judged by the same arrivals. `vroom` is VROOM at its most thorough, `vroom_quick` at its
quickest; both on one thread, as ours is, and both told to share the callouts evenly, without which it sends a few crews
to everybody and takes half a minute over it. VROOM is made to save driving, not waiting: that is a difference between
the tools and not between their makers' skill. `optimum` is scipy's assignment by seconds of arrival, where every crew
goes to one callout at most. `solving_ms` is what of ours the assignment alone takes. `ours_by_road` is ours on streets,
one callout after the other so that no way is known beforehand, with every reason read: only its `answer_ms` can be held
against the others. `mass200+1` is a case more in a running event, through the desk and its planner (`mass`); `worst_ms`
is the slowest of those that were added.
"""

from __future__ import annotations

import heapq
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from dispatch.assignment import assign
from dispatch.crews import Position
from dispatch.problem import Callout, Problem
from dispatch.rules import Rules
from dispatch.solver import solve
from dispatch.travel import TravelTimes
from simulators.bench.around import tell
from simulators.bench.instances import COMPANY, NOON, SIZES, Instance, Size, crews_of, draw, write
from simulators.bench.mass import add_cases
from simulators.bench.streets import lay
from simulators.results import Row

A_GLANCE: Final = (SIZES[0], SIZES[1], Size(callouts=60, crews=20))
MASS, A_GLANCE_OF_MASS = Size(callouts=200, crews=100), Size(callouts=30, crews=15)
"""A running mass event, to which cases are added."""
TIMES: Final = 5
"""Ours and the closest idle crew are so quick that one run would measure the machine's mood; the median counts."""
BY_ROAD: Final = 20
VROOM_WITHIN_S: Final = 15
MOST_THOROUGH, QUICKEST = 5, 0

Arrivals = Sequence[float]


def measure_dispatch(seed: int, sizes: Sequence[Size] = SIZES, mass: Size = MASS) -> list[Row]:
    """Measure each instance by each method that can answer it, and a new case in a running mass event."""
    return [*(row for size in sizes for row in _measure(draw(size, seed))), _new_case(mass, seed)]


def write_instances(seed: int, folder: Path) -> None:
    """Write the instances that a seed draws. Raises OSError."""
    write([draw(size, seed) for size in SIZES], folder)


def _measure(instance: Instance) -> list[Row]:
    tell(f"dispatch {instance.size.name}")
    fitting = instance.size.callouts <= instance.size.crews
    problem, travel = _problem(instance), Given(instance)
    rows: list[Row] = [
        _row(instance.size.name, "greedy", *_timed(lambda: send_closest_idle(instance))),
        {
            **_row(instance.size.name, "ours", *_timed(lambda: _ours(problem, travel))),
            **(_solving(instance) if fitting else {}),
        },
        *_rows_of_vroom(instance),
    ]
    if instance.size.callouts == 1:
        rows.append(_by_road(instance))
    return [*rows, _row(instance.size.name, "optimum", *_timed(lambda: _optimum(instance)))] if fitting else rows


def _by_road(instance: Instance) -> Row:
    """By road, for callouts elsewhere each time."""
    travel, elsewhere = lay(), draw(Size(callouts=BY_ROAD, crews=instance.size.crews), instance.seed)
    problem = _problem(instance)
    lifts = iter([_callout(number, position) for number, position in enumerate(elsewhere.callouts)])
    return _row(
        instance.size.name,
        "ours_by_road",
        *_timed(lambda: _ours(replace(problem, callouts=[next(lifts)]), travel), times=BY_ROAD),
    )


def _rows_of_vroom(instance: Instance) -> list[Row]:
    # Imported before the clock runs: it brings pandas along, and comes with the tools of development only.
    if find_spec("vroom") is None:
        tell("without VROOM, which is not installed: pip install pyvroom")
        return []
    vroom = import_module("vroom")
    return [
        _row(instance.size.name, "vroom_quick", *_timed(lambda: _vroom(vroom, instance, QUICKEST), times=1)),
        _row(instance.size.name, "vroom", *_timed(lambda: _vroom(vroom, instance, MOST_THOROUGH), times=1)),
    ]


def _timed(answer: Callable[[], Arrivals], times: int = TIMES) -> tuple[Arrivals, float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        arrivals = answer()
        taken.append(1000 * (time.perf_counter() - began))
    return arrivals, statistics.median(taken)


def _new_case(mass: Size, seed: int) -> Row:
    name = f"mass{mass.callouts}+1"
    tell(f"dispatch {name}")
    found = add_cases(mass, seed)
    row = _row(name, "ours", found.arrivals_s, statistics.median(found.taken_ms))
    return {**row, "worst_ms": round(max(found.taken_ms), 1)}


def _row(name: str, method: str, arrivals: Arrivals, answer_ms: float) -> Row:
    found = np.array(arrivals)
    return {
        "instance": name,
        "method": method,
        "mean_arrival_s": round(float(found.mean()), 1),
        "p95_arrival_s": round(float(np.percentile(found, 95)), 1),
        "max_arrival_s": round(float(found.max()), 1),
        "within_30_min": round(float((found <= 1800).mean()), 3),
        "answer_ms": round(answer_ms, 1),
    }


def send_closest_idle(instance: Instance) -> Arrivals:
    """Each callout in its turn to the closest idle crew; where none is idle, to the first that will be."""
    idle = set(range(instance.size.crews))
    busy: list[tuple[float, int, int]] = []
    arrivals = []
    for callout, ways in enumerate(instance.ways_s):
        free_s, crew, place = _first_idle(idle, busy, ways)
        at_s = free_s + ways[place]
        arrivals.append(at_s)
        heapq.heappush(busy, (at_s + instance.size.on_site_s, crew, instance.size.crews + callout))
    return arrivals


def _first_idle(idle: set[int], busy: list[tuple[float, int, int]], ways: Sequence[float]) -> tuple[float, int, int]:
    if not idle:
        return heapq.heappop(busy)
    crew = min(idle, key=lambda one: (ways[one], one))
    idle.remove(crew)
    return 0.0, crew, crew


class Given:
    """The ways of the instance, known by the very places that it is made of."""

    def __init__(self, instance: Instance) -> None:
        self._place = {id(one): number for number, one in enumerate([*instance.crews, *instance.callouts])}
        self._ways = {id(end): ways for end, ways in zip(instance.callouts, instance.ways_s, strict=True)}

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:  # noqa: ARG002
        """What the instance says."""
        ways, place = self._ways[id(destination)], self._place
        return [ways[place[id(one)]] for one in origins]


def _problem(instance: Instance) -> Problem:
    """Crews of one company, for people who wait alike: nothing but the ways tells one from another."""
    callouts = [_callout(number, position) for number, position in enumerate(instance.callouts)]
    rules = Rules(on_site_s=instance.size.on_site_s)
    companies = {COMPANY.company_id: COMPANY}
    return Problem(callouts=callouts, crews=crews_of(instance), companies=companies, busy={}, now=NOON, rules=rules)


def _callout(number: int, position: Position) -> Callout:
    return Callout(
        incident_id=f"I-{number:04}",
        lift_position=position,
        contractor_id=COMPANY.company_id,
        level=3,
        priority=4.0,
        waiting_since=NOON,
        excluded={},
    )


def _ours(problem: Problem, travel: TravelTimes) -> Arrivals:
    """With every reason read, where it is one callout: that is what a person looks at."""
    plan = solve(problem, travel)
    if len(problem.callouts) == 1:
        assert all(
            choice.reason and list(choice.ranked) and not list(choice.refused) for choice in plan.choices.values()
        )
    if plan.routes:
        return [stop.eta_s for route in plan.routes.values() for stop in route]
    return [choice.eta_s for choice in plan.choices.values()]


def _solving(instance: Instance) -> Row:
    """How long the assignment alone takes, costs at hand."""
    costs = np.rint(_first_ways(instance) * 1000).astype(np.int64)
    unserved = np.full(len(costs), 7_200_000)
    _, solving_ms = _timed(lambda: [] if assign(costs, unserved) is None else [0.0])
    return {"solving_ms": round(solving_ms, 1)}


def _optimum(instance: Instance) -> Arrivals:
    ways = _first_ways(instance)
    return [float(one) for one in ways[linear_sum_assignment(ways)]]


def _first_ways(instance: Instance) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(instance.ways_s)[:, : instance.size.crews]


def _vroom(vroom: Any, instance: Instance, exploration: int) -> Arrivals:
    size = instance.size
    # VROOM reads a row for each place of departure; nobody goes back to where a crew began.
    ways = np.zeros((size.crews + size.callouts, size.crews + size.callouts), dtype=np.uint32)
    ways[:, size.crews :] = np.array(instance.ways_s).T
    question = vroom.Input()
    question.set_durations_matrix(profile="car", matrix_input=ways)
    most = math.ceil(size.callouts / size.crews)
    question.add_vehicle([vroom.Vehicle(number, start=number, max_tasks=most) for number in range(size.crews)])
    stays = int(size.on_site_s)
    question.add_job([vroom.Job(n, location=size.crews + n, default_service=stays) for n in range(size.callouts)])
    answer = question.solve(exploration, nb_threads=1, timeout=timedelta(seconds=VROOM_WITHIN_S))
    steps = answer.routes
    return [float(one) for one in steps[steps.type == "job"].arrival]
