"""One event that many lifts suffer from: a power cut, a quake, a network that is down. They are one parent case.

Enough lifts of one building, or of one area, that begin to suffer from the same thing within a short window are
grouped, and whoever follows joins; an area's parent takes those of its buildings in. A lift that joins has no case of
its own, unless it had one before or people are trapped in it: such a case is the parent's child, and is worked on like
any other. The parent ends by itself when every lift has recovered and no child is open. All of this stands in the
cases and their members, so that a restart or a replay comes to the same.

Must not know what lifts say, nor who is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from devices.faults import Fault
from devices.messages import Area, Confidence, Evidence, LiftId
from rescue.desk.draft import Draft
from rescue.desk.opening import begin
from rescue.desk.settling import settle
from rescue.desk.stakes import building_of as building_of
from rescue.desk.telling import tell
from rescue.escalation import attend_within_s
from rescue.incident import Incident, IncidentId, Kind, Lift, Member, Place, Source

GROUPED: Mapping[str, str] = {
    Fault.EARTHQUAKE.value: "Earthquake",
    Fault.MAINS_LOST.value: "Power outage",
    "link_lost": "Links lost",
}
"""What befalls many lifts at once, the gravest first, with the words for it."""

LIFTS_NAMED = 50
"""In the first entry of a parent case; all of them are its members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sufferer:
    """A lift, and what it suffers from."""

    lift_id: LiftId
    area: Area
    condition: str
    kind: Kind
    lift: Lift | None

    def at(self, building: str = "") -> Place:
        """The whole area, or a building of it."""
        return Place(self.condition, self.area, building)


def take_in(draft: Draft, incident_id: IncidentId, sufferer: Sufferer) -> Incident | None:
    """The parent case this lift now belongs to, opened as `incident_id` if need be; None while it suffers alone."""
    if sufferer.condition not in GROUPED:
        return None
    known = draft.member((sufferer.condition, sufferer.lift_id))
    if known and known.left_at is None:
        return draft.incident(known.parent_id)
    newcomer = _member(draft, sufferer)
    parent = draft.parent_at(sufferer.at())
    if parent is None:
        return _group(draft, incident_id, sufferer, newcomer)
    return _enter(draft, parent, [newcomer])


def parent_of(draft: Draft, lift_id: LiftId) -> Incident | None:
    """The parent case of what this lift suffers from now."""
    for condition in GROUPED:
        member = draft.member((condition, lift_id))
        if member and member.left_at is None:
            return draft.incident(member.parent_id)
    return None


def is_in_area_cut(draft: Draft, incident: Incident) -> bool:
    """The lift is without power with its whole area, so that no single company can be enough."""
    member = draft.member((Fault.MAINS_LOST.value, incident.lift_id)) if incident.lift_id is not None else None
    parent_ids = (incident.parent_id, member.parent_id if member and member.left_at is None else None)
    parents = [draft.incident(parent_id) for parent_id in parent_ids if parent_id is not None]
    return any(parent and parent.kind is Kind.POWER_OUTAGE and not parent.building for parent in parents)


def adopt(draft: Draft, incident: Incident) -> Incident:
    """The case as a child of its lift's parent case, if there is one."""
    parent = parent_of(draft, incident.lift_id) if incident.lift_id is not None else None
    return _adopt(draft, parent, incident) if parent else incident


def leave(draft: Draft, lift_id: LiftId, condition: str) -> Incident | None:
    """The lift suffers no longer: the parent case it belonged to."""
    member = draft.member((condition, lift_id))
    parent = draft.incident(member.parent_id) if member and member.left_at is None else None
    if member is None or parent is None:
        return None
    draft.save_member(replace(member, left_at=draft.now))
    before = _suffering(parent)
    fewer = replace(parent, recovered=parent.recovered + 1)
    if _suffering(fewer).bit_length() < before.bit_length():
        return draft.record(fewer, "shrank", f"{before - 1} of {fewer.affected} lifts are still affected")
    return draft.save(fewer)


