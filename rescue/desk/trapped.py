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
from rescue.desk.asking import ask
from rescue.desk.board import Outcome, Verdict
from rescue.desk.comforting import remind
from rescue.desk.draft import Draft
from rescue.desk.holding import drop
from rescue.desk.inputs import Envelope
from rescue.desk.letting_go import raise_level
from rescue.desk.opening import begin
from rescue.desk.relieving import UNDER_WAY, watch
from rescue.desk.telling import concerned, tell
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
CALLERS_KEPT = 20
"""Of a case, beside the one to call back; everybody who joins is in the timeline."""


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
    is_inferred: bool = False
    """The lift shows it, by what it says of itself."""


def take(draft: Draft, envelope: Envelope, report: Report) -> Outcome:
    """Opens a case, joins the open one, or raises it to an entrapment."""
    incident = draft.incident_of(report.lift_id)
    if incident is None:
        return draft.outcome(Verdict.OPENED, incident=open_case(draft, envelope, report, _lately(draft, envelope)))
    return draft.outcome(Verdict.JOINED, incident=_join(draft, incident, report, envelope.actor))


def open_case(draft: Draft, envelope: Envelope, report: Report, before: Incident | None) -> Incident:
    """A new case of people inside, which names the one before, if it follows one."""
    begun = begin(
        draft,
        IncidentId(envelope.input_id),
        kind=Kind.ENTRAPMENT,
        source=report.source,
        lift_id=report.lift_id,
        area=report.area,
        lift=envelope.lift,
        since=report.since,
        evidence=report.evidence,
    )
    known = replace(knowing(begun, report), follows_id=before.incident_id if before else None)
    opened = replace(known, level=first_level(known)).due(
        stay_by=next_mark_at(known, known.trapped_since, draft.policy_of(known))
    )
    said = f"Opened at level {opened.level}{_after(draft, before)}"
    facts = _facts(report) | ({"follows": before.number} if before else {})
    opened = draft.record(remind(draft, opened), "opened", said, envelope.actor, **facts)
    return set_going(draft, outages.adopt(draft, opened))


def _lately(draft: Draft, envelope: Envelope) -> Incident | None:
    """The last case of this lift's people, if it ended so lately that they may be the same."""
    before = envelope.finished.incident if envelope.finished else None
    if before is None or before.closed_at is None:
        return None
    ended_s = (draft.now - before.closed_at).total_seconds()
    return before if ended_s <= draft.policy_of(before).follows_within_s else None


def _after(draft: Draft, before: Incident | None) -> str:
    if before is None or before.closed_at is None:
        return ""
    ended = before.status.replace("_", " ")
    return f", {(draft.now - before.closed_at).total_seconds() / 60:.0f} min after case {before.number} ({ended})"


def set_going(draft: Draft, incident: Incident) -> Incident:
    """Ask at once, or, where the entrapment is merely possible, have an operator listen in first."""
    if not is_sure(incident.evidence):
        return draft.save(incident.due(verify_by=draft.after(draft.policy_of(incident).verify_within_s)))
    if incident.level < FIRE_BRIGADE:
        incident = incident.due(engage_by=draft.after(draft.policy_of(incident).engage_within_s))
    return ask(draft, incident.without(Deadline.VERIFY_BY))


def _join(draft: Draft, incident: Incident, report: Report, by: Actor) -> Incident:
    if incident.held and incident.held.ends_case:
        incident = drop(draft, incident, f"{report.source} tells of people inside")
    if not incident.is_entrapment:
        return rise(draft, incident, report, by)
    joined = knowing(incident, report)
    if joined == incident and incident.status is not Status.RELEASED and not report.note:
        return incident
    said = f"Joined by {report.source}" + (f" (alarm {report.alarm.number})" if report.alarm else "")
    joined = draft.record(joined, "joined", said, by, **_facts(report))
    if incident.status is Status.RELEASED:
        return set_going(draft, raise_if_grave(draft, _trapped_again(draft, joined, report)))
    joined = raise_if_grave(draft, joined)
    if is_sure(joined.evidence) and not is_sure(incident.evidence) and joined.status is Status.OPEN:
        return set_going(draft, joined)
    tell(draft, joined, "incident.updated", *concerned(draft, joined))
    return joined


