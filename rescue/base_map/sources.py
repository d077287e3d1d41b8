"""Whence a map has its ground: our own roads on disk, or a tile server that the centre has chosen."""

from __future__ import annotations

from dataclasses import dataclass

from yarl import URL

from rescue.base_map.files import BaseMapFiles
from rescue.settings import MapDatum, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class TileServer:
    """Tiles that the centre has chosen instead of our own."""

    url: str
    datum: MapDatum
    attribution: str

    @property
    def origin(self) -> str:
        """Where pages must be let load pictures from."""
        return str(URL(self.url.partition("{")[0]).origin())


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSources:
    """Both; the tile server goes before."""

    files: BaseMapFiles
    tiles: TileServer | None = None


def sources_of(settings: Settings) -> MapSources:
    """As they are configured."""
    files = BaseMapFiles.in_data_dir(settings.data_dir)
    if settings.map_tiles_url is None:
        return MapSources(files=files)
    tiles = TileServer(url=settings.map_tiles_url, datum=settings.map_tiles_datum, attribution=settings.map_attribution)
    return MapSources(files=files, tiles=tiles)
