"""A decision in the making: reads through to the board, writes beside it, and seals the timeline as it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from devices.messages import Area, LiftId
from dispatch.crews import CompanyId, CrewId
from dispatch.problem import Ranking
from dispatch.travel import TravelTimes
from rescue.desk.board import BUSY, Board, Decision, MemberKey, Outcome, Verdict
from rescue.desk.inputs import Envelope, own_clock
from rescue.desk.stakes import Aim, aim_of, waits_for_a_crew
from rescue.effects import AcknowledgeAlarm, Effect, NotifyCompany, NotifyPassengers
from rescue.escalation import Policy
from rescue.incident import (
    HOLDS_CREW,
    AlarmLedger,
    Assignment,
    AssignmentId,
    AssignmentStatus,
    Incident,
    IncidentId,
    Kind,
    Member,
    Place,
)
from rescue.policies import Policies, Where
from rescue.timeline import MACHINE, Actor, Entry, Fact, chain

GREENWICH = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRules:
    """What the desk decides by, besides the board: the limits of each case, how long ways take, the local time."""

    policies: Policies
    travel: TravelTimes
    time_zone: ZoneInfo = GREENWICH
    """In which people are told the time of day."""


@dataclass(slots=True)
class Draft:
    """One decision on one board at one instant, of one input or of several. Nothing here touches the board."""

    board: Board
    rules: DeskRules
    now: datetime
    incidents: dict[IncidentId, Incident] = field(default_factory=dict)
    assignments: dict[AssignmentId, Assignment] = field(default_factory=dict)
    ledgers: dict[LiftId, AlarmLedger] = field(default_factory=dict)
    members: dict[MemberKey, Member] = field(default_factory=dict)
    finished: Incident | None = None
    """A case that is over, of which the input speaks: the board holds it no more."""
    entries: list[Entry] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    rankings: dict[AssignmentId, Ranking] = field(default_factory=dict)
    routes: Mapping[CrewId, tuple[IncidentId, ...]] | None = None
    """Another plan than the board's."""
    expected_at: Mapping[IncidentId, datetime] = field(default_factory=dict)
    """By that plan."""
    _by_lift: dict[LiftId, IncidentId] = field(default_factory=dict)
    """The cases this draft opened."""
    _by_place: dict[Place, IncidentId] = field(default_factory=dict)
    _opened: int = 0
    _speaker: Actor | None = None
    _own_clock: Mapping[str, Fact] = field(default_factory=dict)
    """What the speaker's own clock said."""

    @property
    def policy(self) -> Policy:
        """The centre's limits, where there is no case yet."""
        return self.rules.policies.centre

    def policy_at(self, area: Area, kind: Kind) -> Policy:
        """The limits that hold for a case of this kind in this area, wherever in it the lift is."""
        return self.rules.policies.at(Where(area, kind, ""))

    def policy_of(self, incident: Incident) -> Policy:
        """The limits that hold for this case."""
        return self.rules.policies.of(incident)

    def after(self, seconds: float) -> datetime:
        """The instant `seconds` from now."""
        return self.now + timedelta(seconds=seconds)

    def incident(self, incident_id: IncidentId) -> Incident | None:
        """An open incident as this draft has it."""
        incident = self.incidents.get(incident_id) or self.board.incidents.get(incident_id)
        return None if incident is None or incident.is_final else incident

    def incident_of(self, lift_id: LiftId) -> Incident | None:
        """The open incident of a lift as this draft has it."""
        incident_id = self._by_lift.get(lift_id) or self.board.by_lift.get(lift_id)
        return self.incident(incident_id) if incident_id else None

    def parent_at(self, place: Place) -> Incident | None:
        """The open parent case of a place as this draft has it."""
        incident_id = self._by_place.get(place) or self.board.by_place.get(place)
        return self.incident(incident_id) if incident_id else None

    def open_incidents(self) -> Iterator[Incident]:
        """Every open incident as this draft has it."""
        return (one for one in (self.board.incidents | self.incidents).values() if not one.is_final)

    def member(self, key: MemberKey) -> Member | None:
        """The lift's part in an open parent case as this draft has it, also where the lift has recovered."""
        member = self.members.get(key) or self.board.members.get(key)
        return member if member and self.incident(member.parent_id) else None

    def members_of(self, *parents: Incident) -> Iterator[Member]:
        """The lifts of these parent cases that have not recovered."""
        ids = {parent.incident_id for parent in parents}
        members = (self.board.members | self.members).values() if ids else ()
        return (one for one in members if one.parent_id in ids and one.left_at is None)

    def parents_in(self, condition: str, area: Area) -> list[Incident]:
        """The open parent cases of this area, or of buildings in it."""
        places = self.board.by_place | self._by_place
        found = (self.incident(places[place]) for place in places if place[:2] == (condition, area))
        return [parent for parent in found if parent]

    @property
    def next_number(self) -> int:
        """The number of the case that is opened next."""
        return self.board.next_number + self._opened

    def assignment(self, assignment_id: AssignmentId | None) -> Assignment | None:
        """An assignment of an open incident as this draft has it."""
        if assignment_id is None:
            return None
        return self.assignments.get(assignment_id) or self.board.assignments.get(assignment_id)

    def ledger(self, lift_id: LiftId) -> AlarmLedger | None:
        """What is known of a lift's alarms."""
        return self.ledgers.get(lift_id) or self.board.ledgers.get(lift_id)

    def busy(self) -> dict[CrewId, str]:
        """Crews that hold an offer or assignment, with what this draft has changed."""
        busy = self.board.busy()
        for assignment_id in self.assignments:
            before = self.board.assignments.get(assignment_id)
            if before and before.status in HOLDS_CREW:
                busy.pop(before.crew_id, None)
        held = (a for a in self.assignments.values() if a.status in HOLDS_CREW)
        return busy | {a.crew_id: BUSY[a.status] for a in held}

    def holders(self) -> dict[CrewId, Assignment]:
        """The offer or assignment that each busy crew holds, with what this draft has changed."""
        holders = {crew_id: a for crew_id, a in self.board.holders.items() if a.assignment_id not in self.assignments}
        return holders | {a.crew_id: a for a in self.assignments.values() if a.status in HOLDS_CREW}

    def worked(self) -> Iterator[Assignment]:
        """What each crew has finished last."""
        finished = (a for a in self.assignments.values() if a.status is AssignmentStatus.RELEASED)
        return iter((self.board.worked | {a.crew_id: a for a in finished}).values())

    def freed(self) -> list[CrewId]:
        """The crews that this draft has let go."""
        before = [self.board.assignments.get(assignment_id) for assignment_id in self.assignments]
        held = {a.crew_id for a in self.assignments.values() if a.status in HOLDS_CREW}
        return [a.crew_id for a in before if a and a.status in HOLDS_CREW and a.crew_id not in held]

    def aim(self, incident_id: IncidentId) -> Aim:
        """What another case sees of this open one."""
        drafted = self.incidents.get(incident_id)
        return aim_of(drafted) if drafted else self.board.aims[incident_id]

    def waiting(self) -> list[Incident]:
        """The cases of people for whom nobody could be asked yet, the oldest first."""
        ids = dict.fromkeys((*self.board.waiting, *self.incidents))
        found = (self.incident(incident_id) for incident_id in ids)
        return sorted((one for one in found if one and waits_for_a_crew(one)), key=lambda one: one.number)

    @property
    def plan(self) -> Mapping[CrewId, tuple[IncidentId, ...]]:
        """Where each crew is to go, one case after the other, as far as a plan is in force."""
        return self.board.routes if self.routes is None else self.routes

    def save(self, incident: Incident) -> Incident:
        """Take this value of the incident into the decision.

        Its version is one past the board's, however often it is saved, if the timeline has something new; a deadline
        that merely moves on is no change that an operator could have seen.
        """
        before = self._before(incident.incident_id)
        is_news = before is None or incident.entries > before.entries
        version = before.version + is_news if before else 1
        saved = replace(incident, version=version)
        if before is None and saved.incident_id not in self.incidents:
            self._index(saved)
        self.incidents[saved.incident_id] = saved
        return saved

    def _before(self, incident_id: IncidentId) -> Incident | None:
        if self.finished and self.finished.incident_id == incident_id:
            return self.finished
        return self.board.incidents.get(incident_id)

    def _index(self, opened: Incident) -> None:
        self._opened += 1
        if opened.place:
            self._by_place[opened.place] = opened.incident_id
        elif opened.lift_id is not None:
            self._by_lift[opened.lift_id] = opened.incident_id

    def save_member(self, member: Member) -> Member:
        """Take this value of the member into the decision."""
        self.members[member.condition, member.lift_id] = member
        return member

    def save_assignment(self, assignment: Assignment) -> Assignment:
        """Take this value of the assignment into the decision."""
        self.assignments[assignment.assignment_id] = assignment
        return assignment

    def hear(self, envelope: Envelope) -> None:
        """From here on, what this speaker is recorded to have said bears the time by the speaker's own clock too."""
        self._speaker, self._own_clock = envelope.actor, own_clock(envelope.input)

    def record(self, incident: Incident, what: str, said: str, actor: Actor = MACHINE, **data: Fact) -> Incident:
        """Append to the case's timeline; returns the incident with the chain's new head, saved."""
        entry = chain(
            incident_id=incident.incident_id,
            seq=incident.entries + 1,
            at=self.now,
            what=what,
            actor=actor,
            said=said,
            data={**data, **self._own_clock} if actor is self._speaker else data,
            previous=incident.head,
        )
        self.entries.append(entry)
        return self.save(replace(incident, entries=entry.seq, head=entry.hash))

    def effect(self, effect: Effect) -> None:
        """Have this happen once the decision is committed."""
        self.effects.append(effect)

    def outcome(self, verdict: Verdict, reason: str = "", incident: Incident | None = None) -> Outcome:
        """What became of an input."""
        return Outcome(verdict=verdict, reason=reason, incident_id=incident.incident_id if incident else None)

    def mark(self) -> Mapping[str, object]:
        """How far this draft has come, to go back to once."""
        drafted = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value.copy() if isinstance(value, dict | list) else value for name, value in drafted.items()}

    def go_back(self, mark: Mapping[str, object]) -> None:
        """Nothing of what was drafted since is decided."""
        for name, drafted in mark.items():
            setattr(self, name, drafted)

    def forget(self) -> None:
        """Nothing of what was drafted is decided."""
        for drafted in (self.incidents, self.assignments, self.ledgers, self.members, self._by_lift, self._by_place):
            drafted.clear()
        self.entries.clear()
        self.effects.clear()
        self.rankings.clear()
        self.routes, self.expected_at = None, {}
        self._opened = 0

    def decide(self, outcome: Outcome) -> Decision:
        """The decision as drafted."""
        return Decision(
            outcome=outcome,
            incidents=self.incidents,
            assignments=self.assignments,
            ledgers=self.ledgers,
            members=self.members,
            entries=tuple(self.entries),
            effects=tuple(reversed([*self._effects_as_decided()])),
            rankings=self.rankings,
            routes=self.routes,
            expected_at=self.expected_at,
        )

    def _effects_as_decided(self) -> Iterator[Effect]:
        """The last first. What a company hears shows the case as it is once all is decided, for that is what its
        version names; of two of one type about one case, both would say the same, so it hears the last."""
        told: set[tuple[str, CompanyId, IncidentId]] = set()
        for effect in reversed(self.effects):
            match effect:
                case AcknowledgeAlarm() | NotifyPassengers():
                    yield effect
                case NotifyCompany(type=type_, company_id=company_id, incident=incident):
                    if (type_, company_id, incident.incident_id) not in told:
                        told.add((type_, company_id, incident.incident_id))
                        decided = self.incidents.get(incident.incident_id, incident)
                        yield replace(effect, incident=decided, assignment=self.assignment(decided.assignment_id))
                case of_assignment:
                    incident, assignment = of_assignment.incident, of_assignment.assignment
                    yield replace(
                        of_assignment,
                        incident=self.incidents.get(incident.incident_id, incident),
                        assignment=self.assignments.get(assignment.assignment_id, assignment),
                    )
