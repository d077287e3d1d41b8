"""What a city's lifts say, one status a lift and period, put together from pieces made ready beforehand.

A packet is a head of the lift's own (fixed header and topic), the instant and number of this moment, and the rest,
which is the same for every lift that does the same thing. So that heads can be made beforehand every rest has the same
length, filled up with blanks that JSON ignores. A lift lives the same minute again and again: half of them rest, half
make two rides. Nothing is drawn here, and no clock is read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from simulators.packets import publish_packet
from simulators.reports import write_instant

BOOT = 1_763_856_000
FIRST_SEQ = 1_000_000
"""All numbers have seven digits, and so the same length."""
MINUTE_S = 60.0
BASES = 8
"""Landings from which lifts set out: so many stories are told of either kind."""
RETAINED = 0x31
AT_REST: dict[str, Any] = {
    "service_mode": "normal",
    "car_status": "stopped",
    "car_direction": "none",
    "door_zone": True,
    "door_status": "closed",
    "passenger_status": False,
    "power_status": "mains",
    "faults": [],
}
DARK = {**AT_REST, "service_mode": "stopped", "power_status": "lost"}
"""A car that lost its power at a landing."""
TRAPPED = {**DARK, "door_zone": False, "passenger_status": True}
"""One that lost it on its way, with people inside."""


class Topic(NamedTuple):
    """Of which lift, in which area."""

    area: str
    lift_id: str

    def of(self, channel: str) -> str:
        """The topic of one of its channels."""
        return f"lifts/v1/{self.area}/{self.lift_id}/{channel}"


Story = Sequence[bytes]
"""The rest of each status of a lift's minute."""


def is_at_rest(number: int) -> bool:
    """Whether the lift of this place among all makes no rides."""
    return number % (2 * BASES) < BASES


def steps_of(period_s: float) -> int:
    """How many statuses a minute has: at least one."""
    return max(1, round(MINUTE_S / period_s))


class Talk:
    """The statuses of these lifts. `lifts` may go dark; then they say so at each turn."""

    def __init__(self, lifts: Sequence[Topic], period_s: float) -> None:
        self._steps = steps_of(period_s)
        tales = [[_resting(base)] * self._steps for base in range(1, BASES + 1)]
        tales += [_minute(base, self._steps) for base in range(1, BASES + 1)]
        dark = [_dump({**body, "car_position": 1}) for body in (DARK, TRAPPED)]
        told = [[_dump(body) for body in tale] for tale in tales]
        longest = max(len(rest) for tale in [*told, dark] for rest in tale)
        stories = [[_fill(rest, longest) for rest in tale] for tale in told]
        self._dark, self._trapped = ([_fill(rest, longest)] * self._steps for rest in dark)
        self._stories: list[Story] = [stories[turn % len(stories)] for turn in range(len(lifts))]
        length = len(_said(0.0, 0)) + longest
        self._heads = [publish_packet(lift.of("status"), bytes(length))[:-length] for lift in lifts]
        self._kept_heads = [bytes((RETAINED,)) + head[1:] for head in self._heads]

    def __len__(self) -> int:
        return len(self._heads)

    def packets(self, first: int, last: int, turn: int, now: float) -> list[bytes]:
        """What the lifts from `first` to before `last` say in this turn: three pieces a lift."""
        said, steps = _said(now, 2 * turn), self._steps
        pieces: list[bytes] = []
        heads, kept, stories = self._heads, self._kept_heads, self._stories
        for lift in range(first, last):
            step = (turn + lift) % steps
            pieces += (heads[lift] if step else kept[lift], said, stories[lift][step])
        return pieces

    def births(self, now: float) -> list[bytes]:
        """The first status of each, which is to be retained."""
        said = _said(now, 0)
        return [head + said + story[0] for head, story in zip(self._kept_heads, self._stories, strict=True)]

    def darken(self, first: int, last: int, trapped: frozenset[int], turn: int, now: float) -> list[bytes]:
        """They lose their power, and say so between this turn and the next; to be retained, as any change of supply."""
        for lift in range(first, last):
            self._stories[lift] = self._trapped if lift in trapped else self._dark
        said = _said(now, 2 * turn + 1)
        return [self._kept_heads[lift] + said + self._stories[lift][0] for lift in range(first, last)]


def _said(now: float, number: int) -> bytes:
    """The beginning of a status. Alike in length for every instant and number."""
    return b'{"ts":"%s","seq":%d' % (write_instant(now).encode(), FIRST_SEQ + number)


def _dump(body: dict[str, Any]) -> bytes:
    return b"," + json.dumps({"boot": BOOT, **body}, separators=(",", ":")).encode()[1:]


def _fill(rest: bytes, length: int) -> bytes:
    return rest[:-1].ljust(length - 1) + b"}"


def _resting(base: int) -> dict[str, Any]:
    return {**AT_REST, "car_position": base}


def _minute(base: int, steps: int) -> list[dict[str, Any]]:
    return [_ride(base, MINUTE_S * step / steps) for step in range(steps)]


def _ride(base: int, at_s: float) -> dict[str, Any]:
    """Somebody gets in, goes eight floors up in 16 s and gets out; half a minute later the car is called back."""
    top, resting = base + 8, _resting(base)
    open_inside = {**resting, "door_status": "open", "passenger_status": True}
    if at_s < 5:
        return open_inside
    if at_s < 21:
        return {**_running("up", base + int((at_s - 5) / 2)), "passenger_status": True}
    if at_s < 26:
        return {**open_inside, "car_position": top}
    if at_s < 36:
        return {**resting, "car_position": top}
    return _running("down", top - int((at_s - 36) / 2)) if at_s < 52 else resting


def _running(direction: str, position: int) -> dict[str, Any]:
    running = {"car_status": "running", "car_direction": direction, "door_zone": False, "car_position": position}
    return {**AT_REST, **running}
