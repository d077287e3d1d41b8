"""Tries a plant: a copy of the house with the bug in it, and its room's own tests over the copy, in another process.

A bug is found when a test fails. A copy that does not even start proves nothing, and is said to.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutations.plants import Plant

ROOT = Path(__file__).parent.parent.parent
HOUSE = ("devices", "dispatch", "rescue", "tests")
LIMIT_S = 300
"""A bug may also make a core run in circles."""
PASSED, FAILED = 0, 1

# The copy is nobody's working tree: no plugin, cache or random seed of it may decide a trial.
SETTINGS = "[pytest]\naddopts = -x -q --tb=no -rf -p no:cacheprovider\n"
SAME_EACH_TIME = """\
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "trial",
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("trial")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A room's own tests, the quicker first."""

    examples: tuple[str, ...]
    properties: tuple[str, ...]


DESK = Suite(
    examples=(
        "tests/unit/desk",
        "tests/unit/test_timeline.py",
        "tests/unit/test_incident.py",
        "tests/unit/test_escalation.py",
        "tests/unit/test_policies.py",
    ),
    properties=("tests/property/desk",),
)
TRACKER = Suite(
    examples=tuple(
        f"tests/unit/devices/test_{name}.py"
        for name in (
            "evidence",
            "alarms",
            "entrapments",
            "order",
            "link",
            "clocks",
            "conditions",
            "inference",
            "snapshot",
            "fleet",
            "floods",
            "calls",
        )
    ),
    properties=("tests/property/devices/test_tracker.py", "tests/property/devices/test_fleet.py"),
)


def suite_of(plant: Plant) -> Suite:
    """The tests of the room that the plant stands in."""
    return TRACKER if plant.file.startswith("devices/") else DESK


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of a plant: the test that found it, or None."""

    plant: Plant
    found_by: str | None


class TrialFailed(Exception):
    """The tests did not run over the copy, so nothing is known of the plant."""


def trial(plant: Plant) -> Trial:
    """Plants the bug and runs the tests of its room."""
    suite = suite_of(plant)
    return Trial(plant=plant, found_by=first_failure((*suite.examples, *suite.properties), plant))


def first_failure(tests: tuple[str, ...], plant: Plant | None = None) -> str | None:
    """The first of these tests that fails with the bug planted, or as things are; None if none does."""
    with TemporaryDirectory() as folder:
        copy = _copy(Path(folder) / "house")
        if plant:
            (copy / plant.file).write_text(plant.planted(copy), "utf-8")
        return _first_failure(copy, tests)


def _copy(copy: Path) -> Path:
    for package in HOUSE:
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "node_modules", "conftest.py")
        )
    (copy / "pytest.ini").write_text(SETTINGS, "utf-8")
    (copy / "conftest.py").write_text(SAME_EACH_TIME, "utf-8")
    return copy


def _first_failure(copy: Path, tests: tuple[str, ...]) -> str | None:
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "",
    }
    command = [sys.executable, "-m", "pytest", *tests]
    try:
        run = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"still running after {LIMIT_S} s"
    if run.returncode == PASSED:
        return None
    failed = re.search(r"^FAILED \S*?::(\w+)", run.stdout, re.MULTILINE)
    if run.returncode != FAILED or failed is None:
        raise TrialFailed(run.stdout[-2000:] + run.stderr[-2000:])
    return failed[1]
