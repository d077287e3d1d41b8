"""What the server and its console's files are, so that a page can tell that it is an old one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The service's version, and a digest of its pages: these name all they load by its content."""

    version: str
    files: str


def read_build(static: Path) -> Build:
    """The build whose pages are in this folder."""
    pages = b"".join(path.read_bytes() for path in sorted(static.glob("*.html")))
    return Build(version=version("lift-rescue"), files=hashlib.sha256(pages).hexdigest()[:LENGTH])
