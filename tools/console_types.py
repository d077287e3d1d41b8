"""Writes the console's types from the service's OpenAPI document, so that server and console cannot drift.

`python tools/console_types.py` writes rescue/console/src/generated/api.ts, which is checked in; a test demands that it
is fresh.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from build_console import CONSOLE, install, node

from rescue.api.application import describe

TYPES = CONSOLE / "src" / "generated" / "api.ts"
DOCUMENT = "openapi.json"
"""In the console's folder, git-ignored: what the generator reads."""


def write(target: Path) -> None:
    """Write the types to `target`."""
    install(CONSOLE, dev=True)
    (CONSOLE / DOCUMENT).write_text(json.dumps(describe(), indent=1, sort_keys=True), encoding="utf-8")
    node(CONSOLE, "node_modules/openapi-typescript/bin/cli.js", DOCUMENT, "--output", str(target))


if __name__ == "__main__":
    TYPES.parent.mkdir(exist_ok=True)
    write(TYPES)
