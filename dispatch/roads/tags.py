"""Which ways of the map a rescue crew may drive, in which direction, and what the signs say of speed.

Decides on the tags of one way alone. A crew may enter what is private, for residents or for delivery: that is where
lifts are. It may not enter what is closed to motor vehicles, unless the map lets emergency vehicles in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

Tags = Mapping[str, str]

ROAD_CLASSES = (
    *("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link"),
    *("tertiary", "tertiary_link", "unclassified", "residential", "road", "living_street", "service", "emergency_way"),
)
"""Their places in this list stand in the networks on disk: add at the end only."""

EMERGENCY_WAYS = frozenset({"pedestrian", "footway", "path", "track", "cycleway", "busway", "bus_guideway"})
"""Driven only where the map lets emergency vehicles in."""
LETS_IN = frozenset({"yes", "designated", "official", "permissive", "private", "destination"})
KEEPS_OUT = frozenset({"no", "agricultural", "forestry"})
ROUNDABOUTS = frozenset({"roundabout", "circular"})

SLOWEST_SIGN_KMH, FASTEST_SIGN_KMH = 5.0, 140.0
"""Signs beyond are slips of the map's makers."""
KMH_A_MPH = 1.609344
_SIGN = re.compile(r"(-?\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?")


class Direction(IntEnum):
    """In which direction of its points a way is driven."""

    BOTH = 0
    FORWARD = 1
    BACKWARD = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """What the tags of a drivable way come to. `limit_kmh` is None without a sign that can be believed."""

    road_class: int
    direction: Direction
    limit_kmh: float | None
    sign_is_absurd: bool
    name: str


def read_road(tags: Tags) -> Road | None:
    """Return the way as a road, or None if no crew may drive it."""
    road_class = _class_of(tags)
    if road_class is None or tags.get("area") == "yes":
        return None
    limit_kmh, is_absurd = _read_limit(tags.get("maxspeed", ""))
    return Road(
        road_class=ROAD_CLASSES.index(road_class),
        direction=_direction_of(tags),
        limit_kmh=limit_kmh,
        sign_is_absurd=is_absurd,
        name=tags.get("name") or tags.get("ref", ""),
    )


def _class_of(tags: Tags) -> str | None:
    highway = tags.get("highway", "")
    lets_emergency_in = tags.get("emergency") in LETS_IN
    if highway in EMERGENCY_WAYS:
        return "emergency_way" if lets_emergency_in else None
    is_open = lets_emergency_in or _strictest_word(tags) not in KEEPS_OUT
    return highway if highway in ROAD_CLASSES and is_open else None


def _strictest_word(tags: Tags) -> str:
    """The word for motor vehicles if there is one, else that for any vehicle, else that for all."""
    return tags.get("motor_vehicle") or tags.get("vehicle") or tags.get("access", "")


def _direction_of(tags: Tags) -> Direction:
    match tags.get("oneway"):
        case "yes" | "true" | "1":
            return Direction.FORWARD
        case "-1" | "reverse":
            return Direction.BACKWARD
        case "no" | "false" | "0":
            return Direction.BOTH
    is_one_way = tags.get("junction") in ROUNDABOUTS or tags.get("highway") == "motorway"
    return Direction.FORWARD if is_one_way else Direction.BOTH


def _read_limit(sign: str) -> tuple[float | None, bool]:
    """Return the limit, and whether what stands there is absurd; words such as CN:urban are neither."""
    number = _SIGN.fullmatch(sign.strip())
    if number is None:
        return None, False
    kmh = float(number[1]) * (KMH_A_MPH if number[2] == "mph" else 1.0)
    return (kmh, False) if SLOWEST_SIGN_KMH <= kmh <= FASTEST_SIGN_KMH else (None, True)
