"""What people did, line by line: the last lines for a screen, every line for a log. It knows no stream and no clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

KEPT_LINES = 12


class Chronicle:
    """Takes lines and puts the time before them; keeps the last few and hands each to `on_line`."""

    def __init__(self, write_time: Callable[[], str], on_line: Callable[[str], None]) -> None:
        self.last: deque[str] = deque(maxlen=KEPT_LINES)
        self._write_time = write_time
        self._on_line = on_line

    def note(self, line: str) -> None:
        """One thing that happened."""
        stamped = f"{self._write_time()}  {line}"
        self.last.append(stamped)
        self._on_line(stamped)
