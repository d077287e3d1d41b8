"""Triage: who is inside and how they are, as an operator hears it. Injury or grave need engages the last level at once.

Whoever knows how the people inside are knows that there are some: a case of another kind rises by it.
"""

from __future__ import annotations

from dataclasses import replace

from devices.messages import Confidence, Evidence
from rescue.desk.asking import ask
from rescue.desk.demands import MANY_LIFTS, Refused
from rescue.desk.draft import Draft
from rescue.desk.inputs import OperatorActed
from rescue.desk.telling import concerned, tell
from rescue.desk.trapped import Report, raise_if_grave, rise
from rescue.incident import TRAPPED, Deadline, Incident, Source
from rescue.timeline import Actor


def triage(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """What is left out stays as it is known."""
    if not incident.is_entrapment and (acted.people or acted.injured or acted.vulnerable):
        return _rise(draft, incident, acted, by)
    triaged = replace(
        incident,
        people=acted.people if acted.people is not None else incident.people,
        injured=acted.injured if acted.injured is not None else incident.injured,
        vulnerable=acted.vulnerable if acted.vulnerable is not None else incident.vulnerable,
    )
    facts = {"people": triaged.people, "injured": triaged.injured, "vulnerable": list(triaged.vulnerable)}
    triaged = draft.record(triaged, "triaged", acted.reason or "Who is inside, and how they are", by, **facts)
    tell(draft, triaged, "incident.updated", *concerned(draft, triaged))
    raised = raise_if_grave(draft, triaged) if triaged.status in TRAPPED else triaged
    return _ask_unverified(draft, raised) if raised.level > triaged.level else raised


def _rise(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    if incident.lift_id is None:
        raise Refused(MANY_LIFTS)
    evidence = Evidence(confidence=Confidence.CONFIRMED, reasons=(f"operator: {by.name} knows that people are inside",))
    report = Report(
        lift_id=incident.lift_id,
        area=incident.area,
        source=Source.STAFF,
        since=draft.now,
        evidence=evidence,
        people=acted.people,
        injured=acted.injured or 0,
        vulnerable=acted.vulnerable or (),
        note=acted.reason,
    )
    return rise(draft, incident, report, by)


def _ask_unverified(draft: Draft, incident: Incident) -> Incident:
    """An operator who knows that people are hurt has verified a merely possible entrapment."""
    if Deadline.VERIFY_BY not in incident.deadlines:
        return incident
    return ask(draft, incident.without(Deadline.VERIFY_BY))
