"""What becomes of an input, or of a deadline, on which the desk itself fails: the least that keeps people safe.

The desk has a fault that we do not know of, and meets it each time it is given this input. So what is decided here
uses as few parts as it can: no crew is chosen, no level raised, no policy asked. A lift that says that people are in
need has a case that a person looks at, the deadline of a case comes again, and whoever can is told why. The input is
kept with the traceback, in the quarantine, for us. See docs/adr/0023.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from devices.messages import AlarmRaised, Area, Confidence, EntrapmentFound, Evidence, LiftId
from rescue.desk import alarms
from rescue.desk.board import Board, Decision, Verdict
from rescue.desk.deadlines import earliest, pass_deadlines
from rescue.desk.draft import DeskRules, Draft
from rescue.desk.inputs import Envelope, Intake
from rescue.effects import AcknowledgeAlarm
from rescue.incident import AlarmRecord, Deadline, Incident, IncidentId, Kind, Signal, Source, Status, advance
from rescue.ports import Quarantined
from rescue.timeline import MACHINE

TOPIC = "desk/"
"""Of a quarantined input, before the name of its lane: no lift can publish there."""
LOOKED_AT_WITHIN = timedelta(seconds=60)
"""Somebody verifies the case by voice; after that it is treated as likely, as any other."""
PUT_OFF_BY = timedelta(seconds=60)
"""A deadline on which the desk fails comes again, in case that was repaired meanwhile."""
CASES_AT_ONCE = 50
KEPT_BYTES = 8_192
KEPT_OF_INPUT = 2_048
LONGEST_REASON = 300


def say(error: Exception) -> str:
    """The fault in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_REASON]


def traced(error: Exception) -> str:
    """The end of the traceback, where the fault is. As text: whoever renders it must not look through a whole board."""
    return "".join(traceback.format_exception(error))[-KEPT_BYTES:]


def quarantined(where: str, input_: object, error: Exception, now: datetime) -> Quarantined:
    """The input and the end of the traceback, where the fault is, for the quarantine."""
    told = repr(input_)
    kept = f"{told[:KEPT_OF_INPUT]}\n\n".encode(errors="replace")
    payload = kept + traced(error).encode(errors="replace")[-(KEPT_BYTES - len(kept)) :]
    reason = f"the desk could not decide it: {say(error)}"
    return Quarantined(at=now, topic=TOPIC + where, reason=reason, payload=payload[:KEPT_BYTES], size=len(payload))


# An input that speaks of people


def bare_case(board: Board, envelope: Envelope, error: Exception, now: datetime, rules: DeskRules) -> Decision:
    """A case for people who may be inside; nothing for an input that tells of nobody in need."""
    draft = Draft(board, rules, now)
    match envelope.input:
        case AlarmRaised() as alarm:
            _enter(draft, envelope, alarm)
            record = AlarmRecord(number=alarm.number, boot=alarm.boot, raised_at=now)
            incident = _case_for(draft, envelope, alarm.lift_id, alarm.area, (record,))
        case EntrapmentFound() | Intake() as told:
            incident = _case_for(draft, envelope, told.lift_id, told.area, ())
        case _:
            return draft.decide(draft.outcome(Verdict.REFUSED, f"the desk failed on it, it is set aside: {say(error)}"))
    verdict = Verdict.JOINED if incident.incident_id in board.incidents else Verdict.OPENED
    said = f"The desk failed on what was reported ({say(error)}): verify by voice whether people are inside"
    incident = draft.record(_doubted(incident, error), "undecided", said, envelope.actor)
    return draft.decide(draft.outcome(verdict, said, incident))


def _enter(draft: Draft, envelope: Envelope, alarm: AlarmRaised) -> None:
    key, area = f"{envelope.input_id}:ack", alarm.heard_in or alarm.area
    draft.effect(AcknowledgeAlarm(key=key, lift_id=alarm.lift_id, area=area, number=alarm.number))
    draft.ledgers[alarm.lift_id] = alarms.enter(draft.ledger(alarm.lift_id), alarm, draft.now)


def _case_for(
    draft: Draft, envelope: Envelope, lift_id: LiftId, area: Area, records: tuple[AlarmRecord, ...]
) -> Incident:
    incident = draft.incident_of(lift_id) or _bare(draft, envelope, lift_id, area)
    incident = replace(incident, kind=Kind.ENTRAPMENT, alarms=(*incident.alarms, *records))
    if incident.status is Status.RELEASED:
        incident = replace(advance(incident, Signal.TRAPPED_AGAIN), assignment_id=None, trapped_since=draft.now)
    if incident.status is not Status.OPEN:
        return incident
    return incident.without(Deadline.ATTEND_BY).due(verify_by=draft.now + LOOKED_AT_WITHIN)


def _bare(draft: Draft, envelope: Envelope, lift_id: LiftId, area: Area) -> Incident:
    told = envelope.input
    return Incident(
        incident_id=IncidentId(envelope.input_id),
        number=draft.next_number,
        kind=Kind.ENTRAPMENT,
        status=Status.OPEN,
        version=1,
        level=1,
        source=told.source if isinstance(told, Intake) else Source.IOT,
        lift_id=lift_id,
        area=area,
        lift=envelope.lift,
        opened_at=draft.now,
        trapped_since=draft.now,
        evidence=Evidence(confidence=Confidence.POSSIBLE, reasons=()),
        deadlines={},
    )


def _doubted(incident: Incident, error: Exception) -> Incident:
    reasons = (*incident.evidence.reasons, f"undecided: the desk failed on a report: {say(error)}")
    return replace(incident, evidence=replace(incident.evidence, reasons=tuple(dict.fromkeys(reasons))))


# A deadline


def overdue_cases(board: Board, now: datetime) -> Sequence[IncidentId]:
    """The cases with a deadline that has passed, the longest overdue first."""
    due = [(by, i.incident_id) for i in board.incidents.values() if (by := earliest(i)) and by <= now]
    return [incident_id for _, incident_id in sorted(due)[:CASES_AT_ONCE]]


def pass_deadlines_of(board: Board, incident_id: IncidentId, now: datetime, rules: DeskRules) -> Decision:
    """What follows from the deadlines of this one case, and nothing else."""
    draft = Draft(board, rules, now)
    incident = draft.incident(incident_id)
    if incident:
        pass_deadlines(draft, incident)
    return draft.decide(draft.outcome(Verdict.DONE))


def put_off(board: Board, incident_id: IncidentId, error: Exception, now: datetime, rules: DeskRules) -> Decision:
    """The deadlines of this case that have passed come again in a minute; said in its timeline."""
    draft = Draft(board, rules, now)
    later = put_off_unsaid(board.incidents[incident_id], now)
    said = f"The desk failed on a deadline of this case ({say(error)}): look after it by hand"
    draft.record(later, "undecided", said, MACHINE)
    return draft.decide(draft.outcome(Verdict.DONE))


def put_off_unsaid(incident: Incident, now: datetime) -> Incident:
    """The same, without a word in the timeline."""
    later = {name: by if by > now else now + PUT_OFF_BY for name, by in incident.deadlines.items()}
    return replace(incident, deadlines=later)
