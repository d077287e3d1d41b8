"""Carries effects out, each until it succeeds or its time is over: the way from a committed decision to the world.

Decides when to look at the store and what to do with what is due; `in_hand` says who may start, `retries` when to try
again. Must not know what is said, nor decide anything about a case: that nobody took an offer goes back to the desk.

At least once: a result is written down after the try, so a try whose result was lost is made again, under the same
`webhook-id`. While the database is away nothing is lost: results wait here, and there is nothing new to carry.

Limits: 200 effects are taken at a time; tries at once, and what waits for them, by `in_hand.Limits`; a webhook beyond
these is put off by its ordinary pause, as if it had failed. A publish takes at most 10 s, a webhook what `webhooks`
says. The store is looked at when woken, when something is due, and at least once a minute; while anything is in hand
every 0.25 s, because what is in hand is due as well and hides what comes next. If the store does not answer, the outbox
pauses 0.5 s, doubling to 5 s, and goes on for ever.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from devices.mqtt import MqttError
from rescue.desk.inputs import OfferUndelivered
from rescue.ports import Carried, Clock, Delivery, Downlink, Outgoing, StoreUnavailable
from rescue.sending.in_hand import InHand, Limits, OfferWatch
from rescue.sending.retries import Reply, is_offer, judge

PUBLISH_WITHIN_S = 10.0
LAST_WORDS_WITHIN_S = 2.0
"""How long a stop may take to write down what was carried."""
LOOK_AGAIN = timedelta(seconds=0.25)
LONGEST_REST = timedelta(seconds=60)
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0

Publish = Callable[[str, bytes], Awaitable[None]]
WaitUntil = Callable[[datetime], Awaitable[None]]

log = structlog.get_logger(__name__)


class OutboxStore(Protocol):
    """The part of the store that the outbox needs."""

    async def due(self, now: datetime, limit: int) -> Sequence[Outgoing]:
        """Effects whose time has come, oldest first."""
        ...

    async def next_due(self) -> datetime | None:
        """When the next effect is due."""
        ...

    async def carried(self, tries: Sequence[Carried]) -> None:
        """Write down how tries went."""
        ...


class Sends(Protocol):
    """What sends one webhook; see `webhooks.Sender`."""

    async def send(self, delivery: Delivery, now: datetime) -> Reply:
        """Try once."""
        ...


@dataclass(slots=True, kw_only=True)
class OutboxCounts:
    """What the outbox did since it was made, and what it has in hand now."""

    carried: int = 0
    failed: int = 0
    """Tries that failed; those that were put off among them."""
    given_up: int = 0
    pending: int = 0


class Outbox:
    """Carries out what the store says is due. `wake` it after every commit that may have queued something."""

    def __init__(
        self,
        store: OutboxStore,
        publish: Publish,
        sender: Sends,
        clock: Clock,
        on_undelivered: Callable[[OfferUndelivered], None],
        limits: Limits | None = None,
        wait_until: WaitUntil | None = None,
    ) -> None:
        self.counts = OutboxCounts()
        self._store = store
        self._publish = publish
        self._sender = sender
        self._clock = clock
        self._on_undelivered = on_undelivered
        self._limits = limits or Limits()
        self._wait_until = wait_until or self._sleep_until
        self._hand = InHand(self._limits)
        self._offers = OfferWatch()
        self._results: list[Carried] = []
        self._stirred = asyncio.Event()
        self._asked = True
        self._look_at = self._away_until = datetime.min.replace(tzinfo=UTC)
        self._pause_s = 0.0

    def wake(self) -> None:
        """Something may have been queued."""
        self._asked = True
        self._stirred.set()

    async def run(self) -> None:
        """Go on until cancelled. What was carried by then is written down, if the store answers within 2 s."""
        try:
            async with asyncio.TaskGroup() as tries:
                while True:
                    await self._turn(tries)
        finally:
            with suppress(StoreUnavailable, TimeoutError):
                async with asyncio.timeout(LAST_WORDS_WITHIN_S):
                    await self._write_down()

    async def _turn(self, tries: asyncio.TaskGroup) -> None:
        self._stirred.clear()
        if self._clock.now() >= self._away_until:
            await self._exchange()
        for outgoing in self._hand.start():
            tries.create_task(self._carry(outgoing))
        self.counts.pending = len(self._hand)
        await self._rest(self._look_at)

    async def _exchange(self) -> None:
        """What is done goes to the store, what is due comes back."""
        try:
            await self._write_down()
            if self._is_time_to_look():
                await self._look()
        except StoreUnavailable as error:
            self._store_is_away(error)
        else:
            self._store_is_there()

    async def _write_down(self) -> None:
        batch = tuple(self._results)
        if not batch:
            return
        await self._store.carried(batch)
        # Tries may have ended while the store was writing; theirs stay for the next turn.
        del self._results[: len(batch)]
        for carried in batch:
            self._hand.let_go(carried.outbox_id)

    def _is_time_to_look(self) -> bool:
        # What is in hand is read again with every look: with much in hand, only the passing of time is a reason.
        return self._clock.now() >= self._look_at or (self._asked and len(self._hand) <= self._limits.taken_at_once)

    async def _look(self) -> None:
        now = self._clock.now()
        limit = len(self._hand) + self._limits.taken_at_once
        self._asked = False
        rows = await self._store.due(now, limit)
        self._asked |= len(rows) >= limit
        for outgoing in rows:
            if outgoing in self._hand:
                self._hand.renew(outgoing)
            else:
                self._take(outgoing, now)
        self._look_at = now + LOOK_AGAIN if self._hand else await self._next_look_at(now)

    def _take(self, outgoing: Outgoing, now: datetime) -> None:
        if self._hand.add(outgoing):
            if is_offer(outgoing):
                self._offers.see(outgoing, now)
            return
        crowded = Reply(status=None, error="not tried: too many others wait for this endpoint")
        self._note(outgoing, judge(outgoing, crowded, now))

    async def _next_look_at(self, now: datetime) -> datetime:
        due_at = await self._store.next_due()
        return min(max(due_at, now + LOOK_AGAIN), now + LONGEST_REST) if due_at else now + LONGEST_REST

    async def _carry(self, outgoing: Outgoing) -> None:
        reply = await self._try(outgoing, self._clock.now())
        carried = judge(outgoing, reply, self._clock.now())
        self._hand.finish(outgoing)
        self._note(outgoing, carried)
        if isinstance(outgoing, Delivery):
            self._watch(outgoing, carried)

    async def _try(self, outgoing: Outgoing, now: datetime) -> Reply:
        if now >= outgoing.expires_at:
            return Reply(status=None, error="its time was over before it could be sent")
        match outgoing:
            case Downlink():
                return await self._publish_to_lift(outgoing)
            case Delivery(is_concerned=False):
                return Reply(status=None, error="the case no longer concerns this company")
            case Delivery():
                return await self._send(outgoing, now)

    async def _send(self, delivery: Delivery, now: datetime) -> Reply:
        """A fault of ours, or of the HTTP client, with one endpoint's answer costs this try and nothing else."""
        try:
            return await self._sender.send(delivery, now)
        except Exception as error:
            log.exception("webhook not tried to its end", url=delivery.url, key=delivery.key)
            return Reply(status=None, error=f"a fault of ours: {type(error).__name__}")

    async def _publish_to_lift(self, downlink: Downlink) -> Reply:
        payload = json.dumps(downlink.payload, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            async with asyncio.timeout(PUBLISH_WITHIN_S):
                await self._publish(downlink.topic, payload)
        except TimeoutError:
            return Reply(status=None, error="the broker did not acknowledge in time")
        except (MqttError, OSError) as error:
            return Reply(status=None, error=str(error) or type(error).__name__)
        return Reply(status=None)

    def _note(self, outgoing: Outgoing, carried: Carried) -> None:
        self._results.append(carried)
        self._stirred.set()
        self.counts.carried += carried.done
        self.counts.failed += not carried.done
        if not carried.done and carried.due_at is None:
            self.counts.given_up += 1
            log.warning("effect given up", key=outgoing.key, reason=carried.error, tries=outgoing.tries + 1)

    def _watch(self, delivery: Delivery, carried: Carried) -> None:
        undelivered = self._offers.judge(delivery, carried)
        if undelivered is not None:
            log.warning("offer undelivered", assignment=undelivered.assignment_id, reason=undelivered.reason)
            self._on_undelivered(undelivered)

    def _store_is_away(self, error: StoreUnavailable) -> None:
        if not self._pause_s:
            log.warning("outbox waits for the database", reason=str(error))
        self._pause_s = min(max(2 * self._pause_s, FIRST_PAUSE_S), LONGEST_PAUSE_S)
        self._look_at = self._away_until = self._clock.now() + timedelta(seconds=self._pause_s)

    def _store_is_there(self) -> None:
        if self._pause_s:
            log.info("outbox goes on")
        self._pause_s = 0.0

    async def _rest(self, until: datetime) -> None:
        """Until then, or until something stirs."""
        both = (asyncio.ensure_future(self._stirred.wait()), asyncio.ensure_future(self._wait_until(until)))
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in both:
                waiting.cancel()
        for task in done:
            task.result()

    async def _sleep_until(self, instant: datetime) -> None:
        await asyncio.sleep((instant - self._clock.now()).total_seconds())
