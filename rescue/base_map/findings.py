"""What `rescue check` says of the map's ground: whether pages have one to show. A map without is no fault."""

from __future__ import annotations

from rescue.base_map.errors import BaseMapUnusable
from rescue.base_map.sources import MapSources
from rescue.watch.findings import Finding


def check_base_map(sources: MapSources) -> Finding:
    """Look at the file on disk, unless a tile server goes before it."""
    if sources.tiles is not None:
        return _finding(f"tiles of {sources.tiles.origin}, as RESCUE_MAP_TILES_URL names them")
    try:
        facts = sources.files.read_facts()
    except BaseMapUnusable as error:
        return _finding(str(error), ok=False)
    if facts is None:
        return _finding("none is there, so the map's ground is plain: `rescue roads import FILE.osm.pbf` draws one")
    outlines = "with" if sources.files.districts.exists() else "without"
    return _finding(f"drawn from {facts.drawn_from} on {facts.made_at[:10]}, {outlines} outlines of districts")


def _finding(said: str, *, ok: bool = True) -> Finding:
    return Finding(part="base map", ok=ok, said=said)
