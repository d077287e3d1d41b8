"""The floor under the desk: how many commits a second of the same rows the same PostgreSQL takes, with nothing decided.

The rows of cases that the service has opened are read back first, and then written once more into copies of its tables,
with all their indexes and checks: a case a statement, a statement a commit, one after the other on one connection, as
the desk does it. What the desk does beside that is the difference: hearing, deciding, wording, hashing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import asyncpg

ROWS_OF_A_CASE: Mapping[str, str] = {
    "incidents": "one.incident_id = the.incident_id",
    "assignments": "one.incident_id = the.incident_id",
    "timeline": "one.incident_id = the.incident_id",
    "alarm_ledgers": "one.lift_id = the.lift_id",
    "outbox": "one.assignment_id LIKE the.incident_id || '-%' OR one.topic LIKE '%/' || the.lift_id || '/%'",
}
"""The service's tables, each with what ties its rows to a case."""
COPIES = "bench_floor"
READ_WITHIN_S = 60.0
OWN_COLUMNS = """
SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS names
FROM information_schema.columns
WHERE table_schema = 'public' AND is_generated = 'NEVER' AND is_identity = 'NO'
GROUP BY table_name
"""

Database: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Case = Sequence[str]
"""The rows of one case, a JSON array a table."""


async def measure_floor(database_url: str, lift_ids: Sequence[str]) -> float:
    """Commits a second, each of the rows of one of these lifts' cases."""
    connection = await asyncpg.connect(database_url, server_settings={"synchronous_commit": "on"})
    try:
        cases = await _read_cases(connection, lift_ids)
        statement = await _make_copies(connection)
        began_at = time.perf_counter()
        for case in cases:
            await connection.execute(statement, *case)
        return len(cases) / (time.perf_counter() - began_at)
    finally:
        await connection.close()


async def _read_cases(connection: Database, lift_ids: Sequence[str]) -> Sequence[Case]:
    arrays = ", ".join(
        f"(SELECT coalesce(json_agg(one), '[]') FROM {table} AS one WHERE {tie}) AS {table}"  # noqa: S608 - our names
        for table, tie in ROWS_OF_A_CASE.items()
    )
    query = f"SELECT {arrays} FROM incidents AS the WHERE the.lift_id = ANY($1) AND the.is_open"  # noqa: S608
    return [tuple(row.values()) for row in await connection.fetch(query, list(lift_ids), timeout=READ_WITHIN_S)]


async def _make_copies(connection: Database) -> str:
    """Empty tables beside the service's; the statement that writes a case into them."""
    columns = {row["table_name"]: row["names"] for row in await connection.fetch(OWN_COLUMNS)}
    await connection.execute(f"CREATE SCHEMA {COPIES}")
    for table in ROWS_OF_A_CASE:
        await connection.execute(f"CREATE TABLE {COPIES}.{table} (LIKE public.{table} INCLUDING ALL)")
    inserts = [
        f"INSERT INTO {COPIES}.{table} ({columns[table]}) "  # noqa: S608
        f"SELECT {columns[table]} FROM json_populate_recordset(NULL::{COPIES}.{table}, ${number})"
        for number, table in enumerate(ROWS_OF_A_CASE, start=1)
    ]
    first = ", ".join(f"part{number} AS ({insert})" for number, insert in enumerate(inserts[:-1]))
    return f"WITH {first} {inserts[-1]}"
