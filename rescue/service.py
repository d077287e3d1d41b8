"""The shell around the desk: one input, one decision, one transaction, then acknowledge.

Inputs are decided one at a time, in the order of their lanes; only news comes in batches. What cannot be committed is
kept and decided afresh when the database is back: the board is loaded again first, since whether a broken commit took
place is not known. Deciding an input twice changes nothing the second time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from devices.messages import (
    AlarmEnded,
    AlarmRaised,
    EntrapmentEnded,
    EntrapmentFound,
    FaultCleared,
    FaultRaised,
    LiftId,
    LinkChanged,
    TestCallHeard,
    TestCallOverdue,
)
from dispatch.problem import Candidate, Refusal
from dispatch.solver import rank
from rescue.desk import get_timer, handle, handle_news, handle_timer
from rescue.desk.asking import callout_of, problem_of
from rescue.desk.board import Board, Decision, Outcome, apply
from rescue.desk.draft import DeskRules, Draft
from rescue.desk.inputs import CompanyAnswered, Envelope, Input, Intake, LiftEvent, OfferUndelivered, OperatorActed
from rescue.effects import Effect
from rescue.incident import Incident, Lift
from rescue.lanes import Lane, LaneFull, Lanes, Waiting
from rescue.ports import Clock, Rendered, Store, StoreUnavailable
from rescue.timeline import Actor

log = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 2.0
ANSWER_WITHIN_S = 10.0
"""How long a person or program waits for the desk before it is told to ask again."""
HOLD_EVERY_S = 1.0
"""With nothing to do, make sure this often that the database is there and this process still the desk."""
NEWS_AT_ONCE = 250
"""News decided and committed as one: what an alarm that comes in the middle of it waits for."""
OVERDUE_AFTER_S = 5.0
"""A deadline this long past without having been handled makes the service not ready."""


class DeskBusy(Exception):
    """The desk could not take the input or not decide it in time. Nothing is known to have changed: ask again."""


@dataclass(slots=True)
class DeskCounts:
    """What the desk has done since it started."""

    decided: int = 0
    committed: int = 0
    opened: int = 0
    reloads: int = 0
    commit_s: float = 0.0


class DeskService:
    """The desk as the rest of the process sees it: `hear` what lifts say, `submit` what people do."""

    def __init__(
        self,
        *,
        store: Store,
        rules: DeskRules,
        clock: Clock,
        new_id: Callable[[], str],
        render: Callable[[Effect, datetime], Rendered],
        committed: Callable[[Decision], None],
    ) -> None:
        """`committed` is called after each commit, e.g. to wake the outbox."""
        self.board = Board()
        self.counts = DeskCounts()
        self.lanes = Lanes()
        self._store = store
        self._rules = rules
        self._clock = clock
        self._new_id = new_id
        self._render = render
        self._committed = committed
        self._loaded = asyncio.Event()
        self._standing_by = asyncio.Event()

    @property
    def is_loaded(self) -> bool:
        """The board is in memory and this process is the active desk."""
        return self._loaded.is_set()

    async def wait_loaded(self) -> None:
        """Return once this process is the active desk."""
        await self._loaded.wait()

    async def wait_standing_by(self) -> None:
        """Return once another instance is found to be the desk."""
        await self._standing_by.wait()

    def hear(self, news: LiftEvent | OfferUndelivered, actor: Actor, settle: Callable[[Outcome], None]) -> None:
        """Take in what the tracker or the outbox found; `settle` is called once it is committed."""
        self.lanes.put(_lane_of(news), Waiting(input_id=self._new_id(), input=news, actor=actor, settle=settle))

    async def submit(self, input: Input, *, actor: Actor, input_id: str | None = None) -> Outcome:  # noqa: A002
        """Have the desk decide what a person or company did. Raises DeskBusy."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        waiting = Waiting(
            input_id=input_id or self._new_id(),
            input=input,
            actor=actor,
            settle=lambda outcome: None if answer.done() else answer.set_result(outcome),
            is_abandoned=answer.done,
        )
        try:
            self.lanes.put(_lane_of(input), waiting)
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await answer
        except (LaneFull, TimeoutError) as error:
            raise DeskBusy(str(error) or f"the desk did not come to it within {ANSWER_WITHIN_S:g} s") from None

    def candidates(self, incident: Incident) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
        """Every crew ranked for this case as things stand, and why the others may not go."""
        draft = Draft(self.board, self._rules, self._clock.now())
        return rank(callout_of(draft, incident), problem_of(draft, incident), self._rules.travel)

    def overdue(self, now: datetime) -> list[str]:
        """What the auditor finds: open cases with nothing ahead, or a deadline left unhandled."""
        return [finding for i in self.board.incidents.values() if (finding := _finding(i, now))]

    async def run(self) -> None:
        """Be the desk, for ever: wait for the database as long as it takes, and begin again when it comes back."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                self.board = await self._store.load_board(self._standing_by.set)
                self._standing_by.clear()
                self._loaded.set()
                log.info("desk loaded", open_incidents=len(self.board.incidents), crews=len(self.board.crews))
                pause_s = FIRST_PAUSE_S
                await self._decide_for_ever()
            except StoreUnavailable as error:
                self._loaded.clear()
                self.counts.reloads += 1
                log.warning("no database", reason=str(error), waiting=self.lanes.lengths(), again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _decide_for_ever(self) -> None:
        while True:
            urgent = self.lanes.first(Lane.ALARMS, Lane.PEOPLE)
            if urgent:
                await self._decide(*urgent)
            elif self._is_time():
                await self._pass_deadlines()
            elif news := self.lanes.news(NEWS_AT_ONCE):
                await self._decide_news(news)
            elif not await self.lanes.arrival(self._seconds_to_timer()):
                await self._store.hold_desk()

    async def _decide(self, lane: Lane, waiting: Waiting) -> None:
        envelope = Envelope(
            input_id=waiting.input_id,
            input=waiting.input,
            actor=waiting.actor,
            lift=await self._card(waiting.input),
        )
        decision = handle(self.board, envelope, self._clock.now(), self._rules)
        await self._commit(decision)
        self.lanes.done(lane, waiting)
        self.counts.decided += 1
        waiting.settle(decision.outcome)

    async def _decide_news(self, news: Sequence[Waiting]) -> None:
        """Much news in one transaction: an alarm that comes meanwhile waits for this one decision and no more."""
        cards = await self._cards(news)
        envelopes = [
            Envelope(input_id=w.input_id, input=w.input, actor=w.actor, lift=_card_of(w.input, cards)) for w in news
        ]
        decision, outcomes = handle_news(self.board, envelopes, self._clock.now(), self._rules)
        await self._commit(decision)
        self.counts.decided += len(news)
        for waiting, outcome in zip(news, outcomes, strict=True):
            self.lanes.done(Lane.NEWS, waiting)
            waiting.settle(outcome)

    async def _cards(self, news: Sequence[Waiting]) -> Mapping[LiftId, Lift]:
        wanted = {lift_id for waiting in news if (lift_id := _lift_to_open(waiting.input)) is not None}
        return await self._store.find_lifts(sorted(wanted)) if wanted else {}

    async def _pass_deadlines(self) -> None:
        await self._commit(handle_timer(self.board, self._clock.now(), self._rules))

    async def _commit(self, decision: Decision) -> None:
        if decision.is_empty:
            return
        now = self._clock.now()
        await self._store.commit(decision, [self._render(effect, now) for effect in decision.effects], now)
        apply(self.board, decision)
        self.counts.committed += 1
        self.counts.commit_s += (self._clock.now() - now).total_seconds()
        for entry in decision.entries:
            number = decision.incidents[entry.incident_id].number
            log.info(entry.what, case=number, by=entry.actor.name, said=entry.said)
        self._committed(decision)

    async def _card(self, input_: Input) -> Lift | None:
        """The registry's card, needed only where the input may open a case."""
        match input_:
            case AlarmRaised() | EntrapmentFound() | Intake() if not self.board.incident_of(input_.lift_id):
                return await self._store.find_lift(input_.lift_id)
            case _:
                return None

    def _is_time(self) -> bool:
        by = get_timer(self.board)
        return by is not None and by <= self._clock.now()

    def _seconds_to_timer(self) -> float:
        by = get_timer(self.board)
        left_s = HOLD_EVERY_S if by is None else (by - self._clock.now()).total_seconds()
        return min(HOLD_EVERY_S, max(0.0, left_s))


