"""Whatever ends a simulator, by force or by request, ends everything that it has started."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.acceptance.centre import free_port

GONE_WITHIN_S = 12.0
"""The service is given ten seconds to stop."""


@contextmanager
def demonstration(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """A small one, whose service is ready."""
    ports = [f"--http-port={free_port()}", f"--mqtt-port={free_port()}"]
    command = [sys.executable, "-m", "simulators.cli", "demo", "--lifts=50", f"--data-dir={data_dir}", *ports]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            assert any("the service is ready" in line for line in process.stdout)
            yield process
        finally:
            process.kill()


SENDER = """
from simulators.bench.background import sender_process
if __name__ == "__main__":
    with sender_process() as pool:
        print("ready", flush=True)
        input()
"""


@contextmanager
def background(script: Path) -> Iterator[subprocess.Popen[str]]:
    """A bench whose sender is ready."""
    script.write_text(SENDER)
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def name_of(process: psutil.Process) -> str:
    """Empty for one that has ended meanwhile."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def assert_all_gone(started: list[psutil.Process], within_s: float = GONE_WITHIN_S) -> None:
    _, left = psutil.wait_procs(started, timeout=within_s)
    for process in left:
        process.kill()
    assert not left


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_demonstration_leaves_no_service_database_or_broker(tmp_path: Path, ending: signal.Signals) -> None:
    with demonstration(tmp_path) as process:
        started = psutil.Process(process.pid).children(recursive=True)
        assert {"postgres", "nats-server"} <= {name_of(child) for child in started}
        process.send_signal(ending)
        assert_all_gone(started)


def test_a_bench_that_is_killed_leaves_no_sender(tmp_path: Path) -> None:
    with background(tmp_path / "bench.py") as process:
        started = psutil.Process(process.pid).children(recursive=True)
        assert started
        process.kill()
        assert_all_gone(started)
