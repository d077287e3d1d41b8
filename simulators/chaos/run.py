"""One run of chaos: faults one after the other under load, a quiet phase, and the verdict."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp
import asyncpg

from rescue.embedded import EmbeddedError
from simulators.beside import first_of
from simulators.chaos.faults import KILLS, Fault, Stroke, draw_strokes, make_faults
from simulators.chaos.town import Town, settle_town
from simulators.chaos.verdict import Verdict, judge
from simulators.errors import ApiError, SimulatorError
from simulators.results import Row

GAP_S = (0.5, 3.0)
RECOVERED_WITHIN_S = 90.0
SLOW_S = 8.0
"""After so long it is said who waits."""
LOOK_EVERY_S = 0.1
ACCOUNT_EVERY_S = 1.0
LONGEST_STATUS_S = 4.0
"""After so long every lift has spoken again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of it."""

    minutes: float
    seed: int
    data_dir: Path | None = None
    """Kept afterwards, with the logs in it; by default a passing one."""
    alarms_per_s: float = 3.0
    quiet_within_s: float = 150.0


@dataclass(slots=True)
class Record:
    """What was done, and how long it took to get over it."""

    kills: int = 0
    recovered_s: dict[str, list[float]] = field(default_factory=dict)
    never: list[str] = field(default_factory=list)
    """Faults that were not got over in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What is printed: a row of all, and a row a fault; what is wrong; what could not be done here."""

    rows: Sequence[Row]
    findings: Sequence[str]
    skipped: Sequence[str]


def run_chaos(plan: Plan) -> Result:
    """Raises SimulatorError when there is nothing to judge."""
    try:
        with ExitStack() as stack:
            directory = plan.data_dir or Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="rescue-chaos-", ignore_cleanup_errors=True))
            )
            directory.mkdir(parents=True, exist_ok=True)
            return asyncio.run(_run(plan, directory))
    except* (EmbeddedError, asyncpg.PostgresError, OSError, SimulatorError) as errors:
        raise SimulatorError(f"chaos itself failed: {first_of(errors)}") from errors


async def _run(plan: Plan, directory: Path) -> Result:
    record = Record()
    async with settle_town(directory, plan.seed) as town:
        calling = asyncio.create_task(_raise_alarms(town, plan))
        try:
            await _rage(town, plan, record)
        finally:
            calling.cancel()
        town.say("all faults are over, nobody else gets stuck")
        verdict = await _wait_quiet(town, plan.quiet_within_s)
        return _conclude(town, record, verdict)


async def _raise_alarms(town: Town, plan: Plan) -> None:
    """At random, as people are, until cancelled."""
    rng = Random(f"alarms {plan.seed}")
    while True:
        await asyncio.sleep(rng.expovariate(plan.alarms_per_s))
        town.victims.lifts.raise_alarm()


async def _rage(town: Town, plan: Plan, record: Record) -> None:
    """Fault upon fault until the time is over; the three kills come first, however short it is."""
    faults = make_faults(town.victims)
    until = time.monotonic() + 60 * plan.minutes
    for turn, stroke in enumerate(draw_strokes(plan.seed, tuple(faults), GAP_S)):
        if turn >= len(KILLS) and time.monotonic() >= until:
            return
        await asyncio.sleep(stroke.after_s)
        await _suffer(town, stroke, faults[stroke.name], record)


async def _suffer(town: Town, stroke: Stroke, fault: Fault, record: Record) -> None:
    least_s, most_s = fault.lasts_s
    lasts_s = least_s + stroke.lasts_share * (most_s - least_s)
    town.say(f"{stroke.name}, for {lasts_s:.1f} s")
    await fault.strike()
    record.kills += fault.kills
    await asyncio.sleep(lasts_s)
    await fault.heal()
    took_s = await _recover(town)
    if took_s is None:
        record.never.append(stroke.name)
        town.say(f"not recovered within {RECOVERED_WITHIN_S:g} s")
        return
    record.recovered_s.setdefault(stroke.name, []).append(took_s)
    town.say(f"recovered {took_s:.1f} s later")


async def _recover(town: Town) -> float | None:
    """Until the service says that it is ready and every alarm raised so far is acknowledged; None for never."""
    healed_at, is_told = time.monotonic(), False
    while (passed_s := time.monotonic() - healed_at) < RECOVERED_WITHIN_S:
        waiting = ", ".join(alarm.lift_id for alarm in town.ledger.unacknowledged(healed_at))
        reason = waiting or await town.why_not_ready()
        if not reason:
            return passed_s
        if passed_s > SLOW_S and not is_told:
            is_told = True
            town.say(f"still waiting: {reason}")
        await asyncio.sleep(LOOK_EVERY_S)
    return None


async def _wait_quiet(town: Town, within_s: float) -> Verdict:
    """The verdict, once nothing is wrong any more, or when the time for that is over."""
    began_at = time.monotonic()
    while True:
        verdict = await _look(town)
        passed_s = time.monotonic() - began_at
        if verdict is not None and (passed_s >= within_s or (passed_s >= LONGEST_STATUS_S and not verdict.findings)):
            return verdict
        if passed_s >= 2 * within_s:
            raise SimulatorError("the service gives no account of its cases, long after all faults are over")
        await asyncio.sleep(ACCOUNT_EVERY_S)


async def _look(town: Town) -> Verdict | None:
    with suppress(ApiError, aiohttp.ClientError, TimeoutError):
        return judge(town.ledger, await town.ask_account())
    return None


def _conclude(town: Town, record: Record, verdict: Verdict) -> Result:
    desk = town.victims.desk
    figures = {
        "kills": record.kills,
        **verdict.figures,
        "stopped_by_itself": len(desk.deaths),
        "starts_failed": len(desk.starts_failed),
    }
    findings = [
        *verdict.findings,
        *(f"the service stopped by itself: {death}" for death in desk.deaths),
        *(f"not recovered: {name}" for name in record.never),
    ]
    return Result(rows=[figures, *_rows_of(record.recovered_s)], findings=findings, skipped=town.skipped)


def _rows_of(recovered_s: Mapping[str, Sequence[float]]) -> Iterator[Row]:
    for name, times in sorted(recovered_s.items()):
        yield {
            "fault": name,
            "times": len(times),
            "recovered_p50_s": round(statistics.median(times), 1),
            "recovered_max_s": round(max(times), 1),
        }
