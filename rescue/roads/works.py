"""What an administrator does to the roads: import them, close some, open them again, and look.

Works on the files of the data directory; a service that runs there takes the change in within seconds. Nothing is
closed unless everything that was asked for touches a road.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from dispatch.roads.building import build
from dispatch.roads.closures import Closure, RoadPoints, check_times_slower, touched_by
from dispatch.roads.errors import ClosuresUnusable, RoadsUnusable
from dispatch.roads.files import RoadFiles
from dispatch.roads.geojson import Geometry, read_geojson
from dispatch.roads.geometry import Ints
from dispatch.roads.network import Network
from dispatch.roads.osm import Say, read_ways

MOST_NAMED = 3
ISLANDS_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A closure, and what of the network it touches."""

    closure: Closure
    pieces: int
    length_m: float
    names: tuple[str, ...]
    """The first few."""


def import_roads(file: Path, files: RoadFiles, now: datetime, say: Say) -> Network:
    """Make a network of the map and put it in the place of any before. Raises MapUnusable, OSError."""
    network = build(read_ways(file, say), file.name, now.isoformat(timespec="seconds"), say)
    with files.changing():
        files.save_network(network)
    return network


def load_roads(files: RoadFiles) -> Network:
    """The network. Raises NetworkUnusable, RoadsUnusable."""
    network = files.load_network()
    if network is None:
        raise RoadsUnusable("no roads are imported: begin with `rescue roads import FILE.osm.pbf`")
    return network


def close_roads(
    text: str, files: RoadFiles, now: datetime, *, name: str | None = None, slower: float | None = None
) -> Sequence[Touched]:
    """Close, or slow down, what a GeoJSON text draws. Raises RoadsUnusable."""
    network = load_roads(files)
    points = RoadPoints(network)
    with files.changing():
        before = files.load_closures()
        number = max((int(closure.closure_id) for closure in before), default=0)
        closed = [
            _touch(network, points, _closure(str(number + n), drawn, properties, now, name, slower))
            for n, (drawn, properties) in enumerate(read_geojson(text), 1)
        ]
        files.save_closures([*before, *(touched.closure for touched in closed)])
    return closed


def _closure(
    closure_id: str,
    drawn: Geometry,
    properties: Mapping[str, Any],
    now: datetime,
    name: str | None,
    slower: float | None,
) -> Closure:
    """What the command says goes before what the drawing says of itself."""
    given = slower if slower is not None else properties.get("times_slower")
    return Closure(
        closure_id=closure_id,
        name=name or str(properties.get("name") or ""),
        geometry=drawn,
        times_slower=check_times_slower(given),
        since_at=now,
    )


def _touch(network: Network, points: RoadPoints, closure: Closure) -> Touched:
    touched = describe(network, points, closure)
    if not touched.pieces:
        kind = closure.geometry["type"]
        raise ClosuresUnusable(
            f"the {kind} of number {closure.closure_id} touches no road, so nothing was closed: is it GCJ-02, or is "
            "latitude before longitude?"
        )
    return touched


def describe(network: Network, points: RoadPoints, closure: Closure) -> Touched:
    """Say what a closure touches."""
    pieces = touched_by(points, closure.geometry)
    return Touched(
        closure=closure,
        pieces=len(pieces),
        length_m=float(network.length_m[pieces].sum()),
        names=tuple(_longest_names(network, pieces))[:MOST_NAMED],
    )


def _longest_names(network: Network, pieces: Ints) -> Iterator[str]:
    lengths_m = np.bincount(network.name[pieces], network.length_m[pieces])
    for name in np.argsort(-lengths_m, kind="stable").tolist():
        if lengths_m[name] and network.names[name]:
            yield network.names[name]


def open_roads(closure_ids: Sequence[str] | None, files: RoadFiles) -> Sequence[Closure]:
    """Lift these closures, or all; returns them. Raises ClosuresUnusable."""
    with files.changing():
        before = files.load_closures()
        lifted = [closure for closure in before if closure_ids is None or closure.closure_id in closure_ids]
        unknown = sorted(set(closure_ids or ()) - {closure.closure_id for closure in lifted})
        if unknown:
            raise ClosuresUnusable(f"no closure has the number {', '.join(unknown)}: `rescue roads show` lists them")
        files.save_closures([closure for closure in before if closure not in lifted])
    return lifted
