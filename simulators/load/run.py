"""One load from its beginning to its end: the service and its city, the talk, the calls, the cut, and what was seen.

The service is the real one, started by its command; what is known of its inside are its published figures. All waits
are read from one monotonic clock in this process; the commits of cases are heard by a trigger on the load's own and
passing database.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import asyncpg

from simulators.api import Api
from simulators.bench.around import find_free_port, tell
from simulators.bench.endpoints import Endpoint, Offers
from simulators.bench.latency import Watch, read_metrics, watching_commits
from simulators.beside import beside
from simulators.companies import WebhookServer
from simulators.errors import ServiceFailedError, SimulatorError
from simulators.gateway import Gateway
from simulators.load.descriptors import demand_descriptors
from simulators.load.process import Plan, Sender, sending, stop
from simulators.load.talk import Topic
from simulators.load.town import Town, draw_town
from simulators.load.usage import Usage, Use
from simulators.load.watching import Calls
from simulators.registration import Keys, register
from simulators.results import Row
from simulators.service import Service

HEARD_WITHIN_S = 180.0
"""Every lift, once, before anything is measured."""
SETTLED_WITHIN_S = 60.0
"""What has not come by then is lost."""
LOOK_EVERY_S = 1.0
ROOM_MB = 2_000
"""What the database, the broker and the black box of a city may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the service is put under."""

    lifts: int
    period_s: float
    minutes: float
    connections: int | None = None
    """None: four gateways speak for all."""
    alarms_per_s: float = 1.0
    cut: int = 0
    """So many lifts lose their power at once, half-way."""
    warm_s: float = 15.0
    """Steady talk before the first alarm."""
    calls_within_s: float = 10.0
    """Of the darkness: people press the button sooner or later."""
    ended_after_s: float = 5.0
    """The operator ends a case so long after its company has heard of it."""
    seed: int = 1
    data_dir: Path | None = None
    database_url: str | None = None
    mqtt_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """What was seen since the last look, about a second ago."""

    at_s: float
    sent: int
    received: int
    refused: int
    waiting: int
    """Sent, and not taken in yet."""
    behind: int
    """Due, and not sent yet, because the broker took no more."""
    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a load."""

    rows: list[Row]
    seconds: list[Second]
    waits: list[tuple[float, float, float | None]]
    """Of each alarm: when it was raised, and how many ms until its case and its webhook."""

    @property
    def has_losses(self) -> bool:
        """Something that was sent did not arrive, or was refused."""
        return any(row.get(name) for row in self.rows for name in ("lost", "refused", "alarms_lost", "without_offer"))

    def written(self) -> list[dict[str, Any]]:
        """The seconds as plain values."""
        return [{**asdict(second), "use": second.use._asdict()} for second in self.seconds]


@dataclass(slots=True, kw_only=True)
class Bench:
    """The parts of one measurement."""

    load: Load
    town: Town
    service: Service
    session: aiohttp.ClientSession
    sender: Sender
    calls: Calls
    usage: Usage
    beside: int = 0
    """Messages that others than the sender have sent."""
    seconds: list[Second] = field(default_factory=list)
    _before: tuple[int, float, float] = (0, 0.0, 0.0)
    _began_at: float = 0.0

    async def read_counts(self) -> dict[str, float]:
        """What the service says of itself."""
        try:
            async with self.session.get(f"{self.service.ready.http}/metrics") as answer:
                return read_metrics(await answer.text())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ServiceFailedError(f"the service does not tell its counts: {error}") from None

    def begin(self, counts: Mapping[str, float]) -> None:
        """From here on it is measured."""
        self._before = self.sender.sent, counts["rescue_messages_total"], counts["rescue_quarantined_total"]
        self._began_at = time.perf_counter()
        self.usage.look()
        self.seconds.clear()

    async def look(self) -> Second:
        """One line of the record."""
        sent, (counts, use) = self.sender.sent, (await self.read_counts(), self.usage.look())
        received, refused = counts["rescue_messages_total"], counts["rescue_quarantined_total"]
        second = Second(
            at_s=round(time.perf_counter() - self._began_at, 1),
            sent=sent - self._before[0],
            received=round(received - self._before[1]),
            refused=round(refused - self._before[2]),
            waiting=max(0, round(sent + len(self.calls.raised) - received)),
            behind=self.sender.behind,
            use=use,
        )
        self._before = sent, received, refused
        self.seconds.append(second)
        return second


