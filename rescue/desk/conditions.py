"""What is wrong with a lift while nobody is known to be inside: faults, a lost link, a test call that did not come.

Each opens a case, joins the lift's open one, or belongs to the parent case of an outage. When nothing is wrong any
more, the case ends by itself. Faults that flap are kept out of the queue: they open nothing, and are written into an
open case once when it begins and once when it ends. Nothing here touches an alarm or an entrapment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from devices.faults import Fault
from devices.messages import (
    Area,
    Confidence,
    Evidence,
    FaultCleared,
    FaultRaised,
    LiftId,
    LinkChanged,
    RawFault,
    TestCallHeard,
    TestCallOverdue,
)
from rescue.desk import outages
from rescue.desk.board import Outcome, Verdict
from rescue.desk.draft import Draft
from rescue.desk.inputs import Envelope, instant_of
from rescue.desk.opening import begin
from rescue.desk.settling import settle_if_over
from rescue.desk.telling import concerned, tell
from rescue.escalation import attend_within_s, first_level
from rescue.incident import Deadline, Incident, IncidentId, Kind, Source, Status
from rescue.timeline import Actor, Fact

NO_CASE: Mapping[Fault, str] = {
    Fault.TRAPPED: "the tracker makes an entrapment of it",
    Fault.TRAPPED_AT_LANDING: "the tracker makes an entrapment of it",
    Fault.ALARM_BUTTON: "the button is an alarm, which is numbered and acknowledged",
    Fault.DOOR_HELD: "people hold doors all day, and let them go",
    Fault.LONG_STAY: "a lift that nobody calls stays where it is",
    Fault.FLOODING: "its messages are too many, which the counts show; the lift may be well",
}
"""Faults that open no case, and why; every other fault of our vocabulary does. A code that no profile knows does not
either, for nobody could say what to do about it. All of them are shown with the lift, and in its case if it has one."""

LINK_LOST = "link_lost"
TEST_OVERDUE = "test_overdue"
NEWS_KEPT = 100
"""Entries about faults and the link in the timeline of one case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something is wrong with a lift, whoever found it. `what` and `said` are for the timeline."""

    lift_id: LiftId
    area: Area
    condition: str
    kind: Kind
    what: str
    said: str
    since: datetime
    reasons: tuple[str, ...] = ()
    fault: Fault | None = None
    opens: bool = True
    is_flapping: bool = False


def take_fault(draft: Draft, envelope: Envelope, event: FaultRaised) -> Outcome:
    """A fault was raised."""
    condition = _condition_of(event.fault, event.raw)
    found = Finding(
        lift_id=event.lift_id,
        area=event.area,
        condition=condition,
        kind=Kind.POWER_OUTAGE if event.fault is Fault.MAINS_LOST else Kind.FAULT,
        what="fault_raised",
        said=f"Fault: {_words(condition)}",
        since=instant_of(event.since),
        reasons=event.reasons,
        fault=event.fault,
        opens=event.fault is not None and event.fault not in NO_CASE,
        is_flapping=event.is_flapping,
    )
    return _begin(draft, envelope, found)


def take_missed_test(draft: Draft, envelope: Envelope, event: TestCallOverdue) -> Outcome:
    """The periodic test call did not come: nobody knows whether the alarm button would be heard."""
    last = f"the last came {_ago(draft, event.last_at)}" if event.last_at is not None else "none was ever heard"
    found = Finding(
        lift_id=event.lift_id,
        area=event.area,
        condition=TEST_OVERDUE,
        kind=Kind.TEST_OVERDUE,
        what="test_missed",
        said=f"The test call is overdue: {last}",
        since=instant_of(event.at),
        reasons=(f"test_overdue: {last}",),
        opens=not _is_explained(draft, event.lift_id),
    )
    return _begin(draft, envelope, found)


def take_link(draft: Draft, envelope: Envelope, event: LinkChanged) -> Outcome:
    """A lift went off line, has stayed away for long, or came back. Its silence is never news of release."""
    if event.online:
        return _end(
            draft, envelope, event.lift_id, LINK_LOST, "link_back", f"The lift is on line again: {event.reason}"
        )
    lasted = f" {event.lasted_s / 3600:.1f} h ago" if event.lasted_s else ""
    found = Finding(
        lift_id=event.lift_id,
        area=event.area,
        condition=LINK_LOST,
        kind=Kind.LINK_LOST,
        what="link_lost",
        said=f"The lift went off line{lasted}: {event.reason}",
        since=instant_of(event.at - event.lasted_s),
        reasons=(f"link_lost: {event.reason}",),
        opens=event.lasted_s > 0 and not _is_explained(draft, event.lift_id),
    )
    return _begin(draft, envelope, found)


def clear_fault(draft: Draft, envelope: Envelope, event: FaultCleared) -> Outcome:
    """A fault holds no longer."""
    condition = _condition_of(event.fault, event.raw)
    return _end(draft, envelope, event.lift_id, condition, "fault_cleared", f"No longer: {_words(condition)}")


def clear_missed_test(draft: Draft, envelope: Envelope, event: TestCallHeard) -> Outcome:
    """The test call has come after all."""
    return _end(draft, envelope, event.lift_id, TEST_OVERDUE, "test_heard", "The test call has come")


def _begin(draft: Draft, envelope: Envelope, found: Finding) -> Outcome:
    incident = draft.incident_of(found.lift_id)
    if found.is_flapping or not found.opens:
        return _mention(draft, incident, found, envelope.actor)
    if incident:
        _join(draft, incident, found, envelope.actor)
    lift = envelope.lift or (incident.lift if incident else None)
    sufferer = outages.Sufferer(
        lift_id=found.lift_id, area=found.area, condition=found.condition, kind=found.kind, lift=lift
    )
    parent = outages.take_in(draft, IncidentId(envelope.input_id), sufferer)
    if incident:
        return draft.outcome(Verdict.JOINED, incident=incident)
    if parent:
        verdict = Verdict.OPENED if parent.incident_id == envelope.input_id else Verdict.JOINED
        return draft.outcome(verdict, "part of an event that many lifts suffer from", parent)
    return draft.outcome(Verdict.OPENED, incident=_open(draft, envelope, found))


def _mention(draft: Draft, incident: Incident | None, found: Finding, by: Actor) -> Outcome:
    """What opens no case is written into the open one; what flaps, only when that begins."""
    if incident is None:
        return draft.outcome(Verdict.NOTHING, f"{found.condition} opens no case{' when it flaps' * found.is_flapping}")
    if not found.is_flapping:
        return draft.outcome(Verdict.JOINED, incident=_note(draft, incident, found.what, found.said, by))
    if found.condition in incident.flapping:
        return draft.outcome(Verdict.NOTHING, "known to be flapping", incident)
    flapping = replace(incident, flapping=incident.flapping | {found.condition})
    said = f"{found.said}: it comes and goes, and is no longer written down each time"
    return draft.outcome(Verdict.JOINED, incident=_note(draft, flapping, "flapping_began", said, by))


def _join(draft: Draft, incident: Incident, found: Finding, by: Actor) -> Incident:
    """The condition becomes one of the case's, which is then as urgent as the gravest of them."""
    incident = _calmed(draft, incident, found.condition, by)
    if found.condition in incident.conditions:
        return incident
    joined = replace(incident, conditions={**incident.conditions, found.condition: draft.now})
    if not incident.is_entrapment:
        reasons = tuple(dict.fromkeys((*incident.evidence.reasons, *found.reasons)))
        joined = _as_grave_as(draft, replace(joined, evidence=replace(incident.evidence, reasons=reasons)), found)
    joined = _note(draft, joined, found.what, found.said, by, reasons=list(found.reasons))
    tell(draft, joined, "incident.updated", *concerned(draft, joined))
    return joined


