"""`simulate bench console`: how smooth the console is while a whole city talks, on a machine without a graphics card.

The pages are the real ones, from the real service with its own database and broker, in a headless Chromium on the same
machine: what the service and the sender take of the cores, the browser has not, so each row says who had how much. A
script that hears the socket first (console.js) notes when what was said was seen. What the figures mean: docs/map.md.
"""

from __future__ import annotations

import asyncio
import gzip
import math
import os
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from time import time

import aiohttp

from devices.mqtt import MqttError
from rescue.embedded import EmbeddedError
from simulators.bench.around import find_free_port, tell
from simulators.bench.background import Reel, Sent, draw_life, send_evenly, sender_process, write_reel
from simulators.bench.chromium import Tab, open_tab
from simulators.bench.cores import Part, Shares, shares_of
from simulators.bench.latency import draw_alarm, percentile
from simulators.bench.slope import fit
from simulators.city import City, Lift, build_city
from simulators.errors import SimulatorError
from simulators.gateway import Gateway
from simulators.registers import write_registers, write_surroundings
from simulators.results import Row
from simulators.roads import build_roads
from simulators.service import Service

SCRIPT = Path(__file__).with_suffix(".js")
SHOW_MAP = "document.querySelector('.city-map-host') ?? document.querySelectorAll('nav.panes button')[1]?.click()"
"""On a narrow screen the map takes turns with the case."""
LEVELS = ("city", "district", "building")
"""In the order of the map's own buttons."""
WAKE_PER_S = 15_000
RETAINED_EVERY_S = 60.0
SHOWN_WITHIN_S = 60.0
ALARM_EVERY_S = 1.5
ROWS_WITHIN_S = 10.0
SETTLES_S = 5.0
LEVEL_SETTLES_S = 2.0
HEAP_LOOKS_A_MINUTE = 4
COLLECTED = 3
"""Times for one look: what one collection frees may hold what only the next one finds."""
MB = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured."""

    lifts: int
    changes_per_s: int
    pans_s: float
    """At each level; afterwards the map rests as long."""
    alarms: int
    """Few enough that the console does not take them for a flood."""
    minutes: float
    """For so long memory is looked at."""

    @property
    def lasts_s(self) -> float:
        """For so long the city talks."""
        levels_s = len(LEVELS) * (LEVEL_SETTLES_S + 2 * self.pans_s)
        return SETTLES_S + levels_s + self.alarms * ALARM_EVERY_S + 60 * self.minutes + ROWS_WITHIN_S


WHOLE_CITY = Scale(lifts=120_000, changes_per_s=8_000, pans_s=10.0, alarms=8, minutes=1.0)
A_GLANCE = Scale(lifts=4_000, changes_per_s=1_000, pans_s=3.0, alarms=4, minutes=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pan:
    """What was seen at one level of the map, and who had the cores meanwhile."""

    level: str
    frames_ms: Sequence[float]
    paints_ms: Sequence[float]
    shares: Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """What was seen of the queue, and of memory while the console was left alone."""

    rows_ms: Sequence[float]
    heaps_mb: Sequence[tuple[float, float]]
    """Minutes since the first look, and megabytes after collecting."""
    shares: Shares


def measure_console(seed: int, scale: Scale = WHOLE_CITY) -> Sequence[Row]:
    """A row for each level of the map, and one for alarms and memory. Raises SimulatorError."""
    try:
        with tempfile.TemporaryDirectory(prefix="rescue-bench-") as directory, sender_process() as sender:
            return asyncio.run(_measure(Path(directory), seed, scale, sender))
    except (EmbeddedError, MqttError, aiohttp.ClientError) as error:
        raise SimulatorError(str(error)) from error
    except BrokenProcessPool:
        raise SimulatorError("the process that sends the background was killed") from None
    except OSError as error:
        raise SimulatorError(f"{error.strerror or error}: {error.filename or 'a connection of the bench'}") from error


def lasting(minutes: float) -> Scale:
    """A whole city, watched for so long."""
    return replace(WHOLE_CITY, minutes=minutes)


async def _measure(directory: Path, seed: int, scale: Scale, sender: ProcessPoolExecutor) -> list[Row]:
    city = build_city(lifts=scale.lifts, seed=seed)
    callers, speakers = city.lifts[: scale.alarms], city.lifts[scale.alarms :]
    reel = _draw(directory, speakers, seed, scale)
    async with _service(directory, city, seed) as (service, password):
        await _send(sender, service, reel.cut(0, len(speakers)), WAKE_PER_S, len(speakers) + 1)
        async with open_tab(directory / "browser") as tab:
            await _log_in(tab, service.ready.http, password)
            bundle_kb = await _weigh(tab)
            talk = asyncio.create_task(
                _send(sender, service, reel.cut(len(speakers), len(reel)), scale.changes_per_s, _retained_every(scale))
            )
            parts = _parts(tab, service, sender)
            pans = await _pan_each_level(tab, scale, parts)
            stay = await _stay(tab, service, callers, scale, parts)
            sent = await talk
    return [*(_describe_pan(scale, sent, pan) for pan in pans), _describe_stay(scale, sent, stay, bundle_kb)]


def _parts(tab: Tab, service: Service, sender: ProcessPoolExecutor) -> Mapping[str, Part]:
    """Who shares the cores; what is none of these is `others`, other people's work on this machine included."""
    return {
        "browser": Part(tab.browser_pid),
        "service": Part(service.pid, with_children=False),
        "database_and_broker": Part(service.pid, with_itself=False),
        "sender": Part(sender.submit(os.getpid).result(), with_children=False),
    }


