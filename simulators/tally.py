"""What the centre's staff have seen of a run: the open cases, the last few in full, and how many ended in which way.

Counts what the service publishes and asks nothing of it; knows no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

REMEMBERED_CASES = 8
ENTRAPMENT = "entrapment"
FINAL = frozenset({"closed", "stood_down", "false_alarm"})
COMFORT_BY = "comfort_by"

Case = Mapping[str, Any]
"""An incident as the service publishes it."""


@dataclass(slots=True)
class Tally:
    """What the staff have seen of this run."""

    open_cases: list[Case] = field(default_factory=list)
    latest: dict[str, Case] = field(default_factory=dict)
    """The last few cases by id, ended ones included."""
    ended: Counter[str] = field(default_factory=Counter)
    """Entrapments that the staff have ended, by how: `closed`, `false_alarm`, `stood_down`, `merged`."""
    reopened: int = 0
    comforts_missed: int = 0
    arrivals_s: list[float] = field(default_factory=list)

    @property
    def stages(self) -> Counter[str]:
        """Open entrapments by status."""
        return Counter(case["status"] for case in self.open_cases if case["kind"] == ENTRAPMENT)

    @property
    def others(self) -> Counter[str]:
        """Open cases in which nobody is known to be inside, by kind."""
        return Counter(case["kind"] for case in self.open_cases if case["kind"] != ENTRAPMENT)

    @property
    def handovers_waiting(self) -> int:
        """Cases at the last level for which nobody has called yet."""
        return sum(handover_waits(case) for case in self.open_cases)

    @property
    def mean_arrival_s(self) -> float | None:
        """From opening to arrival, over the closed cases with a crew; None before the first."""
        return sum(self.arrivals_s) / len(self.arrivals_s) if self.arrivals_s else None

    def see(self, open_cases: Sequence[Case]) -> None:
        """Takes in the list of open cases as it now is; what has ended by itself is forgotten."""
        before = {case["id"]: case for case in self.open_cases}
        self.comforts_missed += sum(_is_comfort_missed(before.get(case["id"]), case) for case in open_cases)
        self.open_cases = list(open_cases)
        still_open = {case["id"] for case in open_cases}
        self.latest = {id_: one for id_, one in self.latest.items() if id_ in still_open or one["status"] in FINAL}
        for case in sorted(open_cases, key=lambda case: int(case["number"])):
            self.remember(case)

    def remember(self, case: Case) -> None:
        """Keeps the case among the latest, by number, with the crew that went even after it has done its work."""
        known = self.latest.get(case["id"], case)
        self.latest[case["id"]] = {**case, "assignment": case["assignment"] or known["assignment"]}
        while len(self.latest) > REMEMBERED_CASES:
            del self.latest[min(self.latest, key=lambda id_: int(self.latest[id_]["number"]))]

    def end(self, case: Case, how: str) -> None:
        """The staff have ended this case."""
        self.ended[how] += 1
        if how == "closed" and case.get("arrived_at"):
            self.arrivals_s.append(_seconds_between(case["opened_at"], case["arrived_at"]))
        self.forget_open(case)

    def forget_open(self, case: Case) -> None:
        """The case is over, also before the list of open cases says so."""
        self.open_cases = [other for other in self.open_cases if other["id"] != case["id"]]
        self.remember(case)


def handover_waits(case: Case) -> bool:
    """Whether somebody has still to call the last level about this case."""
    return bool(case["handover"] and case["handover"]["waits"])


def _is_comfort_missed(before: Case | None, now: Case) -> bool:
    """The service puts the deadline off in two cases only: somebody has spoken to the passengers, or nobody has."""
    if before is None or before["comforted_at"] != now["comforted_at"]:
        return False
    was, is_ = before["deadlines"].get(COMFORT_BY), now["deadlines"].get(COMFORT_BY)
    return bool(was and is_) and datetime.fromisoformat(was) < datetime.fromisoformat(is_)


def _seconds_between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
