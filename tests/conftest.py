"""Fixtures that any test may ask for by name."""

from __future__ import annotations

pytest_plugins = ("tests.postgres",)
