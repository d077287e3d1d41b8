"""What a car's presence sensor says of the people inside, and how it goes wrong."""

from __future__ import annotations

from enum import Enum, auto
from random import Random


class Health(Enum):
    """How the sensor does."""

    ABSENT = auto()
    """The car never had one: not known."""
    WORKING = auto()
    FAILED = auto()
    """It was there, and now gives nothing: not known."""
    STUCK_ON = auto()
    STUCK_OFF = auto()
    FLAPPING = auto()
    """It sees people only when they move."""


class PresenceSensor:
    """One car's sensor; `read` gives True, False, or None for not known."""

    __slots__ = ("_built", "_rng", "health")

    def __init__(self, health: Health, rng: Random) -> None:
        self.health = self._built = health
        self._rng = rng

    def read(self, people: int) -> bool | None:
        """Whether it sees somebody."""
        match self.health:
            case Health.ABSENT | Health.FAILED:
                return None
            case Health.STUCK_ON:
                return True
            case Health.STUCK_OFF:
                return False
            case Health.FLAPPING:
                return people > 0 and self._rng.random() < 0.5
            case Health.WORKING:
                return people > 0

    def go_wrong(self, health: Health) -> None:
        """A sensor that was never there cannot break."""
        if self._built is not Health.ABSENT:
            self.health = health

    def repair(self) -> None:
        """As it was built."""
        self.health = self._built


def draw_sensor(rng: Random) -> PresenceSensor:
    """Three cars in four have one."""
    return PresenceSensor(Health.WORKING if rng.random() < 0.75 else Health.ABSENT, rng)
