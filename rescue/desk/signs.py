"""What lifts and people tell us of people inside: signs of an entrapment, and of release.

A sign of an entrapment becomes a Report, whoever gave it, and `trapped` makes a case of it or joins the open one. A
sign of release is noted and ends nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from devices.messages import (
    AlarmEnded,
    AlarmRaised,
    Area,
    Confidence,
    EntrapmentEnded,
    EntrapmentFound,
    Evidence,
    LiftId,
)
from rescue.desk import alarms
from rescue.desk.board import Outcome, Verdict
from rescue.desk.draft import Draft
from rescue.desk.inputs import Envelope, Intake, instant_of
from rescue.desk.trapped import Report, take
from rescue.effects import AcknowledgeAlarm
from rescue.incident import AlarmRecord, Incident, Sign, Source, Status


def take_alarm(draft: Draft, envelope: Envelope, event: AlarmRaised) -> Outcome:
    """The alarm button: acknowledged whatever it is, and a case unless it is late news or a repeat."""
    _acknowledge(draft, envelope, event.lift_id, event.heard_in or event.area, event.number)
    ledger = draft.ledger(event.lift_id)
    incident = draft.incident_of(event.lift_id)
    news = alarms.judge(ledger, event, draft.now, draft.policy)
    if news is not alarms.News.NEW:
        return draft.outcome(Verdict.NOTHING, f"{news} news of alarm {event.number}", incident)
    draft.ledgers[event.lift_id] = alarms.enter(ledger, event, draft.now)
    record = AlarmRecord(number=event.number, boot=event.boot, raised_at=draft.now)
    return take(draft, envelope, _report_of(event, instant_of(event.at), alarm=record))


def take_entrapment(draft: Draft, envelope: Envelope, event: EntrapmentFound) -> Outcome:
    """The tracker inferred an entrapment, or is surer than before."""
    incident = draft.incident_of(event.lift_id)
    since = instant_of(event.since)
    if incident and _was_attended(incident, since):
        said = "The lift still shows the entrapment that was reported as released"
        draft.record(incident, "doubted", said, reasons=event.evidence.reasons)
        return draft.outcome(Verdict.JOINED, said, incident)
    return take(draft, envelope, replace(_report_of(event, since), is_inferred=True))


def take_intake(draft: Draft, envelope: Envelope, intake: Intake) -> Outcome:
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
    return take(draft, envelope, report)


def note_alarm_end(draft: Draft, envelope: Envelope, event: AlarmEnded) -> Outcome:
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
        return draft.outcome(Verdict.NOTHING, f"no open case has alarm {event.number}", incident)
    ended = tuple(replace(a, ended_at=draft.now) if a.number == event.number else a for a in incident.alarms)
    said = f"End of alarm {event.number}, given at the lift"
    if ended[-1].ended_at is None:
        overtaken = f"{said}: but alarm {ended[-1].number} stands"
        noted = draft.record(replace(incident, alarms=ended), "alarm_ended", overtaken, envelope.actor)
        return draft.outcome(Verdict.JOINED, overtaken, noted)
    return _note_sign(draft, envelope, replace(incident, alarms=ended), Sign.ALARM_ENDED, said)


def note_entrapment_end(draft: Draft, envelope: Envelope, event: EntrapmentEnded) -> Outcome:
    """The lift shows no entrapment any more: a sign of release, not release."""
    incident = draft.incident_of(event.lift_id)
    if not incident or not incident.is_entrapment:
        return draft.outcome(Verdict.NOTHING, "no open case of people inside", incident)
    if Sign.LIFT_RECOVERED in incident.signs:
        return draft.outcome(Verdict.NOTHING, "known already", incident)
    return _note_sign(draft, envelope, incident, Sign.LIFT_RECOVERED, "; ".join(event.reasons))


def _acknowledge(draft: Draft, envelope: Envelope, lift_id: LiftId, area: Area, number: int) -> None:
    draft.effect(AcknowledgeAlarm(key=f"{envelope.input_id}:ack", lift_id=lift_id, area=area, number=number))


def _was_attended(incident: Incident, since: datetime) -> bool:
    """Released, and what the lift shows began before the crew arrived: the entrapment that the crew has seen to."""
    attended_at = incident.arrived_at or incident.released_at
    is_out = incident.is_entrapment and incident.status is Status.RELEASED
    return is_out and attended_at is not None and since <= attended_at


def _note_sign(draft: Draft, envelope: Envelope, incident: Incident, sign: Sign, said: str) -> Outcome:
    noted = replace(incident, signs=incident.signs | {sign})
    noted = draft.record(noted, "sign_of_release", said, envelope.actor, sign=sign)
    return draft.outcome(Verdict.JOINED, said, noted)


def _report_of(event: AlarmRaised | EntrapmentFound, since: datetime, alarm: AlarmRecord | None = None) -> Report:
    return Report(
        lift_id=event.lift_id,
        area=event.area,
        source=Source.IOT,
        since=since,
        evidence=event.evidence,
        alarm=alarm,
    )
