"""One input, one decision, one transaction, then the outcome to whoever waits; and what happens where the desk fails.

Inputs are decided one at a time, in the order of their lanes; only news is one decision in batches. Alarms that wait
together are committed together (`grouping`): a decision each, one transaction for all. Deadlines go between people and
news and, where the urgent lanes never run dry, once after every so many: a deadline that passes is how the next crew is
asked for whoever has waited longest.

An input on which the desk itself fails is tried once more on a board read afresh, and then set aside: a fault of ours
must not stop the rescue of everybody else. What is decided instead is `undecided`'s to say. Where it fails on many
together they are decided one by one, so that only the one at fault comes to that. Everything here raises
StoreUnavailable, after which nothing is known of the last commit: `begin` with a board loaded anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from rescue.decisions.packing import Packer, leave_out
from rescue.decisions.records import How, as_kept
from rescue.decisions.witness import watch
from rescue.desk import get_timer, handle, handle_news, handle_timer
from rescue.desk.board import Board, Decision, Outcome, apply
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import Envelope, Input
from rescue.effects import Effect
from rescue.incident import IncidentId, Lift
from rescue.ports import Clock, Commit, KeptDecision, Quarantine, Rendered, Store, StoreUnavailable
from rescue.shell.grouping import ALARMS_AT_ONCE, fork, those_together
from rescue.shell.lanes import Lane, Lanes, Waiting
from rescue.shell.lookups import Known, lift_to_open, look_up
from rescue.shell.undecided import (
    bare_case,
    overdue_cases,
    pass_deadlines_of,
    put_off,
    put_off_unsaid,
    quarantined,
    say,
    traced,
)
from rescue.watch.timings import DeskTimes

T = TypeVar("T")
log = structlog.get_logger(__name__)

NEWS_AT_ONCE = 100
"""News decided and committed as one: what an alarm that comes in the middle of it waits for."""
URGENT_IN_A_ROW = 10
"""Alarms and people's actions decided while deadlines that have passed wait."""
QUARANTINE_KEEPS = 100_000


class DeskStore(Store, Quarantine, Protocol):
    """What the desk writes to."""


@dataclass(slots=True)
class DeskCounts:
    """What the desk has done since it started."""

    decided: int = 0
    committed: int = 0
    faults: int = 0
    """Times that the desk failed on an input or a deadline."""
    set_aside: int = 0
    """Inputs that were quarantined, and deadlines that were put off, because it failed on them twice."""


