"""The shell around the desk, on the store's twin in memory: what is decided first, what together, what is settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.faults import Fault
from devices.messages import AlarmRaised, Confidence, EntrapmentFound, Evidence, FaultRaised, LiftId
from dispatch.crews import Position
from dispatch.travel import StraightLine
from rescue.decisions.records import parts_of
from rescue.desk.board import Board, Decision, Outcome, Verdict
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import Action, Intake, OperatorActed
from rescue.effects import AcknowledgeAlarm, Effect
from rescue.incident import Caller, Deadline, Kind, Source, Status
from rescue.policies import Policies
from rescue.ports import Commit, Downlink, KeptDecision, Quarantined, Rendered
from rescue.sending.render import render
from rescue.shell.deciding import NEWS_AT_ONCE, URGENT_IN_A_ROW
from rescue.shell.grouping import ALARMS_AT_ONCE
from rescue.shell.lanes import Lane, Waiting
from rescue.shell.service import DeskService, lift_actor
from rescue.shell.undecided import LOOKED_AT_WITHIN, PUT_OFF_BY
from rescue.store.memory import MemoryStore
from rescue.timeline import Actor
from tests.unit.desk.play import AREA, COMPANIES, CREWS, NOON, lift

LIFTS = [replace(lift(f"L{n}"), address=f"Daxue Road {n // 3}", building="1") for n in range(3 * NEWS_AT_ONCE)]


BROKEN = Position(lon=113.7, lat=34.7)
ODD = replace(lift("odd"), position=BROKEN)
OPERATOR = Actor(kind="operator", name="li", channel="http")


class Noon:
    """It is noon, until somebody moves it."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


class PlantedFault(Exception):
    """A fault of ours, planted."""


class Ways:
    """Ways to lifts as the crow flies; some are the desk's undoing."""

    def __init__(self) -> None:
        self.broken: frozenset[Position] = frozenset()
        self._line = StraightLine()

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        if destination in self.broken:
            raise PlantedFault(f"no way to {destination}")
        return self._line.seconds(origins, destination, at)


class Desk:
    """A running desk, and what it did in order."""

    def __init__(self, store: MemoryStore) -> None:
        policies, ids = Policies(), count(1)
        self.store, self.clock, self.ways = store, Noon(), Ways()
        self.unrenderable: set[LiftId] = set()
        """Lifts for which no message can be made."""
        self.service = DeskService(
            store=store,
            rules=DeskRules(policies=policies, travel=self.ways),
            clock=self.clock,
            new_id=lambda: f"I{next(ids)}",
            render=partial(self._render, policies),
            committed=self._committed,
        )
        self.decisions: list[Decision] = []
        self.settled: list[tuple[LiftId, Outcome]] = []
        self.after_first: FaultRaised | AlarmRaised | None = None
        """What is heard while the first decision is being committed."""
        self._was_settled = asyncio.Event()

    def _render(self, policies: Policies, effect: Effect, now: datetime) -> Rendered:
        if isinstance(effect, AcknowledgeAlarm) and effect.lift_id in self.unrenderable:
            raise PlantedFault(f"no message for {effect.lift_id}")
        return render(effect, policies=policies, public_url="http://desk", link_key=b"k" * 32, now=now)

    async def quarantined(self) -> list[Quarantined]:
        return [row for _, row in await self.store.list_quarantine(after=None, limit=100)]

    def _committed(self, decision: Decision) -> None:
        self.decisions.append(decision)
        if self.after_first and len(self.decisions) == 1:
            self.hear(self.after_first)

    def hear(self, said: FaultRaised | AlarmRaised | EntrapmentFound) -> None:
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
async def running_desk(store: MemoryStore | None = None) -> AsyncIterator[Desk]:
    store = store or MemoryStore()
    await store.put_companies(COMPANIES)
    await store.put_crews(CREWS)
    await store.put_lifts([*LIFTS, ODD])
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


