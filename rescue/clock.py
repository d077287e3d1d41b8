"""The one place that reads the machine's clocks. Everything else is handed the time.

The time of the service is steady: it goes on from the machine's time at the start by the count of seconds since boot,
which nobody can set, and which counts a suspended machine's sleep too. Deadlines are instants of the wall clock, so a
clock that is set back by an hour would otherwise leave an offer unanswered for an hour, and one that is set forward
would make every lift of the city off line and every crew late in the same second.

When the machine's clock is found to be ahead of ours or behind it, `follow` goes after it by a tenth of the time that
passes, so that within a minute a limit of three minutes is wrong by seconds, never by the step: an hour takes ten. A
step forward of up to `AT_ONCE_S` is followed at once, as after a short stop of a virtual machine: being early by so
little wakes nobody in vain. A restart begins with the machine's time, whatever it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

AT_ONCE_S = 10.0
PACE = 0.1
"""Seconds by which we follow, for each second that passes."""


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SystemClock:
    """A steady clock that starts with the machine's time, and follows it if `follow` is called from time to time."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = _since_boot) -> None:
        """`wall` gives POSIX seconds and may jump; `steady` gives seconds since whenever and never jumps."""
        self._wall = wall
        self._steady = steady
        self._offset = wall() - steady()
        self._followed_at = steady()

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def seconds(self) -> float:
        """The same as POSIX seconds, for the hot path."""
        return self._steady() + self._offset

    def ahead_s(self) -> float:
        """By how much the machine's clock is ahead of ours; negative if it is behind."""
        return self._wall() - self.seconds()

    def follow(self) -> float:
        """Go after the machine's clock by what is due since the last call; returns by how much it was ahead."""
        ahead_s = self.ahead_s()
        since, self._followed_at = self._followed_at, self._steady()
        most = PACE * (self._followed_at - since)
        at_once = 0 <= ahead_s <= AT_ONCE_S
        self._offset += ahead_s if at_once else min(max(ahead_s, -most), most)
        return ahead_s