class Decider:
    """Takes what waits in the lanes, and the deadlines, one after the other."""

    def __init__(
        self,
        *,
        store: DeskStore,
        rules: DeskRules,
        clock: Clock,
        render: Callable[[Effect, datetime], Rendered],
        committed: Callable[[Decision], None],
        lanes: Lanes,
        times: DeskTimes,
    ) -> None:
        """`committed` is called after each commit."""
        self.board = Board()
        self.counts = DeskCounts()
        self._store = store
        self._rules = as_kept(rules)
        self._packer = Packer()
        self._clock = clock
        self._render = render
        self._committed = committed
        self._lanes = lanes
        self._times = times
        self._spoke_at = 0.0
        """When the store last heard from us, by the event loop's clock."""
        self._in_a_row = 0
        """So many urgent inputs were decided since deadlines last had their turn."""
        self._singly = 0
        """So much news is to be decided one by one, since the desk failed on it together."""
        self._alone = 0
        """So many alarms are to be committed one by one, since the desk failed on them together."""

    def begin(self, board: Board) -> None:
        """With this board, just loaded."""
        self.board = board
        self._note_spoken()

    def silent_s(self) -> float:
        """For how long the store has not heard from us."""
        return asyncio.get_running_loop().time() - self._spoke_at

    async def hold(self) -> None:
        """Say that this desk is there."""
        await self._store.hold_desk()
        self._note_spoken()

    async def decide_next(self) -> bool:
        """The most urgent of what is to be decided; False if there is nothing."""
        urgent = self._lanes.first(Lane.ALARMS, Lane.PEOPLE)
        if self._is_time() and (not urgent or self._in_a_row >= URGENT_IN_A_ROW):
            self._in_a_row = 0
            await self._pass_deadlines()
        elif len(group := self._group(urgent)) > 1:
            self._in_a_row += len(group)
            await self._take_together(group)
        elif urgent:
            self._in_a_row += 1
            await self._take(*urgent)
        elif news := self._lanes.news(1 if self._singly else NEWS_AT_ONCE):
            await self._take_news(news)
        else:
            return False
        return True

    # Alarms together

    def _group(self, urgent: tuple[Lane, Waiting] | None) -> Sequence[Waiting]:
        if urgent is None or urgent[0] is not Lane.ALARMS:
            return ()
        if self._alone:
            self._alone -= 1
            return ()
        most = URGENT_IN_A_ROW - self._in_a_row if self._is_time() else ALARMS_AT_ONCE
        return those_together(self._lanes.alarms(), most)

    async def _take_together(self, group: Sequence[Waiting]) -> None:
        try:
            outcomes = await self._decide_together(group)
        except StoreUnavailable:
            raise
        except Exception as error:
            self.counts.faults += 1
            self._alone = len(group)
            log.error("the desk failed on alarms together: now one by one", fault=say(error), alarms=len(group))
        else:
            for waiting, outcome in zip(group, outcomes, strict=True):
                self._settle(Lane.ALARMS, waiting, outcome)

    async def _decide_together(self, group: Sequence[Waiting]) -> Sequence[Outcome]:
        looked_up, board, decided = await self._look_up(group), fork(self.board), []
        with self._packer.committing():
            for waiting, known in zip(group, looked_up, strict=True):
                envelope = _wrap(waiting, known if lift_to_open(waiting.input, board) else Known())
                witness, now = watch(board, self._rules), self._clock.now()
                decision = handle(witness.board, envelope, now, witness.rules)
                decided.append((decision, self._packer.pack(witness, decision, now, How.INPUT, [envelope])))
                apply(board, decision)
                await asyncio.sleep(0)  # Each takes some milliseconds: whoever else is here must not wait for them all.
            await self._commit_all(decided)
        return [decision.outcome for decision, _ in decided]

    async def _look_up(self, together: Sequence[Waiting]) -> Sequence[Known]:
        return await look_up(self._store, self.board, [one.input for one in together])

    # One input

    async def _take(self, lane: Lane, waiting: Waiting) -> None:
        try:
            outcome = await self._twice(lambda: self._decide(waiting))
        except StoreUnavailable:
            raise
        except Exception as error:
            await self._set_aside(lane, waiting, error)
        else:
            self._settle(lane, waiting, outcome)

    async def _decide(self, waiting: Waiting) -> Outcome:
        (known,) = await self._look_up([waiting])
        envelope = _wrap(waiting, known)
        witness, now = watch(self.board, self._rules), self._clock.now()
        decision = handle(witness.board, envelope, now, witness.rules)
        await self._commit(decision, self._packer.pack(witness, decision, now, How.INPUT, [envelope]))
        return decision.outcome

    def _settle(self, lane: Lane, waiting: Waiting, outcome: Outcome) -> None:
        self.counts.decided += 1
        self._times.decided(lane, waiting.since)
        self._lanes.done(lane, waiting)
        waiting.settle(outcome)

    # Much news

    async def _take_news(self, news: Sequence[Waiting]) -> None:
        """Much in one transaction: an alarm that comes meanwhile waits for this one decision and no more."""
        try:
            outcomes = await self._twice(lambda: self._decide_news(news))
        except StoreUnavailable:
            raise
        except Exception as error:
            await self._part(news, error)
        else:
            self._singly = max(0, self._singly - len(news))
            for waiting, outcome in zip(news, outcomes, strict=True):
                self._settle(Lane.NEWS, waiting, outcome)

    async def _part(self, news: Sequence[Waiting], error: Exception) -> None:
        """One of these is what the desk fails on: it is found by deciding them one by one, alarms between them."""
        if len(news) > 1:
            self._singly = len(news)
            return
        self._singly = max(0, self._singly - 1)
        await self._set_aside(Lane.NEWS, news[0], error)

    async def _decide_news(self, news: Sequence[Waiting]) -> Sequence[Outcome]:
        envelopes = [_wrap(*each) for each in zip(news, await self._look_up(news), strict=True)]
        witness, now = watch(self.board, self._rules), self._clock.now()
        decision, outcomes = handle_news(witness.board, envelopes, now, witness.rules)
        await self._commit(decision, self._packer.pack(witness, decision, now, How.NEWS, envelopes, outcomes))
        return outcomes

    # Deadlines

    async def _pass_deadlines(self) -> None:
        try:
            await self._twice(self._pass_those_due)
        except StoreUnavailable:
            raise
        except Exception:
            for incident_id in overdue_cases(self.board, self._clock.now()):
                await self._pass_deadlines_of(incident_id)

    async def _pass_those_due(self) -> None:
        witness, now = watch(self.board, self._rules), self._clock.now()
        decision = handle_timer(witness.board, now, witness.rules)
        await self._commit(decision, self._packer.pack(witness, decision, now, How.TIMER))

    async def _pass_deadlines_of(self, incident_id: IncidentId) -> None:
        now = self._clock.now()
        try:
            await self._commit(pass_deadlines_of(self.board, incident_id, now, self._rules))
        except StoreUnavailable:
            raise
        except Exception as error:
            self.counts.set_aside += 1
            log.error("the desk fails on a deadline: put off", incident=incident_id, fault=say(error))
            await self._put_off(incident_id, error, now)

    async def _put_off(self, incident_id: IncidentId, error: Exception, now: datetime) -> None:
        await self._quarantine("deadline", self.board.incidents[incident_id], error)
        try:
            await self._commit(put_off(self.board, incident_id, error, now, self._rules))
        except StoreUnavailable:
            raise
        except Exception as worse:
            # Then only here; what the database has is overdue, and the auditor says so.
            log.error("putting it off cannot be written down", incident=incident_id, exception=traced(worse))
            self.board.put(put_off_unsaid(self.board.incidents[incident_id], now))

    # What the desk fails on

    async def _twice(self, decide: Callable[[], Awaitable[T]]) -> T:
        """Once more on a board read afresh, for it may be the board that is wrong; whoever waits is not let in."""
        try:
            return await decide()
        except StoreUnavailable:
            raise
        except Exception as error:
            self.counts.faults += 1
            log.error("the desk failed: once more on a board read afresh", exception=traced(error))
        self.board = await self._store.read_board()
        return await decide()

    async def _set_aside(self, lane: Lane, waiting: Waiting, error: Exception) -> None:
        """Quarantined; if it tells of people inside, they have a case all the same. Whoever asked is answered."""
        self.counts.set_aside += 1
        log.error("the desk fails on this input: set aside", lane=lane.name, input=waiting.input, fault=say(error))
        await self._quarantine(lane.name.lower(), waiting.input, error)
        try:
            outcome = await self._decide_barely(waiting, error)
        except StoreUnavailable:
            raise
        except Exception as worse:
            # The broker keeps what is never settled: it comes again with the next connection.
            log.error("the desk fails on the least there is to decide: left unacknowledged", exception=traced(worse))
            self._lanes.done(lane, waiting)
            waiting.fail(error)
        else:
            if outcome.incident_id is None:
                waiting.fail(error)
            self._settle(lane, waiting, outcome)

    async def _decide_barely(self, waiting: Waiting, error: Exception) -> Outcome:
        envelope = _wrap(waiting, Known(await self._card(waiting.input)))
        bare = bare_case(self.board, envelope, error, self._clock.now(), self._rules)
        await self._commit(bare)
        return bare.outcome

    async def _quarantine(self, where: str, input_: object, error: Exception) -> None:
        await self._store.quarantine([quarantined(where, input_, error, self._clock.now())], QUARANTINE_KEEPS)

    async def _commit(self, decision: Decision, kept: KeptDecision | None = None) -> None:
        await self._commit_all([(decision, kept)])

    async def _commit_all(self, decided: Sequence[tuple[Decision, KeptDecision | None]]) -> None:
        now = self._clock.now()
        with self._packer.committing():
            commits = [self._prepare(decision, kept, now) for decision, kept in decided if not decision.is_empty]
            if not commits:
                return
            with self._times.committing():
                await self._store.commit_all(commits, now)
        self._note_spoken()
        for commit in commits:
            self._take_effect(commit.decision)

    def _prepare(self, decision: Decision, kept: KeptDecision | None, now: datetime) -> Commit:
        return Commit(
            decision=decision,
            effects=[self._render(effect, now) for effect in decision.effects],
            kept=kept or leave_out(decision, now, "the desk had failed on it, and decided the least there is"),
        )

    def _take_effect(self, decision: Decision) -> None:
        apply(self.board, decision)
        self.counts.committed += 1
        for entry in decision.entries:
            number = decision.incidents[entry.incident_id].number
            log.info(entry.what, case=number, by=entry.actor.name, said=entry.said)
        self._committed(decision)

    async def _card(self, input_: Input) -> Lift | None:
        """The registry's card alone: what else is looked up may be what the desk fails on."""
        lift_id = lift_to_open(input_, self.board)
        return await self._store.find_lift(lift_id) if lift_id else None

    def _is_time(self) -> bool:
        by = get_timer(self.board)
        return by is not None and by <= self._clock.now()

    def _note_spoken(self) -> None:
        self._spoke_at = asyncio.get_running_loop().time()


def _wrap(waiting: Waiting, known: Known) -> Envelope:
    said, by = waiting.input, waiting.actor
    return Envelope(input_id=waiting.input_id, input=said, actor=by, lift=known.card, finished=known.finished)