def possible(lift_id: LiftId) -> EntrapmentFound:
    evidence = Evidence(
        confidence=Confidence.POSSIBLE, reasons=("presence: it is not known whether anybody is inside",)
    )
    return EntrapmentFound(lift_id=lift_id, area=AREA, since=NOON.timestamp(), at=NOON.timestamp(), evidence=evidence)


def waiting(said: AlarmRaised | FaultRaised) -> Waiting:
    return Waiting(input_id="I", input=said, actor=lift_actor(said.lift_id), settle=lambda _: None)


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


async def test_a_deadline_waits_for_few_alarms_however_many_come() -> None:
    async with running_desk() as desk:
        desk.hear(possible(LIFTS[0].lift_id))
        await desk.settle(1)
        desk.clock.at = NOON + timedelta(minutes=2)
        for one in LIFTS[1 : 5 * URGENT_IN_A_ROW]:
            desk.hear(pressed(one.lift_id))
        await desk.settle(5 * URGENT_IN_A_ROW)
        asked = next(n for n, one in enumerate(desk.decisions) if any(e.what == "unverified" for e in one.entries))
        assert asked <= URGENT_IN_A_ROW + 1


async def test_news_is_settled_only_after_its_batch_is_committed() -> None:
    async with running_desk() as desk:
        desk.hear(dark(LIFTS[0].lift_id))
        await desk.settle(1)
        assert [outcome.verdict for _, outcome in desk.settled] == [Verdict.OPENED]
        assert len(desk.decisions) == 1


# --- alarms that wait together


def with_number(number: int, lift_id: LiftId) -> AlarmRaised:
    return replace(pressed(lift_id), number=number)


