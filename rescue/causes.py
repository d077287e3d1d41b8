"""The causes a case may be filed under: groups and codes with their words, read once from `causes.toml`.

Decides what a code is; must not know who files it, or for what.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, NamedTuple

FILE = "causes.toml"


class Words(NamedTuple):
    """One thing in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One of the seven groups, 1 to 7, with its codes."""

    number: int
    words: Words
    causes: Mapping[str, Words]


class CausesUnusable(Exception):
    """The file does not say what it should; says what is wrong with it."""


def read_groups(text: str) -> tuple[Group, ...]:
    """The groups of a file, in its order. Raises CausesUnusable."""
    try:
        return tuple(_group(number, body) for number, body in tomllib.loads(text).items())
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise CausesUnusable(f"{FILE}: {error}") from error


def _group(number: str, body: dict[str, Any]) -> Group:
    codes = {code: _words(words) for code, words in body.items() if code not in Words._fields}
    stray = [code for code in codes if not (code.isdecimal() and len(code) == 3 and code[0] == number)]
    if stray:
        raise ValueError(f"{', '.join(stray)} cannot stand in group {number}")
    return Group(number=int(number), words=_words(body), causes=codes)


def _words(said: dict[str, str]) -> Words:
    return Words(zh=said["zh"], en=said["en"])


GROUPS = read_groups(files(__package__).joinpath(FILE).read_text("utf-8"))
CAUSES: Mapping[str, Words] = {code: words for group in GROUPS for code, words in group.causes.items()}
