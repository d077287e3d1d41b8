"""What lifts and people have seen with their own eyes, to be held against what the service says; no verdict here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ONCE_AN_ASSIGNMENT = frozenset({"assignment.offered", "assignment.withdrawn", "assignment.confirmed"})
ONCE_A_CASE = frozenset({"incident.closed"})
"""Of the other types a case may give several, each with something new in it."""


class Alarm(NamedTuple):
    """One press of one lift's button."""

    lift_id: str
    number: int


class Announcement(NamedTuple):
    """What a company is to be told once."""

    company_id: str
    type: str
    subject: str


@dataclass(slots=True)
class Ledger:
    """Instants are seconds of one monotonic clock."""

    raised: dict[Alarm, float] = field(default_factory=dict)
    acknowledged: dict[Alarm, float] = field(default_factory=dict)
    """By the first acknowledgement; further ones are allowed."""
    deliveries: Counter[str] = field(default_factory=Counter)
    """How often each `webhook-id` came."""
    announced: dict[Announcement, set[str]] = field(default_factory=dict)
    """The ids under which a company was told of it."""
    accepted: set[str] = field(default_factory=set)
    """Assignments whose acceptance the service has confirmed by its answer."""
    notices: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """What passengers heard: lift, incident, message."""
    too_late: dict[str, str] = field(default_factory=dict)
    """By assignment: the 409 that ended what its crew had to say."""
    refused: list[str] = field(default_factory=list)
    """Requests that were right and met with a 4xx other than 409."""

    def note_webhook(self, webhook_id: str, company_id: str, event: Mapping[str, Any]) -> bool:
        """One delivery; whether it is new to its company."""
        self.deliveries[webhook_id] += 1
        subject = _subject_of(event)
        if subject:
            announcement = Announcement(company_id, event["type"], subject)
            self.announced.setdefault(announcement, set()).add(webhook_id)
        return self.deliveries[webhook_id] == 1

    def unacknowledged(self, raised_before: float) -> list[Alarm]:
        """Alarms from before this instant that wait still."""
        return [alarm for alarm, at in self.raised.items() if at < raised_before and alarm not in self.acknowledged]

    def was_told(self, type_: str, subject: str) -> bool:
        """Whether any company was told of it."""
        return any(told.type == type_ and told.subject == subject for told in self.announced)

    @property
    def repeats(self) -> int:
        """Deliveries of what had been delivered already, under the same id: at least once is what is promised."""
        return sum(times - 1 for times in self.deliveries.values())

    @property
    def announced_twice(self) -> list[Announcement]:
        """What came under another id once more, and so as if it were news."""
        return [told for told, ids in self.announced.items() if len(ids) > 1]


def _subject_of(event: Mapping[str, Any]) -> str:
    data = event["data"]
    if event["type"] in ONCE_AN_ASSIGNMENT:
        return f"{data['assignment']['id']}"
    return str(data["incident"]["id"]) if event["type"] in ONCE_A_CASE else ""
