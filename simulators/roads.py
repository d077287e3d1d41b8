"""A generated road network around Zhengzhou, and the drives that crews make on it.

Three things are laid over each other: a jittered lattice of streets and avenues wherever an area is built up (some
of the streets one-way), ring roads and radials about the centre, and highways that tie the outer towns to the ring.
The Jialu river cuts the streets; only larger roads and every second avenue bridge it. What cannot be reached and left
again is dropped, so that every drive exists. Speeds are those of a crew's van in daytime traffic. No clock is read: a
drive is asked where it is `at_s` seconds after its start.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations, pairwise
from random import Random

import networkx as nx

from simulators.areas import AREAS, Area
from simulators.geo import Point, distance_km, to_km, to_point

SPACING_KM = 0.6
AVENUE_EVERY = 4
BRIDGE_EVERY = 8
ONE_WAY_SHARE = 0.2
SPEED_KMH = {"street": 16.0, "avenue": 26.0, "radial": 36.0, "ring": 48.0, "highway": 70.0}
"""So that the contractor's nearest crew drives about 10 min in the median, within the cities' published arrivals."""
DRIVEWAY_KMH = 10.0
FARTHEST_ROAD_CELLS = 50
RING_RADII_KM = (4.5, 8.0, 12.5)
RING_NAMES = ("二环", "三环", "四环")
RADIALS = 12
NEIGHBOURING_TOWNS_KM = 38.0
RIVER: tuple[Point, ...] = (
    (113.520, 34.640),
    (113.535, 34.740),
    (113.590, 34.835),
    (113.700, 34.850),
    (113.800, 34.800),
    (113.950, 34.690),
)
"""The Jialu's course in broad strokes."""

_Km = tuple[float, float]
"""East and north of the centre."""
_Node = tuple[str, int, int]
"""A layer's name and two whole numbers: stable over runs, and telling when printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A way from door to door: the points passed, and the seconds at which each is passed."""

    points: tuple[Point, ...]
    passed_at_s: tuple[float, ...]

    @property
    def duration_s(self) -> float:
        """Seconds from start to arrival."""
        return self.passed_at_s[-1]

    @property
    def length_km(self) -> float:
        """The way's length."""
        return sum(distance_km(a, b) for a, b in pairwise(self.points))

    def position(self, at_s: float) -> Point:
        """Where the vehicle is `at_s` seconds after its start; at either end outside the drive."""
        after = bisect_right(self.passed_at_s, at_s)
        if after == 0:
            return self.points[0]
        if after == len(self.points):
            return self.points[-1]
        since, until = self.passed_at_s[after - 1], self.passed_at_s[after]
        return _between(self.points[after - 1], self.points[after], (at_s - since) / (until - since))


class RoadNetwork:
    """The drivable graph with its index of places. Edges carry `travel_s`, `road` and `name`."""

    def __init__(self, graph: nx.DiGraph[_Node]) -> None:
        self.graph = graph
        self._cells = _index(graph)

    def drive(self, origin: Point, destination: Point) -> Drive:
        """The fastest drive: to the nearest road, along the roads, and up to the door."""
        start, end = self._nearest(origin), self._nearest(destination)
        _, path = nx.bidirectional_dijkstra(self.graph, start, end, weight="travel_s")
        points = (origin, *(self.graph.nodes[node]["at"] for node in path), destination)
        legs = (
            0.0,
            _driveway_s(points[0], points[1]),
            *(self.graph.edges[a, b]["travel_s"] for a, b in pairwise(path)),
            _driveway_s(points[-2], points[-1]),
        )
        return Drive(points=points, passed_at_s=tuple(accumulate(legs)))

    def reaches(self, point: Point) -> bool:
        """Whether there is a road near enough to drive there."""
        try:
            self._nearest(point)
        except ValueError:
            return False
        return True

    def _nearest(self, point: Point) -> _Node:
        """Looks in growing squares of cells; one square more than the first find, whose corner may be farther."""
        column, row = _cell(point)
        for reach in range(1, FARTHEST_ROAD_CELLS):
            found = [node for cell in _square(column, row, reach) for node in self._cells.get(cell, ())]
            if found:
                wider = [node for cell in _square(column, row, reach + 1) for node in self._cells.get(cell, ())]
                return min(wider, key=lambda node: distance_km(point, self.graph.nodes[node]["at"]))
        raise ValueError(f"no road within {FARTHEST_ROAD_CELLS * SPACING_KM:.0f} km of {point}")