def _draw(directory: Path, speakers: Sequence[Lift], seed: int, scale: Scale) -> Reel:
    wanted = len(speakers) + round(scale.changes_per_s * scale.lasts_s)
    tell(f"drawing {wanted:,} reports of {scale.lifts:,} lifts")
    return write_reel(directory / "reports", (one.report for one in islice(draw_life(speakers, seed), wanted)))


@asynccontextmanager
async def _service(directory: Path, city: City, seed: int) -> AsyncIterator[tuple[Service, str]]:
    """The service at work, knowing the city and its ground; and the password of an operator."""
    home = directory / "service"
    home.mkdir()
    async with Service(home, http_port=find_free_port(), mqtt_port=find_free_port()) as service:
        for register, path in write_registers(city, directory / "city").items():
            await service.command("import", register, str(path))
        for kind, path in write_surroundings(build_roads(seed=seed), directory / "city").items():
            await service.command(kind, "import", str(path), "--data-dir", str(home))
        made = await service.command("user", "add", "bench", "--role", "operator")
        tell("the service knows the city")
        yield service, made.split()[-1]


def _retained_every(scale: Scale) -> int:
    return max(1, round(scale.changes_per_s * RETAINED_EVERY_S / scale.lifts))


async def _send(pool: ProcessPoolExecutor, service: Service, reel: Reel, per_s: float, retained_every: int) -> Sent:
    url, loop = service.ready.mqtt, asyncio.get_running_loop()
    return await loop.run_in_executor(pool, send_evenly, url, reel, per_s, math.inf, retained_every)


async def _log_in(tab: Tab, address: str, password: str) -> None:
    await tab.do("Page.enable")
    await tab.do("Page.addScriptToEvaluateOnNewDocument", source=SCRIPT.read_text("utf-8"))
    await tab.do("Page.navigate", url=address)
    await tab.wait_for("document.readyState === 'complete' && location.protocol === 'http:'", SHOWN_WITHIN_S)
    body = f"JSON.stringify({{ username: 'bench', password: {password!r} }})"
    headers = "{ 'Content-Type': 'application/json' }"
    asked = f"fetch('/api/v1/session', {{ method: 'POST', headers: {headers}, body: {body} }}).then(a => a.ok)"
    if not await tab.evaluate(asked):
        raise SimulatorError("the service lets its own operator not in")
    await tab.do("Page.reload")
    await tab.wait_for("document.querySelector('.city-map-host, nav.panes') !== null", SHOWN_WITHIN_S)
    await tab.evaluate(SHOW_MAP)
    await tab.wait_for("document.querySelector('.city-map-host') !== null && bench.records > 0", SHOWN_WITHIN_S)


async def _weigh(tab: Tab) -> float:
    """Kilobytes that the page loaded of itself, as they are when packed with gzip."""
    script = """Promise.all(performance.getEntriesByType('resource').map(one => one.name)
        .filter(name => name.includes('/static/')).concat(location.href)
        .map(name => fetch(name).then(answer => answer.text())))"""
    texts = await tab.evaluate(script)
    return round(sum(len(gzip.compress(text.encode(), 9)) for text in texts) / 1000, 1)


