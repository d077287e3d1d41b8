"""Named queries: every statement of the service stands in `queries/*.sql`, explained in place, and is called by name.

A file is a list of `-- name: verb_noun`, comment lines that say why, and one statement in PostgreSQL's own spelling
(`$1`, `$2` …), so that it can be pasted into psql as it is. Use:

    SQL = load_queries("accounts")
    row = await pool.fetchrow(SQL["find_user"], name)

A test prepares every query of every file against the migrated schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

QUERIES = Path(__file__).parent / "queries"
_MARK = "\n-- name: "


@cache
def load_queries(name: str) -> Mapping[str, str]:
    """The queries of `queries/<name>.sql` by their names; KeyError for a name that the file does not hold."""
    text = "\n" + (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    queries: dict[str, str] = {}
    for part in text.split(_MARK)[1:]:
        title, _, statement = part.partition("\n")
        if title in queries:
            raise ValueError(f"{name}.sql names '{title}' twice")
        queries[title] = statement.strip()
    return MappingProxyType(queries)
