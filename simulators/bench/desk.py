"""`simulate bench desk`: how long until an alarm is a case, and until the company hears of it?

The service is the real one, started by its command with its own database and broker. Alarms come by MQTT with QoS 1
from lifts all over a city, at random instants, each lift's first; nothing else is said, so that the desk is what is
measured. Every company has an endpoint on a real HTTP server, which checks the signature and answers at once; nobody
answers an offer. After each load an operator ends its cases, so that the next one finds the board as empty.

Commits are heard as in `latency`, by a trigger on the bench's own database; all instants are read from one monotonic
clock in one process, the bench's. What the figures mean: docs/benchmarks-desk.md.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import asyncpg
import psutil

from simulators.api import Api
from simulators.bench.around import find_free_port, tell
from simulators.bench.endpoints import Endpoint, Offers
from simulators.bench.floor import measure_floor
from simulators.bench.latency import Watch, draw_alarm, percentile, read_metrics, watching_commits
from simulators.city import City, Lift, build_city
from simulators.companies import WebhookServer
from simulators.crowd import crowd, spread
from simulators.errors import ServiceFailedError, SimulatorError
from simulators.gateway import Gateway
from simulators.registration import Keys, register
from simulators.results import Row
from simulators.service import Service

SETTLED_WITHIN_S = 60.0
"""What has not come by then is lost."""
LOOK_EVERY_S = 0.1
BACKLOG_SHARE = 0.1
"""With more than this share of a load's alarms waiting at its end the desk was busy all the time."""
CLEARED_AT_ONCE = 8
"""Requests of the operator under way while a board is cleared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """So many alarms a second for so long."""

    alarms_per_s: int
    for_s: float

    @property
    def alarms(self) -> int:
        """Each by a lift of its own."""
        return round(self.alarms_per_s * self.for_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured, and in how large a city."""

    lifts: int
    crews_per_company: int
    loads: tuple[Load, ...]


