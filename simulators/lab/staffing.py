"""Other crews than there are: the same town with fewer of them, or with others' hours."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.lab.town import Town
from simulators.shifts import ALWAYS

NOBODY = "nobody"
"""A shift that there is not: this crew does not exist."""
EVERY_FIFTH, EVERY_TENTH = 5, 10


def fewer(town: Town) -> Sequence[str]:
    """Every fifth crew less, but for the one of each company that can always be called."""
    return [
        NOBODY if row % EVERY_FIFTH == 0 and crew.shift != ALWAYS else crew.shift
        for row, crew in enumerate(town.city.crews)
    ]


def more_at_night(town: Town) -> Sequence[str]:
    """Every tenth crew of the day works by night instead."""
    return [
        "night" if row % EVERY_TENTH == 0 and crew.shift == "day" else crew.shift
        for row, crew in enumerate(town.city.crews)
    ]
