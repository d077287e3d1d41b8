"""Ways made into a network: cut into pieces at junctions, and only what hangs together kept.

Crossings cost nothing here: the waiting at lights and corners is in the speeds of the road classes, and turns that
the map forbids are not known. Decides nothing of speed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import routingkit_cch
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dispatch.roads.errors import MapUnusable
from dispatch.roads.geometry import Flags, Floats, Ints, Plane, Samples, ranges, sample, steps_m
from dispatch.roads.network import Island, Network, Origin
from dispatch.roads.osm import Say, Ways

ISLAND_FROM_M = 1_000.0
"""Shorter roads that lead nowhere are gaps of the map, not places that nobody can reach (our judgement)."""
ISLAND_POINTS_EVERY_M = 50.0
NAMELESS = "roads without a name"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Points:
    """The points of all ways: their node, counted from 0, their way, and the metres run up to each."""

    node: Ints
    way: Ints
    lon: Floats
    lat: Floats
    run_m: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pieces:
    """Pieces of road from one junction to the next: `first` and `last` are points, `begin` and `end` their nodes."""

    first: Ints
    last: Ints
    begin: Ints
    end: Ints
    way: Ints
    length_m: Floats

    def only(self, which: Flags) -> _Pieces:
        """Those that are flagged."""
        chosen = {name: getattr(self, name)[which] for name in self.__dataclass_fields__}
        return _Pieces(**chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Islands:
    """What the network cannot be reached from."""

    found: tuple[Island, ...]
    number: Ints
    lon: Floats
    lat: Floats


def build(ways: Ways, file: str, imported_at: str, say: Say) -> Network:
    """Make the network. Raises MapUnusable."""
    points = _points(ways)
    pieces = _cut(points)
    kept, apart = _find_parts(pieces, np.asarray(ways.is_one_way, np.bool_))
    if not kept.any():
        raise MapUnusable(f"{file} holds no roads that hang together: take an extract of the whole city")
    islands = _find_islands(points, pieces, apart, ways)
    origin = Origin(
        file=file,
        imported_at=imported_at,
        absurd_signs=ways.absurd_signs,
        one_way_ends=int(np.count_nonzero(~kept & (apart < 0))),
        islands=islands.found,
    )
    say(f"{np.count_nonzero(kept):,} pieces of road kept, {np.count_nonzero(~kept):,} left out")
    return _assemble(points, pieces.only(kept), ways, origin, islands, say)


def _points(ways: Ways) -> _Points:
    begins = np.asarray(ways.begins)
    lon, lat = np.asarray(ways.lons), np.asarray(ways.lats)
    way = np.repeat(np.arange(len(ways)), np.diff(begins, append=len(lon)))
    return _Points(
        node=np.unique(np.asarray(ways.nodes), return_inverse=True)[1].astype(np.int64),
        way=way,
        lon=lon,
        lat=lat,
        # What lies between two ways counts as well, and is never looked at.
        run_m=np.concatenate([[0.0], np.cumsum(steps_m(Plane(float(lat.mean())).lay(lon, lat)))]),
    )


def _cut(points: _Points) -> _Pieces:
    """Cut the ways where they meet; a piece that ends where it began is cut in its middle too."""
    is_junction = np.bincount(points.node) >= 2
    begins_way = np.diff(points.way, prepend=-1) != 0
    is_junction[points.node[begins_way | np.roll(begins_way, -1)]] = True
    pieces = _between_junctions(points, is_junction)
    loops = pieces.begin == pieces.end
    is_junction[points.node[(pieces.first[loops] + pieces.last[loops]) // 2]] = True
    return _between_junctions(points, is_junction)


def _between_junctions(points: _Points, is_junction: Flags) -> _Pieces:
    stops = np.flatnonzero(is_junction[points.node])
    first, last = stops[:-1], stops[1:]
    of_one_way = points.way[first] == points.way[last]
    first, last = first[of_one_way], last[of_one_way]
    return _Pieces(
        first=first,
        last=last,
        begin=points.node[first],
        end=points.node[last],
        way=points.way[first],
        length_m=points.run_m[last] - points.run_m[first],
    )


def _find_parts(pieces: _Pieces, is_one_way: npt.NDArray[np.bool_]) -> tuple[Flags, Ints]:
    """Whether each piece is of the largest part in which every way leads back, and else of which island, or -1."""
    back = ~is_one_way[pieces.way]
    tails = np.concatenate([pieces.begin, pieces.end[back]])
    heads = np.concatenate([pieces.end, pieces.begin[back]])
    nodes = int(max(tails.max(), heads.max())) + 1
    graph = coo_array((np.ones(len(tails), np.int8), (tails, heads)), shape=(nodes, nodes)).tocsr()
    _, circle = connected_components(graph, directed=True, connection="strong")
    _, mainland = connected_components(graph, directed=False)
    largest = np.bincount(circle).argmax()
    kept = (circle[pieces.begin] == largest) & (circle[pieces.end] == largest)
    home = mainland[np.flatnonzero(circle == largest)[0]]
    apart = mainland[pieces.begin].astype(np.int64)
    return kept, np.where(apart == home, -1, apart)


def _find_islands(points: _Points, pieces: _Pieces, apart: Ints, ways: Ways) -> _Islands:
    """Name the islands that are long enough, the longest first, with points along their roads."""
    lengths_m = np.bincount(apart + 1, pieces.length_m)[1:]
    longest_first = np.argsort(-lengths_m, kind="stable")
    large = longest_first[lengths_m[longest_first] >= ISLAND_FROM_M]
    members = [pieces.only(apart == part) for part in large]
    places = [_sample_places(points, member) for member in members]
    return _Islands(
        found=tuple(_describe(member, points, ways) for member in members),
        number=np.repeat(np.arange(len(large)), [len(place) for place in places]),
        lon=np.concatenate([place[:, 0] for place in places] or [np.empty(0)]),
        lat=np.concatenate([place[:, 1] for place in places] or [np.empty(0)]),
    )


def _describe(member: _Pieces, points: _Points, ways: Ways) -> Island:
    by_name: defaultdict[int, float] = defaultdict(float)
    for way, length_m in zip(member.way.tolist(), member.length_m.tolist(), strict=True):
        by_name[ways.names[way]] += length_m
    names = list(ways.known_names)
    called = sorted((name for name in by_name if names[name]), key=lambda name: (-by_name[name], names[name]))
    return Island(
        name=names[called[0]] if called else NAMELESS,
        length_m=float(member.length_m.sum()),
        lon=float(points.lon[member.first[0]]),
        lat=float(points.lat[member.first[0]]),
    )


def _sample_places(points: _Points, member: _Pieces) -> Floats:
    """Points along the roads, as rows of longitude and latitude."""
    corner, begins = _corners(member)
    lat = points.lat[corner]
    plane = Plane(float(lat.mean()))
    samples: Samples = sample(plane.lay(points.lon[corner], lat), begins, ISLAND_POINTS_EVERY_M)
    return plane.lift(samples.at)


def _corners(pieces: _Pieces) -> tuple[Ints, Ints]:
    """The points of all pieces one after the other, and where each piece's begin, and at last the end."""
    counts = pieces.last - pieces.first + 1
    return ranges(pieces.first, counts), np.concatenate([[0], np.cumsum(counts)])