def build_roads(*, seed: int) -> RoadNetwork:
    """Draws the network. The same seed gives the same roads."""
    rng = Random(f"roads {seed}")
    graph: nx.DiGraph[_Node] = nx.DiGraph()
    _lay_lattice(graph, rng)
    _lay_rings(graph)
    _lay_radials(graph)
    _lay_highways(graph)
    _join_layers(graph)
    return make_network(graph)


def make_network(graph: nx.DiGraph[_Node]) -> RoadNetwork:
    """The largest part in which every place can be reached and left again."""
    largest = max(nx.strongly_connected_components(graph), key=len)
    return RoadNetwork(graph.subgraph(largest).copy())


def crosses_river(a: Point, b: Point) -> bool:
    """Whether the straight way from a to b crosses the river."""
    return any(_segments_cross(a, b, c, d) for c, d in pairwise(RIVER))


def _lay_lattice(graph: nx.DiGraph[_Node], rng: Random) -> None:
    """Every fourth line is an avenue; of the other lines some are one-way over their whole length."""
    crossings = {(i, j) for area in AREAS for i, j in _crossings_of(area)}
    for i, j in sorted(crossings):
        east, north = i * SPACING_KM + rng.gauss(0, 0.06), j * SPACING_KM + rng.gauss(0, 0.06)
        graph.add_node(("street", i, j), at=to_point(east, north))
    one_way = {line: rng.choice((-1, 1)) for line in _street_lines(crossings) if rng.random() < ONE_WAY_SHARE}
    for i, j in sorted(crossings):
        if (i + 1, j) in crossings:
            _lay_lattice_road(graph, (i, j), (i + 1, j), j, one_way.get(("row", j), 0))
        if (i, j + 1) in crossings:
            _lay_lattice_road(graph, (i, j), (i, j + 1), i, one_way.get(("column", i), 0))


def _crossings_of(area: Area) -> Iterator[tuple[int, int]]:
    """The lattice points within an area's built-up part and half a kilometre around."""
    east, north = to_km((area.lon, area.lat))
    reach = area.radius_km + 0.5
    for i in range(math.ceil((east - reach) / SPACING_KM), math.floor((east + reach) / SPACING_KM) + 1):
        for j in range(math.ceil((north - reach) / SPACING_KM), math.floor((north + reach) / SPACING_KM) + 1):
            if math.hypot(i * SPACING_KM - east, j * SPACING_KM - north) <= reach:
                yield i, j


def _street_lines(crossings: set[tuple[int, int]]) -> list[tuple[str, int]]:
    rows = {("row", j) for _, j in crossings if j % AVENUE_EVERY}
    columns = {("column", i) for i, _ in crossings if i % AVENUE_EVERY}
    return sorted(rows | columns)


def _lay_lattice_road(
    graph: nx.DiGraph[_Node], a: tuple[int, int], b: tuple[int, int], line: int, one_way: int
) -> None:
    """`one_way` is 1 along the line, -1 against it, 0 for both."""
    road, name = "street" if line % AVENUE_EVERY else "avenue", _name_line(line, is_row=a[1] == b[1])
    start, end = ("street", *a), ("street", *b)
    if line % BRIDGE_EVERY and crosses_river(graph.nodes[start]["at"], graph.nodes[end]["at"]):
        return
    if one_way >= 0:
        connect(graph, start, end, road, name)
    if one_way <= 0:
        connect(graph, end, start, road, name)


def _name_line(line: int, *, is_row: bool) -> str:
    """Counted from the city's centre, in the manner of planned districts."""
    if is_row:
        return f"{'北' if line >= 0 else '南'}{abs(line)}路"
    return f"{'东' if line >= 0 else '西'}{abs(line)}街"


def connect(graph: nx.DiGraph[_Node], start: _Node, end: _Node, road: str, name: str) -> None:
    """Lays one direction of a stretch of road between two nodes that have their places (`at`)."""
    length = distance_km(graph.nodes[start]["at"], graph.nodes[end]["at"])
    graph.add_edge(start, end, road=road, name=name, travel_s=max(0.1, length / SPEED_KMH[road] * 3600))


def _lay_line(graph: nx.DiGraph[_Node], nodes: Sequence[_Node], road: str, name: str) -> None:
    for a, b in pairwise(nodes):
        connect(graph, a, b, road, name)
        connect(graph, b, a, road, name)


def _lay_rings(graph: nx.DiGraph[_Node]) -> None:
    for ring, radius in enumerate(RING_RADII_KM):
        steps = RADIALS * 6
        nodes: list[_Node] = [("ring", ring, step) for step in range(steps)]
        for step, node in enumerate(nodes):
            graph.add_node(node, at=_on_circle(radius, step / steps))
        _lay_line(graph, [*nodes, nodes[0]], "ring", f"{RING_NAMES[ring]}快速路")


