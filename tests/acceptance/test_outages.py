"""The database or the broker goes away under a running service: it keeps what it has not acknowledged, and recovers.

With a database and a broker that are not its own children, and with either broker.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.acceptance.centre import WITHIN_S, Centre, eventually, fails_to_serve, free_port
from tests.acceptance.conftest import open_centre
from tests.brokers import Broker, mosquitto, nats
from tests.postgres import hasty_server

STANDS_BY = "another instance is the desk"


class Database:
    """A running PostgreSQL that may be stopped as by a crash, and started again as it was."""

    def __init__(self, url: str, data_dir: Path) -> None:
        self.url = url
        self._again: subprocess.Popen[bytes] | None = None
        self._process = psutil.Process(int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0]))

    @contextmanager
    def away(self) -> Iterator[None]:
        """Gone without a goodbye; back, on the same port, at the end of the block."""
        command, owner = self._process.cmdline(), self._process.uids().real
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(15)
        yield
        as_owner: dict[str, Any] = {"user": owner, "group": owner, "extra_groups": []} if os.getuid() == 0 else {}
        self._again = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **as_owner
        )
        self._process = psutil.Process(self._again.pid)

    def stop(self) -> None:
        """End the server that `away` started."""
        if self._again:
            self._again.send_signal(signal.SIGQUIT)
            self._again.wait(15)


@pytest.fixture(params=[nats, mosquitto], ids=["nats", "mosquitto"])
async def outer_broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Broker]:
    """A broker that is not the service's own."""
    make: Callable[[Path], Broker] = request.param
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = make(folder)
    await broker.start()
    yield broker
    await broker.kill()


@pytest.fixture
async def outer_database(tmp_path: Path) -> AsyncIterator[Database]:
    """A database that is not the service's own."""
    async with hasty_server(tmp_path / "database") as url:
        database = Database(url, tmp_path / "database")
        yield database
        database.stop()


@pytest.fixture
def outer_centre(tmp_path: Path, outer_broker: Broker, outer_database: Database) -> Iterator[Centre]:
    """A service that was given its database and its broker by URL."""
    centre = open_centre(
        tmp_path / "data",
        mqtt_port=outer_broker.port,
        RESCUE_DATABASE_URL=outer_database.url,
        RESCUE_MQTT_URL=outer_broker.url,
    )
    yield centre
    centre.stop()


def is_ready(centre: Centre) -> bool:
    """Whether the service could take a case now."""
    return centre.ask("GET", "/readyz")[0] == 200


async def test_an_alarm_raised_while_the_database_is_away_is_acknowledged_when_it_is_back_and_is_one_case(
    outer_centre: Centre, outer_database: Database
) -> None:
    lift = outer_centre.lift("L1")
    with lift.listening("alarm/ack") as acknowledged:
        with outer_database.away():
            eventually("the service says that it is not ready", lambda: not is_ready(outer_centre))
            lift.alarm(number=1)
            with pytest.raises(queue.Empty):
                acknowledged.get(timeout=1)
        assert acknowledged.get(timeout=30) == {"number": 1}
    assert len(outer_centre.cases("L1")) == 1
    eventually("the service is ready again", lambda: is_ready(outer_centre))


async def test_alarms_go_on_being_heard_after_the_broker_was_killed_and_started_again(
    outer_centre: Centre, outer_broker: Broker
) -> None:
    await outer_broker.kill()
    eventually("the service says that it is not ready", lambda: not is_ready(outer_centre))
    await outer_broker.start()
    eventually("the service is ready again", lambda: is_ready(outer_centre))
    lift = outer_centre.lift("L2")
    with lift.listening("alarm/ack") as acknowledged:
        lift.alarm(number=5)
        assert acknowledged.get(timeout=WITHIN_S) == {"number": 5}
    outer_centre.case("L2")


async def test_alarms_raised_while_the_service_is_away_wait_in_the_broker(outer_centre: Centre) -> None:
    outer_centre.kill()
    outer_centre.lift("L3").alarm(number=2)
    outer_centre.start()
    assert outer_centre.case("L3")["status"] in ("open", "dispatched")


async def test_of_two_services_on_one_database_one_waits_and_takes_over_when_the_other_dies(
    outer_centre: Centre, tmp_path: Path
) -> None:
    second = Centre(tmp_path / "second", mqtt_port=outer_centre.mqtt_port, **outer_centre.settings)
    second.operator = outer_centre.operator
    second.launch()
    eventually("the second serves HTTP", lambda: second.answers() and not is_ready(second))
    outer_centre.lift("L4").alarm()
    outer_centre.case("L4")
    outer_centre.kill()
    second.wait_ready()
    second.lift("L5").alarm()
    assert len(second.cases("L4")) == 1
    second.case("L5")
    second.stop()
    outer_centre.start()


async def test_a_service_that_lost_the_desk_to_another_stands_by_and_leaves_the_lifts_to_it(
    outer_centre: Centre, outer_database: Database, tmp_path: Path
) -> None:
    second = Centre(tmp_path / "second", mqtt_port=outer_centre.mqtt_port, **outer_centre.settings)
    second.operator = outer_centre.operator
    second.launch()
    eventually("the second stands by", lambda: STANDS_BY in second.log())
    with outer_centre.paused():
        with outer_database.away():
            pass
        second.wait_ready()
    eventually("the first stands by", lambda: STANDS_BY in outer_centre.log())
    for number in range(10, 15):
        lift = second.lift(f"L{number}")
        with lift.listening("alarm/ack") as acknowledged:
            lift.alarm()
            assert acknowledged.get(timeout=WITHIN_S) == {"number": 1}
    assert is_ready(second)
    assert not is_ready(outer_centre)
    assert "broker connected" not in outer_centre.log().rpartition(STANDS_BY)[2]
    second.stop()


async def test_a_broker_that_cannot_be_reached_is_named_when_starting(outer_database: Database) -> None:
    nobody = free_port()
    said = fails_to_serve(
        f"--http-port={free_port()}",
        RESCUE_DATABASE_URL=outer_database.url,
        RESCUE_MQTT_URL=f"mqtt://rescue:secret@127.0.0.1:{nobody}",
        RESCUE_BROKER_WITHIN_S="1",
    )
    assert str(nobody) in said
    assert "secret" not in said
