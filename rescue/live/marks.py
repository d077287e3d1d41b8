"""Every lift as one number of state bits, its floor and when it was heard, in vectors that all clients share.

Decides what a lift's mark says, which moments there are, and which lifts a client has missed since the moment it was
told last: those stamped later, whatever it did not get in between. Must not know who is told, nor whence lifts come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from devices.links import LATE_REPORTS
from devices.messages import CarDirection, CarStatus, DoorStatus, LiftId, PowerStatus, ServiceMode
from devices.pictures import Situation
from devices.slot import NONE_YET, LiftSlot, Rules
from rescue.live.messages import BitField

LAYOUT = 1
IN_A_FRAME = 4_096
"""Lifts: 48 KiB, so that an event never waits for more than that."""
NO_FLOOR = -32_768
OLDEST_S = 65_534

HEADER = np.dtype(
    [
        ("layout", "u1"),
        ("forget", "u1"),
        ("record", "<u2"),
        ("count", "<u4"),
        ("at", "<f8"),
        ("moment", "<u4"),
        ("lifts", "<u4"),
        ("spare", "<u8"),
    ]
)
ROW = np.dtype([("bits", "u4"), ("floor", "f8"), ("heard_at", "f8"), ("quiet_by", "f8"), ("changed", "i8")])
"""Of a lift: `floor` is not a number if the car's label is none."""
RECORD = np.dtype([("place", "<u4"), ("bits", "<u4"), ("floor", "<i2"), ("age_s", "<u2")])


class Link(IntEnum):
    """Whether the lift is heard."""

    UNHEARD = 0
    ONLINE = 1
    LATE = 2
    OFFLINE = 3


class Field(NamedTuple):
    """Some bits of a mark, and what the number in them means."""

    name: str
    shift: int
    width: int
    words: Sequence[str]

    def spell(self) -> dict[Any, int]:
        """For each word, its number in its place."""
        return {word: number << self.shift for number, word in enumerate(self.words)}


NO_YES = ("no", "yes")
LINK = Field("link", 0, 2, tuple(one.name.lower() for one in Link))
SITUATION = Field("situation", 2, 3, tuple(Situation))
DOOR = Field("door", 5, 3, tuple(DoorStatus))
DIRECTION = Field("direction", 8, 2, tuple(CarDirection))
POWER = Field("power", 10, 2, tuple(PowerStatus))
SERVICE = Field("service", 12, 3, tuple(ServiceMode))
INSIDE = Field("inside", 15, 2, ("unknown", "nobody", "somebody"))
RUNNING = Field("running", 17, 1, NO_YES)
DOOR_ZONE = Field("door_zone", 18, 1, NO_YES)
FAULTY = Field("faulty", 19, 1, NO_YES)
TRAPPED = Field("trapped", 20, 1, NO_YES)
ALARM = Field("alarm", 21, 1, NO_YES)
FIELDS = (
    LINK, SITUATION, DOOR, DIRECTION, POWER, SERVICE, INSIDE, RUNNING, DOOR_ZONE, FAULTY, TRAPPED, ALARM,
)  # fmt: skip

_SITUATION, _DOOR, _DIRECTION = SITUATION.spell(), DOOR.spell(), DIRECTION.spell()
_POWER, _SERVICE = POWER.spell(), SERVICE.spell()
_INSIDE: Mapping[bool | None, int] = {None: 0, False: 1 << INSIDE.shift, True: 2 << INSIDE.shift}
_UNSAID = _DOOR[DoorStatus.UNKNOWN] | _POWER[PowerStatus.UNKNOWN] | _SERVICE[ServiceMode.UNKNOWN]
_LINK_BITS = (1 << LINK.width) - 1


def describe_bits() -> list[BitField]:
    """How a mark is to be read."""
    return [BitField(name=one.name, shift=one.shift, width=one.width, words=[*map(str, one.words)]) for one in FIELDS]


def bits_of(slot: LiftSlot) -> int:
    """A lift's mark; whether it is late is found by looking at the time, for nothing is heard then."""
    bits = _link(slot) | _SITUATION[slot.situation] | _said(slot)
    if slot.conditions and any(condition.holds for condition in slot.conditions.values()):
        bits |= 1 << FAULTY.shift
    if slot.found is not None:
        bits |= 1 << TRAPPED.shift
    if slot.open_alarm != NONE_YET:
        bits |= 1 << ALARM.shift
    return bits


