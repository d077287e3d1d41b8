"""The map in a real browser, without WebGL: what is painted is what is there, and a click finds what the eye saw."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from devices.datum import convert_wgs84_to_gcj02
from rescue.base_map.districts import read_districts
from rescue.base_map.drawing import draw_base_map
from rescue.base_map.files import BaseMapFiles
from tests.console.browsing import ROOT, Watch, keep_shot
from tests.console.map_page import (
    CENTRE,
    HEARD_AT,
    City,
    build_page,
    frame,
    go_to,
    on_screen,
    painted,
    pixel_at,
    said,
    serve,
    servers_frames,
    show_city,
    view_of,
)
from tests.console.screen import open_page

HELSINKI = ROOT / "tests/unit/dispatch/roads/data/helsinki.osm.pbf"
SIZE: Any = {"width": 1600, "height": 900}
IN_SERVICE, ALARM, NOTHING = "79848cff", "05090cff", "00000000"
HOUSE = (113.6512, 34.7613)
HOUSE_LIFTS = [100, 101, 102, 103, 104]
ALARMED, TRAPPED = 7, 11


@pytest.fixture(scope="module")
def city() -> City:
    made = City(120_000)
    made.gather(HOUSE_LIFTS, *HOUSE)
    made.bits[[ALARMED, 101]] |= said(alarm="yes")
    made.bits[102] = said(link="offline")
    return made


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> BaseMapFiles:
    """Blocks of Helsinki, moved to where nobody looks for them, and a district around the centre."""
    files = BaseMapFiles(tmp_path_factory.mktemp("map"))
    draw_base_map(HELSINKI, files, datetime(2026, 3, 2, tzinfo=UTC), lambda _: None)
    west, south, east, north = CENTRE[0] - 0.1, CENTRE[1] - 0.05, CENTRE[0] + 0.1, CENTRE[1] + 0.05
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"name": "金水区"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    files.save_districts(read_districts(json.dumps(feature), is_gcj02=False))
    return files


@pytest.fixture(scope="module")
async def address(city: City, files: BaseMapFiles, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    built = tmp_path_factory.mktemp("page")
    await asyncio.to_thread(build_page, built)
    async with serve(built, city, files) as where:
        yield where


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    opened = await open_page(browser, size=SIZE)
    yield opened
    await opened.context.close()


def test_the_shift_of_base_maps_is_tested_against_the_values_of_our_own() -> None:
    for row in json.loads((ROOT / "rescue/console/tests/map/gcj02.json").read_text("utf-8")):
        assert convert_wgs84_to_gcj02(*row["wgs84"]) == pytest.approx(row["gcj02"], abs=1e-12)


def test_the_frames_of_these_tests_are_the_servers() -> None:
    [server] = servers_frames(3)
    places = [0, 1, 2]
    bits = [int.from_bytes(server[32 + 12 * n + 4 : 32 + 12 * n + 8], "little") for n in places]
    ours = frame(City(3).bits[:0], City(3).bits[:0], 3)
    assert (len(server) - len(ours), server[0], server[2:4]) == (36, ours[0], ours[2:4])
    assert bits == [said(link="unheard", door="unknown", power="unknown", service="unknown")] * 3


async def test_each_of_120_000_lifts_is_painted_where_it_is_and_stays_there_while_the_map_is_panned(
    address: str, city: City, page: Page
) -> None:
    watch = Watch(page)
    await show_city(page, address, city)
    await go_to(page, *CENTRE, "district")
    await _demand_lifts_are_painted(page, city)
    await page.mouse.move(800, 450)
    await page.mouse.down()
    for step in range(1, 6):
        await page.mouse.move(800 - 60 * step, 450 + 30 * step)
        await _demand_lifts_are_painted(page, city)
    await page.mouse.up()
    assert _complaints(watch) == []
    assert all(url.startswith((address, "data:")) for url in watch.asked)


async def _demand_lifts_are_painted(page: Page, city: City) -> None:
    """Of a thousand lifts each that is in sight, but for such as another mark covers."""
    await painted(page)
    view = await view_of(page)
    found = []
    for place in range(1000, 2000):
        x, y = on_screen(float(city.lon[place]), float(city.lat[place]), view)
        if 0 <= x < SIZE["width"] and 0 <= y < SIZE["height"]:
            found.append(await pixel_at(page, x, y) == IN_SERVICE)
        if len(found) == 12:
            break
    assert len(found) == 12
    assert sum(found) >= 11


async def test_an_alarm_is_painted_over_its_neighbours_and_larger(address: str, city: City, page: Page) -> None:
    await show_city(page, address, city)
    await go_to(page, float(city.lon[ALARMED]), float(city.lat[ALARMED]), "district")
    assert [await pixel_at(page, 800 + off, 450) for off in (-4, 0, 4)] == [ALARM] * 3


async def test_a_click_on_a_lift_is_told_and_so_is_enter_on_the_cross(address: str, city: City, page: Page) -> None:
    await show_city(page, address, city)
    lonely = _loneliest(city)
    await go_to(page, float(city.lon[lonely]), float(city.lat[lonely]), "district")
    await page.mouse.click(801, 451)
    assert await page.evaluate("driver.chosen") == [f"lift L{lonely}"]
    await page.locator(".city-map-host").focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate("driver.chosen") == [f"lift L{lonely}"] * 2


def _loneliest(city: City) -> int:
    """The lift farthest out: nothing lies beside it."""
    away = (city.lon - CENTRE[0]) ** 2 + (city.lat - CENTRE[1]) ** 2
    return int(away.argmax())


async def test_the_keyboard_moves_the_map_and_zooms(address: str, city: City, page: Page) -> None:
    await show_city(page, address, city)
    before = await view_of(page)
    await page.locator(".city-map-host").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("+")
    await page.wait_for_function("zoom => driver.view().zoom === zoom", arg=before["zoom"] + 1)
    await page.wait_for_function("lon => driver.view().lon > lon", arg=before["lon"])


async def test_the_lifts_of_a_building_are_fanned_out_and_each_can_be_chosen(
    address: str, city: City, page: Page
) -> None:
    await show_city(page, address, city)
    await go_to(page, *HOUSE, "building")
    await keep_shot(page, "map-building-of-five")
    await page.mouse.click(800, 450)
    assert await page.evaluate("driver.chosen.length") == 1
    await go_to(page, *HOUSE, "district")
    await page.mouse.click(800, 450)
    picks = page.locator(".city-map-picks li button")
    assert {*await picks.locator("b").all_text_contents()} >= {f"{n:06}" for n in HOUSE_LIFTS}
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    assert len(await page.evaluate("driver.chosen")) == 2
    assert await picks.count() == 0


async def test_a_case_and_a_crew_are_chosen_before_the_lifts_below_them(address: str, city: City, page: Page) -> None:
    await show_city(page, address, city)
    await go_to(page, *CENTRE, "district")
    await page.evaluate("cases => driver.cases(cases)", [_case("c1", CENTRE, 1), _case("c2", CENTRE, 2)])
    away = (CENTRE[0] + 0.004, CENTRE[1])
    await page.evaluate("crews => driver.crews(crews)", [_crew("k1", away, bound=CENTRE)])
    await painted(page)
    x, y = on_screen(*away, await view_of(page))
    await page.mouse.click(x, y)
    await page.mouse.click(800, 450)
    await page.get_by_role("button", name="c2").click()
    assert await page.evaluate("driver.chosen") == ["crew k1", "case c2"]


async def test_what_is_urgent_and_out_of_sight_is_pointed_at(address: str, city: City, page: Page) -> None:
    await show_city(page, address, city)
    await go_to(page, *CENTRE, "district")
    await page.evaluate("cases => driver.cases(cases)", [_case("c1", (CENTRE[0] + 0.3, CENTRE[1]), 1)])
    await painted(page)
    script = "() => [...document.querySelector('.map-marks').getContext('2d').getImageData(1578, 450, 1, 1).data]"
    assert await page.evaluate(script) == [0xC8, 0x10, 0x2E, 255]
    await page.evaluate("cases => driver.cases(cases)", [_case("c1", (CENTRE[0] + 0.3, CENTRE[1]), 1, handled=True)])
    await painted(page)
    assert (await page.evaluate(script))[3] == 0


async def test_when_nothing_is_heard_the_age_of_the_data_is_said_and_all_is_hollow(
    address: str, city: City, page: Page
) -> None:
    await show_city(page, address, city)
    alarmed = float(city.lon[ALARMED]), float(city.lat[ALARMED])
    await go_to(page, *alarmed, "district")
    age = page.locator(".city-map-age")
    assert "0秒" in await age.inner_text()
    await page.evaluate("nowS => driver.show({ nowS })", HEARD_AT + 42)
    await page.wait_for_function("() => document.querySelector('.city-map-age.old')?.textContent.includes('42')")
    await painted(page)
    assert await pixel_at(page, 800, 450) == NOTHING
    await keep_shot(page, "map-old")


async def test_a_base_map_that_is_there_is_painted_and_one_that_is_not_is_said(
    address: str, city: City, files: BaseMapFiles, page: Page
) -> None:
    watch = Watch(page)
    await page.route(
        "**/api/v1/base-map", lambda route: route.fulfill(json={"url": None, "tiles": None, "districts": None})
    )
    await show_city(page, address, city)
    await page.locator(".city-map-source", has_text="rescue roads import").wait_for()
    await page.unroute("**/api/v1/base-map")
    await show_city(page, address, city)
    await go_to(page, 24.941, 60.170, "district")
    await page.locator(".leaflet-tile-loaded, canvas.leaflet-tile").first.wait_for()
    script = """() => [...document.querySelectorAll('canvas.leaflet-tile')].map(c => {
        const d = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer);
        return d.filter(pixel => pixel === 0xffffffff).length }).reduce((a, b) => a + b, 0) > 500"""
    await page.wait_for_function(script)
    await keep_shot(page, "map-helsinki")
    assert "OpenStreetMap" in await page.locator(".city-map-source").inner_text()
    assert _complaints(watch) == []
    assert all(url.startswith((address, "data:")) for url in watch.asked)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_level_in_both_themes_is_kept_for_people_to_look_at(
    address: str, city: City, files: BaseMapFiles, page: Page, theme: str
) -> None:
    watch = Watch(page)
    await show_city(page, address, city, theme=theme)
    places = [(float(city.lon[n]), float(city.lat[n])) for n in range(2000, 2012)]
    cases = [_case(f"{n:06}", at, 1 + n % 4, handled=n > 6, lift=f"L{2000 + n}") for n, at in enumerate(places)]
    await page.evaluate("cases => driver.cases(cases)", cases)
    crews = [_crew(f"k{n}", (lon + 0.01, lat + 0.008), bound=places[n]) for n, (lon, lat) in enumerate(places[7:], 7)]
    await page.evaluate("crews => driver.crews(crews)", crews)
    for level, at in (("city", CENTRE), ("district", places[8]), ("building", places[8])):
        await go_to(page, *at, level)
        if level == "city":
            await page.locator(".city-map-key button").click()
        await keep_shot(page, f"map-{level}-{theme}")
    assert _complaints(watch) == []


def _case(
    case_id: str, at: tuple[float, float], priority: int, *, handled: bool = False, lift: str | None = None
) -> Any:
    lon, lat = at
    return {
        "id": case_id,
        "priority": priority,
        "handled": handled,
        "label": case_id,
        "liftId": lift,
        "lon": lon,
        "lat": lat,
    }


def _crew(crew_id: str, at: tuple[float, float], *, bound: tuple[float, float]) -> Any:
    to = {"caseId": "c1", "etaS": 300, "lon": bound[0], "lat": bound[1]}
    lon, lat = at
    return {"id": crew_id, "label": crew_id, "state": "en_route", "isStale": False, "lon": lon, "lat": lat, "bound": to}


def _complaints(watch: Watch) -> list[str]:
    """But for that about the pixels that these tests read, and no operator does."""
    return [said for said in watch.complaints if "willReadFrequently" not in said]
