"""What companies answer. An answer counts only for the attempt it quotes, while that attempt stands.

What counts when is the table MAY; a repeat of what is already so changes nothing; everything else is refused with the
reason, and recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from dispatch.crews import CrewId
from rescue.desk.afterwards import file_cause, take_late_answer
from rescue.desk.asking import ask
from rescue.desk.board import Outcome, Verdict
from rescue.desk.comforting import remind
from rescue.desk.draft import Draft
from rescue.desk.inputs import Answer, CompanyAnswered, Envelope, OfferUndelivered
from rescue.desk.letting_go import OF_CREW, lose_crew, lose_relief, raise_level, withdraw_relief
from rescue.desk.relieving import engage_if_late, relieve, relieved_by, watch
from rescue.desk.telling import concerned, tell
from rescue.effects import ConfirmAssignment, NotifyPassengers
from rescue.escalation import FIRE_BRIGADE
from rescue.incident import ACCEPTED, Assignment, AssignmentStatus, Deadline, Incident, Signal, advance
from rescue.timeline import Actor, Fact

_ON_THE_WAY = frozenset({Answer.ON_SCENE, Answer.CANNOT_REACH, Answer.RELEASED})
MAY: Mapping[AssignmentStatus, frozenset[Answer]] = {
    AssignmentStatus.OFFERED: frozenset({Answer.ACCEPT, Answer.DECLINE}),
    AssignmentStatus.ACCEPTED: _ON_THE_WAY | {Answer.EN_ROUTE},
    AssignmentStatus.EN_ROUTE: _ON_THE_WAY,
    AssignmentStatus.ON_SCENE: frozenset({Answer.CANNOT_REACH, Answer.RELEASED}),
    AssignmentStatus.RELEASED: frozenset({Answer.CAUSE}),
    # An operator may have been the first to know that the people are out.
    AssignmentStatus.WITHDRAWN: frozenset({Answer.CAUSE}),
}
ALREADY: Mapping[Answer, AssignmentStatus] = {
    Answer.ACCEPT: AssignmentStatus.ACCEPTED,
    Answer.DECLINE: AssignmentStatus.DECLINED,
    Answer.EN_ROUTE: AssignmentStatus.EN_ROUTE,
    Answer.ON_SCENE: AssignmentStatus.ON_SCENE,
    Answer.CANNOT_REACH: AssignmentStatus.CANNOT_REACH,
    Answer.RELEASED: AssignmentStatus.RELEASED,
}


def take_answer(draft: Draft, envelope: Envelope, answered: CompanyAnswered) -> Outcome:
    """Take the answer, or say why it does not count."""
    finished = envelope.finished
    assignment = draft.assignment(answered.assignment_id) or (finished.assignment if finished else None)
    incident = draft.incident(assignment.incident_id) if assignment else None
    known = incident or (finished.incident if finished else None)
    if assignment is None or known is None:
        return draft.outcome(Verdict.NOT_FOUND, "there is no such assignment")
    if _is_already_so(known, assignment, answered):
        return draft.outcome(Verdict.NOTHING, "it is so already", known)
    refusal = _refusal(draft, assignment, answered)
    if incident is None:
        return take_late_answer(draft, known, assignment, answered, refusal, envelope.actor)
    if refusal:
        data: dict[str, Fact] = {"attempt": answered.attempt, "answer": answered.answer, "reason": refusal}
        draft.record(incident, "answer_refused", f"Too late or out of turn: {refusal}", envelope.actor, **data)
        return draft.outcome(Verdict.REFUSED, refusal, incident)
    return draft.outcome(
        Verdict.DONE, incident=_TAKERS[answered.answer](draft, incident, assignment, answered, envelope.actor)
    )


def take_undelivered(draft: Draft, offer: OfferUndelivered) -> Outcome:
    """No endpoint took the offer: the next is asked now rather than at the deadline."""
    assignment = draft.assignment(offer.assignment_id)
    incident = draft.incident(assignment.incident_id) if assignment else None
    if not assignment or not incident or not _stands(assignment, offer):
        return draft.outcome(Verdict.NOTHING, "the offer no longer stands")
    said = f"The offer could not be delivered to {assignment.company_id}: {offer.reason}"
    if incident.relief_id == assignment.assignment_id:
        alone = lose_relief(draft, incident, AssignmentStatus.OVERDUE, said)
        return draft.outcome(Verdict.DONE, incident=relieve(draft, alone))
    lost = lose_crew(draft, incident, AssignmentStatus.OVERDUE, said)
    lost = draft.record(lost, "undelivered", said, attempt=assignment.attempt, crew_id=assignment.crew_id)
    return draft.outcome(Verdict.DONE, incident=ask(draft, lost))


def _stands(assignment: Assignment, offer: OfferUndelivered) -> bool:
    return assignment.status is AssignmentStatus.OFFERED and assignment.attempt == offer.attempt


def _is_already_so(incident: Incident, assignment: Assignment, answered: CompanyAnswered) -> bool:
    if answered.answer is Answer.CAUSE:
        is_so = answered.cause_code is not None and answered.cause_code == incident.cause_code
    else:
        is_so = ALREADY[answered.answer] is assignment.status
    return is_so and answered.attempt == assignment.attempt


def _refusal(draft: Draft, assignment: Assignment, answered: CompanyAnswered) -> str:
    if answered.attempt != assignment.attempt:
        return f"this assignment is attempt {assignment.attempt}, not {answered.attempt}"
    if answered.answer not in MAY.get(assignment.status, frozenset()):
        return f"the assignment is {assignment.status}, it cannot take '{answered.answer}'"
    if answered.answer is Answer.CAUSE:
        return "" if answered.cause_code else "give cause_code"
    return _crew_refusal(draft, assignment, answered.crew_id)


def _crew_refusal(draft: Draft, assignment: Assignment, crew_id: CrewId | None) -> str:
    if crew_id is None or crew_id == assignment.crew_id:
        return ""
    crew = draft.board.crews.get(crew_id)
    if crew is None or crew.company_id != assignment.company_id:
        return f"the company has no crew {crew_id}"
    return f"crew {crew_id} is {draft.busy()[crew_id]}" if crew_id in draft.busy() else ""


def _accept(draft: Draft, incident: Incident, assignment: Assignment, answered: CompanyAnswered, by: Actor) -> Incident:
    crew_id = answered.crew_id or assignment.crew_id
    eta_s = answered.eta_s or (assignment.eta_s if crew_id == assignment.crew_id else None)
    if incident.relief_id == assignment.assignment_id:
        incident = relieved_by(draft, incident, assignment)
    accepted = draft.save_assignment(
        replace(assignment, status=AssignmentStatus.ACCEPTED, crew_id=crew_id, eta_s=eta_s, accepted_at=draft.now)
    )
    going = replace(incident, dispatched_at=draft.now).without(Deadline.ACCEPT_BY, Deadline.ENGAGE_BY)
    going = remind(draft, going)
    going = watch(draft, going, accepted)
    facts: dict[str, Fact] = {"attempt": accepted.attempt, "crew_id": crew_id, "eta_s": answered.eta_s}
    going = draft.record(going, "accepted", f"Crew {crew_id} accepted{_own_eta(answered)}", by, **facts)
    draft.effect(
        ConfirmAssignment(
            key=f"{accepted.assignment_id}:confirmed",
            company_id=accepted.company_id,
            incident=going,
            assignment=accepted,
        )
    )
    tell_passengers(draft, going, accepted)
    return going if answered.eta_s is None else engage_if_late(draft, going, accepted)


def _own_eta(answered: CompanyAnswered) -> str:
    return "" if answered.eta_s is None else f", {answered.eta_s / 60:.0f} min away by its own word"


def _decline(
    draft: Draft, incident: Incident, assignment: Assignment, answered: CompanyAnswered, by: Actor
) -> Incident:
    reason = answered.reason or "no reason given"
    said = f"Crew {assignment.crew_id} declined: {reason}"
    if incident.relief_id == assignment.assignment_id:
        return relieve(draft, lose_relief(draft, incident, AssignmentStatus.DECLINED, said, by))
    lost = lose_crew(draft, incident, AssignmentStatus.DECLINED, f"declined: {reason}")
    return ask(draft, draft.record(lost, "declined", said, by, attempt=assignment.attempt, reason=reason))


def _en_route(
    draft: Draft, incident: Incident, assignment: Assignment, answered: CompanyAnswered, by: Actor
) -> Incident:
    going = draft.save_assignment(replace(assignment, status=AssignmentStatus.EN_ROUTE, en_route_at=draft.now))
    watched = watch(draft, advance(incident, Signal.SET_OUT), going)
    return draft.record(watched, "en_route", f"Crew {assignment.crew_id} is en route", by)


def _on_scene(
    draft: Draft, incident: Incident, assignment: Assignment, answered: CompanyAnswered, by: Actor
) -> Incident:
    there = draft.save_assignment(replace(assignment, status=AssignmentStatus.ON_SCENE, on_scene_at=draft.now))
    alone = withdraw_relief(draft, incident, f"crew {assignment.crew_id} is there").without(*OF_CREW)
    arrived = replace(advance(alone, Signal.ARRIVED), arrived_at=draft.now)
    arrived = draft.record(arrived, "on_scene", f"Crew {assignment.crew_id} is on scene", by)
    tell_passengers(draft, arrived, there)
    return arrived


def _cannot_reach(
    draft: Draft, incident: Incident, assignment: Assignment, answered: CompanyAnswered, by: Actor
) -> Incident:
    reason = answered.reason or "no reason given"
    lost = lose_crew(draft, incident, AssignmentStatus.CANNOT_REACH, f"cannot reach: {reason}")
    said = f"Crew {assignment.crew_id} cannot reach the lift: {reason}"
    return ask(draft, draft.record(lost, "cannot_reach", said, by, attempt=assignment.attempt, reason=reason))


def _released(
    draft: Draft, incident: Incident, assignment: Assignment, answered: CompanyAnswered, by: Actor
) -> Incident:
    draft.save_assignment(replace(assignment, status=AssignmentStatus.RELEASED, ended_at=draft.now))
    incident = withdraw_relief(draft, incident, "the passengers are out")
    out = replace(
        incident,
        people_released=answered.people_released,
        injured=max(incident.injured, answered.injured or 0),
        cause_code=answered.cause_code or incident.cause_code,
        release_method=answered.release_method,
        arrived_at=incident.arrived_at or draft.now,
    )
    if not out.is_entrapment:
        return _finished(draft, out, f"Crew {assignment.crew_id} reports its work done", by)
    out = release(draft, out, f"Crew {assignment.crew_id} reports the passengers out", by)
    if out.injured > incident.injured and out.level < FIRE_BRIGADE:
        return raise_level(draft, out, "people are hurt", to=FIRE_BRIGADE)
    return out


def _finished(draft: Draft, incident: Incident, said: str, by: Actor) -> Incident:
    """Nobody was inside, and the crew has done its work: what is left is to file the cause and close."""
    done = replace(advance(incident, Signal.RELEASED), released_at=draft.now, assignment_id=None, deadlines={})
    done = done.due(close_by=draft.after(draft.policy_of(incident).close_within_s))
    done = draft.record(done, "finished", said, by, cause_code=done.cause_code)
    tell(draft, done, "incident.updated", *concerned(draft, incident))
    return done


def release(draft: Draft, incident: Incident, said: str, by: Actor) -> Incident:
    """The passengers are out: what is left is to call back, file the cause and close."""
    companies = concerned(draft, incident)
    out = replace(advance(incident, Signal.RELEASED), released_at=draft.now, assignment_id=None, deadlines={})
    out = out.due(
        call_back_by=draft.after(draft.policy_of(incident).call_back_within_s),
        close_by=draft.after(draft.policy_of(incident).close_within_s),
    )
    facts = {"people_released": out.people_released, "injured": out.injured, "release_method": out.release_method}
    out = draft.record(out, "released", said, by, **facts)
    tell(draft, out, "incident.released", *companies)
    return out


def tell_passengers(draft: Draft, incident: Incident, assignment: Assignment) -> None:
    """The people inside hear that a crew is coming, or is there."""
    if not incident.is_entrapment or incident.lift_id is None or assignment.status not in ACCEPTED:
        return
    is_there = assignment.status is AssignmentStatus.ON_SCENE
    message = "arrived" if is_there else "help_on_the_way"
    draft.effect(
        NotifyPassengers(
            key=f"{assignment.assignment_id}:{message}",
            lift_id=incident.lift_id,
            area=incident.area,
            incident_id=incident.incident_id,
            message=message,
            eta_s=None if is_there else assignment.eta_s,
        )
    )


_TAKERS: Mapping[Answer, Callable[[Draft, Incident, Assignment, CompanyAnswered, Actor], Incident]] = {
    Answer.ACCEPT: _accept,
    Answer.DECLINE: _decline,
    Answer.EN_ROUTE: _en_route,
    Answer.ON_SCENE: _on_scene,
    Answer.CANNOT_REACH: _cannot_reach,
    Answer.RELEASED: _released,
    Answer.CAUSE: file_cause,
}
