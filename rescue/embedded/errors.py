"""What can go wrong with the embedded servers, each in one line that a person can act on.

::

    EmbeddedError
    ├── DataDirNotWritable   the place cannot be made or written
    ├── DataDirInUse         another service has it, or a server of the last run does not go down
    ├── NoPassage            we are root, and the unprivileged user of the servers cannot get to their files
    ├── PortTaken            something else listens where the broker should
    └── EmbeddedDied         a server ended by itself, or did not come up; with what it said last
"""

from __future__ import annotations

from pathlib import Path


class EmbeddedError(Exception):
    """Any failure to run an embedded server."""


class DataDirNotWritable(EmbeddedError):
    """The data directory cannot be made, or nothing can be written there."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"data directory {path} cannot be used: {reason}")


class DataDirInUse(EmbeddedError):
    """Two services never share a data directory."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"data directory {path} is in use by {holder}")


class NoPassage(EmbeddedError):
    """PostgreSQL does not run as root, and the user it would run as cannot get to what it needs."""


class PortTaken(EmbeddedError):
    """Something else listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is taken by another program")
        self.port = port


class EmbeddedDied(EmbeddedError):
    """An embedded server ended without being told to, or did not come up in time."""

    def __init__(self, name: str, how: str, last_words: str) -> None:
        super().__init__(f"embedded {name} died ({how}): {last_words}")
        self.name = name
        self.last_words = last_words
