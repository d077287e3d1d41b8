"""What real arrivals teach the travel times: learned on becoming the desk and every hour, stored, brought back.

A crew that accepted and reported its arrival has driven a way that we had estimated when it was asked. The estimate
is freed of the correction of that hour, which is why every lesson stays until no trip that it was given to is looked
at; what is left is a trip for `dispatch.calibration`. A lesson is in force from the instant it was learned, and for the
ways it was learned of: when other roads are imported, learning begins anew. Must not decide how trips are weighed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import structlog

from dispatch.calibration import Calibration, Judgement, Trip, judge, learn
from dispatch.crews import Position
from rescue.ports import Clock, StoreUnavailable
from rescue.roads.following import FollowedRoads

LEARN_EVERY_S = 3600.0
ASK_AGAIN_AFTER_S = 30.0
LOOKED_AT = timedelta(days=90)
"""Roads and companies change; a quarter of a year has some four thousand rescues in a city."""
MOST_DRIVES = 20_000
"""The newest."""

log = structlog.get_logger(__name__)


class Drive(NamedTuple):
    """What is known of a crew's way: when it was asked, to where, the estimate it was asked with, how long it took."""

    offered_at: datetime
    destination: Position
    promised_s: float
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What was learned at an instant, of ways on this basis, which has been in use since."""

    learned_at: datetime
    basis: str
    since_at: datetime
    calibration: Calibration


class School(Protocol):
    """Where lessons and drives are kept. Every method may raise StoreUnavailable."""

    async def lessons(self) -> Sequence[Lesson]:
        """All that are kept, the oldest first."""
        ...

    async def drives_since(self, at: datetime, most: int) -> Sequence[Drive]:
        """The drives of crews asked since then, the oldest first; of too many the newest."""
        ...

    async def put_lesson(self, lesson: Lesson) -> None:
        """Keep it."""
        ...

    async def forget_lessons(self, before: datetime) -> None:
        """Let go of those that ended before then: each lasts until the next was learned."""
        ...


class Learning:
    """Keeps the roads taught."""

    def __init__(self, school: School, roads: FollowedRoads, clock: Clock) -> None:
        self.judgement: Judgement | None = None
        """What correcting is worth, by the newest trips."""
        self.left_out = 0
        """Drives of which nothing can be learned: over before they began, or as long as no drive is."""
        self.school = school
        self._roads = roads
        self._clock = clock

    async def run(self) -> None:
        """For ever: what was learned before is in force at once, and whatever is new within the hour."""
        while True:
            try:
                await self.learn()
            except StoreUnavailable as error:
                log.warning("nothing learned of arrivals", reason=str(error))
                await asyncio.sleep(ASK_AGAIN_AFTER_S)
            else:
                await asyncio.sleep(LEARN_EVERY_S)

    async def learn(self) -> None:
        """Bring back what was learned, and learn anew. Raises StoreUnavailable."""
        now, basis = self._clock.now(), self._roads.basis
        lessons = await self.school.lessons()
        since_at = _since(lessons, basis) or now
        before = lessons[-1].calibration if lessons and lessons[-1].basis == basis else Calibration()
        self._roads.taught = basis, before
        drives = await self.school.drives_since(max(since_at, now - LOOKED_AT), MOST_DRIVES)
        trips = [self._trip(drive, lessons) for drive in drives]
        found = await asyncio.to_thread(self._weigh, trips)
        if found != before or not lessons or lessons[-1].basis != basis:
            await self.school.put_lesson(Lesson(learned_at=now, basis=basis, since_at=since_at, calibration=found))
            await self.school.forget_lessons(now - LOOKED_AT)
        self._roads.taught = basis, found
        log.info("learned of arrivals", trips=found.trips, left_out=self.left_out, basis=basis)

    def _trip(self, drive: Drive, lessons: Sequence[Lesson]) -> Trip:
        hour = self._roads.local_hour(drive.offered_at)
        in_force = [lesson.calibration for lesson in lessons if lesson.learned_at <= drive.offered_at]
        corrected = in_force[-1].factor(drive.destination, hour) if in_force else 1.0
        return Trip(
            destination=drive.destination,
            local_hour=hour,
            estimated_s=drive.promised_s / corrected,
            took_s=drive.took_s,
        )

    def _weigh(self, trips: Sequence[Trip]) -> Calibration:
        """What is learned, unless the estimates are better without it."""
        found, self.judgement = learn(trips), judge(trips)
        self.left_out = len(trips) - found.trips
        pays = self.judgement is not None and self.judgement.pays
        return found if pays else Calibration(trips=found.trips)

    def figures(self) -> Mapping[str, float]:
        """What /metrics shows; the errors are those of the newest trips."""
        _, calibration = self._roads.taught
        counts = {"rescue_eta_trips": calibration.trips, "rescue_eta_trips_left_out": self.left_out}
        if self.judgement is None:
            return counts
        return {
            **counts,
            "rescue_eta_judged_trips": self.judgement.uncorrected.trips,
            "rescue_eta_uncorrected_late_seconds": self.judgement.uncorrected.late_s,
            "rescue_eta_uncorrected_off_seconds": self.judgement.uncorrected.off_s,
            "rescue_eta_corrected_late_seconds": self.judgement.corrected.late_s,
            "rescue_eta_corrected_off_seconds": self.judgement.corrected.off_s,
        }


def _since(lessons: Sequence[Lesson], basis: str) -> datetime | None:
    """Since when this basis is in use, if it was the last one."""
    return lessons[-1].since_at if lessons and lessons[-1].basis == basis else None
