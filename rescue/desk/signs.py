"""What lifts and people tell us: signs of an entrapment open a case or join the open one; of release, are noted.

One open case a lift: whatever speaks of the same lift joins it. Confidence only rises; a case never falls back by
itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from devices.messages import (
    AlarmEnded,
    AlarmRaised,
    Area,
    Confidence,
    EntrapmentEnded,
    EntrapmentFound,
    Evidence,
    LiftId,
    LinkChanged,
)
from rescue.desk import alarms
from rescue.desk.asking import ask, concerned, raise_level, tell
from rescue.desk.board import Decision, Verdict
from rescue.desk.draft import Draft
from rescue.desk.inputs import Envelope, Intake
from rescue.effects import AcknowledgeAlarm
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
from rescue.timeline import Fact, instant

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


def take_alarm(draft: Draft, envelope: Envelope, event: AlarmRaised) -> Decision:
    """The alarm button: acknowledged whatever it is, and a case unless it is late news or a repeat."""
    _acknowledge(draft, envelope, event.lift_id, event.heard_in or event.area, event.number)
    ledger = draft.ledger(event.lift_id)
    incident = draft.incident_of(event.lift_id)
    news = alarms.judge(ledger, event, draft.now, draft.policy)
    if news is not alarms.News.NEW:
        return draft.decide(Verdict.NOTHING, f"{news} news of alarm {event.number}", incident)
    draft.ledgers[event.lift_id] = alarms.enter(ledger, event, draft.now)
    record = AlarmRecord(number=event.number, boot=event.boot, raised_at=draft.now)
    return _take(draft, envelope, _report_of(event, _instant(event.at), alarm=record))


def take_entrapment(draft: Draft, envelope: Envelope, event: EntrapmentFound) -> Decision:
    """The tracker inferred an entrapment, or is surer than before."""
    incident = draft.incident_of(event.lift_id)
    since = _instant(event.since)
    if incident and _was_attended(incident, since):
        said = "The lift still shows the entrapment that was reported as released"
        draft.record(incident, "doubted", said, reasons=event.evidence.reasons)
        return draft.decide(Verdict.JOINED, said, incident)
    return _take(draft, envelope, _report_of(event, since))


def take_intake(draft: Draft, envelope: Envelope, intake: Intake) -> Decision:
    """A person reports people trapped: as good as confirmed, for a person has heard of them."""
    evidence = Evidence(
        confidence=Confidence.CONFIRMED,
        reasons=(f"reported by {intake.source}: a person says that people are trapped",),
    )
    report = Report(
        lift_id=intake.lift_id,
        area=intake.area,
        source=intake.source,
        since=draft.now,
        evidence=evidence,
        caller=intake.caller,
        people=intake.people,
        injured=intake.injured,
        vulnerable=intake.vulnerable,
        note=intake.note,
    )
    return _take(draft, envelope, report)


def note_alarm_end(draft: Draft, envelope: Envelope, event: AlarmEnded) -> Decision:
    """The end of an alarm: a sign of release, kept in the ledger so that late repeats are known.

    It is acknowledged as the alarm was, for it too is sent again until then; not so the end of an alarm that we have
    not heard of, lest the lift take it for the alarm's own acknowledgement.
    """
    ledger = draft.ledger(event.lift_id)
    if ledger and event.number <= ledger.number:
        _acknowledge(draft, envelope, event.lift_id, event.area, event.number)
    if ledger and (ledger.ended_number is None or event.number > ledger.ended_number):
        draft.ledgers[event.lift_id] = alarms.end(ledger, event)
    incident = draft.incident_of(event.lift_id)
    open_alarm = incident and any(a.number == event.number and a.ended_at is None for a in incident.alarms)
    if not incident or not open_alarm:
        return draft.decide(Verdict.NOTHING, f"no open case has alarm {event.number}", incident)
    ended = tuple(replace(a, ended_at=draft.now) if a.number == event.number else a for a in incident.alarms)
    said = f"End of alarm {event.number}, given at the lift"
    if ended[-1].ended_at is None:
        overtaken = f"{said}: but alarm {ended[-1].number} stands"
        noted = draft.record(replace(incident, alarms=ended), "alarm_ended", overtaken, envelope.actor)
        return draft.decide(Verdict.JOINED, overtaken, noted)
    return _note_sign(draft, envelope, replace(incident, alarms=ended), Sign.ALARM_ENDED, said)


def note_entrapment_end(draft: Draft, envelope: Envelope, event: EntrapmentEnded) -> Decision:
    """The lift shows no entrapment any more: a sign of release, not release."""
    incident = draft.incident_of(event.lift_id)
    if not incident:
        return draft.decide(Verdict.NOTHING, "no open case")
    if Sign.LIFT_RECOVERED in incident.signs:
        return draft.decide(Verdict.NOTHING, "known already", incident)
    return _note_sign(draft, envelope, incident, Sign.LIFT_RECOVERED, "; ".join(event.reasons))


def note_link(draft: Draft, envelope: Envelope, event: LinkChanged) -> Decision:
    """A lift with an open case went off line or came back: its silence is not news of release."""
    incident = draft.incident_of(event.lift_id)
    if not incident:
        return draft.decide(Verdict.NOTHING, "no open case")
    what, said = ("link_back", "The lift is on line again") if event.online else ("link_lost", "The lift went off line")
    draft.record(incident, what, f"{said}: {event.reason}", envelope.actor)
    return draft.decide(Verdict.JOINED, incident=incident)


def _acknowledge(draft: Draft, envelope: Envelope, lift_id: LiftId, area: Area, number: int) -> None:
    draft.effect(AcknowledgeAlarm(key=f"{envelope.input_id}:ack", lift_id=lift_id, area=area, number=number))


def _was_attended(incident: Incident, since: datetime) -> bool:
    """Released, and what the lift shows began before the crew arrived: the entrapment that the crew has seen to."""
    attended_at = incident.arrived_at or incident.released_at
    return incident.status is Status.RELEASED and attended_at is not None and since <= attended_at


def _note_sign(draft: Draft, envelope: Envelope, incident: Incident, sign: Sign, said: str) -> Decision:
    noted = replace(incident, signs=incident.signs | {sign})
    noted = draft.record(noted, "sign_of_release", said, envelope.actor, sign=sign)
    return draft.decide(Verdict.JOINED, said, noted)


def _take(draft: Draft, envelope: Envelope, report: Report) -> Decision:
    incident = draft.incident_of(report.lift_id)
    if incident is None:
        return draft.decide(Verdict.OPENED, incident=_open(draft, envelope, report))
    return draft.decide(Verdict.JOINED, incident=_join(draft, envelope, incident, report))


def _open(draft: Draft, envelope: Envelope, report: Report) -> Incident:
    bare = Incident(
        incident_id=IncidentId(envelope.input_id),
        number=draft.board.next_number,
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
    said = f"Opened at level {level}" + (" - call the fire brigade (119)" if level == FIRE_BRIGADE else "")
    opened = draft.record(opened, "opened", said, envelope.actor, **_facts(report))
    return _set_going(draft, opened)


def _set_going(draft: Draft, incident: Incident) -> Incident:
    """Ask at once, or, where the entrapment is merely possible, have an operator listen in first."""
    if not is_sure(incident.evidence):
        return draft.save(incident.due(verify_by=draft.after(draft.policy.verify_within_s)))
    if incident.level < FIRE_BRIGADE:
        incident = incident.due(engage_by=draft.after(draft.policy.engage_within_s))
    return ask(draft, incident.without(Deadline.VERIFY_BY))


def _join(draft: Draft, envelope: Envelope, incident: Incident, report: Report) -> Incident:
    joined = _merged(incident, report)
    if joined == incident and incident.status is not Status.RELEASED and not report.note:
        return incident
    said = f"Joined by {report.source}" + (f" (alarm {report.alarm.number})" if report.alarm else "")
    joined = draft.record(joined, "joined", said, envelope.actor, **_facts(report))
    if incident.status is Status.RELEASED:
        return _set_going(draft, _raise_if_grave(draft, _trapped_again(draft, joined, report)))
    joined = _raise_if_grave(draft, joined)
    if is_sure(joined.evidence) and not is_sure(incident.evidence) and joined.status is Status.OPEN:
        return _set_going(draft, joined)
    tell(draft, joined, "incident.updated", *concerned(draft, joined))
    return joined


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
    return Evidence(confidence=confidence, reasons=tuple(dict.fromkeys((*known.reasons, *new.reasons))))


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


def _report_of(event: AlarmRaised | EntrapmentFound, since: datetime, alarm: AlarmRecord | None = None) -> Report:
    return Report(
        lift_id=event.lift_id,
        area=event.area,
        source=Source.IOT,
        since=since,
        evidence=event.evidence,
        alarm=alarm,
    )


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


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
