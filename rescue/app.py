"""The composition root: every part is made here, handed what it needs, and run in one task group.

It is long because it is straight: this is the one place that knows all the parts, and reading it downwards is reading
how the service comes up. A task that ends by an error ends the process, with that error as the one clear line.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import scipy.optimize  # noqa: F401 - or the first alarm would wait for it
import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from devices.fleet import Fleet, OwnRules
from devices.messages import LiftId
from devices.profiles import load_profiles
from dispatch.worker import Worker
from rescue import ready as ready_file
from rescue.accounts import ACCOUNTS, Accounts
from rescue.api.application import make_app
from rescue.api.context import Context
from rescue.api.delivery_log import DeliveryLog
from rescue.api.endpoints import Endpoints
from rescue.api.files import STATIC
from rescue.api.limits import Limiter, Rates
from rescue.api.records import Records
from rescue.api.repeats import Answers
from rescue.api.visits import Visits
from rescue.base_map.sources import sources_of
from rescue.black_box.recorder import Recorder
from rescue.black_box.recordings import Recordings
from rescue.black_box.ring import open_ring
from rescue.clock import SystemClock
from rescue.collector import spare_what_lives
from rescue.desk.board import Decision
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import OfferUndelivered
from rescue.effects import Effect
from rescue.hearing.ingest import Ingest
from rescue.hearing.lift_rules import read_own_rules, tracker_rules
from rescue.hearing.lift_states import LiftStates
from rescue.hearing.links import BrokerLinks
from rescue.hearing.live import LiveFleet
from rescue.hearing.remember import remember_cases
from rescue.hearing.telemetry import Telemetry
from rescue.housekeeping import Housekeeping, Keeping
from rescue.live.build import read_build
from rescue.live.directory import Directory, PostgresPlaces
from rescue.live.hub import Hub
from rescue.live.marks import Marks
from rescue.live.wording import Wording
from rescue.people.audit_log import AuditLog
from rescue.policy_file import load_policies
from rescue.ports import Rendered, StoreUnavailable, TrackedLift
from rescue.proof.seals import Sealing
from rescue.proof.signing import KEY_NAME, Signer
from rescue.reports.cover import CoverReports
from rescue.reports.kpi import Reports
from rescue.roads.following import FollowedRoads, follow_roads
from rescue.roads.learning import Learning
from rescue.sending.outbox import Outbox
from rescue.sending.render import render
from rescue.sending.webhooks import Sender
from rescue.settings import ServiceError, Settings
from rescue.shell.planner import Planner
from rescue.shell.service import DeskService
from rescue.store.announcements import announcements
from rescue.store.attic import PostgresAttic
from rescue.store.audit_log import PostgresAuditLog
from rescue.store.auditing import PostgresAuditing
from rescue.store.black_boxes import PostgresBlackBoxes
from rescue.store.decisions import PostgresDecisions
from rescue.store.exports import PostgresCaseFiles
from rescue.store.keys import lasting_key
from rescue.store.lessons import PostgresSchool
from rescue.store.lift_states import PostgresLiftStates
from rescue.store.migrate import migrate
from rescue.store.postgres import PostgresStore
from rescue.store.seals import PostgresSeals
from rescue.store.shifts import PostgresShifts
from rescue.store.telemetry import PostgresTelemetry
from rescue.surroundings import Surroundings, masked, surroundings
from rescue.timeline import MACHINE
from rescue.tls import chosen, follow, renew, server_context
from rescue.watch.auditor import Auditor
from rescue.watch.deadman import Deadman, make_deadman
from rescue.watch.health import Vitals
from rescue.watch.metrics import Parts, show
from rescue.watch.timings import DeskTimes, LoopTurns, TimedSender

log = structlog.get_logger(__name__)

WATCH_LINK_EVERY_S = 0.5
HEAD_WITHIN_S = 60.0
"""A connection that has said nothing whole for so long is closed."""

Works = Mapping[str, Coroutine[Any, Any, None]]
"""What is to run, by name."""


async def serve(settings: Settings, *, embedded: bool, announce: Callable[[dict[str, Any]], None]) -> None:
    """Run the service until SIGTERM or SIGINT. `announce` is given the ready line."""
    stop = _stop_on_signals()
    certificate = chosen(settings.http_cert, settings.http_key, "HTTP")
    tls = server_context(certificate) if certificate else None
    load_profiles()  # A dialect's file that is wrong is found now, not with the first message that needs it.
    async with AsyncExitStack() as stack:
        listening = _listen(settings.http_host, settings.http_port)
        stack.callback(listening.close)
        around = await stack.enter_async_context(surroundings(settings, embedded=embedded))
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
            start({"http": _serve_http(house.context, listening, tls, stop)})
            if certificate and tls:
                start({"http-certificate": follow(certificate.files, lambda: renew(tls, certificate))})
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
    link: BrokerLinks
    outbox: Outbox
    store: PostgresStore
    context: Context
    clock: SystemClock
    telemetry: Telemetry
    recorder: Recorder
    recordings: Recordings
    lift_states: LiftStates
    lift_state_store: PostgresLiftStates
    audit: AuditLog
    visits: Visits
    housekeeping: Housekeeping
    sealing: Sealing
    auditor: Auditor
    deadman: Deadman | None
    roads: FollowedRoads
    learning: Learning
    own_rules: Callable[[TrackedLift], OwnRules | None]
    planner: Planner
    solver: Worker
    live_fleet: LiveFleet
    loop_turns: LoopTurns
    lifts_known: asyncio.Event = field(default_factory=asyncio.Event)

    def work(self, around: Surroundings) -> Works:
        """What runs from the start, for ever."""
        return {
            "desk": self.desk.run(),
            "outbox": self._carry_out(),
            "auditor": self.auditor.run(),
            **({"deadman": self.deadman.run()} if self.deadman else {}),
            "quarantine": self.ingest.run_quarantine(),
            "loop-turns": self.loop_turns.run(),
            "census": self.live_fleet.run(self.clock.seconds),
            "registry": self._follow_registry(),
            "live": self.context.live.run(),
            "shifts": self.context.shifts.run(),
            "telemetry": self.telemetry.run(),
            "recordings": self.recordings.run(),
            "audit": self.audit.run(),
            "visits": self.visits.run(announcements(self.store.url, ACCOUNTS)),
            "housekeeping": self.housekeeping.run(),
            "roads": self.roads.run(),
            "planner": self._plan(),
            "learning": self._learn(),
            "seals": self.sealing.run(),
            **around.works(self.store, self.clock),
        }

    def listening(self) -> Works:
        """What hears the lifts; only once every registered lift is known, so that none is taken for a stranger."""
        return {
            "mqtt": self._hear_lifts(),
            "deadlines": self.ingest.run_deadlines(),
            "lift-states": self.lift_states.run(),
            "link": self._follow_link(),
        }

    async def _plan(self) -> None:
        """Beside the desk; the process in which plans are improved ends with us."""
        try:
            await self._as_the_desk(self.planner.run)
        finally:
            self.solver.close()

    async def _hear_lifts(self) -> None:
        """Two listeners to one session would evict each other."""
        await self._as_the_desk(self.link.run)

    async def _carry_out(self) -> None:
        """Two that carry the same effects would both announce them, and one of them has no broker."""
        await self._as_the_desk(self.outbox.run)

    async def _learn(self) -> None:
        """Only one instance makes estimates, so only one knows by which lesson."""
        await self._as_the_desk(self.learning.run)

    async def _as_the_desk(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """For ever, but not while another instance is the desk; the database may come and go meanwhile."""
        while True:
            await self.desk.wait_loaded()
            async with asyncio.TaskGroup() as tasks:
                working = tasks.create_task(work())
                await self.desk.wait_standing_by()
                working.cancel()

    async def _load_lifts(self) -> None:
        """Bring the tracker's lifts to what the registry has; at first with the states that were stored."""
        lifts = await self.store.tracked_lifts()
        for lift in lifts:
            self.fleet.add(lift.lift_id, lift.area, self.own_rules(lift))
        if not self.lifts_known.is_set():
            await self._restore_states()
        spare_what_lives()
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
                self.context.live.directory.outdate()
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
    signer = Signer(await lasting_key(store.pool, KEY_NAME, clock.now()))
    public_url = str(settings.public_url or _http_url(settings)).rstrip("/")
    policies, zone = load_policies(settings), ZoneInfo(settings.timezone)
    roads = follow_roads(settings, clock)
    learning = Learning(PostgresSchool(around.database_url, store.pool), roads, clock)
    rules = DeskRules(policies=policies, travel=roads, time_zone=zone)
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

    def take_changed(most: int) -> tuple[Sequence[tuple[LiftId, dict[str, Any]]], bool]:
        return fleet.take_touched(most, clock.now().timestamp())

    lift_states = LiftStates(take_changed, lift_state_store, clock)

    def render_effect(effect: Effect, now: datetime) -> Rendered:
        return render(effect, policies=policies, public_url=public_url, link_key=link_key, now=now)

    def committed(decision: Decision) -> None:
        recordings.take(decision)
        planner.note(decision)
        live.committed(decision)
        if decision.effects or decision.assignments:
            outbox.wake()

    def undelivered(offer: OfferUndelivered) -> None:
        desk.hear(offer, MACHINE, settle=lambda _: None)

    registry = CollectorRegistry()
    desk = DeskService(
        store=store,
        rules=rules,
        clock=clock,
        new_id=_new_id,
        render=render_effect,
        committed=committed,
        times=DeskTimes(registry),
    )
    marks = Marks(tracked_by)
    shifts = PostgresShifts(around.database_url, store.pool)
    live = Hub(
        desk=desk,
        fleet=fleet,
        marks=marks,
        directory=Directory(PostgresPlaces(around.database_url, store.pool), marks),
        wording=Wording(policies),
        clock=clock,
        build=read_build(STATIC),
        new_epoch=_new_id,
        on_shift_since=shifts.since,
    )
    solver = Worker()
    planner = Planner(desk=desk, rules=rules, clock=clock, improver=solver.improve)
    ingest = Ingest(
        fleet=fleet,
        desk=desk,
        quarantine=store,
        recorder=recorder,
        clock=clock,
        acknowledge=lambda receipt: link.acknowledge(receipt),
        seconds=clock.seconds,
    )
    link = BrokerLinks(around.mqtt_url, settings.shard, ingest.on_message, around.broker_tls)
    outbox = Outbox(store, link.publish, TimedSender(sender, registry), clock, undelivered)
    auditor = Auditor(
        PostgresAuditing(around.database_url), desk, clock, every_s=settings.audit_every_s, registry=registry
    )
    vitals = Vitals(desk, link, auditor)
    deadman = make_deadman(settings, lambda: vitals.health().is_well)
    live_fleet = LiveFleet(fleet)
    parts = Parts(
        desk=desk,
        ingest=ingest,
        link=link,
        outbox=outbox,
        telemetry=telemetry,
        lift_states=lift_states,
        recorder=recorder,
        recordings=recordings,
        auditor=auditor,
        vitals=vitals,
        deadman=deadman,
        fleet=live_fleet,
        seconds=clock.seconds,
    )
    accounts = Accounts(store.url, store.pool)
    await accounts.remember_tries(clock.now())
    audit_log = PostgresAuditLog(store.url, store.pool)
    audit = AuditLog(audit_log, clock)
    endpoints = Endpoints(store.pool)
    limiter = Limiter(_rates(settings))
    visits = Visits(clock)
    keeping = Keeping(
        outbox_days=settings.outbox_days, audit_days=settings.audit_days, decision_days=settings.decision_days
    )
    attic = PostgresAttic(store.url, store.pool)
    housekeeping = Housekeeping(attic, clock, keeping, endpoints.count_unreached)
    context = Context(
        desk=desk,
        store=store,
        records=Records(store.pool),
        reports=Reports(store.pool, ZoneInfo(settings.timezone)),
        cover=CoverReports(store.pool, roads),
        accounts=accounts,
        answers=Answers(store.pool),
        webhooks=endpoints,
        deliveries=DeliveryLog(store.pool),
        audit=audit,
        audit_log=audit_log,
        case_files=PostgresCaseFiles(store.url, store.pool),
        decisions=PostgresDecisions(store.url, store.pool),
        shifts=shifts,
        signer=signer,
        limiter=limiter,
        visits=visits,
        fleet=live_fleet,
        live=live,
        map_sources=sources_of(settings),
        policies=policies,
        clock=clock,
        link_key=link_key,
        public_url=public_url,
        health=vitals.health,
        metrics=registry,
        wake_outbox=outbox.wake,
        allow_private_webhooks=settings.webhook_allow_private,
        rescue_phone=settings.rescue_phone,
        body_within_s=settings.http_body_within_s,
        proxies=settings.http_proxies,
    )
    counted = (live.figures, roads.figures, learning.figures, around.counts)
    show(registry, parts, lambda: _access_counts(audit, limiter, visits, housekeeping), *counted)
    return House(
        desk=desk,
        live_fleet=live_fleet,
        loop_turns=LoopTurns(registry),
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
        audit=audit,
        sealing=Sealing(PostgresSeals(store.url, store.pool), signer, clock, desk.wait_loaded),
        visits=visits,
        housekeeping=housekeeping,
        auditor=auditor,
        deadman=deadman,
        roads=roads,
        learning=learning,
        own_rules=own_rules,
        planner=planner,
        solver=solver,
    )


