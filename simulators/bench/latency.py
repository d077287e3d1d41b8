"""From an alarm's publication to its committed incident, while a whole city talks.

The service is the real one, started by its command with its own database and broker, and every alarm comes from a lift
of its own, which says nothing else. Nobody answers the offers, and no company has an endpoint: what happens after the
commit is another bench's affair.

The instant of the commit is taken from outside. The service's own clock would not do, since `opened_at` is decided
before the commit, nor would looking again and again, which is either late or a load. So the bench gives its own,
passing database one trigger: PostgreSQL notifies those who listen after a commit and never before, and it costs a
commit some tens of microseconds. The way of the alarm's acknowledgement, which the lift can see, is measured beside it:
commit, outbox, broker and back. It needs no trigger, and so is the bound that nothing but published interfaces gives.

All times are read from one monotonic clock in one process, the bench's.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp
import asyncpg
import psutil

from simulators.bench.around import find_free_port, tell
from simulators.bench.background import BOOT, Reel, Sent, send_evenly
from simulators.city import City, Lift
from simulators.errors import ServiceFailedError, SimulatorError
from simulators.gateway import Gateway
from simulators.lift import AlarmButton
from simulators.registers import write_registers
from simulators.reports import Report
from simulators.results import Row
from simulators.service import Service

BUTTON_HELD_S = 4.0
LEAD_S = 2.0
"""The background runs so long before the first alarm."""
TAIL_S = 1.0
WAKE_PER_S = 15_000
"""So many lifts a second are heard for the first time."""
SETTLED_WITHIN_S = 60.0
"""What has not come by then is lost; and a backlog of one background must not stand before the next one's alarms."""
LOOK_EVERY_S = 0.25
RETAINED_EVERY_S = 60.0
"""A lift wants one status a minute to be retained (the contract's rule)."""
CHANNEL = "bench_case"
WATCH_COMMITS = f"""
CREATE FUNCTION tell_bench() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('{CHANNEL}', NEW.lift_id); RETURN NULL; END $$;
CREATE TRIGGER tell_bench AFTER INSERT ON incidents FOR EACH ROW EXECUTE FUNCTION tell_bench();
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the service is put under: so many reports a second for so long, and so many alarms meanwhile."""

    background_per_s: int
    for_s: float
    alarms: int


@dataclass(slots=True)
class Watch:
    """When each lift's alarm went out, its incident was committed and its acknowledgement came back."""

    published: dict[str, float] = field(default_factory=dict)
    committed: dict[str, float] = field(default_factory=dict)
    acknowledged: dict[str, float] = field(default_factory=dict)
    cases: Counter[str] = field(default_factory=Counter)
    """How many incidents each lift has had."""

    def note_commit(self, _connection: object, _pid: int, _channel: str, lift_id: object) -> None:
        """For asyncpg."""
        self.cases[str(lift_id)] += 1
        self.committed.setdefault(str(lift_id), time.perf_counter())

    def note_message(self, topic: str, payload: bytes) -> None:
        """For the gateway, which hears nothing but acknowledgements."""
        if "number" in json.loads(payload):
            self.acknowledged.setdefault(topic.split("/")[3], time.perf_counter())

    def has_answers(self, callers: Sequence[Lift]) -> bool:
        """Whether every one of these lifts has its incident and its acknowledgement."""
        return all(lift.lift_id in self.committed and lift.lift_id in self.acknowledged for lift in callers)

    def surplus(self, callers: Sequence[Lift]) -> int:
        """Incidents of these lifts beyond one for each: an alarm was taken for two."""
        return sum(max(0, self.cases[lift.lift_id] - 1) for lift in callers)

    def waits_ms(self, arrived: Mapping[str, float], callers: Sequence[Lift]) -> list[float]:
        """How long these lifts' alarms took to arrive there, the shortest first; those that never did are left out."""
        ids = (lift.lift_id for lift in callers)
        return sorted(1000 * (arrived[one] - self.published[one]) for one in ids if one in arrived)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The parts of one measurement."""

    service: Service
    process: psutil.Process
    gateway: Gateway
    session: aiohttp.ClientSession
    watch: Watch
    sender: ProcessPoolExecutor
    rng: Random

    async def read_counts(self) -> dict[str, float]:
        """What the service says of itself."""
        try:
            async with self.session.get(f"{self.service.ready.http}/metrics") as answer:
                return read_metrics(await answer.text())
        except aiohttp.ClientError as error:
            raise ServiceFailedError(f"the service does not tell its counts: {error}") from None

    async def wait_for(self, condition: Callable[[dict[str, float]], bool]) -> dict[str, float]:
        """The service's counts once they are so, or after some time as they then are."""
        until = time.monotonic() + SETTLED_WITHIN_S
        while not condition(counts := await self.read_counts()) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)  # another program's counts have no event to wait for
        return counts


