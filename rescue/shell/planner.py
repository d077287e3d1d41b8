"""While many wait for a crew: a plan for all of them, found beside the desk and handed to it as advice.

The desk has asked somebody before a plan is begun, by its own sum, and never waits for one. Here all that is not
settled is put to the dispatcher at once: who waits, who is offered and has not answered, and every crew from where and
when it will be free. The routes are improved in a process of its own that is killed if it is late
(`dispatch/worker.py`); a solver that hangs costs nothing but its improvement. What comes of it is an input like any
other.

A plan is made anew as soon as anything that matters to it was decided, but half of the time is left to everything else,
unless the machine is so busy that a plan takes long by the clock. The event is over when fewer than two cases are
unsettled: the routes are taken back, and nothing is planned until the next.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import structlog

from dispatch.crews import CrewId
from dispatch.dealing import Improver
from dispatch.problem import Problem, SoonFree, Stop
from dispatch.solver import solve
from dispatch.travel import TravelTimes
from rescue.desk.board import Board, Decision, Outcome
from rescue.desk.draft import DeskRules, Draft
from rescue.desk.inputs import Input, PlanImproved
from rescue.desk.problems import problem_of
from rescue.incident import Assignment, AssignmentStatus, Incident, IncidentId
from rescue.ports import Clock
from rescue.timeline import MACHINE, Actor

log = structlog.get_logger(__name__)

FEWEST = 2
"""So many cases without a crew that has accepted are one event; with fewer the desk's own choice is the best."""
MOST = 300
"""Cases in one plan, the most urgent; 500 lifts and 600 crews take more than a second."""
PAUSE_S = 0.1
"""Between two plans, at least; and as long as the last one took."""
LONGEST_PAUSE_S = 0.3
"""On a machine that is busy a plan takes long by the clock, but a new case must not wait for its place twice over."""
LOOKED_AHEAD_S = 2 * 3600.0
"""A crew that is free within this has its route; what is later is anybody's guess."""


class Desk(Protocol):
    """The desk as the planner knows it."""

    @property
    def board(self) -> Board:
        """As last committed: to be read, never changed."""
        ...

    async def submit(self, input: Input, *, actor: Actor, input_id: str | None = None) -> Outcome:  # noqa: A002
        """Have the desk decide. Raises DeskBusy."""
        ...


@dataclass(slots=True)
class PlanCounts:
    """What was planned since the start."""

    plans: int = 0
    """Plans that were made."""
    handed_in: int = 0
    """Those that said something new."""


class Planner:
    """Plans for one desk. `improver` may take its time, but must come back."""

    def __init__(self, *, desk: Desk, rules: DeskRules, clock: Clock, improver: Improver) -> None:
        self.counts = PlanCounts()
        self._desk = desk
        self._rules = rules
        self._clock = clock
        self._improver = improver
        self._woken = asyncio.Event()

    def note(self, decision: Decision) -> None:
        """This was decided: whoever looked for a crew in vain once more has said so before, and is no news."""
        if decision.entries and decision.incidents:
            self._woken.set()

    async def run(self) -> None:
        """Plan for ever, whenever there is something to plan."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            began = time.monotonic()
            await self.plan()
            await asyncio.sleep(min(max(PAUSE_S, time.monotonic() - began), LONGEST_PAUSE_S))

    async def plan(self) -> None:
        """One plan for how things stand, handed in if it is news."""
        board = self._desk.board
        problem = question(Draft(board, self._rules, self._clock.now()))
        plan = PlanImproved(routes={})
        if problem:
            plan = await asyncio.to_thread(find_routes, problem, self._rules.travel, self._improver)
            self.counts.plans += 1
        if plan.routes != board.routes:
            await self._hand_in(plan)

    async def _hand_in(self, plan: PlanImproved) -> None:
        try:
            outcome = await self._desk.submit(plan, actor=MACHINE)
        except Exception as error:  # advice may be lost: the desk is busy, or fails on it and has set it aside
            log.warning("a plan could not be handed in", reason=str(error))
            return
        self.counts.handed_in += 1
        log.info("plan handed in" if plan.routes else "no more to plan: fewer than two wait", followed=outcome.reason)


def question(draft: Draft) -> Problem | None:
    """All that is not settled, and every crew from where and when it will be free; None if there is too little."""
    unsettled = sorted(_unsettled(draft), key=_most_urgent)[:MOST]
    if len(unsettled) < FEWEST:
        return None
    problem = problem_of(draft, *unsettled)
    rules = replace(problem.rules, soon_free_within_s=LOOKED_AHEAD_S)
    soon_free = {**dict(_free_later(draft, problem)), **problem.soon_free}
    return replace(problem, rules=rules, bound_for={}, soon_free=soon_free)


def find_routes(problem: Problem, travel: TravelTimes, improver: Improver) -> PlanImproved:
    """Where each crew had best go, one case after the other, as far as that is more than it was asked already."""
    plan = solve(problem, travel, improver=improver)
    asked = {crew_id: [incident_id] for incident_id, crew_id in problem.published.items()}
    firsts = {one.crew_id: (Stop(incident_id=name, eta_s=one.eta_s),) for name, one in plan.choices.items()}
    stops = {**firsts, **plan.routes}
    news = {
        crew_id: route for crew_id, route in stops.items() if [one.incident_id for one in route] != asked.get(crew_id)
    }
    return PlanImproved(
        routes={crew_id: tuple(IncidentId(one.incident_id) for one in route) for crew_id, route in news.items()},
        expected_at={
            IncidentId(one.incident_id): problem.now + timedelta(seconds=one.eta_s)
            for route in news.values()
            for one in route
        },
    )


def _unsettled(draft: Draft) -> Iterator[Incident]:
    """The cases of people who wait for a crew, and those that are offered by the machine and not answered."""
    yield from draft.waiting()
    for one in draft.holders().values():
        incident = draft.incident(one.incident_id)
        if incident and incident.is_entrapment and _is_unanswered(incident, one):
            yield incident


def _is_unanswered(incident: Incident, offer: Assignment) -> bool:
    is_own = incident.assignment_id == offer.assignment_id and incident.chosen_by is None
    return is_own and offer.status is AssignmentStatus.OFFERED


def _free_later(draft: Draft, problem: Problem) -> Iterator[tuple[CrewId, SoonFree]]:
    """Crews that are on their way elsewhere, when they are there as expected and have done there."""
    for crew_id, one in draft.holders().items():
        since = one.en_route_at or one.accepted_at
        if crew_id in problem.busy and since and one.status is not AssignmentStatus.ON_SCENE:
            takes_s = (one.eta_s or problem.rules.unknown_travel_s) + problem.rules.on_site_s
            free_at = max(since + timedelta(seconds=takes_s), draft.now + timedelta(seconds=problem.rules.on_site_s))
            yield crew_id, SoonFree(free_at=free_at, position=draft.aim(one.incident_id).place)


def _most_urgent(incident: Incident) -> tuple[int, str, str]:
    return -incident.level, incident.trapped_since.isoformat(), incident.incident_id
