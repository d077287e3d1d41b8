"""`simulate bench live`: what a hundred consoles cost the service while a city talks.

The same statuses are taken in by the same fleet in this process, and the same alarms decided by the desk, by turns with
nobody connected and with consoles that are told of every lift and every case; the processor time of this process is
compared, each window with consoles with the two beside it, so that what drifts cancels out. The consoles are in a
process of their own and read all they are sent over loopback. What this leaves out: docs/live.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import count, pairwise
from multiprocessing import get_context
from random import Random
from statistics import median
from typing import Any

from aiohttp import web

from devices.fleet import Fleet
from devices.messages import (
    AlarmRaised,
    Area,
    CarDirection,
    CarStatus,
    Confidence,
    DoorStatus,
    Evidence,
    LiftId,
    PowerStatus,
    ServiceMode,
    Status,
)
from devices.slot import Rules
from dispatch.travel import StraightLine
from rescue.api.live import Socket
from rescue.clock import SystemClock
from rescue.collector import spare_what_lives
from rescue.desk import handle
from rescue.desk.board import Board, apply
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import Envelope
from rescue.live.build import Build
from rescue.live.conversation import Client, Parting, converse
from rescue.live.directory import Directory
from rescue.live.hub import Hub
from rescue.live.marks import Marks
from rescue.live.presence import Guest
from rescue.live.wording import Wording
from rescue.people.principals import Principal, PrincipalKind, Role
from rescue.policies import Policies
from rescue.timeline import MACHINE
from simulators.bench.around import tell
from simulators.bench.meter import Meter
from simulators.bench.turns import Look, Turn, cost_of
from simulators.consoles import listen
from simulators.errors import SimulatorError
from simulators.results import Row

AREA = Area("410105")
STEP_S = 0.01
ALARMS_PER_S = 2
CONNECTED_WITHIN_S = 30.0
TOLD = ("frames_sent", "events_sent", "moments_skipped", "cut_off")
PRINCIPAL = Principal(kind=PrincipalKind.PROGRAM, name="bench", role=Role.OPERATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured."""

    lifts: int
    changes_per_s: int
    consoles: int
    turns: int
    """Windows with consoles; there is one more without."""
    settles_s: float
    """After all consoles are there, by then each has had every lift once; and after they have gone."""
    for_s: float
    """A window."""


WHOLE_CITY = Scale(lifts=120_000, changes_per_s=8_000, consoles=100, turns=7, settles_s=3.0, for_s=5.0)
A_GLANCE = Scale(lifts=4_000, changes_per_s=1_000, consoles=10, turns=2, settles_s=0.5, for_s=1.0)


def measure_live(seed: int, scale: Scale = WHOLE_CITY) -> Sequence[Row]:
    """A row without consoles and one with them. Raises SimulatorError."""
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as listeners:
            return asyncio.run(_measure(seed, scale, listeners))
    except BrokenProcessPool:
        raise SimulatorError("the process of the consoles was killed") from None
    except TimeoutError:
        raise SimulatorError(f"the consoles did not all come or go within {CONNECTED_WITHIN_S:g} s") from None


async def _measure(seed: int, scale: Scale, listeners: ProcessPoolExecutor) -> list[Row]:
    city, meter = City(scale, seed), Meter(Hub, Client)
    meter.watch(asyncio.get_running_loop())
    spare_what_lives()
    works = [asyncio.create_task(work) for work in (city.hub.run(), city.talk())]
    try:
        async with _served(city.hub) as door:
            return _describe(scale, *await _take_turns(city, meter, door, scale, listeners))
    finally:
        for work in works:
            work.cancel()
        await asyncio.wait(works)