def read_metrics(text: str) -> dict[str, float]:
    """The figures of a page in the format of Prometheus, none of which has labels."""
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {words[0]: float(words[1]) for words in lines if len(words) == 2}


async def measure_latency(
    directory: Path, city: City, callers: Sequence[Lift], reel: Reel, loads: Sequence[Load], sender: ProcessPoolExecutor
) -> list[Row]:
    """A row a load. `callers` are the lifts that raise alarms, one each; the reel holds no report of them."""
    rows: list[Row] = []
    async with _bench(directory, city, sender) as bench:
        used = await _wake(bench, reel, len(city.lifts) - len(callers))
        for load in loads:
            part = reel.cut(used, used + round(load.background_per_s * load.for_s))
            used, own, callers = used + len(part), callers[: load.alarms], callers[load.alarms :]
            rows.append(await _measure(bench, load, part, own, len(city.lifts)))
            tell(", ".join(f"{key} {value}" for key, value in rows[-1].items()))
    return rows


@asynccontextmanager
async def _bench(directory: Path, city: City, sender: ProcessPoolExecutor) -> AsyncIterator[Bench]:
    """The service at work, knowing the city; and those who watch it."""
    watch = Watch()
    answers = ("lifts/v1/+/+/alarm/ack",)
    async with (
        Service(directory, http_port=find_free_port(), mqtt_port=find_free_port()) as service,
        aiohttp.ClientSession() as session,
        Gateway(service.ready.mqtt, "bench-alarms", subscriptions=answers, on_message=watch.note_message) as gateway,
        watching_commits(service.ready.database, watch),
    ):
        bench = Bench(
            service=service,
            process=psutil.Process(service.pid),
            gateway=gateway,
            session=session,
            watch=watch,
            sender=sender,
            rng=Random(f"alarms {city.seed}"),
        )
        await _register(bench, city, directory / "city")
        yield bench


@asynccontextmanager
async def watching_commits(database_url: str, watch: Watch) -> AsyncIterator[None]:
    """Inside, the watch hears of every case as it is committed."""
    try:
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute(WATCH_COMMITS)
            await connection.add_listener(CHANNEL, watch.note_commit)
            yield
        finally:
            await connection.close()
    except asyncpg.PostgresError as error:
        raise SimulatorError(f"the service's database: {error}") from error


async def _register(bench: Bench, city: City, directory: Path) -> None:
    """The registers alone: nobody needs a key here, and the making of 600 keys takes a minute."""
    for register, path in write_registers(city, directory).items():
        await bench.service.command("import", register, str(path))
    counts = await bench.wait_for(lambda counts: counts["rescue_lifts_lifts"] == len(city.lifts))
    tell(f"the service knows {counts['rescue_lifts_lifts']:,.0f} lifts")


async def _wake(bench: Bench, reel: Reel, firsts: int) -> int:
    """Every lift is heard once, so that what is measured is a city at work; how much of the reel that took."""
    sent = await _send(bench, reel.cut(0, firsts), WAKE_PER_S, for_s=math.inf, retained_every=firsts + 1)
    counts = await bench.wait_for(lambda counts: counts["rescue_messages_total"] >= sent.messages)
    if counts["rescue_messages_total"] < sent.messages:
        raise SimulatorError("the service has not heard every lift once within a minute: this machine is too busy")
    tell(f"{counts['rescue_lifts_online']:,.0f} of them have been heard")
    return sent.messages


