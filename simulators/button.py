"""The alarm button of one lift: what the alarm equipment sends, and until when."""

from __future__ import annotations

from typing import Any

from simulators.car import NEVER
from simulators.reports import write_instant

ALARM_RESENT_S = 10.0


class AlarmButton:
    """The alarm of one lift: raised under a new number, sent again until acknowledged, ended by a person there."""

    __slots__ = ("_held_s", "_last_number", "_raised_at", "due_at", "number")

    def __init__(self, *, last_number: int) -> None:
        self._last_number = last_number
        self._raised_at = 0.0
        self._held_s = 0.0
        self.number: int | None = None
        """The alarm now raised."""
        self.due_at = NEVER

    def press_at(self, at: float, held_s: float) -> None:
        """Somebody will have pressed the button for `held_s` by `at`."""
        self._held_s = held_s
        self.due_at = at

    def take_due(self, now: float) -> dict[str, Any]:
        """The alarm message that is due, raising the alarm if this is the first."""
        if self.number is None:
            self._last_number += 1
            self.number, self._raised_at = self._last_number, now
        self.due_at = now + ALARM_RESENT_S
        return self._message("raised", self._raised_at)

    def acknowledge(self, number: int) -> None:
        """The centre has it: sent no more."""
        if number == self.number:
            self.due_at = NEVER

    def end(self, now: float) -> dict[str, Any] | None:
        """The end of alarm, if one is raised; a button not yet pressed will not be."""
        self.due_at = NEVER
        if self.number is None:
            return None
        message = self._message("ended", now)
        self.number = None
        return message

    def _message(self, state: str, at: float) -> dict[str, Any]:
        return {"ts": write_instant(at), "number": self.number, "state": state, "button_held_s": self._held_s}
