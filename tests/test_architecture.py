"""The walls of the house: imports run one way, and the core decides without I/O, clock, randomness or logging.

The contracts stand in pyproject.toml, where import-linter reads them. What it cannot see is read from the syntax
trees here: an import that is neither core nor known to be pure, and a call that asks the machine for something.
Every check is checked in turn: a violation planted on purpose must be found.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("devices", "dispatch", "rescue", "simulators")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
CORE = frozenset(module for contract in CONTRACTS if contract["id"] == "core" for module in contract["source_modules"])

# fmt: off
PURE = frozenset({
    "__future__", "abc", "bisect", "collections", "dataclasses", "datetime", "decimal", "enum", "functools", "hashlib",
    "heapq", "itertools", "json", "math", "operator", "re", "statistics", "string", "types", "typing", "unicodedata",
})
"""Top-level modules of the standard library that compute and do nothing else."""

COUNTING_ROOMS = (
    "cost", "cover", "dealing", "eligibility", "inserting", "roster", "routes", "sequences", "shortfall", "solver",
    "standing", "survey", "travel",
)
"""Of the dispatcher's core, those that count in columns of numpy."""

ASKS_THE_MACHINE = frozenset({
    "now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter",
    "uuid1", "uuid4", "random", "randint", "choice", "shuffle", "getrandbits", "urandom", "token_hex",
    "open", "read_text", "read_bytes", "write_text", "write_bytes", "print", "input", "getenv", "exec", "eval",
})
# fmt: on

ALSO_IMPORTS = {
    "devices.faults": {"importlib", "tomllib"},  # the vocabulary is data that ships inside the package
    "dispatch.assignment": {"ortools", "scipy", "numpy"},  # they compute, on our thread
    **{f"dispatch.{room}": {"numpy"} for room in COUNTING_ROOMS},
    "rescue.desk": {"zoneinfo"},  # people are told the local time; a zone's table is read once, when it is named
}
ALSO_CALLS = {"devices.faults": {"open", "read_text", "read_bytes"}}


def files_of(module: str) -> list[Path]:
    """The source of a module, or of every module in a package."""
    place = ROOT.joinpath(*module.split("."))
    return sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]


def package_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).parent.parts)


CORE_FILES = [(module, path) for module in sorted(CORE) for path in files_of(module)]


def imported(tree: ast.AST, package: str) -> Iterator[str]:
    """Every import of a file in full: `from devices import faults` counts as `devices.faults`."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = resolve_name("." * level + (module or ""), package)
                yield from (f"{base}.{alias.name}" for alias in names)


def is_core(name: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in CORE)


def imports_beyond_the_core(source: str, module: str, package: str) -> list[str]:
    allowed = PURE | ALSO_IMPORTS.get(module, set())
    names = imported(ast.parse(source), package)
    return [name for name in names if not is_core(name) and name.partition(".")[0] not in allowed]


def calls_to_the_machine(source: str, module: str) -> list[str]:
    asked = [called(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [name for name in asked if name in ASKS_THE_MACHINE - ALSO_CALLS.get(module, set())]


def called(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Our contracts, over the packages that lie in this folder."""
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def empty_house(folder: Path) -> Path:
    """A house on the plan of ours, with nothing inside but the I/O of its shell."""
    rooms = {*CORE, "rescue.service", "simulators.lifts"}
    for room in rooms:
        path = folder.joinpath(*room.split(".")).with_suffix(".py")
        path.parent.mkdir(exist_ok=True)
        path.touch()
    for package in PACKAGES:
        (folder / package / "__init__.py").touch()
    (folder / "rescue/service.py").write_text("import asyncio\n", "utf-8")
    return folder


def test_imports_run_one_way_and_the_core_stays_pure() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("devices/tracker.py", "import asyncio", "The core has no I/O"),
        ("dispatch/cost.py", "from random import random", "The core has no I/O"),
        ("rescue/desk.py", "from rescue import service", "The core has no I/O"),
        ("devices/fleet.py", "from dispatch import crews", "Imports run one way"),
        ("dispatch/problem.py", "import devices.messages", "Imports run one way"),
        ("rescue/service.py", "import simulators.lifts", "Imports run one way"),
        ("devices/messages.py", "from rescue.incident import Status", "Imports run one way"),
    ],
)
def test_a_planted_import_is_caught_by_its_contract(tmp_path: Path, room: str, line: str, contract: str) -> None:
    house = empty_house(tmp_path)
    assert lint_imports(house).returncode == 0

    with (house / room).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    result = lint_imports(house)
    assert result.returncode == 1
    assert any(contract in row and row.endswith("BROKEN") for row in result.stdout.splitlines()), result.stdout


@pytest.mark.parametrize(("module", "path"), CORE_FILES, ids=lambda value: getattr(value, "name", value))
def test_a_core_module_imports_only_the_core_and_what_computes(module: str, path: Path) -> None:
    assert imports_beyond_the_core(path.read_text("utf-8"), module, package_of(path)) == []


@pytest.mark.parametrize(("module", "path"), CORE_FILES, ids=lambda value: getattr(value, "name", value))
def test_a_core_module_asks_nobody_for_the_time_a_chance_or_a_file(module: str, path: Path) -> None:
    assert calls_to_the_machine(path.read_text("utf-8"), module) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_opening_a_package_pulls_in_nothing(package: str) -> None:
    source = (ROOT / package / "__init__.py").read_text("utf-8")
    assert list(imported(ast.parse(source), package)) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from rescue.service import Service", ["rescue.service.Service"]),
        ("from rescue import incident, outbox", ["rescue.outbox"]),
        ("from . import outbox", ["rescue.outbox"]),
        ("import numpy", ["numpy"]),
        ("from dispatch.problem import Callout", []),
        ("from datetime import UTC, datetime", []),
    ],
)
def test_an_import_that_leaves_the_core_is_named(line: str, found: list[str]) -> None:
    assert imports_beyond_the_core(line, "rescue.desk", "rescue") == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("opened_at = datetime.now(UTC)", ["now"]),
        ("number = uuid4()", ["uuid4"]),
        ("policy = Path('policy.toml').read_text()", ["read_text"]),
        ("open('state.json')", ["open"]),
        ("arrive_by = now + timedelta(minutes=30)", []),
    ],
)
def test_a_call_that_asks_the_machine_is_named(line: str, found: list[str]) -> None:
    assert calls_to_the_machine(line, "rescue.desk") == found