async def _measure(bench: Bench, load: Load, part: Reel, callers: Sequence[Lift], lifts: int) -> Row:
    tell(f"{load.background_per_s:,} reports a second for {load.for_s:.0f} s, and {len(callers)} alarms")
    before, service_s, machine_s = await bench.read_counts(), _cpu_s(bench.process), _machine_s()
    retained_every = max(1, round(load.background_per_s * RETAINED_EVERY_S / lifts))
    sent, _ = await asyncio.gather(
        _send(bench, part, load.background_per_s, load.for_s, retained_every), _raise_alarms(bench, callers, load)
    )
    service_s, machine_s = _cpu_s(bench.process) - service_s, _machine_s() - machine_s
    wanted = before["rescue_messages_total"] + sent.messages + len(callers)
    after = await bench.wait_for(
        lambda counts: counts["rescue_messages_total"] >= wanted and bench.watch.has_answers(callers)
    )
    _refuse_refusals(before, after)
    return {
        **_describe(load.background_per_s, bench.watch, sent, callers),
        "reports_lost": max(0, round(wanted - after["rescue_messages_total"])),
        "service_cpu": round(service_s / sent.seconds, 2),
        "machine_cpu": round(machine_s / sent.seconds, 2),
    }


async def _send(bench: Bench, part: Reel, per_s: float, for_s: float, retained_every: int) -> Sent:
    loop, url = asyncio.get_running_loop(), bench.service.ready.mqtt
    return await loop.run_in_executor(bench.sender, send_evenly, url, part, per_s, for_s, retained_every)


async def _raise_alarms(bench: Bench, callers: Sequence[Lift], load: Load) -> None:
    """At random, as people are: each alarm at its own instant, whatever became of those before."""
    began_at = time.perf_counter()
    instants = sorted(bench.rng.uniform(LEAD_S, load.for_s - TAIL_S) for _ in callers)
    for instant, lift in zip(instants, callers, strict=True):
        await asyncio.sleep(max(0.0, began_at + instant - time.perf_counter()))
        alarm = draw_alarm(lift, time.time())
        bench.watch.published[lift.lift_id] = time.perf_counter()
        bench.gateway.publish(alarm.topic, alarm.payload, qos=alarm.qos, retain=alarm.retain)


def draw_alarm(lift: Lift, now: float) -> Report:
    """The first alarm of this lift's life."""
    button = AlarmButton(last_number=0)
    button.press_at(now, BUTTON_HELD_S)
    return Report(lift.area, lift.lift_id, "alarm", {**button.take_due(now), "boot": BOOT}, 1, False)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _machine_s() -> float:
    """Seconds of work of all the cores, for whomever: if they were all busy, the service had to wait for one."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


def _refuse_refusals(before: Mapping[str, float], after: Mapping[str, float]) -> None:
    """Refusing is cheaper than taking in: a service that did has not been measured."""
    refused = round(after["rescue_quarantined_total"] - before["rescue_quarantined_total"])
    if refused:
        raise SimulatorError(f"the service refused {refused} reports: see its quarantine")


def _describe(asked_per_s: int, watch: Watch, sent: Sent, callers: Sequence[Lift]) -> Row:
    cases, answers = watch.waits_ms(watch.committed, callers), watch.waits_ms(watch.acknowledged, callers)
    return {
        "asked_per_s": asked_per_s,
        "background_per_s": round(sent.per_s),
        "case_p50_ms": percentile(cases, 50),
        "case_p99_ms": percentile(cases, 99),
        "ack_p50_ms": percentile(answers, 50),
        "ack_p99_ms": percentile(answers, 99),
        "alarms": len(callers),
        "alarms_lost": len(callers) - len(cases),
    }


def percentile(waits_ms: Sequence[float], per_cent: int) -> float | None:
    """The smallest of the sorted waits that so many of a hundred do not exceed; None of none."""
    if not waits_ms:
        return None
    return round(waits_ms[math.ceil(len(waits_ms) * per_cent / 100) - 1], 1)
