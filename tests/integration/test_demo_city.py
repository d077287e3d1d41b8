"""The demonstration as a newcomer starts it, on a small city and at a quick pace: the real service, all its parts."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

LIFTS, SPEED = 300, 10
WITHIN_S = 150.0
STOPPED_WITHIN_S = 10.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def command(*options: str, http_port: int | None = None) -> list[str]:
    ports = [f"--http-port={http_port or free_port()}", f"--mqtt-port={free_port()}"]
    return [sys.executable, "-m", "simulators.cli", "demo", f"--lifts={LIFTS}", f"--speed={SPEED}", *ports, *options]


def run(
    *options: str, http_port: int | None = None, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*options, http_port=http_port),
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
        env={**os.environ, **(settings or {})},
    )


def words_of(process: psutil.Process) -> list[str]:
    """Its command line; empty for one that has ended meanwhile."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def processes_about(place: Path) -> list[list[str]]:
    """The command lines of all processes that name the place."""
    found = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [words for words in found if any(str(place) in word for word in words)]


def assert_nothing_left(place: Path) -> None:
    assert processes_about(place) == []


@contextmanager
def started(*options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command(*options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + WITHIN_S
    for line in process.stdout:
        if words in line:
            return line
        assert time.monotonic() < deadline
    raise AssertionError(f"it ended without saying {words!r}")


def test_the_first_case_is_closed_and_nothing_is_left_running(tmp_path: Path) -> None:
    # Its broker is its own, whatever the environment says of ours.
    closed_broker = {"RESCUE_MQTT_AUTH": "required", "RESCUE_MQTT_HOST": "0.0.0.0"}
    result = run(f"--data-dir={tmp_path}", "--until-closed=1", "--for=120", settings=closed_broker)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.findall(r"comfort missed: (\d+)", result.stdout)[-1] == "0"
    assert re.search(r"first case closed after \d+\.\d s", result.stdout)
    assert "300 times faster" in result.stdout
    assert re.search(r"crew R\d+ on scene", result.stdout)
    assert_nothing_left(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_that_was_started(tmp_path: Path, number: signal.Signals) -> None:
    with started(f"--data-dir={tmp_path}") as process:
        read_until(process, "the service is ready")
        assert processes_about(tmp_path / "postgres")
        process.send_signal(number)
        assert process.wait(STOPPED_WITHIN_S) == 0
    assert_nothing_left(tmp_path)


def test_a_service_that_dies_is_said_and_ends_the_demonstration(tmp_path: Path) -> None:
    with started(f"--data-dir={tmp_path}") as process:
        read_until(process, "the service is ready")
        # Beside the service there may be a command of the demonstration's own, as for its accounts.
        children = psutil.Process(process.pid).children()
        os.kill(next(child.pid for child in children if "serve" in words_of(child)), signal.SIGKILL)
        assert "exit code -9" in read_until(process, "error: the service stopped")
        assert process.wait(STOPPED_WITHIN_S) == 1
    assert_nothing_left(tmp_path)


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        result = run(f"--data-dir={tmp_path}", http_port=port)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert f"port {port}" in result.stderr
    assert_nothing_left(tmp_path)


def test_a_data_directory_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run(f"--data-dir={tmp_path / 'file'}")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert str(tmp_path / "file") in result.stderr


def test_too_few_cases_in_the_time_allowed_is_a_failure(tmp_path: Path) -> None:
    result = run(f"--data-dir={tmp_path}", "--until-closed=1", "--for=1")
    assert result.returncode == 1
    assert "0 of 1 cases were closed" in result.stderr
    assert_nothing_left(tmp_path)