def _assemble(points: _Points, pieces: _Pieces, ways: Ways, origin: Origin, islands: _Islands, say: Say) -> Network:
    junctions, ends = np.unique(np.concatenate([pieces.begin, pieces.end]), return_inverse=True)
    begin, end = ends[: len(pieces.begin)].astype(np.int64), ends[len(pieces.begin) :].astype(np.int64)
    lon, lat = _places_of(points, junctions)
    corner, course = _corners(pieces)
    say(f"putting {len(junctions):,} junctions in order, {_patience(len(junctions))}")
    return Network(
        lon=lon,
        lat=lat,
        begin=begin,
        end=end,
        length_m=pieces.length_m,
        road_class=np.asarray(ways.road_classes, np.uint8)[pieces.way],
        is_one_way=np.asarray(ways.is_one_way, np.bool_)[pieces.way],
        limit_kmh=np.asarray(ways.limits_kmh, np.float64)[pieces.way],
        name=np.asarray(ways.names, np.int64)[pieces.way],
        names=tuple(ways.known_names),
        course=course,
        course_lon=points.lon[corner],
        course_lat=points.lat[corner],
        island=islands.number,
        island_lon=islands.lon,
        island_lat=islands.lat,
        order=_order(begin, end, lon, lat),
        origin=origin,
    )


def _places_of(points: _Points, nodes: Ints) -> tuple[Floats, Floats]:
    """Longitude and latitude of nodes: those of any point that lies there."""
    point_of = np.empty(int(points.node.max()) + 1, np.int64)
    point_of[points.node] = np.arange(len(points.node))
    return points.lon[point_of[nodes]], points.lat[point_of[nodes]]


def _patience(junctions: int) -> str:
    return "a few seconds" if junctions < 100_000 else "which takes about a minute for each million"


def _order(begin: Ints, end: Ints, lon: Floats, lat: Floats) -> npt.NDArray[np.uint32]:
    """The order in which junctions are contracted: by nested cuts through the map (inertial flow)."""
    tails, heads = np.concatenate([begin, end]).tolist(), np.concatenate([end, begin]).tolist()
    order = routingkit_cch.compute_order_inertial(len(lon), tails, heads, lat.tolist(), lon.tolist())
    return np.asarray(order, np.uint32)
