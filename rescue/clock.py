"""The one place that reads the wall clock. Everything else is handed the time."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The instant."""
        return datetime.now(UTC)
