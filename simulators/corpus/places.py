"""What kinds of buildings there are: how high, how full the cars, how long doors stay open. Round figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One kind of building."""

    name: str
    floors: tuple[int, int]
    people: float
    """Mean in an occupied car."""
    open_s: Range
    gap_s: Range
    """Between rides."""
    second_a_floor: float = 1.8
    parks: bool = False
    """An empty car goes home to the ground floor and waits there behind a closed door."""

    def draw_people(self, rng: Random) -> int:
        """At least one, at most a full car."""
        limit, product, people = math.exp(-max(self.people - 1, 0.01)), rng.random(), 1
        while product > limit and people < 13:
            people, product = people + 1, product * rng.random()
        return people


PLACES = (
    Place(name="homes", floors=(6, 33), people=1.6, open_s=(3, 6), gap_s=(15, 240)),
    Place(name="homes, old", floors=(6, 11), people=1.4, open_s=(4, 8), gap_s=(30, 300)),
    Place(name="office", floors=(10, 40), people=5, open_s=(4, 9), gap_s=(2, 60), parks=True),
    Place(name="tower", floors=(45, 80), people=6, open_s=(4, 9), gap_s=(2, 60), second_a_floor=1.2, parks=True),
    Place(name="mall", floors=(3, 8), people=6, open_s=(6, 15), gap_s=(1, 30)),
    Place(name="hospital", floors=(5, 20), people=4, open_s=(8, 40), gap_s=(1, 60)),
    Place(name="hotel", floors=(8, 30), people=2, open_s=(4, 10), gap_s=(10, 180), parks=True),
    Place(name="school", floors=(4, 12), people=4, open_s=(4, 10), gap_s=(5, 300)),
    Place(name="transport", floors=(2, 4), people=5, open_s=(8, 20), gap_s=(1, 30), second_a_floor=4),
)
