"""The demonstration: the real service with a simulated Zhengzhou around it, in one terminal.

It draws the city, starts the service with its embedded parts, registers the city by the published commands, and lets
lifts, crews, companies, callers and the centre's staff live on it until it is stopped. All of them are clients of the
published interfaces. Whatever ends it, everything that it started is stopped.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import aiohttp
import typer

from simulators.api import Api
from simulators.beside import first_of
from simulators.callers import Callers, by_building
from simulators.cards import Lift
from simulators.chronicle import Chronicle
from simulators.city import City, build_city
from simulators.companies import Start
from simulators.crews import Surroundings
from simulators.duty import CityClock
from simulators.errors import SimulatorError
from simulators.fate import MEAN_GAP_S, Fate, choose_first_lift
from simulators.fleet import FleetLink, make_fleet
from simulators.gateway import Gateway
from simulators.intake import Hotline, PublicPage
from simulators.operators import Centre
from simulators.pace import DEMO_LIFE_FACTOR, Pace
from simulators.registration import OPERATOR, Keys, register
from simulators.results import write_result
from simulators.roads import RoadNetwork, build_roads
from simulators.screen import Screen, choose_screen
from simulators.service import Service
from simulators.shifts import HOUR
from simulators.summary import Login, Summary
from simulators.workforce import Workforce
from simulators.world import World

FIRST_LIFT_CANDIDATES = 100
"""Lifts among which the first one is chosen; each costs the planning of one drive."""
RATE_OVER_S = 8.0
FIRST_BIRTH_AFTER_S = 0.5
OPEN_ON_THIS_MACHINE = {"RESCUE_MQTT_AUTH": "anonymous", "RESCUE_MQTT_HOST": "127.0.0.1"}
"""Whatever the environment says: the city's lifts and phones have no credentials, and nobody else comes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person at the terminal may choose."""

    lifts: int
    speed: float
    seed: int
    http_port: int
    mqtt_port: int
    data_dir: Path | None
    for_s: float | None
    until_closed: int | None
    as_json: bool = False
    """One object at the end on standard output, and all else on standard error."""


def run_demo(options: Options) -> int:
    """Runs until stopped; the exit code. Foreseeable errors end in one line."""
    screen = choose_screen(aside=options.as_json)
    with ExitStack() as stack:
        try:
            data_dir = options.data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rescue-demo-")))
            data_dir.mkdir(parents=True, exist_ok=True)
            return asyncio.run(Demo(options, data_dir, screen).run())
        except OSError as error:
            typer.echo(f"error: {error.strerror or error}: {error.filename or 'the demonstration'}", err=True)
            return 1


