"""What `rescue check` says of the map's ground."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rescue.base_map.drawing import draw_base_map
from rescue.base_map.files import BaseMapFiles
from rescue.base_map.findings import check_base_map
from rescue.base_map.sources import MapSources, TileServer
from rescue.settings import MapDatum

HELSINKI = Path(__file__).parent.parent / "dispatch/roads/data/helsinki.osm.pbf"


def test_a_map_that_was_drawn_is_named_with_its_day(tmp_path: Path) -> None:
    files = BaseMapFiles(tmp_path)
    draw_base_map(HELSINKI, files, datetime(2026, 3, 2, tzinfo=UTC), lambda _: None)
    found = check_base_map(MapSources(files=files))
    assert (found.ok, found.said) == (True, "drawn from helsinki.osm.pbf on 2026-03-02, without outlines of districts")
    files.save_districts({"type": "FeatureCollection", "features": []})
    assert "with outlines" in check_base_map(MapSources(files=files)).said


def test_without_a_map_nothing_is_wrong_and_how_to_get_one_is_said(tmp_path: Path) -> None:
    found = check_base_map(MapSources(files=BaseMapFiles(tmp_path)))
    assert found.ok
    assert "`rescue roads import" in found.said


def test_a_harmed_file_is_a_fault(tmp_path: Path) -> None:
    files = BaseMapFiles(tmp_path)
    files.base_map.write_bytes(b"PMTiles but cut short")
    found = check_base_map(MapSources(files=files))
    assert not found.ok
    assert "import the roads again" in found.said


def test_a_tile_server_goes_before_the_file_whatever_that_is(tmp_path: Path) -> None:
    files = BaseMapFiles(tmp_path)
    files.base_map.write_bytes(b"PMTiles but cut short")
    tiles = TileServer(url="https://tiles.example/{z}/{x}/{y}.png", datum=MapDatum.WGS84, attribution="")
    found = check_base_map(MapSources(files=files, tiles=tiles))
    assert (found.ok, found.said) == (True, "tiles of https://tiles.example, as RESCUE_MAP_TILES_URL names them")