def settle_parents(draft: Draft) -> None:
    """Ends every parent case whose last lift has recovered and whose last child has ended, by what was drafted."""
    for parent_id in sorted(_perhaps_over(draft)):
        parent = draft.incident(parent_id)
        if parent and not _suffering(parent) and not _has_open_child(draft, parent):
            settle(draft, parent, f"All of {parent.affected} lifts have recovered, and no case of them is open")


def describe(parent: Incident) -> str:
    """The event in a few words."""
    where = parent.building or f"area {parent.area}"
    return (
        f"{GROUPED[next(iter(parent.conditions))]}, {where}: {_suffering(parent)} of {parent.affected} lifts affected"
    )


def _perhaps_over(draft: Draft) -> set[IncidentId]:
    drafted = draft.incidents.values()
    parents = {one.incident_id for one in drafted if one.lift_id is None}
    return parents | {one.parent_id for one in drafted if one.is_final and one.parent_id is not None}


def _suffering(parent: Incident) -> int:
    return parent.affected - parent.recovered


def _has_open_child(draft: Draft, parent: Incident) -> bool:
    return any(one.parent_id == parent.incident_id for one in draft.open_incidents())


def _member(draft: Draft, sufferer: Sufferer) -> Member:
    """A lift on its way to a parent case that is not known yet."""
    return Member(
        parent_id=IncidentId(""),
        lift_id=sufferer.lift_id,
        condition=sufferer.condition,
        building=building_of(sufferer.lift),
        company_id=sufferer.lift.company_id if sufferer.lift else None,
        joined_at=draft.now,
    )


def _group(draft: Draft, incident_id: IncidentId, sufferer: Sufferer, newcomer: Member) -> Incident | None:
    """The area's parent case if so many of its lifts suffer, in more than one building; otherwise the building's."""
    lesser = draft.parents_in(sufferer.condition, sufferer.area)
    alike = {newcomer.lift_id: newcomer} | _alone(draft, sufferer) | _together(draft, lesser)
    policy = draft.policy_at(sufferer.area, sufferer.kind)
    recent = [one for one in alike.values() if one.joined_at >= draft.after(-policy.mass_window_s)]
    if len(recent) >= policy.mass_in_area and len({one.building or one.lift_id for one in recent}) > 1:
        parent = _open(draft, incident_id, sufferer, sufferer.at())
        return _absorb(draft, _enter(draft, parent, _outside(recent, lesser)), lesser)
    if not newcomer.building:
        return None
    parent_here = draft.parent_at(sufferer.at(newcomer.building))
    if parent_here:
        return _enter(draft, parent_here, [newcomer])
    neighbours = [one for one in recent if one.building == newcomer.building]
    if len(neighbours) < policy.mass_in_building:
        return None
    return _enter(draft, _open(draft, incident_id, sufferer, sufferer.at(newcomer.building)), neighbours)


def _alone(draft: Draft, sufferer: Sufferer) -> dict[LiftId, Member]:
    """The lifts of the area that suffer the same and belong to no parent case for it, as they would join one."""
    alone: dict[LiftId, Member] = {}
    for one in draft.open_incidents():
        since = one.conditions.get(sufferer.condition)
        if one.lift_id is not None and one.area == sufferer.area and since is not None:
            alone[one.lift_id] = replace(
                _member(draft, replace(sufferer, lift_id=one.lift_id, lift=one.lift)), joined_at=since
            )
    return alone


def _together(draft: Draft, lesser: Sequence[Incident]) -> dict[LiftId, Member]:
    return {member.lift_id: member for member in draft.members_of(*lesser)}


def _outside(members: Iterable[Member], lesser: Sequence[Incident]) -> list[Member]:
    ids = {parent.incident_id for parent in lesser}
    return [member for member in members if member.parent_id not in ids]


