"""`simulate mass-event`: the lifts that it strikes, on the broker of a running service, and callers at its telephone.

The service learns nothing but what lifts publish and people tell. What really happened is written into a file of its
own, a line a lift, for whoever judges afterwards. Passengers are freed when the plan says so, whatever the service did
about them; or, where crews live beside the service, by these: when one has arrived, as the service lets the lift know,
and has done its work.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from simulators.api import Api
from simulators.callers import draw_caller
from simulators.car import Stoppage
from simulators.cards import Lift
from simulators.fleet_run import FleetPlan, Progress, Tell, describe, make_on_air, stopping_on_signals
from simulators.intake import Hotline, Turned
from simulators.lift import Rhythm
from simulators.load.descriptors import demand_descriptors
from simulators.mass_events import Blow, EventPlan, Outcome
from simulators.misfortunes import draw_on_site_s
from simulators.on_air import OnAir
from simulators.reports import write_instant
from simulators.results import Row
from simulators.troubles import Rates

BACK_OVER_S = 60.0
"""Controllers come up within a minute of their power: the storm."""
LOOK_EVERY_S = 0.05
TELL_EVERY_S = 1.0
BORN_WITHIN_S = 120.0
FORGOTTEN_AFTER = 3.0
"""Times the plan's: crews forget to report, and nobody stays in a car for ever."""
QUIET = Rates(visits_a_year=0, entrapments_a_year=0, breakdowns_a_year=0)
"""Nothing else befalls these lifts meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRun:
    """An event, where it is to happen, and how much faster than life it passes."""

    event: EventPlan
    url: str
    own: bool
    seed: int
    births_per_s: float
    speed: float
    truth: Path
    http_url: str | None = None
    token: str = ""
    by_crews: bool = False
    """People wait for the crews that live beside the service."""
    rhythm: Rhythm = field(default_factory=Rhythm)


@dataclass(slots=True, kw_only=True)
class Truth:
    """What really happened to one lift, in POSIX seconds."""

    blow: Blow
    instants: dict[str, float] = field(default_factory=dict)

    def note(self, word: str, at: float) -> None:
        """The first time counts."""
        self.instants.setdefault(f"{word}_at", at)

    def write(self) -> str:
        """One line of JSON."""
        lift, blow = self.blow.lift, self.blow
        facts: dict[str, Any] = {
            "lift_id": lift.lift_id,
            "rescue_code": lift.rescue_code,
            "area": lift.area,
            "outcome": blow.outcome.value,
            "people": blow.people,
            "silent": blow.is_silent,
            **{word: write_instant(at) for word, at in self.instants.items()},
        }
        return json.dumps(facts, ensure_ascii=False)


async def run_mass_event(run: EventRun, tell: Tell) -> Row:
    """The summary; the truth is in the file. Raises SimulatorError, and OSError when the file cannot be written."""
    with run.truth.open("w", encoding="utf-8") as file:
        air = make_on_air(_make_fleet_plan(run), time.time())
        demand_descriptors(len(air.connections))
        with stopping_on_signals() as stop:
            async with air, aiohttp.ClientSession() as session:
                happening = Happening(run, air, session)
                await happening.play(stop, tell)
                file.writelines(f"{line}\n" for line in happening.write_truth())
        return happening.summarise()


def _make_fleet_plan(run: EventRun) -> FleetPlan:
    return FleetPlan(
        lifts=run.event.lifts,
        url=run.url,
        own=run.own,
        seed=run.seed,
        births_per_s=run.births_per_s,
        rhythm=run.rhythm,
        rates=QUIET,
    )


class Happening:
    """One event as it happens: a heap of what is to come, and what has been."""

    def __init__(self, run: EventRun, air: OnAir, session: aiohttp.ClientSession) -> None:
        self._run = run
        self._air = air
        self._rng = Random(f"mass event {run.seed}")
        self._truths = {blow.lift.lift_id: Truth(blow=blow) for blow in reversed(run.event.blows)}
        self._due: list[tuple[float, int, Callable[[Blow, float], None], Blow]] = []
        self._turns = count()
        self._calls: set[asyncio.Task[None]] = set()
        self._dark: set[str] = set()
        self._began_at = time.monotonic()
        self.counts: Counter[str] = Counter()
        self._hotline = Hotline(api=Api(session, run.http_url or "", run.token), counts=self.counts)
        air.on_alarm = self._note_alarm
        air.on_arrived = self._let_work

    async def play(self, stop: asyncio.Event, tell: Tell) -> None:
        """Births, the event, and its end when nobody is inside any more and all power is back; sooner on `stop`."""
        running = asyncio.create_task(self._air.run())
        try:
            await self._wait(running, stop, tell, self._are_born, BORN_WITHIN_S)
            now = time.time()
            for blow in self._run.event.blows:
                self._plan(now + blow.at_s / self._pace(blow), self._strike, blow)
            await self._wait(running, stop, tell, self._is_over, float("inf"))
        finally:
            running.cancel()
            for call in self._calls:
                call.cancel()
            await asyncio.gather(running, *self._calls, return_exceptions=True)

    def write_truth(self) -> Iterator[str]:
        """A line a lift that was struck."""
        for truth in self._truths.values():
            if truth.instants:
                yield truth.write()

    def summarise(self) -> Row:
        """In figures; waits are from the first sending of an alarm to its acknowledgement."""
        truths = self._truths.values()
        waits = sorted(
            truth.instants["acknowledged_at"] - truth.instants["raised_at"]
            for truth in truths
            if {"raised_at", "acknowledged_at"} <= truth.instants.keys()
        )
        return {
            "event": self._run.event.kind.value,
            "lifts": len(truths),
            "trapped": sum(truth.blow.outcome is Outcome.TRAPPED for truth in truths),
            "people": sum(truth.blow.people for truth in truths if truth.blow.outcome is Outcome.TRAPPED),
            "levelled": sum(truth.blow.outcome is Outcome.LEVELLED for truth in truths),
            "silent": sum(truth.blow.is_silent for truth in truths),
            "struck": self.counts["struck"],
            "alarms": sum("raised_at" in truth.instants for truth in truths),
            "acknowledged": len(waits),
            "acknowledged_p50_ms": _quantile_ms(waits, 0.5),
            "acknowledged_p99_ms": _quantile_ms(waits, 0.99),
            "calls": self.counts["calls"],
            "calls_failed": self.counts["failed"],
            "freed": self.counts["freed"],
            "crews_arrived": self._air.counts["crews_arrived"],
            "freed_by_crews": self.counts["freed_by_crews"],
            "restarts": self._air.counts["restarts"],
            "published": describe(self._air).published,
            "left_out": self._air.left_out,
            "truth": str(self._run.truth),
        }

    async def _wait(
        self, running: asyncio.Task[None], stop: asyncio.Event, tell: Tell, is_done: Callable[[], bool], within_s: float
    ) -> None:
        until, tell_at = time.monotonic() + within_s, 0.0
        while not (stop.is_set() or is_done() or time.monotonic() > until):
            if running.done():
                running.result()
            self._let_happen(time.time())
            if time.monotonic() >= tell_at:
                tell_at = time.monotonic() + TELL_EVERY_S
                tell(self._progress())
            await asyncio.sleep(LOOK_EVERY_S)

    def _are_born(self) -> bool:
        return self._air.fleet.online == len(self._air.fleet)

    def _is_over(self) -> bool:
        """Also when all that is still planned is to free people who are out by now."""
        return not self._calls and all(
            what == self._free and not self._air.fleet[blow.lift.lift_id].car.people for *_, what, blow in self._due
        )

    def _progress(self) -> Progress:
        return describe(self._air, time.monotonic() - self._began_at)

    def _let_happen(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            at, _, what, blow = heapq.heappop(self._due)
            what(blow, at)

    def _plan(self, at: float, what: Callable[[Blow, float], None], blow: Blow) -> None:
        heapq.heappush(self._due, (at, next(self._turns), what, blow))

    def _pace(self, blow: Blow) -> float:
        """A sudden blow takes no less time when life passes faster."""
        return self._run.speed if blow.at_s > BACK_OVER_S else 1.0

    def _strike(self, blow: Blow, at: float) -> None:
        """Everything that follows is planned here, by the plan of this one lift."""
        self.counts["struck"] += 1
        lift_id, speed = blow.lift.lift_id, self._run.speed
        self._truths[lift_id].note("struck", at)
        back_at = at + blow.back_after_s / speed
        if blow.is_silent:
            self._air.go_down(lift_id, back_at - at)
            return
        self._dark.add(lift_id)
        self._air.send(self._air.fleet.halt(lift_id, self._stoppage(blow), time.time()))
        self._plan(back_at, self._return_power, blow)
        if blow.freed_after_s is not None:
            patience = FORGOTTEN_AFTER if self._run.by_crews else 1.0
            self._plan(at + patience * blow.freed_after_s / speed, self._free, blow)
        if blow.phones_after_s is not None and self._run.http_url is not None:
            self._plan(at + blow.phones_after_s / speed, self._telephone, blow)

    def _stoppage(self, blow: Blow) -> Stoppage:
        extent, trapped = self._run.event.extent, blow.outcome is Outcome.TRAPPED
        return Stoppage(
            at_landing=not trapped,
            people=blow.people if trapped else 0,
            presses_after_s=blow.presses_after_s,
            power_cut=extent.power_cut,
            service_mode=extent.service_mode,
        )

    def _return_power(self, blow: Blow, at: float) -> None:
        """Whoever is stuck stays so: a crew has switched the lift off."""
        lift_id = blow.lift.lift_id
        self._dark.discard(lift_id)
        if self._air.fleet[lift_id].car.people:
            return
        self._truths[lift_id].note("back", at)
        reports = self._air.fleet.release(lift_id, time.time())
        if self._run.event.extent.power_cut:
            self._air.go_down(lift_id, self._rng.uniform(0, BACK_OVER_S) / self._run.speed)
        else:
            self._air.send(reports)

    def _let_work(self, lift_id: str) -> None:
        """A crew has arrived at one of our lifts."""
        truth = self._truths[lift_id]
        truth.note("arrived", time.time())
        if self._run.by_crews and self._air.fleet[lift_id].car.people:
            done_at = time.time() + draw_on_site_s(self._rng) / self._run.speed
            self._plan(done_at, self._free_by_crew, truth.blow)

    def _free_by_crew(self, blow: Blow, at: float) -> None:
        self.counts["freed_by_crews"] += bool(self._air.fleet[blow.lift.lift_id].car.people)
        self._free(blow, at)

    def _free(self, blow: Blow, at: float) -> None:
        lift_id, fleet = blow.lift.lift_id, self._air.fleet
        if not fleet[lift_id].car.people:
            return
        self.counts["freed"] += 1
        self._truths[lift_id].note("freed", at)
        self._air.send(fleet.release(lift_id, time.time()))
        if lift_id in self._dark:
            still = Stoppage(at_landing=True, people=0, power_cut=True)
            self._air.send(fleet.halt(lift_id, still, time.time()))

    def _telephone(self, blow: Blow, at: float) -> None:
        """Unless they are out by then."""
        if self._air.fleet[blow.lift.lift_id].car.people:
            self._truths[blow.lift.lift_id].note("phoned", at)
            call = asyncio.get_running_loop().create_task(self._call(blow.lift, blow.people))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    async def _call(self, lift: Lift, people: int) -> None:
        party, _ = draw_caller(self._rng, lift)
        with suppress(Turned):
            await self._hotline.take(party.call(lift.rescue_code, people))

    def _note_alarm(self, lift_id: str, word: str) -> None:
        self._truths[lift_id].note(word, time.time())


def _quantile_ms(waits: Sequence[float], share: float) -> float | None:
    return round(1000 * waits[min(len(waits) - 1, int(len(waits) * share))], 1) if waits else None
