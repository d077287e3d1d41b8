"""What can befall whom, and in which order. Each fault begins, lasts for some seconds, and is over.

The order is drawn from the seed: first each of the three processes is killed, then everything there is by turns, each
fault once before any comes again. What a machine does not allow is left out, and said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import asyncpg

from simulators.chaos.clock import SteppedClock
from simulators.chaos.disk import SmallDisk
from simulators.chaos.lifts import Lifts
from simulators.chaos.parts import Desk, Server
from simulators.chaos.passage import Passage

KILLS = ("kill service", "kill database", "kill broker")
SERVICE_AHEAD_S = (-120.0, -30.0, 30.0, 120.0)
"""Within the five minutes by which the signature of a webhook may be off."""
CLOCKS_JUMP_S = (-3600.0, 3600.0, 86_400.0)

Step = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`strike` begins it, `heal` ends it; between them `lasts_s`, at least and at most."""

    strike: Step
    heal: Step
    lasts_s: tuple[float, float]
    kills: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """One fault to come: it begins so long after the one before is over and mended."""

    name: str
    after_s: float
    lasts_share: float
    """Where between the fault's least and most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Victims:
    """Everything that something can befall."""

    desk: Desk
    database: Server
    broker: Server
    to_database: Passage
    to_broker: Passage
    """From the service."""
    lifts_to_broker: Passage
    to_companies: Passage
    disk: SmallDisk | None
    clock: SteppedClock | None
    lifts: Lifts
    rng: Random


def draw_strokes(seed: int, names: Sequence[str], gap_s: tuple[float, float]) -> Iterator[Stroke]:
    """Without end."""
    rng = Random(f"strokes {seed}")
    first, others = list(KILLS), [name for name in names if name not in KILLS]
    deck = [*rng.sample(first, len(first)), *rng.sample(others, len(others))]
    while True:
        for name in deck:
            yield Stroke(name=name, after_s=rng.uniform(*gap_s), lasts_share=rng.random())
        deck = rng.sample(names, len(names))


def make_faults(victims: Victims) -> Mapping[str, Fault]:
    """By name. It is long because it is a table: each line is one thing that goes wrong in the field."""
    desk, database, broker = victims.desk, victims.database, victims.broker
    faults = {
        "kill service": Fault(strike=desk.kill, heal=_nothing, lasts_s=(0, 0), kills=1),
        "kill database": Fault(strike=database.kill, heal=database.start, lasts_s=(0, 4), kills=1),
        "kill broker": Fault(strike=broker.kill, heal=broker.start, lasts_s=(0, 4), kills=1),
        "kill all": Fault(strike=_all_of(desk.kill, database.kill, broker.kill),
                          heal=_all_of(database.start, broker.start), lasts_s=(0, 3), kills=3),
        "database out of reach": _cut(victims.to_database, (1, 6)),
        "database does not answer": _held(victims.to_database, (2, 14)),
        "broker out of reach of service": _cut(victims.to_broker, (1, 6)),
        "broker does not answer service": _held(victims.to_broker, (2, 8)),
        "lifts cut off": _cut(victims.lifts_to_broker, (1, 6)),
        "lifts held up": _held(victims.lifts_to_broker, (2, 8)),
        "companies out of reach": _cut(victims.to_companies, (1, 8)),
        "companies do not answer": _held(victims.to_companies, (2, 8)),
        "database takes no writes": Fault(strike=lambda: set_read_only(database, "on"),
                                          heal=lambda: set_read_only(database, "off"), lasts_s=(2, 6)),
        "lifts' clocks jump": Fault(strike=lambda: _jump(victims), heal=_nothing, lasts_s=(0, 0)),
    }  # fmt: skip
    if victims.disk is not None:
        disk = victims.disk
        faults["disk full"] = Fault(strike=_soon(disk.fill), heal=_soon(disk.free), lasts_s=(3, 8))
    if victims.clock is not None:
        clock = victims.clock
        faults["service's clock steps"] = Fault(
            strike=_soon(lambda: clock.set_ahead(victims.rng.choice(SERVICE_AHEAD_S))),
            heal=_soon(lambda: clock.set_ahead(0)),
            lasts_s=(3, 8),
        )
    return faults


async def set_read_only(database: Server, value: str) -> None:
    """The server refuses every write from the next transaction on, as a primary does that has become a standby."""
    connection = await asyncpg.connect(database.url, server_settings={"default_transaction_read_only": "off"})
    try:
        await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


def _cut(passage: Passage, lasts_s: tuple[float, float]) -> Fault:
    return Fault(strike=_soon(passage.cut), heal=passage.mend, lasts_s=lasts_s)


def _held(passage: Passage, lasts_s: tuple[float, float]) -> Fault:
    return Fault(strike=_soon(passage.hold), heal=_soon(passage.let_flow), lasts_s=lasts_s)


def _soon(act: Callable[[], None]) -> Step:
    async def step() -> None:
        act()

    return step


def _all_of(*steps: Step) -> Step:
    async def step() -> None:
        await asyncio.gather(*(one() for one in steps))

    return step


async def _nothing() -> None:
    """It is over by itself, or never."""


async def _jump(victims: Victims) -> None:
    victims.lifts.step_clocks(victims.rng.choice(CLOCKS_JUMP_S))
