"""How much longer than by the map drives take, set so that today's practice takes what Zhengzhou published.

It is the one free figure of the lab, and the same for every policy. Arrivals grow with it in a straight line as long as
the same crews are asked, so a few rounds over some weeks find it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulators.lab.calls import Call
from simulators.lab.policies import Practice
from simulators.lab.town import Town
from simulators.lab.year import Year

PUBLISHED_MEAN_S = 14.3 * 60
"""Zhengzhou, 2018: 12,052 entrapments."""
ROUNDS = 4
CALLS = 2_500
"""Of the year's beginning; so many that their mean is known to a few seconds."""


def find_pace(town: Town, today: Practice, calls: Sequence[Call], seed: int) -> float:
    """Return the pace at which today's practice arrives after PUBLISHED_MEAN_S in the mean."""
    pace = 1.0
    for _ in range(ROUNDS):
        courses = Year(town=town, practice=today, pace=pace, seed=seed).live(calls[:CALLS])
        came = [one for one in courses if one.arrival_s is not None]
        mean_s = float(np.mean([one.arrival_s for one in came if one.arrival_s is not None]))
        drive_s = float(np.mean([one.drive_s for one in came]))
        pace *= 1 + (PUBLISHED_MEAN_S - mean_s) / drive_s
    return pace
