"""A service that cannot start says why in one line; one that has started outlives its database and its broker."""

from __future__ import annotations

import socket
from pathlib import Path

import psutil
import pytest

from tests.acceptance.centre import Centre, fails_to_serve, free_port


@pytest.fixture
def taken() -> int:  # type: ignore[misc]
    """A port on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def options(tmp_path: Path, *, http: int | None = None, mqtt: int | None = None) -> list[str]:
    """An embedded service on free ports."""
    ports = [f"--http-port={http or free_port()}", f"--mqtt-port={mqtt or free_port()}"]
    return ["--embedded", *ports, f"--data-dir={tmp_path / 'data'}"]


def test_a_taken_http_port_is_named(tmp_path: Path, taken: int) -> None:
    assert str(taken) in fails_to_serve(*options(tmp_path, http=taken))


def test_a_taken_mqtt_port_is_named_and_nothing_stays_behind(tmp_path: Path, taken: int) -> None:
    assert str(taken) in fails_to_serve(*options(tmp_path, mqtt=taken))
    assert processes_of(tmp_path) == []


def processes_of(tmp_path: Path) -> list[psutil.Process]:
    """Whatever was started with a path of this test."""
    return [process for process in psutil.process_iter() if any(str(tmp_path) in word for word in _cmdline(process))]


def _cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.parametrize("part", ["nats-server", "postgres"])
def test_a_service_whose_own_broker_or_database_dies_ends_with_one_clear_line_and_leaves_nothing(
    tmp_path: Path, part: str
) -> None:
    centre = Centre(tmp_path / "data").start()
    next(p for p in processes_of(tmp_path) if Path(p.cmdline()[0]).name == part).kill()
    assert centre.ended() == 1
    assert centre.log().strip().splitlines()[-1].startswith("rescue: embedded ")
    assert processes_of(tmp_path) == []


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    assert "data" in fails_to_serve(*options(tmp_path))


def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    said = fails_to_serve(
        f"--http-port={free_port()}",
        RESCUE_DATABASE_URL=f"postgresql://rescue:secret@127.0.0.1:{free_port()}/rescue",
        RESCUE_MQTT_URL="mqtt://127.0.0.1:1",
    )
    assert "database" in said
    assert "secret" not in said


def test_a_missing_database_setting_says_what_to_set() -> None:
    assert "RESCUE_DATABASE_URL" in fails_to_serve(f"--http-port={free_port()}")


def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path) -> None:
    assert "RESCUE_ACCEPT_WITHIN_S" in fails_to_serve(*options(tmp_path), RESCUE_ACCEPT_WITHIN_S="soon")


def test_an_unknown_setting_in_the_file_is_named(tmp_path: Path) -> None:
    config = tmp_path / "rescue.toml"
    config.write_text("acept_within_s = 3\n")
    assert "ACEPT_WITHIN_S" in fails_to_serve(*options(tmp_path), f"--config={config}")
