"""Fixtures that any test may ask for by name, and the order of the rooms."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ("tests.postgres",)

# Where the environment forbids bytecode, each of the hundreds of processes that tests start would compile us anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

SLOW_ROOMS = ("simulation", "console", "integration", "acceptance", "scripts", "mutations", "contract", "property")
"""Of these a single file takes up to minutes, and so they come first; whoever is done with them finds small ones."""

# How long an example takes says more of what else this machine does than of the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn_of(item.path))


def _turn_of(file: Path) -> int:
    room = file.relative_to(Path(__file__).parent).parts[0]
    return SLOW_ROOMS.index(room) if room in SLOW_ROOMS else len(SLOW_ROOMS)
