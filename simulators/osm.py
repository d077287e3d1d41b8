"""The road network as an OpenStreetMap file, for `rescue roads import` and for any map of streets; and read back.

A road's stretches of one name and direction become ways as long as they hang together; carriageways of highways are
ways of their own, as mappers draw them. The river is in it too. The same roads give the same bytes. An extract from
elsewhere can be read as well: its classes are taken for the nearest of ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import osmium
from osmium.osm.mutable import Node, Way

from simulators.errors import CityUnusableError
from simulators.geo import Point
from simulators.roads import RIVER, RoadNetwork, connect, make_network

CLASSES: Mapping[str, str] = {
    "street": "residential",
    "avenue": "secondary",
    "radial": "primary",
    "ring": "trunk",
    "highway": "motorway",
}
KINDS: Mapping[str, str] = {
    **{highway: kind for kind, highway in CLASSES.items()},
    "motorway_link": "ring",
    "trunk_link": "ring",
    "primary_link": "avenue",
    "secondary_link": "avenue",
    "tertiary": "avenue",
    "tertiary_link": "avenue",
    "unclassified": "street",
    "living_street": "street",
}
"""What crews drive on, by `highway`."""
ONE_WAY = frozenset({"yes", "true", "1"})
SIGNS_KMH: Mapping[str, int] = {"street": 40, "avenue": 60, "radial": 60, "ring": 80, "highway": 110}
DUAL = "highway"
RIVER_NAME = "贾鲁河"
GENERATOR = "simulate city"

_Node = tuple[str, int, int]


class _Sense(Enum):
    """In which direction of its points a stretch may be driven."""

    BOTH = 0
    ALONG = 1
    AGAINST = 2


class _Road(NamedTuple):
    kind: str
    name: str
    sense: _Sense


def write_osm(network: RoadNetwork, path: Path) -> int:
    """Writes the file and returns the number of its ways. OSError when it cannot be written."""
    # The library's own words for a place that cannot be written differ by version.
    path.unlink(missing_ok=True)
    path.touch()
    numbers = {node: number for number, node in enumerate(sorted(network.graph.nodes), start=1)}
    river = [len(numbers) + turn for turn in range(1, len(RIVER) + 1)]
    header = osmium.io.Header()
    header.set("generator", GENERATOR)
    ways = 0
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf"), header=header, overwrite=True) as writer:
        places = {**{number: network.graph.nodes[node]["at"] for node, number in numbers.items()},
                  **dict(zip(river, RIVER, strict=True))}  # fmt: skip
        for number, at in places.items():
            writer.add_node(Node(id=number, version=1, location=at))
        for ways, (tags, nodes) in enumerate(_ways(network, numbers, river), start=1):
            writer.add_way(Way(id=ways, version=1, nodes=nodes, tags=tags))
    return ways


def read_osm(path: Path) -> RoadNetwork:
    """The roads of such a file. Raises CityUnusableError."""
    graph: nx.DiGraph[_Node] = nx.DiGraph()
    try:
        for way in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations():
            if isinstance(way, osmium.osm.Way):
                _lay_way(graph, way)
    except (OSError, RuntimeError) as error:
        said = " ".join(str(error).split())
        raise CityUnusableError(f"{path}: {said}; `simulate city --out {path.parent}` draws a city") from None
    if not graph.number_of_edges():
        raise CityUnusableError(f"{path}: holds no road")
    return make_network(graph)


def _lay_way(graph: nx.DiGraph[_Node], way: osmium.osm.Way) -> None:
    tags = dict(way.tags)
    kind = KINDS.get(tags.get("highway", ""))
    if kind is None:
        return
    name, one_way = tags.get("name", ""), tags.get("oneway", "no")
    points: list[tuple[_Node, Point]] = [(("osm", node.ref, 0), (node.lon, node.lat)) for node in way.nodes]
    for node, at in points:
        graph.add_node(node, at=at)
    for (start, _), (end, _) in pairwise(points):
        if one_way != "-1":
            connect(graph, start, end, kind, name)
        if one_way not in ONE_WAY:
            connect(graph, end, start, kind, name)


def _ways(
    network: RoadNetwork, numbers: Mapping[_Node, int], river: list[int]
) -> Iterator[tuple[dict[str, str], list[int]]]:
    for road, stretches in sorted(_stretches(network).items(), key=lambda found: (*found[0][:2], found[0].sense.value)):
        for chain in _chains(stretches):
            nodes, tags = [numbers[node] for node in chain], _tags(road)
            if road.sense is _Sense.BOTH and road.kind == DUAL:
                yield {**tags, "oneway": "yes"}, nodes
                yield {**tags, "oneway": "yes"}, nodes[::-1]
            else:
                yield tags, nodes[::-1] if road.sense is _Sense.AGAINST else nodes
    yield {"waterway": "river", "name": RIVER_NAME}, river


def _tags(road: _Road) -> dict[str, str]:
    tags = {"highway": CLASSES[road.kind], "maxspeed": str(SIGNS_KMH[road.kind])}
    if road.name:
        tags["name"] = road.name
    if road.sense is not _Sense.BOTH:
        tags["oneway"] = "yes"
    return tags


def _stretches(network: RoadNetwork) -> dict[_Road, list[tuple[_Node, _Node]]]:
    """Each pair of neighbours once, the smaller first, by the road it belongs to."""
    found: dict[_Road, list[tuple[_Node, _Node]]] = defaultdict(list)
    edges = network.graph.edges
    for a, b in sorted({(min(edge), max(edge)) for edge in edges}):
        along, against = edges.get((a, b)), edges.get((b, a))
        sense = _Sense.BOTH if along and against else _Sense.ALONG if along else _Sense.AGAINST
        data = along or against
        assert data is not None, "one of the two directions is in the graph"
        found[_Road(data["road"], data["name"], sense)].append((a, b))
    return found


def _chains(stretches: list[tuple[_Node, _Node]]) -> Iterator[list[_Node]]:
    """Neighbouring stretches strung together: sorted as they are, the next begins where the last ended."""
    chain: list[_Node] = []
    for a, b in stretches:
        if chain and chain[-1] != a:
            yield chain
            chain = []
        chain = [*(chain or [a]), b]
    if chain:
        yield chain
