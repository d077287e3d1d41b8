"""The composition root: every part is made here, handed what it needs, and run in one task group.

It is long because it is straight: this is the one place that knows all the parts, and reading it downwards is reading
how the service comes up. A task that ends by an error ends the process, with that error as the one clear line.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from devices.fleet import Fleet, OwnRules
from devices.messages import LiftId
from devices.mqtt import MqttError, MqttLink
from devices.profiles import load_profiles
from dispatch.travel import StraightLine
from rescue import ready as ready_file
from rescue.accounts import Accounts
from rescue.api.application import make_app
from rescue.api.context import Context, Health
from rescue.api.endpoints import Endpoints
from rescue.api.records import Records
from rescue.api.repeats import Answers
from rescue.black_box import open_ring
from rescue.clock import SystemClock
from rescue.desk.board import Decision
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import OfferUndelivered
from rescue.effects import Effect
from rescue.embedded import Embedded, embedded_broker, embedded_database
from rescue.ingest import SUBSCRIPTIONS, Ingest
from rescue.lift_rules import read_own_rules, tracker_rules
from rescue.lift_states import LiftStates
from rescue.live import LiveFleet
from rescue.outbox import Outbox
from rescue.ports import Rendered, StoreUnavailable, TrackedLift
from rescue.recorder import Recorder
from rescue.recordings import Recordings
from rescue.remember import remember_cases
from rescue.render import render
from rescue.service import DeskService
from rescue.settings import ServiceError, Settings
from rescue.store.black_boxes import PostgresBlackBoxes
from rescue.store.keys import lasting_key
from rescue.store.lift_states import PostgresLiftStates
from rescue.store.migrate import migrate
from rescue.store.postgres import PostgresStore
from rescue.store.telemetry import PostgresTelemetry
from rescue.telemetry import Telemetry
from rescue.timeline import MACHINE
from rescue.webhooks import Sender

log = structlog.get_logger(__name__)

WATCH_LINK_EVERY_S = 0.5

Works = Mapping[str, Coroutine[Any, Any, None]]
"""What is to run, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where the database and the broker are, and what watches over those we started ourselves."""

    database_url: str
    mqtt_url: str
    embedded: tuple[Embedded, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing `rescue check` looked at."""

    part: str
    ok: bool
    said: str


async def serve(settings: Settings, *, embedded: bool, announce: Callable[[dict[str, Any]], None]) -> None:
    """Run the service until SIGTERM or SIGINT. `announce` is given the ready line."""
    stop = _stop_on_signals()
    load_profiles()  # A dialect's file that is wrong is found now, not with the first message that needs it.
    async with AsyncExitStack() as stack:
        listening = _listen(settings.http_host, settings.http_port)
        stack.callback(listening.close)
        around = await stack.enter_async_context(_surroundings(settings, embedded=embedded))
        await migrate(around.database_url)
        store = await PostgresStore.connect(around.database_url)
        stack.push_async_callback(store.close)
        sender = await stack.enter_async_context(Sender(allow_private=settings.webhook_allow_private))
        house = await _furnish(settings, around, store, sender)
        if embedded:
            stack.callback(ready_file.forget, settings.data_dir)
        async with asyncio.TaskGroup() as tasks:
            running: list[asyncio.Task[None]] = []

            def start(works: Works) -> None:
                running.extend(tasks.create_task(work, name=name) for name, work in works.items())

            start(house.work(around))
            start({"http": _serve_http(house.context, listening, stop)})
            start({"ready": _become_ready(house, around, settings, start, announce)})
            await stop.wait()
            log.info("stopping")
            for task in running:
                task.cancel()


