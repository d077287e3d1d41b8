"""An OpenStreetMap file read into the ways a crew may drive.

Where an extract ends in the middle of a way, the way is cut there. A file that was cut short is refused, unless the
cut fell between two blocks, which the format does not show.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import osmium
from osmium.osm import NODE, WAY, Way

from dispatch.roads.errors import MapUnusable
from dispatch.roads.tags import Direction, Road, read_road

SAY_EVERY = 100_000
"""Ways between two words of progress."""

Say = Callable[[str], None]
Stop = tuple[int, float, float]
"""A point of a way: node number, longitude, latitude."""


@dataclass(slots=True)
class Ways:
    """Drivable ways one after the other: of each point its node and place, of each way where its points begin."""

    nodes: array[int] = field(default_factory=lambda: array("q"))
    lons: array[float] = field(default_factory=lambda: array("d"))
    lats: array[float] = field(default_factory=lambda: array("d"))
    begins: array[int] = field(default_factory=lambda: array("q"))
    road_classes: array[int] = field(default_factory=lambda: array("B"))
    is_one_way: array[int] = field(default_factory=lambda: array("B"))
    limits_kmh: array[float] = field(default_factory=lambda: array("f"))
    """0 without a sign."""
    names: array[int] = field(default_factory=lambda: array("l"))
    known_names: dict[str, int] = field(default_factory=lambda: {"": 0})
    absurd_signs: int = 0

    def __len__(self) -> int:
        return len(self.begins)

    def add(self, road: Road, stops: list[Stop]) -> None:
        """Take a way; one that is driven against the order of its points is turned round."""
        if len(stops) < 2:
            return
        self.begins.append(len(self.nodes))
        for node, lon, lat in reversed(stops) if road.direction is Direction.BACKWARD else stops:
            self.nodes.append(node)
            self.lons.append(lon)
            self.lats.append(lat)
        self.road_classes.append(road.road_class)
        self.is_one_way.append(road.direction is not Direction.BOTH)
        self.limits_kmh.append(road.limit_kmh or 0.0)
        self.names.append(self.known_names.setdefault(road.name, len(self.known_names)))


def read_ways(file: Path, say: Say) -> Ways:
    """Read every drivable way. Raises MapUnusable."""
    if not file.is_file():
        raise MapUnusable(f"{file} is not a file")
    if not file.stat().st_size:
        raise MapUnusable(f"{file} is empty: download it again")
    ways = Ways()
    try:
        for way in _highways(file):
            assert isinstance(way, Way), "only ways pass the filter"
            _take(way, ways)
            if len(ways) % SAY_EVERY == 0 and ways:
                say(f"{len(ways):,} ways")
    except (RuntimeError, OSError) as error:
        raise MapUnusable(f"{file} cannot be read as .osm.pbf ({error}): is the download complete?") from None
    if not ways:
        raise MapUnusable(f"{file} holds no road that a crew may drive: is it an extract of streets?")
    say(f"{len(ways):,} ways with {len(ways.nodes):,} points")
    return ways


def _highways(file: Path) -> osmium.FileProcessor:
    wanted = osmium.FileProcessor(osmium.io.File(str(file), "pbf"), NODE | WAY).with_locations()
    only_ways = wanted.with_filter(osmium.filter.EntityFilter(WAY))
    return only_ways.with_filter(osmium.filter.KeyFilter("highway"))


def _take(way: Way, ways: Ways) -> None:
    road = read_road({tag.k: tag.v for tag in way.tags})
    if road is None:
        return
    ways.absurd_signs += road.sign_is_absurd
    for stretch in _stretches(way):
        ways.add(road, stretch)


def _stretches(way: Way) -> Iterator[list[Stop]]:
    """The way's points where their places are known, a point that stands twice in a row once."""
    stops: list[Stop] = []
    for node in way.nodes:
        if not node.location.valid():
            yield stops
            stops = []
        elif not stops or stops[-1][0] != node.ref:
            stops.append((node.ref, node.lon, node.lat))
    yield stops
