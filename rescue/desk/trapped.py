"""Cases of people inside: a report of them opens a case, joins the lift's open one, or raises it to an entrapment.

One open case a lift: whatever speaks of the same lift joins it. Confidence only rises; a case never falls back by
itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from devices.messages import Area, Evidence, LiftId
from rescue.desk import outages
from rescue.desk.answers import tell_passengers
from rescue.desk.asking import ask, concerned, raise_level, tell
from rescue.desk.board import Outcome, Verdict
from rescue.desk.draft import Draft
from rescue.desk.inputs import Envelope
from rescue.escalation import FIRE_BRIGADE, first_level, next_mark_at
from rescue.incident import (
    AlarmRecord,
    Caller,
    Deadline,
    Incident,
    IncidentId,
    Kind,
    Sign,
    Signal,
    Source,
    Status,
    advance,
    is_sure,
)
from rescue.timeline import Actor, Fact, instant

ALARMS_KEPT = 100
"""Of a case, in its own value; a button that is pressed more often has all its presses in the timeline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One sign of an entrapment, whoever gave it."""

    lift_id: LiftId
    area: Area
    source: Source
    since: datetime
    evidence: Evidence
    alarm: AlarmRecord | None = None
    caller: Caller | None = None
    people: int | None = None
    injured: int = 0
    vulnerable: tuple[str, ...] = ()
    note: str = ""


def take(draft: Draft, envelope: Envelope, report: Report) -> Outcome:
    """Opens a case, joins the open one, or raises it to an entrapment."""
    incident = draft.incident_of(report.lift_id)
    if incident is None:
        return draft.outcome(Verdict.OPENED, incident=_open(draft, envelope, report))
    return draft.outcome(Verdict.JOINED, incident=_join(draft, incident, report, envelope.actor))


def _open(draft: Draft, envelope: Envelope, report: Report) -> Incident:
    bare = Incident(
        incident_id=IncidentId(envelope.input_id),
        number=draft.next_number,
        kind=Kind.ENTRAPMENT,
        status=Status.OPEN,
        version=1,
        level=1,
        source=report.source,
        lift_id=report.lift_id,
        area=report.area,
        lift=envelope.lift,
        opened_at=draft.now,
        trapped_since=min(report.since, draft.now),
        evidence=report.evidence,
        deadlines={},
        people=report.people,
        injured=report.injured,
        vulnerable=report.vulnerable,
        caller=report.caller,
        alarms=(report.alarm,) if report.alarm else (),
    )
    level = first_level(bare)
    opened = replace(bare, level=level).due(stay_by=next_mark_at(bare, bare.trapped_since, draft.policy))
    said = f"Opened at level {level}{_brigade(level)}"
    opened = draft.record(opened, "opened", said, envelope.actor, **_facts(report))
    return _set_going(draft, outages.adopt(draft, opened))


def _set_going(draft: Draft, incident: Incident) -> Incident:
    """Ask at once, or, where the entrapment is merely possible, have an operator listen in first."""
    if not is_sure(incident.evidence):
        return draft.save(incident.due(verify_by=draft.after(draft.policy.verify_within_s)))
    if incident.level < FIRE_BRIGADE:
        incident = incident.due(engage_by=draft.after(draft.policy.engage_within_s))
    return ask(draft, incident.without(Deadline.VERIFY_BY))


def _join(draft: Draft, incident: Incident, report: Report, by: Actor) -> Incident:
    if not incident.is_entrapment:
        return rise(draft, incident, report, by)
    joined = _merged(incident, report)
    if joined == incident and incident.status is not Status.RELEASED and not report.note:
        return incident
    said = f"Joined by {report.source}" + (f" (alarm {report.alarm.number})" if report.alarm else "")
    joined = draft.record(joined, "joined", said, by, **_facts(report))
    if incident.status is Status.RELEASED:
        return _set_going(draft, _raise_if_grave(draft, _trapped_again(draft, joined, report)))
    joined = _raise_if_grave(draft, joined)
    if is_sure(joined.evidence) and not is_sure(incident.evidence) and joined.status is Status.OPEN:
        return _set_going(draft, joined)
    tell(draft, joined, "incident.updated", *concerned(draft, joined))
    return joined


def rise(draft: Draft, incident: Incident, report: Report, by: Actor) -> Incident:
    """People are found to be inside while a case of another kind is open: that very case becomes theirs.

    Whoever refused to come for a fault may well come for people; a crew that is under way already is told, and goes on.
    """
    risen = replace(
        _merged(incident, report),
        kind=Kind.ENTRAPMENT,
        trapped_since=min(report.since, draft.now),
        refusals={},
        asked_at_level=0,
    ).without(Deadline.ATTEND_BY)
    risen = replace(risen, level=max(risen.level, first_level(risen)))
    risen = risen.due(stay_by=next_mark_at(risen, risen.trapped_since, draft.policy))
    said = f"Rose to an entrapment at level {risen.level}; it was: {incident.kind.replace('_', ' ')}"
    risen = draft.record(risen, "rose", said + _brigade(risen.level), by, **_facts(report))
    tell(draft, risen, "incident.updated", *concerned(draft, risen))
    if risen.status is Status.RELEASED:
        return _set_going(draft, _trapped_again(draft, risen, report))
    if risen.status is Status.OPEN:
        return _set_going(draft, risen)
    return _keep_crew(draft, risen)


def _keep_crew(draft: Draft, incident: Incident) -> Incident:
    """A crew has been asked for the fault: it is the first to be there, if it accepts in time."""
    assignment = draft.assignment(incident.assignment_id)
    if assignment:
        tell_passengers(draft, incident, assignment)
    if incident.level < FIRE_BRIGADE and Deadline.ACCEPT_BY in incident.deadlines:
        incident = incident.due(engage_by=draft.after(draft.policy.engage_within_s))
    return draft.save(incident)


def _brigade(level: int) -> str:
    return " - call the fire brigade (119)" if level == FIRE_BRIGADE else ""


def _merged(incident: Incident, report: Report) -> Incident:
    """The case with what the report adds; nothing already known is lost or lowered."""
    return replace(
        _trapped_for_longer(incident, report.since),
        evidence=_stronger(incident.evidence, report.evidence),
        alarms=(*incident.alarms, report.alarm)[-ALARMS_KEPT:] if report.alarm else incident.alarms,
        signs=incident.signs - _taken_back(report),
        caller=incident.caller if report.caller in (None, Caller()) else report.caller,
        people=report.people if report.people is not None else incident.people,
        injured=max(incident.injured, report.injured),
        vulnerable=tuple(dict.fromkeys((*incident.vulnerable, *report.vulnerable))),
    )


def _trapped_for_longer(incident: Incident, since: datetime) -> Incident:
    """The marks of the stay move with its beginning; those that are thereby past are told at once."""
    earlier = incident.trapped_since - since
    by = incident.deadlines.get(Deadline.STAY_BY)
    if earlier <= timedelta(0) or by is None:
        return incident
    return replace(incident, trapped_since=since).due(stay_by=by - earlier)


def _taken_back(report: Report) -> frozenset[Sign]:
    """Signs of release that this report speaks against: the lift can only take back its own word."""
    return frozenset(Sign) if report.alarm or report.caller else frozenset({Sign.LIFT_RECOVERED})


def _stronger(known: Evidence, new: Evidence) -> Evidence:
    confidence = max(known.confidence, new.confidence, key=lambda c: c.rank)
    return Evidence(confidence=confidence, reasons=merge_reasons(known.reasons, new.reasons))


def merge_reasons(known: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """Every reason once, by the code before its first colon, in the order first heard and as last said."""
    return tuple({reason.partition(":")[0]: reason for reason in (*known, *new)}.values())


def _trapped_again(draft: Draft, incident: Incident, report: Report) -> Incident:
    """A new entrapment before the old case was closed: people come first, the call-back waits."""
    again = replace(
        advance(incident, Signal.TRAPPED_AGAIN).without(Deadline.CALL_BACK_BY, Deadline.CLOSE_BY),
        trapped_since=min(report.since, draft.now),
        arrived_at=None,
        released_at=None,
        called_back_at=None,
        assignment_id=None,
        asked_at_level=0,
        signs=frozenset(),
        refusals={},
    )
    again = again.due(stay_by=next_mark_at(again, again.trapped_since, draft.policy))
    return draft.record(again, "trapped_again", "People are trapped in this lift again: asking anew")


def _raise_if_grave(draft: Draft, incident: Incident) -> Incident:
    if incident.level < FIRE_BRIGADE and first_level(incident) == FIRE_BRIGADE:
        return raise_level(draft, incident, "people are hurt or in grave need", to=FIRE_BRIGADE)
    return incident


def _facts(report: Report) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "source": report.source,
        "confidence": report.evidence.confidence,
        "reasons": list(report.evidence.reasons),
        "since": instant(report.since),
        "people": report.people,
        "injured": report.injured or None,
        "vulnerable": list(report.vulnerable) or None,
        "alarm": report.alarm.number if report.alarm else None,
        "note": report.note or None,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}