@dataclass(slots=True, kw_only=True)
class House:
    """The parts, made and connected."""

    desk: DeskService
    fleet: Fleet
    ingest: Ingest
    link: MqttLink
    outbox: Outbox
    store: PostgresStore
    context: Context
    clock: SystemClock
    telemetry: Telemetry
    recorder: Recorder
    recordings: Recordings
    lift_states: LiftStates
    lift_state_store: PostgresLiftStates
    own_rules: Callable[[TrackedLift], OwnRules | None]
    lifts_known: asyncio.Event = field(default_factory=asyncio.Event)

    def work(self, around: Surroundings) -> Works:
        """What runs from the start, for ever."""
        return {
            "desk": self.desk.run(),
            "outbox": self.outbox.run(),
            "quarantine": self.ingest.run_quarantine(),
            "registry": self._follow_registry(),
            "telemetry": self.telemetry.run(),
            "recordings": self.recordings.run(),
            **{f"embedded-{n}": part.watch() for n, part in enumerate(around.embedded)},
        }

    def listening(self) -> Works:
        """What hears the lifts; only once every registered lift is known, so that none is taken for a stranger."""
        return {
            "mqtt": self._hear_lifts(),
            "deadlines": self.ingest.run_deadlines(),
            "lift-states": self.lift_states.run(),
            "link": self._follow_link(),
        }

    async def _hear_lifts(self) -> None:
        """For ever, but not while another instance is the desk: two listeners to one session evict each other."""
        while True:
            await self.desk.wait_loaded()
            async with asyncio.TaskGroup() as tasks:
                hearing = tasks.create_task(self.link.run(), name="link")
                await self.desk.wait_standing_by()
                hearing.cancel()

    async def _load_lifts(self) -> None:
        """Bring the tracker's lifts to what the registry has; at first with the states that were stored."""
        lifts = await self.store.tracked_lifts()
        for lift in lifts:
            self.fleet.add(lift.lift_id, lift.area, self.own_rules(lift))
        if not self.lifts_known.is_set():
            await self._restore_states()
        _rest_memory()
        # Their rules may be others now, and a stranger may have become one of ours.
        self.recorder.begin_anew(self.clock.now().timestamp())
        self.lifts_known.set()
        log.info("lifts known", lifts=len(lifts))

    async def _restore_states(self) -> None:
        now = self.clock.now().timestamp()
        count = 0
        async for lift_id, _, state in self.lift_state_store.each_lift_state():
            self.fleet.restore(lift_id, state, now)
            count += 1
        log.info("states brought back", lifts=count)

    async def _follow_registry(self) -> None:
        """At first, after each import, and after a time in which we could not hear of one."""
        async for _ in self.store.registry_changes():
            with suppress(StoreUnavailable):
                await self._load_lifts()
                self.desk.board.know(await self.store.list_crews(), await self.store.list_companies())

    async def _follow_link(self) -> None:
        """While the broker is away we hear nobody, which says nothing of the lifts."""
        was_connected = True
        while True:
            if was_connected != self.link.connected:
                was_connected = self.link.connected
                if was_connected:
                    self.fleet.resume_listening(self.clock.now().timestamp())
                else:
                    self.fleet.stop_listening()
                self.recorder.begin_anew(self.clock.now().timestamp())
            await asyncio.sleep(WATCH_LINK_EVERY_S)


