"""Whatever the desk decides, in whatever order: a console that was told each event shows what a fresh one is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from dispatch.crews import CrewId, Position
from rescue.desk.board import Board, Decision, apply
from rescue.desk.expecting import expected_stops
from rescue.live.changes import Change, Operator, Teller
from rescue.live.messages import Lane, Reset, ResetReason
from rescue.live.ring import Ring
from rescue.live.wording import Wording, line
from rescue.people.principals import Role
from rescue.policies import Policies
from tests.property.desk.stage import Stage
from tests.property.desk.test_desk import CARDS, POLICY, AnyDay
from tests.unit.desk.play import COMPANIES, CREWS, NOON
from tests.unit.live.console import Console

WORDING = Wording(Policies(centre=POLICY))
CREW_IDS = st.sampled_from([crew.crew_id for crew in CREWS])
PLACES = st.builds(Position, lon=st.floats(113, 114), lat=st.floats(34, 35))
NEWCOMER = replace(CREWS[0], crew_id=CrewId("K9"), on_duty=False)
"""Never asked, so that it is free whenever it leaves."""
OPERATORS = st.lists(st.sampled_from(["Li", "Wang", "Zhao"]), unique=True).map(
    lambda names: tuple(Operator(name=name, role=Role.OPERATOR, since=NOON, consoles=1) for name in sorted(names))
)


class ToldStage(Stage):
    """A stage whose decisions are told to whoever listens, as the desk's are once they are on its board."""

    committed: Callable[[Decision], None] = staticmethod(lambda _: None)

    def _step(self, decide: Callable[[], Decision]) -> Decision:
        decision = decide()
        if not decision.is_empty:
            apply(self.board, decision)
            self._remember(decision)
            self.committed(decision)
        return decision


class ToldDay(AnyDay):
    """Any day of the desk, told on both lanes to one who stays and to one who comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.stage: ToldStage = ToldStage(CARDS, POLICY)
        self.stage.committed = lambda decision: self.tell(self.teller.decided(decision, self.stage.now))
        self.epoch = 0
        self.teller = Teller(self.stage.board)
        self.begin_epoch(self.stage.board)
        self.staying = {lane: self.fresh(lane) for lane in Lane}
        self.away = {lane: self.fresh(lane) for lane in Lane}

    def begin_epoch(self, board: Board) -> None:
        self.epoch += 1
        self.ring = Ring(WORDING, events=12, weight=60)
        self.teller = Teller(board, self.teller.scene().operators)

    def tell(self, change: Change | None) -> None:
        if change:
            self.ring.append(change)

    def fresh(self, lane: Lane) -> Console:
        console, scene = Console(), self.teller.scene()
        parts = WORDING.parts(scene)
        reset = Reset(epoch=str(self.epoch), seq=scene.seq, reason=ResetReason.FIRST_VISIT, parts=parts)
        for said in (line(reset), *WORDING.snapshots(lane, scene)):
            console.take(json.loads(said))
        return console

    def catch_up(self, lane: Lane, console: Console) -> Console:
        """As the server does with whoever resumes."""
        if console.epoch != str(self.epoch) or not self.ring.can_resume(console.seq):
            return self.fresh(lane)
        while console.seq < self.ring.seq:
            lines, last = self.ring.after(lane, console.seq)
            for said in lines.splitlines():
                console.take(json.loads(said))
            assert console.seq == last
        return console

    # Beside the desk

    @rule(crew_id=CREW_IDS, place=PLACES)
    def a_crew_is_elsewhere(self, crew_id: CrewId, place: Position) -> None:
        self.stage.board.place(crew_id, place, self.stage.now)

    @rule(is_registered=st.booleans())
    def a_crew_is_registered_or_not(self, is_registered: bool) -> None:
        others = [one for one in self.stage.board.crews.values() if one.crew_id != NEWCOMER.crew_id]
        self.stage.board.know([*others, NEWCOMER] if is_registered else others, COMPANIES)

    @rule(operators=OPERATORS)
    def operators_come_and_go(self, operators: tuple[Operator, ...]) -> None:
        self.tell(self.teller.meet(operators, self.stage.now))

    @precondition(lambda self: self.stage.board.incidents)
    @rule()
    def the_board_is_read_anew(self) -> None:
        self.stage.board = deepcopy(self.stage.board)
        self.begin_epoch(self.stage.board)

    @rule(lane=st.sampled_from(Lane))
    def somebody_comes_back(self, lane: Lane) -> None:
        self.away[lane] = self.catch_up(lane, self.away[lane])
        assert self.away[lane] == self.fresh(lane)

    # What holds

    @invariant()
    def whoever_was_told_each_event_shows_what_a_fresh_console_is_shown(self) -> None:
        self.tell(self.teller.look(self.stage.now))
        for lane in Lane:
            self.staying[lane] = self.catch_up(lane, self.staying[lane])
            assert self.staying[lane] == self.fresh(lane)
            self._shows_the_board(self.staying[lane])

    def _shows_the_board(self, shown: Console) -> None:
        board = self.stage.board
        versions = {incident_id: case.version for incident_id, case in board.incidents.items()}
        assert {incident_id: case["version"] for incident_id, case in shown.incidents.items()} == versions
        assert shown.crews.keys() == board.crews.keys()
        assert {crew_id for crew_id, crew in shown.crews.items() if crew["busy"]} == board.busy().keys()
        if shown is self.staying[Lane.STAFF]:
            assert shown.assignments.keys() == board.assignments.keys()
            asked = {one: case.assignment_id for one, case in board.incidents.items()}
            shown_asked = {one: (case["assignment"] or {}).get("id") for one, case in shown.incidents.items()}
            assert shown_asked == asked
            to_come = {one: expected.crew_id for one, expected in expected_stops(board).items()}
            shown_to_come = {one: case["expected"] for one, case in shown.incidents.items() if case["expected"]}
            assert {one: expected["crew_id"] for one, expected in shown_to_come.items()} == to_come


def test_old_state_and_events_make_the_fresh_snapshot() -> None:
    run_state_machine_as_test(ToldDay, settings=settings(max_examples=30, stateful_step_count=40, deadline=None))
