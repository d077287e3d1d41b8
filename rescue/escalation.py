"""Who is asked next, and by when: the limits and levels of a case as values, and the few questions put to them.

Levels: 1 the contracted company, 2 the nearest rescue station or other company, 3 the fire brigade, which a person
calls while crews of every company go on being asked. Who they are, their names, the number to call and every limit are
configuration; `policies` says which of them hold for a case. Their sources are in docs/settings.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rescue.incident import Incident, Kind

FIRE_BRIGADE = 3
"""The last level: it is not asked by us but called by a person."""
GRAVE: Mapping[str, tuple[str, str]] = {
    "medical": ("somebody needs a doctor", "有人需要急救"),
    "water": ("water is rising", "有水漫入"),
    "fire": ("there is fire or smoke", "有火情或烟雾"),
    "child_alone": ("a child is alone", "儿童独自被困"),
}
"""Any of these among `vulnerable` goes to level 3 at once (domain.md); in words for whoever is called there."""


class Asks(StrEnum):
    """Whose crews are asked at a level, the fewest first."""

    CONTRACTOR = "contractor"
    NEARBY = "nearby"
    """Everyone within `nearby_within_m`, and the contractor from anywhere."""
    EVERYBODY = "everybody"


REACHES: Mapping[Asks, int] = {asks: reach for reach, asks in enumerate(Asks, start=1)}
"""What the dispatcher calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of rescue: its name in two languages, whose crews are asked, and for the last the number to call."""

    name: str
    name_zh: str
    asks: Asks
    call: str = ""


LEVELS = (
    Level(name="contracted company", name_zh="维保单位", asks=Asks.CONTRACTOR),
    Level(name="nearby rescue station or company", name_zh="就近救援站点", asks=Asks.NEARBY),
    Level(name="fire brigade", name_zh="消防救援", asks=Asks.EVERYBODY, call="119"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment of the stay in the car, counted from `trapped_since`, at which something is due."""

    name: str
    after_s: float
    raises_level: bool = False
    only_before_arrival: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The limits that hold for a case: seconds, counts and metres; each is also a setting of this name."""

    accept_within_s: float = 180
    accept_next_within_s: float = 60
    """For each further attempt at the same level."""
    engage_within_s: float = 300
    """Without an acceptance by then, every level is engaged."""
    escalation_hold_s: float = 300
    """So long, in all at one level, an operator may keep a case from rising for want of an answer."""
    undo_within_s: float = 8
    """So long, at most, an operator's deed is held to be undone; 0: not at all."""
    verify_within_s: float = 60
    comfort_within_s: float = 60
    """Somebody has spoken to the passengers after a case was opened, and again after a crew has accepted."""
    comfort_every_s: float = 300
    follows_within_s: float = 86_400
    """A lift's next case names the one before if that ended so lately."""
    ask_again_after_s: float = 15
    refusal_lasts_s: float = 600
    attempts_per_level: int = 2
    reach_within_s: float = 1200
    nearby_within_m: float = 17_000
    set_out_within_s: float = 300
    """From the acceptance; a crew that has not set out is first reminded, then another is looked for."""
    on_site_s: float = 480
    """What a crew is expected to need at the lift; so long after its arrival it is free for the next case."""
    rest_after_s: float = 7_200
    """A crew that was at work at one lift for so long rests for `rest_s`, unless nobody else can go."""
    rest_s: float = 1_800
    eta_margin_s: float = 300
    """So long after it was expected a crew is overdue."""
    relieve_after_s: float = 120
    """A crew that was reminded and still says nothing: another is looked for, and again as often."""
    hand_over_within_s: float = 60
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
    arrival_target_s: float = 900
    """This and the next five are marks of the stay, counted from `trapped_since`."""
    arrival_warned_s: float = 1_500
    arrive_within_s: float = 1_800
    """The limit of arrival; broken, the level rises."""
    supervisor_after_s: float = 3_600
    regulator_after_s: float = 6_000
    accident_after_s: float = 7_200
    """The stay that is by law an accident."""
    mark_repeats_after_s: float = 1_800
    levels: tuple[Level, Level, Level] = LEVELS

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The moments of the stay in the car, the earliest first."""
        marks = (
            Mark(name="arrival_target", after_s=self.arrival_target_s),
            Mark(name="arrival_warned", after_s=self.arrival_warned_s),
            Mark(name="arrival_breached", after_s=self.arrive_within_s, raises_level=True),
            Mark(name="supervisor_due", after_s=self.supervisor_after_s, only_before_arrival=False),
            Mark(name="regulator_warned", after_s=self.regulator_after_s, only_before_arrival=False),
            Mark(name="accident", after_s=self.accident_after_s, only_before_arrival=False),
        )
        return tuple(sorted(marks, key=lambda mark: mark.after_s))

    def level(self, number: int) -> Level:
        """Level 1, 2 or 3."""
        return self.levels[number - 1]


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
    if incident.injured or GRAVE.keys() & set(incident.vulnerable):
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


def too_late(incident: Incident, eta_s: float, now: datetime, policy: Policy) -> str:
    """Why a crew this far away is not enough for the level the case is at; "" if it is, and always at the last level.

    The contracted company must be there within `reach_within_s` of being asked; everybody within the limit of arrival,
    counted from when we heard of it.
    """
    away = f"{eta_s / 60:.0f} min away"
    if incident.level == FIRE_BRIGADE:
        return ""
    if policy.level(incident.level).asks is Asks.CONTRACTOR and eta_s > policy.reach_within_s:
        return f"{away}, beyond the {policy.reach_within_s / 60:.0f} min of level {incident.level}"
    arrival_s = (now - max(incident.opened_at, incident.trapped_since)).total_seconds() + eta_s
    if arrival_s > policy.arrive_within_s:
        return f"{away}, there only after {arrival_s / 60:.0f} min; the limit is {policy.arrive_within_s / 60:.0f} min"
    return ""


def remind_at(since: datetime, now: datetime, within_s: float, policy: Policy) -> datetime:
    """When people are reminded next of what waits since `since`: each time twice as late, at most half an hour."""
    waited_s = (now - since).total_seconds()
    return now + timedelta(seconds=min(max(within_s, waited_s), max(within_s, policy.mark_repeats_after_s)))
