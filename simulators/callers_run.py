"""`simulate callers`: people who get stuck in a city's lifts and ask a running service for help, until it is stopped.

Their lifts say nothing: the service learns of them by the telephone, by the page behind the QR code, or, if a broker
was named, by the alarm button. They are out when the service shows that they are.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import aiohttp

from simulators.api import Api
from simulators.beside import beside
from simulators.button import AlarmButton
from simulators.callers import Callers, Manners, Party, Way, by_building, draw_caller
from simulators.cards import Lift
from simulators.chronicle import Chronicle
from simulators.companies import Start
from simulators.crews_run import wait
from simulators.doorstep import knock
from simulators.errors import ApiError, CityUnusableError
from simulators.fleet_run import stopping_on_signals
from simulators.gateway import Gateway
from simulators.intake import Hotline, PublicPage
from simulators.pace import Pace
from simulators.registers import read_lifts
from simulators.reports import Report
from simulators.results import Row
from simulators.tally import ENTRAPMENT

LOOKS_EVERY_S = 2.0
PRESSES_EVERY_S = 0.2
HELD_S = (3.0, 8.0)
HOUR_S = 3600.0
PRESS_WEIGHT = 100
"""Beside the other ways' hundred: where there is a button that works, half press it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallersPlan:
    """Who calls whom, and how often. `for_s` of None is until a signal."""

    city_dir: Path
    url: str
    token: str
    mqtt_url: str | None
    per_hour: float
    manners: Manners
    speed: float
    seed: int
    for_s: float | None


async def run_callers(plan: CallersPlan, chronicle: Chronicle) -> Row:
    """The summary. Raises SimulatorError."""
    lifts = tuple(lift for lift in read_lifts(plan.city_dir) if lift.rescue_code)
    if not lifts:
        raise CityUnusableError(f"{plan.city_dir / 'lifts.csv'}: no lift has a rescue_code that one could read")
    began_at = time.monotonic()
    with stopping_on_signals() as stop:
        async with aiohttp.ClientSession() as session, _buttons(plan.mqtt_url) as buttons, beside() as start:
            await knock(session, plan.url, plan.token, "/incidents", "the operator")
            town = Town(plan, lifts, session, buttons, chronicle, start)
            start(town.get_stuck())
            start(town.look())
            await wait(stop, plan.for_s)
            return town.summarise(time.monotonic() - began_at)


@dataclass(slots=True, kw_only=True)
class Stuck:
    """A party in its car."""

    party: Party
    people: int
    since: float
    is_known: bool = False
    """The service has, or had, a case about it."""


