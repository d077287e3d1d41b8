"""When crews are on duty: who works which hours of the day, by the city's time.

The hours are a usual roster and our judgement: most people work by day, the evening is covered by a late shift, a
fifth keeps watch at night, and of every company or station one crew can always be called. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """From one hour to another, over midnight if the second is the smaller; `weight` of it among those drawn."""

    since_h: int
    until_h: int
    weight: int

    def covers(self, hour: int) -> bool:
        """Whether somebody of this shift is on duty in that hour of the day."""
        if self.since_h < self.until_h:
            return self.since_h <= hour < self.until_h
        return hour >= self.since_h or hour < self.until_h


ALWAYS = "always"
SHIFTS: Mapping[str, Shift] = {
    "day": Shift(since_h=8, until_h=18, weight=50),
    "late": Shift(since_h=14, until_h=22, weight=28),
    "night": Shift(since_h=22, until_h=8, weight=22),
    ALWAYS: Shift(since_h=0, until_h=24, weight=0),
}
HOUR = 15
"""In the afternoon two shifts overlap; a city is drawn at this hour unless another is asked for."""


def is_on_duty(shift: str, hour: int) -> bool:
    """Whether a crew of that shift is on duty; KeyError for a shift that there is not."""
    return SHIFTS[shift].covers(hour)
