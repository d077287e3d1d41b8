"""`simulate fleet`: a city's lifts on somebody's broker until a signal or the time asked for, and what became of it."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from simulators.cards import Lift
from simulators.dialects import Profile
from simulators.fleet import WITHOUT_PRESENCE_SENSOR_SHARE, Fleet
from simulators.lift import AS_PUBLISHED, LiftMachine, Rhythm
from simulators.load.descriptors import demand_descriptors
from simulators.mishaps import Mishaps, Shares
from simulators.on_air import OnAir, Voice, draw_clocks
from simulators.results import Row
from simulators.troubles import Rates, Troubles

CHANNELS = ("link", "status", "alarm", "fault", "test")
TELL_EVERY_S = 1.0
FIRST_BIRTH_AFTER_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """What is to be simulated. `for_s` of None is until a signal."""

    lifts: Sequence[Lift]
    url: str
    own: bool
    seed: int
    births_per_s: float
    for_s: float | None = None
    profile: Profile = Profile.CANONICAL
    rhythm: Rhythm = AS_PUBLISHED
    clock_share: float = 0.0
    shares: Shares = field(default_factory=Shares)
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How the run stands."""

    seconds: float
    online: int
    lifts: int
    open_links: int
    links: int
    published: int
    behind_s: float


Tell = Callable[[Progress], None]


async def run_fleet(plan: FleetPlan, tell: Tell) -> Row:
    """The summary. Raises SimulatorError: no broker, a refusal, too few open files."""
    air = make_on_air(plan, time.time())
    demand_descriptors(len(air.connections))
    with stopping_on_signals() as stop:
        async with air:
            began_at = time.monotonic()
            running = asyncio.create_task(air.run())
            await _wait(running, stop, began_at, plan, lambda: tell(describe(air, time.monotonic() - began_at)))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return _summarise(plan, air, time.monotonic() - began_at)


def make_on_air(plan: FleetPlan, now: float) -> OnAir:
    """The fleet as it is drawn by the plan's seed, born from `now` on."""
    rng = Random(f"fleet {plan.seed}")
    born_at = now + FIRST_BIRTH_AFTER_S
    fleet = Fleet(
        LiftMachine(
            lift,
            boot=int(now),
            senses_people=rng.random() >= WITHOUT_PRESENCE_SENSOR_SHARE,
            born_at=born_at + turn / plan.births_per_s,
            rng=rng,
            rhythm=plan.rhythm,
            weighs=True,
        )
        for turn, lift in enumerate(plan.lifts)
    )
    links = OnAir.link_names(fleet, own=plan.own)
    return OnAir(
        fleet,
        plan.url,
        own=plan.own,
        voice=Voice(profile=plan.profile, clocks=draw_clocks(fleet.lift_ids, plan.clock_share, rng)),
        mishaps=Mishaps(plan.shares, rng),
        troubles=Troubles(plan.rates, fleet.lift_ids, links, rng, born_at),
        rng=rng,
    )


@contextmanager
def stopping_on_signals() -> Iterator[asyncio.Event]:
    """Set by Ctrl-C, by being told to stop, and by the loss of the terminal."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def _wait(
    running: asyncio.Task[None], stop: asyncio.Event, began_at: float, plan: FleetPlan, tell: Callable[[], None]
) -> None:
    """Until the signal, the end of the time, or an error of the fleet's own, which it raises."""
    stopped = asyncio.create_task(stop.wait())
    until = began_at + plan.for_s if plan.for_s is not None else float("inf")
    while not stopped.done() and (left_s := until - time.monotonic()) > 0:
        await asyncio.wait({running, stopped}, timeout=min(TELL_EVERY_S, left_s), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        tell()
    stopped.cancel()


def _published(air: OnAir) -> int:
    return sum(air.counts[channel] for channel in CHANNELS)


def describe(air: OnAir, seconds: float = 0.0) -> Progress:
    """How a fleet stands after so many seconds."""
    return Progress(
        seconds=seconds,
        online=air.fleet.online,
        lifts=len(air.fleet),
        open_links=air.connections.open,
        links=len(air.connections),
        published=_published(air),
        behind_s=air.fleet.behind_s(time.time()),
    )


def _summarise(plan: FleetPlan, air: OnAir, seconds: float) -> Row:
    counts, mishaps = air.counts, air.mishaps
    return {
        "lifts": len(air.fleet),
        "online": air.fleet.online,
        "connections": len(air.connections),
        "profile": plan.profile.value,
        "seconds": round(seconds, 1),
        "published": _published(air),
        "published_per_s": round(_published(air) / max(seconds, 0.001), 1),
        **{channel: counts[channel] for channel in CHANNELS},
        "entrapments": counts["entrapments"],
        "breakdowns": counts["breakdowns"],
        "visits": counts["visits"],
        "restarts": counts["restarts"],
        "link_losses": counts["link_losses"],
        "storms": counts["storms"],
        "returns": air.connections.returns,
        "alarms_acknowledged": air.acknowledged,
        **{f"messages_{mishap}": mishaps[mishap] for mishap in ("lost", "doubled", "delayed", "reordered")},
        "left_out": air.left_out,
        "most_behind_s": round(air.most_behind_s, 2),
    }
