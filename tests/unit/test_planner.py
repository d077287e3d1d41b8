"""The planner beside a real desk: many wait, a plan is found and followed, and a solver that hangs harms nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

import pytest

from devices.messages import Confidence, EntrapmentFound, Evidence, LiftId
from dispatch.crews import Crew, CrewId
from dispatch.dealing import Improver, improve
from dispatch.problem import Problem
from dispatch.routes import Rounds, Routes
from dispatch.travel import StraightLine
from dispatch.worker import Worker
from rescue.desk.board import Decision, Outcome
from rescue.desk.draft import DeskRules, Draft
from rescue.desk.inputs import Action, Answer, CompanyAnswered, Input, OperatorActed, PlanImproved
from rescue.incident import Assignment
from rescue.policies import Policies
from rescue.sending.render import render
from rescue.shell.planner import LOOKED_AHEAD_S, Planner, find_routes, question
from rescue.shell.service import DeskBusy, DeskService, lift_actor
from rescue.store.memory import MemoryStore
from rescue.timeline import MACHINE, Actor
from tests.unit.desk.play import AREA, COMPANIES, CONTRACTOR, HOME, NOON, crew, lift

OPERATOR = Actor(kind="operator", name="li", channel="http")
CREWS = [crew(f"K{n}", CONTRACTOR, 2.0 * n) for n in range(3)]
LIFTS = [
    replace(lift(f"L{n}"), building=f"{n}", position=replace(HOME, lon=HOME.lon + n * 0.7 / 91.4)) for n in range(12)
]
RULES = DeskRules(policies=Policies(), travel=StraightLine())
SOON_S = 20.0
"""Of the machine's own time: what has not happened by then will not."""


class Noon:
    """It is noon all day."""

    def now(self) -> datetime:
        return NOON


def hang_for_ever(_rounds: Rounds, _greedy: Routes) -> Routes | None:
    while True:
        pass


@dataclass
class Mass:
    """A desk at work, its planner, and what was decided."""

    desk: DeskService
    planner: Planner
    decisions: list[Decision] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def trap(self, *numbers: int) -> None:
        """People are surely inside these lifts."""
        evidence = Evidence(confidence=Confidence.CONFIRMED, reasons=("trapped: they call",))
        for number in numbers:
            at, lift_id = NOON.timestamp(), LiftId(f"L{number}")
            said = EntrapmentFound(lift_id=lift_id, area=AREA, since=at, at=at, evidence=evidence)
            self.desk.hear(said, lift_actor(lift_id), self.outcomes.append)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(SOON_S):
            while not holds():  # noqa: ASYNC110 - nothing tells of this but what is looked at
                await asyncio.sleep(0.005)

    async def all_are_trapped(self, crews: int = len(CREWS)) -> None:
        """Twice as many lifts as crews, each crew asked for one."""
        self.trap(*range(2 * crews))
        await self.until(lambda: len(self.outcomes) == 2 * crews)
        assert (len(self.holders), len(self.desk.board.waiting)) == (crews, crews)

    @property
    def holders(self) -> dict[CrewId, Assignment]:
        return self.desk.board.holders

    async def answer(self, crew_id: str, *answers: Answer) -> None:
        for answer in answers:
            asked = self.holders[CrewId(crew_id)]
            await self.desk.submit(
                CompanyAnswered(assignment_id=asked.assignment_id, attempt=asked.attempt, answer=answer), actor=OPERATOR
            )

    def question(self) -> Problem:
        asked = question(Draft(self.desk.board, RULES, NOON))
        assert asked
        return asked


@asynccontextmanager
async def mass(improver: Improver = improve, *, crews: list[Crew] = CREWS, plans: bool = True) -> AsyncIterator[Mass]:
    store, ids = MemoryStore(), count(1)
    await store.put_companies(COMPANIES)
    await store.put_crews(crews)
    await store.put_lifts(LIFTS)

    def committed(decision: Decision) -> None:
        found.decisions.append(decision)
        found.planner.note(decision)

    desk = DeskService(
        store=store,
        rules=RULES,
        clock=Noon(),
        new_id=lambda: f"I{next(ids)}",
        render=lambda effect, now: render(
            effect, policies=RULES.policies, public_url="http://desk", link_key=b"k" * 32, now=now
        ),
        committed=committed,
    )
    found = Mass(desk, Planner(desk=desk, rules=RULES, clock=Noon(), improver=improver))
    running = [asyncio.create_task(desk.run()), *([asyncio.create_task(found.planner.run())] if plans else [])]
    try:
        await desk.wait_loaded()
        yield found
    finally:
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


# --- what is planned


async def test_whoever_waits_has_its_place_in_the_plan_and_crews_follow_it() -> None:
    async with mass() as event:
        await event.all_are_trapped()
        await event.until(lambda: sum(map(len, event.desk.board.routes.values())) >= len(CREWS))
        waiting = set(event.desk.board.waiting)
        assert waiting <= {stop for route in event.desk.board.routes.values() for stop in route}
        following = {crew_id: route[1] for crew_id, route in event.desk.board.routes.items() if len(route) > 1}
        crew_id, next_stop = next(iter(following.items()))
        await event.answer(crew_id, Answer.ACCEPT, Answer.ON_SCENE, Answer.RELEASED)
        assert event.holders[crew_id].incident_id in waiting
        assert next_stop not in event.desk.board.waiting


