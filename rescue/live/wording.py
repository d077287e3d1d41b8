"""Changes and scenes in the words of the socket, one JSON line each: for the rescue centre's people, and for the wall.

Everybody on one lane is told the same bytes, so nobody is told a phone number or who called: a case is worded as for an
onlooker, and whoever needs more opens it over HTTP, where the audit log notes who looked. Decides what each lane may
hold; must not know who is on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

from pydantic import BaseModel

from rescue.incident import Assignment
from rescue.live.changes import Change, Operator, Scene, ToldCase, ToldCrew
from rescue.live.messages import (
    Event,
    Lane,
    OperatorView,
    Snapshot,
    WallAssignmentView,
    WallCrewView,
    WallEvent,
    WallIncidentView,
    WallSnapshot,
)
from rescue.people.privacy import mask_entry, numbers_of
from rescue.policies import Policies
from rescue.views import (
    CrewView,
    IncidentView,
    Reader,
    assignment_view,
    clock_view,
    crew_view,
    entry_view,
    incident_view,
)

PART = 50
"""Cases in one part of a snapshot: some 10 ms of wording, during which nothing else is done."""


def line(message: BaseModel) -> bytes:
    """A message as it travels."""
    return message.model_dump_json().encode()


class Wording:
    """Words what is told, by the centre's policies: these say by when people must be out."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._event: Mapping[Lane, Callable[[Change], Event | WallEvent]] = {
            Lane.STAFF: self._staff_event,
            Lane.WALL: self._wall_event,
        }
        self._snapshot: Mapping[Lane, Callable[[Scene, Sequence[ToldCase], int, int], Snapshot | WallSnapshot]] = {
            Lane.STAFF: self._staff_part,
            Lane.WALL: self._wall_part,
        }

    def event(self, lane: Lane, change: Change) -> bytes:
        """What happened."""
        return line(self._event[lane](change))

    def parts(self, scene: Scene) -> int:
        """How many snapshots tell of the scene: one even of nothing."""
        return max(1, -(-len(scene.cases) // PART))

    def snapshots(self, lane: Lane, scene: Scene) -> Iterator[bytes]:
        """The scene, part by part."""
        parts = self.parts(scene)
        for part in range(1, parts + 1):
            cases = scene.cases[(part - 1) * PART : part * PART]
            yield line(self._snapshot[lane](scene, cases, part, parts))

    # The rescue centre's people

    def _staff_event(self, change: Change) -> Event:
        incidents = {told.incident.incident_id: told.incident for told in change.cases}
        return Event(
            seq=change.seq,
            at=change.at,
            incidents=[self._incident(told) for told in change.cases],
            closed=_closed(change),
            assignments=[assignment_view(assignment) for assignment in change.assignments],
            entries=[entry_view(mask_entry(one, numbers_of(incidents[one.incident_id]))) for one in change.entries],
            crews=[_crew(told) for told in change.crews],
            gone_crews=list(change.gone_crews),
            operators=None if change.operators is None else [_operator(one) for one in change.operators],
        )

    def _staff_part(self, scene: Scene, cases: Sequence[ToldCase], part: int, parts: int) -> Snapshot:
        attempts = [scene.attempts.get(told.incident.incident_id, ()) for told in cases]
        is_first = part == 1
        return Snapshot(
            seq=scene.seq,
            part=part,
            parts=parts,
            incidents=[self._incident(told) for told in cases],
            assignments=[assignment_view(one) for one in chain(*attempts)],
            crews=[_crew(told) for told in scene.crews] if is_first else [],
            operators=[_operator(one) for one in scene.operators] if is_first else [],
        )

    def _incident(self, told: ToldCase) -> IncidentView:
        policy = self._policies.of(told.incident)
        return incident_view(told.incident, told.assignment, policy, reader=Reader.ONLOOKER, expected=told.expected)

    # The wall

    def _wall_event(self, change: Change) -> WallEvent:
        return WallEvent(
            seq=change.seq,
            at=change.at,
            incidents=[self._wall_incident(told) for told in change.cases],
            closed=_closed(change),
            crews=[_wall_crew(told) for told in change.crews],
            gone_crews=list(change.gone_crews),
            operators=None if change.operators is None else len(change.operators),
        )

    def _wall_part(self, scene: Scene, cases: Sequence[ToldCase], part: int, parts: int) -> WallSnapshot:
        return WallSnapshot(
            seq=scene.seq,
            part=part,
            parts=parts,
            incidents=[self._wall_incident(told) for told in cases],
            crews=[_wall_crew(told) for told in scene.crews] if part == 1 else [],
            operators=len(scene.operators),
        )

    def _wall_incident(self, told: ToldCase) -> WallIncidentView:
        incident, lift = told.incident, told.incident.lift
        return WallIncidentView(
            id=incident.incident_id,
            number=incident.number,
            kind=incident.kind,
            status=incident.status,
            level=incident.level,
            version=incident.version,
            lift_id=incident.lift_id,
            rescue_code=lift.rescue_code if lift else None,
            address=lift.address if lift else "",
            building=incident.building or (lift.building if lift else ""),
            area=incident.area,
            lon=lift.position.lon if lift and lift.position else None,
            lat=lift.position.lat if lift and lift.position else None,
            opened_at=incident.opened_at,
            people=incident.people,
            clock=clock_view(incident, self._policies.of(incident)),
            assignment=_wall_assignment(told.assignment) if told.assignment else None,
            deadlines=dict(incident.deadlines),
            parent_id=incident.parent_id,
            shelved_until=incident.shelved.until if incident.shelved else None,
            affected=incident.affected,
            recovered=incident.recovered,
            dispatched_at=incident.dispatched_at,
            arrived_at=incident.arrived_at,
            released_at=incident.released_at,
        )


def _closed(change: Change) -> list[str]:
    return [told.incident.incident_id for told in change.cases if told.incident.is_final]


def _crew(told: ToldCrew) -> CrewView:
    crew = told.crew
    return crew_view(crew, {crew.crew_id: told.busy} if told.busy else {}, shows_phones=False)


def _operator(one: Operator) -> OperatorView:
    return OperatorView(
        name=one.name,
        role=one.role,
        since=one.since,
        consoles=one.consoles,
        on_shift_since=one.on_shift_since,
    )


def _wall_assignment(assignment: Assignment) -> WallAssignmentView:
    eta_s = None if assignment.eta_s is None else round(assignment.eta_s)
    return WallAssignmentView(company_id=assignment.company_id, status=assignment.status, eta_s=eta_s)


def _wall_crew(told: ToldCrew) -> WallCrewView:
    crew = told.crew
    return WallCrewView(
        crew_id=crew.crew_id,
        company_id=crew.company_id,
        on_duty=crew.on_duty,
        busy=told.busy,
        lon=crew.position.lon if crew.position else None,
        lat=crew.position.lat if crew.position else None,
        positioned_at=crew.positioned_at,
    )
