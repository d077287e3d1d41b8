"""`simulate bench ingest`: does one process carry a whole city, and does an alarm get through it?

Three measurements of one drawn city: reports a second, the product's way in against a subscriber that does nothing
(`throughput`); bytes a lift; and the wait from an alarm to its committed incident under a city's talk (`latency`).
What the figures mean, and what they leave out: docs/benchmarks-ingest.md.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from devices.mqtt import MqttError
from rescue.embedded import EmbeddedError
from simulators.bench.around import tell
from simulators.bench.background import Reel, draw_life, sender_process, write_reel
from simulators.bench.latency import Load, measure_latency
from simulators.bench.throughput import measure_memory, measure_throughput
from simulators.city import Lift, build_city
from simulators.errors import SimulatorError
from simulators.results import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured."""

    lifts: int
    reports: int
    """Read in each round."""
    rounds: int
    """The floor and the product are read so often, by turns."""
    memory_every: int
    memory_life_s: float
    """Memory is measured on one lift in so many, having lived so long: some things are kept for minutes."""
    loads: tuple[Load, ...]

    @property
    def alarms(self) -> int:
        """Each is raised by a lift of its own."""
        return sum(load.alarms for load in self.loads)


WHOLE_CITY = Scale(
    lifts=120_000,
    reports=240_000,
    rounds=3,
    memory_every=10,
    memory_life_s=300.0,
    loads=(
        Load(background_per_s=8_000, for_s=23.0, alarms=300),
        Load(background_per_s=24_000, for_s=23.0, alarms=300),
    ),
)
A_GLANCE = Scale(
    lifts=4_000,
    reports=20_000,
    rounds=1,
    memory_every=8,
    memory_life_s=120.0,
    loads=(Load(background_per_s=1_000, for_s=5.0, alarms=20),),
)
"""Seconds instead of minutes: that it works, and the order of magnitude."""


def measure_ingest(seed: int, scale: Scale = WHOLE_CITY) -> Sequence[Row]:
    """A row for the floor, one for the product and one for each background. Raises SimulatorError."""
    try:
        with tempfile.TemporaryDirectory(prefix="rescue-bench-") as directory, sender_process() as sender:
            return _measure(Path(directory), seed, scale, sender)
    except (EmbeddedError, MqttError) as error:
        raise SimulatorError(str(error)) from error
    except BrokenProcessPool:
        raise SimulatorError("the process that sends the background was killed") from None
    except OSError as error:
        raise SimulatorError(f"{error.strerror or error}: {error.filename or 'a connection of the bench'}") from error


def _measure(directory: Path, seed: int, scale: Scale, sender: ProcessPoolExecutor) -> list[Row]:
    city = build_city(lifts=scale.lifts, seed=seed)
    bytes_per_lift = measure_memory(city.lifts[:: scale.memory_every], seed, scale.memory_life_s)
    tell(f"a lift that has been heard takes {bytes_per_lift} bytes")
    # Callers come from all over the city: the crews of one district would soon all be asked.
    stride = scale.lifts // scale.alarms
    callers = city.lifts[::stride][: scale.alarms]
    speakers = [lift for turn, lift in enumerate(city.lifts) if turn % stride]
    reel = _draw_reel(directory, speakers, seed, scale)
    wake, rounds = _cut_rounds(reel, len(speakers), scale)
    rates = asyncio.run(measure_throughput(_make(directory / "broker"), city.lifts, wake, rounds, sender))
    waits = asyncio.run(measure_latency(_make(directory / "service"), city, callers, reel, scale.loads, sender))
    known = {"lifts": scale.lifts, "bytes_per_lift": bytes_per_lift}
    return [
        {"method": "floor", "messages_per_s": round(rates["floor"]), "lifts": scale.lifts, "bytes_per_lift": None},
        {"method": "product", "messages_per_s": round(rates["product"]), **known},
        *waits,
    ]


def _draw_reel(directory: Path, speakers: Sequence[Lift], seed: int, scale: Scale) -> Reel:
    backgrounds = sum(round(load.background_per_s * load.for_s) for load in scale.loads)
    wanted = len(speakers) + max(scale.rounds * scale.reports, backgrounds)
    tell(f"drawing {wanted:,} reports of {scale.lifts:,} lifts")
    said = islice(draw_life(speakers, seed), wanted)
    return write_reel(directory / "reports", (one.report for one in said))


def _cut_rounds(reel: Reel, speakers: int, scale: Scale) -> tuple[Reel, list[Reel]]:
    """Everybody's first status, and then new reports for each round."""
    starts = [speakers + turn * scale.reports for turn in range(scale.rounds)]
    return reel.cut(0, speakers), [reel.cut(start, start + scale.reports) for start in starts]


def _make(directory: Path) -> Path:
    directory.mkdir()
    return directory
