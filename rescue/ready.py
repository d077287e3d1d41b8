"""Where a running embedded service says how it is reached, for the other commands on its data directory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NAME = "service.json"


def write(data_dir: Path, ready: dict[str, Any]) -> None:
    """It holds the database's password: for its owner's eyes only."""
    path = data_dir / NAME
    path.touch(mode=0o600)
    path.write_text(json.dumps(ready))


def forget(data_dir: Path) -> None:
    """The service has stopped."""
    (data_dir / NAME).unlink(missing_ok=True)


def find_database(data_dir: Path) -> str | None:
    """The database of the service that runs on this data directory, None if none does."""
    path = data_dir / NAME
    return str(json.loads(path.read_text())["database"]) if path.exists() else None
