"""Every named query fits the schema, is used, and asks nobody what time it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rescue
from rescue.store.migrate import MIGRATIONS
from rescue.store.postgres import PostgresStore
from rescue.store.sql import QUERIES, load_queries

FILES = sorted(path.stem for path in QUERIES.glob("*.sql"))
SOURCES = "\n".join(path.read_text("utf-8") for path in sorted(Path(rescue.__file__).parent.rglob("*.py")))
DATABASES_CLOCK = re.compile(
    r"\bnow\s*\(|\bcurrent_(date|time|timestamp)\b|\blocal(time|timestamp)\b|\b(clock|statement|transaction)_timestamp\b"
    r"|'(now|today|yesterday|tomorrow)'",
    re.IGNORECASE,
)


def test_there_are_queries() -> None:
    assert {"desk", "cases", "outbox", "registry", "quarantine"} <= set(FILES)


@pytest.mark.parametrize("name", FILES)
async def test_the_database_understands_every_query(postgres_store: PostgresStore, name: str) -> None:
    async with postgres_store.pool.acquire() as connection, connection.transaction():
        await connection.execute(load_queries("registry")["stage_lifts"])
        for query in load_queries(name).values():
            await connection.prepare(query)


@pytest.mark.parametrize("name", FILES)
def test_every_query_is_used(name: str) -> None:
    assert [query for query in load_queries(name) if f'"{query}"' not in SOURCES] == []


@pytest.mark.parametrize("path", [*QUERIES.glob("*.sql"), *MIGRATIONS.glob("*.sql")], ids=lambda path: path.name)
def test_no_statement_reads_the_databases_clock(path: Path) -> None:
    assert DATABASES_CLOCK.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", [*MIGRATIONS.glob("*.sql")], ids=lambda path: path.name)
def test_a_migration_is_written_as_its_tool_reads_it(path: Path) -> None:
    text = path.read_text("ascii")
    assert [line for line in text.splitlines() if "--" in line and not line.startswith("--")] == []


@pytest.mark.parametrize("statement", ["now()", "DEFAULT CURRENT_TIMESTAMP", "at > 'today'", "clock_timestamp()"])
def test_a_statement_that_reads_the_databases_clock_would_be_found(statement: str) -> None:
    assert DATABASES_CLOCK.search(statement)


def test_a_file_that_names_a_query_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "twice.sql").write_text("-- name: one\nSELECT 1;\n\n-- name: one\nSELECT 2;\n", "utf-8")
    monkeypatch.setattr("rescue.store.sql.QUERIES", tmp_path)
    with pytest.raises(ValueError, match=r"twice\.sql names 'one' twice"):
        load_queries("twice")