class ListeningStore(MemoryStore):
    """Knows how many decisions each transaction had, and what they rested on."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.kept: list[KeptDecision] = []

    async def commit_all(self, commits: Sequence[Commit], now: datetime) -> None:
        await super().commit_all(commits, now)
        self.sizes.append(len(commits))
        self.kept += [one.kept for one in commits if one.kept]


async def test_alarms_that_wait_together_are_a_decision_each_and_one_transaction() -> None:
    store = ListeningStore()
    async with running_desk(store) as desk:
        for one in LIFTS[:ALARMS_AT_ONCE]:
            desk.hear(pressed(one.lift_id))
        assert desk.settled == []
        await desk.settle(ALARMS_AT_ONCE)
        assert store.sizes == [ALARMS_AT_ONCE]
        assert len(desk.decisions) == ALARMS_AT_ONCE
        assert [lift_id for lift_id, _ in desk.settled] == [one.lift_id for one in LIFTS[:ALARMS_AT_ONCE]]


@given(said=st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3)), min_size=1, max_size=25))
@settings(max_examples=25, deadline=None)
def test_alarms_decided_together_come_to_what_they_come_to_one_by_one(said: list[tuple[int, int]]) -> None:
    """Crews are few, so that what is decided of one alarm rests on what was decided of those before."""

    async def board_after(pause: bool) -> tuple[Board, list[Outcome]]:
        async with running_desk() as desk:
            for number, (lift, alarm) in enumerate(said, start=1):
                desk.hear(with_number(alarm, LIFTS[lift].lift_id))
                if pause:
                    await desk.settle(number)
            await desk.settle(len(said))
            return await desk.store.read_board(), [outcome for _, outcome in desk.settled]

    assert asyncio.run(board_after(pause=False)) == asyncio.run(board_after(pause=True))


async def test_among_alarms_that_wait_together_the_one_on_which_the_desk_fails_harms_only_itself() -> None:
    async with running_desk() as desk:
        desk.ways.broken = frozenset({BROKEN})
        lifts = [*LIFTS[:3], ODD, *LIFTS[3:6]]
        for one in lifts:
            desk.hear(pressed(one.lift_id))
        await desk.settle(len(lifts))
        assert [lift_id for lift_id, _ in desk.settled] == [one.lift_id for one in lifts]
        assert all(desk.service.board.incident_of(one.lift_id) for one in lifts)
        assert desk.service.counts.set_aside == 1
        (row,) = await desk.quarantined()
        assert ODD.lift_id.encode() in row.payload


async def test_what_decisions_rested_on_is_whole_although_the_desk_failed_among_them() -> None:
    store = ListeningStore()
    async with running_desk(store) as desk:
        desk.ways.broken = frozenset({BROKEN})
        for one in (*LIFTS[:3], ODD, *LIFTS[3:6]):
            desk.hear(pressed(one.lift_id))
        await desk.settle(7)
    parts: set[str] = set()
    for kept in store.kept:
        parts |= kept.parts.keys()
        assert kept.body is None or parts_of(kept.body) <= parts
    assert parts


# --- what the desk fails on


async def test_an_alarm_on_which_the_desk_fails_is_a_case_that_a_person_looks_at_and_the_lift_is_told() -> None:
    async with running_desk() as desk:
        desk.ways.broken = frozenset({BROKEN})
        desk.hear(pressed(ODD.lift_id))
        await desk.settle(1)
        (case,) = desk.service.board.incidents.values()
        assert (case.kind, case.status, case.lift_id) == (Kind.ENTRAPMENT, Status.OPEN, ODD.lift_id)
        assert case.evidence.confidence is Confidence.POSSIBLE
        assert "PlantedFault" in case.evidence.reasons[0]
        assert case.deadlines[Deadline.VERIFY_BY] == NOON + LOOKED_AT_WITHIN
        assert [alarm.number for alarm in case.alarms] == [1]
        (told,) = await desk.store.due(NOON, 10)
        assert isinstance(told, Downlink)
        assert told.payload == {"number": 1}
        assert desk.service.board.ledgers[ODD.lift_id].number == 1


async def test_what_the_desk_failed_on_is_quarantined_with_the_traceback() -> None:
    async with running_desk() as desk:
        desk.ways.broken = frozenset({BROKEN})
        desk.hear(pressed(ODD.lift_id))
        await desk.settle(1)
        (row,) = await desk.quarantined()
        assert row.topic == "desk/alarms"
        assert "PlantedFault" in row.reason
        assert row.payload.startswith(b"AlarmRaised(")
        assert b"Traceback" in row.payload
        assert (desk.service.counts.faults, desk.service.counts.set_aside) == (1, 1)


async def test_an_alarm_on_which_the_desk_fails_keeps_nobody_else_waiting() -> None:
    async with running_desk() as desk:
        desk.ways.broken = frozenset({BROKEN})
        desk.hear(pressed(ODD.lift_id))
        desk.hear(pressed(LIFTS[0].lift_id))
        await desk.settle(2)
        case = desk.service.board.incident_of(LIFTS[0].lift_id)
        assert case
        assert case.status is Status.DISPATCHED


async def test_an_alarm_on_which_the_desk_fails_again_joins_the_bare_case_and_raises_no_second() -> None:
    async with running_desk() as desk:
        desk.ways.broken = frozenset({BROKEN})
        desk.hear(pressed(ODD.lift_id))
        desk.hear(replace(pressed(ODD.lift_id), number=2))
        await desk.settle(2)
        (case,) = desk.service.board.incidents.values()
        assert [alarm.number for alarm in case.alarms] == [1, 2]


async def test_a_deadline_on_which_the_desk_fails_comes_again_and_the_other_cases_go_on() -> None:
    async with running_desk() as desk:
        desk.ways.broken = frozenset({BROKEN})
        desk.hear(pressed(ODD.lift_id))
        desk.hear(possible(LIFTS[0].lift_id))
        await desk.settle(2)
        odd = desk.service.board.incident_of(ODD.lift_id)
        assert odd
        desk.clock.at = NOON + timedelta(minutes=2)
        desk.hear(dark(LIFTS[9].lift_id))
        await desk.settle(3)
        put_off = desk.service.board.incidents[odd.incident_id]
        assert min(put_off.deadlines.values()) == desk.clock.at + PUT_OFF_BY
        other = desk.service.board.incident_of(LIFTS[0].lift_id)
        assert other
        assert other.status is Status.DISPATCHED
        assert [entry.what for entry in await desk.store.timeline_of(odd.incident_id)][-1] == "undecided"


async def test_once_the_fault_is_repaired_the_bare_case_goes_the_way_of_every_case() -> None:
    async with running_desk() as desk:
        desk.ways.broken = frozenset({BROKEN})
        desk.hear(pressed(ODD.lift_id))
        await desk.settle(1)
        desk.ways.broken = frozenset()
        desk.clock.at = NOON + LOOKED_AT_WITHIN
        desk.hear(dark(LIFTS[9].lift_id))
        await desk.settle(2)
        case = desk.service.board.incident_of(ODD.lift_id)
        assert case
        assert case.status is Status.DISPATCHED


async def test_what_cannot_even_be_decided_barely_is_left_unacknowledged_and_keeps_nobody_waiting() -> None:
    async with running_desk() as desk:
        desk.unrenderable.add(ODD.lift_id)
        desk.hear(pressed(ODD.lift_id))
        desk.hear(pressed(LIFTS[0].lift_id))
        await desk.settle(1)
        assert [lift_id for lift_id, _ in desk.settled] == [LIFTS[0].lift_id]
        assert len(await desk.quarantined()) == 1
        assert desk.service.lanes.lengths()["alarms"] == 0


async def test_a_person_whose_report_the_desk_fails_on_has_a_case_for_it() -> None:
    async with running_desk() as desk:
        desk.ways.broken = frozenset({BROKEN})
        intake = Intake(lift_id=ODD.lift_id, area=AREA, source=Source.PHONE, caller=Caller())
        outcome = await desk.service.submit(intake, actor=OPERATOR)
        assert outcome.verdict is Verdict.OPENED
        assert outcome.incident_id in desk.service.board.incidents


async def test_a_person_whose_action_the_desk_fails_on_is_told_and_the_case_is_as_it_was() -> None:
    async with running_desk() as desk:
        desk.hear(possible(ODD.lift_id))
        await desk.settle(1)
        (case,) = desk.service.board.incidents.values()
        desk.ways.broken = frozenset({BROKEN})
        act = OperatorActed(incident_id=case.incident_id, action=Action.ASSIGN, crew_id=CREWS[0].crew_id)
        with pytest.raises(PlantedFault):
            await desk.service.submit(act, actor=OPERATOR)
        assert list(desk.service.board.incidents.values()) == [case]


async def test_of_much_news_only_what_the_desk_fails_on_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_desk() as desk:
        odd = replace(dark(LIFTS[50].lift_id), since=float("inf"))  # no instant can be made of it
        for one in LIFTS[:NEWS_AT_ONCE]:
            desk.hear(odd if one.lift_id == odd.lift_id else dark(one.lift_id))
        await desk.settle(NEWS_AT_ONCE)
        (row,) = await desk.quarantined()
        assert row.topic == "desk/news"
        (parent,) = [incident for incident in desk.service.board.incidents.values() if incident.lift_id is None]
        assert parent.affected == NEWS_AT_ONCE - 1


# --- another instance


async def test_an_instance_that_stands_by_forgets_what_the_broker_will_tell_the_other() -> None:
    async with running_desk() as desk:
        desk.service.lanes.put(Lane.ALARMS, waiting(pressed(ODD.lift_id)))
        desk.service.lanes.put(Lane.NEWS, waiting(dark(ODD.lift_id)))
        desk.service.lanes.leave_to_others()
        assert not any(desk.service.lanes.lengths().values())
