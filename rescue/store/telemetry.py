"""Telemetry in PostgreSQL: one partition a UTC day, filled by COPY, dropped whole.

Words become codes on the way in and words again on the way out; nothing else is decided here, least of all how long a
day is kept. Bytes count: rows come by the ten million a day.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, NamedTuple, Self, TypeVar

from devices.faults import Fault
from devices.messages import CarStatus, DoorStatus, LiftId, PowerStatus, RawFault, ServiceMode
from devices.pictures import Situation
from devices.state_change import StateChange
from rescue.store.connections import Pooled, PooledConnection
from rescue.store.rows import Record, Row
from rescue.store.sql import load_queries

SQL = load_queries("telemetry")
COPY_WITHIN_S = 30.0
DROP_WITHIN_S = 60.0
"""A day of a city is gigabytes of files to remove."""
ROWS_AT_ONCE = 500
"""Made and encoded before the event loop may do something else: about 5 ms."""
COLUMNS = (
    "at",
    "reported_at",
    "skew_s",
    "boot",
    "seq",
    "service_mode",
    "car_status",
    "door_status",
    "power_status",
    "situation",
    "online",
    "door_zone",
    "passenger_present",
    "lift_id",
    "car_position",
    "faults",
)

Word = TypeVar("Word", bound=StrEnum)


class Codes(Generic[Word]):
    """Words by their codes. Codes are kept for as long as telemetry is: append to a list, never change its order."""

    def __init__(self, *words: Word) -> None:
        self.words = words
        self.code_of = {word: code for code, word in enumerate(words)}


SERVICE_MODES = Codes(
    ServiceMode.UNKNOWN,
    ServiceMode.NORMAL,
    ServiceMode.STOPPED,
    ServiceMode.INSPECTION,
    ServiceMode.FIRE_RETURN,
    ServiceMode.FIREFIGHTER,
    ServiceMode.EMERGENCY_POWER,
    ServiceMode.EARTHQUAKE,
)
CAR_STATUSES = Codes(CarStatus.STOPPED, CarStatus.RUNNING)
DOOR_STATUSES = Codes(DoorStatus.UNKNOWN, DoorStatus.CLOSED, DoorStatus.OPENING, DoorStatus.OPEN, DoorStatus.CLOSING)
POWER_STATUSES = Codes(PowerStatus.UNKNOWN, PowerStatus.MAINS, PowerStatus.BATTERY, PowerStatus.LOST)
SITUATIONS = Codes(
    Situation.UNKNOWN,
    Situation.MOVING,
    Situation.WAY_OUT,
    Situation.RESTING,
    Situation.BETWEEN_LANDINGS,
    Situation.AT_LANDING,
)


class Place(NamedTuple):
    """Where a change stands among those of its lift, in order of time: where one page ends, the next begins."""

    at: datetime
    boot: int
    seq: int

    @classmethod
    def of(cls, change: StateChange) -> Self:
        """Of this change."""
        return cls(datetime.fromtimestamp(change.at, UTC), change.boot, change.seq)


class PostgresTelemetry(Pooled):
    """What lifts changed to, a day a partition."""

    async def append_telemetry(self, changes: Sequence[StateChange], now: datetime) -> None:
        """Write these changes, all or none; days they fall on, today and tomorrow are made where they are missing."""
        days = {_day_of(change.at) for change in changes} | {now.date(), now.date() + timedelta(days=1)}
        async with self._borrow() as connection:
            for day in sorted(days - await _days(connection)):
                await connection.execute(SQL["make_day"], day)
            await connection.copy_records_to_table(
                "telemetry", records=_rows(changes), columns=COLUMNS, timeout=COPY_WITHIN_S
            )

    async def drop_telemetry(self, before: date) -> Sequence[date]:
        """Drop every day before this one; which they were. StoreUnavailable if somebody reads on and on."""
        async with self._borrow() as connection:
            old = sorted(day for day in await _days(connection) if day < before)
            for day in old:
                await connection.execute(SQL["drop_day"], day, timeout=DROP_WITHIN_S)
        return old


async def _days(connection: PooledConnection) -> set[date]:
    return {row["day"] for row in await connection.fetch(SQL["days"])}


async def _rows(changes: Sequence[StateChange]) -> AsyncIterator[Row]:
    """In the order of COLUMNS, with a pause now and then: one core is shared with alarms."""
    for number, change in enumerate(changes, start=1):
        yield _row(change)
        if number % ROWS_AT_ONCE == 0:
            await asyncio.sleep(0)


def _row(change: StateChange) -> Row:
    return (
        datetime.fromtimestamp(change.at, UTC),
        change.reported_at,
        change.skew_s,
        change.boot,
        change.seq,
        SERVICE_MODES.code_of[change.service_mode],
        None if change.car_status is None else CAR_STATUSES.code_of[change.car_status],
        DOOR_STATUSES.code_of[change.door_status],
        POWER_STATUSES.code_of[change.power_status],
        SITUATIONS.code_of[change.situation],
        change.online,
        change.door_zone,
        change.passenger_present,
        change.lift_id,
        change.car_position,
        _faults_json(change.faults) if change.faults else None,
    )


def read_change(row: Record) -> StateChange:
    """What `append_telemetry` wrote."""
    return StateChange(
        lift_id=LiftId(row["lift_id"]),
        at=row["at"].timestamp(),
        reported_at=row["reported_at"],
        skew_s=row["skew_s"],
        boot=row["boot"],
        seq=row["seq"],
        online=row["online"],
        service_mode=SERVICE_MODES.words[row["service_mode"]],
        car_status=None if row["car_status"] is None else CAR_STATUSES.words[row["car_status"]],
        car_position=row["car_position"],
        door_zone=row["door_zone"],
        door_status=DOOR_STATUSES.words[row["door_status"]],
        passenger_present=row["passenger_present"],
        power_status=POWER_STATUSES.words[row["power_status"]],
        situation=SITUATIONS.words[row["situation"]],
        faults=_read_faults(row["faults"]),
    )


def _faults_json(faults: Sequence[RawFault]) -> str:
    return json.dumps([[raw.profile, raw.code, raw.fault] for raw in faults])


def _read_faults(text: str | None) -> tuple[RawFault, ...]:
    found: list[list[Any]] = json.loads(text) if text else []
    return tuple(RawFault(profile=profile, code=code, fault=fault and Fault(fault)) for profile, code, fault in found)


def _day_of(at: float) -> date:
    return datetime.fromtimestamp(at, UTC).date()
