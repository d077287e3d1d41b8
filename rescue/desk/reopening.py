"""A case that is over stays over: whoever finds that it ended too early reopens it as a new case that names it.

Decides what the new case begins with. The same lift's next alarm or call needs no reopening: it opens a case by
itself, which names the one before if that ended lately.
"""

from __future__ import annotations

from dataclasses import replace

from devices.messages import Confidence, Evidence, LiftId
from rescue.desk.demands import MANY_LIFTS, Refused, demand_reason
from rescue.desk.draft import Draft
from rescue.desk.inputs import Envelope
from rescue.desk.opening import begin
from rescue.desk.outages import adopt
from rescue.desk.telling import concerned, tell
from rescue.desk.trapped import Report, open_case
from rescue.escalation import attend_within_s
from rescue.incident import Incident, IncidentId, Source

REOPENED = "reopened"
"""What is wrong with the lift of a reopened case in which nobody is inside: a person says so, and a person ends it."""


def reopen(draft: Draft, envelope: Envelope, over: Incident, reason: str) -> Incident:
    """The new case; the old one says which it is."""
    if over.lift_id is None:
        raise Refused(MANY_LIFTS)
    if not over.is_final:
        raise Refused("the case is open")
    known = draft.incident_of(over.lift_id)
    if known:
        raise Refused(f"lift {over.lift_id} has case {known.number} open")
    demand_reason(reason)
    opened = _open(draft, envelope, over, reason)
    draft.record(over, "reopened", f"Reopened as case {opened.number}: {reason}", envelope.actor, case=opened.number)
    return opened


def _open(draft: Draft, envelope: Envelope, over: Incident, reason: str) -> Incident:
    if over.is_entrapment:
        return open_case(draft, replace(envelope, lift=over.lift), _report_of(draft, envelope, over, reason), over)
    return _open_without_people(draft, envelope, over, reason)


def _report_of(draft: Draft, envelope: Envelope, over: Incident, reason: str) -> Report:
    evidence = Evidence(
        confidence=Confidence.CONFIRMED,
        reasons=(f"reopened: {envelope.actor.name} knows that people are inside",),
    )
    return Report(
        lift_id=over.lift_id or LiftId(""),
        area=over.area,
        source=Source.STAFF,
        since=draft.now,
        evidence=evidence,
        caller=over.caller,
        people=over.people,
        injured=over.injured,
        vulnerable=over.vulnerable,
        note=reason,
    )


def _open_without_people(draft: Draft, envelope: Envelope, over: Incident, reason: str) -> Incident:
    begun = begin(
        draft,
        IncidentId(envelope.input_id),
        kind=over.kind,
        source=Source.STAFF,
        lift_id=over.lift_id,
        area=over.area,
        lift=over.lift,
        since=draft.now,
        evidence=Evidence(confidence=Confidence.POSSIBLE, reasons=(f"{REOPENED}: {reason}",)),
    )
    opened = replace(begun, fault=over.fault, follows_id=over.incident_id, conditions={REOPENED: draft.now}).due(
        attend_by=draft.after(attend_within_s(over.kind, draft.policy_of(over)))
    )
    said = f"Opened anew after case {over.number}: {reason}"
    opened = adopt(draft, draft.record(opened, "opened", said, envelope.actor, kind=over.kind, follows=over.number))
    tell(draft, opened, "incident.updated", *concerned(draft, opened))
    return opened