def _as_grave_as(draft: Draft, incident: Incident, found: Finding) -> Incident:
    order = list(Kind)
    if order.index(found.kind) < order.index(incident.kind):
        incident = replace(incident, kind=found.kind, fault=found.fault)
    if incident.status is Status.RELEASED:
        return incident
    by = draft.after(attend_within_s(found.kind, draft.policy_at(found.area, found.kind)))
    return incident.due(attend_by=min(by, incident.deadlines.get(Deadline.ATTEND_BY, by)))


def _open(draft: Draft, envelope: Envelope, found: Finding) -> Incident:
    begun = begin(
        draft,
        IncidentId(envelope.input_id),
        kind=found.kind,
        source=Source.IOT,
        lift_id=found.lift_id,
        area=found.area,
        lift=envelope.lift,
        since=found.since,
        evidence=Evidence(confidence=Confidence.POSSIBLE, reasons=found.reasons),
    )
    known = replace(begun, fault=found.fault, conditions={found.condition: draft.now})
    opened = replace(known, level=min(2, first_level(known))).due(
        attend_by=draft.after(attend_within_s(found.kind, draft.policy_at(found.area, found.kind)))
    )
    opened = draft.record(opened, "opened", found.said, envelope.actor, kind=found.kind, reasons=list(found.reasons))
    opened = outages.adopt(draft, opened)
    tell(draft, opened, "incident.updated", *concerned(draft, opened))
    return opened


def _end(draft: Draft, envelope: Envelope, lift_id: LiftId, condition: str, what: str, said: str) -> Outcome:
    """The condition is gone: the lift leaves its parent case, and its own case ends if nothing else is wrong."""
    parent = outages.leave(draft, lift_id, condition)
    incident = draft.incident_of(lift_id)
    if incident is None:
        return draft.outcome(Verdict.JOINED if parent else Verdict.NOTHING, "no open case of its own", parent)
    if condition not in incident.conditions and condition != LINK_LOST:
        return draft.outcome(Verdict.NOTHING, "the open case does not know of it", incident)
    rest = {name: since for name, since in incident.conditions.items() if name != condition}
    calmer = _note(draft, replace(incident, conditions=rest), what, said, envelope.actor)
    return draft.outcome(Verdict.JOINED, incident=settle_if_over(draft, calmer))


def _calmed(draft: Draft, incident: Incident, condition: str, by: Actor) -> Incident:
    if condition not in incident.flapping:
        return incident
    calmed = replace(incident, flapping=incident.flapping - {condition})
    return _note(draft, calmed, "flapping_ended", f"No longer comes and goes: {_words(condition)}", by)


def _note(draft: Draft, incident: Incident, what: str, said: str, by: Actor, **data: Fact) -> Incident:
    """A line in the timeline, as long as there are not too many of them."""
    if incident.news > NEWS_KEPT:
        return draft.save(incident)
    noted = replace(incident, news=incident.news + 1)
    if incident.news == NEWS_KEPT:
        return draft.record(
            noted, "news_left_out", "So much news of this lift: from here on it is not written down", by
        )
    return draft.record(noted, what, said, by, **data)


def _is_explained(draft: Draft, lift_id: LiftId) -> bool:
    """A lift without power, or in a quake, is silent because of that."""
    return outages.parent_of(draft, lift_id) is not None


def _condition_of(fault: Fault | None, raw: RawFault | None) -> str:
    if fault is not None:
        return fault.value
    return f"{raw.profile}:{raw.code}" if raw else "unknown"


def _words(condition: str) -> str:
    return condition.replace("_", " ")


def _ago(draft: Draft, at: float) -> str:
    return f"{(draft.now - instant_of(at)) / timedelta(hours=1):.0f} h ago"
