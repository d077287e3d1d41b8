"""What arrivals have taught the travel times, in PostgreSQL, and the drives that it is learned of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from dispatch.calibration import Calibration
from dispatch.crews import Position
from rescue.roads.learning import Drive, Lesson
from rescue.store.connections import Pooled
from rescue.store.rows import Record
from rescue.store.sql import load_queries

SQL = load_queries("lessons")


class PostgresSchool(Pooled):
    """Lessons and drives. Every method may raise StoreUnavailable."""

    async def lessons(self) -> Sequence[Lesson]:
        """All that are kept, the oldest first."""
        return [_read_lesson(row) for row in await self._fetch(SQL["lessons"])]

    async def drives_since(self, at: datetime, most: int) -> Sequence[Drive]:
        """The drives of crews asked since then, the oldest first; of too many the newest."""
        return [_read_drive(row) for row in await self._fetch(SQL["drives_since"], at, most)]

    async def put_lesson(self, lesson: Lesson) -> None:
        """Keep it."""
        body = json.dumps(_body(lesson.calibration))
        await self._fetch(SQL["put_lesson"], lesson.learned_at, lesson.basis, lesson.since_at, body)

    async def forget_lessons(self, before: datetime) -> None:
        """Let go of those that ended before then."""
        await self._fetch(SQL["forget_lessons"], before)


def _body(learned: Calibration) -> dict[str, object]:
    return {
        "centre": learned.centre,
        "by_hour": sorted(learned.by_hour.items()),
        "by_area": sorted((*area, excess) for area, excess in learned.by_area.items()),
        "trips": learned.trips,
    }


def _read_lesson(row: Record) -> Lesson:
    body = json.loads(row["body"])
    calibration = Calibration(
        centre=body["centre"],
        by_hour=dict(body["by_hour"]),
        by_area={(east, north): excess for east, north, excess in body["by_area"]},
        trips=body["trips"],
    )
    return Lesson(learned_at=row["learned_at"], basis=row["basis"], since_at=row["since_at"], calibration=calibration)


def _read_drive(row: Record) -> Drive:
    return Drive(
        offered_at=row["offered_at"],
        destination=Position(row["lon"], row["lat"]),
        promised_s=row["promised_s"],
        took_s=row["took_s"],
    )
