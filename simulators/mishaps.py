"""What happens to messages between a controller and the broker: some are lost, doubled, delayed or overtaken.

Chance comes from the generator handed in, time is an argument. Only QoS 0 is lost: what has a promise arrives, if late
and twice. A report that is overtaken waits for the next one of the same lift, but not for ever.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from simulators.reports import Report

DELAYED_S = (1.0, 30.0)
OVERTAKEN_WITHIN_S = 10.0
CLOCK_FAULTS = ((-600.0, 600.0), (28_800.0, 28_800.0), (-1.6e9, -1.6e9))
"""Off by minutes, by Zhengzhou's eight hours, and by some fifty years where the battery is empty."""
CLOCK_WEIGHTS = (6, 3, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How many of all messages meet with which mishap, 0 to 1."""

    lost: float = 0.0
    doubled: float = 0.0
    delayed: float = 0.0
    reordered: float = 0.0


class Mishaps:
    """Reports go in as lifts say them and come out as the broker is to hear them."""

    def __init__(self, shares: Shares, rng: Random) -> None:
        self._shares = shares
        self._rng = rng
        self._waiting: list[tuple[float, int, Report]] = []
        self._overtaken: dict[str, tuple[float, Report]] = {}
        self._numbers = count()
        self.counts: Counter[str] = Counter()

    def take(self, report: Report, now: float) -> Iterator[Report]:
        """What goes out at once because of this report."""
        shares, draw = self._shares, self._rng.random
        if shares.lost and report.qos == 0 and draw() < shares.lost:
            self.counts["lost"] += 1
            return
        if shares.delayed and draw() < shares.delayed:
            self.counts["delayed"] += 1
            heapq.heappush(self._waiting, (now + self._rng.uniform(*DELAYED_S), next(self._numbers), report))
            return
        if shares.reordered and report.lift_id not in self._overtaken and draw() < shares.reordered:
            self.counts["reordered"] += 1
            self._overtaken[report.lift_id] = (now + OVERTAKEN_WITHIN_S, report)
            return
        yield report
        if shares.doubled and draw() < shares.doubled:
            self.counts["doubled"] += 1
            yield report
        if report.lift_id in self._overtaken:
            yield self._overtaken.pop(report.lift_id)[1]

    def take_due(self, now: float) -> Iterator[Report]:
        """What has waited long enough."""
        while self._waiting and self._waiting[0][0] <= now:
            yield heapq.heappop(self._waiting)[2]
        for lift_id in [lift_id for lift_id, (until, _) in self._overtaken.items() if until <= now]:
            yield self._overtaken.pop(lift_id)[1]


def draw_clock_fault(rng: Random) -> float:
    """Seconds by which a wrong clock is ahead."""
    return rng.uniform(*rng.choices(CLOCK_FAULTS, CLOCK_WEIGHTS)[0])
