"""Two cases of one entrapment become one: what was known of the people goes over, and so does the crew if it is needed.

A lift has one open case, so two cases of the same people are about two lifts: somebody named the wrong one of a
building. The merged case's lift has no case from then on; its next alarm opens one, like any lift's. But what a lift
has said already it does not say again: a lift that says itself that people are inside is not merged away.
"""

from __future__ import annotations

from dataclasses import replace

from devices.messages import LiftId
from rescue.desk.asking import offer
from rescue.desk.demands import MANY_LIFTS, Refused, demand_people, demand_reason, demand_trapped
from rescue.desk.draft import Draft
from rescue.desk.inputs import OperatorActed
from rescue.desk.letting_go import held, raise_level, withdraw
from rescue.desk.outages import building_of
from rescue.desk.telling import concerned, tell
from rescue.desk.trapped import CALLERS_KEPT, Report, knowing, raise_if_grave, set_going
from rescue.incident import Assignment, Incident, Sign, Signal, Status, advance, is_sure
from rescue.timeline import Actor


def merge(draft: Draft, incident: Incident, acted: OperatorActed, by: Actor) -> Incident:
    """End this case: its people, their callers and its crew are the other's."""
    into = _other(draft, incident, acted)
    demand_reason(acted.reason)
    _demand_same_people(incident, into)
    crew = held(draft, incident)
    companies = concerned(draft, incident)
    freed = withdraw(draft, incident, f"case {into.number} is about the same people", final=True)
    merged = replace(advance(freed, Signal.MERGED), closed_at=draft.now, deadlines={}, merged_into_id=into.incident_id)
    said = f"Merged into case {into.number}: {acted.reason}"
    merged = draft.record(merged, "merged", said, by, into=into.number)
    tell(draft, merged, "incident.closed", *companies)
    _take_over(draft, into, incident, crew, acted, by)
    return merged


def _other(draft: Draft, incident: Incident, acted: OperatorActed) -> Incident:
    into = draft.incident(acted.into) if acted.into else None
    if into is None:
        raise Refused(f"there is no open case {acted.into} to merge it into")
    if into.incident_id == incident.incident_id:
        raise Refused("a case is not merged into itself")
    return into


def _demand_same_people(incident: Incident, into: Incident) -> None:
    if into.lift_id is None or incident.lift_id is None:
        raise Refused(MANY_LIFTS)
    for case in (incident, into):
        demand_trapped(case)
        demand_people(case, "only cases of people are merged")
    if not _may_be_one_place(incident, into):
        raise Refused("the two lifts are in different buildings")
    if _lift_says_so(incident):
        raise Refused(f"lift {incident.lift_id} itself says that people are inside: merge the other case into this one")


def _may_be_one_place(one: Incident, other: Incident) -> bool:
    buildings = {building_of(one.lift), building_of(other.lift)} - {""}
    return one.area == other.area and len(buildings) < 2


def _lift_says_so(incident: Incident) -> bool:
    """It told of people by itself, and has not taken that back."""
    rings = any(alarm.ended_at is None for alarm in incident.alarms)
    return rings or (incident.is_inferred and Sign.LIFT_RECOVERED not in incident.signs)


def _take_over(
    draft: Draft, into: Incident, merged: Incident, crew: Assignment | None, acted: OperatorActed, by: Actor
) -> Incident:
    known = knowing(into, _report_of(into, merged))
    known = replace(
        known,
        other_callers=(*merged.other_callers, *known.other_callers)[-CALLERS_KEPT:],
        refusals={**merged.refusals, **known.refusals},
    )
    said = f"Case {merged.number} is about the same people: {acted.reason}"
    grown = raise_if_grave(draft, draft.record(known, "merged_in", said, by, case=merged.number))
    if merged.level > grown.level:
        grown = raise_level(draft, grown, f"case {merged.number} had come to it", to=merged.level)
    tell(draft, grown, "incident.updated", *concerned(draft, grown))
    if crew and grown.status is Status.OPEN:
        reason = f"was asked for case {merged.number}, which is about the same people"
        return offer(draft, grown, crew.crew_id, crew.eta_s, reason, actor=by)
    if is_sure(grown.evidence) and not is_sure(into.evidence) and grown.status is Status.OPEN:
        return set_going(draft, grown)
    return grown


def _report_of(into: Incident, merged: Incident) -> Report:
    """What the merged case knows, as one report of the other: the same people, so they are not added up."""
    counts = [people for people in (into.people, merged.people) if people is not None]
    return Report(
        lift_id=into.lift_id or LiftId(""),
        area=into.area,
        source=merged.source,
        since=merged.trapped_since,
        evidence=merged.evidence,
        caller=merged.caller,
        people=max(counts, default=None),
        injured=merged.injured,
        vulnerable=merged.vulnerable,
    )