def _lift_to_open(news: Input) -> LiftId | None:
    """The lift of which this news may open a case."""
    match news:
        case FaultRaised(is_flapping=False) | TestCallOverdue() | LinkChanged(online=False):
            return news.lift_id
        case _:
            return None


def _card_of(news: Input, cards: Mapping[LiftId, Lift]) -> Lift | None:
    lift_id = _lift_to_open(news)
    return cards.get(lift_id) if lift_id is not None else None


def _lane_of(said: Input) -> Lane:
    match said:
        case AlarmRaised() | AlarmEnded() | EntrapmentFound() | EntrapmentEnded() | Intake() | OfferUndelivered():
            return Lane.ALARMS
        case CompanyAnswered() | OperatorActed():
            return Lane.PEOPLE
        case FaultRaised() | FaultCleared() | TestCallOverdue() | TestCallHeard() | LinkChanged():
            return Lane.NEWS


def _finding(incident: Incident, now: datetime) -> str:
    if not incident.deadlines:
        return f"incident {incident.number} has no deadline ahead"
    late_s = (now - min(incident.deadlines.values())).total_seconds()
    return f"incident {incident.number} is {late_s:.0f} s past a deadline" if late_s > OVERDUE_AFTER_S else ""


def lift_actor(lift_id: LiftId) -> Actor:
    """The lift itself, speaking by MQTT."""
    return Actor(kind="lift", name=lift_id, channel="mqtt")