def rise(draft: Draft, incident: Incident, report: Report, by: Actor) -> Incident:
    """People are found to be inside while a case of another kind is open: that very case becomes theirs.

    Whoever refused to come for a fault may well come for people; a crew that is under way already is told, and goes on.
    """
    risen = replace(
        knowing(incident, report),
        kind=Kind.ENTRAPMENT,
        trapped_since=min(report.since, draft.now),
        refusals={},
        asked_at_level=0,
    ).without(Deadline.ATTEND_BY)
    risen = replace(risen, level=max(risen.level, first_level(risen)))
    risen = risen.due(stay_by=next_mark_at(risen, risen.trapped_since, draft.policy_of(risen)))
    risen = remind(draft, risen)
    said = f"Rose to an entrapment at level {risen.level}; it was: {incident.kind.replace('_', ' ')}"
    risen = draft.record(risen, "rose", said, by, **_facts(report))
    tell(draft, risen, "incident.updated", *concerned(draft, risen))
    if risen.status is Status.RELEASED:
        return set_going(draft, _trapped_again(draft, risen, report))
    if risen.status is Status.OPEN:
        return set_going(draft, risen)
    return _keep_crew(draft, risen)


def _keep_crew(draft: Draft, incident: Incident) -> Incident:
    """A crew has been asked for the fault: it is the first to be there, if it accepts in time."""
    assignment = draft.assignment(incident.assignment_id)
    if assignment:
        tell_passengers(draft, incident, assignment)
        incident = watch(draft, incident, assignment) if assignment.status in UNDER_WAY else incident
    if incident.level < FIRE_BRIGADE and Deadline.ACCEPT_BY in incident.deadlines:
        incident = incident.due(engage_by=draft.after(draft.policy_of(incident).engage_within_s))
    return draft.save(incident)


def knowing(incident: Incident, report: Report) -> Incident:
    """The case with what the report adds; nothing already known is lost or lowered."""
    return replace(
        _trapped_for_longer(incident, report.since),
        evidence=_stronger(incident.evidence, report.evidence),
        alarms=(*incident.alarms, report.alarm)[-ALARMS_KEPT:] if report.alarm else incident.alarms,
        signs=incident.signs - _taken_back(report),
        caller=_newest(incident, report) or incident.caller or report.caller,
        other_callers=_others(incident, report),
        is_inferred=incident.is_inferred or report.is_inferred,
        people=report.people if report.people is not None else incident.people,
        injured=max(incident.injured, report.injured),
        vulnerable=tuple(dict.fromkeys((*incident.vulnerable, *report.vulnerable))),
    )


def _newest(incident: Incident, report: Report) -> Caller | None:
    """Who is to be called back from now on, None for whoever it was."""
    return None if report.caller in (None, Caller(), incident.caller) else report.caller


def _others(incident: Incident, report: Report) -> tuple[Caller, ...]:
    if _newest(incident, report) is None or incident.caller in (None, Caller()):
        return incident.other_callers
    kept = [one for one in incident.other_callers if one not in (incident.caller, report.caller)]
    return (*kept, incident.caller)[-CALLERS_KEPT:]


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
        comforted_at=None,
        comforts_missed=0,
        assignment_id=None,
        handover=None,
        asked_at_level=0,
        signs=frozenset(),
        refusals={},
    )
    again = remind(draft, again.due(stay_by=next_mark_at(again, again.trapped_since, draft.policy_of(again))))
    return draft.record(again, "trapped_again", "People are trapped in this lift again: asking anew")


def raise_if_grave(draft: Draft, incident: Incident) -> Incident:
    """People hurt or in grave need engage the last level at once."""
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
