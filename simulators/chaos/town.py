"""The composition of a run: processes, passages, people, each handed what it needs."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import aiohttp

from simulators.api import Api
from simulators.bench.around import find_free_port, tell
from simulators.bench.latency import read_metrics
from simulators.beside import beside
from simulators.chaos.clock import NoClock, SteppedClock
from simulators.chaos.disk import NoSmallDisk, SmallDisk
from simulators.chaos.faults import Victims
from simulators.chaos.ledger import Ledger
from simulators.chaos.lifts import Lifts
from simulators.chaos.parts import Desk, Server, broker_maker, make_database
from simulators.chaos.passage import HOST, Passage
from simulators.chaos.people import Office, Staff
from simulators.chaos.verdict import Account
from simulators.city import City, build_city
from simulators.companies import Start, WebhookServer
from simulators.crowd import crowd
from simulators.registration import Keys, register

LIFTS = 600
OWN_LINES = 20
CREWS_PER_COMPANY = 40
SETTINGS = {
    "RESCUE_ACCEPT_WITHIN_S": "15",
    "RESCUE_ACCEPT_NEXT_WITHIN_S": "10",
    "RESCUE_ENGAGE_WITHIN_S": "30",
    "RESCUE_REFUSAL_LASTS_S": "15",
    "RESCUE_ASK_AGAIN_AFTER_S": "3",
    "RESCUE_LINK_LOST_AFTER_S": "20",
}
"""A centre in a hurry, so that what waits for a deadline is settled while one waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Everybody at their places."""

    victims: Victims
    skipped: Sequence[str]
    """What cannot befall anybody here, and why."""
    ledger: Ledger
    staff: Staff
    operator: Api
    session: aiohttp.ClientSession
    began_at: float = field(default_factory=time.monotonic)

    async def why_not_ready(self) -> str:
        """In the service's own words; empty when it is ready."""
        try:
            async with self.session.get(f"{self.victims.desk.url}/readyz") as answer:
                return "" if answer.status == 200 else await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"no answer: {error}"

    async def ask_account(self) -> Account:
        """Everything that the service says of its cases. Raises ApiError."""
        incidents = await self.operator.get_all("/incidents", status="all", limit="200")
        assignments = await self.operator.get_all("/assignments", limit="200")
        async with self.session.get(f"{self.victims.desk.url}/metrics") as answer:
            counts = read_metrics(await answer.text())
        return Account(incidents=incidents, assignments=assignments, offline=round(counts["rescue_lifts_offline"]))

    def say(self, line: str) -> None:
        """How far it is."""
        ledger = self.ledger
        so_far = f"{len(ledger.raised)} alarms, {len(ledger.acknowledged)} acknowledged, {self.staff.open_cases} open"
        tell(f"{time.monotonic() - self.began_at:6.1f} s  {line} ({so_far})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """The ways between the parts."""

    to_database: Passage = field(default_factory=Passage)
    to_broker: Passage = field(default_factory=Passage)
    lifts_to_broker: Passage = field(default_factory=Passage)
    to_companies: Passage = field(default_factory=Passage)


@asynccontextmanager
async def settle_town(directory: Path, seed: int) -> AsyncIterator[Town]:
    """Long because it is the composition root. Raises EmbeddedError, SimulatorError."""
    rng, ledger = Random(f"chaos {seed}"), Ledger()
    city = crowd(build_city(lifts=LIFTS, seed=seed), CREWS_PER_COMPANY)
    async with AsyncExitStack() as stack:
        skipped: list[str] = []
        disk = _take_small_disk(directory / "database", stack, skipped)
        clock = _take_clock(directory, skipped)
        ways = Passages()
        for way in (ways.to_database, ways.to_broker, ways.lifts_to_broker, ways.to_companies):
            await stack.enter_async_context(way)
        database, broker = await _start_servers(directory, ways, stack)
        desk = Desk(directory / "service", find_free_port(), _settings(database, ways, clock))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        start = await stack.enter_async_context(beside())
        start(desk.run())
        keys = await register(await desk.wait_ready(), city, directory)
        tell(f"{LIFTS} lifts, {len(city.companies)} companies and {len(city.crews)} crews")
        for reason in skipped:
            tell(f"left out: {reason}")
        url = f"mqtt://{HOST}:{ways.lifts_to_broker.port}"
        lifts = await stack.enter_async_context(Lifts(url, city.lifts, OWN_LINES, ledger, rng))
        offices = _make_offices(city, keys, session, desk.url, lifts, ledger, start, rng)
        await _open_endpoints(offices, ways.to_companies, stack)
        operator = Api(session, desk.url, keys.operator_token)
        staff = Staff(operator, lifts, ledger, start)
        start(lifts.run())
        start(staff.work())
        victims = Victims(
            desk=desk, database=database, broker=broker, to_database=ways.to_database, to_broker=ways.to_broker,
            lifts_to_broker=ways.lifts_to_broker, to_companies=ways.to_companies, disk=disk, clock=clock,
            lifts=lifts, rng=rng,
        )  # fmt: skip
        yield Town(victims=victims, skipped=skipped, ledger=ledger, staff=staff, operator=operator, session=session)


def _take_small_disk(directory: Path, stack: AsyncExitStack, skipped: list[str]) -> SmallDisk | None:
    directory.mkdir(parents=True, exist_ok=True)
    try:
        disk = SmallDisk(directory)
    except NoSmallDisk as reason:
        skipped.append(f"disk full: {reason}")
        return None
    stack.callback(disk.unmount)
    return disk


def _take_clock(directory: Path, skipped: list[str]) -> SteppedClock | None:
    try:
        return SteppedClock(directory)
    except NoClock as reason:
        skipped.append(f"service's clock steps: {reason}")
        return None


async def _start_servers(directory: Path, ways: Passages, stack: AsyncExitStack) -> tuple[Server, Server]:
    database = Server(directory / "database", make_database, ways.to_database)
    broker = Server(directory / "broker", broker_maker(find_free_port()), ways.to_broker, ways.lifts_to_broker)
    for server in (database, broker):
        stack.push_async_callback(server.stop)
        await server.start()
    return database, broker


def _settings(database: Server, ways: Passages, clock: SteppedClock | None) -> Mapping[str, str]:
    address = urlsplit(database.url)
    netloc = f"{address.username}:{address.password}@{HOST}:{ways.to_database.port}"
    database_url = address._replace(netloc=netloc).geturl()
    mqtt_url = f"mqtt://{HOST}:{ways.to_broker.port}"
    stepped = {} if clock is None else clock.environment
    return {**SETTINGS, **stepped, "RESCUE_DATABASE_URL": database_url, "RESCUE_MQTT_URL": mqtt_url}


def _make_offices(
    city: City, keys: Keys, session: aiohttp.ClientSession, url: str, lifts: Lifts, ledger: Ledger, start: Start,
    rng: Random,
) -> Mapping[str, Office]:  # fmt: skip
    return {
        id_: Office(id_, Api(session, url, keys.company_tokens[id_]), lifts, ledger, start, rng)
        for id_ in (company.company_id for company in city.companies)
    }


async def _open_endpoints(offices: Mapping[str, Office], way: Passage, stack: AsyncExitStack) -> None:
    server = await stack.enter_async_context(WebhookServer(offices))
    for company_id, office in offices.items():
        address = urlsplit(server.url_of(company_id))
        way.target = (HOST, int(address.port or 0))
        await office.register(address._replace(netloc=f"{HOST}:{way.port}").geturl())
