"""`simulate crews` and `simulate callers` as they are typed, beside the real service."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner

from simulators.api import Api
from simulators.city import build_city
from simulators.cli import app
from simulators.registers import write_registers, write_surroundings
from simulators.roads import build_roads
from tests.acceptance.centre import free_port
from tests.acceptance.conftest import open_centre

LIFTS = 60
WITHIN_S = 60.0
run = CliRunner().invoke
STARTED: list[asyncio.subprocess.Process] = []


@dataclass(frozen=True, kw_only=True)
class Place:
    """The service, the city's files beside it, and the keys."""

    http: str
    mqtt: str
    city: Path
    tokens: Path
    operator: str


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    directory, drawn = tmp_path_factory.mktemp("people"), build_city(lifts=LIFTS, seed=1)
    write_surroundings(build_roads(seed=1), directory / "city")
    registry = {name: path.read_text() for name, path in write_registers(drawn, directory / "city").items()}
    service = open_centre(directory / "data", registry=registry)
    tokens = directory / "tokens"
    keys = {one.company_id: service.token("--company", one.company_id) for one in drawn.companies}
    tokens.write_text("".join(f"{company_id} token {token}\n" for company_id, token in keys.items()))
    yield Place(
        http=service.ready["http"], mqtt=service.ready["mqtt"], city=directory / "city", tokens=tokens,
        operator=service.operator,
    )  # fmt: skip
    service.stop()


@pytest.fixture(autouse=True)
async def nothing_left_running() -> AsyncIterator[None]:
    """Also of a test that failed."""
    yield
    while STARTED:
        with suppress(ProcessLookupError):
            STARTED.pop().kill()


@dataclass
class Simulator:
    """One `simulate` command as a process."""

    process: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)

    @classmethod
    async def start(cls, *words: object, token: str = "") -> Simulator:
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "simulators.cli", *map(str, words)],
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "NO_COLOR": "1", "RESCUE_TOKEN": token},
        )  # fmt: skip
        STARTED.append(process)
        return cls(process)

    async def says(self, words: str) -> None:
        """Waits for a line with these words."""
        assert self.process.stderr is not None
        async with asyncio.timeout(WITHIN_S):
            async for line in self.process.stderr:
                self.said.append(line.decode())
                if words in self.said[-1]:
                    return
        raise AssertionError(f"it ended without saying {words!r}: {self.said[-5:]}")

    async def interrupt(self) -> Any:
        """Ctrl-C; the row that it prints then."""
        self.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(WITHIN_S):
            out, errors = await self.process.communicate()
        assert self.process.returncode == 0, errors
        assert "Traceback" not in errors.decode()
        printed = json.loads(out)
        assert set(printed) == {"name", "seed", "commit", "machine", "rows"}
        (row,) = printed["rows"]
        return row


async def test_people_call_a_running_service_and_its_crews_get_them_out(centre: Place) -> None:
    beside = ["--city", centre.city, "--service", centre.http, "--mqtt", centre.mqtt, "--speed", 200, "--json"]
    crews = await Simulator.start("crews", *beside, "--tokens", centre.tokens, "--hour", 3)
    await crews.says("companies listen")
    wrong = ["--per-hour", 25, "--wrong-digit", 0.5]
    callers = await Simulator.start("callers", *beside, *wrong, token=centre.operator)
    await crews.says("released at")
    await callers.says("are out of")
    called, worked = await callers.interrupt(), await crews.interrupt()
    assert called["parties"] > called["freed"] >= 1
    assert called["calls"] + called["pages"] + called["pressed"] >= 1
    assert called["failed"] == 0
    assert worked["accepted"] >= worked["released"] >= 1
    assert worked["webhooks_received"] >= worked["offers"] >= 1
    assert worked["webhooks_forged"] == 0
    assert worked["went_off_duty"] >= 1
    async with aiohttp.ClientSession() as session:
        for line in centre.tokens.read_text().splitlines():
            assert await Api(session, centre.http, line.split()[-1]).get_all("/webhooks") == []


def crews(centre: Place, **changed: object) -> tuple[int, str]:
    words = {"--city": centre.city, "--service": centre.http, "--tokens": centre.tokens, "--for": 1} | {
        f"--{name}": value for name, value in changed.items()
    }
    said = run(app, ["crews", *(str(word) for pair in words.items() for word in pair)])
    return said.exit_code, said.stderr


def assert_one_line(said: tuple[int, str], reason: str) -> None:
    code, errors = said
    lines = [line for line in errors.splitlines() if "Ctrl-C ends it" not in line]
    assert code == 1, errors
    assert len(lines) == 1, errors
    assert lines[0].startswith("error: ")
    assert reason in lines[0]


def test_what_crews_need_is_said_in_one_line_when_it_is_not_there(centre: Place, tmp_path: Path) -> None:
    city = tmp_path / "city"
    shutil.copytree(centre.city, city)
    wrong, unknown = tmp_path / "wrong", tmp_path / "unknown"
    wrong.write_text("C001 token wrong\n")
    unknown.write_text("C999 token wrong\n")
    port = free_port()
    assert_one_line(
        crews(centre, service=f"http://127.0.0.1:{port}"), f"no rescue service answers at http://127.0.0.1:{port}"
    )
    assert_one_line(crews(centre, tokens=wrong), "does not let company C001 in: ")
    assert_one_line(crews(centre, tokens=unknown), "has no company C999")
    assert_one_line(crews(centre, tokens=tmp_path / "none"), "No such file")
    assert_one_line(crews(centre, mqtt=f"mqtt://127.0.0.1:{port}"), f"no MQTT broker at 127.0.0.1:{port}")
    assert_one_line(crews(centre, listen="127.0.0.1:many"), "not host:port")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert_one_line(crews(centre, listen=listen), f"cannot listen at {listen}: address already in use")
    (city / "roads.osm.pbf").unlink()
    assert_one_line(crews(centre, city=city), "roads.osm.pbf: ")
    (city / "crews.csv").unlink()
    assert_one_line(crews(centre, city=city), "crews.csv: No such file")


def callers(centre: Place, *words: str, url: str = "", token: str = "") -> tuple[int, str]:
    base = ["callers", "--city", str(centre.city), "--service", url or centre.http, "--for", "1"]
    said = run(app, [*base, *words], env={"RESCUE_TOKEN": token})
    return said.exit_code, said.stderr


def test_what_callers_need_is_said_in_one_line_when_it_is_not_there(centre: Place, tmp_path: Path) -> None:
    assert_one_line(callers(centre), "an operator's token is needed")
    assert_one_line(callers(centre, token="wrong"), "does not let the operator in: ")
    assert_one_line(callers(centre, token="x", url="http://127.0.0.1:1"), "no rescue service answers")
    assert_one_line(callers(centre, "--city", str(tmp_path), token=centre.operator), "lifts.csv: No such file")


def test_a_token_may_come_by_standard_input_and_the_summary_is_a_table(centre: Place) -> None:
    words = ["callers", "--city", str(centre.city), "--service", centre.http, "--for", "0.5", "--token-stdin"]
    said = run(app, words, input=f"{centre.operator}\n")
    assert said.exit_code == 0, said.stderr
    assert "callers, seed 1" in said.stdout
    assert "still_inside" in said.stdout
