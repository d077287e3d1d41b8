"""What a measurement prints with `--json`: one object that says what was run, where, and what came out."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

Row = Mapping[str, Any]


def write_result(name: str, seed: int, rows: Sequence[Row]) -> str:
    """The published object `{"name","seed","commit","machine","rows":[…]}`."""
    result = {"name": name, "seed": seed, "commit": _commit(), "machine": _machine(), "rows": list(rows)}
    return json.dumps(result, ensure_ascii=False)


def describe() -> dict[str, str]:
    """The commit and the machine, for a page that people read."""
    return {"commit": _commit() or "unknown", "machine": _machine()}


def draw_table(title: str, rows: Sequence[Row]) -> Table:
    """The rows for a person; a column for every key of any row."""
    table = Table(title=title, title_justify="left")
    columns = keys_of(rows)
    for key in columns:
        is_text = all(isinstance(row.get(key, ""), str) for row in rows)
        table.add_column(key, justify="left" if is_text else "right")
    for row in rows:
        table.add_row(*(str(row.get(key, "")) for key in columns))
    return table


def keys_of(rows: Sequence[Row]) -> Sequence[str]:
    """Every key of any row, in the order in which they first come."""
    return list(dict.fromkeys(key for row in rows for key in row))


def _commit() -> str | None:
    """The commit of the source tree; None where there is none, as in an installed wheel."""
    command = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
