"""How often a lift is called, by place and hour: the rhythm of homes, offices, malls and hospitals.

Calls a day are round figures for a lift of that kind; the hourly shares are drawn from common sense (homes peak
before work and at dinner, offices at nine, noon and six). Nothing here is measured.
"""

from __future__ import annotations

from random import Random

CITY_UTC_OFFSET_H = 8
"""Zhengzhou keeps one time all year."""

CALLS_A_DAY = {
    "residential": 160,
    "office": 350,
    "mall": 450,
    "hotel": 250,
    "hospital": 450,
    "school": 150,
    "transport": 450,
    "other": 120,
}

_HOURLY_WEIGHTS = {
    "residential": (3, 2, 1, 1, 1, 4, 12, 22, 18, 10, 8, 10, 13, 10, 8, 8, 10, 16, 24, 20, 14, 12, 9, 5),
    "office": (0, 0, 0, 0, 0, 0, 2, 10, 28, 22, 12, 14, 20, 16, 12, 12, 12, 16, 24, 8, 4, 2, 1, 0),
    "mall": (0, 0, 0, 0, 0, 0, 0, 1, 2, 6, 12, 14, 16, 14, 14, 14, 14, 16, 20, 22, 18, 10, 2, 0),
    "hotel": (2, 1, 1, 1, 1, 2, 8, 14, 14, 10, 8, 8, 10, 8, 8, 8, 8, 10, 12, 12, 12, 12, 10, 6),
    "hospital": (2, 1, 1, 1, 2, 4, 8, 16, 22, 22, 20, 16, 12, 12, 16, 16, 14, 12, 10, 8, 6, 5, 4, 3),
    "school": (0, 0, 0, 0, 0, 0, 4, 16, 20, 16, 14, 16, 14, 14, 14, 14, 14, 14, 8, 6, 6, 6, 2, 0),
    "transport": (1, 0, 0, 0, 0, 2, 10, 20, 22, 16, 14, 14, 14, 14, 14, 14, 16, 20, 22, 16, 12, 10, 8, 4),
    "other": (0, 0, 0, 0, 0, 0, 1, 4, 10, 14, 12, 10, 8, 8, 14, 14, 12, 8, 4, 6, 6, 2, 0, 0),
}
_QUIET_CALLS_AN_HOUR = 0.2


def _calls_an_hour(place_type: str) -> tuple[float, ...]:
    weights = _HOURLY_WEIGHTS[place_type]
    return tuple(max(_QUIET_CALLS_AN_HOUR, CALLS_A_DAY[place_type] * weight / sum(weights)) for weight in weights)


_CALLS_AN_HOUR = {place_type: _calls_an_hour(place_type) for place_type in CALLS_A_DAY}


def draw_gap_s(rng: Random, place_type: str, now: float) -> float:
    """Seconds until the next call at a lift of that place, `now` being POSIX seconds."""
    hour = int(now // 3600 + CITY_UTC_OFFSET_H) % 24
    return rng.expovariate(_CALLS_AN_HOUR[place_type][hour]) * 3600


def draw_party(rng: Random) -> int:
    """People in the car: 1 + Poisson(1), mean 2, as the entrapment statistics have it; at most 8."""
    people, product = 1, rng.random()
    while product > 0.36787944117144233 and people < 8:
        people, product = people + 1, product * rng.random()
    return people
