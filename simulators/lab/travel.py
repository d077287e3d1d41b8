"""What a centre without roads reckons with: the straight line, as its own experience has corrected it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dispatch.crews import Position
from dispatch.travel import StraightLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """TravelTimes by the straight line, drives taking `pace` times as long."""

    pace: float
    straight: StraightLine = field(default_factory=StraightLine)

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        """Return one duration an origin."""
        turn_out_s = self.straight.turn_out_s
        return [turn_out_s + self.pace * (one - turn_out_s) for one in self.straight.seconds(origins, destination, at)]

    def of_hour(self, at: datetime) -> tuple[float, float]:
        """Seconds until a crew sets out, and seconds a metre."""
        speed_kmh = self.straight.speed_kmh_by_hour[at.astimezone(self.straight.time_zone).hour]
        return self.straight.turn_out_s, self.pace * self.straight.detour_factor * 3.6 / speed_kmh
