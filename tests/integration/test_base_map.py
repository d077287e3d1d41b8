"""A base map as an administrator makes it and a console reads it: files on a real disk, ranges over real HTTP."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from typer.testing import CliRunner

from rescue.base_map.files import BaseMapFiles
from rescue.base_map.sources import MapSources, sources_of
from rescue.cli import app
from rescue.settings import Settings
from rescue.store.postgres import PostgresStore
from tests.integration.centre import Centre, open_centre, serve

MAP = Path(__file__).parent.parent / "unit/dispatch/roads/data/helsinki.osm.pbf"
SQUARE = {"type": "Polygon", "coordinates": [[[24.9, 60.1], [25.0, 60.1], [25.0, 60.2], [24.9, 60.1]]]}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("data")
    run("roads", "import", str(MAP), "--data-dir", str(made))
    return made


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
async def centre(postgres_store: PostgresStore) -> AsyncIterator[Centre]:
    async with open_centre(postgres_store) as opened:
        yield opened


def test_importing_roads_draws_them_and_the_file_says_what_it_holds(data_dir: Path) -> None:
    files = BaseMapFiles.in_data_dir(data_dir)
    facts = files.read_facts()
    assert facts is not None
    assert (facts.drawn_from, facts.max_zoom, facts.attribution) == (MAP.name, 14, "© OpenStreetMap contributors")
    west, south, east, north = facts.bounds
    assert 24.9 < west < east < 25.0
    assert 60.1 < south < north < 60.2
    with files.base_map.open("rb") as file:
        source = MmapSource(file)
        tiles = dict(all_tiles(source))
        assert {zoom for zoom, _, _ in tiles} == set(range(9, 15))
        assert Reader(source).header()["clustered"]
        names = b"".join(gzip.decompress(tile) for tile in tiles.values())
    assert all(word in names for word in (b"Mannerheimintie", b"street", b"roads"))


def test_the_same_map_makes_the_same_tiles(data_dir: Path, tmp_path: Path) -> None:
    run("roads", "import", str(MAP), "--data-dir", str(tmp_path))

    def tiles(where: Path) -> dict[object, bytes]:
        with BaseMapFiles.in_data_dir(where).base_map.open("rb") as file:
            return dict(all_tiles(MmapSource(file)))

    assert tiles(tmp_path) == tiles(data_dir)


async def test_a_console_reads_the_map_in_ranges_and_learns_when_it_was_replaced(
    data_dir: Path, centre: Centre, tmp_path: Path
) -> None:
    files = BaseMapFiles(tmp_path / "map")
    context = replace(centre.context, map_sources=MapSources(files=files))
    async with serve(context, centre.store, centre.clock) as served:
        nothing = await served.ask("nobody", "GET", "/api/v1/base-map")
        assert (nothing.status, nothing.body["url"], nothing.body["districts"]) == (200, None, None)
        assert (await served.ask("nobody", "GET", "/base-map.pmtiles")).status == 404
        whole = BaseMapFiles.in_data_dir(data_dir).base_map.read_bytes()
        files.save_base_map(lambda file: file.write(whole))
        first = (await served.ask("nobody", "GET", "/api/v1/base-map")).body
        assert (first["url"], first["max_zoom"]) == ("/base-map.pmtiles", 14)
        async with served.browser.get(f"{served.url}{first['url']}", headers={"Range": "bytes=0-6"}) as part:
            assert (part.status, await part.read()) == (206, b"PMTiles")
            tag = part.headers["ETag"]
        files.save_base_map(lambda file: file.write(whole + b" "))
        async with served.browser.get(f"{served.url}{first['url']}", headers={"Range": "bytes=0-6"}) as part:
            assert part.headers["ETag"] != tag
        assert (await served.ask("nobody", "GET", "/api/v1/base-map")).body["version"] != first["version"]


async def test_a_map_that_cannot_be_read_is_none_and_harms_nobody(centre: Centre, tmp_path: Path) -> None:
    files = BaseMapFiles(tmp_path)
    files.base_map.write_bytes(b"PMTiles but cut short")
    context = replace(centre.context, map_sources=MapSources(files=files))
    async with serve(context, centre.store, centre.clock) as served:
        answer = await served.ask("nobody", "GET", "/api/v1/base-map")
    assert (answer.status, answer.body["url"]) == (200, None)


async def test_pages_may_load_pictures_from_the_chosen_tile_server_and_from_no_other(centre: Centre) -> None:
    settings = Settings(
        map_tiles_url="https://tiles.example:8443/{z}/{x}/{y}.png", map_tiles_datum="gcj02", map_attribution="© tiles"
    )
    context = replace(centre.context, map_sources=sources_of(settings))
    async with serve(context, centre.store, centre.clock) as served:
        answer = await served.ask("nobody", "GET", "/api/v1/base-map")
    assert answer.body["tiles"] == {
        "url": "https://tiles.example:8443/{z}/{x}/{y}.png", "datum": "gcj02", "attribution": "© tiles",
    }  # fmt: skip
    policy = answer.headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://tiles.example:8443;" in policy
    assert "connect-src 'self';" in policy


@pytest.mark.parametrize("url", ["tiles/{z}/{x}/{y}", "https://{s}.example/{z}/{x}/{y}", "https://a.example/{z}/{x}"])
def test_a_tile_server_that_pages_could_not_be_let_load_from_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="map_tiles_url"):
        Settings(map_tiles_url=url)


def test_districts_are_taken_in_and_named(tmp_path: Path) -> None:
    drawing = tmp_path / "districts.geojson"
    drawing.write_text(json.dumps({"type": "Feature", "properties": {"name": "Kluuvi"}, "geometry": SQUARE}), "utf-8")
    assert run("districts", "import", str(drawing), "--data-dir", str(tmp_path)) == "1 districts: Kluuvi\n"
    kept = json.loads(BaseMapFiles.in_data_dir(tmp_path).districts.read_text("utf-8"))
    assert kept["features"][0]["properties"]["name"] == "Kluuvi"
    drawing.write_text("{}", "utf-8")
    refused = CliRunner().invoke(app, ["districts", "import", str(drawing), "--data-dir", str(tmp_path)])
    assert "not GeoJSON" in str(refused.exception)
    assert json.loads(BaseMapFiles.in_data_dir(tmp_path).districts.read_text("utf-8")) == kept
