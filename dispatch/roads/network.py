"""The road network as arrays: junctions, and the pieces of road between them.

Each piece gives two arcs: number p leads from its first junction to its last, number p + pieces back again. A piece
that is one-way has the second as well, at an endless time, so that an arc's piece is always known from its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.roads.geometry import Floats, Ints, Plane


class Island(NamedTuple):
    """Roads from which the network cannot be reached, by their most travelled name."""

    name: str
    length_m: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the network comes from, and what was left out in making it."""

    file: str
    imported_at: str
    absurd_signs: int
    """Speed limits beyond belief, not used."""
    one_way_ends: int
    """Pieces that can be entered or left only, not both."""
    islands: tuple[Island, ...]
    """The longest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Roads on which every junction can be reached from every other, as long as none is closed."""

    lon: Floats
    lat: Floats
    """Of the junctions."""
    begin: Ints
    end: Ints
    """The junctions of each piece."""
    length_m: Floats
    road_class: npt.NDArray[np.uint8]
    is_one_way: npt.NDArray[np.bool_]
    limit_kmh: Floats
    """0 without a sign."""
    name: Ints
    names: tuple[str, ...]
    course: Ints
    """Where each piece's corners begin in the two lists that follow, and at last their end."""
    course_lon: Floats
    course_lat: Floats
    island: Ints
    """Of points on islands, the island's place in `origin.islands`."""
    island_lon: Floats
    island_lat: Floats
    order: npt.NDArray[np.uint32]
    """The junctions as the hierarchy contracts them."""
    origin: Origin

    @property
    def junctions(self) -> int:
        """How many."""
        return len(self.lon)

    @property
    def pieces(self) -> int:
        """How many."""
        return len(self.begin)

    @property
    def plane(self) -> Plane:
        """The flat ground on which distances are measured."""
        return Plane((float(self.lat.min()) + float(self.lat.max())) / 2)

    @property
    def tails(self) -> Ints:
        """Where each arc begins."""
        return np.concatenate([self.begin, self.end])

    @property
    def heads(self) -> Ints:
        """Where each arc ends."""
        return np.concatenate([self.end, self.begin])
