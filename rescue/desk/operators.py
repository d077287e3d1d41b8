"""What operators do to a case. With `version`, an action counts only if the case is still as the operator saw it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from devices.messages import Confidence, Evidence
from dispatch.crews import CompanyId
from rescue.desk.answers import release
from rescue.desk.asking import ask, concerned, offer, raise_level, tell, withdraw
from rescue.desk.board import Outcome, Verdict
from rescue.desk.draft import Draft
from rescue.desk.inputs import Action, Envelope, OperatorActed
from rescue.desk.settling import settle
from rescue.desk.trapped import Report, rise
from rescue.escalation import FIRE_BRIGADE, first_level
from rescue.incident import ACCEPTED, TRAPPED, Deadline, Incident, Sign, Signal, Source, Status, advance
from rescue.timeline import Actor

MANY_LIFTS = "this case is about many lifts: act on the case of one of them"


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """The action is not possible now; `reason` says why, to a person."""

    reason: str


def take_action(draft: Draft, envelope: Envelope, acted: OperatorActed) -> Outcome:
    """Carry out the action, or say why not; a refused action changes nothing."""
    incident = draft.incident(acted.incident_id)
    if incident is None:
        return draft.outcome(Verdict.NOT_FOUND, "no open case has this id")
    if acted.version is not None and acted.version != incident.version:
        reason = f"the case is at version {incident.version}, you saw {acted.version}"
        return draft.outcome(Verdict.STALE, reason, incident)
    try:
        done = _ACTIONS[acted.action](draft, incident, acted, envelope.actor)
    except Refused as refused:
        draft.forget()
        return draft.outcome(Verdict.REFUSED, refused.reason, incident)
    return draft.outcome(Verdict.DONE, incident=done)


def _claim(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    return draft.record(replace(incident, claimed_by=by.name), "claimed", f"{by.name} handles the case", by)


def _unclaim(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    return draft.record(replace(incident, claimed_by=None), "unclaimed", f"{by.name} lets the case go", by)


def _comfort(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    return draft.record(incident, "comforted", acted.reason or "Spoke to the passengers", by)


def _note(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    if not acted.reason:
        raise Refused("a note needs its text")
    return draft.record(incident, "noted", acted.reason, by)


def _triage(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
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
    if triaged.status in TRAPPED and triaged.level < FIRE_BRIGADE and first_level(triaged) == FIRE_BRIGADE:
        triaged = raise_level(draft, triaged, "people are hurt or in grave need", to=FIRE_BRIGADE)
        return _ask_unverified(draft, triaged)
    return triaged


def _rise(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """Whoever knows how the people inside are knows that there are some."""
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


def _assign(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    _demand_trapped(incident)
    if incident.lift_id is None:
        raise Refused(MANY_LIFTS)
    crew = draft.board.crews.get(acted.crew_id) if acted.crew_id else None
    if crew is None:
        raise Refused(f"there is no crew {acted.crew_id}")
    busy = draft.busy().get(crew.crew_id)
    if busy:
        raise Refused(f"crew {crew.crew_id} is {busy}")
    freed = withdraw(draft, incident, f"{by.name} asked another crew: {acted.reason}")
    return offer(
        draft, freed, crew.crew_id, None, f"chosen by {by.name}: {acted.reason or 'no reason given'}", actor=by
    )


def _escalate(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    _demand_trapped(incident)
    _demand_people(incident, "choose a crew (assign)")
    if incident.level >= FIRE_BRIGADE:
        raise Refused("the case is at the last level")
    raised = raise_level(draft, incident, acted.reason or f"decided by {by.name}", actor=by)
    assignment = draft.assignment(raised.assignment_id)
    if assignment and assignment.status in ACCEPTED:
        return raised
    return ask(draft, withdraw(draft, raised, "the next level is asked").without(Deadline.VERIFY_BY))


def _stand_down(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    signs = incident.signs | ({Sign.PASSENGERS_SAY} if acted.passengers_confirm else frozenset())
    if len(signs) < 2 and incident.is_entrapment:
        raise Refused(f"standing down needs two independent signs of release; there is {', '.join(signs) or 'none'}")
    return _end(draft, replace(incident, signs=signs), Signal.STOOD_DOWN, "stood_down", acted, by)


def _false_alarm(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    return _end(draft, incident, Signal.FALSE_ALARM, "false_alarm", acted, by)


def _end(draft: Draft, incident: Incident, signal: Signal, what: str, acted: OperatorActed, by: Actor) -> Incident:
    _demand_trapped(incident)
    if not acted.reason:
        raise Refused("say why")
    companies = concerned(draft, incident)
    freed = withdraw(draft, incident, acted.reason, final=True)
    ended = replace(advance(freed, signal), closed_at=draft.now, deadlines={})
    ended = draft.record(ended, what, acted.reason, by, signs=sorted(ended.signs))
    tell(draft, ended, "incident.closed", *companies)
    return ended


def _confirm_release(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    _demand_people(incident, "close it")
    if incident.status is not Status.RELEASED:
        incident = release(
            draft,
            withdraw(draft, incident, "the passengers are out", final=True),
            f"{by.name} knows the passengers out",
            by,
        )
    called_back = replace(
        incident,
        called_back_at=draft.now,
        people_released=acted.people_released if acted.people_released is not None else incident.people_released,
        injured=acted.injured if acted.injured is not None else incident.injured,
    ).without(Deadline.CALL_BACK_BY)
    return draft.record(called_back, "called_back", acted.reason or "Called back: everybody is out", by)


def _close(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    if not incident.is_entrapment:
        return _settle(draft, incident, acted, by)
    if incident.status is not Status.RELEASED:
        raise Refused(f"the case is {incident.status}: only a released case is closed")
    if incident.called_back_at is None:
        raise Refused("call back first (confirm_release)")
    cause_code = acted.cause_code or incident.cause_code
    if not cause_code:
        raise Refused("the cause is not filed yet: give cause_code")
    closed = replace(advance(incident, Signal.CLOSED), closed_at=draft.now, cause_code=cause_code, deadlines={})
    closed = draft.record(closed, "closed", acted.reason or f"Closed, cause {cause_code}", by, cause_code=cause_code)
    tell(draft, closed, "incident.closed", *_asked_companies(draft, closed))
    return closed


def _settle(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """Nobody was inside: there is no release and no call-back to wait for."""
    cause_code = acted.cause_code or incident.cause_code
    if not (cause_code or acted.reason):
        raise Refused("say why, or give cause_code")
    filed = replace(incident, cause_code=cause_code)
    return settle(draft, filed, acted.reason or f"Closed, cause {cause_code}", by)


def _asked_companies(draft: Draft, incident: Incident) -> list[CompanyId]:
    last = [a for a in draft.board.assignments.values() if a.incident_id == incident.incident_id][-1:]
    return [*concerned(draft, incident), *(a.company_id for a in last)]


def _demand_people(incident: Incident, instead: str) -> None:
    if not incident.is_entrapment:
        raise Refused(f"nobody is known to be inside: {instead}")


def _demand_trapped(incident: Incident) -> None:
    if incident.status not in TRAPPED:
        raise Refused(f"the case is {incident.status}")


_ACTIONS: Mapping[Action, Callable[[Draft, Incident, OperatorActed, Actor], Incident]] = {
    Action.CLAIM: _claim,
    Action.UNCLAIM: _unclaim,
    Action.COMFORT: _comfort,
    Action.NOTE: _note,
    Action.TRIAGE: _triage,
    Action.ASSIGN: _assign,
    Action.ESCALATE: _escalate,
    Action.STAND_DOWN: _stand_down,
    Action.FALSE_ALARM: _false_alarm,
    Action.CONFIRM_RELEASE: _confirm_release,
    Action.CLOSE: _close,
}
