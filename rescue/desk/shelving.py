"""A case in which nobody is thought to be inside is put aside until an instant, and comes back by itself.

A case of people is never put aside, not even of people who may be inside. Whatever goes on with the lift goes on in the
case meanwhile. Limit: 24 hours.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from rescue.desk.demands import Refused, demand_reason
from rescue.desk.draft import Draft
from rescue.desk.inputs import OperatorActed
from rescue.escalation import attend_within_s
from rescue.holds import Shelved
from rescue.incident import Deadline, Incident, Status
from rescue.timeline import MACHINE, Actor, instant

LONGEST = timedelta(hours=24)


def shelve(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """Nobody need look at it before `until`."""
    if incident.is_entrapment:
        raise Refused("people are, or may be, inside: the case stays where it is seen")
    if incident.status is not Status.OPEN:
        raise Refused(f"the case is {incident.status}: a crew has been asked")
    demand_reason(acted.reason)
    until = acted.until
    if until is None or not draft.now < until <= draft.now + LONGEST:
        raise Refused(f"until when? At most until {instant(draft.now + LONGEST)}")
    shelved = Shelved(by=by.name, reason=acted.reason, at=draft.now, until=until)
    aside = replace(incident, shelved=shelved).due(attend_by=until)
    said = f"{by.name} puts the case aside until {instant(until)}: {acted.reason}"
    return draft.record(aside, "shelved", said, by, until=instant(until), reason=acted.reason)


def unshelve(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """It is looked at again."""
    if incident.shelved is None:
        raise Refused("the case is not put aside")
    return bring_back(draft, incident, acted.reason or f"{by.name} wants it back", by)


def bring_back(draft: Draft, incident: Incident, because: str, by: Actor = MACHINE) -> Incident:
    """The case is no longer aside; where nobody has been sent, people have their time to see to it anew."""
    back = replace(incident, shelved=None)
    if Deadline.ATTEND_BY in incident.deadlines:
        within = draft.after(attend_within_s(incident.kind, draft.policy_of(incident)))
        back = back.due(attend_by=within)
    return draft.record(back, "unshelved", f"The case is back: {because}", by)