A_CITY = Scale(
    lifts=9_440,
    crews_per_company=40,
    loads=(
        Load(alarms_per_s=1, for_s=20.0),
        Load(alarms_per_s=50, for_s=10.0),
        Load(alarms_per_s=300, for_s=5.0),
    ),
)
"""40 contractors and 9 stations with 1,960 crews: somewhat more than a city of 120,000 lifts has on duty."""
A_GLANCE = Scale(
    lifts=1_200,
    crews_per_company=20,
    loads=(Load(alarms_per_s=1, for_s=3.0), Load(alarms_per_s=20, for_s=2.0)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The parts of one measurement."""

    service: Service
    gateway: Gateway
    session: aiohttp.ClientSession
    operator: Api
    watch: Watch
    offers: Offers
    rng: Random


def measure_desk(seed: int, scale: Scale = A_CITY) -> Sequence[Row]:
    """A row a load. Raises SimulatorError."""
    try:
        with tempfile.TemporaryDirectory(prefix="rescue-bench-") as directory:
            return asyncio.run(_measure(Path(directory), seed, scale))
    except (OSError, asyncpg.PostgresError) as error:
        raise SimulatorError(f"the bench's own database or connection: {error}") from error


async def _measure(directory: Path, seed: int, scale: Scale) -> Sequence[Row]:
    city = crowd(build_city(lifts=scale.lifts, seed=seed), scale.crews_per_company)
    callers = spread(city, sum(load.alarms for load in scale.loads))
    rows: list[Row] = []
    async with _bench(directory, city) as bench:
        for load in scale.loads:
            own, callers = callers[: load.alarms], callers[load.alarms :]
            rows.append(await _measure_load(bench, load, own))
            tell(", ".join(f"{key} {value}" for key, value in rows[-1].items()))
            if callers:
                await _clear_board(bench.operator)
        floor_per_s = await measure_floor(bench.service.ready.database, [lift.lift_id for lift in own])
    tell(f"floor: {floor_per_s:,.0f} commits a second")
    return [{**row, "floor_per_s": round(floor_per_s), "of_floor": _ratio(row, floor_per_s)} for row in rows]


def _ratio(row: Row, floor_per_s: float) -> float | None:
    """None where the desk kept up, and so showed nothing of what it could do."""
    return round(row["committed_per_s"] / floor_per_s, 3) if row["backlog"] > BACKLOG_SHARE * row["alarms"] else None


@asynccontextmanager
async def _bench(directory: Path, city: City) -> AsyncIterator[Bench]:
    """The service at work, knowing the city; its companies, listening; and those who watch."""
    watch, offers, answers = Watch(), Offers(), ("lifts/v1/+/+/alarm/ack",)
    endpoints = {company.company_id: Endpoint(offers) for company in city.companies}
    async with (
        Service(directory, http_port=find_free_port(), mqtt_port=find_free_port()) as service,
        aiohttp.ClientSession() as session,
        WebhookServer(endpoints) as server,
        Gateway(service.ready.mqtt, "bench-alarms", subscriptions=answers, on_message=watch.note_message) as gateway,
        watching_commits(service.ready.database, watch),
    ):
        keys = await register(service, city, directory)
        await _open_endpoints(endpoints, server, keys, session, service.ready.http)
        tell(f"{len(city.companies)} companies with {len(city.crews):,} crews listen")
        yield Bench(
            service=service,
            gateway=gateway,
            session=session,
            operator=Api(session, service.ready.http, keys.operator_token),
            watch=watch,
            offers=offers,
            rng=Random(f"alarms {city.seed}"),
        )


async def _open_endpoints(
    endpoints: Mapping[str, Endpoint], server: WebhookServer, keys: Keys, session: aiohttp.ClientSession, url: str
) -> None:
    apis = {id_: Api(session, url, token) for id_, token in keys.company_tokens.items()}
    await asyncio.gather(*(own.register(apis[id_], server.url_of(id_)) for id_, own in endpoints.items()))


async def _measure_load(bench: Bench, load: Load, callers: Sequence[Lift]) -> Row:
    tell(f"{load.alarms_per_s} alarms a second for {load.for_s:g} s")
    process = psutil.Process(bench.service.pid)
    before, cpu_s, began_at = await _read_counts(bench), _cpu_s(process), time.perf_counter()
    await _raise_alarms(bench, callers, load)
    backlog = sum(lift.lift_id not in bench.watch.committed for lift in callers)
    await _settle(bench, callers)
    after = await _read_counts(bench)
    return {
        "alarms_per_s": load.alarms_per_s,
        **_describe(bench, callers),
        "committed_per_s": _committed_per_s(bench.watch, callers),
        "backlog": backlog,
        "commit_mean_ms": _commit_mean_ms(before, after),
        "service_cpu": round((_cpu_s(process) - cpu_s) / (time.perf_counter() - began_at), 2),
    }


async def _raise_alarms(bench: Bench, callers: Sequence[Lift], load: Load) -> None:
    """At random, as people are: each alarm at its own instant, whatever became of those before."""
    began_at = time.perf_counter()
    instants = sorted(bench.rng.uniform(0, load.for_s) for _ in callers)
    for instant, lift in zip(instants, callers, strict=True):
        await asyncio.sleep(max(0.0, began_at + instant - time.perf_counter()))
        alarm = draw_alarm(lift, time.time())
        bench.watch.published[lift.lift_id] = time.perf_counter()
        bench.gateway.publish(alarm.topic, alarm.payload, qos=alarm.qos, retain=alarm.retain)


async def _settle(bench: Bench, callers: Sequence[Lift]) -> None:
    """Until every alarm is a case that is acknowledged and offered, or some time has passed."""
    until = time.perf_counter() + SETTLED_WITHIN_S
    while time.perf_counter() < until:
        if bench.watch.has_answers(callers) and all(lift.lift_id in bench.offers.received for lift in callers):
            return
        await asyncio.sleep(LOOK_EVERY_S)


def _describe(bench: Bench, callers: Sequence[Lift]) -> Row:
    watch = bench.watch
    cases, answers = watch.waits_ms(watch.committed, callers), watch.waits_ms(watch.acknowledged, callers)
    offers = watch.waits_ms(bench.offers.received, callers)
    return {
        "case_p50_ms": percentile(cases, 50),
        "case_p99_ms": percentile(cases, 99),
        "ack_p50_ms": percentile(answers, 50),
        "ack_p99_ms": percentile(answers, 99),
        "webhook_p50_ms": percentile(offers, 50),
        "webhook_p99_ms": percentile(offers, 99),
        "alarms": len(callers),
        "lost": len(callers) - len(cases),
        "duplicated": watch.surplus(callers) + bench.offers.announced_twice,
        "without_offer": len(callers) - len(offers),
    }


def _committed_per_s(watch: Watch, callers: Sequence[Lift]) -> float:
    """From the first case to the last."""
    instants = sorted(watch.committed[lift.lift_id] for lift in callers if lift.lift_id in watch.committed)
    return round((len(instants) - 1) / (instants[-1] - instants[0]), 1) if len(instants) > 1 else 0.0


def _commit_mean_ms(before: Mapping[str, float], after: Mapping[str, float]) -> float | None:
    """Of all the desk's commits meanwhile, in the service's own words."""
    commits = after["rescue_commit_seconds_count"] - before["rescue_commit_seconds_count"]
    seconds = after["rescue_commit_seconds_sum"] - before["rescue_commit_seconds_sum"]
    return round(1000 * seconds / commits, 2) if commits else None


async def _clear_board(operator: Api) -> None:
    """Ends every open case, so that its crew is free again."""
    cases = await operator.get_all("/incidents", status="open", limit="200")
    places = asyncio.Semaphore(CLEARED_AT_ONCE)

    async def end(case: Mapping[str, Any]) -> None:
        async with places:
            await operator.post(f"/incidents/{case['id']}/false_alarm", {"reason": "the bench has measured it"})

    await asyncio.gather(*(end(case) for case in cases))


async def _read_counts(bench: Bench) -> dict[str, float]:
    try:
        async with bench.session.get(f"{bench.service.ready.http}/metrics") as answer:
            return read_metrics(await answer.text())
    except aiohttp.ClientError as error:
        raise ServiceFailedError(f"the service does not tell its counts: {error}") from None


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
