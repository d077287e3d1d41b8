"""How much faster than life people live in a simulation, while lifts, deadlines and the service keep the real clock."""

from __future__ import annotations

from dataclasses import dataclass

DEMO_LIFE_FACTOR = 30.0
"""The demo's own pace: at `--speed 1` a quarter of an hour's drive takes half a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`factor` seconds of life pass in one real second."""

    factor: float

    def real_s(self, life_s: float) -> float:
        """Real seconds that so much of life takes."""
        return life_s / self.factor

    def life_s(self, real_s: float) -> float:
        """Seconds of life that pass in so much real time."""
        return real_s * self.factor