async def _furnish(settings: Settings, around: Surroundings, store: PostgresStore, sender: Sender) -> House:
    clock = SystemClock()
    link_key = await lasting_key(store.pool, "links", clock.now())
    public_url = str(settings.public_url or _http_url(settings)).rstrip("/")
    policy = settings.policy
    rules = DeskRules(policy=policy, travel=StraightLine(time_zone=ZoneInfo(settings.timezone)))
    telemetry = Telemetry(PostgresTelemetry(around.database_url, store.pool), clock, settings.telemetry_days)
    tracked_by = tracker_rules(settings, clock.now())
    fleet = Fleet(
        tracked_by,
        note=telemetry.note,
        about_to_wake=lambda lift_id, now: recorder.about_to_wake(lift_id, now),
    )
    recorder = Recorder(open_ring(settings.black_box_mb, settings.data_dir), fleet, tracked_by, fleet.own_rules_of)
    recordings = Recordings(recorder.read, PostgresBlackBoxes(around.database_url, store.pool), clock)
    lift_state_store = PostgresLiftStates(around.database_url, store.pool)

    def own_rules(lift: TrackedLift) -> OwnRules | None:
        return read_own_rules(lift.attributes, lift.place_type, settings.trapped_after_s_by_place)

    def take_changed(most: int) -> Sequence[tuple[LiftId, dict[str, Any]]]:
        return fleet.take_touched(most, clock.now().timestamp())

    lift_states = LiftStates(take_changed, lift_state_store, clock)

    def render_effect(effect: Effect, now: datetime) -> Rendered:
        return render(effect, policy=policy, public_url=public_url, link_key=link_key, now=now)

    def committed(decision: Decision) -> None:
        recordings.take(decision)
        if decision.effects or decision.assignments:
            outbox.wake()

    def undelivered(offer: OfferUndelivered) -> None:
        desk.hear(offer, MACHINE, settle=lambda _: None)

    desk = DeskService(store=store, rules=rules, clock=clock, new_id=_new_id, render=render_effect, committed=committed)
    ingest = Ingest(
        fleet=fleet,
        desk=desk,
        quarantine=store,
        recorder=recorder,
        clock=clock,
        acknowledge=lambda receipt: link.acknowledge(receipt),
        seconds=clock.seconds,
    )
    link = MqttLink(around.mqtt_url, settings.shard, SUBSCRIPTIONS, ingest.on_message)
    outbox = Outbox(store, link.publish, sender, clock, undelivered)
    context = Context(
        desk=desk,
        store=store,
        records=Records(store.pool),
        accounts=Accounts(store.pool),
        answers=Answers(store.pool),
        webhooks=Endpoints(store.pool),
        fleet=LiveFleet(fleet),
        policy=policy,
        clock=clock,
        link_key=link_key,
        public_url=public_url,
        health=lambda: _health(desk, link, clock),
        counts=lambda: _counts(desk, ingest, link, outbox, fleet, telemetry, lift_states, clock, recorder, recordings),
        wake_outbox=outbox.wake,
        allow_private_webhooks=settings.webhook_allow_private,
    )
    return House(
        desk=desk,
        fleet=fleet,
        ingest=ingest,
        link=link,
        outbox=outbox,
        store=store,
        context=context,
        clock=clock,
        telemetry=telemetry,
        recorder=recorder,
        recordings=recordings,
        lift_states=lift_states,
        lift_state_store=lift_state_store,
        own_rules=own_rules,
    )


def _rest_memory() -> None:
    """A city's slots live as long as we do: looking through them for garbage holds the event loop for half a second."""
    gc.collect()
    gc.freeze()


async def _become_ready(
    house: House,
    around: Surroundings,
    settings: Settings,
    start: Callable[[Works], None],
    announce: Callable[[dict[str, Any]], None],
) -> None:
    """Know the lifts, be the desk, hear the lifts, and say so."""
    await house.lifts_known.wait()
    await house.desk.wait_loaded()
    remember_cases(house.fleet, house.desk.board)
    start(house.listening())
    await house.link.wait_connected(settings.broker_within_s)
    ready = {"ready": True, "http": _http_url(settings), "mqtt": around.mqtt_url, "database": around.database_url}
    if around.embedded:
        ready_file.write(settings.data_dir, ready)
        announce(ready)
    else:
        # Whoever configured these knows their passwords; the log that collects this line need not.
        announce({**ready, "mqtt": _masked(around.mqtt_url), "database": _masked(around.database_url)})