async def _pan_each_level(tab: Tab, scale: Scale, parts: Mapping[str, Part]) -> list[Pan]:
    await asyncio.sleep(SETTLES_S)
    return [await _pan(tab, scale, parts, number) for number in range(len(LEVELS))]


async def _pan(tab: Tab, scale: Scale, parts: Mapping[str, Part], level: int) -> Pan:
    """Dragged in circles, then left to rest as long: a frame of telemetry is to be seen soon in either case."""
    await tab.evaluate(f"document.querySelectorAll('.city-map-levels button')[{level}].click()")
    await asyncio.sleep(LEVEL_SETTLES_S)
    await tab.evaluate("void (bench.paints.length = 0)")
    with shares_of(parts) as shares:
        frames_ms = await tab.evaluate(f"bench.pan({scale.pans_s * 1000})")
    await asyncio.sleep(scale.pans_s)
    paints_ms = await tab.evaluate("bench.paints")
    tell(f"{LEVELS[level]}: {len(frames_ms)} frames, {len(paints_ms)} paints")
    return Pan(level=LEVELS[level], frames_ms=sorted(frames_ms), paints_ms=sorted(paints_ms), shares=shares)


async def _stay(tab: Tab, service: Service, callers: Sequence[Lift], scale: Scale, parts: Mapping[str, Part]) -> Stay:
    rows_ms = await _raise_alarms(tab, service, callers)
    with shares_of(parts) as shares:
        heaps_mb = await _watch_heap(tab, scale.minutes)
    return Stay(rows_ms=sorted(rows_ms), heaps_mb=heaps_mb, shares=shares)


async def _raise_alarms(tab: Tab, service: Service, callers: Sequence[Lift]) -> Sequence[float]:
    async with Gateway(service.ready.mqtt, "bench-alarms") as gateway:
        for lift in callers:
            alarm = draw_alarm(lift, time())
            gateway.publish(alarm.topic, alarm.payload, qos=alarm.qos, retain=alarm.retain)
            await asyncio.sleep(ALARM_EVERY_S)
        await tab.wait_for(f"bench.rows.length >= {len(callers)}", ROWS_WITHIN_S)
    rows_ms: Sequence[float] = await tab.evaluate("bench.rows")
    return rows_ms


async def _watch_heap(tab: Tab, minutes: float) -> list[tuple[float, float]]:
    looks = [(0.0, await _heap_mb(tab))]
    began_at = time()
    for number in range(1, round(minutes * HEAP_LOOKS_A_MINUTE) + 1):
        await asyncio.sleep(began_at + 60 * number / HEAP_LOOKS_A_MINUTE - time())
        looks.append(((time() - began_at) / 60, await _heap_mb(tab)))
    return looks


async def _heap_mb(tab: Tab) -> float:
    """The least that the page is seen to hold: a frame that comes in between is no part of it."""
    await tab.evaluate("void (bench.paints.length = 0)")
    return min([await _collected_mb(tab) for _ in range(COLLECTED)])


async def _collected_mb(tab: Tab) -> float:
    """Objects of JavaScript and of the browser, and the bytes of arrays and frames."""
    await tab.do("HeapProfiler.collectGarbage")
    held = await tab.do("Runtime.getHeapUsage")
    return sum(float(held.get(key, 0)) for key in ("usedSize", "embedderHeapUsedSize", "backingStorageSize")) / MB


def _describe_pan(scale: Scale, sent: Sent, pan: Pan) -> Row:
    return {
        "level": pan.level,
        "lifts": scale.lifts,
        "changes_per_s": round(sent.per_s),
        "frame_mean_ms": round(sum(pan.frames_ms) / len(pan.frames_ms), 1),
        "frame_p95_ms": percentile(pan.frames_ms, 95),
        "paint_p95_ms": percentile(pan.paints_ms, 95) if pan.paints_ms else None,
        **pan.shares.row(),
    }


def _describe_stay(scale: Scale, sent: Sent, stay: Stay, bundle_kb: float) -> Row:
    line = fit(stay.heaps_mb)
    return {
        "level": "at rest",
        "lifts": scale.lifts,
        "changes_per_s": round(sent.per_s),
        **stay.shares.row(),
        "row_ms": percentile(stay.rows_ms, 100),
        "bundle_gz_kb": bundle_kb,
        "minutes": scale.minutes,
        "heap_mb": round(stay.heaps_mb[-1][1], 1),
        "heap_mb_a_minute": None if line is None else round(line.slope, 3),
        "heap_error": None if line is None else round(line.error, 3),
    }
