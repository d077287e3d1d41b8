"""What a base map is made of: shapes on the unit square of Web Mercator, with a class and a name.

Decides which class a thing of OpenStreetMap is drawn as, and from which zoom on. Where a tile ends is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Tags = Mapping[str, str]

FIRST_ZOOM, LAST_ZOOM = 6, 14
"""Closer than the last zoom its tiles are drawn larger: a step of their grid is half a metre there."""
NORTHERNMOST = 85.051128779806


class Shape(IntEnum):
    """As the tiles number them."""

    POINT = 1
    LINE = 2
    AREA = 3


class Style(NamedTuple):
    """How a feature is to be drawn: equal ones of a tile become one."""

    layer: str
    shape: Shape
    drawn_as: str
    name: str = ""
    rank: int = 0
    """Of places: the greater goes before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing of the map. An area's first part is its outer ring, the others are holes in it."""

    style: Style
    from_zoom: int
    parts: tuple[Floats, ...]
    """Of each the points, x to the east and y to the south from 0 to 1."""


def on_unit_square(lon_lat: Floats) -> Floats:
    """Degrees to Web Mercator, one row a point."""
    lat = np.clip(lon_lat[:, 1], -NORTHERNMOST, NORTHERNMOST)
    sine = np.sin(np.radians(lat))
    return np.column_stack((lon_lat[:, 0] / 360 + 0.5, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)))


ROADS: Mapping[str, tuple[str, int]] = {
    "motorway": ("fast", 6),
    "trunk": ("fast", 6),
    "primary": ("main", 8),
    "secondary": ("avenue", 10),
    "tertiary": ("avenue", 11),
    "unclassified": ("street", 12),
    "residential": ("street", 12),
    "road": ("street", 12),
    "living_street": ("street", 13),
    "pedestrian": ("street", 13),
    "busway": ("service", 14),
    "service": ("service", 14),
}
"""By `highway`: drawn as, and from which zoom on. Footways are left out: nobody drives there."""
LINK = "_link"
WATERWAYS: Mapping[str, tuple[str, int]] = {"river": ("river", 8), "canal": ("river", 11), "stream": ("stream", 13)}
PLACES: Mapping[str, tuple[int, int]] = {
    "city": (9, 6),
    "town": (8, 8),
    "borough": (7, 11),
    "suburb": (6, 11),
    "quarter": (5, 13),
    "village": (4, 12),
    "neighbourhood": (3, 14),
}
"""By `place`: its rank, and from which zoom on."""
AREA_ZOOM = 8


def road_style(tags: Tags) -> tuple[Style, int] | None:
    """How a way is drawn as a road, and from which zoom on; None if it is no road."""
    highway = tags.get("highway", "")
    found = ROADS.get(highway.removesuffix(LINK))
    if found is None or tags.get("area") == "yes":
        return None
    drawn_as, from_zoom = found
    is_link = highway.endswith(LINK)
    name = "" if is_link else tags.get("name") or tags.get("ref", "")
    return Style("roads", Shape.LINE, drawn_as, name), min(from_zoom + 3, 13) if is_link else from_zoom


def water_line_style(tags: Tags) -> tuple[Style, int] | None:
    """The same for a waterway that is drawn as a line."""
    found = WATERWAYS.get(tags.get("waterway", ""))
    if found is None or tags.get("tunnel") in {"yes", "culvert"}:
        return None
    return Style("water", Shape.LINE, found[0], tags.get("name", "")), found[1]


def is_water_area(tags: Tags) -> bool:
    """A lake, a pond, or a river wide enough to have banks."""
    return tags.get("natural") == "water" or tags.get("waterway") == "riverbank" or tags.get("landuse") == "reservoir"


WATER_AREA = Style("water", Shape.AREA, "area")


def place_style(tags: Tags) -> tuple[Style, int] | None:
    """The same for the name of a place."""
    found, name = PLACES.get(tags.get("place", "")), tags.get("name", "")
    return (Style("places", Shape.POINT, tags["place"], name, found[0]), found[1]) if found and name else None
