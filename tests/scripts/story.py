"""What was said in a script, by whom and when: kept as it happens, and printed for whoever must understand a failure.

One line a saying. An arrow to the right is said to the service, one to the left is said by it; a dot is what the desk
wrote into the timeline of a case.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

WIDTH = 118
WHO = 12
"""Columns for the speaker."""


class Way(StrEnum):
    """Which way something was said."""

    IN = "→"
    OUT = "←"
    DESK = "·"
    REFUSED = "×"
    TIME = "⋯"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One saying."""

    at: datetime
    who: str
    way: Way
    said: str


@dataclass(slots=True, kw_only=True)
class Story:
    """Everything that was said since `began_at`, in order."""

    began_at: datetime
    lines: list[Line] = field(default_factory=list)

    def tell(self, at: datetime, who: str, way: Way, said: str) -> None:
        """It is said now."""
        self.lines.append(Line(at=at, who=who, way=way, said=said))

    def seconds(self, at: datetime) -> float:
        """The script's own time."""
        return (at - self.began_at).total_seconds()

    def spell(self, at: datetime) -> str:
        """The same for a person: minutes and seconds, hours if there are any."""
        return spell(self.seconds(at))

    def __str__(self) -> str:
        printed, last_at = [], None
        for line in self.lines:
            at = self.spell(line.at) if line.at != last_at else ""
            if at and last_at:
                printed.append("")
            last_at = line.at
            printed += _wrapped(f"{at:>9}  {line.who:<{WHO}} {line.way} ", line.said)
        return "\n".join(printed)


def spell(seconds: float) -> str:
    """`3:05`, `0:00.25`, `2:00:00`."""
    whole, rest = divmod(round(seconds, 3), 1)
    hours, minutes = int(whole) // 3600, int(whole) // 60 % 60
    clock = f"{hours}:{minutes:02}:{int(whole) % 60:02}" if hours else f"{minutes}:{int(whole) % 60:02}"
    return f"{clock}.{round(rest * 1000):03}".rstrip("0") if rest else clock


def window(between: tuple[float, float]) -> str:
    """From when to when, for a person."""
    first, last = map(spell, between)
    return f"at {first}" if first == last else f"between {first} and {last}"


def _wrapped(head: str, said: str) -> list[str]:
    return textwrap.wrap(said, WIDTH, initial_indent=head, subsequent_indent=" " * len(head)) or [head]


def rows(facts: Mapping[str, str]) -> list[str]:
    """A table of two columns."""
    return [line for name, said in facts.items() for line in _wrapped(f"{name:>9}  ", said)]


def heading(title: str, more: str = "") -> str:
    """A line that begins a part of what is printed."""
    rule = "─" * (WIDTH - len(title) - len(more) - 4 - bool(more))
    return f"── {title} {rule} {more}".rstrip()
