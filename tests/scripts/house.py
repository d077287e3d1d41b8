"""The service put together as the composition root does it, on a clock that others move and without a broker.

What the broker would bring comes through `hear`, as bytes; what it would carry goes to the `Ear`. Everything else is
the service's own: database, desk, tracker, outbox, signed webhooks, HTTP. Nothing here sleeps until a deadline: whoever
moves the clock calls `settle`, which returns when all that is due by then has been done.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry

from devices.fleet import Fleet
from devices.mqtt import Receipt
from devices.slot import Rules
from dispatch.travel import StraightLine
from rescue.black_box.recorder import Recorder
from rescue.black_box.ring import Ring
from rescue.desk import get_timer
from rescue.desk.board import Decision
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import Action, OfferUndelivered, OperatorActed, instant_of
from rescue.effects import Effect
from rescue.hearing.ingest import Ingest
from rescue.hearing.lift_rules import read_own_rules
from rescue.hearing.remember import remember_cases
from rescue.incident import IncidentId
from rescue.ports import Rendered
from rescue.sending.outbox import Outbox
from rescue.sending.render import render
from rescue.sending.webhooks import Sender
from rescue.shell.lanes import Lane, Waiting
from rescue.shell.service import DeskService
from rescue.store.postgres import PostgresStore
from rescue.timeline import MACHINE
from tests.integration.centre import LINK_KEY, POLICIES, PUBLIC_URL, Centre, HandClock, make_context, serve

SETTLES_WITHIN_S = 20.0
"""Of the machine's own time, not of the script's: what takes longer will not come."""
LOOK_AGAIN_S = 0.001
RULES = Rules(utc_offset_s=8 * 3600)
ZONE = ZoneInfo("Asia/Shanghai")
BLACK_BOX_BYTES = 1024 * 1024
A_KNOCK = OperatorActed(incident_id=IncidentId(""), action=Action.NOTE)
TICK = timedelta(microseconds=1)


class ScriptClock(HandClock):
    """Shows the hour it was set to."""

    def move_to(self, at: datetime) -> None:
        """Forward only."""
        assert at >= self._at, "time does not go back"
        self._at = at

    def follow(self) -> float:
        """No other clock is ahead of it."""
        return 0.0


class Ear(Protocol):
    """Who hears what the service says without being asked."""

    def lift_told(self, topic: str, payload: Mapping[str, object]) -> None:
        """A message for a lift is on the broker."""
        ...

    def desk_decided(self, decision: Decision) -> None:
        """It is committed."""
        ...


@dataclass(slots=True, kw_only=True)
class House:
    """The service at work, and when it is at rest."""

    clock: ScriptClock
    store: PostgresStore
    desk: DeskService
    fleet: Fleet
    ingest: Ingest
    outbox: Outbox
    centre: Centre
    unacknowledged: set[Receipt] = field(default_factory=set)
    """Messages that the broker would bring once more."""
    _packets: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def hear(self, topic: str, payload: bytes) -> None:
        """The broker brings this with QoS 1."""
        receipt = Receipt(connection=1, packet=self._packets())
        self.unacknowledged.add(receipt)
        refused_before = self.ingest.counts.quarantined.total()
        self.ingest.on_message(topic, payload, False, receipt)
        assert self.ingest.counts.quarantined.total() == refused_before, f"not a message: {topic} {payload.decode()}"

    async def next_deadline(self) -> datetime | None:
        """When anything happens next by itself: to a case, to a lift, to what is on its way."""
        lifts_by = self.fleet.next_deadline()
        deadlines = (
            get_timer(self.desk.board),
            instant_of(lifts_by) + TICK if lifts_by is not None else None,
            await self.store.next_due(),
        )
        return min((by for by in deadlines if by is not None), default=None)

    async def settle(self) -> None:
        """Return when all that was said, and all that is due by the clock, is done and has arrived."""
        async with asyncio.timeout(SETTLES_WITHIN_S):
            await self._watch_lifts()
            self._knock()
            while not await self._is_quiet():  # noqa: ASYNC110 - nothing in the service tells of being at rest
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _watch_lifts(self) -> None:
        """The watch over the tracker's deadlines begins anew, for by the machine's clock it would sleep on."""
        watching = asyncio.create_task(self.ingest.run_deadlines())
        while (by := self.fleet.next_deadline()) is not None and by <= self.clock.now().timestamp():  # noqa: ASYNC110
            await asyncio.sleep(0)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

    def _knock(self) -> None:
        """Desk and outbox look at the clock. An input that nobody waits for any more is thrown away undecided."""
        nobodys = Waiting(
            input_id="", input=A_KNOCK, actor=MACHINE, settle=lambda _: None, is_abandoned=lambda: True
        )  # fmt: skip
        self.desk.lanes.put(Lane.PEOPLE, nobodys)
        self.outbox.wake()

    async def _is_quiet(self) -> bool:
        if self._is_deciding():
            return False
        committed = self.desk.counts.committed
        due_at = await self.store.next_due()
        is_carried = (due_at is None or due_at > self.clock.now()) and not self.outbox.counts.pending
        return is_carried and not self._is_deciding() and committed == self.desk.counts.committed

    def _is_deciding(self) -> bool:
        by = get_timer(self.desk.board)
        return any(self.desk.lanes.lengths().values()) or (by is not None and by <= self.clock.now())


@asynccontextmanager
async def open_house(url: str, clock: ScriptClock, ear: Ear, new_id: Callable[[], str]) -> AsyncIterator[House]:
    """The service comes up on this database as it is, and goes down at the end of the block as if it were killed.

    Long because it is straight, like the composition root that it follows.
    """
    async with AsyncExitStack() as stack:
        store = await PostgresStore.connect(url)
        stack.push_async_callback(store.close)
        sender = await stack.enter_async_context(Sender(allow_private=True))
        rules = DeskRules(policies=POLICIES, travel=StraightLine(time_zone=ZONE), time_zone=ZONE)

        def committed(decision: Decision) -> None:
            ear.desk_decided(decision)
            outbox.wake()

        def undelivered(offer: OfferUndelivered) -> None:
            desk.hear(offer, MACHINE, settle=lambda _: None)

        async def publish(topic: str, payload: bytes) -> None:
            ear.lift_told(topic, json.loads(payload))

        desk = DeskService(
            store=store, rules=rules, clock=clock, new_id=new_id, render=_render, committed=committed
        )  # fmt: skip
        outbox = Outbox(store, publish, sender, clock, undelivered)
        fleet = Fleet(RULES, about_to_wake=lambda lift_id, now: recorder.about_to_wake(lift_id, now))
        recorder = Recorder(Ring(BLACK_BOX_BYTES), fleet, RULES, fleet.own_rules_of)
        unacknowledged: set[Receipt] = set()
        ingest = Ingest(
            fleet=fleet,
            desk=desk,
            quarantine=store,
            recorder=recorder,
            clock=clock,
            acknowledge=unacknowledged.discard,
        )
        for lift in await store.tracked_lifts():
            fleet.add(lift.lift_id, lift.area, read_own_rules(lift.attributes, lift.place_type, {}))
        for work in (desk.run(), outbox.run()):
            stack.push_async_callback(_end, asyncio.create_task(work))
        await desk.wait_loaded()
        remember_cases(fleet, desk.board)
        context = make_context(
            store,
            desk,
            fleet,
            clock,
            metrics=CollectorRegistry(),
            wake_outbox=outbox.wake,
            allow_private_webhooks=True,
        )
        centre = await stack.enter_async_context(serve(context, store, clock))
        yield House(
            clock=clock,
            store=store,
            desk=desk,
            fleet=fleet,
            ingest=ingest,
            outbox=outbox,
            centre=centre,
            unacknowledged=unacknowledged,
        )


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _render(effect: Effect, now: datetime) -> Rendered:
    return render(effect, policies=POLICIES, public_url=PUBLIC_URL, link_key=LINK_KEY, now=now)
