"""What consoles are told: each committed decision, each change of crews and of who is present, counted in an epoch.

Decides what belongs into an event and what into a snapshot, so that old state and events make the fresh snapshot. The
board is the state of cases and attempts; of crews and operators it is what was told last, for these change beside the
desk's decisions and are found by looking. Must not know how anything is worded, kept or sent.

Limit: the last 10,000 attempts are remembered for cases that are over and learn more; such a case is told without the
attempt that counted if it was none of them. Of 50 cases a second is told that by the plan now in force another crew is
to come, those first of which that was told the longest ago; an arrival that moves by less than a minute is not told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.crews import Crew, CrewId
from rescue.desk.board import BUSY, Board, Decision
from rescue.desk.expecting import Expected, expected_stops
from rescue.incident import Assignment, AssignmentId, Incident, IncidentId
from rescue.people.principals import Role
from rescue.timeline import Entry

ATTEMPTS_REMEMBERED = 10_000
EXPECTED_AT_ONCE = 50
NEWS = timedelta(minutes=1)
"""An arrival that moves by less is not told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCase:
    """A case, the attempt that counts now, and who is to come while there is none."""

    incident: Incident
    assignment: Assignment | None
    expected: Expected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCrew:
    """A crew, and what keeps it; None for a free one."""

    crew: Crew
    busy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody of the rescue centre who is connected, since when and on how many consoles."""

    name: str
    role: Role
    since: datetime
    consoles: int
    on_shift_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that happened: what it does not name has not changed."""

    seq: int
    at: datetime
    cases: tuple[ToldCase, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    entries: tuple[Entry, ...] = ()
    crews: tuple[ToldCrew, ...] = ()
    gone_crews: tuple[CrewId, ...] = ()
    operators: tuple[Operator, ...] | None = None

    @property
    def weight(self) -> int:
        """How many things it tells of."""
        return 1 + len(self.cases) + len(self.assignments) + len(self.entries) + len(self.crews)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything as of `seq`."""

    seq: int
    cases: tuple[ToldCase, ...]
    attempts: Mapping[IncidentId, Sequence[Assignment]]
    """Of each case that has any."""
    crews: tuple[ToldCrew, ...]
    operators: tuple[Operator, ...]


class Teller:
    """Counts what happens on one board. Another board is another epoch, and has a teller of its own."""

    def __init__(self, board: Board, operators: Iterable[Operator] = ()) -> None:
        self.board = board
        self.seq = 0
        self._crews = dict(_each_crew(board))
        self._operators = tuple(operators)
        self._attempts = dict(board.assignments)
        self._expected = expected_stops(board)

    def decided(self, decision: Decision, at: datetime) -> Change:
        """A decision that is committed and on the board."""
        self._attempts.update(decision.assignments)
        self._expect(decision.incidents)
        change = Change(
            seq=self._next(),
            at=at,
            cases=tuple(self._case(incident) for incident in decision.incidents.values()),
            assignments=tuple(decision.assignments.values()),
            entries=decision.entries,
            crews=tuple(self._told_anew(dict(self._crews_of(decision)))),
        )
        self._forget_the_oldest()
        return change

    def look(self, at: datetime) -> Change | None:
        """What changed beside decisions: crews, and who is to come where nobody could be asked; None for nothing."""
        crews = dict(_each_crew(self.board))
        gone = tuple(crew_id for crew_id in self._crews if crew_id not in crews)
        for crew_id in gone:
            del self._crews[crew_id]
        told, cases = tuple(self._told_anew(crews)), tuple(self._expected_anew())
        if not (told or gone or cases):
            return None
        return Change(seq=self._next(), at=at, cases=cases, crews=told, gone_crews=gone)

    def meet(self, operators: Iterable[Operator], at: datetime) -> Change | None:
        """Who is present now; None if these are who was."""
        present = tuple(operators)
        if present == self._operators:
            return None
        self._operators = present
        return Change(seq=self._next(), at=at, operators=present)

    def scene(self) -> Scene:
        """Everything, as of the last change."""
        attempts: defaultdict[IncidentId, list[Assignment]] = defaultdict(list)
        for assignment in self.board.assignments.values():
            attempts[assignment.incident_id].append(assignment)
        return Scene(
            seq=self.seq,
            cases=tuple(self._case(incident) for incident in self.board.incidents.values()),
            attempts=attempts,
            crews=tuple(self._crews.values()),
            operators=self._operators,
        )

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    def _case(self, incident: Incident) -> ToldCase:
        attempt = self._attempt(incident.assignment_id)
        return ToldCase(incident=incident, assignment=attempt, expected=self._expected.get(incident.incident_id))

    def _attempt(self, assignment_id: AssignmentId | None) -> Assignment | None:
        if assignment_id is None:
            return None
        # Off the board once their case is over.
        return self.board.assignments.get(assignment_id) or self._attempts.get(assignment_id)

    def _crews_of(self, decision: Decision) -> Iterator[tuple[CrewId, ToldCrew]]:
        for crew_id in {assignment.crew_id for assignment in decision.assignments.values()}:
            if crew := self.board.crews.get(crew_id):
                yield crew_id, _told_crew(self.board, crew)

    def _told_anew(self, crews: Mapping[CrewId, ToldCrew]) -> Iterator[ToldCrew]:
        for crew_id, told in crews.items():
            if self._crews.get(crew_id) != told:
                self._crews[crew_id] = told
                yield told

    def _expect(self, incident_ids: Iterable[IncidentId]) -> None:
        """Of these is told from here on who is to come as things stand, after all others of which that is told."""
        now = expected_stops(self.board)
        for incident_id in incident_ids:
            self._expected.pop(incident_id, None)
            if incident_id in now:
                self._expected[incident_id] = now[incident_id]

    def _expected_anew(self) -> Iterator[ToldCase]:
        """The cases to which another crew is to come than was told, or at another time: the oldest news first."""
        now = expected_stops(self.board)
        untold = [incident_id for incident_id in now if incident_id not in self._expected]
        ids = [incident_id for incident_id in (*untold, *self._expected) if self._is_news(incident_id, now)]
        self._expect(ids[:EXPECTED_AT_ONCE])
        for incident_id in ids[:EXPECTED_AT_ONCE]:
            if incident := self.board.incidents.get(incident_id):
                yield self._case(incident)

    def _is_news(self, incident_id: IncidentId, now: Mapping[IncidentId, Expected]) -> bool:
        told, is_now = self._expected.get(incident_id), now.get(incident_id)
        if told is None or is_now is None:
            return told is not is_now
        return told.crew_id != is_now.crew_id or told.place != is_now.place or abs(told.at - is_now.at) >= NEWS

    def _forget_the_oldest(self) -> None:
        while len(self._attempts) > ATTEMPTS_REMEMBERED:
            del self._attempts[next(iter(self._attempts))]


def _each_crew(board: Board) -> Iterator[tuple[CrewId, ToldCrew]]:
    for crew_id, crew in board.crews.items():
        yield crew_id, _told_crew(board, crew)


def _told_crew(board: Board, crew: Crew) -> ToldCrew:
    holds = board.holders.get(crew.crew_id)
    return ToldCrew(crew=crew, busy=BUSY[holds.status] if holds else None)
