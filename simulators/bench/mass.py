"""A row of `simulate bench dispatch`: one lift more with people in it, while 200 lifts hold people and no crew is free.

Measured is the service's own way from the tracker's finding to a place in the plan: the desk decides and commits, the
planner puts all that is not settled to the dispatcher, the solver improves the routes in its process, and the desk
takes the plan. The store is the one in memory, so no disk is measured. Each time a crew has just accepted, so that a
plan is being made already and has to be ended first. All cases, old and new, are judged by the arrivals expected then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Final

from devices.messages import Area, Confidence, EntrapmentFound, Evidence, LiftId
from dispatch.crews import Crew
from dispatch.travel import StraightLine
from dispatch.worker import Worker
from rescue.clock import SystemClock
from rescue.desk.board import Outcome
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import Answer, CompanyAnswered
from rescue.incident import Assignment, AssignmentStatus, Lift
from rescue.policies import Policies
from rescue.sending.render import render
from rescue.shell.planner import Planner
from rescue.shell.service import DeskService, lift_actor
from rescue.store.memory import MemoryStore
from rescue.timeline import Actor
from simulators.bench.instances import COMPANY, Instance, Size, crews_of, draw

TIMES: Final = 11
"""New cases, one after the other; the median counts."""
WITHIN_S: Final = 60.0
LOOKED_EVERY_S: Final = 0.002
AREA: Final = Area("410105")
A_CREW: Final = Actor(kind="company", name="all", channel="http")
THEY_CALL: Final = Evidence(confidence=Confidence.CONFIRMED, reasons=("they call",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How long each new case took to have its place, and in how many seconds somebody is expected at every case."""

    taken_ms: list[float]
    arrivals_s: list[float]


def add_cases(size: Size, seed: int) -> Found:
    """Have `size` wait, then one case more after the other."""
    instance = draw(replace(size, callouts=size.callouts + TIMES), seed)
    return asyncio.run(_add(instance, size.callouts))


async def _add(instance: Instance, waiting: int) -> Found:
    async with _running(_lifts(instance), crews_of(instance, SystemClock().now())) as event:
        for number in range(waiting):
            event.trap(number)
        await event.until(lambda: len(event.desk.board.incidents) == waiting and event.are_planned())
        taken_ms = [await event.add(number) for number in range(waiting, waiting + TIMES)]
        await event.until(event.are_planned)
        return Found(taken_ms=taken_ms, arrivals_s=list(event.arrivals_s()))


def _lifts(instance: Instance) -> list[Lift]:
    return [
        Lift(lift_id=_lift_id(number), area=AREA, position=place, building=f"{number}", company_id=COMPANY.company_id)
        for number, place in enumerate(instance.callouts)
    ]


def _lift_id(number: int) -> LiftId:
    return LiftId(f"L{number}")


@dataclass(slots=True, kw_only=True)
class Event:
    """A desk with many cases."""

    desk: DeskService
    clock: SystemClock

    def trap(self, number: int) -> None:
        """People are surely inside."""
        at, lift_id = self.clock.now().timestamp(), _lift_id(number)
        said = EntrapmentFound(lift_id=lift_id, area=AREA, since=at, at=at, evidence=THEY_CALL)
        self.desk.hear(said, lift_actor(lift_id), _nobody_waits)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(WITHIN_S):
            while not holds():  # noqa: ASYNC110 - nothing tells of this but what is looked at
                await asyncio.sleep(LOOKED_EVERY_S)

    async def add(self, number: int) -> float:
        """Return in how many milliseconds one case more has a crew or its place."""
        await self._accept_an_offer()
        began = time.perf_counter()
        self.trap(number)
        await self.until(lambda: self._is_seen_to(number))
        return 1000 * (time.perf_counter() - began)

    async def _accept_an_offer(self) -> None:
        for one in [one for one in self.desk.board.holders.values() if one.status is AssignmentStatus.OFFERED][:1]:
            accepted = CompanyAnswered(assignment_id=one.assignment_id, attempt=one.attempt, answer=Answer.ACCEPT)
            await self.desk.submit(accepted, actor=A_CREW)

    def _is_seen_to(self, number: int) -> bool:
        board = self.desk.board
        incident_id = board.by_lift.get(_lift_id(number))
        return incident_id is not None and (incident_id not in board.waiting or incident_id in board.expected_at)

    def are_planned(self) -> bool:
        """Every case that waits has its place."""
        return self.desk.board.waiting.keys() <= self.desk.board.expected_at.keys()

    def arrivals_s(self) -> Iterator[float]:
        """From now: of each case the crew that goes there, or the plan's."""
        board, now = self.desk.board, self.clock.now()
        for one in board.holders.values():
            yield _arrival_s(one, now)
        for incident_id in board.waiting:
            yield (board.expected_at[incident_id] - now).total_seconds()


def _arrival_s(going: Assignment, now: datetime) -> float:
    return (going.eta_s or 0.0) - (now - (going.accepted_at or now)).total_seconds()


def _nobody_waits(outcome: Outcome) -> None:
    """Nobody waits for the answer."""


@asynccontextmanager
async def _running(lifts: list[Lift], crews: list[Crew]) -> AsyncIterator[Event]:
    store, clock, ids = MemoryStore(), SystemClock(), count(1)
    await store.put_companies([COMPANY])
    await store.put_crews(crews)
    await store.put_lifts(lifts)
    rules = DeskRules(policies=Policies(), travel=StraightLine())
    desk = DeskService(
        store=store,
        rules=rules,
        clock=clock,
        new_id=lambda: f"I{next(ids)}",
        render=lambda effect, now: render(
            effect, policies=rules.policies, public_url="http://desk", link_key=b"k" * 32, now=now
        ),
        committed=lambda decision: planner.note(decision),
    )
    with Worker() as worker:
        planner = Planner(desk=desk, rules=rules, clock=clock, improver=worker.improve)
        running = [asyncio.create_task(work) for work in (desk.run(), planner.run())]
        try:
            await desk.wait_loaded()
            yield Event(desk=desk, clock=clock)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
