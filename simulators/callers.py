"""Passengers and bystanders: they press the button, telephone, open the page behind the QR code, or wait.

What they say is what they saw: who is inside and how they are, and now and then the code of the lift beside it, or a
digit of their own code misread. A code that leads nowhere, or to a lift that is somewhere else, is found out while they
are still there, and they try again. Some call a second time because nobody has come yet.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from random import Random

from simulators.cards import Lift
from simulators.habits import draw_party
from simulators.intake import Call, Hotline, PublicPage, Turned
from simulators.misfortunes import INJURED_SHARE
from simulators.names import draw_person, mobile
from simulators.pace import Pace

RINGS_AFTER_S = (30.0, 150.0)
"""Seconds of life from the stop to the call, as all that follow."""
READS_AGAIN_AFTER_S = (10.0, 40.0)
WAITS_FOR_S = (5 * 60.0, 20 * 60.0)
"""That those hope who hope for the lift; then they call as well."""
CALLS_AGAIN_AFTER_S = (4 * 60.0, 10 * 60.0)
MOST_READINGS = 3
"""Of a plate; then somebody else of the staff looks the address up, and the code is right."""
DIGITS = "0123456789"
NEEDS = {"elderly": 0.12, "child": 0.10, "pregnant": 0.02, "medical": 0.05, "child_alone": 0.01}
"""How often a caller says so of the people inside; each by itself."""


class Way(Enum):
    """How people ask for help."""

    PRESS = "press"
    PHONE = "phone"
    QR = "qr"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How people call. Shares are of all readings of a plate, and of all callers."""

    wrong_digit_share: float = 0.1
    wrong_plate_share: float = 0.2
    """Of the calls from buildings with several lifts: that of the lift beside it."""
    again_share: float = 0.2
    """Of those who call: if nobody has come by then."""
    ways: Mapping[Way, int] = field(default_factory=lambda: {Way.PHONE: 65, Way.QR: 20, Way.WAIT: 15})


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The people in one car, and who speaks for them."""

    lift: Lift
    name: str
    phone: str
    injured: int = 0
    needs: tuple[str, ...] = ()

    def call(self, plate: str, people: int) -> Call:
        """What they say."""
        return Call(
            plate=plate, people=people, address=self.lift.address, name=self.name, phone=self.phone,
            injured=self.injured, needs=self.needs,
        )  # fmt: skip


def draw_needs(rng: Random) -> tuple[str, ...]:
    """Who is inside and needs more than the others."""
    return tuple(need for need, share in NEEDS.items() if rng.random() < share)


def draw_caller(rng: Random, lift: Lift) -> tuple[Party, int]:
    """Some party that is stuck in this lift, and how many they are."""
    party = Party(
        lift=lift,
        name=draw_person(rng),
        phone=mobile(50_000_000 + rng.randrange(10_000_000)),
        injured=int(rng.random() < INJURED_SHARE),
        needs=draw_needs(rng),
    )
    return party, draw_party(rng)


def misread(code: str, rng: Random) -> str:
    """The code with one digit that is another; a code without digits is read as it is."""
    places = [place for place, sign in enumerate(code) if sign in DIGITS]
    if not places:
        return code
    place = rng.choice(places)
    return code[:place] + rng.choice([digit for digit in DIGITS if digit != code[place]]) + code[place + 1 :]


@dataclass(slots=True, kw_only=True)
class Callers:
    """Whoever calls in a city: what they share, and how they go about it."""

    hotline: Hotline
    page: PublicPage
    beside: Callable[[Lift], Sequence[Lift]]
    """The other lifts of the same building whose plates one may read instead."""
    pace: Pace
    rng: Random
    manners: Manners = field(default_factory=Manners)
    counts: Counter[str] = field(default_factory=Counter)

    async def seek_help(self, party: Party, way: Way, count_inside: Callable[[], int]) -> None:
        """From the stop until they need not call any more. `count_inside` says how many cannot get out now."""
        self.counts[way.value] += 1
        await self._live(WAITS_FOR_S if way is Way.WAIT else RINGS_AFTER_S)
        if not count_inside():
            return
        await self._call(party, way, count_inside)
        if self.rng.random() < self.manners.again_share:
            await self._live(CALLS_AGAIN_AFTER_S)
            if count_inside():
                self.counts["again"] += 1
                await self._call(party, way, count_inside)

    async def _call(self, party: Party, way: Way, count_inside: Callable[[], int]) -> None:
        """Where the page does not take them they telephone, and where nobody answers they have tried."""
        try:
            if way is Way.QR:
                await self._open_page(party, count_inside)
            else:
                await self._ring(party, count_inside)
        except Turned:
            if way is Way.QR:
                await self._call(party, Way.PHONE, count_inside)

    async def _ring(self, party: Party, count_inside: Callable[[], int]) -> None:
        for plate in self._readings(party.lift):
            found = await self.hotline.take(party.call(plate, count_inside()))
            if found is not None and (not found.lift_id or found.building == _building(party.lift)):
                return
            if found is not None:
                self.hotline.counts["other_lift"] += 1
            await self._live(READS_AGAIN_AFTER_S)

    async def _open_page(self, party: Party, count_inside: Callable[[], int]) -> None:
        for plate in self._readings(party.lift):
            if await self.page.call(party.call(plate, count_inside())):
                return
            await self._live(READS_AGAIN_AFTER_S)

    def _readings(self, lift: Lift) -> Iterator[str]:
        """What they read, one time after the other; right at last."""
        for _ in range(MOST_READINGS - 1):
            yield self._read_plate(lift)
        yield lift.rescue_code

    def _read_plate(self, lift: Lift) -> str:
        """The lift's rescue code, that of one beside it, or one that is wrong by a digit."""
        if self.rng.random() < self.manners.wrong_digit_share:
            self.counts["wrong_digits"] += 1
            return misread(lift.rescue_code, self.rng)
        others = self.beside(lift)
        is_wrong = bool(others) and self.rng.random() < self.manners.wrong_plate_share
        return self.rng.choice(others).rescue_code if is_wrong else lift.rescue_code

    async def _live(self, between_s: tuple[float, float]) -> None:
        await asyncio.sleep(self.pace.real_s(self.rng.uniform(*between_s)))


def by_building(lifts: Sequence[Lift]) -> Mapping[tuple[str, str], Sequence[Lift]]:
    """The lifts of each building."""
    found: dict[tuple[str, str], list[Lift]] = {}
    for lift in lifts:
        found.setdefault(_building(lift), []).append(lift)
    return found


def _building(lift: Lift) -> tuple[str, str]:
    return lift.address, lift.building
