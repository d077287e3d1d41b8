"""The shell around the desk, on the store's twin in memory: what is decided first, what together, what is settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import count

from devices.faults import Fault
from devices.messages import AlarmRaised, Confidence, Evidence, FaultRaised, LiftId
from dispatch.travel import StraightLine
from rescue.desk.board import Decision, Outcome, Verdict
from rescue.desk.draft import DeskRules
from rescue.escalation import Policy
from rescue.incident import Kind
from rescue.render import render
from rescue.service import NEWS_AT_ONCE, DeskService, lift_actor
from rescue.store.memory import MemoryStore
from tests.unit.desk.play import AREA, COMPANIES, CREWS, NOON, lift

LIFTS = [replace(lift(f"L{n}"), address=f"Daxue Road {n // 3}", building="1") for n in range(3 * NEWS_AT_ONCE)]


class Noon:
    """It is always noon."""

    def now(self) -> datetime:
        return NOON


class Desk:
    """A running desk, and what it did in order."""

    def __init__(self, store: MemoryStore) -> None:
        policy, ids = Policy(), count(1)
        self.service = DeskService(
            store=store,
            rules=DeskRules(policy=policy, travel=StraightLine()),
            clock=Noon(),
            new_id=lambda: f"I{next(ids)}",
            render=lambda effect, now: render(
                effect, policy=policy, public_url="http://desk", link_key=b"k" * 32, now=now
            ),
            committed=self._committed,
        )
        self.decisions: list[Decision] = []
        self.settled: list[tuple[LiftId, Outcome]] = []
        self.after_first: FaultRaised | AlarmRaised | None = None
        """What is heard while the first decision is being committed."""
        self._was_settled = asyncio.Event()

    def _committed(self, decision: Decision) -> None:
        self.decisions.append(decision)
        if self.after_first and len(self.decisions) == 1:
            self.hear(self.after_first)

    def hear(self, said: FaultRaised | AlarmRaised) -> None:
        self.service.hear(said, lift_actor(said.lift_id), partial(self._settle, said.lift_id))

    def _settle(self, lift_id: LiftId, outcome: Outcome) -> None:
        self.settled.append((lift_id, outcome))
        self._was_settled.set()

    async def settle(self, number: int) -> None:
        async with asyncio.timeout(30):
            while len(self.settled) < number:
                self._was_settled.clear()
                await self._was_settled.wait()


@asynccontextmanager
async def running_desk() -> AsyncIterator[Desk]:
    store = MemoryStore()
    await store.put_companies(COMPANIES)
    await store.put_crews(CREWS)
    await store.put_lifts(LIFTS)
    desk = Desk(store)
    running = asyncio.create_task(desk.service.run())
    try:
        await desk.service.wait_loaded()
        yield desk
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def dark(lift_id: LiftId) -> FaultRaised:
    at = NOON.timestamp()
    return FaultRaised(lift_id=lift_id, area=AREA, fault=Fault.MAINS_LOST, raw=None, since=at, at=at, reported_at=None)


def pressed(lift_id: LiftId) -> AlarmRaised:
    evidence = Evidence(confidence=Confidence.LIKELY, reasons=("alarm_button: the alarm button was held",))
    return AlarmRaised(
        lift_id=lift_id, area=AREA, number=1, boot=1, at=NOON.timestamp(), reported_at=None, evidence=evidence
    )


async def test_a_power_cut_is_taken_in_by_batches_and_ends_as_one_event() -> None:
    async with running_desk() as desk:
        for one in LIFTS:
            desk.hear(dark(one.lift_id))
        await desk.settle(len(LIFTS))
        (parent,) = [incident for incident in desk.service.board.incidents.values() if incident.lift_id is None]
        assert (parent.affected, parent.building) == (len(LIFTS), "")
        assert [lift_id for lift_id, _ in desk.settled] == [one.lift_id for one in LIFTS]
        assert len(desk.decisions) == len(LIFTS) / NEWS_AT_ONCE


async def test_an_alarm_among_the_news_waits_for_one_batch_at_most() -> None:
    async with running_desk() as desk:
        desk.after_first = pressed(LIFTS[-1].lift_id)
        for one in LIFTS:
            desk.hear(dark(one.lift_id))
        await desk.settle(len(LIFTS) + 1)
        assert desk.settled[NEWS_AT_ONCE][0] == LIFTS[-1].lift_id
        case = desk.service.board.incident_of(LIFTS[-1].lift_id)
        assert case
        assert case.kind is Kind.ENTRAPMENT
        assert case.parent_id


async def test_news_is_settled_only_after_its_batch_is_committed() -> None:
    async with running_desk() as desk:
        desk.hear(dark(LIFTS[0].lift_id))
        await desk.settle(1)
        assert [outcome.verdict for _, outcome in desk.settled] == [Verdict.OPENED]
        assert len(desk.decisions) == 1
