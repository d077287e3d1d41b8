"""`simulate fleet` and `simulate mass-event` as they are typed, on a real broker, with a client of it watching."""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulators.car import NEVER, Stoppage
from simulators.city import Lift, build_city
from simulators.cli import app
from simulators.errors import BrokerUnreachableError
from simulators.fleet_run import FleetPlan, make_on_air, run_fleet
from simulators.gateway import Gateway
from simulators.mishaps import Shares
from simulators.on_air import OnAir
from simulators.registers import write_registers
from tests.brokers import Broker, free_port, nats
from tests.unit.simulators.contract import TOPIC, faults_of

LIFTS = 40
CITY = build_city(lifts=LIFTS, seed=1)
WITHIN_S = 30.0
run = CliRunner().invoke
STARTED: list[asyncio.subprocess.Process] = []


@pytest.fixture(scope="module")
def city_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("city")
    write_registers(CITY, directory)
    return directory


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    one = nats(tmp_path)
    await one.start()
    yield one
    await one.kill()


@pytest.fixture(autouse=True)
async def nothing_left_running() -> AsyncIterator[None]:
    """Also of a test that failed."""
    yield
    while STARTED:
        with suppress(ProcessLookupError):
            STARTED.pop().kill()


class Centre:
    """Hears everything and acknowledges every alarm."""

    def __init__(self, url: str) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.line = Gateway(url, "centre", subscriptions=("lifts/v1/#",), on_message=self.hear)

    def hear(self, topic: str, payload: bytes) -> None:
        if topic.endswith(("/ack", "/notice")):
            return
        body = json.loads(payload)
        self.heard.append((topic, body))
        if topic.endswith("/alarm") and body["state"] == "raised":
            self.line.publish(f"{topic}/ack", json.dumps({"number": body["number"]}).encode(), qos=1, retain=False)

    def of(self, channel: str) -> list[tuple[str, dict[str, Any]]]:
        return [(topic, body) for topic, body in self.heard if topic.endswith(f"/{channel}")]

    async def hears(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not condition():  # noqa: ASYNC110 - another program's doing has no event to wait for
                await asyncio.sleep(0.02)


async def start(*words: object, most_files: int | None = None) -> asyncio.subprocess.Process:
    def limit_files() -> None:
        if most_files is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))

    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "simulators.cli", *map(str, words)],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=limit_files,
        env={**os.environ, "NO_COLOR": "1"},
    )
    STARTED.append(process)
    return process


def is_acknowledged(air: OnAir, lift: Lift) -> bool:
    button = air.fleet[lift.lift_id].button
    return button.number is not None and button.due_at == NEVER