async def test_a_new_case_in_a_running_event_has_its_place_with_the_next_plan() -> None:
    async with mass() as event:
        await event.all_are_trapped()
        await event.until(lambda: bool(event.desk.board.routes))
        event.trap(11)
        await event.until(lambda: LiftId("L11") in event.desk.board.by_lift)
        newest = event.desk.board.by_lift[LiftId("L11")]
        await event.until(lambda: any(newest in route for route in event.desk.board.routes.values()))


async def test_the_event_is_over_when_fewer_than_two_are_unsettled_and_nothing_is_planned_any_more() -> None:
    async with mass() as event:
        await event.all_are_trapped()
        await event.until(lambda: bool(event.desk.board.routes))
        for incident_id in sorted(event.desk.board.incidents):
            await event.desk.submit(
                OperatorActed(incident_id=incident_id, action=Action.FALSE_ALARM, reason="a drill"), actor=OPERATOR
            )
        await event.until(lambda: event.desk.board.routes == {})
        plans = event.planner.counts.plans
        await event.planner.plan()
        assert event.planner.counts.plans == plans


async def test_where_every_case_has_its_best_crew_there_is_nothing_to_hand_in() -> None:
    async with mass(plans=False) as event:
        event.trap(0, 11)
        await event.until(lambda: len(event.outcomes) == 2)
        await event.planner.plan()
        assert (event.planner.counts.plans, event.planner.counts.handed_in) == (1, 0)


async def test_one_case_is_no_event() -> None:
    async with mass(plans=False) as event:
        event.trap(0)
        await event.until(lambda: len(event.outcomes) == 1)
        await event.planner.plan()
        assert event.planner.counts.plans == 0


# --- what is asked


async def test_crews_on_their_way_elsewhere_are_planned_with_from_there_and_when_they_have_done() -> None:
    async with mass(plans=False) as event:
        await event.all_are_trapped()
        await event.answer("K0", Answer.ACCEPT)
        await event.answer("K1", Answer.ACCEPT, Answer.ON_SCENE)
        asked = event.question()
        going, working = asked.soon_free[CrewId("K0")], asked.soon_free[CrewId("K1")]
        eta_s = event.holders[CrewId("K0")].eta_s
        assert eta_s
        assert (going.free_at - NOON).total_seconds() == pytest.approx(eta_s + asked.rules.on_site_s)
        assert (working.free_at - NOON).total_seconds() == asked.rules.on_site_s
        assert asked.rules.soon_free_within_s == LOOKED_AHEAD_S
        assert set(asked.published.values()) == {"K2"}
        assert {len(find_routes(asked, RULES.travel, improve).routes[CrewId(name)]) for name in ("K0", "K1")} <= {1, 2}


async def test_what_an_operator_chose_is_no_question() -> None:
    async with mass(plans=False) as event:
        event.trap(0)
        await event.until(lambda: len(event.outcomes) == 1)
        [chosen] = event.desk.board.incidents
        by_hand = OperatorActed(incident_id=chosen, action=Action.ASSIGN, crew_id=CrewId("K2"), reason="they know it")
        await event.desk.submit(by_hand, actor=OPERATOR)
        event.trap(1, 2)
        await event.until(lambda: len(event.outcomes) == 3)
        asked = event.question()
        assert {callout.incident_id for callout in asked.callouts} == event.desk.board.incidents.keys() - {chosen}
        assert asked.busy.keys() == {"K2"}


# --- what goes wrong


async def test_a_solver_that_hangs_is_killed_and_costs_nothing_but_its_improvement() -> None:
    worker = Worker(within_s=0.1, work=hang_for_ever)
    try:
        async with mass(worker.improve, plans=False) as event:
            await event.all_are_trapped()
            planning = asyncio.create_task(event.planner.plan())
            event.trap(11)
            await event.until(lambda: len(event.outcomes) == 2 * len(CREWS) + 1)
            await planning
            assert worker.kills == 1
            assert {stop for route in event.desk.board.routes.values() for stop in route} >= set(
                event.desk.board.waiting
            ) - {event.desk.board.by_lift[LiftId("L11")]}
    finally:
        worker.close()


async def test_a_plan_that_the_desk_has_no_time_for_is_lost_and_no_more() -> None:
    class Busy:
        """A desk that has no time for plans."""

        def __init__(self, desk: DeskService) -> None:
            self.board = desk.board

        async def submit(self, input: Input, *, actor: Actor, input_id: str | None = None) -> Outcome:  # noqa: A002
            raise DeskBusy("1,000 actions and answers are waiting")

    async with mass(plans=False) as event:
        await event.all_are_trapped()
        planner = Planner(desk=Busy(event.desk), rules=RULES, clock=Noon(), improver=improve)
        await planner.plan()
        assert (planner.counts.plans, planner.counts.handed_in) == (1, 0)
        assert (await event.desk.submit(PlanImproved(routes={}), actor=MACHINE)).incident_id is None
