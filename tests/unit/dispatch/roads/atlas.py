"""Small maps for the tests of roads: nodes on a grid of metres, streets between them, and a judge that knows no tricks.

The judge is Dijkstra's algorithm as networkx has it, on the arcs of the network: another algorithm by other people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import networkx as nx
import numpy as np

from dispatch.crews import Position
from dispatch.roads.building import build
from dispatch.roads.geometry import Floats, Plane
from dispatch.roads.network import Network
from dispatch.roads.osm import Ways
from dispatch.roads.speeds import Speeds, load_speeds
from dispatch.roads.tags import ROAD_CLASSES, read_road
from dispatch.roads.ways import Conditions, Roads, RoadTravel
from dispatch.travel import StraightLine

PLANE = Plane(34.75)
CORNER_M = PLANE.lay(113.66, 34.75)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
METRE_A_SECOND = Speeds(np.full((len(ROAD_CLASSES), 24), 3.6))
STRAIGHT = StraightLine(turn_out_s=0.0)

Nodes = Mapping[int, tuple[float, float]]
"""Metres east and north of the corner, by number."""


@dataclass(frozen=True)
class Street:
    """A way of the map."""

    nodes: Sequence[int]
    tags: Mapping[str, str] = field(default_factory=dict)


def street(*nodes: int, **tags: str) -> Street:
    return Street(nodes, {"highway": "residential", **tags})


def place(east_m: float, north_m: float) -> Position:
    lon, lat = PLANE.lift(CORNER_M + np.array([east_m, north_m])).tolist()
    return Position(lon, lat)


def lon_lat(east_m: float, north_m: float) -> list[float]:
    position = place(east_m, north_m)
    return [position.lon, position.lat]


def ways_of(nodes: Nodes, streets: Sequence[Street]) -> Ways:
    ways = Ways()
    for one in streets:
        road = read_road(one.tags)
        assert road is not None
        ways.absurd_signs += road.sign_is_absurd
        places = {node: place(*nodes[node]) for node in one.nodes}
        ways.add(road, [(node, places[node].lon, places[node].lat) for node in one.nodes])
    return ways


def network_of(nodes: Nodes, streets: Sequence[Street]) -> Network:
    return build(ways_of(nodes, streets), "town.osm.pbf", "2026-03-02", lambda _: None)


def all_open(network: Network, hour: int = 12) -> Conditions:
    return Conditions(hour=hour, times_slower=np.ones(network.pieces))


def travel_on(network: Network, times_slower: Floats | None = None, speeds: Speeds = METRE_A_SECOND) -> RoadTravel:
    factors = np.ones(network.pieces) if times_slower is None else times_slower
    return RoadTravel(roads=Roads(network, speeds, Conditions(hour=12, times_slower=factors)), straight=STRAIGHT)


def judged_s(network: Network, arc_s: Floats, source: int) -> dict[int, float]:
    """Seconds from a junction to every other, by Dijkstra."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.junctions))
    for tail, head, seconds in zip(network.tails.tolist(), network.heads.tolist(), arc_s.tolist(), strict=True):
        if np.isfinite(seconds):
            graph.add_edge(tail, head, seconds=seconds)
    return dict(nx.single_source_dijkstra_path_length(graph, source, weight="seconds"))


def arcs_s(network: Network, times_slower: Floats | float = 1.0, speeds: Speeds | None = None) -> Floats:
    """Seconds of each arc, at noon."""
    piece_s = (speeds or load_speeds()).drive_ms(network, 12) * times_slower / 1000
    return np.concatenate([piece_s, np.where(network.is_one_way, np.inf, piece_s)])


def junction(network: Network, number: int) -> Position:
    return Position(float(network.lon[number]), float(network.lat[number]))


CROSS: Nodes = {0: (0, 0), 1: (1000, 0), 2: (1000, 1000), 3: (0, 1000), 4: (500, 0)}
"""The corners of a square of a kilometre, and a point halfway along its south side."""


def square(**tags: str) -> Network:
    """A ring of four streets, each driven both ways unless the tags of the south side say otherwise."""
    sides = [street(1, 2, name="东街"), street(2, 3, name="北街"), street(3, 0, name="西街")]
    return network_of(CROSS, [street(0, 4, 1, name="南街", **tags), *sides])
