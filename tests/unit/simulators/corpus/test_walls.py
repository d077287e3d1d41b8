"""The corpus knows nothing of those whom it is there to judge."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import simulators

CORPUS = Path(simulators.__file__).parent / "corpus"
FILES = sorted(CORPUS.rglob("*.py"))
NEIGHBOURS = {"simulators.corpus", "simulators.reports"}
LIBRARY = {
    "__future__",
    "bisect",
    "collections",
    "dataclasses",
    "enum",
    "heapq",
    "itertools",
    "math",
    "random",
    "typing",
}


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, level=level):
                yield "." * level + (module or "")


def strangers(source: str) -> list[str]:
    return [name for name in imported(source) if not is_neighbour(name) and name.partition(".")[0] not in LIBRARY]


def is_neighbour(name: str) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in NEIGHBOURS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORPUS)))
def test_the_corpus_imports_only_itself_how_lifts_write_and_what_computes(path: Path) -> None:
    assert strangers(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from devices.tracker import Rules", ["devices.tracker"]),
        ("import rescue.desk", ["rescue.desk"]),
        ("from simulators.bench import detection", ["simulators.bench"]),
        ("from ..bench import detection", ["..bench"]),
        ("import time", ["time"]),
        ("from simulators.corpus.truth import Truth", []),
        ("from simulators.reports import Report", []),
    ],
)
def test_an_import_that_would_tell_the_corpus_more_is_named(line: str, found: list[str]) -> None:
    assert strangers(line) == found


def test_opening_the_corpus_pulls_in_nothing() -> None:
    assert list(imported((CORPUS / "__init__.py").read_text("utf-8"))) == []
