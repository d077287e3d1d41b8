"""Consoles that look at everything and do nothing: they read all they are sent, in a process of their own."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import aiohttp


def listen(url: str, consoles: int, for_s: float) -> int:
    """So many consoles that read all they are sent, until they are told to go; the bytes they read."""
    return asyncio.run(_listen(url, consoles, for_s))


async def _listen(url: str, consoles: int, for_s: float) -> int:
    read = [0]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as browser, asyncio.TaskGroup() as all_:
        for _ in range(consoles):
            all_.create_task(_read_all(browser, url, for_s, read))
    return read[0]


async def _read_all(browser: aiohttp.ClientSession, url: str, for_s: float, read: list[int]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(for_s), browser.ws_connect(url, max_msg_size=0) as socket:
            await socket.send_str(json.dumps({"type": "resume"}))
            await socket.send_str(json.dumps({"type": "telemetry", "on": True}))
            async for message in socket:
                read[0] += len(message.data)
