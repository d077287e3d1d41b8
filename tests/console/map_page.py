"""The map alone in a browser, with a city of lifts whose places and marks the test knows."""

from __future__ import annotations

import json
import math
import runpy
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from aiohttp import web
from playwright.async_api import Page

from devices.messages import LiftId
from devices.slot import Rules
from rescue.api.application import HEADERS
from rescue.api.base_map import add_base_map, describe
from rescue.base_map.files import BaseMapFiles
from rescue.base_map.sources import MapSources
from rescue.live.marks import FIELDS, HEADER, IN_A_FRAME, LAYOUT, RECORD, Marks, describe_bits
from tests.console.browsing import ROOT

CONSOLE = ROOT / "rescue" / "console"
BUILT_HERE = CONSOLE / "tests" / "map"
CENTRE = (113.65, 34.76)
HEARD_AT = 1_790_000_000.0
TILE_PX = 256

Columns = npt.NDArray[Any]


def node(*words: str) -> None:
    """Run a script of the console's packages; its own words if it fails."""
    builder = runpy.run_path(str(ROOT / "tools" / "build_console.py"))
    builder["install"](CONSOLE, dev=True)
    builder["node"](CONSOLE, *words)


def build_page(into: Path) -> None:
    """The page, as vite makes it."""
    config = BUILT_HERE / "vite.config.ts"
    node("node_modules/vite/bin/vite.js", "build", "-c", str(config), "--outDir", str(into), "--logLevel=error")


@dataclass
class City:
    """Lifts scattered around the centre; each tenth stands in a building of five."""

    count: int
    lon: Columns = field(init=False)
    lat: Columns = field(init=False)
    bits: Columns = field(init=False)

    def __post_init__(self) -> None:
        chance = np.random.default_rng(1)
        self.lon = np.round(CENTRE[0] + chance.normal(0, 0.08, self.count), 6)
        self.lat = np.round(CENTRE[1] + chance.normal(0, 0.05, self.count), 6)
        self.bits = np.full(self.count, said(link="online", situation="resting", service="normal"), np.uint32)

    def gather(self, places: list[int], lon: float, lat: float) -> None:
        """Put these lifts into one building."""
        self.lon[places], self.lat[places] = lon, lat

    def directory(self) -> dict[str, Any]:
        """As `GET /api/v1/live/lifts` says it."""
        numbers = range(self.count)
        return {
            "version": "1",
            "bits": [one.model_dump() for one in describe_bits()],
            "lift_id": [f"L{n}" for n in numbers],
            "rescue_code": [f"{n:06}" for n in numbers],
            "lon": self.lon.tolist(),
            "lat": self.lat.tolist(),
            "areas": ["410105"],
            "area": [0] * self.count,
            "buildings": ["3号楼"],
            "building": [0] * self.count,
            "addresses": ["花园路 1 号"],
            "address": [0] * self.count,
            "companies": [""],
            "company": [0] * self.count,
            "gone": [],
        }

    def frames(self) -> Iterator[bytes]:
        """As the socket says all lifts at first."""
        for start in range(0, self.count, IN_A_FRAME):
            places = np.arange(start, min(start + IN_A_FRAME, self.count))
            yield frame(places, self.bits[places], self.count, forget=start == 0)


def said(**words: str) -> int:
    """State bits of these words."""
    return sum(one.spell()[words[one.name]] for one in FIELDS if one.name in words)


def frame(places: Columns, bits: Columns, lifts: int, *, forget: bool = False, at: float = HEARD_AT) -> bytes:
    """A frame of docs/live.md; that it is one, `test_the_frames_of_these_tests_are_the_servers` shows."""
    header = np.array((LAYOUT, forget, RECORD.itemsize, len(places), at, 1, lifts, 0), HEADER)
    records = np.empty(len(places), RECORD)
    records["place"], records["bits"], records["floor"], records["age_s"] = places, bits, 7, 2
    return header.tobytes() + records.tobytes()


def servers_frames(lifts: int) -> list[bytes]:
    """What the server makes of lifts that were never heard."""
    marks = Marks(Rules(trapped_after_s=30))
    marks.know([LiftId(f"L{n}") for n in range(lifts)])
    marks.close_moment(HEARD_AT)
    return list(marks.frames_since(None))


@asynccontextmanager
async def serve(page: Path, city: City, files: BaseMapFiles) -> AsyncIterator[str]:
    """The page with its data, under the policy that the service sends; yields the address."""
    frames = [*city.frames()]
    answers = {"/lifts.json": json.dumps(city.directory()).encode()} | {
        f"/frame/{n}": one for n, one in enumerate(frames)
    }

    sources = MapSources(files=files)

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/api/v1/base-map":
            return web.Response(text=describe(sources).model_dump_json(), headers=HEADERS)
        if request.path in answers:
            return web.Response(body=answers[request.path], headers=HEADERS)
        return web.FileResponse(page / (request.match_info["name"] or "page.html"), headers=HEADERS)

    app = web.Application()
    add_base_map(app, sources)
    app.router.add_get("/{name:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def show_city(page: Page, address: str, city: City, *, theme: str = "light", language: str = "zh") -> None:
    """The whole city on the page, all of it heard."""
    await page.goto(f"{address}/?theme={theme}&language={language}")
    await page.evaluate("driver.load('/lifts.json')")
    frames = math.ceil(city.count / IN_A_FRAME)
    await page.evaluate("async n => { for (let i = 0; i < n; i++) await driver.hear(`/frame/${i}`) }", frames)
    await painted(page)


async def painted(page: Page) -> None:
    """Wait until what was asked for is on the screen: two frames."""
    await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def go_to(page: Page, lon: float, lat: float, level: str) -> None:
    await page.evaluate("goTo => driver.show({ goTo })", {"lon": lon, "lat": lat, "level": level})
    await painted(page)


async def view_of(page: Page) -> dict[str, float]:
    """Where the map looks: lon, lat, zoom, and its width and height."""
    view: dict[str, float] = await page.evaluate("driver.view()")
    return view


def project(lon: float, lat: float, zoom: float) -> tuple[float, float]:
    """Web Mercator pixels of the whole world: another telling of it than the page's own."""
    size = TILE_PX * 2**zoom
    angle = math.radians(lat)
    return (lon + 180) / 360 * size, (1 - math.asinh(math.tan(angle)) / math.pi) / 2 * size


def on_screen(lon: float, lat: float, view: dict[str, float]) -> tuple[float, float]:
    """Where on the map a place is to be seen."""
    here, middle = project(lon, lat, view["zoom"]), project(view["lon"], view["lat"], view["zoom"])
    return here[0] - middle[0] + view["width"] / 2, here[1] - middle[1] + view["height"] / 2


async def pixel_at(page: Page, x: float, y: float) -> str:
    """The colour of the lifts' layer there, as rrggbbaa."""
    script = """([x, y]) => { const c = document.querySelector('.map-lifts');
        const d = c.getContext('2d').getImageData(Math.floor(x - c.offsetLeft), Math.floor(y - c.offsetTop), 1, 1).data;
        return [...d].map(n => n.toString(16).padStart(2, '0')).join('') }"""
    return str(await page.evaluate(script, [x, y]))
