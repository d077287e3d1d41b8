"""The ground of the map: what is to be known of it, the roads in ranges of bytes, and the outlines of districts.

Anybody may read these: they tell of streets, and of nobody. A file that was replaced has another ETag and version, by
which a page that shows the old one finds out.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog
from aiohttp import web
from pydantic import BaseModel, ConfigDict

from rescue.api.access import OPEN
from rescue.api.problems import NotFound
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.base_map.errors import BaseMapUnusable
from rescue.base_map.files import Facts, version_of
from rescue.base_map.sources import MapSources
from rescue.settings import MapDatum

log = structlog.get_logger(__name__)

ROADS, DISTRICTS = "/base-map.pmtiles", "/districts.json"


class TilesView(BaseModel):
    """Another server's tiles: `url` with {z}, {x} and {y}; `datum` is what its pictures are measured against."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    url: str
    datum: MapDatum
    attribution: str


class BaseMapView(BaseModel):
    """What lies below the marks: tiles if there are any, else our own roads (PMTiles 3, vector tiles) from `url`."""

    model_config = ConfigDict(frozen=True)

    url: str | None
    """None as long as no roads are imported."""
    version: str
    """Another one after each import."""
    max_zoom: int
    bounds: tuple[float, float, float, float] | None
    """West, south, east, north."""
    attribution: str
    drawn_from: str
    made_at: str
    tiles: TilesView | None
    districts: str | None
    """The version of the outlines; None as long as there are none."""


async def describe_base_map(call: Call[Nothing, Nothing]) -> web.Response:
    """What the map's ground is, and where it is read."""
    return answer(await asyncio.to_thread(describe, call.context.map_sources))


def describe(sources: MapSources) -> BaseMapView:
    """The ground as it is now."""
    facts = _read_facts(sources)
    tiles = TilesView.model_validate(sources.tiles) if sources.tiles else None
    return _view(facts, tiles, version_of(sources.files.districts) or None)


def _read_facts(sources: MapSources) -> Facts | None:
    """A base map that cannot be read is none: the console works without."""
    try:
        return sources.files.read_facts()
    except BaseMapUnusable as error:
        log.error("base map not usable", reason=str(error))
        return None


def _view(facts: Facts | None, tiles: TilesView | None, districts: str | None) -> BaseMapView:
    return BaseMapView(
        url=ROADS if facts else None,
        version=facts.version if facts else "",
        max_zoom=facts.max_zoom if facts else 0,
        bounds=facts.bounds if facts else None,
        attribution=facts.attribution if facts else "",
        drawn_from=facts.drawn_from if facts else "",
        made_at=facts.made_at if facts else "",
        tiles=tiles,
        districts=districts,
    )


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/base-map", describe_base_map, access=OPEN, answers={200: BaseMapView}),
)


def add_base_map(app: web.Application, sources: MapSources) -> None:
    """Serve the files, which may be there or not, and be replaced, while we run."""
    files = sources.files

    async def roads(_request: web.Request) -> web.StreamResponse:
        return _file(files.base_map, "application/vnd.pmtiles", "rescue roads import FILE.osm.pbf")

    async def districts(_request: web.Request) -> web.StreamResponse:
        return _file(files.districts, "application/geo+json", "rescue districts import FILE.geojson")

    app.router.add_get(ROADS, roads)
    app.router.add_get(DISTRICTS, districts)


def _file(path: Path, media_type: str, command: str) -> web.FileResponse:
    if not path.is_file():
        raise NotFound(f"there is none yet: `{command}` makes it")
    return web.FileResponse(path, headers={"Content-Type": media_type, "Cache-Control": "no-cache"})
