"""Where a place touches the roads: the nearest piece, how far along it, and how far off.

Looked up among points at most EVERY_M apart on all roads, so that a place along a road is true to half of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.spatial import KDTree

from dispatch.crews import Position
from dispatch.roads.geometry import Flags, Floats, Ints, sample
from dispatch.roads.network import Network

EVERY_M = 20.0
FARTHEST_M = 400.0
"""Farther from any road a place is not on the network: beyond the depth of a gated estate, and short of the 568 m by
which GCJ-02 is off at Zhengzhou (our judgement)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spots:
    """Places on the network, one a row."""

    piece: Ints
    share: Floats
    """Of the piece, from its beginning."""
    off_m: Floats
    """From the road."""

    @property
    def on_roads(self) -> Flags:
        """Whether each is near enough to a road."""
        return self.off_m <= FARTHEST_M


class Snapping:
    """The roads of a network, to be found by place."""

    def __init__(self, network: Network) -> None:
        self._plane = network.plane
        self._points = sample(self._plane.lay(network.course_lon, network.course_lat), network.course, EVERY_M)
        self._tree = KDTree(self._points.at)
        self._islands = KDTree(self._plane.lay(network.island_lon, network.island_lat)) if len(network.island) else None
        self._island = network.island

    def find(self, positions: Sequence[Position]) -> Spots:
        """The nearest road of each position, however far."""
        away_m, nearest = self._tree.query(self._lay(positions))
        return Spots(piece=self._points.course[nearest], share=self._points.share[nearest], off_m=away_m)

    def island_at(self, position: Position) -> int | None:
        """Which island's roads the position is near, if any's."""
        if self._islands is None:
            return None
        away_m, nearest = self._islands.query(self._lay([position])[0])
        return int(self._island[nearest]) if away_m <= FARTHEST_M else None

    def _lay(self, positions: Sequence[Position]) -> Floats:
        return self._plane.lay([position.lon for position in positions], [position.lat for position in positions])