async def _take_turns(
    city: City, meter: Meter, door: Door, scale: Scale, listeners: ProcessPoolExecutor
) -> tuple[list[Look], list[Beside]]:
    alone, beside = [await _look_alone(city, scale)], list[Beside]()
    for _ in range(scale.turns):
        beside.append(await _look_beside(city, meter, door, scale, listeners))
        alone.append(await _look_alone(city, scale))
        tell(f"{alone[-1].cpu:.3f} of a core without consoles, {beside[-1].look.cpu:.3f} with them")
    return alone, beside


async def _look_alone(city: City, scale: Scale) -> Look:
    await asyncio.sleep(scale.settles_s)
    return await _look(city, scale)


async def _look_beside(city: City, meter: Meter, door: Door, scale: Scale, listeners: ProcessPoolExecutor) -> Beside:
    """Consoles come, are looked at, and are sent away."""
    loop, hub = asyncio.get_running_loop(), city.hub
    lasts_s = 2 * CONNECTED_WITHIN_S + scale.settles_s + scale.for_s
    with door.open():
        heard = loop.run_in_executor(listeners, listen, door.url, scale.consoles, lasts_s)
        await _until_watching(hub, scale.consoles)
        await asyncio.sleep(scale.settles_s)
        before, worked = hub.figures(), meter.seconds
        look = await _look(city, scale)
        after, hub_cpu = hub.figures(), (meter.seconds - worked) / scale.for_s
    async with asyncio.timeout(CONNECTED_WITHIN_S):
        received = await heard
    told = {name: after[f"rescue_live_{name}_total"] - before[f"rescue_live_{name}_total"] for name in TOLD}
    return Beside(look=look, hub_cpu=hub_cpu, told=told, received=received)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A window with consoles, and what they were told in it."""

    look: Look
    hub_cpu: float
    """Of one core, in the tasks of the hub and of its clients alone."""
    told: Mapping[str, float]
    received: int
    """Bytes, since they came."""


def _describe(scale: Scale, alone: Sequence[Look], beside: Sequence[Beside]) -> list[Row]:
    turns = [Turn(before, one.look, after) for (before, after), one in zip(pairwise(alone), beside, strict=True)]
    told = {name: sum(one.told[name] for one in beside) for name in TOLD}
    told_s = scale.for_s * len(beside)
    return [
        _row(scale, 0, alone),
        {
            **_row(scale, scale.consoles, [one.look for one in beside]),
            **cost_of(turns),
            "hub_cpu": round(median(one.hub_cpu for one in beside), 3),
            "frames_per_s": round(told["frames_sent"] / told_s, 1),
            "events_per_s": round(told["events_sent"] / told_s, 1),
            "moments_skipped": told["moments_skipped"],
            "cut_off": told["cut_off"],
            "received_mb": round(sum(one.received for one in beside) / 1e6, 1),
        },
    ]


def _row(scale: Scale, consoles: int, looks: Sequence[Look]) -> dict[str, float]:
    return {
        "consoles": consoles,
        "lifts": scale.lifts,
        "changes_per_s": round(median(one.changes_per_s for one in looks)),
        "cpu": round(median(one.cpu for one in looks), 3),
    }


async def _look(city: City, scale: Scale) -> Look:
    began, used, said = time.monotonic(), time.process_time(), city.said
    await asyncio.sleep(scale.for_s)
    took = time.monotonic() - began
    return Look(cpu=(time.process_time() - used) / took, changes_per_s=(city.said - said) / took)


async def _until_watching(hub: Hub, consoles: int) -> None:
    async with asyncio.timeout(CONNECTED_WITHIN_S):
        while hub.figures()["rescue_live_watching_clients"] < consoles:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


class City:
    """A fleet that says so much a second, and a desk that is called now and then."""

    is_loaded = True
    trouble = ""

    def __init__(self, scale: Scale, seed: int) -> None:
        self.board = Board()
        self.said = 0
        self._scale = scale
        self._random = Random(f"live {seed}")
        self._rules = DeskRules(policies=Policies(), travel=StraightLine())
        self._clock = SystemClock()
        self._lifts = [LiftId(f"B{number:06}") for number in range(scale.lifts)]
        self._fleet = Fleet(Rules())
        for lift_id in self._lifts:
            self._fleet.add(lift_id, AREA)
        marks = Marks(Rules())
        self.hub = Hub(
            desk=self,
            fleet=self._fleet,
            marks=marks,
            directory=Directory(self, marks),
            wording=Wording(Policies()),
            clock=self._clock,
            build=Build(version="bench", files="bench"),
            new_epoch=lambda: "bench",
        )

    async def each_page(self) -> AsyncIterator[Sequence[dict[str, Any]]]:
        """All lifts, for the directory."""
        plain = {"area": AREA, "building": "3", "address": "", "company_id": None, "lon": 113.6, "lat": 34.7}
        yield [{"lift_id": lift_id, "rescue_code": lift_id, **plain} for lift_id in self._lifts]

    async def talk(self) -> None:
        """For ever: so many lifts a second are somewhere else, and now and then somebody presses the button."""
        step = round(self._scale.changes_per_s * STEP_S)
        statuses, by = self._say(), time.monotonic()
        for number in count(1):
            now = self._clock.now().timestamp()
            for _ in range(step):
                self._fleet.observe(AREA, *next(statuses), now)
            self.said += step
            if number % round(1 / STEP_S / ALARMS_PER_S) == 0:
                self._decide(number)
            by += STEP_S
            await asyncio.sleep(max(0.0, by - time.monotonic()))

    def _say(self) -> Iterator[tuple[LiftId, Status]]:
        for seq in count(1):
            for lift_id in self._random.sample(self._lifts, len(self._lifts)):
                yield lift_id, _ride(seq, self._random.randrange(1, 33))

    def _decide(self, number: int) -> None:
        now = self._clock.now()
        evidence = Evidence(confidence=Confidence.LIKELY, reasons=("alarm button held 4 s",))
        lift_id = self._lifts[number % len(self._lifts)]
        alarm = AlarmRaised(
            lift_id=lift_id,
            area=AREA,
            number=number,
            boot=1,
            at=now.timestamp(),
            reported_at=None,
            evidence=evidence,
        )
        decision = handle(self.board, Envelope(input_id=f"I{number}", input=alarm, actor=MACHINE), now, self._rules)
        apply(self.board, decision)
        self.hub.committed(decision)


def _ride(seq: int, floor: int) -> Status:
    runs = bool(seq % 2)
    return Status(
        reported_at=None,
        boot=1,
        seq=seq,
        service_mode=ServiceMode.NORMAL,
        car_status=CarStatus.RUNNING if runs else CarStatus.STOPPED,
        car_direction=CarDirection.UP if runs else CarDirection.NONE,
        car_position=str(floor),
        door_zone=not runs,
        door_status=DoorStatus.CLOSED if runs else DoorStatus.OPEN,
        passenger_present=runs,
        power_status=PowerStatus.MAINS,
    )


class Door:
    """Where consoles come in; those inside are sent away when it shuts."""

    def __init__(self, hub: Hub) -> None:
        self.url = ""
        self._hub = hub
        self._over = asyncio.Event()

    @contextmanager
    def open(self) -> Iterator[None]:
        """For one visit of all consoles."""
        self._over = asyncio.Event()
        try:
            yield
        finally:
            self._over.set()

    async def let_in(self, request: web.Request) -> web.WebSocketResponse:
        """One console, until it goes or is sent away."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        guest = Guest(principal=PRINCIPAL, role=Role.OPERATOR, since=SystemClock().now())
        with suppress(Parting, ConnectionError):
            await converse(self._hub, Socket(socket), guest, self._over)
        return socket


@asynccontextmanager
async def _served(hub: Hub) -> AsyncIterator[Door]:
    app, door = web.Application(), Door(hub)
    app.router.add_get("/", door.let_in)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        door.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield door
    finally:
        await runner.cleanup()
