"""Shifts: who is on duty changes with the hour of the city's day, and each company tells the service so of its crews.

The hour is that of life, which may pass faster than the clock. A crew whose shift ends on the road finishes what it has
begun; it is only not asked again. What the service knows of duty before is taken from the service.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from simulators.api import Api
from simulators.cards import Crew
from simulators.chronicle import Chronicle
from simulators.errors import ApiError
from simulators.habits import CITY_UTC_OFFSET_H
from simulators.pace import Pace
from simulators.shifts import is_on_duty

LOOKS_EVERY_S = 1.0
COMPANIES_AT_ONCE = 8
HOUR_S = 3600.0
DAY_H = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class CityClock:
    """The hour of life: it was `began_h` when POSIX seconds were `began_at`."""

    began_at: float
    began_h: float
    pace: Pace

    @classmethod
    def starting(cls, now: float, hour: int | None, pace: Pace) -> CityClock:
        """At the full hour given, or at the city's own time of day."""
        own_h = (now / HOUR_S + CITY_UTC_OFFSET_H) % DAY_H
        return cls(began_at=now, began_h=own_h if hour is None else float(hour), pace=pace)

    def hour(self, now: float) -> int:
        """Of the day, 0 to 23."""
        return int(self.began_h + self.pace.life_s(now - self.began_at) / HOUR_S) % DAY_H


class Duty:
    """Keeps the service's idea of who is on duty true."""

    def __init__(
        self,
        crews: Iterable[Crew],
        apis: Mapping[str, Api],
        clock: CityClock,
        chronicle: Chronicle,
        counts: Counter[str],
    ) -> None:
        self._crews: dict[str, list[Crew]] = defaultdict(list)
        for crew in crews:
            self._crews[crew.company_id].append(crew)
        self._apis = apis
        self._clock = clock
        self._chronicle = chronicle
        self._counts = counts
        self._known: dict[str, bool] = {}

    async def keep(self) -> None:
        """At once and with every hour, until cancelled. What a company could not say it says again."""
        done: tuple[int, bool] | None = None
        while True:
            hour = self._clock.hour(time.time())
            if done != (hour, True):
                done = (hour, await self._switch(hour))
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _switch(self, hour: int) -> bool:
        """Whether the service was told everything."""
        turn = asyncio.Semaphore(COMPANIES_AT_ONCE)
        told = await asyncio.gather(*(self._tell(id_, crews, hour, turn) for id_, crews in self._crews.items()))
        on_duty = sum(is_on_duty(crew.shift, hour) for crews in self._crews.values() for crew in crews)
        self._chronicle.note(f"it is {hour}:00 in the city: {on_duty} crews are on duty")
        return all(told)

    async def _tell(self, company_id: str, crews: Sequence[Crew], hour: int, turn: asyncio.Semaphore) -> bool:
        async with turn:
            try:
                await self._tell_of_crews(self._apis[company_id], crews, hour)
            except ApiError as error:
                self._chronicle.note(f"company {company_id} cannot say who is on duty: {error}")
                return False
        return True

    async def _tell_of_crews(self, api: Api, crews: Sequence[Crew], hour: int) -> None:
        if not all(crew.crew_id in self._known for crew in crews):
            self._known |= {one["crew_id"]: one["on_duty"] for one in await api.get_all("/crews")}
        for crew in crews:
            on_duty = is_on_duty(crew.shift, hour)
            if self._known.setdefault(crew.crew_id, on_duty) != on_duty:
                await api.patch(f"/crews/{crew.crew_id}", {"on_duty": on_duty})
                self._known[crew.crew_id] = on_duty
                self._counts["came_on_duty" if on_duty else "went_off_duty"] += 1