def run_load(load: Load) -> Result:
    """Raises SimulatorError with one line that a person can act on."""
    if load.connections and load.connections > load.lifts:
        raise SimulatorError(f"{load.connections:,} connections are more than the {load.lifts:,} lifts")
    demand_descriptors(load.connections or 0)
    try:
        with _directory(load.data_dir) as directory:
            _demand_room(directory)
            return asyncio.run(_run(load, directory))
    except asyncpg.PostgresError as error:
        raise SimulatorError(f"the load's own database: {error}") from error
    except OSError as error:
        raise SimulatorError(f"{error.strerror or error}: {error.filename or 'a connection of the load'}") from error


def _demand_room(directory: Path) -> None:
    free_mb = shutil.disk_usage(directory).free >> 20
    if free_mb < ROOM_MB:
        raise SimulatorError(
            f"{directory} has {free_mb:,} MB left, and a load needs {ROOM_MB:,}: make room, or --data-dir"
        )


@contextmanager
def _directory(chosen: Path | None) -> Iterator[Path]:
    if chosen is not None:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen
        return
    with tempfile.TemporaryDirectory(prefix="rescue-load-") as passing:
        yield Path(passing)


async def _run(load: Load, directory: Path) -> Result:
    measured_s = load.minutes * 60
    town = draw_town(load.lifts, load.seed, callers=round(load.alarms_per_s * measured_s), cut=load.cut)
    async with _bench(load, town, directory) as bench:
        await _wake(bench)
        return await _measure(bench, measured_s)
    raise AssertionError("whoever leaves this block without a result raises")


@asynccontextmanager
async def _bench(load: Load, town: Town, directory: Path) -> AsyncIterator[Bench]:
    watch, offers = Watch(), Offers()
    endpoints = {company.company_id: Endpoint(offers) for company in town.city.companies}
    around = {"RESCUE_DATABASE_URL": load.database_url, "RESCUE_MQTT_URL": load.mqtt_url}
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(
            Service(
                directory,
                http_port=find_free_port(),
                mqtt_port=find_free_port(),
                settings={name: url for name, url in around.items() if url},
            )
        )
        await stack.enter_async_context(service.blamed())
        start = await stack.enter_async_context(beside())
        start(service.watch())
        tell(f"the service is ready; {len(town.city.lifts):,} lifts are imported")
        session = await stack.enter_async_context(aiohttp.ClientSession())
        server = await stack.enter_async_context(WebhookServer(endpoints))
        mqtt = load.mqtt_url or service.ready.mqtt
        answers = ("lifts/v1/+/+/alarm/ack",)
        gateway = await stack.enter_async_context(
            Gateway(mqtt, "load-alarms", subscriptions=answers, on_message=watch.note_message)
        )
        await stack.enter_async_context(watching_commits(load.database_url or service.ready.database, watch))
        keys = await register(service, town.city, directory)
        await _open_endpoints(endpoints, server, keys, session, service.ready.http)
        plan = Plan(
            url=mqtt,
            lifts=[Topic(lift.area, lift.lift_id) for lift in town.city.lifts],
            period_s=load.period_s,
            connections=load.connections or GATEWAYS,
            cut=town.cut,
        )
        sender = await stack.enter_async_context(sending(plan, directory, start))
        yield Bench(
            load=load,
            town=town,
            service=service,
            session=session,
            sender=sender,
            calls=Calls(
                gateway=gateway,
                operator=Api(session, service.ready.http, keys.operator_token),
                watch=watch,
                offers=offers,
                rng=Random(f"calls {load.seed}"),
                calls_within_s=load.calls_within_s,
                ended_after_s=load.ended_after_s,
                start=await stack.enter_async_context(beside()),
            ),
            usage=Usage(service.pid),
        )


GATEWAYS = 4


async def _open_endpoints(
    endpoints: Mapping[str, Endpoint], server: WebhookServer, keys: Keys, session: aiohttp.ClientSession, url: str
) -> None:
    apis = {id_: Api(session, url, token) for id_, token in keys.company_tokens.items()}
    await asyncio.gather(*(own.register(apis[id_], server.url_of(id_)) for id_, own in endpoints.items()))


async def _wake(bench: Bench) -> None:
    """Every lift is heard once; then all talk steadily, until the service keeps up or the time is over."""
    lifts = len(bench.town.city.lifts)
    bench.sender.tell("wake")
    await bench.sender.wait_for("woken")
    until = time.monotonic() + HEARD_WITHIN_S
    while (heard := (await bench.read_counts())["rescue_lifts_online"]) < lifts:
        if time.monotonic() > until:
            raise SimulatorError(f"the service has heard {heard:,.0f} of {lifts:,} lifts in {HEARD_WITHIN_S:.0f} s")
        await asyncio.sleep(LOOK_EVERY_S)
    tell(f"all of {lifts:,} lifts have been heard; they talk now, each every {bench.load.period_s:g} s")
    bench.sender.tell("go")
    await asyncio.sleep(bench.load.warm_s)