def _link(slot: LiftSlot) -> int:
    if slot.online is None:
        return Link.UNHEARD
    return Link.ONLINE if slot.online else Link.OFFLINE


def _said(slot: LiftSlot) -> int:
    status = slot.status
    if status is None:
        return _UNSAID
    return (
        _DOOR[status.door_status]
        | _DIRECTION[status.car_direction]
        | _POWER[status.power_status]
        | _SERVICE[status.service_mode]
        | _INSIDE[status.passenger_present]
        | (status.car_status is CarStatus.RUNNING) << RUNNING.shift
        | bool(status.door_zone) << DOOR_ZONE.shift
    )


class Marks:
    """The marks of all lifts. A lift's place is kept for as long as this lives."""

    def __init__(self, rules: Rules) -> None:
        self.moment = 0
        """Of the newest marks; there is another whenever any have changed."""
        self._late_within_s = (rules.missed_reports - LATE_REPORTS) * rules.report_period_s
        self._places: dict[LiftId, int] = {}
        self._rows = _never_heard(0)
        self._at = 0.0
        self._frames: dict[int, list[bytes]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def know(self, lift_ids: Iterable[LiftId]) -> None:
        """These lifts have places from now on, the new ones after all others."""
        for lift_id in lift_ids:
            self._places.setdefault(lift_id, len(self._places))
        fresh = _never_heard(len(self._places) - len(self._rows))
        fresh["changed"] = self.moment + 1
        self._rows = np.concatenate([self._rows, fresh])

    def place_of(self, lift_id: LiftId) -> int:
        """KeyError for a lift that has no place."""
        return self._places[lift_id]

    def note(self, slots: Iterable[LiftSlot]) -> None:
        """These lifts may have changed: they are part of the next moment. Such as have no place are left out."""
        known = [slot for slot in slots if slot.lift_id in self._places]
        at, rows = np.array([self._places[slot.lift_id] for slot in known], np.int64), self._rows
        rows["bits"][at] = np.array([bits_of(slot) for slot in known], np.uint32)
        rows["floor"][at] = np.array([slot.motion.floor for slot in known], np.float64)
        rows["heard_at"][at] = np.array([slot.heard_at for slot in known], np.float64)
        rows["quiet_by"][at] = np.array([slot.quiet_by for slot in known], np.float64)
        rows["changed"][at] = self.moment + 1

    def find_late(self, now: float) -> None:
        """Lifts of which a report is missing by now are part of the next moment."""
        rows = self._rows
        are_online = (rows["bits"] & _LINK_BITS) == Link.ONLINE
        late = np.flatnonzero(are_online & (rows["quiet_by"] - now < self._late_within_s))
        rows["bits"][late] ^= np.uint32(Link.ONLINE ^ Link.LATE)
        rows["changed"][late] = self.moment + 1

    def close_moment(self, now: float) -> None:
        """What was noted is the newest moment, if anything was."""
        if (self._rows["changed"] > self.moment).any():
            self.moment += 1
            self._at = now
            self._frames.clear()

    def frames_since(self, moment: int | None) -> Sequence[bytes]:
        """What has changed since that moment, None for everything: the same bytes for all who ask."""
        since = -1 if moment is None else moment
        found = self._frames.get(since)
        if found is None:
            found = self._frames[since] = self._make_frames(since)
        return found

    def _make_frames(self, since: int) -> list[bytes]:
        places = np.flatnonzero(self._rows["changed"] > since)
        rows = self._rows[places]
        records = np.empty(len(places), RECORD)
        has_floor = np.abs(rows["floor"]) < -NO_FLOOR
        records["place"], records["bits"] = places, rows["bits"]
        records["floor"] = np.where(has_floor, rows["floor"], NO_FLOOR)
        records["age_s"] = np.clip(self._at - rows["heard_at"], 0, OLDEST_S)
        starts = range(0, max(1, len(records)), IN_A_FRAME)
        parts = ((start, records[start : start + IN_A_FRAME]) for start in starts)
        return [self._header(part, forget=since < 0 and start == 0) + part.tobytes() for start, part in parts]

    def _header(self, records: npt.NDArray[Any], *, forget: bool) -> bytes:
        fields = (LAYOUT, forget, RECORD.itemsize, len(records), self._at, self.moment, len(self), 0)
        return np.array(fields, HEADER).tobytes()


def _never_heard(lifts: int) -> npt.NDArray[Any]:
    return np.array([(_UNSAID, np.nan, 0.0, np.inf, 0)] * lifts, ROW)
