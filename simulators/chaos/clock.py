"""The clock of the service's own process, stepped while everybody else's goes on: by libfaketime, where there is one.

A process has no clock of its own, but this library puts itself before the system's (Debian's package `libfaketime`); it
reads from a file how far the time is off. The steady clock, by which programs wait, is left alone, as on a machine
whose clock is set. Where the library is not installed nothing is stepped, and that is said.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

NAMED_BY = "LIBFAKETIME"
"""The variable that names the library where it lies elsewhere."""
LIES_AT = "lib/*/faketime/libfaketime.so.1"
READ_AGAIN_AFTER_S = 1


class NoClock(Exception):
    """It cannot be had here, and this is why."""


class SteppedClock:
    """How far the service's time is off, in a file of this directory."""

    def __init__(self, directory: Path) -> None:
        """Raises NoClock."""
        self._library = _find_library()
        self._file = directory / "clock"
        self.set_ahead(0)

    def set_ahead(self, seconds: float) -> None:
        """Known to the service within a second; below nought it is behind."""
        unfinished = self._file.with_suffix(".new")
        unfinished.write_text(f"{seconds:+.0f}s\n")
        unfinished.replace(self._file)

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes a process go by this clock."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": str(READ_AGAIN_AFTER_S),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }


def _find_library() -> Path:
    named = os.environ.get(NAMED_BY)
    found = [Path(named)] if named else sorted(Path("/usr").glob(LIES_AT))
    if not found or not found[0].exists():
        raise NoClock(f"needs libfaketime, which is not installed ({NAMED_BY} may name it)")
    return found[0].absolute()