def _open(draft: Draft, incident_id: IncidentId, sufferer: Sufferer, place: Place) -> Incident:
    begun = begin(
        draft,
        incident_id,
        kind=sufferer.kind,
        source=Source.IOT,
        lift_id=None,
        area=sufferer.area,
        lift=None,
        since=draft.now,
        evidence=Evidence(confidence=Confidence.POSSIBLE, reasons=()),
    )
    is_fault = sufferer.kind in (Kind.FAULT, Kind.POWER_OUTAGE)
    return replace(
        begun,
        fault=Fault(sufferer.condition) if is_fault else None,
        conditions={sufferer.condition: draft.now},
        building=place.building,
    ).due(attend_by=draft.after(attend_within_s(sufferer.kind, draft.policy_at(sufferer.area, sufferer.kind))))


def _enter(draft: Draft, parent: Incident, newcomers: Sequence[Member]) -> Incident:
    """These lifts belong to the parent case from now on, with what cases they have."""
    again = sum(_has_left(draft, parent, one) for one in newcomers)
    for one in newcomers:
        draft.save_member(replace(one, parent_id=parent.incident_id))
    grown = replace(parent, affected=parent.affected + len(newcomers) - again, recovered=parent.recovered - again)
    grown = _tell_companies(draft, _recorded(draft, parent, grown, newcomers), newcomers)
    for case in (draft.incident_of(one.lift_id) for one in newcomers):
        if case:
            _adopt(draft, grown, case)
    return draft.incidents[parent.incident_id]


def _has_left(draft: Draft, parent: Incident, newcomer: Member) -> bool:
    known = draft.member((newcomer.condition, newcomer.lift_id))
    return known is not None and known.parent_id == parent.incident_id and known.left_at is not None


def _recorded(draft: Draft, before: Incident, grown: Incident, newcomers: Sequence[Member]) -> Incident:
    """Written down when it begins and each time it has about doubled; which lifts, the members say."""
    if not before.entries:
        lifts = [one.lift_id for one in newcomers[:LIFTS_NAMED]]
        return draft.record(grown, "opened", describe(grown), kind=grown.kind, lifts=lifts)
    if _suffering(grown).bit_length() > _suffering(before).bit_length():
        return draft.record(grown, "grew", describe(grown))
    return draft.save(grown)


def _tell_companies(draft: Draft, parent: Incident, newcomers: Iterable[Member]) -> Incident:
    """Each company hears of the event once, when the first of its lifts joins."""
    companies = dict.fromkeys(one.company_id for one in newcomers if one.company_id is not None)
    new = [company_id for company_id in companies if company_id not in parent.company_ids]
    if not new:
        return parent
    told = draft.save(replace(parent, company_ids=(*parent.company_ids, *new)))
    tell(draft, told, "incident.updated", *new)
    return told


def _adopt(draft: Draft, parent: Incident, incident: Incident) -> Incident:
    if incident.parent_id == parent.incident_id:
        return incident
    said = f"Part of case {parent.number}: {describe(parent)}"
    child = draft.record(replace(incident, parent_id=parent.incident_id), "grouped", said, parent=parent.number)
    known = draft.incidents.get(parent.incident_id, parent)
    said = f"Case {child.number} is part of this: {child.kind.replace('_', ' ')}, lift {child.lift_id}"
    draft.record(replace(known, children=known.children + 1), "child_joined", said, child=child.number)
    return child


def _absorb(draft: Draft, parent: Incident, lesser: Sequence[Incident]) -> Incident:
    """What were events of single buildings is one event of the area."""
    _enter(draft, parent, list(draft.members_of(*lesser)))
    ids = {one.incident_id for one in lesser}
    for child in [one for one in draft.open_incidents() if one.parent_id in ids]:
        _adopt(draft, parent, child)
    for one in lesser:
        settle(draft, draft.incidents.get(one.incident_id, one), f"Its lifts are part of case {parent.number} now")
    return draft.incidents[parent.incident_id]
