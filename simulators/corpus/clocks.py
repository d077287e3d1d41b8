"""The clocks of lifts: right, wrong, drifting, jumping, dead. A lift stamps its messages with what its clock shows."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftClock:
    """One lift's clock, against the world's time."""

    offset_s: float = 0.0
    drift: float = 0.0
    """Seconds it gains each second."""
    set_at: float = 0.0
    """When it was last right, apart from its offset."""
    jumps_at: float = float("inf")
    jump_s: float = 0.0
    is_dead: bool = False

    def read(self, at: float) -> float | None:
        """What the clock shows; None for a dead one."""
        if self.is_dead:
            return None
        jumped_s = self.jump_s if at >= self.jumps_at else 0.0
        return at + self.offset_s + self.drift * (at - self.set_at) + jumped_s


RIGHT = LiftClock()


def draw_wrong_clock(rng: Random, at: float) -> LiftClock:
    """Seconds to years off, gaining or losing, set anew during the day, or without any time at all."""
    offset_s = rng.choice((-3.0, 40.0, -600.0, 8 * 3600.0, -30 * _DAY_S, 400 * _DAY_S)) * rng.uniform(0.5, 1.5)
    match rng.randrange(5):
        case 0:
            return LiftClock(is_dead=True)
        case 1:
            return LiftClock(drift=rng.choice((-1, 1)) * rng.uniform(0.001, 0.05), set_at=at)
        case 2:
            return LiftClock(offset_s=offset_s, jumps_at=at + rng.uniform(600, 7200), jump_s=-offset_s)
        case _:
            return LiftClock(offset_s=offset_s)
