"""A decision in the making: reads through to the board, writes beside it, and seals the timeline as it goes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from devices.messages import LiftId
from dispatch.crews import CrewId
from dispatch.travel import TravelTimes
from rescue.desk.board import Board, Decision, Outcome, Verdict
from rescue.effects import Effect
from rescue.escalation import Policy
from rescue.incident import HOLDS_CREW, AlarmLedger, Assignment, AssignmentId, Incident, IncidentId
from rescue.timeline import MACHINE, Actor, Entry, Fact, chain


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRules:
    """What the desk decides by, besides the board: the centre's limits, and how long ways take."""

    policy: Policy
    travel: TravelTimes


@dataclass(slots=True)
class Draft:
    """One decision on one board at one instant. Nothing here touches the board."""

    board: Board
    rules: DeskRules
    now: datetime
    incidents: dict[IncidentId, Incident] = field(default_factory=dict)
    assignments: dict[AssignmentId, Assignment] = field(default_factory=dict)
    ledgers: dict[LiftId, AlarmLedger] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    @property
    def policy(self) -> Policy:
        """The centre's limits."""
        return self.rules.policy

    def after(self, seconds: float) -> datetime:
        """The instant `seconds` from now."""
        return self.now + timedelta(seconds=seconds)

    def incident(self, incident_id: IncidentId) -> Incident | None:
        """An open incident as this draft has it."""
        return self.incidents.get(incident_id) or self.board.incidents.get(incident_id)

    def incident_of(self, lift_id: LiftId) -> Incident | None:
        """The open incident of a lift as this draft has it."""
        known = self.board.incident_of(lift_id)
        return self.incidents.get(known.incident_id, known) if known else None

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
        for changed in self.assignments.values():
            if changed.status in HOLDS_CREW:
                busy[changed.crew_id] = f"{changed.status.replace('_', ' ')} for another case"
            elif self._held_on_board(changed):
                busy.pop(changed.crew_id, None)
        return busy

    def _held_on_board(self, changed: Assignment) -> bool:
        before = self.board.assignments.get(changed.assignment_id)
        return before is not None and before.status in HOLDS_CREW

    def save(self, incident: Incident) -> Incident:
        """Take this value of the incident into the decision.

        Its version is one past the board's, however often it is saved, if the timeline has something new; a deadline
        that merely moves on is no change that an operator could have seen.
        """
        before = self.board.incidents.get(incident.incident_id)
        is_news = before is None or incident.entries > before.entries
        version = before.version + is_news if before else 1
        saved = replace(incident, version=version)
        self.incidents[saved.incident_id] = saved
        return saved

    def save_assignment(self, assignment: Assignment) -> Assignment:
        """Take this value of the assignment into the decision."""
        self.assignments[assignment.assignment_id] = assignment
        return assignment

    def record(self, incident: Incident, what: str, said: str, actor: Actor = MACHINE, **data: Fact) -> Incident:
        """Append to the case's timeline; returns the incident with the chain's new head, saved."""
        entry = chain(
            incident_id=incident.incident_id,
            seq=incident.entries + 1,
            at=self.now,
            what=what,
            actor=actor,
            said=said,
            data=data,
            previous=incident.head,
        )
        self.entries.append(entry)
        return self.save(replace(incident, entries=entry.seq, head=entry.hash))

    def effect(self, effect: Effect) -> None:
        """Have this happen once the decision is committed."""
        self.effects.append(effect)

    def decide(self, verdict: Verdict, reason: str = "", incident: Incident | None = None) -> Decision:
        """The decision as drafted."""
        return Decision(
            outcome=Outcome(verdict=verdict, reason=reason, incident_id=incident.incident_id if incident else None),
            incidents=self.incidents,
            assignments=self.assignments,
            ledgers=self.ledgers,
            entries=tuple(self.entries),
            effects=tuple(self.effects),
        )