class Demo:
    """One run from start to stop."""

    def __init__(self, options: Options, data_dir: Path, screen: Screen) -> None:
        self._options = options
        self._data_dir = data_dir
        self._screen = screen
        self._started_at = time.monotonic()
        self._stop = asyncio.Event()
        self._closed = 0
        self._chronicle = Chronicle(self._write_time, screen.tell)
        self._pace = Pace(factor=DEMO_LIFE_FACTOR * options.speed)

    async def run(self) -> int:
        """Plays until a signal, the time allowed, or the number of cases asked for; then stops everything."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        play = asyncio.create_task(self._play())
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait({play, stop}, timeout=self._options.for_s, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        failure: BaseException | None = None
        try:
            if not play.done():
                self._screen.say("stopping …")
                play.cancel()
            with suppress(asyncio.CancelledError):
                await play
        except* SimulatorError as failures:
            failure = first_of(failures)
        return self._verdict(failure)

    async def _play(self) -> None:
        """From an empty directory to a city at work."""
        options = self._options
        city, roads = build_city(lifts=options.lifts, seed=options.seed), build_roads(seed=options.seed)
        self._say(
            f"drawn a Zhengzhou of {len(city.lifts)} lifts, {len(city.companies)} companies, {len(city.stations)} "
            f"stations, {len(city.crews)} crews and {roads.graph.number_of_nodes()} crossings (seed {options.seed})"
        )
        self._say("starting the service with its own database and broker …")
        async with Service(
            self._data_dir,
            http_port=options.http_port,
            mqtt_port=options.mqtt_port,
            settings=OPEN_ON_THIS_MACHINE,
        ) as service:
            self._say(f"the service is ready at {service.ready.http}, MQTT at {service.ready.mqtt}")
            async with asyncio.TaskGroup() as group:
                group.create_task(service.watch())
                keys = await register(service, city, self._data_dir, roads)
                self._say("the city is registered: companies, stations, crews, lifts, roads, tokens and an operator")
                await self._live(group.create_task, service, keys, city, roads)

    async def _live(self, start: Start, service: Service, keys: Keys, city: City, roads: RoadNetwork) -> None:
        """Everybody at their places: lifts, crews, companies, the centre. Long because it is the composition root."""
        ready, rng = service.ready, Random(f"life {self._options.seed}")
        first_lift = choose_first_lift(
            city, roads, rng.sample(city.lifts, k=min(len(city.lifts), FIRST_LIFT_CANDIDATES))
        )
        fleet = make_fleet(city, born_at=time.time() + FIRST_BIRTH_AFTER_S, rng=rng, first=first_lift)
        async with (
            aiohttp.ClientSession() as session,
            FleetLink(fleet, ready.mqtt, {lift.area for lift in city.lifts}) as link,
            Gateway(ready.mqtt, "sim-crews") as phones,
        ):
            around = Surroundings(
                lifts={lift.lift_id: lift for lift in city.lifts},
                roads=roads,
                world=World(link, rng),
                pace=self._pace,
                chronicle=self._chronicle,
                rng=rng,
            )
            apis = {id_: Api(session, ready.http, token) for id_, token in keys.company_tokens.items()}
            workforce = Workforce(
                city, apis, around, start, rng=rng, always_accepted=frozenset({first_lift.lift_id})
            )  # fmt: skip
            staff = Api(session, ready.http, keys.operator_token)
            centre = Centre(staff, around, start, self._note_closed)
            fate = Fate(
                city=city, fleet=fleet, centre=centre, callers=_make_callers(around, staff, session, ready.http),
                around=around, start=start, first_lift=first_lift, gap_s=MEAN_GAP_S / self._options.speed,
            )  # fmt: skip
            async with workforce.server:
                start(link.run())
                await workforce.register()
                workforce.go_to_work(CityClock.starting(time.time(), HOUR, self._pace), phones)
                self._say("every company listens, the lifts are coming on line")
                start(centre.work())
                start(fate.strike_on())
                await self._show(link, centre, await _open_doors(staff, city, ready.http, keys.password))

    async def _show(self, link: FleetLink, centre: Centre, login: Login) -> None:
        """Summaries, until cancelled."""
        published = deque([(time.monotonic(), link.published)], maxlen=2 + int(RATE_OVER_S / self._screen.every_s))
        with self._screen.live(login, self._pace.factor):
            while True:
                await asyncio.sleep(self._screen.every_s)
                published.append((time.monotonic(), link.published))
                self._screen.show(self._summarise(link, centre, login, _rate(published)))

    def _summarise(self, link: FleetLink, centre: Centre, login: Login, messages_per_s: float) -> Summary:
        tally = centre.tally
        return Summary(
            now=datetime.now(UTC),
            elapsed_s=self._elapsed_s(),
            login=login,
            life_factor=self._pace.factor,
            lifts_online=link.fleet.online,
            messages_per_s=messages_per_s,
            stages=tally.stages,
            others=tally.others,
            handovers_waiting=tally.handovers_waiting,
            comforts_missed=tally.comforts_missed,
            latest=tuple(tally.latest.values()),
            ended=tally.ended,
            reopened=tally.reopened,
            mean_arrival_s=tally.mean_arrival_s,
            lines=tuple(self._chronicle.last),
        )

    def _note_closed(self, closed: int) -> None:
        self._closed = closed
        if closed == 1:
            self._chronicle.note(f"first case closed after {self._elapsed_s():.1f} s")
        if self._options.until_closed is not None and closed >= self._options.until_closed:
            self._stop.set()

    def _verdict(self, failure: BaseException | None) -> int:
        wanted = self._options.until_closed
        if failure is not None:
            typer.echo(f"error: {failure}", err=True)
            return 1
        if wanted is not None and self._closed < wanted:
            typer.echo(f"error: {self._closed} of {wanted} cases were closed", err=True)
            return 1
        self._say(f"stopped; cases closed: {self._closed}; nothing is left running")
        if self._options.as_json:
            row = {"lifts": self._options.lifts, "seconds": round(self._elapsed_s(), 1), "cases_closed": self._closed}
            typer.echo(write_result("demo", self._options.seed, [row]))
        return 0

    def _say(self, line: str) -> None:
        self._screen.say(f"{self._write_time()}  {line}")

    def _write_time(self) -> str:
        return f"{self._elapsed_s():6.1f} s"

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._started_at


async def _open_doors(staff: Api, city: City, url: str, password: str) -> Login:
    """The pages for a person to try: the console, a crew's phone, and what somebody in a car sees."""
    link = await staff.post(f"/crews/{city.crews[0].crew_id}/sign_in", {})
    return Login(
        url=url,
        name=OPERATOR,
        password=password,
        phone=f"{url}/crew#{link['url'].rpartition('#')[2]}",
        plate=f"{url}/r/{city.lifts[0].rescue_code}",
    )


def _make_callers(around: Surroundings[World], staff: Api, session: aiohttp.ClientSession, url: str) -> Callers:
    """One may read the plate of a lift beside one's own, if that stands still by no misfortune of its own."""
    buildings = by_building(tuple(around.lifts.values()))

    def beside(lift: Lift) -> list[Lift]:
        others = buildings[lift.address, lift.building]
        return [other for other in others if not around.world.is_struck(other.lift_id)]

    return Callers(
        hotline=Hotline(api=staff, note=lambda what: around.chronicle.note(f"the centre {what}")),
        page=PublicPage(session=session, base_url=url, note=around.chronicle.note),
        beside=beside,
        pace=around.pace,
        rng=around.rng,
        counts=around.counts,
    )


def _rate(published: Sequence[tuple[float, int]]) -> float:
    (since, before), (until, after) = published[0], published[-1]
    return (after - before) / max(until - since, 0.001)