def _rates(settings: Settings) -> Rates:
    return Rates(
        reads_per_s=settings.http_reads_per_s,
        changes_per_s=settings.http_changes_per_s,
        address_factor=settings.http_address_factor,
    )


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
    ready = {"ready": True, "http": _http_url(settings), "mqtt": around.mqtt_announced, "database": around.database_url}
    if around.embedded:
        ready_file.write(settings.data_dir, ready)
        announce(ready)
    else:
        # Whoever configured these knows their passwords; the log that collects this line need not.
        announce({**ready, "database": masked(around.database_url)})


async def _serve_http(
    context: Context, listening: socket.socket, tls: ssl.SSLContext | None, stop: asyncio.Event
) -> None:
    # Also what bounds a head of a request that never ends: nothing else does.
    runner = web.AppRunner(make_app(context), access_log=None, shutdown_timeout=2.0, keepalive_timeout=HEAD_WITHIN_S)
    await runner.setup()
    try:
        await web.SockSite(runner, listening, ssl_context=tls).start()
        await stop.wait()
    finally:
        await runner.cleanup()


def _access_counts(
    audit: AuditLog, limiter: Limiter, visits: Visits, housekeeping: Housekeeping
) -> Mapping[str, float]:
    """What /metrics shows of people and companies."""
    return {
        "rescue_audit_written_total": audit.counts.written,
        "rescue_audit_lost_total": audit.counts.lost,
        "rescue_audit_waiting": audit.waiting,
        "rescue_requests_refused_total": limiter.refused,
        "rescue_open_connections": len(visits),
        "rescue_tidied_rows_total": housekeeping.tidied,
        "rescue_companies_without_endpoint": housekeeping.companies_unreached,
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
    return f"{'https' if settings.http_cert else 'http'}://{host}:{settings.http_port}"


def _new_id() -> str:
    return uuid4().hex
