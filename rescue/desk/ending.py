"""How operators end a case: nobody need come, nobody was trapped, everybody is out, the cause is filed.

Where people may be inside, no single sign ends it: a stand-down takes two and a person's word, closing takes the
release, the call-back and the cause.
"""

from __future__ import annotations

from dataclasses import replace

from dispatch.crews import CompanyId
from rescue.desk.answers import release
from rescue.desk.demands import Refused, demand_people, demand_reason, demand_trapped
from rescue.desk.draft import Draft
from rescue.desk.inputs import OperatorActed
from rescue.desk.letting_go import withdraw
from rescue.desk.settling import settle
from rescue.desk.telling import concerned, tell
from rescue.incident import Deadline, Incident, Sign, Signal, Status, advance
from rescue.timeline import Actor


def stand_down(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """The passengers got out by themselves; nobody need go."""
    signs = incident.signs | ({Sign.PASSENGERS_SAY} if acted.passengers_confirm else frozenset())
    if len(signs) < 2 and incident.is_entrapment:
        raise Refused(f"standing down needs two independent signs of release; there is {', '.join(signs) or 'none'}")
    return _end(draft, replace(incident, signs=signs), Signal.STOOD_DOWN, acted, by)


def false_alarm(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """Nobody was trapped."""
    return _end(draft, incident, Signal.FALSE_ALARM, acted, by)


def _end(draft: Draft, incident: Incident, signal: Signal, acted: OperatorActed, by: Actor) -> Incident:
    demand_trapped(incident)
    demand_reason(acted.reason)
    companies = concerned(draft, incident)
    freed = withdraw(draft, incident, acted.reason, final=True)
    ended = replace(advance(freed, signal), closed_at=draft.now, deadlines={})
    ended = draft.record(ended, signal.value, acted.reason, by, signs=sorted(ended.signs))
    tell(draft, ended, "incident.closed", *companies)
    return ended


def confirm_release(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """Called back: everybody is out, whether or not a crew has said so."""
    demand_people(incident, "close it")
    if incident.status is not Status.RELEASED:
        freed = withdraw(draft, incident, "the passengers are out", final=True)
        incident = release(draft, freed, f"{by.name} knows the passengers out", by)
    called_back = replace(
        incident,
        called_back_at=draft.now,
        people_released=acted.people_released if acted.people_released is not None else incident.people_released,
        injured=acted.injured if acted.injured is not None else incident.injured,
    ).without(Deadline.CALL_BACK_BY)
    return draft.record(called_back, "called_back", acted.reason or "Called back: everybody is out", by)


def close(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """The end of the work: of people's cases with call-back and cause, of others with a cause or a reason."""
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
    last = draft.board.attempts_of(incident.incident_id)[-1:]
    return [*concerned(draft, incident), *(a.company_id for a in last)]
