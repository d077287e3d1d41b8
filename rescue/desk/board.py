"""What the desk knows when it decides (Board), and what it decided (Decision).

The board holds every open case, the assignments of those, the crews and companies, in memory: the desk is one active
process, and the database's copy is written before the board's. So: decide on the board, commit the decision, then
apply it. A decision that could not be committed leaves the board as it was.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias, TypeVar

from devices.messages import LiftId
from dispatch.crews import Company, CompanyId, Crew, CrewId, Position
from dispatch.problem import Ranking
from rescue.desk.stakes import Aim, aim_of, waits_for_a_crew
from rescue.effects import Effect
from rescue.incident import (
    HOLDS_CREW,
    AlarmLedger,
    Assignment,
    AssignmentId,
    AssignmentStatus,
    Incident,
    IncidentId,
    Member,
    Place,
)
from rescue.timeline import Entry

Key = TypeVar("Key")
MemberKey: TypeAlias = tuple[str, LiftId]
"""A condition, and the lift that has it: it belongs to one parent case at most."""

BUSY = {status: f"{status.replace('_', ' ')} for another case" for status in HOLDS_CREW}
"""Why a crew that holds such an assignment is not asked for another case."""


@dataclass(slots=True, kw_only=True)
class Board:
    """The open cases and the people who can help. Changed only by `apply` and by fresh registry data."""

    incidents: dict[IncidentId, Incident] = field(default_factory=dict)
    assignments: dict[AssignmentId, Assignment] = field(default_factory=dict)
    """Those of open incidents, whatever their status."""
    ledgers: dict[LiftId, AlarmLedger] = field(default_factory=dict)
    crews: dict[CrewId, Crew] = field(default_factory=dict)
    companies: dict[CompanyId, Company] = field(default_factory=dict)
    members: dict[MemberKey, Member] = field(default_factory=dict)
    """The lifts of open parent cases, those that have recovered too."""
    routes: dict[CrewId, tuple[IncidentId, ...]] = field(default_factory=dict)
    """Where each crew is to go, one case after the other, by the plan in force. Advice, kept in memory only."""
    next_number: int = 1
    expected_at: dict[IncidentId, datetime] = field(default_factory=dict, init=False)
    """When the plan in force has somebody at each of its stops. It is shown, and nothing is decided by it."""
    by_lift: dict[LiftId, IncidentId] = field(default_factory=dict, init=False)
    by_place: dict[Place, IncidentId] = field(default_factory=dict, init=False)
    """The open parent cases."""
    holders: dict[CrewId, Assignment] = field(default_factory=dict, init=False)
    """The offer or assignment that each busy crew holds."""
    worked: dict[CrewId, Assignment] = field(default_factory=dict, init=False)
    """What each crew has finished last, be the case closed by now or not: one for each crew that ever worked."""
    aims: dict[IncidentId, Aim] = field(default_factory=dict, init=False)
    """All of each open case that other cases' decisions look at."""
    waiting: dict[IncidentId, None] = field(default_factory=dict, init=False)
    """The cases of people for whom nobody could be asked yet."""
    _attempts: dict[IncidentId, dict[AssignmentId, None]] = field(default_factory=dict, init=False)
    """The attempts of each open case, in their order."""
    _timers: list[tuple[datetime, IncidentId]] = field(default_factory=list, init=False, repr=False, compare=False)
    """A heap with the earliest deadline of every open case, and such as no longer hold."""

    def __post_init__(self) -> None:
        for incident in self.incidents.values():
            self._index(incident)
            self._look_at(incident)
        for assignment in self.assignments.values():
            self._index_assignment(assignment)

    def put(self, incident: Incident) -> None:
        """A new or newer value of an open case."""
        before = self.incidents.get(incident.incident_id)
        self.incidents[incident.incident_id] = incident
        if before is None or before.deadlines != incident.deadlines:
            self._index(incident)
        self._look_at(incident)

    def _look_at(self, incident: Incident) -> None:
        self.aims[incident.incident_id] = aim_of(incident)
        if waits_for_a_crew(incident):
            self.waiting[incident.incident_id] = None
        else:
            self.waiting.pop(incident.incident_id, None)

    def _index(self, incident: Incident) -> None:
        if incident.place:
            self.by_place[incident.place] = incident.incident_id
        elif incident.lift_id is not None:
            self.by_lift[incident.lift_id] = incident.incident_id
        if incident.deadlines:
            heapq.heappush(self._timers, (min(incident.deadlines.values()), incident.incident_id))

    def put_assignments(self, assignments: Mapping[AssignmentId, Assignment]) -> None:
        """New or newer attempts of open cases. A crew may go from one to another: it is let go before it is taken."""
        for assignment_id in assignments:
            self._let_go(assignment_id)
        for assignment in assignments.values():
            self.assignments[assignment.assignment_id] = assignment
            self._index_assignment(assignment)

    def _index_assignment(self, assignment: Assignment) -> None:
        self._attempts.setdefault(assignment.incident_id, {})[assignment.assignment_id] = None
        if assignment.status in HOLDS_CREW:
            self.holders[assignment.crew_id] = assignment
        elif assignment.status is AssignmentStatus.RELEASED:
            self.worked[assignment.crew_id] = assignment

    def _let_go(self, assignment_id: AssignmentId) -> None:
        before = self.assignments.get(assignment_id)
        for index in (self.holders, self.worked):
            if before and index.get(before.crew_id) is before:
                del index[before.crew_id]

    def attempts_of(self, incident_id: IncidentId) -> list[Assignment]:
        """Every attempt of an open case, the first one first."""
        return [self.assignments[assignment_id] for assignment_id in self._attempts.get(incident_id, ())]

    def take_off(self, incident: Incident) -> None:
        """A case that is finished, with its attempts and members; what its crews have done stays known of them."""
        self.incidents.pop(incident.incident_id, None)
        self.aims.pop(incident.incident_id, None)
        self.waiting.pop(incident.incident_id, None)
        if incident.place:
            _forget(self.by_place, incident.place, incident.incident_id)
            left = [key for key, member in self.members.items() if member.parent_id == incident.incident_id]
            for key in left:
                del self.members[key]
        elif incident.lift_id is not None:
            _forget(self.by_lift, incident.lift_id, incident.incident_id)
        for assignment_id in self._attempts.pop(incident.incident_id, ()):
            attempt = self.assignments.pop(assignment_id)
            if self.holders.get(attempt.crew_id) is attempt:
                del self.holders[attempt.crew_id]

    def next_deadline(self) -> datetime | None:
        """The earliest deadline of all open cases."""
        while self._timers:
            by, incident_id = self._timers[0]
            incident = self.incidents.get(incident_id)
            if incident and min(incident.deadlines.values(), default=None) == by:
                return by
            heapq.heappop(self._timers)
        return None

    def incident_of(self, lift_id: LiftId) -> Incident | None:
        """The open incident of this lift."""
        incident_id = self.by_lift.get(lift_id)
        return self.incidents[incident_id] if incident_id else None

    def busy(self) -> dict[CrewId, str]:
        """Crews that hold an offer or assignment, each with the reason a dispatcher would give."""
        return {crew_id: BUSY[assignment.status] for crew_id, assignment in self.holders.items()}

    def place(self, crew_id: CrewId, position: Position, at: datetime) -> bool:
        """A crew's newest position; False if the crew is unknown or the report older than the one we have."""
        crew = self.crews.get(crew_id)
        if crew is None or (crew.positioned_at and crew.positioned_at > at):
            return False
        self.crews[crew_id] = replace(crew, position=position, positioned_at=at)
        return True

    def know(self, crews: Iterable[Crew], companies: Iterable[Company]) -> None:
        """Fresh registry data; positions newer than the registry's are kept."""
        self.companies = {company.company_id: company for company in companies}
        self.crews = {crew.crew_id: self._with_newest_position(crew) for crew in crews}

    def _with_newest_position(self, crew: Crew) -> Crew:
        known = self.crews.get(crew.crew_id)
        if known is None or known.positioned_at is None:
            return crew
        if crew.positioned_at and crew.positioned_at >= known.positioned_at:
            return crew
        return replace(crew, position=known.position, positioned_at=known.positioned_at)