async def _serve_http(context: Context, listening: socket.socket, stop: asyncio.Event) -> None:
    runner = web.AppRunner(make_app(context), access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        await stop.wait()
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _surroundings(settings: Settings, *, embedded: bool) -> AsyncIterator[Surroundings]:
    if not embedded:
        yield _configured(settings)
        return
    database, broker = embedded_database(settings.data_dir), embedded_broker(settings.data_dir, settings.mqtt_port)
    async with database as database_url, broker as mqtt_url:
        yield Surroundings(database_url=database_url, mqtt_url=mqtt_url, embedded=(database, broker))


def _configured(settings: Settings) -> Surroundings:
    if not settings.database_url or not settings.mqtt_url:
        missing = "RESCUE_MQTT_URL" if settings.database_url else "RESCUE_DATABASE_URL"
        raise ServiceError(f"{missing} is not set: set it, or run with --embedded")
    return Surroundings(database_url=settings.database_url, mqtt_url=settings.mqtt_url)


async def check(settings: Settings) -> list[Finding]:
    """Look at each part the service needs from outside."""
    return [await _check_database(settings), await _check_broker(settings)]


async def _check_database(settings: Settings) -> Finding:
    if not settings.database_url:
        return Finding(part="database", ok=True, said="RESCUE_DATABASE_URL is not set: --embedded starts one")
    try:
        store = await PostgresStore.connect(settings.database_url)
        await store.close()
    except StoreUnavailable as error:
        return Finding(part="database", ok=False, said=str(error))
    return Finding(part="database", ok=True, said="answers")


async def _check_broker(settings: Settings) -> Finding:
    if not settings.mqtt_url:
        return Finding(part="broker", ok=True, said="RESCUE_MQTT_URL is not set: --embedded starts one")
    try:
        link = MqttLink(settings.mqtt_url, f"check-{uuid4().hex[:8]}", (), lambda *_: None)
        running = asyncio.create_task(link.run())
        await link.wait_connected(settings.broker_within_s)
        running.cancel()
    except MqttError as error:
        return Finding(part="broker", ok=False, said=str(error))
    return Finding(part="broker", ok=True, said="answers")


def _health(desk: DeskService, link: MqttLink, clock: SystemClock) -> Health:
    reasons = [] if desk.is_loaded else ["the database is away, or another instance is the desk"]
    reasons += [] if link.connected else ["the broker is away"]
    reasons += desk.overdue(clock.now())
    return Health(ready=not reasons, reasons=reasons)


def _counts(
    desk: DeskService,
    ingest: Ingest,
    link: MqttLink,
    outbox: Outbox,
    fleet: Fleet,
    telemetry: Telemetry,
    lift_states: LiftStates,
    clock: SystemClock,
    recorder: Recorder,
    recordings: Recordings,
) -> Mapping[str, float]:
    """Everything /metrics shows."""
    return {
        **{f"rescue_lifts_{name}": count for name, count in asdict(fleet.counts(clock.now().timestamp())).items()},
        "rescue_telemetry_written_total": telemetry.counts.written,
        "rescue_telemetry_dropped_total": telemetry.counts.dropped,
        "rescue_telemetry_waiting": telemetry.waiting,
        "rescue_lift_states_waiting": lift_states.waiting,
        "rescue_open_incidents": len(desk.board.incidents),
        "rescue_messages_total": ingest.counts.messages,
        "rescue_news_total": ingest.counts.news,
        "rescue_positions_total": ingest.counts.positions,
        "rescue_quarantined_total": sum(ingest.counts.quarantined.values()),
        "rescue_quarantine_not_kept_total": ingest.counts.not_kept,
        "rescue_repeated_messages_total": link.counts.repeated,
        "rescue_failed_messages_total": link.counts.failed,
        "rescue_inputs_total": desk.counts.decided,
        "rescue_commits_total": desk.counts.committed,
        "rescue_commit_seconds_total": desk.counts.commit_s,
        "rescue_desk_reloads_total": desk.counts.reloads,
        "rescue_black_box_reach_seconds": recorder.reach_s(clock.now().timestamp()),
        "rescue_black_box_checkpoints_total": recorder.checkpoints,
        "rescue_recordings_waiting": recordings.waiting,
        **{f"rescue_recordings_{name}_total": count for name, count in asdict(recordings.counts).items()},
        "rescue_news_dropped_total": desk.lanes.dropped,
        "rescue_news_overtaken_total": desk.lanes.overtaken,
        **{f"rescue_waiting_{lane}": length for lane, length in desk.lanes.lengths().items()},
        **{f"rescue_outbox_{name}": count for name, count in asdict(outbox.counts).items()},
    }


def _listen(host: str, port: int) -> socket.socket:
    """Take the HTTP port first: if it is taken, nothing else need be started."""
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as error:
        raise ServiceError(f"port {port} of {host} cannot be listened on: {error.strerror}") from None


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def _http_url(settings: Settings) -> str:
    host = "127.0.0.1" if settings.http_host in ("0.0.0.0", "::") else settings.http_host  # noqa: S104
    return f"http://{host}:{settings.http_port}"


def _masked(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")).geturl()


def _new_id() -> str:
    return uuid4().hex