async def _measure(bench: Bench, for_s: float) -> Result:
    town, calls, counts = bench.town, bench.calls, await bench.read_counts()
    bench.begin(counts)
    began_at, sent_before = time.perf_counter(), bench.sender.sent
    raising = calls.start(calls.raise_evenly(town.callers, for_s))
    dark: asyncio.Task[None] | None = None
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)
    while (passed_s := time.perf_counter() - began_at) < for_s and not stopped.is_set():
        await asyncio.sleep(LOOK_EVERY_S)
        _say(await bench.look(), calls)
        if town.cut and dark is None and passed_s >= for_s / 2:
            bench.sender.tell("cut")
            dark = calls.start(calls.raise_in_the_dark(town.trapped))
            tell(f"{town.cut.last - town.cut.first:,} lifts lose their power; people are in {len(town.trapped)}")
    passed_s = time.perf_counter() - began_at
    asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
    await stop(bench.sender)
    await _end([raising, *([dark] if dark else [])], early=stopped.is_set())
    lost = await _settle(bench, counts)
    return _result(bench, passed_s, bench.sender.sent - sent_before, lost)


async def _end(callers: Sequence[asyncio.Task[None]], *, early: bool) -> None:
    """Everybody has called; or, when the load was told to stop, whoever has not will not."""
    if early:
        tell("told to stop: this is what was measured until now")
        for calling in callers:
            calling.cancel()
    await asyncio.wait(callers)


def _say(second: Second, calls: Calls) -> None:
    if round(second.at_s) % 10 == 0:
        tell(
            f"{second.at_s:5.0f} s: {second.sent:,} sent, {second.received:,} received, {second.waiting:,} wait, "
            f"{second.behind:,} held back; {len(calls.watch.committed)} of {len(calls.raised)} alarms are cases; "
            + ", ".join(f"{part} {cores}" for part, cores in second.use.cpu.items())
        )


async def _settle(bench: Bench, before: Mapping[str, float]) -> dict[str, int]:
    """Until all that was sent has been taken in and every alarm has arrived, or some time has passed."""
    raised, until = bench.calls.raised, time.monotonic() + SETTLED_WITHIN_S
    wanted = bench.sender.sent + len(raised)
    while True:
        counts = await bench.read_counts()
        left = wanted - counts["rescue_messages_total"]
        if (left <= 0 and bench.calls.is_settled(raised)) or time.monotonic() > until:
            break
        await asyncio.sleep(LOOK_EVERY_S)
    refused = counts["rescue_quarantined_total"] - before["rescue_quarantined_total"]
    return {"lost": max(0, round(left)), "refused": round(refused)}


def _result(bench: Bench, passed_s: float, sent: int, lost: Mapping[str, int]) -> Result:
    load, seconds, calls = bench.load, bench.seconds, bench.calls
    received = sum(second.received for second in seconds)
    row: dict[str, Any] = {
        "load": f"{load.lifts:,} lifts, each every {load.period_s:g} s",
        "lifts": load.lifts,
        "connections": load.connections or GATEWAYS,
        "seconds": round(passed_s),
        "sent_per_s": round(sent / passed_s),
        "received_per_s": round(received / seconds[-1].at_s) if seconds else 0,
        "refused": lost["refused"],
        "lost": lost["lost"],
        "most_waiting": max((second.waiting for second in seconds), default=0),
        "most_behind": bench.sender.most_behind,
        "lost_connections": bench.sender.lost_connections,
        **calls.describe(bench.town.callers),
        "cpu": _mean(seconds, lambda use: use.cpu),
        "rss_mb": dict(seconds[-1].use.rss_mb) if seconds else {},
    }
    rows: list[Row] = [row]
    if bench.town.cut:
        dark = bench.town.cut.last - bench.town.cut.first
        said = f"{dark:,} of them without power at once"
        rows.append({"load": said, "lifts": dark, **calls.describe(bench.town.trapped)})
    return Result(rows=rows, seconds=seconds, waits=_waits(calls))


def _mean(seconds: list[Second], of: Callable[[Use], Mapping[str, float]]) -> dict[str, float]:
    parts = dict.fromkeys(part for second in seconds for part in of(second.use))
    return {part: round(sum(of(one.use).get(part, 0.0) for one in seconds) / len(seconds), 2) for part in parts}


def _waits(calls: Calls) -> list[tuple[float, float, float | None]]:
    watch, published = calls.watch, calls.watch.published
    first = min(published.values(), default=0.0)
    return [
        (
            round(at - first, 2),
            round(1000 * (watch.committed[lift] - at), 1),
            round(1000 * (calls.offers.received[lift] - at), 1) if lift in calls.offers.received else None,
        )
        for lift, at in published.items()
        if lift in watch.committed
    ]
