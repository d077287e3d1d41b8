"""Lifts whose passengers press the button: each sends its alarm again until it is acknowledged, and ends it when freed.

Most speak through one gateway; some have a line and a will of their own, as a lift with its own modem has. A lift says
how it stands every few seconds, and at once when that changes. It knows of the service only what reaches a lift.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Any, Self

from simulators.chaos.ledger import Alarm, Ledger
from simulators.city import Lift
from simulators.gateway import Gateway, Will
from simulators.lift import AlarmButton
from simulators.reports import Report, write_instant

BOOT = 1
BUTTON_HELD_S = 4.0
STATUS_EVERY_S = 3.0
STEP_S = 0.05
HEARD = ("alarm/ack", "notice")
LEVELLED = {"door_zone": True, "door_status": "open", "passenger_status": False}
STUCK = {"door_zone": False, "door_status": "closed", "passenger_status": True}


@dataclass(slots=True, kw_only=True)
class Caller:
    """One lift and its button."""

    lift: Lift
    gateway: Gateway | None = None
    button: AlarmButton = field(default_factory=lambda: AlarmButton(last_number=0))
    status_at: float = 0.0
    seq: int = 0
    is_stuck: bool = False
    clock_ahead_s: float = 0.0

    def now(self) -> float:
        """By its own clock."""
        return time.time() + self.clock_ahead_s

    def birth(self) -> Report:
        """It is on line."""
        link = {"online": True, "boot": BOOT, "firmware": "chaos", "profile": "canonical"}
        return Report(self.lift.area, self.lift.lift_id, "link", link, 1, True)

    def will(self) -> Will:
        """What the broker says for it when its line breaks."""
        gone = Report(self.lift.area, self.lift.lift_id, "link", {"online": False, "boot": BOOT}, 1, True)
        return Will(topic=gone.topic, payload=gone.payload)

    def status(self, *, sure: bool = False) -> Report:
        """How it stands; `sure` for a change, which is to arrive."""
        self.seq += 1
        body: dict[str, Any] = {
            "ts": write_instant(self.now()), "boot": BOOT, "seq": self.seq, "service_mode": "normal",
            "car_status": "stopped", "car_direction": "none", "car_position": 3, "power_status": "mains", "faults": [],
            **(STUCK if self.is_stuck else LEVELLED),
        }  # fmt: skip
        return Report(self.lift.area, self.lift.lift_id, "status", body, 1 if sure else 0, sure)

    def alarm(self, said: dict[str, Any]) -> Report:
        """The button's message."""
        said["ts"] = write_instant(self.now())
        return Report(self.lift.area, self.lift.lift_id, "alarm", {**said, "boot": BOOT}, 1, False)


class Lifts:
    """All of them: an async context manager, on line inside. `run` is a task's work."""

    def __init__(self, url: str, lifts: Sequence[Lift], own_lines: int, ledger: Ledger, rng: Random) -> None:
        self._url = url
        self._callers = {lift.lift_id: Caller(lift=lift) for lift in lifts}
        self._with_own_line = [lift.lift_id for lift in lifts[:own_lines]]
        self._ledger = ledger
        self._rng = rng
        self._lines = AsyncExitStack()
        self._free = {lift.lift_id for lift in lifts}

    async def __aenter__(self) -> Self:
        topics = tuple(f"lifts/v1/+/+/{channel}" for channel in HEARD)
        shared = Gateway(
            self._url, "chaos-gateway", subscriptions=topics, on_message=self._hear, on_reconnected=self._say_all
        )
        await self._lines.enter_async_context(shared)
        for caller in self._callers.values():
            own = caller.lift.lift_id in self._with_own_line
            caller.gateway = await self._lines.enter_async_context(self._own_line(caller)) if own else shared
            caller.status_at = time.monotonic() + self._rng.uniform(0, STATUS_EVERY_S)
            self._publish(caller, caller.birth())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._lines.aclose()

    async def run(self) -> None:
        """Says what is due, until cancelled."""
        while True:
            for caller in self._callers.values():
                self._step(caller, time.monotonic())
            await asyncio.sleep(STEP_S)

    def raise_alarm(self) -> None:
        """Somebody is stuck somewhere and presses the button; nobody while every lift waits for its crew."""
        if not self._free:
            return
        lift_id = self._rng.choice(sorted(self._free))
        self._free.discard(lift_id)
        caller = self._callers[lift_id]
        caller.is_stuck = True
        self._publish(caller, caller.status(sure=True))
        caller.button.press_at(0.0, BUTTON_HELD_S)
        self._step(caller, time.monotonic())

    def free_passengers(self, lift_id: str) -> None:
        """A crew has opened the doors."""
        caller = self._callers[lift_id]
        if not caller.is_stuck:
            return
        caller.is_stuck = False
        ended = caller.button.end(time.monotonic())
        self._publish(caller, caller.status(sure=True))
        if ended is not None:
            self._publish(caller, caller.alarm(ended))

    def make_free(self, lift_id: str) -> None:
        """The case is closed: this lift may get stuck again."""
        if lift_id in self._callers and not self._callers[lift_id].is_stuck:
            self._free.add(lift_id)

    def step_clocks(self, ahead_s: float) -> None:
        """The clock of every other lift jumps."""
        for caller in list(self._callers.values())[::2]:
            caller.clock_ahead_s += ahead_s

    def _step(self, caller: Caller, now: float) -> None:
        if now >= caller.button.due_at:
            said = caller.button.take_due(now)
            self._ledger.raised.setdefault(Alarm(caller.lift.lift_id, said["number"]), now)
            self._publish(caller, caller.alarm(said))
        if now >= caller.status_at:
            caller.status_at = now + STATUS_EVERY_S
            self._publish(caller, caller.status())

    def _publish(self, caller: Caller, report: Report) -> None:
        assert caller.gateway is not None, "a lift speaks once it is on line"
        caller.gateway.publish(report.topic, report.payload, qos=report.qos, retain=report.retain)

    def _own_line(self, caller: Caller) -> Gateway:
        return Gateway(
            self._url,
            f"chaos-{caller.lift.lift_id}",
            on_reconnected=lambda: self._publish(caller, caller.birth()),
            will=caller.will(),
        )

    def _say_all(self) -> None:
        """The gateway is back: every lift behind it says that it is there, and how it stands."""
        for caller in self._callers.values():
            if caller.lift.lift_id not in self._with_own_line:
                self._publish(caller, caller.birth())
                self._publish(caller, caller.status(sure=True))

    def _hear(self, topic: str, payload: bytes) -> None:
        lift_id, said = topic.split("/")[3], json.loads(payload)
        if topic.endswith("/notice"):
            self._ledger.notices[lift_id, said["incident"], said["message"]] += 1
            return
        alarm = Alarm(lift_id, int(said["number"]))
        self._ledger.acknowledged.setdefault(alarm, time.monotonic())
        self._callers[lift_id].button.acknowledge(alarm.number)
