"""Fixtures that any test may ask for by name, and the order of the rooms."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ("tests.postgres",)

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
