"""A small rescue centre over HTTP: the real desk on the real database, two companies, and people of every role."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from devices.fleet import Fleet
from devices.messages import Area, LiftId
from devices.slot import Rules
from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position, Station, StationId
from dispatch.travel import StraightLine
from rescue.accounts import Accounts, Role, VendorId
from rescue.api.application import make_app
from rescue.api.context import Context
from rescue.api.delivery_log import DeliveryLog
from rescue.api.endpoints import Endpoints
from rescue.api.limits import Limiter, Rates
from rescue.api.records import Records
from rescue.api.repeats import Answers
from rescue.api.visits import Visits
from rescue.base_map.files import BaseMapFiles
from rescue.base_map.sources import MapSources
from rescue.desk.board import Decision
from rescue.desk.draft import DeskRules
from rescue.effects import Effect
from rescue.hearing.live import LiveFleet
from rescue.incident import Lift
from rescue.live.build import Build
from rescue.live.directory import Directory, PostgresPlaces
from rescue.live.hub import Hub
from rescue.live.marks import Marks
from rescue.live.wording import Wording
from rescue.people.audit_log import AuditLog
from rescue.policies import Policies
from rescue.ports import Clock, Rendered
from rescue.proof.signing import Signer
from rescue.reports.cover import CoverReports
from rescue.reports.kpi import Reports
from rescue.sending.render import render
from rescue.shell.service import DeskService
from rescue.store.audit_log import PostgresAuditLog
from rescue.store.decisions import PostgresDecisions
from rescue.store.exports import PostgresCaseFiles
from rescue.store.postgres import PostgresStore
from rescue.store.shifts import PostgresShifts
from rescue.watch.health import Health
from rescue.watch.metrics import DESK, Figures
from tests.postgres import TEMPLATE, database_at, execute

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LINK_KEY = b"a key for the links of this test"
PUBLIC_URL = "http://rescue.example"
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
POLICIES = Policies()
PASSWORD = "correct horse"

ANKANG = Company(company_id=CompanyId("ankang"), name="安康电梯", phone="0371-1", kind=CompanyKind.CONTRACTOR)
BEIHAI = Company(company_id=CompanyId("beihai"), name="北海救援", phone="0371-2", kind=CompanyKind.STATION)
EAST = Station(
    station_id=StationId("east"), company_id=BEIHAI.company_id, name="East gate", position=Position(113.70, 34.75)
)
ERQI, JINSHUI = Area("410103"), Area("410105")
VENDOR = "sensors"
OFFICERS_PHONE = "037160005678"
SCRIPT = "<img src=x onerror=\"document.title='executed'\">"


def crew(name: str, company: Company, lon: float, **changes: Any) -> Crew:
    """A crew on duty, so far east."""
    known = Crew(
        crew_id=CrewId(name),
        company_id=company.company_id,
        station_id=None,
        name=f"crew {name}",
        phone="13900001111",
        members=2,
        qualifications=frozenset(),
        on_duty=True,
        position=Position(lon, 34.75),
        positioned_at=NOON,
    )
    return replace(known, **changes)


def lift(name: str, code: str, company: Company | None, **changes: Any) -> Lift:
    """A registered lift."""
    known = Lift(
        lift_id=LiftId(name),
        area=JINSHUI,
        rescue_code=code,
        address=f"花园路 {code} 号",
        building="3",
        position=Position(113.66, 34.76),
        company_id=company.company_id if company else None,
        safety_officer="Li",
        safety_officer_phone=OFFICERS_PHONE,
    )
    return replace(known, **changes)


CREWS = (
    *(crew(f"a{n}", ANKANG, 113.66 + n / 100) for n in (1, 2, 3)),
    *(crew(f"b{n}", BEIHAI, 113.70 + n / 100) for n in (1, 2)),
    crew("b3", BEIHAI, 113.73, on_duty=False),
)
LIFTS = (
    lift("L1", "100001", ANKANG),
    lift("L2", "100002", ANKANG),
    lift("L3", "100003", BEIHAI, area=ERQI),
    lift("L4", "100004", BEIHAI, attributes={"vendor": VENDOR}),
    lift("L5", "100005", ANKANG, address=SCRIPT),
)


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def forward(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    content_type: str
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        """The JSON in it."""
        return json.loads(self.text)

    @property
    def ids(self) -> list[str]:
        """Of a list, the ids."""
        return [item.get("id") or item.get("crew_id") or item.get("lift_id") for item in self.body["items"]]


@dataclass(kw_only=True)
class Centre:
    """The centre at work, and how to ask it."""

    context: Context
    clock: HandClock
    store: PostgresStore
    url: str
    browser: aiohttp.ClientSession
    tokens: dict[str, str] = field(default_factory=dict)

    async def ask(
        self, who: str, method: str, path: str, said: Any = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request as `who`: a role, a company, or anything else for nobody. Bytes are sent as they are."""
        sent = dict(headers or {})
        if who in self.tokens:
            sent["Authorization"] = f"Bearer {self.tokens[who]}"
        data = said if isinstance(said, bytes | None) else json.dumps(said).encode()
        async with self.browser.request(method, self.url + path, data=data, headers=sent) as response:
            text = (await response.read()).decode()
            return Answer(
                status=response.status, content_type=response.content_type, headers=response.headers, text=text
            )

    async def get(self, who: str, path: str) -> Answer:
        """Read something under /api/v1."""
        return await self.ask(who, "GET", f"/api/v1{path}")

    async def post(self, who: str, path: str, said: Any = None, **headers: str) -> Answer:
        """Change something under /api/v1; `idempotency_key="k"` gives the header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.ask(who, "POST", f"/api/v1{path}", said or {}, headers=named)

    async def report(self, code: str, **said: Any) -> Answer:
        """An operator takes a call from the lift of this plate."""
        return await self.post("operator", "/incidents", {"rescue_code": code, "source": "phone", **said})

    async def open_case(self, code: str, **said: Any) -> Any:
        """The same, and the case that is opened by it."""
        answer = await self.report(code, **said)
        assert answer.status == 201, answer.text
        return answer.body

    async def released_case(self, code: str) -> Any:
        """A case whose passengers are out, its company having done all it was asked."""
        case = await self.open_case(code)
        for said in ("accept", "en_route", "on_scene", "released"):
            asked = case["assignment"]
            answer = await self.post(
                asked["company_id"], f"/assignments/{asked['id']}/{said}", {"attempt": asked["attempt"]}
            )
            assert answer.status == 200, answer.text
        return (await self.get("operator", f"/incidents/{case['id']}")).body


@asynccontextmanager
async def fresh_store(server: str, name: str) -> AsyncIterator[PostgresStore]:
    """A store on a database of this name, for tests that share one."""
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    store = await PostgresStore.connect(database_at(server, name))
    try:
        yield store
    finally:
        await store.close()
        await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def open_centre(store: PostgresStore) -> AsyncIterator[Centre]:
    """Furnish an empty database and open the doors."""
    await store.put_companies([ANKANG, BEIHAI])
    await store.put_stations([EAST])
    await store.put_crews(CREWS)
    await store.put_lifts(LIFTS)
    clock = HandClock(NOON)
    desk = _desk(store, clock, lambda decision: context.live.committed(decision))
    context = _context(store, desk, clock)
    running = [asyncio.create_task(work) for work in (desk.run(), context.live.run())]
    try:
        await desk.wait_loaded()
        async with serve(context, store, clock) as centre:
            await _give_tokens(centre)
            yield centre
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)


@asynccontextmanager
async def serve(context: Context, store: PostgresStore, clock: HandClock) -> AsyncIterator[Centre]:
    """The HTTP side of this context, on a port of its own."""
    runner = web.AppRunner(make_app(context), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            yield Centre(context=context, clock=clock, store=store, url=url, browser=browser)
    finally:
        await runner.cleanup()


def _desk(store: PostgresStore, clock: HandClock, committed: Callable[[Decision], None]) -> DeskService:
    numbers = iter(range(1, 10_000))

    def render_effect(effect: Effect, now: datetime) -> Rendered:
        return render(effect, policies=POLICIES, public_url=PUBLIC_URL, link_key=LINK_KEY, now=now)

    return DeskService(
        store=store,
        rules=DeskRules(policies=POLICIES, travel=StraightLine(time_zone=ZoneInfo("Asia/Shanghai"))),
        clock=clock,
        new_id=lambda: f"id{next(numbers)}",
        render=render_effect,
        committed=committed,
    )


def _context(store: PostgresStore, desk: DeskService, clock: HandClock) -> Context:
    fleet = Fleet(Rules(trapped_after_s=30))
    for card in LIFTS:
        fleet.add(card.lift_id, card.area)
    registry = CollectorRegistry()
    registry.register(Figures(desk, DESK))
    return make_context(store, desk, fleet, clock, metrics=registry)


def make_context(
    store: PostgresStore,
    desk: DeskService,
    fleet: Fleet,
    clock: Clock,
    *,
    metrics: CollectorRegistry,
    wake_outbox: Callable[[], None] = lambda: None,
    allow_private_webhooks: bool = False,
) -> Context:
    """All that the HTTP side needs, on the real database; nobody is held back for asking often."""
    audit_log = PostgresAuditLog(store.url, store.pool)
    marks = Marks(Rules(trapped_after_s=30))
    shifts = PostgresShifts(store.url, store.pool)
    return Context(
        desk=desk,
        store=store,
        records=Records(store.pool),
        reports=Reports(store.pool, ZoneInfo("Asia/Shanghai")),
        cover=CoverReports(store.pool, StraightLine(time_zone=ZoneInfo("Asia/Shanghai"))),
        accounts=Accounts(store.url, store.pool, QUICK_HASHER),
        answers=Answers(store.pool),
        webhooks=Endpoints(store.pool),
        deliveries=DeliveryLog(store.pool),
        audit=AuditLog(audit_log, clock),
        audit_log=audit_log,
        case_files=PostgresCaseFiles(store.url, store.pool),
        decisions=PostgresDecisions(store.url, store.pool),
        shifts=shifts,
        signer=Signer(b"the key that signs these exports"),
        limiter=Limiter(Rates(reads_per_s=1e6, changes_per_s=1e6)),
        visits=Visits(clock),
        fleet=LiveFleet(fleet),
        live=Hub(
            desk=desk,
            fleet=fleet,
            marks=marks,
            directory=Directory(PostgresPlaces(store.url, store.pool), marks),
            wording=Wording(POLICIES),
            clock=clock,
            build=Build(version="1", files="1"),
            new_epoch=lambda: uuid4().hex,
            on_shift_since=shifts.since,
        ),
        map_sources=MapSources(files=BaseMapFiles(Path("no map"))),
        policies=POLICIES,
        clock=clock,
        link_key=LINK_KEY,
        public_url=PUBLIC_URL,
        health=lambda: Health(ready=True),
        metrics=metrics,
        wake_outbox=wake_outbox,
        allow_private_webhooks=allow_private_webhooks,
    )


async def _give_tokens(centre: Centre) -> None:
    for role in Role:
        centre.tokens[role] = await centre.context.accounts.add_token(role, centre.clock.now())
    for company in (ANKANG, BEIHAI):
        centre.tokens[company.company_id] = await centre.context.accounts.add_token(company.company_id, NOON)
    centre.tokens[VENDOR] = await centre.context.accounts.add_token(VendorId(VENDOR), NOON)