async def end(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    async with asyncio.timeout(WITHIN_S):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_every_lift_has_a_connection_of_its_own_and_says_goodbye_on_ctrl_c(
    broker: Broker, city_dir: Path
) -> None:
    centre = Centre(broker.url)
    async with centre.line:
        fleet = await start("fleet", "--city", city_dir, "--mqtt", broker.url, "--storm-every", 2, "--json")
        await centre.hears(lambda: sum(body["online"] for _, body in centre.of("link")) >= 2 * LIFTS)
        # A storm takes every connection, and the broker says so for each lift: its will.
        await centre.hears(lambda: len([1 for _, body in centre.of("link") if not body["online"]]) >= LIFTS)
        fleet.send_signal(signal.SIGINT)
        code, out, err = await end(fleet)
        assert (code, "Traceback" in err) == (0, False)
    (row,) = json.loads(out)["rows"]
    assert (row["lifts"], row["connections"]) == (LIFTS, LIFTS)
    assert row["storms"] >= 1
    assert row["returns"] >= LIFTS
    said_last = {topic: body["online"] for topic, body in centre.of("link")}
    assert len(said_last) == LIFTS
    assert not any(said_last.values())


async def test_an_alarm_gets_through_all_mishaps_and_every_word_is_as_published(broker: Broker) -> None:
    centre = Centre(broker.url)
    shares = Shares(doubled=0.3, delayed=0.1, reordered=0.3)
    plan = FleetPlan(lifts=CITY.lifts, url=broker.url, own=False, seed=1, births_per_s=1000, shares=shares)
    async with centre.line, make_on_air(plan, time.time()) as air:
        running = asyncio.create_task(air.run())
        await centre.hears(lambda: air.fleet.online == LIFTS)
        stuck = Stoppage(at_landing=False, people=2, presses_after_s=0.0)
        for lift in CITY.lifts[:5]:
            air.send(air.fleet.halt(lift.lift_id, stuck, time.time()))
        # Those that are delayed or overtaken take up to half a minute; whatever is heard is acknowledged.
        await centre.hears(lambda: any(is_acknowledged(air, lift) for lift in CITY.lifts[:5]))
        running.cancel()
        assert min(air.mishaps[mishap] for mishap in ("doubled", "delayed", "reordered")) >= 1
    for topic, body in centre.heard:
        if body.get("online", True):
            retained, size = topic.endswith("/link"), len(json.dumps(body))
            assert faults_of(topic, body, qos=1, retain=retained, size=size) == []


async def test_an_estate_loses_its_power_and_the_truth_is_written_apart(
    broker: Broker, city_dir: Path, tmp_path: Path
) -> None:
    centre, truth = Centre(broker.url), tmp_path / "truth.jsonl"
    async with centre.line:
        event = await start(
            *["mass-event", "estate", "--city", city_dir, "--mqtt", broker.url, "--connections", "own"],
            *["--speed", 1000, "--seed", 4, "--truth", truth, "--json"],
        )
        code, out, err = await end(event)
    assert code == 0, err
    (row,) = json.loads(out)["rows"]
    facts = [json.loads(line) for line in truth.read_text("utf-8").splitlines()]
    assert len(facts) == row["lifts"] == LIFTS
    assert row["trapped"] == sum(fact["outcome"] == "trapped" for fact in facts) == row["freed"]
    dark = {TOPIC.fullmatch(topic)["lift"] for topic, body in centre.of("status") if body["power_status"] == "lost"}  # type: ignore[index]
    assert dark == {fact["lift_id"] for fact in facts if not fact["silent"]}
    boots = {body["boot"] for _, body in centre.of("link") if body["online"]}
    assert len(boots) == 2  # before the cut, and after


class CentreWithCrews(Centre):
    """Lets every lift that has lost its power know, once, that a crew is there."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.arrived: set[str] = set()

    def hear(self, topic: str, payload: bytes) -> None:
        super().hear(topic, payload)
        body, place = json.loads(payload), topic.rsplit("/", 1)[0]
        if body.get("power_status") == "lost" and place not in self.arrived:
            self.arrived.add(place)
            notice = {"incident": "I1", "message": "arrived", "eta_s": None}
            self.line.publish(f"{place}/notice", json.dumps(notice).encode(), qos=1, retain=False)


async def test_people_get_out_when_a_crew_has_come_and_done_its_work(
    broker: Broker, city_dir: Path, tmp_path: Path
) -> None:
    centre, truth = CentreWithCrews(broker.url), tmp_path / "truth.jsonl"
    async with centre.line:
        event = await start(
            *["mass-event", "estate", "--city", city_dir, "--mqtt", broker.url, "--by-crews", "--speed", 200],
            *["--seed", 5, "--truth", truth, "--json"],
        )
        code, out, err = await end(event)
    assert code == 0, err
    (row,) = json.loads(out)["rows"]
    assert row["crews_arrived"] == len(centre.arrived) > row["trapped"]
    assert row["freed_by_crews"] == row["freed"] == row["trapped"] == 2
    trapped = [fact for line in truth.read_text("utf-8").splitlines() if (fact := json.loads(line))["people"]]
    assert all(fact["arrived_at"] < fact["freed_at"] for fact in trapped if fact["outcome"] == "trapped")


@pytest.mark.parametrize("command", [("fleet",), ("mass-event", "estate")])
def test_without_a_broker_one_line_says_where_none_is(command: tuple[str, ...], city_dir: Path, tmp_path: Path) -> None:
    port = free_port()
    where = ("--truth", str(tmp_path / "truth")) if len(command) > 1 else ()
    said = run(app, [*command, "--city", str(city_dir), "--mqtt", f"mqtt://127.0.0.1:{port}", *where])
    assert (said.exit_code, said.stdout) == (1, "")
    assert f"error: no MQTT broker at 127.0.0.1:{port}: " in said.stderr
    assert "Traceback" not in said.stderr


async def test_wrong_credentials_are_the_reason_that_is_said(tmp_path: Path) -> None:
    closed = nats(tmp_path, closed=True)
    await closed.start()
    url = closed.url.replace("mqtt://", "mqtt://nobody:wrong@")
    plan = FleetPlan(lifts=CITY.lifts, url=url, own=True, seed=1, births_per_s=1000)
    with pytest.raises(BrokerUnreachableError, match="it refuses: "):
        await run_fleet(plan, lambda _now: None)
    await closed.kill()


async def test_too_few_open_files_are_counted_and_how_to_raise_them_is_said(city_dir: Path) -> None:
    process = await start("fleet", "--city", city_dir, "--mqtt", "mqtt://127.0.0.1:1", most_files=100)
    code, _, err = await end(process)
    assert (code, err.count("\n")) == (1, 1)
    assert re.search(r"40 connections need \d+ open files.* 100 are allowed.*ulimit -Hn \d+", err)


def test_a_truth_that_cannot_be_written_is_said_in_one_line(city_dir: Path, tmp_path: Path) -> None:
    words = ["--city", str(city_dir), "--mqtt", "mqtt://127.0.0.1:1", "--truth", str(tmp_path / "no" / "truth")]
    said = run(app, ["mass-event", "estate", *words])
    assert said.exit_code == 1
    assert "error: cannot write" in said.stderr
    assert "Traceback" not in said.stderr
