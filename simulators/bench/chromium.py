"""Debian's Chromium without a window, a graphics card or a library in between: told what to do by its own protocol."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from simulators.errors import SimulatorError

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--window-size=1600,1050",
)
PORT_FILE = "DevToolsActivePort"
STARTED_WITHIN_S = 30.0
STOPPED_WITHIN_S = 5.0
LOOK_EVERY_S = 0.05
LARGEST_ANSWER = 64 * 1024 * 1024


class Tab:
    """One page, and the conversation about it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, browser_pid: int) -> None:
        self.browser_pid = browser_pid
        self._socket = socket
        self._numbers = itertools.count(1)

    async def do(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        """Have the browser do something; its answer. Raises SimulatorError."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        async for message in self._socket:
            said = message.json()
            if said.get("id") != number:
                continue  # an event that nobody asked for
            if "error" in said:
                raise SimulatorError(f"the browser at {method}: {said['error']['message']}")
            result: Mapping[str, Any] = said["result"]
            return result
        raise SimulatorError("the browser has gone")

    async def evaluate(self, script: str) -> Any:
        """What a script comes to; a promise is waited for. Raises SimulatorError."""
        said = await self.do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in said:
            details = said["exceptionDetails"]
            raise SimulatorError(f"the page: {details.get('exception', details).get('description', details['text'])}")
        return said["result"].get("value")

    async def wait_for(self, condition: str, within_s: float) -> None:
        """Until a condition in the page's own words holds. Raises SimulatorError."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not await self.evaluate(condition):  # noqa: ASYNC110 -- the page tells nobody
                    await asyncio.sleep(LOOK_EVERY_S)
                return
        raise SimulatorError(f"the page has not come to this within {within_s:g} s: {condition}")


@asynccontextmanager
async def open_tab(directory: Path) -> AsyncIterator[Tab]:
    """A browser that nobody has used before; it keeps its files in the directory. Raises SimulatorError."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SimulatorError("no Chromium: apt-get install --no-install-recommends chromium")
    process = await asyncio.create_subprocess_exec(
        chromium, *FLAGS, f"--user-data-dir={directory}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port = await _port_of(process, directory / PORT_FILE)
        async with aiohttp.ClientSession() as session:
            address = await _page_address(session, port)
            async with session.ws_connect(address, max_msg_size=LARGEST_ANSWER) as socket:
                yield Tab(socket, process.pid)
    finally:
        await _stop(process)


async def _port_of(process: asyncio.subprocess.Process, file: Path) -> int:
    with suppress(TimeoutError):
        async with asyncio.timeout(STARTED_WITHIN_S):
            while process.returncode is None:
                if lines := await asyncio.to_thread(_lines_of, file):
                    return int(lines[0])
                await asyncio.sleep(LOOK_EVERY_S)
    raise SimulatorError("Chromium does not start")


def _lines_of(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


async def _page_address(session: aiohttp.ClientSession, port: int) -> str:
    async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
        pages = [one for one in await answer.json() if one["type"] == "page"]
    return str(pages[0]["webSocketDebuggerUrl"])


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPPED_WITHIN_S):
                await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()
