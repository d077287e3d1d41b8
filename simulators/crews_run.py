"""`simulate crews`: a city's companies and crews beside a service that is running already, until they are stopped.

They know of the service what it publishes: offers come to their web server, answers go over HTTP, places over MQTT.
Who is inside a car they cannot know; they find what the case says of it, or what chance has it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import aiohttp

from simulators.api import Api
from simulators.beside import beside
from simulators.cards import City
from simulators.chronicle import Chronicle
from simulators.crews import Surroundings
from simulators.doorstep import knock
from simulators.duty import CityClock
from simulators.errors import CityUnusableError, TokensUnusableError
from simulators.fleet_run import stopping_on_signals
from simulators.gateway import Gateway
from simulators.osm import read_osm
from simulators.pace import Pace
from simulators.registers import ROADS, read_companies, read_crews, read_lifts
from simulators.results import Row
from simulators.roads import RoadNetwork
from simulators.workforce import Address, Workforce
from simulators.world import Hearsay, Scene

DEEDS = (
    "offers", "accepted", "declined", "overlooked", "too_late", "unanswered", "en_route", "on_scene", "released",
    "cannot_reach", "forgotten", "turned_round", "causes_filed", "came_on_duty", "went_off_duty",
)  # fmt: skip
WEBHOOKS = ("received", "late", "failed", "unanswered", "crashed", "forged")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewsPlan:
    """What is to be simulated, and beside which service. `for_s` of None is until a signal."""

    city_dir: Path
    url: str
    tokens: Mapping[str, str]
    mqtt_url: str | None
    address: Address
    speed: float
    seed: int
    hour: int | None
    for_s: float | None


async def run_crews(plan: CrewsPlan, chronicle: Chronicle) -> Row:
    """The summary. Raises SimulatorError."""
    city, roads = read_city(plan.city_dir, plan.tokens), read_osm(plan.city_dir / ROADS)
    rng, began_at = Random(f"crews {plan.seed}"), time.monotonic()
    around: Surroundings[Scene] = Surroundings(
        lifts={lift.lift_id: lift for lift in city.lifts}, roads=roads, world=Hearsay(rng),
        pace=Pace(factor=plan.speed), chronicle=chronicle, rng=rng,
    )  # fmt: skip
    demand_reach(city, roads)
    with stopping_on_signals() as stop:
        async with aiohttp.ClientSession() as session, _phones(plan.mqtt_url) as phones, beside() as start:
            apis = {id_: Api(session, plan.url, token) for id_, token in plan.tokens.items()}
            for company in city.companies:
                id_ = company.company_id
                await knock(session, plan.url, plan.tokens[id_], "/webhooks", f"company {id_}")
            workforce = Workforce(city, apis, around, start, rng=rng, address=plan.address)
            async with workforce.server:
                await workforce.register()
                await workforce.take_up()
                workforce.go_to_work(CityClock.starting(time.time(), plan.hour, around.pace), phones)
                chronicle.note(f"{len(city.companies)} companies listen, {len(city.crews)} crews wait")
                await wait(stop, plan.for_s)
                await workforce.leave()
    return _summarise(workforce, around, time.monotonic() - began_at)


def read_city(directory: Path, tokens: Mapping[str, str]) -> City:
    """The companies for which there are tokens, with their crews; and all lifts. Raises SimulatorError."""
    companies = read_companies(directory)
    unknown = tokens.keys() - {company.company_id for company in companies}
    if unknown:
        raise TokensUnusableError(f"{directory / 'companies.csv'} has no company {min(unknown)}, for which is a token")
    return City(
        seed=0,
        lifts=read_lifts(directory),
        companies=tuple(company for company in companies if company.company_id in tokens),
        stations=(),
        crews=tuple(crew for crew in read_crews(directory) if crew.company_id in tokens),
    )


def demand_reach(city: City, roads: RoadNetwork) -> None:
    """Every crew waits somewhere near a road. Raises CityUnusableError."""
    for crew in city.crews:
        if not roads.reaches((crew.lon, crew.lat)):
            raise CityUnusableError(f"crew {crew.crew_id} waits at {crew.lon}, {crew.lat}, far from every road")


async def wait(stop: asyncio.Event, for_s: float | None) -> None:
    """Until the signal or the end of the time."""
    try:
        async with asyncio.timeout(for_s):
            await stop.wait()
    except TimeoutError:
        return


@asynccontextmanager
async def _phones(mqtt_url: str | None) -> AsyncIterator[Gateway | None]:
    """One connection for all crews' phones, if a broker was named. Raises BrokerUnreachableError."""
    if mqtt_url is None:
        yield None
        return
    async with Gateway(mqtt_url, f"sim-crews-{os.getpid()}") as gateway:
        yield gateway


def _summarise(workforce: Workforce, around: Surroundings[Scene], seconds: float) -> Row:
    deeds, webhooks = around.counts, workforce.server.counts
    return {
        "companies": len(workforce.offices),
        "crews": len(workforce.crews),
        "seconds": round(seconds, 1),
        **{deed: deeds[deed] for deed in DEEDS},
        **{f"webhooks_{word}": webhooks[word] for word in WEBHOOKS},
        "poor_servers": "; ".join(
            f"{company_id} {health.ailment.value}"
            for company_id, health in workforce.healths.items()
            if health.ailment is not None
        ),
    }
