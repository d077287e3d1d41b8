"""What happens when nothing happened: each deadline's own consequence, after which the case has another ahead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from devices.messages import Confidence, Evidence
from rescue.desk.asking import ask
from rescue.desk.comforting import miss
from rescue.desk.draft import Draft
from rescue.desk.handing_over import pass_hand_over
from rescue.desk.holding import carry_out
from rescue.desk.holding_back import keeps_level
from rescue.desk.letting_go import lose_crew, raise_level
from rescue.desk.outages import describe
from rescue.desk.relieving import pass_expected, pass_relief_unanswered, pass_relieve, pass_set_out, relieve
from rescue.desk.settling import settle_if_over
from rescue.desk.shelving import bring_back
from rescue.desk.telling import concerned, tell, tell_withdrawn
from rescue.escalation import FIRE_BRIGADE, Mark, attend_within_s, marks_due, next_mark_at
from rescue.incident import ACCEPTED, AssignmentStatus, Deadline, Incident


def earliest(incident: Incident) -> datetime | None:
    """The incident's next deadline."""
    return min(incident.deadlines.values(), default=None)


def pass_deadlines(draft: Draft, incident: Incident) -> Incident:
    """Every deadline of this case that is due, in their order; one may do away with the next."""
    for deadline, _ in sorted(incident.deadlines.items(), key=lambda item: (item[1], item[0])):
        by = incident.deadlines.get(deadline)
        if by is not None and by <= draft.now:
            incident = _PASSED[deadline](draft, incident.without(deadline), by)
    return incident


def _unverified(draft: Draft, incident: Incident, by: datetime) -> Incident:
    reasons = (
        *incident.evidence.reasons,
        "unverified: nobody could verify it in time, and one drive too many is better",
    )
    likely = replace(incident, evidence=Evidence(confidence=Confidence.LIKELY, reasons=reasons))
    if incident.level < FIRE_BRIGADE:
        likely = likely.due(engage_by=draft.after(draft.policy_of(incident).engage_within_s))
    return ask(draft, draft.record(likely, "unverified", "Not verified in time: treated as likely"))


def _ask(draft: Draft, incident: Incident, by: datetime) -> Incident:
    return ask(draft, incident)


def _unanswered(draft: Draft, incident: Incident, by: datetime) -> Incident:
    if incident.relief_id:
        return pass_relief_unanswered(draft, incident)
    assignment = draft.assignment(incident.assignment_id)
    if assignment is None or assignment.status is not AssignmentStatus.OFFERED:
        return draft.save(incident)
    lost = lose_crew(draft, incident, AssignmentStatus.OVERDUE, "did not answer in time")
    said = f"Crew {assignment.crew_id} did not answer in time"
    lost = draft.record(lost, "overdue", said, attempt=assignment.attempt, crew_id=assignment.crew_id)
    tell_withdrawn(draft, lost, assignment, "not answered in time")
    return ask(draft, lost)


def _not_engaged(draft: Draft, incident: Incident, by: datetime) -> Incident:
    """Nobody has accepted for so long that every level is engaged; an offer that stands goes on standing."""
    assignment = draft.assignment(incident.assignment_id)
    if incident.level == FIRE_BRIGADE or (assignment and assignment.status in ACCEPTED):
        return draft.save(incident)
    if incident.escalation_held and keeps_level(draft, incident):
        return draft.save(incident.due(engage_by=incident.escalation_held.until))
    return raise_level(draft, incident, "nobody has accepted in time: every level is engaged", to=FIRE_BRIGADE)


def _mark_passed(draft: Draft, incident: Incident, by: datetime) -> Incident:
    policy = draft.policy_of(incident)
    due = marks_due(incident, by, draft.now, policy)
    for mark in due:
        incident = draft.record(incident, mark.name, _said(mark), after_s=mark.after_s)
        if mark.raises_level:
            incident = _arrival_breached(draft, incident)
    if not due:
        incident = draft.record(incident, "still_inside", _stay(draft, incident))
    return draft.save(incident.due(stay_by=next_mark_at(incident, draft.now, policy)))


def _arrival_breached(draft: Draft, incident: Incident) -> Incident:
    """The next level is engaged; a crew under way goes on, with another asked beside it if that would be sooner."""
    if incident.level < FIRE_BRIGADE:
        incident = raise_level(draft, incident, "no crew has arrived within the limit")
    return relieve(draft, incident)


def _said(mark: Mark) -> str:
    return f"{mark.after_s / 60:.0f} min since the entrapment: {mark.name.replace('_', ' ')}"


def _stay(draft: Draft, incident: Incident) -> str:
    return f"{(draft.now - incident.trapped_since).total_seconds() / 60:.0f} min since the entrapment, not released"


def _not_called_back(draft: Draft, incident: Incident, by: datetime) -> Incident:
    again = incident.due(call_back_by=draft.after(draft.policy_of(incident).mark_repeats_after_s))
    return draft.record(again, "call_back_overdue", "Nobody has called the passengers back yet")


def _not_closed(draft: Draft, incident: Incident, by: datetime) -> Incident:
    again = incident.due(close_by=draft.after(draft.policy_of(incident).close_within_s))
    return draft.record(again, "closing_overdue", "The cause has not been filed and the case not closed")


def _not_attended(draft: Draft, incident: Incident, by: datetime) -> Incident:
    """Nobody is inside, so nobody is sent by itself: the people who can are reminded, for as long as it is open."""
    settled = settle_if_over(draft, incident)
    if settled.is_final:
        return settled
    if incident.shelved:
        return bring_back(draft, incident.due(attend_by=by), "its time aside is over")
    again = incident.due(attend_by=draft.after(attend_within_s(incident.kind, draft.policy_of(incident))))
    again = draft.record(again, "attend_overdue", _waits(draft, incident))
    tell(draft, again, "incident.updated", *concerned(draft, again))
    return again


def _waits(draft: Draft, incident: Incident) -> str:
    about = describe(incident) if incident.lift_id is None else incident.kind.replace("_", " ")
    return f"Open for {(draft.now - incident.opened_at).total_seconds() / 3600:.1f} h: {about}"


_PASSED: Mapping[Deadline, Callable[[Draft, Incident, datetime], Incident]] = {
    Deadline.VERIFY_BY: _unverified,
    Deadline.ASK_BY: _ask,
    Deadline.ACCEPT_BY: _unanswered,
    Deadline.ENGAGE_BY: _not_engaged,
    Deadline.SET_OUT_BY: pass_set_out,
    Deadline.EXPECTED_BY: pass_expected,
    Deadline.RELIEVE_BY: pass_relieve,
    Deadline.HAND_OVER_BY: pass_hand_over,
    Deadline.STAY_BY: _mark_passed,
    Deadline.COMFORT_BY: miss,
    Deadline.CALL_BACK_BY: _not_called_back,
    Deadline.CLOSE_BY: _not_closed,
    Deadline.ATTEND_BY: _not_attended,
    Deadline.CARRY_OUT_BY: carry_out,
}
