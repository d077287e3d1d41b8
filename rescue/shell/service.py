"""The shell around the desk: takes inputs in, is the one active desk or stands by, and says when it cannot decide.

What cannot be committed is kept and decided afresh when the database is back: the board is loaded again first, since
whether a broken commit took place is not known. Deciding an input twice changes nothing the second time. An instance
that stands by keeps nothing: what was not acknowledged comes to the active one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry

from devices.messages import LiftId
from dispatch.problem import Ranking
from dispatch.solver import rank
from rescue.desk import get_timer
from rescue.desk.board import Board, Decision, Outcome
from rescue.desk.draft import DeskRules, Draft
from rescue.desk.inputs import Input, LiftEvent, OfferUndelivered
from rescue.desk.problems import callout_of, problem_of
from rescue.effects import Effect
from rescue.incident import Incident
from rescue.ports import Clock, Rendered, StoreUnavailable
from rescue.shell.deciding import Decider, DeskStore
from rescue.shell.lanes import LaneFull, Lanes, Waiting, lane_of
from rescue.timeline import Actor
from rescue.watch.timings import DeskTimes

log = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 2.0
ANSWER_WITHIN_S = 10.0
"""How long a person or program waits for the desk before it is told to ask again."""
HOLD_EVERY_S = 1.0
"""Whatever it does, the desk says this often that it is there: the server believes it dead after 3 s of silence."""
STANDS_BY = "another instance is the desk; this one stands by"
STARTING = "the board is not loaded yet"


class DeskBusy(Exception):
    """The desk could not take the input or not decide it in time. Nothing is known to have changed: ask again."""


class DeskService:
    """The desk as the rest of the process sees it: `hear` what lifts say, `submit` what people do."""

    def __init__(
        self,
        *,
        store: DeskStore,
        rules: DeskRules,
        clock: Clock,
        new_id: Callable[[], str],
        render: Callable[[Effect, datetime], Rendered],
        committed: Callable[[Decision], None],
        times: DeskTimes | None = None,
    ) -> None:
        """`committed` is called after each commit, e.g. to wake the outbox."""
        self.lanes = Lanes()
        self.trouble = STARTING
        """Why nothing can be decided now, for a person; "" if it can."""
        self.reloads = 0
        self._store = store
        self._rules = rules
        self._clock = clock
        self._new_id = new_id
        self._decider = Decider(
            store=store,
            rules=rules,
            clock=clock,
            render=render,
            committed=committed,
            lanes=self.lanes,
            times=times or DeskTimes(CollectorRegistry()),
        )
        self.counts = self._decider.counts
        self._loaded = asyncio.Event()
        self._standing_by = asyncio.Event()
        self._pause_s = FIRST_PAUSE_S

    @property
    def board(self) -> Board:
        """The open cases and who can help, as last committed."""
        return self._decider.board

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
        self.lanes.put(lane_of(news), Waiting(input_id=self._new_id(), input=news, actor=actor, settle=settle))

    async def submit(self, input: Input, *, actor: Actor, input_id: str | None = None) -> Outcome:  # noqa: A002
        """Have the desk decide what a person or company did. Raises DeskBusy, and what the desk fails with."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        waiting = Waiting(
            input_id=input_id or self._new_id(),
            input=input,
            actor=actor,
            settle=lambda outcome: None if answer.done() else answer.set_result(outcome),
            is_abandoned=answer.done,
            fail=lambda error: None if answer.done() else answer.set_exception(error),
        )
        try:
            self.lanes.put(lane_of(input), waiting)
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await answer
        except (LaneFull, TimeoutError) as error:
            raise DeskBusy(str(error) or f"the desk did not come to it within {ANSWER_WITHIN_S:g} s") from None

    def candidates(self, incident: Incident) -> Ranking:
        """Every crew ranked for this case as things stand, and why the others may not go."""
        draft = Draft(self.board, self._rules, self._clock.now())
        return rank(callout_of(draft, incident), problem_of(draft, incident), self._rules.travel)

    async def run(self) -> None:
        """Be the desk, for ever: wait for the database as long as it takes, and begin again when it comes back."""
        while True:
            try:
                await self._become_the_desk()
                await self._decide_for_ever()
            except StoreUnavailable as error:
                self._lose_the_desk(error)
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    async def _become_the_desk(self) -> None:
        self._decider.begin(await self._store.load_board(self._stand_by))
        self._standing_by.clear()
        self._loaded.set()
        log.info("desk loaded", open_incidents=len(self.board.incidents), crews=len(self.board.crews))

    def _stand_by(self) -> None:
        self.trouble = STANDS_BY
        self.lanes.leave_to_others()
        self._standing_by.set()

    def _lose_the_desk(self, error: StoreUnavailable) -> None:
        self.trouble = f"no case can be taken in or changed: {error}"
        self._loaded.clear()
        self.reloads += 1
        log.warning("no database", reason=str(error), waiting=self.lanes.lengths(), again_in_s=self._pause_s)

    async def _decide_for_ever(self) -> None:
        while True:
            if self._decider.silent_s() >= HOLD_EVERY_S:
                await self._decider.hold()
            was_something = await self._decider.decide_next()
            self.trouble, self._pause_s = "", FIRST_PAUSE_S
            if not was_something:
                await self.lanes.arrival(self._seconds_to_timer())

    def _seconds_to_timer(self) -> float:
        by = get_timer(self.board)
        left_s = HOLD_EVERY_S if by is None else (by - self._clock.now()).total_seconds()
        return min(HOLD_EVERY_S, max(0.0, left_s))


def lift_actor(lift_id: LiftId) -> Actor:
    """The lift itself, speaking by MQTT."""
    return Actor(kind="lift", name=lift_id, channel="mqtt")
