"""Who is asked next, and by when: policy as data, and the few questions put to it.

Levels: 1 the contracted company, 2 the nearest rescue station or other company, 3 the fire brigade (119), while crews
of every company go on being asked. All figures are configuration; their sources are in docs/settings.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from rescue.incident import Incident, Kind

FIRE_BRIGADE = 3
GRAVE = frozenset({"medical", "water", "fire", "child_alone"})
"""Any of these among `vulnerable` goes to level 3 at once (domain.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment of the stay in the car, counted from `trapped_since`, at which something is due."""

    name: str
    after_s: float
    raises_level: bool = False
    only_before_arrival: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The limits of a rescue centre, in seconds."""

    accept_within_s: float = 180
    accept_next_within_s: float = 60
    """For each further attempt at the same level."""
    engage_within_s: float = 300
    """Without an acceptance by then, every level is engaged."""
    verify_within_s: float = 60
    ask_again_after_s: float = 15
    refusal_lasts_s: float = 600
    attempts_per_level: int = 2
    reach_within_s: float = 1200
    call_back_within_s: float = 900
    close_within_s: float = 86_400
    late_alarm_within_s: float = 86_400
    fault_within_s: float = 7_200
    """For this and the next three: somebody has seen to a case in which nobody is inside."""
    outage_within_s: float = 3_600
    link_within_s: float = 86_400
    test_within_s: float = 86_400
    mass_window_s: float = 120
    """Lifts that lose the same thing within so long of each other are one event."""
    mass_in_building: int = 3
    mass_in_area: int = 10
    marks: tuple[Mark, ...] = (
        Mark(name="arrival_target", after_s=15 * 60),
        Mark(name="arrival_warned", after_s=25 * 60),
        Mark(name="arrival_breached", after_s=30 * 60, raises_level=True),
        Mark(name="supervisor_due", after_s=60 * 60, only_before_arrival=False),
        Mark(name="regulator_warned", after_s=100 * 60, only_before_arrival=False),
        Mark(name="accident", after_s=120 * 60, only_before_arrival=False),
    )
    mark_repeats_after_s: float = 1800

    @property
    def arrive_within_s(self) -> float:
        """The limit of arrival that raises the level when broken (TSG T5002: 30 min in a city)."""
        return next(mark.after_s for mark in self.marks if mark.raises_level)

    @property
    def accident_after_s(self) -> float:
        """The stay that is by law an accident (2 h)."""
        return self.marks[-1].after_s


def attend_within_s(kind: Kind, policy: Policy) -> float:
    """How long a case of this kind, nobody being inside, may wait before people are reminded of it."""
    match kind:
        case Kind.POWER_OUTAGE:
            return policy.outage_within_s
        case Kind.LINK_LOST:
            return policy.link_within_s
        case Kind.TEST_OVERDUE:
            return policy.test_within_s
        case _:
            return policy.fault_within_s


def marks_due(incident: Incident, by: datetime, now: datetime, policy: Policy) -> tuple[Mark, ...]:
    """The marks passed from the deadline `by` until `now`, oldest first, as far as they still matter."""
    passed = (m for m in policy.marks if by <= incident.trapped_since + timedelta(seconds=m.after_s) <= now)
    return tuple(m for m in passed if incident.arrived_at is None or not m.only_before_arrival)


def next_mark_at(incident: Incident, now: datetime, policy: Policy) -> datetime:
    """When the stay in the car is looked at next: the next mark, or for ever every `mark_repeats_after_s`."""
    marks = (incident.trapped_since + timedelta(seconds=m.after_s) for m in policy.marks)
    return next((at for at in marks if at > now), now + timedelta(seconds=policy.mark_repeats_after_s))


def first_level(incident: Incident) -> int:
    """The level at which a case starts: 3 for injury or grave need, 2 where nobody is contracted, otherwise 1."""
    if incident.injured or GRAVE & set(incident.vulnerable):
        return FIRE_BRIGADE
    contractor = incident.lift.company_id if incident.lift else None
    return 1 if contractor else 2


def is_exhausted(incident: Incident, policy: Policy) -> bool:
    """This level has had its attempts; the next is asked. The last level is never exhausted."""
    return incident.level < FIRE_BRIGADE and incident.asked_at_level >= policy.attempts_per_level


def answer_by(incident: Incident, now: datetime, policy: Policy) -> datetime:
    """When an offer made now is overdue; the first of a level is given longest."""
    is_first = incident.asked_at_level == 0
    within_s = policy.accept_within_s if is_first else min(policy.accept_within_s, policy.accept_next_within_s)
    return now + timedelta(seconds=within_s)
