"""The pages of people and what they load: built files, listed once, so that nothing a request names is looked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aiohttp import web

from rescue.api.problems import NotFound
from rescue.settings import ServiceError

STATIC = Path(__file__).parent.parent / "console" / "static"
PAGES = {"/": "index.html", "/wall": "wall.html", "/crew": "crew.html", "/crew-worker.js": "crew-worker.js"}
"""A worker may serve no page above its own place."""
Show = Callable[[web.Request], Awaitable[web.FileResponse]]
ASSETS = "assets"
"""The names of what is in this folder change with its content."""
FOR_EVER = "public, max-age=31536000, immutable"


class NotBuilt(ServiceError):
    """The console's pages are not there: this is a source tree in which nobody has built them yet."""

    def __init__(self) -> None:
        super().__init__("the console is not built: run `python tools/build_console.py build` in the project's folder")


def add_files(app: web.Application, static: Path = STATIC) -> None:
    """Serve the pages and all they load. Raises NotBuilt."""
    files = {path.relative_to(static).as_posix(): path for path in static.rglob("*") if path.is_file()}
    if not files.keys() >= set(PAGES.values()):
        raise NotBuilt
    for path, page in PAGES.items():
        app.router.add_get(path, _page(files[page]))
    app.router.add_get("/static/{name:.+}", _any_of(files))


def _page(path: Path) -> Show:
    async def show(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(path, headers={"Cache-Control": "no-store"})

    return show


def _any_of(files: Mapping[str, Path]) -> Show:
    async def show(request: web.Request) -> web.FileResponse:
        name = request.match_info["name"]
        if name not in files:
            raise NotFound(f"there is no file {name}")
        kept = FOR_EVER if name.startswith(f"{ASSETS}/") else "no-cache"
        return web.FileResponse(files[name], headers={"Cache-Control": kept})

    return show
