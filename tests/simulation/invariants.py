"""What must hold after every commit, and at the end: the invariants of docs/architecture.md, looked at from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from devices.messages import LiftId
from rescue.desk.board import Board, Decision, MemberKey
from rescue.escalation import FIRE_BRIGADE
from rescue.incident import (
    ACCEPTED,
    FINAL,
    TRANSITIONS,
    Assignment,
    AssignmentId,
    Incident,
    IncidentId,
    Member,
    Status,
)
from rescue.timeline import Entry, first_break
from tests.simulation.lift import SimulatedLift

ATTEMPTS_AN_HOUR = 40
"""Four crews, each asked at most once in ten minutes, with room for operators' own choices."""


class Invariants:
    """Looks at what was committed, which is what survives."""

    def __init__(self) -> None:
        self.incidents: dict[IncidentId, Incident] = {}
        self.assignments: dict[AssignmentId, Assignment] = {}
        self.members: dict[MemberKey, Member] = {}
        self.entries: list[Entry] = []
        self.ended: set[tuple[LiftId, int]] = set()
        """Alarms whose end the desk has heard of."""
        self.unhandled: dict[tuple[LiftId, int], SimulatedLift] = {}

    def pressed(self, simulated: SimulatedLift) -> None:
        """Somebody trapped pressed the button: this must not be forgotten."""
        self.unhandled[simulated.lift_id, simulated.number] = simulated

    def heard_end(self, lift_id: LiftId, number: int) -> None:
        """The desk has committed the end of this alarm: what still comes of it is late news."""
        self.ended.add((lift_id, number))

    def check_decision(self, board: Board, decision: Decision) -> None:
        """Before a commit: statuses move by the table, versions by one."""
        for incident in decision.incidents.values():
            before = board.incidents.get(incident.incident_id) or self._finished(incident.incident_id)
            risen = incident.version - before.version if before else 1
            assert risen == (incident.entries > (before.entries if before else 0)), f"version jumped: {incident}"
            if before is None:
                ghosts = [a.number for a in incident.alarms if (incident.lift_id, a.number) in self.ended]
                assert not ghosts, f"a ghost: {incident.lift_id} has a case for its ended alarm {ghosts}"
            else:
                assert _reachable(before.status, incident.status), f"{before.status} -> {incident.status}"

    def _finished(self, incident_id: IncidentId) -> Incident | None:
        """A case that is over is not on the board, and may yet be told something late."""
        known = self.incidents.get(incident_id)
        return known if known and known.is_final else None

    def committed(self, decision: Decision) -> None:
        """The store took this decision."""
        self.incidents |= decision.incidents
        self.assignments |= decision.assignments
        self.members |= decision.members
        self.entries += decision.entries

    def check_loaded(self, board: Board) -> None:
        """A board read from the store after a crash is what had been committed."""
        open_cases = {i: incident for i, incident in self.incidents.items() if _is_open(incident)}
        assert board.incidents == open_cases, "the board read back is not the one committed"
        members = {key: one for key, one in self.members.items() if one.parent_id in open_cases}
        assert board.members == members, "the lifts of an outage read back are not those committed"

    def check_board(self, board: Board, now: datetime, decision: Decision) -> None:
        """After a commit: the board and the store tell one story, and nothing waits for nothing.

        A decision may set a mark of the stay that is past already; the next one passes it.
        """
        _check_one_open_case_a_lift(self.incidents.values())
        held = Counter(a.crew_id for a in self.assignments.values() if a.status in ACCEPTED)
        assert all(n == 1 for n in held.values()), f"a crew in two places: {held}"
        for incident in board.incidents.values():
            assert bool(incident.deadlines), f"nothing ahead: {incident}"
            is_last = incident.level == FIRE_BRIGADE and incident.is_entrapment
            assert incident.handover is not None or not is_last, f"nobody is told to call: {incident}"
            is_in_time = min(incident.deadlines.values()) > now - timedelta(seconds=120)
            assert is_in_time or incident.incident_id in decision.incidents, f"a deadline was missed: {incident}"
            hours = (now - incident.opened_at).total_seconds() / 3600
            assert incident.attempts <= ATTEMPTS_AN_HOUR * (hours + 1), f"asking storms: {incident.attempts} attempts"

    def check_acknowledged(self, simulated: SimulatedLift, number: int) -> None:
        """The lift is told that its alarm is in hand: then there is a case that says so."""
        waiting = self.unhandled.pop((simulated.lift_id, number), None)
        if waiting and simulated.has_trapped_people:
            cases = [i for i in self.incidents.values() if i.lift_id == simulated.lift_id]
            since = (simulated.trapped_at or 0) - 1
            known = any(
                i.is_entrapment
                and (i.trapped_since.timestamp() >= since or i.opened_at.timestamp() >= since or _is_open(i))
                for i in cases
            )
            assert known, f"alarm {number} of {simulated.lift_id} was acknowledged and there is no case"

    def check_end(self, lifts: Iterable[SimulatedLift]) -> None:
        """After the quiet phase: everybody is out, every case ended, every history whole."""
        for simulated in lifts:
            assert not simulated.has_trapped_people, f"people are still in {simulated.lift_id}"
        for incident in self.incidents.values():
            assert incident.status in FINAL, f"case {incident.number} never ended: {incident.status}"
            entries = [e for e in self.entries if e.incident_id == incident.incident_id]
            assert first_break(entries) is None, f"the history of case {incident.number} is broken"
            assert len(entries) == incident.entries, f"the history of case {incident.number} has gaps"


def _is_open(incident: Incident) -> bool:
    return incident.status not in FINAL


def _check_one_open_case_a_lift(incidents: Iterable[Incident]) -> None:
    open_cases = Counter(i.lift_id for i in incidents if _is_open(i) and i.lift_id is not None)
    assert all(n == 1 for n in open_cases.values()), f"two open cases for one lift: {open_cases}"


def _reachable(before: Status, after: Status) -> bool:
    """By at most three signals of the table, for one decision may carry several (lost, then asked anew)."""
    reached = {before}
    for _ in range(3):
        reached |= {to for (at, _), to in TRANSITIONS.items() if at in reached}
    return after in reached
