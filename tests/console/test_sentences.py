"""Every sentence that the service may say has its Chinese in the console, and the console knows no other.

A sentence is known by its pattern: what the source spells, with a hole wherever a value is put in.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.console.browsing import ROOT

SAID = ROOT / "rescue" / "console" / "src" / "shared" / "words" / "said"
TABLES = ("desk.ts", "crews.ts", "evidence.ts", "service.ts")
HOLE = re.compile(r"\{\w+[?*]?\}")
ADDED = re.compile(r"(\{\w+[?*]\})+$")
"""Holes at the end that may stay empty: the source may add what fills them rather than spell a hole."""

SPEAKERS = (
    *sorted((ROOT / "rescue" / "desk").glob("*.py")),
    ROOT / "rescue" / "escalation.py",
    ROOT / "rescue" / "incident.py",
    *(ROOT / "rescue" / "shell" / name for name in ("undecided.py", "service.py")),
    *(ROOT / "rescue" / "accounts" / name for name in ("users.py", "tries.py")),
    ROOT / "rescue" / "watch" / "health.py",
    ROOT / "rescue" / "api" / "problems.py",
    *(ROOT / "dispatch" / name for name in ("wording.py", "shortfall.py", "eligibility.py", "roads/ways.py")),
    *(ROOT / "devices" / name for name in ("evidence.py", "inference.py", "links.py", "calls.py", "people.py")),
    *(ROOT / "devices" / name for name in ("conditions.py", "fleet.py")),
)
"""Whose sentences an operator reads."""
UNHEARD_FILES = {"briefing.py"}
"""What is to be said to the fire brigade is spelled in both languages by the desk."""

UNHEARD = {
    "{} s",  # a part of a log line
    "{}: {} min",  # in the data of an offer: how far off other crews were
    "{} routes, {} offers changed",  # an answer to the planner
    "the tracker makes an entrapment of it",  # why a fault opens no case: nobody is answered
    "the button is an alarm, which is numbered and acknowledged",
    "people hold doors all day, and let them go",
    "a lift that nobody calls stays where it is",
    "its messages are too many, which the counts show; the lift may be well",
    "part of an event that many lifts suffer from",
    "no open case of its own",
    "lift {} is not registered",  # answers to lifts
    "lift {} is registered in area {}, not in {}",
    "{}: left out",
    "desk loaded",  # log lines
    "no database",
    "a password has {} to {} characters",  # to whoever makes accounts
    "there is a user {} already",
    "the {} is not as described in /docs",  # to programs
    "the body is not JSON in UTF-8",
    "request failed",
    "there is nothing at {}",
    "use {} here",
}
"""What no console shows."""


def patterns_of_the_console() -> list[str]:
    """The English pattern of each pair of the tables, as often as it is there."""
    pairs = r'\[\s*"(?:[^"\\]|\\.)*",\s*("(?:[^"\\]|\\.)*"),?\s*\]'
    return [json.loads(en) for name in TABLES for en in re.findall(pairs, (SAID / name).read_text("utf-8"))]


def spellings(pattern: str) -> set[str]:
    """How the source may spell a pattern of the console."""
    return {HOLE.sub("{}", pattern), HOLE.sub("{}", ADDED.sub("", pattern))}


def patterns_of_the_service() -> dict[str, str]:
    """Each pattern that a speaker spells, and where."""
    return {
        pattern: f"{file.relative_to(ROOT)}:{line}"
        for file in SPEAKERS
        if file.name not in UNHEARD_FILES
        for pattern, line in spelled(file)
    }


def spelled(file: Path) -> Iterator[tuple[str, int]]:
    """The texts of a file that a person may read: neither documentation nor what only programmers are told."""
    tree = ast.parse(file.read_text("utf-8"))
    unheard = {id(inner) for node in ast.walk(tree) for part in unheard_parts(node) for inner in ast.walk(part)}
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and id(node) not in unheard and (pattern := pattern_of(node)) is not None:
            yield pattern, node.lineno


def unheard_parts(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Constant()):
            yield node
        case ast.Assert(msg=ast.expr() as msg):
            yield msg
        case ast.JoinedStr(values=parts):
            yield from (part for part in parts if isinstance(part, ast.Constant))
        case ast.FormattedValue(format_spec=ast.expr() as spec):
            yield spec
        case ast.Call(func=ast.Attribute(attr="outcome"), args=[ast.Attribute(attr="NOTHING"), *rest]):
            yield from rest
        case ast.Call(func=ast.Attribute(attr="join" | "replace"), args=args):
            yield from args
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Constant):
                yield node.func.value


def pattern_of(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str() as text) if " " in text:
            return HOLE.sub("{}", text)
        case ast.JoinedStr(values=parts):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            return text if is_a_sentence(text) else None
    return None


def is_a_sentence(text: str) -> bool:
    """Not a key of an effect, and not only parts joined by signs."""
    words = text.replace("{}", "")
    return " " in words and any(letter.isalpha() for letter in words)


def sentences_in(pattern: str) -> list[str]:
    """Those that are said in one, each of which the console may know by itself."""
    return [one for one in pattern.split("; ") if one != "{}"]


def test_whatever_the_service_says_has_its_chinese() -> None:
    known = set(UNHEARD).union(*map(spellings, patterns_of_the_console()))
    missing = {
        pattern: at
        for pattern, at in patterns_of_the_service().items()
        if pattern not in known and not known.issuperset(sentences_in(pattern))
    }
    assert missing == {}, "give each its Chinese in rescue/console/src/shared/words/said"


def test_the_console_knows_no_sentence_that_the_service_does_not_say() -> None:
    said = {one for pattern in patterns_of_the_service() for one in (pattern, *sentences_in(pattern))}
    whole = [one for one in patterns_of_the_console() if is_a_sentence(HOLE.sub("{}", one))]
    assert [one for one in whole if not spellings(one) & said] == []
