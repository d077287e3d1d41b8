"""How long a crew takes to a lift: the protocol every estimate keeps, and the estimate that needs no map.

Knows places and the hour, nothing of crews' duties or of cases. Travel times by road (`dispatch/roads`) keep the same
protocol, with the straight line for places off the network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dispatch.crews import Position

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG

# China keeps one time without summer time, so a fixed offset serves and no time zone file need be read.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

# Road distance over straight distance. Published for random points within cities: 1.2 (Newell 1980). Ours is higher,
# for the railways, rivers and gated estates of a Chinese city: our judgement.
DETOUR_FACTOR = 1.3

# From the order until the crew drives off. Our judgement; the published first minutes are those of the answer.
TURN_OUT_S = 120.0

# Local hours 0-23. Zhengzhou's peak is 27 km/h, worst at 18:00, and takes 1.727 times as long as empty roads, hence
# 46.6 km/h at night (Amap's report on China's cities, first quarter of 2019). The hours between are our judgement.
SPEED_KMH_BY_HOUR = (
    *(46.6, 46.6, 46.6, 46.6, 46.6, 46.6),
    *(40.0, 29.0, 27.0, 31.0, 35.0, 35.0),
    *(36.0, 36.0, 35.0, 35.0, 32.0, 27.0),
    *(26.0, 30.0, 35.0, 39.0, 43.0, 46.6),
)


class TravelTimes(Protocol):
    """Seconds on the way from many places to one; infinite where there is no way."""

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        """Return one duration an origin, in their order, for setting out at `at` (aware)."""
        ...


def straight_m(start: Position, end: Position) -> float:
    """Return the great-circle distance (haversine) in metres."""
    lat, end_lat = math.radians(start.lat), math.radians(end.lat)
    half_lat = (end_lat - lat) / 2
    half_lon = math.radians(end.lon - start.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(end_lat) * math.sin(half_lon) ** 2
    # Rounding may carry the chord of opposite points past 1, where arcsine ends.
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def in_radians(positions: Sequence[Position | None]) -> NDArray[np.float64]:
    """Return longitude and latitude by row, not a number where there is no position."""
    degrees = [(math.nan, math.nan) if one is None else (one.lon, one.lat) for one in positions]
    return np.radians(np.array(degrees, dtype=np.float64).reshape(-1, 2))


def distances_m(places: NDArray[np.float64], end: Position) -> NDArray[np.float64]:
    """Return the same of many places, which are in radians."""
    lon, lat = math.radians(end.lon), math.radians(end.lat)
    half = (places - (lon, lat)) / 2
    chord = np.sin(half[:, 1]) ** 2 + math.cos(lat) * np.cos(places[:, 1]) * np.sin(half[:, 0]) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, chord))))


@dataclass(frozen=True, kw_only=True, slots=True)
class StraightLine:
    """Turn-out, then the straight distance stretched by a detour at the speed of the local hour."""

    time_zone: tzinfo = SHANGHAI
    detour_factor: float = DETOUR_FACTOR
    turn_out_s: float = TURN_OUT_S
    speed_kmh_by_hour: Sequence[float] = SPEED_KMH_BY_HOUR

    def __post_init__(self) -> None:
        speeds = self.speed_kmh_by_hour
        if len(speeds) != 24 or not all(0 < speed < math.inf for speed in speeds):
            raise ValueError("the speed profile needs 24 positive speeds, one an hour")
        if not (1 <= self.detour_factor < math.inf and 0 <= self.turn_out_s < math.inf):
            raise ValueError("the detour factor must be 1 or more and the turn-out not negative")

    def seconds(self, origins: Sequence[Position], destination: Position, at: datetime) -> list[float]:
        """Return turn-out plus driving time for each origin."""
        pace_s_per_m = self.detour_factor * 3.6 / self.speed_kmh_by_hour[at.astimezone(self.time_zone).hour]
        ways_s: list[float] = (self.turn_out_s + distances_m(in_radians(origins), destination) * pace_s_per_m).tolist()
        return ways_s
