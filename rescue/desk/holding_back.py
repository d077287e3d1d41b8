"""An operator keeps a case at its level for a while, though nobody has answered: they know more than the clock does.

Crews of the level go on being asked meanwhile. It keeps back no other rise: not for people hurt, nor for a crew that is
late, nor for the limit of arrival. Limits: `escalation_hold_s` in all at one level; where people are confirmed inside,
the case's own `engage_by`, unless a supervisor decides.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from devices.messages import Confidence
from rescue.desk.demands import Refused, demand_people, demand_reason
from rescue.desk.draft import Draft
from rescue.desk.inputs import OperatorActed
from rescue.holds import EscalationHeld
from rescue.incident import Deadline, Incident
from rescue.timeline import Actor, instant


def hold_escalation(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """The level does not rise before `hold_s` are over, or for as long as whoever asks may hold it."""
    demand_people(incident, "its level does not rise by itself")
    demand_reason(acted.reason)
    engage_by = incident.deadlines.get(Deadline.ENGAGE_BY)
    if engage_by is None:
        raise Refused("the level does not rise by itself now")
    held = _held(draft, incident, engage_by, acted, by)
    kept = replace(incident, escalation_held=held).due(engage_by=max(engage_by, held.until))
    said = f"{by.name} keeps the case at level {incident.level} for {_seconds(draft, held.until)} s: {acted.reason}"
    return draft.record(kept, "escalation_held", said, by, until=instant(held.until), reason=acted.reason)


def _held(draft: Draft, incident: Incident, engage_by: datetime, acted: OperatorActed, by: Actor) -> EscalationHeld:
    before = incident.escalation_held
    limit = min(engage_by, before.engage_by) if before else engage_by
    since = before.since if before else draft.now
    longest = _longest(draft, incident, since, limit, acted)
    until = longest if acted.hold_s is None else draft.after(acted.hold_s)
    if until > longest or longest <= draft.now:
        raise Refused(_too_long(incident, longest, limit))
    if before and until < before.until:
        raise Refused(f"{before.by} keeps it until {instant(before.until)}")
    return EscalationHeld(by=by.name, reason=acted.reason, since=since, until=until, engage_by=limit)


def _longest(draft: Draft, incident: Incident, since: datetime, limit: datetime, acted: OperatorActed) -> datetime:
    in_all = since + timedelta(seconds=draft.policy_of(incident).escalation_hold_s)
    is_sure = incident.evidence.confidence is Confidence.CONFIRMED
    return min(in_all, limit) if is_sure and not acted.is_supervisor else in_all


def _too_long(incident: Incident, longest: datetime, limit: datetime) -> str:
    whose = "; people are surely inside: beyond that a supervisor decides" if longest == limit else ""
    return f"level {incident.level} may be kept until {instant(longest)}{whose}"


def keeps_level(draft: Draft, incident: Incident) -> bool:
    """The case does not rise now for want of an answer."""
    held = incident.escalation_held
    return held is not None and held.until > draft.now


def kept_until(draft: Draft, incident: Incident, by: datetime) -> datetime:
    """`by`, or when the level may rise again if that is sooner."""
    held = incident.escalation_held
    return min(by, held.until) if held and held.until > draft.now else by


def let_rise(draft: Draft, incident: Incident, because: str) -> Incident:
    """The hold ends before its time: the level rises when it would have."""
    held = incident.escalation_held
    if held is None:
        return incident
    rises = replace(incident, escalation_held=None).due(engage_by=max(held.engage_by, draft.now))
    if Deadline.ASK_BY in rises.deadlines:
        rises = rises.due(ask_by=draft.now)
    return draft.record(rises, "escalation_resumed", f"The level is kept no longer: {because}")


def _seconds(draft: Draft, until: datetime) -> str:
    return f"{(until - draft.now).total_seconds():.0f}"
