"""The one place that reads the wall clock. Everything else is handed the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The instant."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """The same as POSIX seconds, for the hot path."""
        return time.time()
