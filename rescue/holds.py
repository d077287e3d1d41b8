"""What waits in a case because an operator said so: a deed to be undone while it can be, a level, a shelf, a successor.

Values only; what each of them means for the case is the desk's (`desk/holding`, `holding_back`, `shelving`,
`attending`). This module knows nothing of incidents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.crews import CrewId


class Undoable(StrEnum):
    """What an operator can do and think better of."""

    ASSIGN = "assign"
    STAND_DOWN = "stand_down"
    FALSE_ALARM = "false_alarm"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A deed that `by` asked for: done at `until` unless it is undone before. Holds all that was said with it."""

    action: Undoable
    by: str
    at: datetime
    until: datetime
    reason: str = ""
    crew_id: CrewId | None = None
    redirect: bool = False
    passengers_confirm: bool = False
    cause_code: str | None = None

    @property
    def ends_case(self) -> bool:
        """Nobody would be looking for a crew any more."""
        return self.action is not Undoable.ASSIGN


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationHeld:
    """The level does not rise for want of an answer before `until`; `since`: the first such hold at this level."""

    by: str
    reason: str
    since: datetime
    until: datetime
    engage_by: datetime
    """When every level is engaged as if nothing had been held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """Nobody need look at the case before `until`."""

    by: str
    reason: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Whoever handled the case has gone, and left it to the next with this note."""

    by: str
    note: str
    at: datetime
