"""What must be true of the cases at every moment, judged from what the database holds. Pure.

The desk decides; here somebody else counts. Nothing is repaired: what is found is said, to people and to machines, with
what to do. A finding that is grave means that somebody may be waiting in vain, and the service says that it is not
ready; the others are warnings. Must not know how the desk came to its decisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.messages import LiftId
from dispatch.crews import CrewId
from rescue.incident import IncidentId

DEADLINE_LATE = timedelta(seconds=15)
"""The desk passes fifty deadlines in a decision; only a desk that hangs, or fails on one, leaves any for so long."""
OFFER_LATE = timedelta(seconds=120)
"""A company whose endpoint hangs has four of its offers tried at once, 5 s each."""
EFFECT_LATE = timedelta(minutes=30)
"""Five hundred others may wait for an endpoint that hangs, four at once, 10 s each."""
ALARMS_SINCE = timedelta(hours=1)
CASES_SINCE = timedelta(days=7)
"""A case that was open for longer than this before its last alarm is not looked at once it is closed."""
SET_ASIDE_SINCE = timedelta(hours=1)
"""For so long everybody is told that the desk failed on something; the quarantine keeps it."""
CLOCKS_DIFFER_S = 5.0
NAMED = 5
"""Of one kind of finding, so many are named."""

Versions = Mapping[IncidentId, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database held at one moment, as far as it is not as it should be. Lists are bounded."""

    forgotten: Sequence[tuple[int, datetime | None]] = ()
    """Numbers of open cases with no deadline, or one long past."""
    versions: Versions
    """Of the open cases."""
    complete: bool = True
    """`versions` has all of them."""
    late: Sequence[tuple[int, str, datetime]] = ()
    """Effects, by outbox id, with their type, not tried since they were due."""
    astray: Sequence[tuple[CrewId, int, bool]] = ()
    """Crews in so many places, and whether one of these is a case that is over."""
    unheard: Sequence[tuple[LiftId, int]] = ()
    """Alarms that no case knows."""
    set_aside: int = 0
    newest_effect_at: datetime | None = None
    database_ahead_s: float = 0.0
    """By how much the database's clock is ahead of ours."""
    machine_ahead_s: float = 0.0
    """By how much this machine's clock is ahead of the service's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it must be. `key` is the same for as long as it is the same thing."""

    key: str
    said: str
    grave: bool = True


def judge(facts: Facts, before: Versions | None, after: Versions | None, now: datetime) -> Iterator[Finding]:
    """What is wrong. `before` and `after` are the board around the reading; None if this process is not the desk."""
    for number, by in facts.forgotten:
        said = f"{(now - by).total_seconds():.0f} s past a deadline" if by else "without a deadline ahead"
        yield Finding(key=f"case {number}", said=f"case {number} is {said}: look after it by hand")
    for outbox_id, type_, due_at in facts.late:
        late_s = (now - due_at).total_seconds()
        yield Finding(
            key=f"effect {outbox_id}", said=f"{type_} {outbox_id} was due {late_s:.0f} s ago and is not tried"
        )
    for crew_id, places, is_over in facts.astray:
        said = "is held by a case that is over" if is_over else f"is in {places} places"
        yield Finding(key=f"crew {crew_id}", said=f"crew {crew_id} {said}")
    for lift_id, number in facts.unheard:
        yield Finding(key=f"alarm {lift_id} {number}", said=f"alarm {number} of lift {lift_id} has no case")
    if before is not None and after is not None:
        yield from _compare(facts, before, after)
    yield from _warn(facts, now)


def _compare(facts: Facts, before: Versions, after: Versions) -> Iterator[Finding]:
    """The board moves on while we read: what the database has lies between the board before and after."""
    for incident_id, version in facts.versions.items():
        oldest, newest = before.get(incident_id, 0), after.get(incident_id, version)
        known = incident_id in before or incident_id in after
        if not known or not oldest <= version <= newest:
            said = f"case {incident_id} has version {version} in the database and {newest if known else 'none'} here"
            yield Finding(key=f"board {incident_id}", said=said)
    if facts.complete:
        for incident_id in before.keys() & after.keys() - facts.versions.keys():
            yield Finding(key=f"board {incident_id}", said=f"case {incident_id} is open here and not in the database")


def _warn(facts: Facts, now: datetime) -> Iterator[Finding]:
    if facts.set_aside:
        said = f"the desk failed on {facts.set_aside} inputs in the last hour: see the quarantine, and tell the makers"
        yield Finding(key="set aside", said=said, grave=False)
    yield from _clocks(facts)
    ahead_s = (facts.newest_effect_at - now).total_seconds() if facts.newest_effect_at else 0.0
    if ahead_s > CLOCKS_DIFFER_S:
        said = (
            f"the newest decision is dated {ahead_s:.0f} s ahead: the clock was set back; deadlines before it are late"
        )
        yield Finding(key="set back", said=said, grave=False)


def _clocks(facts: Facts) -> Iterator[Finding]:
    if abs(facts.machine_ahead_s) > CLOCKS_DIFFER_S:
        agrees = abs(facts.machine_ahead_s - facts.database_ahead_s) <= CLOCKS_DIFFER_S
        said = (
            f"this machine's clock was set {_by(facts.machine_ahead_s)} of the service's, which follows slowly; the "
            f"database's agrees with {'the machine' if agrees else 'the service'}. If the machine is right, restart"
        )
        yield Finding(key="machine's clock", said=said, grave=False)
    elif abs(facts.database_ahead_s) > CLOCKS_DIFFER_S:
        said = f"the database's clock is {_by(facts.database_ahead_s)} of ours: have both follow a time server"
        yield Finding(key="database's clock", said=said, grave=False)


def _by(ahead_s: float) -> str:
    return f"{abs(ahead_s):.0f} s {'ahead' if ahead_s > 0 else 'behind'}"


def brief(findings: Sequence[Finding]) -> list[str]:
    """What is said, the first few of it and how many more."""
    more = len(findings) - NAMED
    return [finding.said for finding in findings[:NAMED]] + ([f"and {more} more"] if more > 0 else [])
