"""The service's own way in, made as the service makes it: broker link, ingest, tracker, deadlines and live state.

It differs in what stands behind it: the desk keeps its cases in memory and not in PostgreSQL, for hardly any report is
news, and what would be stored of the lifts is made ready and handed over, but to nobody. The database is no part of
what is measured here; latency is measured on the whole service.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from uuid import uuid4

from devices.fleet import Fleet
from devices.messages import Area, LiftId
from devices.mqtt import Receipt
from devices.slot import Rules
from devices.state_change import StateChange
from dispatch.travel import StraightLine
from rescue.black_box.recorder import Recorder
from rescue.black_box.ring import Ring
from rescue.clock import SystemClock
from rescue.desk.draft import DeskRules
from rescue.effects import Effect
from rescue.hearing.ingest import Ingest
from rescue.hearing.lift_states import LiftState, LiftStates
from rescue.hearing.links import BrokerLinks
from rescue.hearing.telemetry import Telemetry
from rescue.policies import Policies
from rescue.ports import Clock, Rendered
from rescue.sending.render import render
from rescue.shell.service import DeskService
from rescue.store.memory import MemoryStore
from simulators.city import Lift
from simulators.errors import SimulatorError

CONNECTED_WITHIN_S = 20.0
KEEP_DAYS = 30
BLACK_BOX_BYTES = 256 * 1024 * 1024
NO_STATES: Sequence[tuple[LiftId, datetime, LiftState]] = ()


class Nowhere:
    """Where changes and states of lifts are stored, and are no more."""

    async def append_telemetry(self, changes: Sequence[StateChange], now: datetime) -> None:
        """Taken."""

    async def drop_telemetry(self, before: date) -> Sequence[date]:  # noqa: ARG002
        """There is none."""
        return ()

    async def save_lift_states(self, states: Sequence[tuple[LiftId, LiftState]], now: datetime) -> None:
        """Taken."""

    async def each_lift_state(self) -> AsyncIterator[tuple[LiftId, datetime, LiftState]]:
        """There are none."""
        for state in NO_STATES:
            yield state


class Intake:
    """One shard's way in. Use `listening` to put it on the air, or hand it messages by `take`."""

    def __init__(self, lifts: Iterable[Lift], clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._store = MemoryStore()
        self._telemetry = Telemetry(Nowhere(), self._clock, KEEP_DAYS)
        self._fleet = Fleet(
            Rules(),
            note=self._telemetry.note,
            about_to_wake=lambda lift_id, now: self._recorder.about_to_wake(lift_id, now),
        )
        self._recorder = Recorder(Ring(BLACK_BOX_BYTES), self._fleet, Rules(), self._fleet.own_rules_of)
        self._lift_states = LiftStates(self._take_changed, Nowhere(), self._clock)
        for lift in lifts:
            self._fleet.add(LiftId(lift.lift_id), Area(lift.area))
        self._desk = _make_desk(self._store, self._clock)
        self._link: BrokerLinks | None = None
        self._checked = 0
        self._ingest = Ingest(
            fleet=self._fleet,
            desk=self._desk,
            quarantine=self._store,
            recorder=self._recorder,
            clock=self._clock,
            acknowledge=self._acknowledge,
            seconds=self._clock.seconds if isinstance(self._clock, SystemClock) else None,
        )

    def take(self, topic: str, payload: bytes, retained: bool, receipt: Receipt | None) -> None:
        """What the link calls for each message."""
        self._ingest.on_message(topic, payload, retained, receipt)

    @asynccontextmanager
    async def listening(self, url: str, heard: Callable[[], None]) -> AsyncIterator[None]:
        """On the air inside; `heard` is called after each message. Raises MqttError."""

        def take(topic: str, payload: bytes, retained: bool, receipt: Receipt | None) -> None:
            self._ingest.on_message(topic, payload, retained, receipt)
            heard()

        self._link = BrokerLinks(url, "bench", take, ssl.create_default_context)
        running = [
            asyncio.create_task(work)
            for work in (
                self._link.run(),
                self._desk.run(),
                self._ingest.run_deadlines(),
                self._ingest.run_quarantine(),
                self._telemetry.run(),
                self._lift_states.run(),
            )
        ]
        try:
            await self._link.wait_connected(CONNECTED_WITHIN_S)
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def hand_over(self) -> None:
        """Everything that waits to be stored goes: what is left is the live state."""
        await self._telemetry.write()
        await self._lift_states.save()

    def check(self, messages: int) -> None:
        """Raises SimulatorError unless so many came in since the last check and none was refused: that is cheaper."""
        counts, before = self._ingest.counts, self._checked
        self._checked = counts.messages
        if counts.messages - before != messages or counts.quarantined:
            refused = ", ".join(f"{count} {name}" for name, count in counts.quarantined.items()) or "none"
            raise SimulatorError(f"{counts.messages - before} of {messages} reports came in; refused: {refused}")

    def _take_changed(self, most: int) -> tuple[Sequence[tuple[LiftId, LiftState]], bool]:
        return self._fleet.take_touched(most, self._clock.now().timestamp())

    def _acknowledge(self, receipt: Receipt) -> None:
        if self._link is not None:
            self._link.acknowledge(receipt)


def _make_desk(store: MemoryStore, clock: Clock) -> DeskService:
    policies = Policies()

    def render_effect(effect: Effect, now: datetime) -> Rendered:
        return render(effect, policies=policies, public_url="http://127.0.0.1", link_key=b"bench", now=now)

    rules = DeskRules(policies=policies, travel=StraightLine())
    return DeskService(
        store=store,
        rules=rules,
        clock=clock,
        new_id=lambda: uuid4().hex,
        render=render_effect,
        committed=lambda _: None,
    )
