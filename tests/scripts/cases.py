"""What a case is, and what its timeline tells, as an operator sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.scripts.playing import Window, stage, when


@dataclass(frozen=True, slots=True)
class CaseWords:
    """The newest case of a lift; of None, the newest of many lifts."""

    lift_id: str | None

    @property
    def name(self) -> str:
        """For a person."""
        return f"the case of {self.lift_id or 'many lifts'}"

    @property
    def view_or_none(self) -> Any:
        """As the API shows it, None if there is none yet."""
        return next((one for one in stage().cases() if self._is_mine(one)), None)

    @property
    def view(self) -> Any:
        """The same; it must be there."""
        found = self.view_or_none
        if found is None:
            stage().fail(f"there is {self.name}", "there is none")
        return found

    def is_(self, status: str, **more: Any) -> None:
        """Its status, and whatever else is named, e.g. `level=3` or `crew="K2"`."""
        seen = self.view
        crew = seen["assignment"]["crew_id"] if seen["assignment"] else None
        wanted = {"status": status, **more}
        found = {name: {**seen, "crew": crew}[name] for name in wanted}
        if found != wanted:
            stage().fail(f"{self.name} has {_spelled(wanted)}", _spelled(found))

    def tells(self, what: str, *, saying: str = "", between: Window = None, times: int | None = None) -> None:
        """Its timeline has an entry of this kind whose sentence holds these words, and so many of the kind."""

        def look() -> tuple[float, str] | None:
            for one in self._entries(what):
                if saying in one["said"] and (between is None or seconds_of(one["at"]) >= between[0]):
                    return seconds_of(one["at"]), one["said"]
            return None

        about = f" saying “{saying}”" if saying else ""
        stage().wait_for(f"{self.name} tells “{what}”{about}{when(between)}", between, look)
        found = len(self._entries(what))
        if times not in (None, found):
            stage().fail(f"{self.name} tells “{what}” {times} times", f"it does so {found} times")

    def went(self, *kinds: str) -> None:
        """The whole of its timeline, by what happened."""
        told = [one["what"] for one in self._entries()]
        if told != list(kinds):
            stage().fail(f"{self.name} went {' → '.join(kinds)}", " → ".join(told))

    def _is_mine(self, one: Any) -> bool:
        return (one["lift"]["lift_id"] if one["lift"] else None) == self.lift_id

    def _entries(self, what: str | None = None) -> list[Any]:
        seen = self.view_or_none
        entries = stage().read(f"/incidents/{seen['id']}/timeline")["items"] if seen else []
        return [one for one in entries if what in (None, one["what"])]


def seconds_of(at: str) -> float:
    """An instant of the API in the script's own time."""
    return stage().story.seconds(datetime.fromisoformat(at))


def _spelled(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def case(of: str | None = "A1") -> CaseWords:
    """The newest case of a lift; `case(None)` is the one about many lifts."""
    return CaseWords(of)
