"""All companies of a city at work: their crews on the road, their offices, their web servers, and their shifts.

The composition of these, for a demonstration around its own service as well as for crews beside somebody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from simulators.api import Api
from simulators.cards import City
from simulators.companies import HOST, Health, Start, WebhookServer
from simulators.conduct import BY_QUALITY
from simulators.crews import CrewOnDuty, Surroundings, tell_positions
from simulators.duty import CityClock, Duty
from simulators.errors import ApiError
from simulators.gateway import Gateway
from simulators.offices import CompanyOffice
from simulators.world import Scene

LEAVES_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the companies' web server listens, and what the service calls it; port 0 is a free one."""

    host: str = HOST
    port: int = 0
    seen_as: str = ""


ANYWHERE = Address()


class Workforce:
    """Of those companies for which there is a token. Its `server` is an async context manager, to be entered first."""

    def __init__(
        self,
        city: City,
        apis: Mapping[str, Api],
        around: Surroundings[Scene],
        start: Start,
        *,
        rng: Random,
        address: Address = ANYWHERE,
        always_accepted: frozenset[str] = frozenset(),
    ) -> None:
        self._apis = apis
        self._around = around
        self._start = start
        companies = [company for company in city.companies if company.company_id in apis]
        self.crews: Sequence[CrewOnDuty] = [
            CrewOnDuty(crew, apis[crew.company_id], around) for crew in city.crews if crew.company_id in apis
        ]
        self.offices: Mapping[str, CompanyOffice] = {
            company.company_id: CompanyOffice(
                company,
                apis[company.company_id],
                {one.crew.crew_id: one for one in self.crews if one.crew.company_id == company.company_id},
                around=around,
                habits=BY_QUALITY[company.quality],
                start=start,
                always_accepted=always_accepted,
            )
            for company in companies
        }
        sure = {around.lifts[lift_id].company_id for lift_id in always_accepted}
        self.healths: Mapping[str, Health] = {
            one.company_id: Health("good" if one.company_id in sure else one.quality, rng) for one in companies
        }
        self.server = WebhookServer(
            self.offices, healths=self.healths, host=address.host, port=address.port, seen_as=address.seen_as
        )

    async def register(self) -> None:
        """Every company makes its endpoint known; one that was here before takes up what it left. Raises ApiError."""
        came_back = await asyncio.gather(
            *(office.register(self.server.url_of(id_)) for id_, office in self.offices.items())
        )
        for office, was_here in zip(self.offices.values(), came_back, strict=True):
            if was_here:
                await office.take_up()

    async def take_up(self) -> None:
        """Goes on with whatever the service has asked of these companies so far. Raises ApiError."""
        await asyncio.gather(*(office.take_up() for office in self.offices.values()))

    def go_to_work(self, clock: CityClock, phones: Gateway | None) -> None:
        """Shifts begin and end from now on; with phones, crews tell where they are."""
        crews = [one.crew for one in self.crews]
        self._start(Duty(crews, self._apis, clock, self._around.chronicle, self._around.counts).keep())
        if phones is not None:
            self._start(tell_positions(self.crews, phones))

    async def leave(self) -> None:
        """Takes the endpoints back, as far as the service lets it within seconds."""
        with suppress(TimeoutError, ApiError):
            async with asyncio.timeout(LEAVES_WITHIN_S):
                await asyncio.gather(*(office.leave() for office in self.offices.values()))
