"""The desk under watch: whatever it decides is decided twice, held against the rules, and only then applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from devices.messages import LiftId
from dispatch.crews import CrewId
from dispatch.travel import StraightLine
from rescue.desk import get_timer, handle, handle_news, handle_timer
from rescue.desk.board import Board, Decision, Outcome, apply
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import Envelope, Input, News
from rescue.effects import Effect
from rescue.escalation import Policy
from rescue.incident import Assignment, AssignmentId, Incident, IncidentId, Lift
from rescue.policies import Policies
from rescue.timeline import Actor, Entry, first_break
from tests.property.desk.rules import Step, broken, replayed
from tests.unit.desk.play import COMPANIES, CREWS, NOON, finished_of

SOMEBODY = Actor(kind="operator", name="Zhang", channel="http")
ROUNDS_AT_ONE_INSTANT = 10
"""A desk whose deadlines have passed must come to rest; one that does not would keep every alarm waiting."""


class Stage:
    """One board and everything that was ever decided on it. After each step no deadline is left behind."""

    def __init__(self, lifts: list[Lift], policy: Policy) -> None:
        self.board = Board()
        self.board.know(CREWS, COMPANIES)
        self.rules = DeskRules(policies=Policies(centre=policy), travel=StraightLine())
        self.now = NOON
        self.cases: dict[IncidentId, Incident] = {}
        self.assignments: dict[AssignmentId, Assignment] = {}
        self.histories: dict[IncidentId, list[Entry]] = defaultdict(list)
        self.effects: dict[str, Effect] = {}
        self._cards = {lift.lift_id: lift for lift in lifts}
        self._ids = count(1)

    def tell(self, said: Input) -> Decision:
        """An input, and whatever is due at once because of it."""
        envelope = self.envelope(said)
        decision = self._step(lambda: handle(self.board, envelope, self.now, self.rules))
        self.forward(0)
        return decision

    def tell_at_once(self, news: Sequence[News]) -> Sequence[Outcome]:
        """Much news as one decision: the outcome of each."""
        envelopes = [self.envelope(said) for said in news]
        outcomes: list[Sequence[Outcome]] = []

        def decide() -> Decision:
            decision, each = handle_news(self.board, envelopes, self.now, self.rules)
            outcomes.append(each)
            return decision

        self._step(decide)
        self.forward(0)
        return outcomes[0]

    def envelope(self, said: Input, input_id: str | None = None) -> Envelope:
        """The input as it reaches the desk."""
        lift = self._cards.get(getattr(said, "lift_id", LiftId("")))
        return Envelope(
            input_id=input_id or f"I{next(self._ids)}",
            input=said,
            actor=SOMEBODY,
            lift=lift,
            finished=finished_of(said, self.cases, self.assignments),
        )

    def forward(self, seconds: float) -> None:
        """Time goes forward; every deadline on the way passes at its moment."""
        until, rounds = self.now + timedelta(seconds=seconds), 0
        while (by := get_timer(self.board)) is not None and by <= until:
            rounds = 0 if by > self.now else rounds + 1
            assert rounds <= ROUNDS_AT_ONE_INSTANT, f"deadlines keep passing at {self.now}"
            self.now = max(self.now, by)
            self._step(lambda: handle_timer(self.board, self.now, self.rules))
        self.now = until

    def put_on_duty(self, crew_id: CrewId, on_duty: bool) -> None:
        """The registry changes, beside the desk."""
        self.board.crews[crew_id] = replace(self.board.crews[crew_id], on_duty=on_duty)

    def _step(self, decide: Callable[[], Decision]) -> Decision:
        before = deepcopy(self.board)
        decision = decide()
        assert self.board == before, "deciding changed the board"
        assert decide() == decision, "the same question got two answers"
        apply(self.board, decision)
        over = {name: case for name, case in self.cases.items() if case.is_final}
        step = Step(
            before=before,
            decision=decision,
            after=self.board,
            now=self.now,
            policy=self.rules.policies.centre,
            finished=over,
        )
        faults = broken(step)
        assert not faults, "; ".join(faults)
        self._remember(decision)
        return decision

    def _remember(self, decision: Decision) -> None:
        self.cases |= decision.incidents
        self.assignments |= decision.assignments
        for entry in decision.entries:
            self.histories[entry.incident_id].append(entry)
        for incident in decision.incidents.values():
            self._check_history(incident)
        for effect in decision.effects:
            assert self.effects.setdefault(effect.key, effect) == effect, f"two effects are called {effect.key}"

    def _check_history(self, incident: Incident) -> None:
        entries = self.histories[incident.incident_id]
        assert first_break(entries) is None
        assert (incident.entries, incident.head) == (len(entries), entries[-1].hash)
        assert replayed(entries) is incident.status, [entry.what for entry in entries]

    def told_of_the_stay(self, incident: Incident) -> list[str]:
        """What happened since people were trapped, the last time if several."""
        told = [entry.what for entry in self.histories[incident.incident_id]]
        return told[-1 - told[::-1].index("trapped_again") :] if "trapped_again" in told else told

    def newest_deadline_passed(self) -> datetime | None:
        """A deadline that has been left behind, if there is one."""
        by = get_timer(self.board)
        return by if by is not None and by <= self.now else None
