"""All lifts of the city: whose turn it is, and the link to the broker.

`Fleet` is the core: one heap of next turns, no task and no timer per lift, `now` an argument. `FleetLink` is its shell:
it gives every area a gateway connection, publishes what falls due, and hands alarm acknowledgements back to the
lifts. A gateway has many lifts on one connection and so cannot leave a will for each; a lost gateway is silence.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from random import Random
from types import TracebackType
from typing import Self

from simulators.car import Stoppage
from simulators.city import City, Lift
from simulators.gateway import Gateway
from simulators.lift import LiftMachine
from simulators.reports import Report

TICK_S = 0.05
BIRTHS_A_SECOND = 500
WITHOUT_PRESENCE_SENSOR_SHARE = 0.05
MOST_REPORTS_A_TICK = 5000
"""Beyond it the rest waits for the next tick, so that acknowledgements are read in between."""


class Fleet:
    """The lifts and their turns. A lift's reports keep their order."""

    def __init__(self, machines: Iterable[LiftMachine]) -> None:
        self._machines = {machine.lift.lift_id: machine for machine in machines}
        self._turns = [(machine.next_at, lift_id) for lift_id, machine in self._machines.items()]
        heapq.heapify(self._turns)

    def __getitem__(self, lift_id: str) -> LiftMachine:
        return self._machines[lift_id]

    def __len__(self) -> int:
        return len(self._machines)

    def __contains__(self, lift_id: str) -> bool:
        return lift_id in self._machines

    @property
    def lift_ids(self) -> list[str]:
        """Every lift, in the order in which they are born."""
        return list(self._machines)

    @property
    def online(self) -> int:
        """How many lifts have been born."""
        return sum(machine.born for machine in self._machines.values())

    def take_due(self, now: float, most: int = MOST_REPORTS_A_TICK) -> list[Report]:
        """Steps the machines whose turn has come. A turn that was put off or brought forward is skipped."""
        reports: list[Report] = []
        while self._turns and self._turns[0][0] <= now and len(reports) < most:
            due_at, lift_id = heapq.heappop(self._turns)
            machine = self._machines[lift_id]
            if due_at == machine.next_at:
                reports += machine.step(now)
                self._schedule(machine)
        return reports

    def befall(self, lift_id: str, stoppage: Stoppage, now: float) -> None:
        """The lift's next ride will not arrive."""
        machine = self._machines[lift_id]
        machine.befall(stoppage, now)
        self._schedule(machine)

    def release(self, lift_id: str, now: float) -> list[Report]:
        """A crew has levelled the car and opened the door."""
        machine = self._machines[lift_id]
        reports = machine.release(now)
        self._schedule(machine)
        return reports

    def halt(self, lift_id: str, stoppage: Stoppage, now: float) -> list[Report]:
        """The lift stops at once where it is."""
        machine = self._machines[lift_id]
        reports = machine.halt(stoppage, now)
        self._schedule(machine)
        return reports

    def restart(self, lift_id: str, up_at: float) -> None:
        """The lift's controller goes down until then; with NEVER until `report_birth_of`."""
        machine = self._machines[lift_id]
        machine.restart(up_at)
        self._schedule(machine)

    def visit(self, lift_id: str, now: float, until: float) -> bool:
        """Somebody comes to maintain the lift; whether its car was free."""
        machine = self._machines[lift_id]
        begun = machine.visit(now, until)
        self._schedule(machine)
        return begun

    def report_birth_of(self, lift_id: str, now: float) -> list[Report]:
        """What one lift says when its own link is back, or its controller up again."""
        machine = self._machines[lift_id]
        reports = machine.report_birth(now)
        self._schedule(machine)
        return reports

    def behind_s(self, now: float) -> float:
        """How long the lift that waits longest has waited for its turn."""
        return max(0.0, now - self._turns[0][0]) if self._turns else 0.0

    def acknowledge_alarm(self, lift_id: str, number: int) -> None:
        """The centre's answer has come down to the lift. A lift that is not ours is ignored."""
        machine = self._machines.get(lift_id)
        if machine is not None:
            machine.acknowledge_alarm(number)
            self._schedule(machine)

    def report_births(self, area: str, now: float) -> Iterator[Report]:
        """What an area's lifts say when their gateway has its link back."""
        for machine in self._machines.values():
            if machine.lift.area == area and machine.born:
                yield from machine.report_birth(now)
                self._schedule(machine)

    def _schedule(self, machine: LiftMachine) -> None:
        heapq.heappush(self._turns, (machine.next_at, machine.lift.lift_id))


def make_fleet(city: City, *, born_at: float, rng: Random, first: Lift | None = None) -> Fleet:
    """A machine for every lift, born one after the other so that the broker is not stormed; `first` at once."""
    return Fleet(
        LiftMachine(
            lift,
            boot=int(born_at),
            senses_people=rng.random() >= WITHOUT_PRESENCE_SENSOR_SHARE or lift is first,
            born_at=born_at if lift is first else born_at + turn / BIRTHS_A_SECOND,
            rng=rng,
        )
        for turn, lift in enumerate(city.lifts)
    )


class FleetLink:
    """The fleet on the air: an async context manager that holds the gateways."""

    def __init__(self, fleet: Fleet, mqtt_url: str, areas: Iterable[str]) -> None:
        self.fleet = fleet
        self.published = 0
        self._stack = AsyncExitStack()
        self._gateways = {
            area: Gateway(
                mqtt_url,
                f"sim-gateway-{area}",
                subscriptions=(f"lifts/v1/{area}/+/alarm/ack",),
                on_message=self._hear,
                on_reconnected=lambda area=area: self._report_births(area),  # type: ignore[misc]
            )
            for area in areas
        }

    async def __aenter__(self) -> Self:
        for gateway in self._gateways.values():
            await self._stack.enter_async_context(gateway)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def run(self) -> None:
        """Publishes what falls due, tick by tick, until cancelled."""
        while True:
            for report in self.fleet.take_due(time.time()):
                self.publish(report)
            await asyncio.sleep(TICK_S)

    def publish(self, report: Report) -> None:
        """Sends one report over its area's gateway."""
        self._gateways[report.area].publish(report.topic, report.payload, qos=report.qos, retain=report.retain)
        self.published += 1

    def release(self, lift_id: str) -> None:
        """A crew has freed the people: the lift says so at once."""
        for report in self.fleet.release(lift_id, time.time()):
            self.publish(report)

    def _report_births(self, area: str) -> None:
        for report in self.fleet.report_births(area, time.time()):
            self.publish(report)

    def _hear(self, topic: str, payload: bytes) -> None:
        """An acknowledgement that cannot be read is no acknowledgement: the lift goes on sending its alarm."""
        try:
            number = int(json.loads(payload)["number"])
        except (ValueError, KeyError, TypeError):
            return
        self.fleet.acknowledge_alarm(topic.split("/")[3], number)