def _lay_radials(graph: nx.DiGraph[_Node]) -> None:
    """From one kilometre out to the last ring; `_join_layers` gives them their junctions with the rings."""
    steps = round(RING_RADII_KM[-1] / SPACING_KM)
    for radial in range(RADIALS):
        nodes: list[_Node] = [("radial", radial, step) for step in range(2, steps + 1)]
        for node in nodes:
            graph.add_node(node, at=_on_circle(node[2] * SPACING_KM, radial / RADIALS))
        _lay_line(graph, nodes, "radial", f"第{radial + 1}大道")


def _lay_highways(graph: nx.DiGraph[_Node]) -> None:
    """From the last ring to the middle of each town outside it, and between towns that are neighbours."""
    ring_km = RING_RADII_KM[-1]
    towns = [at for area in AREAS if math.hypot(*(at := to_km((area.lon, area.lat)))) > ring_km]
    on_ring = [(east * ring_km / math.hypot(east, north), north * ring_km / math.hypot(east, north))
               for east, north in towns]  # fmt: skip
    neighbours = [(a, b) for a, b in combinations(towns, 2) if math.dist(a, b) <= NEIGHBOURING_TOWNS_KM]
    for number, (start, end) in enumerate([*zip(on_ring, towns, strict=True), *neighbours]):
        _lay_highway(graph, number, start, end)


def _lay_highway(graph: nx.DiGraph[_Node], number: int, start: _Km, end: _Km) -> None:
    """Straight, with a node about every kilometre."""
    parts = max(2, 2 * round(math.dist(start, end) / 2))
    nodes: list[_Node] = [("highway", number, step) for step in range(parts + 1)]
    for step, node in enumerate(nodes):
        east, north = (a + (b - a) * step / parts for a, b in zip(start, end, strict=True))
        graph.add_node(node, at=to_point(east, north))
    _lay_line(graph, nodes, "highway", f"郑{number + 1}号高速公路")


def _join_layers(graph: nx.DiGraph[_Node]) -> None:
    """Junctions: every second node of a large road meets the nearest node of each other layer within reach."""
    cells = _index(graph)
    large = [node for node in graph.nodes if node[0] != "street" and node[2] % 2 == 0]
    for node in large:
        at = graph.nodes[node]["at"]
        near = [other for cell in _square(*_cell(at), 1) for other in cells.get(cell, ())]
        for layer in {other[:2] if other[0] != "street" else "street" for other in near} - {node[:2]}:
            _join(graph, node, [other for other in near if layer in (other[0], other[:2])])


def _join(graph: nx.DiGraph[_Node], node: _Node, others: Iterable[_Node]) -> None:
    at = graph.nodes[node]["at"]
    nearest = min(others, key=lambda other: distance_km(at, graph.nodes[other]["at"]))
    if distance_km(at, graph.nodes[nearest]["at"]) <= SPACING_KM:
        _lay_line(graph, [node, nearest], "avenue", "")


def _index(graph: nx.DiGraph[_Node]) -> dict[tuple[int, int], list[_Node]]:
    cells: dict[tuple[int, int], list[_Node]] = defaultdict(list)
    for node in graph.nodes:
        cells[_cell(graph.nodes[node]["at"])].append(node)
    return cells


def _cell(point: Point) -> tuple[int, int]:
    east, north = to_km(point)
    return math.floor(east / SPACING_KM), math.floor(north / SPACING_KM)


def _square(column: int, row: int, reach: int) -> Iterator[tuple[int, int]]:
    for i in range(column - reach, column + reach + 1):
        for j in range(row - reach, row + reach + 1):
            yield i, j


def _on_circle(radius_km: float, turn: float) -> Point:
    return to_point(radius_km * math.cos(turn * math.tau), radius_km * math.sin(turn * math.tau))


def _driveway_s(a: Point, b: Point) -> float:
    """Never zero, so that a drive's instants are strictly rising."""
    return max(0.1, distance_km(a, b) / DRIVEWAY_KMH * 3600)


def _between(a: Point, b: Point, share: float) -> Point:
    return round(a[0] + (b[0] - a[0]) * share, 6), round(a[1] + (b[1] - a[1]) * share, 6)


def _segments_cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) != _side(a, b, d) and _side(c, d, a) != _side(c, d, b)


def _side(a: Point, b: Point, point: Point) -> bool:
    return (b[0] - a[0]) * (point[1] - a[1]) > (b[1] - a[1]) * (point[0] - a[0])