class Verdict(StrEnum):
    """What became of an input, for whoever sent it."""

    OPENED = "opened"
    JOINED = "joined"
    DONE = "done"
    NOTHING = "nothing"
    """Heard, and nothing to change."""
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    """Too late, out of turn, or not possible in this status."""
    STALE = "stale"
    """The case has changed since the sender saw it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The verdict on an input, its reason for a person, and the case it was about."""

    verdict: Verdict
    reason: str = ""
    incident_id: IncidentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """New values to save, history to append, effects to carry out: one transaction, or nothing."""

    outcome: Outcome
    incidents: Mapping[IncidentId, Incident] = field(default_factory=dict)
    assignments: Mapping[AssignmentId, Assignment] = field(default_factory=dict)
    ledgers: Mapping[LiftId, AlarmLedger] = field(default_factory=dict)
    members: Mapping[MemberKey, Member] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    effects: tuple[Effect, ...] = ()
    rankings: Mapping[AssignmentId, Ranking] = field(default_factory=dict)
    """Of each attempt that was begun: how every crew stood then."""
    routes: Mapping[CrewId, tuple[IncidentId, ...]] | None = None
    """The plan from now on; None: as before."""
    expected_at: Mapping[IncidentId, datetime] = field(default_factory=dict)
    """By that plan."""

    @property
    def is_empty(self) -> bool:
        """There is nothing to commit."""
        saved = self.incidents or self.assignments or self.ledgers or self.members
        return not (saved or self.entries or self.effects or self.routes is not None)


def apply(board: Board, decision: Decision) -> None:
    """Bring the board to where the committed decision left things; finished cases leave it."""
    if decision.routes is not None:
        board.routes, board.expected_at = dict(decision.routes), dict(decision.expected_at)
    board.put_assignments(decision.assignments)
    board.ledgers.update(decision.ledgers)
    board.members.update(decision.members)
    for incident in sorted(decision.incidents.values(), key=lambda one: not one.is_final):
        board.next_number = max(board.next_number, incident.number + 1)
        if incident.is_final:
            board.take_off(incident)
        else:
            board.put(incident)


def _forget(index: dict[Key, IncidentId], key: Key, incident_id: IncidentId) -> None:
    """The index no longer leads to this case; to a newer one it still does."""
    if index.get(key) == incident_id:
        del index[key]
