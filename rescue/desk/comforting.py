"""Comfort: somebody speaks to the people inside, soon after the opening, again on acceptance, and every few minutes.

A reminder that nobody meets is said in the timeline, at most MISSES_KEPT times in a row; after that it goes on unsaid,
for the marks of the stay in the car tell of a case that everybody has forgotten.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rescue.desk.draft import Draft
from rescue.desk.inputs import OperatorActed
from rescue.incident import TRAPPED, Deadline, Incident
from rescue.timeline import Actor

MISSES_KEPT = 12
"""An hour, as shipped."""


def remind(draft: Draft, incident: Incident) -> Incident:
    """There is something to tell the people inside: they hear it soon."""
    if not incident.is_entrapment:
        return incident
    by = draft.after(draft.policy_of(incident).comfort_within_s)
    return incident.due(comfort_by=min(by, incident.deadlines.get(Deadline.COMFORT_BY, by)))


def comfort(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """Somebody has spoken to them; for as long as they are inside, that is done again."""
    comforted = replace(incident, comforted_at=draft.now, comforts_missed=0)
    if incident.is_entrapment and incident.status in TRAPPED:
        comforted = comforted.due(comfort_by=draft.after(draft.policy_of(incident).comfort_every_s))
    return draft.record(comforted, "comforted", acted.reason or "Spoke to the passengers", by)


def miss(draft: Draft, incident: Incident, _by: datetime) -> Incident:
    """Nobody has spoken to them in time."""
    again = incident.due(comfort_by=draft.after(draft.policy_of(incident).comfort_every_s))
    if incident.comforts_missed >= MISSES_KEPT:
        return draft.save(again)
    missed = replace(again, comforts_missed=incident.comforts_missed + 1)
    said = "Nobody has spoken to the passengers" + _since(draft, incident)
    if missed.comforts_missed == MISSES_KEPT:
        said += "; this is not written down again until somebody does"
    return draft.record(missed, "comfort_missed", said)


def _since(draft: Draft, incident: Incident) -> str:
    if incident.comforted_at is None or incident.comforted_at < incident.trapped_since:
        return " yet"
    return f" for {(draft.now - incident.comforted_at).total_seconds() / 60:.0f} min"
