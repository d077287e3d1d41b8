"""What survives: the desk killed or frozen, the database gone for a while or taking no writes, seen from outside.

An outage lasts 3 s here; `RESCUE_TEST_OUTAGE_S=60` makes it the minute that is promised.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from tests.acceptance.centre import Centre, Company, eventually
from tests.acceptance.conftest import open_centre
from tests.acceptance.test_outages import STANDS_BY, Database, is_ready
from tests.brokers import Broker, nats
from tests.postgres import execute, hasty_server

OUTAGE_S = float(os.environ.get("RESCUE_TEST_OUTAGE_S", "3"))
TAKES_OVER_WITHIN_S = 5.0
"""From the death of the desk until the other instance takes cases."""
STARTS_WITHIN_S = 60.0
"""On a machine that stalls."""
ALARMS = range(1, 21)
GROWS_BY_AT_MOST = 96 * 1024 * 1024
"""Bytes, of the service, during an outage."""


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    """A broker that outlives every instance."""
    folder = tmp_path / "broker"
    folder.mkdir()
    running = nats(folder)
    await running.start()
    yield running
    await running.kill()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A database that outlives every instance."""
    async with hasty_server(tmp_path / "database") as url:
        running = Database(url, tmp_path / "database")
        yield running
        running.stop()


@pytest.fixture
def desk(tmp_path: Path, broker: Broker, database: Database) -> Iterator[Centre]:
    """The instance that is the desk."""
    centre = open_centre(
        tmp_path / "desk", mqtt_port=broker.port, RESCUE_DATABASE_URL=database.url, RESCUE_MQTT_URL=broker.url
    )
    yield centre
    centre.stop()


@pytest.fixture
def other(tmp_path: Path, desk: Centre) -> Iterator[Centre]:
    """A second instance, which stands by."""
    centre = Centre(tmp_path / "other", mqtt_port=desk.mqtt_port, **desk.settings)
    centre.operator = desk.operator
    stands_by(centre)
    yield centre
    centre.stop()


def stands_by(centre: Centre) -> None:
    """Start this instance while another is the desk."""
    centre.launch()
    eventually("it stands by", lambda: STANDS_BY in centre.log() and centre.answers(), STARTS_WITHIN_S)


def takes_over(centre: Centre) -> float:
    """Seconds until this instance is ready."""
    began = time.monotonic()
    eventually("the other instance is ready", lambda: is_ready(centre))
    return time.monotonic() - began


def memory(centre: Centre) -> int:
    """Bytes that the service holds."""
    assert centre._process is not None
    return int(psutil.Process(centre._process.pid).memory_info().rss)


async def test_when_the_desk_is_killed_the_other_instance_has_it_in_under_five_seconds(
    desk: Centre, other: Centre
) -> None:
    desk.lift("L1").alarm()
    case = desk.case("L1")
    desk.kill()
    assert takes_over(other) < TAKES_OVER_WITHIN_S
    assert [one["id"] for one in other.cases("L1")] == [case["id"]]
    other.lift("L2").alarm()
    other.case("L2")
    stands_by(desk)


async def test_when_the_desk_freezes_the_other_has_it_in_under_five_seconds_and_what_it_had_not_told_is_one_case(
    desk: Centre, other: Centre
) -> None:
    company = Company(desk, "K")
    with desk.paused():
        desk.lift("L1").alarm()  # into the hands of a process that hears nothing
        assert takes_over(other) < TAKES_OVER_WITHIN_S
        other.case("L1", status="dispatched")
    eventually("the frozen one finds that it is the desk no more", lambda: STANDS_BY in desk.log())
    assert not is_ready(desk)
    other.lift("L2").alarm()
    other.case("L2", status="dispatched")
    assert len(other.cases("L1")) == 1
    company.expect("assignment.offered", "L1")
    company.expect("assignment.offered", "L2")
    assert company.told("assignment.offered", "L1") == 0
    company.close()


async def test_an_outage_of_the_database_loses_no_alarm_opens_no_case_twice_and_fills_no_memory(
    desk: Centre, database: Database
) -> None:
    company = Company(desk, "K")
    before = memory(desk)
    with database.away():
        eventually("the service says that it is not ready", lambda: not is_ready(desk))
        until = time.monotonic() + OUTAGE_S
        for n in ALARMS:
            desk.lift(f"L{n}").alarm()
        while time.monotonic() < until:
            desk.lift("L50").flood(500)
    eventually("the service is ready again", lambda: is_ready(desk), STARTS_WITHIN_S)
    for n in ALARMS:
        desk.case(f"L{n}", status="dispatched")
    assert [len(desk.cases(f"L{n}")) for n in ALARMS] == [1 for _ in ALARMS]
    for n in ALARMS:
        eventually(f"an offer for L{n}", lambda n=n: company.told("assignment.offered", f"L{n}") == 1)  # type: ignore[misc]
    assert memory(desk) - before < GROWS_BY_AT_MOST
    company.close()


async def test_a_database_that_takes_no_writes_is_said_alarms_are_kept_and_no_restart_is_needed(
    desk: Centre, database: Database
) -> None:
    await execute(database.url, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    eventually("the service says why", lambda: "takes no writes" in str(desk.ask("GET", "/readyz")))
    lift = desk.lift("L1")
    with lift.listening("alarm/ack") as acknowledged:
        lift.alarm()
        eventually("still not ready", lambda: not is_ready(desk))
        assert acknowledged.empty()
        await execute(database.url, "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")
        assert acknowledged.get(timeout=20) == {"number": 1}
    assert len(desk.cases("L1")) == 1
    eventually("the service is ready again", lambda: is_ready(desk))