class Town:
    """The lifts, and who is stuck in them."""

    def __init__(
        self,
        plan: CallersPlan,
        lifts: Sequence[Lift],
        session: aiohttp.ClientSession,
        buttons: Buttons | None,
        chronicle: Chronicle,
        start: Start,
    ) -> None:
        self._lifts = lifts
        self._buttons = buttons
        self._chronicle = chronicle
        self._start = start
        self._gap_s = HOUR_S / (plan.per_hour * plan.speed)
        self._rng = Random(f"callers {plan.seed}")
        self._api = Api(session, plan.url, plan.token)
        self._ways = {**plan.manners.ways, **({Way.PRESS: PRESS_WEIGHT} if buttons else {})}
        self._stuck: dict[str, Stuck] = {}
        self._freed_after_s: list[float] = []
        buildings = by_building(lifts)
        self._callers = Callers(
            hotline=Hotline(api=self._api, note=lambda what: chronicle.note(f"the centre {what}")),
            page=PublicPage(session=session, base_url=plan.url, note=chronicle.note),
            beside=lambda lift: [one for one in buildings[lift.address, lift.building] if one is not lift],
            pace=Pace(factor=plan.speed),
            rng=self._rng,
            manners=plan.manners,
        )
        self.counts: Counter[str] = Counter()

    async def get_stuck(self) -> None:
        """One party after the other, each in a lift where nobody is stuck yet, until cancelled."""
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / self._gap_s))
            lift = self._rng.choice(self._lifts)
            if lift.lift_id not in self._stuck:
                self._shut_in(lift)

    def _shut_in(self, lift: Lift) -> None:
        party, people = draw_caller(self._rng, lift)
        way = self._rng.choices(list(self._ways), list(self._ways.values()))[0]
        self._stuck[lift.lift_id] = Stuck(party=party, people=people, since=time.monotonic())
        self.counts["parties"] += 1
        self.counts["people"] += people
        self._chronicle.note(f"{people} in {lift.lift_id}, {lift.address}: they {_SAID[way]}")
        if way is Way.PRESS and self._buttons is not None:
            self.counts[way.value] += 1
            self._start(self._buttons.press(lift, lambda: self._count_inside(lift.lift_id), self._rng))
        else:
            self._start(self._callers.seek_help(party, way, lambda: self._count_inside(lift.lift_id)))

    def _count_inside(self, lift_id: str) -> int:
        stuck = self._stuck.get(lift_id)
        return stuck.people if stuck else 0

    async def look(self) -> None:
        """People get out when their case is released, or over; asked again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            try:
                self._see(await self._api.get_all("/incidents", status="open", kind=ENTRAPMENT))
            except ApiError as error:
                self._chronicle.note(f"cannot read the open cases: {error}")

    def _see(self, cases: Sequence[Mapping[str, Any]]) -> None:
        inside = {case["lift"]["lift_id"] for case in cases if case["lift"] and case["status"] != "released"}
        for lift_id, stuck in list(self._stuck.items()):
            if lift_id in inside:
                stuck.is_known = True
            elif stuck.is_known:
                del self._stuck[lift_id]
                self._freed_after_s.append(time.monotonic() - stuck.since)
                self._chronicle.note(f"{stuck.people} are out of {lift_id}")

    def summarise(self, seconds: float) -> Row:
        """In figures; waits are from the end of a call to its case, and from the stop to the release."""
        callers, hotline, page = self._callers.counts, self._callers.hotline, self._callers.page
        return {
            "parties": self.counts["parties"],
            "people": self.counts["people"],
            "seconds": round(seconds, 1),
            "pressed": self.counts[Way.PRESS.value],
            "phoned": callers[Way.PHONE.value],
            "opened_page": callers[Way.QR.value],
            "waited": callers[Way.WAIT.value],
            "acknowledged": self._buttons.acknowledged if self._buttons else 0,
            "calls": hotline.counts["calls"],
            "pages": page.counts["pages"],
            "cases_by_phone": len(hotline.cases),
            "wrong_digits": callers["wrong_digits"],
            "not_found": hotline.counts["not_found"] + page.counts["not_found"],
            "other_lift": hotline.counts["other_lift"] + page.counts["other_lift"],
            "called_again": callers["again"],
            "turned_away": page.counts["turned_away"],
            "failed": hotline.counts["failed"] + page.counts["failed"],
            "answer_p50_ms": _quantile(hotline.waits_s, 0.5, 1000),
            "answer_p99_ms": _quantile(hotline.waits_s, 0.99, 1000),
            "freed": len(self._freed_after_s),
            "still_inside": len(self._stuck),
            "freed_p50_s": _quantile(self._freed_after_s, 0.5, 1),
        }


_SAID = {
    Way.PRESS: "press the button",
    Way.PHONE: "telephone",
    Way.QR: "open the page of the plate",
    Way.WAIT: "wait",
}


@dataclass(slots=True)
class Buttons:
    """The alarm buttons of lifts that say nothing else, on one connection."""

    boot: int
    acknowledged: int = 0
    gateway: Gateway | None = None
    _pressed: dict[str, AlarmButton] = field(default_factory=dict)

    async def press(self, lift: Lift, count_inside: Any, rng: Random) -> None:
        """The alarm, sent again until it is acknowledged, and ended when the people are out."""
        button = self._pressed[lift.lift_id] = AlarmButton(last_number=int(time.time()))
        button.press_at(time.time(), round(rng.uniform(*HELD_S), 1))
        while count_inside():
            if button.due_at <= time.time():
                self._say(lift, button.take_due(time.time()))
            await asyncio.sleep(PRESSES_EVERY_S)
        ended = button.end(time.time())
        if ended is not None:
            self._say(lift, ended)
        del self._pressed[lift.lift_id]

    def hear(self, topic: str, payload: bytes) -> None:
        """An acknowledgement that cannot be read is none."""
        button = self._pressed.get(topic.split("/")[3])
        try:
            number = int(json.loads(payload)["number"])
        except (ValueError, KeyError, TypeError):
            return
        if button is not None and button.number == number:
            self.acknowledged += 1
            button.acknowledge(number)

    def _say(self, lift: Lift, body: Mapping[str, Any]) -> None:
        assert self.gateway is not None, "opened before anybody presses"
        report = Report(lift.area, lift.lift_id, "alarm", {**body, "boot": self.boot}, 1, False)
        self.gateway.publish(report.topic, report.payload, qos=report.qos, retain=report.retain)


@asynccontextmanager
async def _buttons(mqtt_url: str | None) -> AsyncIterator[Buttons | None]:
    """If a broker was named. Raises BrokerUnreachableError."""
    if mqtt_url is None:
        yield None
        return
    buttons = Buttons(boot=int(time.time()))
    async with Gateway(
        mqtt_url, f"sim-buttons-{os.getpid()}", subscriptions=("lifts/v1/+/+/alarm/ack",), on_message=buttons.hear
    ) as buttons.gateway:
        yield buttons


def _quantile(values: Sequence[float], share: float, times: float) -> float | None:
    ordered = sorted(values)
    return round(times * ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1) if ordered else None
