"""What an operator settled a moment ago no longer holds when the case becomes graver, or ends by other hands.

Looked at after every decision, whatever was decided: a held end of the case is dropped, the level may rise again, a
case put aside comes back. Must not know what made the case graver, only that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from rescue.desk.draft import Draft
from rescue.desk.holding import drop
from rescue.desk.holding_back import let_rise
from rescue.desk.shelving import bring_back
from rescue.incident import TRAPPED, Deadline, Incident, Kind, Status

KINDS = list(Kind)
"""The gravest first."""


def see_to_second_thoughts(draft: Draft) -> None:
    """Every case of this decision in which something waits because an operator said so."""
    for incident in list(draft.incidents.values()):
        if incident.held or incident.escalation_held or incident.shelved:
            before = draft.board.incidents.get(incident.incident_id)
            why = graver(before, incident) if before else ""
            _see_to_shelf(draft, _see_to_level(draft, _see_to_held(draft, incident, why), why), why)


def _see_to_held(draft: Draft, incident: Incident, why: str) -> Incident:
    if incident.held is None:
        return incident
    if Deadline.CARRY_OUT_BY not in incident.deadlines:
        return drop(draft, incident, f"the case is {incident.status.replace('_', ' ')}")
    return drop(draft, incident, why) if why and incident.held.ends_case else incident


def _see_to_level(draft: Draft, incident: Incident, why: str) -> Incident:
    if incident.escalation_held is None:
        return incident
    if Deadline.ENGAGE_BY not in incident.deadlines:
        return draft.save(replace(incident, escalation_held=None))
    return let_rise(draft, incident, why) if why else incident


def _see_to_shelf(draft: Draft, incident: Incident, why: str) -> Incident:
    if incident.shelved is None:
        return incident
    if incident.is_final:
        return draft.save(replace(incident, shelved=None))
    if incident.status is not Status.OPEN:
        return bring_back(draft, incident, "a crew is asked")
    return bring_back(draft, incident, why) if why else incident


def graver(before: Incident, after: Incident) -> str:
    """In which way the case is graver than it was, as a sentence of a few words; "" if it is not."""
    return next((said for said, is_so in _GRAVER.items() if is_so(before, after)), "")


_GRAVER: Mapping[str, Callable[[Incident, Incident], bool]] = {
    "people are inside": lambda before, after: after.is_entrapment and not before.is_entrapment,
    "people are inside again": lambda before, after: before.status not in TRAPPED and after.status in TRAPPED,
    "it is graver than was known": lambda before, after: KINDS.index(after.kind) < KINDS.index(before.kind),
    "the alarm was raised again": lambda before, after: len(after.alarms) > len(before.alarms),
    "it is surer that people are inside": lambda before, after: (
        after.evidence.confidence.rank > before.evidence.confidence.rank
    ),
    "people are hurt": lambda before, after: after.injured > before.injured,
    "people are in need": lambda before, after: not set(after.vulnerable) <= set(before.vulnerable),
    "more people are inside": lambda before, after: (after.people or 0) > (before.people or 0),
    "a sign of release was taken back": lambda before, after: not before.signs <= after.signs,
    "more is wrong with the lift": lambda before, after: not after.conditions.keys() <= before.conditions.keys(),
    "more lifts suffer": lambda before, after: after.affected > before.affected,
}
