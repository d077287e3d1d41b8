"""The console's source held against the service: its types, its words, its own tests."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path

from devices.faults import Fault
from dispatch.cost import TERMS
from dispatch.problem import Ground
from rescue.desk.reopening import REOPENED
from rescue.escalation import Policy
from rescue.incident import Deadline, Kind, Signal, Status
from tests.console.browsing import ROOT

TOOL = runpy.run_path(str(ROOT / "tools" / "console_types.py"))
CONSOLE: Path = TOOL["CONSOLE"]
SOURCE = CONSOLE / "src"


def words_in(name: str, table: str) -> set[str]:
    """The names that a table of words has."""
    text = (SOURCE / "shared" / "words" / name).read_text("utf-8")
    body = text.partition(f"export const {table}:")[2].partition("\n};")[0]
    return {quoted or plain for quoted, plain in re.findall(r'^  (?:"([^"]+)"|(\w+)): \[', body, re.MULTILINE)}


RECORDERS = {"record", "_remind", "carry_offer", "_note", "_end"}
"""The desk's functions that make an entry of the timeline, or hand on the name of one."""


def entries_of_the_desk() -> set[str]:
    """Every name that an entry of a timeline can have, as far as the desk spells it."""
    files = [*(ROOT / "rescue" / "desk").glob("*.py"), *(ROOT / "rescue").rglob("undecided.py")]
    calls = [one for file in files for one in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(one, ast.Call)]
    spelled = [one for call in calls if ast.unparse(call.func).split(".")[-1] in RECORDERS for one in call.args]
    spelled += [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "what"]
    names = {one.value for one in spelled if isinstance(one, ast.Constant) and re.fullmatch("[a-z_]+", str(one.value))}
    signals = {Signal.SETTLED, Signal.CLOSED, Signal.STOOD_DOWN, Signal.FALSE_ALARM}
    return {*map(str, names), *map(str, signals), *(mark.name for mark in Policy().marks)}


def test_the_types_are_those_of_the_services_document(tmp_path: Path) -> None:
    fresh = tmp_path / "api.ts"
    TOOL["write"](fresh)
    assert TOOL["TYPES"].read_text("utf-8") == fresh.read_text("utf-8"), "run: python tools/console_types.py"


def test_the_consoles_own_tests_pass() -> None:
    TOOL["install"](CONSOLE, dev=True)
    TOOL["node"](CONSOLE, "node_modules/vitest/vitest.mjs", "run", "--reporter=dot")


def test_there_is_a_word_for_whatever_the_desk_can_say_of_a_case() -> None:
    assert {*Fault, "link_lost", "test_overdue", REOPENED} <= words_in("names.ts", "CONDITIONS")
    assert set(Kind) <= words_in("names.ts", "KINDS")
    assert set(Status) <= words_in("names.ts", "STATUSES")
    assert set(Deadline) <= words_in("names.ts", "DEADLINES")
    assert entries_of_the_desk() - words_in("entries.ts", "ENTRIES") == set()


def test_there_is_a_word_for_every_ground_and_every_part_of_a_cost() -> None:
    assert {str(ground.value) for ground in Ground} <= words_in("dispatch.ts", "GROUNDS")
    assert {name for name, _ in TERMS} == words_in("dispatch.ts", "TERMS")


def test_the_kinds_of_cases_are_ranked_as_the_desk_ranks_them() -> None:
    source = (SOURCE / "console" / "queue" / "priority.ts").read_text("utf-8")
    ranked = re.search(r"RANKED_KINDS.*?= \[(.*?)\];", source, re.DOTALL)
    assert ranked
    assert re.findall(r'"(\w+)"', ranked[1]) == list(Kind)
