"""How long each piece of road takes at an hour: km/h by road class and hour, as data with its sources.

The data is speeds.toml beside this module, or a file of the centre's own in the same form.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dispatch.roads.errors import RoadsUnusable
from dispatch.roads.geometry import Floats
from dispatch.roads.network import Network
from dispatch.roads.tags import ROAD_CLASSES

SHIPPED = Path(__file__).with_name("speeds.toml")
SLOWEST_KMH, FASTEST_KMH = 1.0, 200.0
WALK_KMH = 4.0
"""With tools, from the nearest road to the entrance and along a closed road: our judgement."""


class SpeedsUnusable(RoadsUnusable):
    """The file of speeds is not one; says where."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """`kmh` has a row for each road class, in the order of ROAD_CLASSES, and a column for each local hour."""

    kmh: Floats

    def is_same(self, hour: int, other: int) -> bool:
        """Whether roads are as fast in both hours."""
        return bool(np.array_equal(self.kmh[:, hour], self.kmh[:, other]))

    def drive_ms(self, network: Network, hour: int) -> Floats:
        """Milliseconds each piece takes from end to end."""
        kmh = self.kmh[network.road_class, hour]
        signed = np.where(network.limit_kmh > 0, np.minimum(kmh, network.limit_kmh), kmh)
        ms: Floats = np.maximum(1.0, network.length_m * 3600.0 / signed)
        return ms


def walk_ms(metres: Floats) -> Floats:
    """Milliseconds on foot."""
    return metres * (3600.0 / WALK_KMH)


def load_speeds(file: Path = SHIPPED) -> Speeds:
    """Read speeds by class and hour. Raises SpeedsUnusable."""
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SpeedsUnusable(f"speeds {file}: {error}") from None
    try:
        shares = {name: _read_shares(name, row) for name, row in _table(table, "share_of_empty").items()}
        roads = _table(table, "roads")
        return Speeds(np.stack([_read_road(name, roads, shares) for name in ROAD_CLASSES]))
    except ValueError as error:
        raise SpeedsUnusable(f"speeds {file}: {error}") from None


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name)
    if not isinstance(found, dict):
        raise ValueError(f"the table [{name}] is missing")
    return found


def _read_shares(name: str, row: Any) -> Floats:
    if not (isinstance(row, list) and len(row) == 24 and all(_is_within(share, 0.01, 2.0) for share in row)):
        raise ValueError(f"share_of_empty.{name} needs 24 numbers from 0.01 to 2, one an hour")
    return np.asarray(row, np.float64)


def _read_road(name: str, roads: Mapping[str, Any], shares: Mapping[str, Floats]) -> Floats:
    road = roads.get(name)
    if not isinstance(road, dict) or road.get("hours") not in shares:
        raise ValueError(f"roads.{name} needs km_h, and hours that share_of_empty knows")
    if not _is_within(road.get("km_h"), SLOWEST_KMH, FASTEST_KMH):
        raise ValueError(f"roads.{name}.km_h is {road.get('km_h')}, must be {SLOWEST_KMH:g} to {FASTEST_KMH:g}")
    kmh: Floats = shares[road["hours"]] * road["km_h"]
    return kmh


def _is_within(number: Any, least: float, most: float) -> bool:
    return isinstance(number, int | float) and math.isfinite(number) and least <= number <= most
