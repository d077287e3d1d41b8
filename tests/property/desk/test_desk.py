"""Whatever the desk is told, in whatever order: the rules hold after every decision, and every case can be ended."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from devices.faults import Fault
from devices.messages import (
    AlarmEnded,
    AlarmRaised,
    Confidence,
    EntrapmentEnded,
    EntrapmentFound,
    Evidence,
    FaultCleared,
    FaultRaised,
    LiftId,
    LinkChanged,
    RawFault,
    TestCallHeard,
    TestCallOverdue,
)
from dispatch.crews import CrewId
from rescue.desk import handle
from rescue.desk.board import Decision, Verdict, apply
from rescue.desk.inputs import (
    Action,
    Answer,
    CompanyAnswered,
    Intake,
    News,
    OfferUndelivered,
    OperatorActed,
    PlanImproved,
)
from rescue.effects import AcknowledgeAlarm
from rescue.escalation import FIRE_BRIGADE, Policy
from rescue.incident import (
    HOLDS_CREW,
    TRAPPED,
    Assignment,
    AssignmentStatus,
    Caller,
    Deadline,
    Incident,
    IncidentId,
    Sign,
    Source,
    Status,
)
from tests.property.desk.stage import Stage
from tests.unit.desk.play import AREA, CREWS, lift

T = TypeVar("T")

POLICY = Policy(
    ask_again_after_s=60,
    fault_within_s=1200,
    outage_within_s=900,
    link_within_s=1800,
    test_within_s=1800,
    mass_in_building=2,
    mass_in_area=3,
)
"""As shipped, but for asking less often where nobody can be asked, so that long waits are short to test, and for events
that are small enough for four lifts."""
ROUNDS_OF_RESCUE = 150

CONTRACTED, UNCONTRACTED, ELSEWHERE, UNREGISTERED = LiftId("A1"), LiftId("A2"), LiftId("B1"), LiftId("X9")
CARDS = [
    replace(lift(CONTRACTED), building="A"),
    replace(lift(UNCONTRACTED, None), building="A"),
    replace(lift(ELSEWHERE), building="B"),
]
APART = ({CONTRACTED, ELSEWHERE}, {UNCONTRACTED, ELSEWHERE})
"""Lifts that are known to be in two buildings."""
LIFTS = st.sampled_from([CONTRACTED, CONTRACTED, UNCONTRACTED, ELSEWHERE, UNREGISTERED])
OPENING = (Fault.DOOR_CLOSING, Fault.MAINS_LOST, Fault.EARTHQUAKE)
FAULTS = st.sampled_from([*OPENING, Fault.MAINS_LOST, Fault.MAINS_LOST, Fault.DOOR_HELD, Fault.TRAPPED, None])
UNKNOWN = RawFault(profile="canonical", code="Z7")
CREW_IDS = st.sampled_from([crew.crew_id for crew in CREWS])
ANY = st.integers(0, 7)
"""Which of several, counted from the newest."""
WAITS_S = st.sampled_from([1, 14, 15, 59, 60, 179, 180, 300, 900, 1800])

IN_TURN = {
    AssignmentStatus.OFFERED: Answer.ACCEPT,
    AssignmentStatus.ACCEPTED: Answer.EN_ROUTE,
    AssignmentStatus.EN_ROUTE: Answer.ON_SCENE,
    AssignmentStatus.ON_SCENE: Answer.RELEASED,
}
CHANGES_NOTHING = {Verdict.NOTHING, Verdict.NOT_FOUND, Verdict.REFUSED, Verdict.STALE}


class Button:
    """The alarm button of one lift, by the contract: numbers count up, also over restarts."""

    def __init__(self, lift_id: LiftId) -> None:
        self.lift_id = lift_id
        self.boot = 1
        self.number = 0
        self.under_way: list[AlarmRaised] = []
        self.delivered: list[AlarmRaised] = []

    @property
    def newest(self) -> tuple[int, int]:
        """The newest alarm that the desk has heard of, by (boot, number)."""
        return max(((a.boot, a.number) for a in self.delivered), default=(0, 0))


class AnyDay(RuleBasedStateMachine):
    """Lifts, passengers, companies and operators, each doing what it can at any time, and more than it may."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(CARDS, POLICY)
        self.buttons = {name: Button(name) for name in (CONTRACTED, UNCONTRACTED, ELSEWHERE, UNREGISTERED)}

    # What lifts say

    @rule(lift_id=LIFTS, confidence=st.sampled_from(Confidence), has_clock=st.booleans(), restarted=st.booleans())
    def press(self, lift_id: LiftId, confidence: Confidence, has_clock: bool, restarted: bool) -> None:
        self._deliver(self._pressed(lift_id, confidence, has_clock=has_clock, restarted=restarted))

    @rule(lift_id=LIFTS, confidence=st.sampled_from(Confidence), has_clock=st.booleans())
    def press_on_a_slow_line(self, lift_id: LiftId, confidence: Confidence, has_clock: bool) -> None:
        alarm = self._pressed(lift_id, confidence, has_clock=has_clock, restarted=False)
        self.buttons[lift_id].under_way.append(alarm)

    @precondition(lambda self: any(button.under_way for button in self.buttons.values()))
    @rule(which=ANY)
    def arrive_at_last(self, which: int) -> None:
        alarm = pick([alarm for button in self.buttons.values() for alarm in button.under_way], which)
        self.buttons[alarm.lift_id].under_way.remove(alarm)
        self._deliver(alarm)

    @precondition(lambda self: any(button.delivered for button in self.buttons.values()))
    @rule(which=ANY)
    def send_again(self, which: int) -> None:
        self._deliver(pick([alarm for button in self.buttons.values() for alarm in button.delivered], which))

    @precondition(lambda self: any(button.number for button in self.buttons.values()))
    @rule(which=ANY, back=st.integers(-2, 2))
    def end_alarm(self, which: int, back: int) -> None:
        lift_id = pick([button.lift_id for button in self.buttons.values() if button.number], which)
        number = max(0, self.buttons[lift_id].number - back)
        at = self.stage.now.timestamp()
        decision = self.stage.tell(AlarmEnded(lift_id=lift_id, area=AREA, number=number, at=at, reported_at=None))
        is_known = number <= max((alarm.number for alarm in self.buttons[lift_id].delivered), default=-1)
        assert acknowledged(decision) == ([number] if is_known else [])

    @rule(lift_id=LIFTS, confidence=st.sampled_from(Confidence), ago_s=st.sampled_from([0, 30, 600, 2400]))
    def find_entrapment(self, lift_id: LiftId, confidence: Confidence, ago_s: int) -> None:
        at = self.stage.now.timestamp()
        evidence = Evidence(confidence=confidence, reasons=(f"stopped between landings, {confidence}",))
        found = EntrapmentFound(lift_id=lift_id, area=AREA, since=at - ago_s, at=at, evidence=evidence)
        has_opened = self.stage.tell(found).outcome.verdict is Verdict.OPENED
        case = self._open_case(lift_id)
        assert case.is_entrapment
        assert not (has_opened and confidence is Confidence.POSSIBLE and case.attempts)

    @rule(lift_id=LIFTS)
    def recover(self, lift_id: LiftId) -> None:
        before, at = self.stage.board.incident_of(lift_id), self.stage.now.timestamp()
        ended = EntrapmentEnded(lift_id=lift_id, area=AREA, at=at, reasons=("levelled with open door",))
        decision = self.stage.tell(ended)
        if before and before.is_entrapment:
            assert Sign.LIFT_RECOVERED in self._open_case(lift_id).signs
        else:
            assert decision.is_empty

    @rule(lift_id=LIFTS, online=st.booleans(), lasted_s=st.sampled_from([0, 0, 3600]))
    def change_link(self, lift_id: LiftId, online: bool, lasted_s: float) -> None:
        self.stage.tell(self._link(lift_id, online=online, lasted_s=lasted_s))
        if not online and lasted_s:
            assert self.stage.board.incident_of(lift_id) or self._belongs(lift_id)

    @rule(lift_id=LIFTS, fault=FAULTS, is_flapping=st.sampled_from([False, False, True]))
    def raise_fault(self, lift_id: LiftId, fault: Fault | None, is_flapping: bool) -> None:
        before = self.stage.board.incident_of(lift_id)
        decision = self.stage.tell(self._raised(lift_id, fault, is_flapping=is_flapping))
        if is_flapping or fault not in OPENING:
            assert before or decision.is_empty
        else:
            assert self._belongs(lift_id) or fault in self._open_case(lift_id).conditions

    @rule(lift_id=LIFTS, fault=FAULTS, is_flapping=st.sampled_from([False, False, True]))
    def clear_fault(self, lift_id: LiftId, fault: Fault | None, is_flapping: bool) -> None:
        before = self.stage.board.incident_of(lift_id)
        self.stage.tell(self._cleared(lift_id, fault, is_flapping=is_flapping))
        after = self.stage.board.incident_of(lift_id)
        assert after is None or fault is None or fault not in after.conditions
        assert not (before and before.is_entrapment) or after

    @rule(lift_id=LIFTS, has_come=st.booleans())
    def test_the_call(self, lift_id: LiftId, has_come: bool) -> None:
        self.stage.tell(self._test(lift_id, has_come=has_come))

    @rule(
        news=st.lists(
            st.tuples(LIFTS, FAULTS, st.sampled_from(["raised", "raised", "cleared", "flaps", "link", "test"])),
            max_size=12,
        )
    )
    def much_news_at_once(self, news: list[tuple[LiftId, Fault | None, str]]) -> None:
        """As one decision or one after the other, the cases come to the same."""
        told = [self._news(lift_id, fault, how) for lift_id, fault, how in news]
        apart = deepcopy(self.stage.board)
        for number, said in enumerate(told):
            envelope = self.stage.envelope(said, f"apart{number}")
            apply(apart, handle(apart, envelope, self.stage.now, self.stage.rules))
        assert len(self.stage.tell_at_once(told)) == len(told)
        assert {(i.lift_id, i.kind, i.status, tuple(i.conditions)) for i in self.stage.board.incidents.values()} == {
            (i.lift_id, i.kind, i.status, tuple(i.conditions)) for i in apart.incidents.values()
        }
        assert {key: m.left_at for key, m in self.stage.board.members.items()} == {
            key: m.left_at for key, m in apart.members.items()
        }

    # What people do

    @rule(
        lift_id=LIFTS,
        injured=st.sampled_from([0, 0, 0, 1]),
        vulnerable=st.sampled_from([(), (), ("elderly",), ("water",)]),
        note=st.sampled_from(["", "second car from the left"]),
    )
    def call(self, lift_id: LiftId, injured: int, vulnerable: tuple[str, ...], note: str) -> None:
        self.stage.tell(
            Intake(
                lift_id=lift_id,
                area=AREA,
                source=Source.PHONE,
                caller=Caller(),
                injured=injured,
                vulnerable=vulnerable,
                note=note,
            )
        )
        case = self._open_case(lift_id)
        assert case.status is not Status.RELEASED
        assert case.is_entrapment
        assert not case.signs
        assert case.evidence.confidence is Confidence.CONFIRMED
        assert case.level == 3 or not (injured or "water" in vulnerable)

    @precondition(lambda self: self._held())
    @rule(which=ANY)
    def answer_in_turn(self, which: int) -> None:
        held = pick(self._held(), which)
        assert self._answer(held, IN_TURN[held.status]).outcome.verdict is Verdict.DONE

    @precondition(lambda self: self._held())
    @rule(which=ANY, beside=st.sampled_from([-1, 1]))
    def quote_another_attempt(self, which: int, beside: int) -> None:
        held = pick(self._held(), which)
        decision = self._answer(held, IN_TURN[held.status], attempt=held.attempt + beside)
        assert decision.outcome.verdict is Verdict.REFUSED
        assert (decision.assignments, decision.effects) == ({}, ())

    @precondition(lambda self: self._held())
    @rule(which=ANY, crew_id=CREW_IDS)
    def send_another_crew(self, which: int, crew_id: CrewId) -> None:
        held = pick(self._held(), which)
        elsewhere = {a.crew_id for a in self._held()} - {held.crew_id}
        company_id = self.stage.board.crews[crew_id].company_id
        can = held.status is AssignmentStatus.OFFERED and company_id == held.company_id and crew_id not in elsewhere
        said = self._answer(held, Answer.ACCEPT, crew_id=crew_id).outcome.verdict
        assert said is Verdict.DONE if can else said in CHANGES_NOTHING

    @precondition(lambda self: self._held())
    @rule(which=ANY, seconds=st.sampled_from([0, 60]))
    def get_passengers_out(self, which: int, seconds: int) -> None:
        incident_id = pick(self._held(), which).incident_id
        for _ in IN_TURN:
            self._go_on(self.stage.cases[incident_id])
            self.stage.forward(seconds)

    @precondition(lambda self: self._held())
    @rule(which=ANY)
    def fail(self, which: int) -> None:
        held = pick(self._held(), which)
        answer = Answer.DECLINE if held.status is AssignmentStatus.OFFERED else Answer.CANNOT_REACH
        assert self._answer(held, answer).outcome.verdict is Verdict.DONE

    @precondition(lambda self: self.stage.assignments)
    @rule(
        which=ANY,
        answer=st.sampled_from(Answer),
        beside=st.sampled_from([0, 0, -1, 1]),
        crew_id=st.none() | CREW_IDS,
        injured=st.sampled_from([None, 0, 1]),
        cause_code=st.sampled_from([None, "201", "301"]),
    )
    def answer_anyhow(
        self,
        which: int,
        answer: Answer,
        beside: int,
        crew_id: CrewId | None,
        injured: int | None,
        cause_code: str | None,
    ) -> None:
        asked = pick(list(self.stage.assignments.values()), which)
        attempt = asked.attempt + beside
        decision = self._answer(asked, answer, attempt=attempt, crew_id=crew_id, injured=injured, cause_code=cause_code)
        if decision.outcome.verdict in CHANGES_NOTHING:
            assert not decision.assignments
            assert not decision.effects
        assert beside == 0 or decision.outcome.verdict in CHANGES_NOTHING

    @precondition(lambda self: self.stage.assignments)
    @rule(which=ANY, beside=st.sampled_from([0, 0, 0, 1]))
    def deliver_no_offer(self, which: int, beside: int) -> None:
        asked = pick(list(self.stage.assignments.values()), which)
        decision = self.stage.tell(
            OfferUndelivered(assignment_id=asked.assignment_id, attempt=asked.attempt + beside, reason="no answer")
        )
        stands = asked.status is AssignmentStatus.OFFERED and beside == 0
        assert decision.outcome.verdict is (Verdict.DONE if stands else Verdict.NOTHING)

    @precondition(lambda self: self.stage.board.incidents)
    @rule(
        which=ANY,
        action=st.sampled_from([Action.ASSIGN, Action.STAND_DOWN, Action.FALSE_ALARM, Action.CLOSE]),
        crew_id=CREW_IDS,
        seconds=st.sampled_from([0, 3, 7]),
        is_undone=st.booleans(),
    )
    def think_better_of_it(self, which: int, action: Action, crew_id: CrewId, seconds: int, is_undone: bool) -> None:
        """Nothing of a deed is done while it is held, and nothing ever if it is undone."""
        case = self._any_open(which)
        acted = OperatorActed(
            incident_id=case.incident_id,
            action=action,
            reason="out",
            crew_id=crew_id,
            passengers_confirm=True,
            cause_code="201",
            hold_s=8,
        )
        decision = self.stage.tell(acted)
        assert (decision.assignments, decision.effects) == ({}, ())
        if decision.outcome.verdict is Verdict.REFUSED:
            assert decision.is_empty
            return
        self.stage.forward(seconds)
        held = self.stage.cases[case.incident_id].held
        if is_undone and held:
            self._act(case, Action.UNDO, can=True)

    @precondition(lambda self: self.stage.board.incidents)
    @rule(which=ANY, hold_s=st.sampled_from([None, 30, 300]), is_supervisor=st.booleans())
    def keep_level(self, which: int, hold_s: float | None, is_supervisor: bool) -> None:
        case = self._any_open(which)
        acted = OperatorActed(
            incident_id=case.incident_id,
            action=Action.HOLD_ESCALATION,
            reason="they come",
            hold_s=hold_s,
            is_supervisor=is_supervisor,
        )
        done = self.stage.tell(acted).outcome.verdict is Verdict.DONE
        assert not done or Deadline.ENGAGE_BY in case.deadlines

    @precondition(lambda self: self.stage.board.incidents)
    @rule(which=ANY, minutes=st.sampled_from([0, 10, 60, 2000]))
    def put_aside(self, which: int, minutes: int) -> None:
        case = self._any_open(which)
        can = not case.is_entrapment and case.status is Status.OPEN and 0 < minutes <= 24 * 60
        until = self.stage.now + timedelta(minutes=minutes)
        self._act(case, Action.SHELVE, can=can, until=until, reason="tonight")

    @precondition(lambda self: self.stage.cases)
    @rule(
        which=ANY,
        is_over=st.sampled_from([False, False, True]),
        action=st.sampled_from(Action),
        versions_ago=st.sampled_from([None, None, 0, 1]),
        reason=st.sampled_from(["", "they said so"]),
        crew_id=st.none() | CREW_IDS,
        injured=st.sampled_from([None, 0, 1]),
        passengers_confirm=st.booleans(),
        hold_s=st.sampled_from([None, None, 0, 8, 120]),
        is_supervisor=st.booleans(),
    )
    def operate(self, which: int, is_over: bool, action: Action, versions_ago: int | None, **more: object) -> None:
        case = pick(self._cases(is_over=is_over), which)
        version = None if versions_ago is None else case.version - versions_ago
        acted = OperatorActed(incident_id=case.incident_id, action=action, version=version, **more)  # type: ignore[arg-type]
        decision = self.stage.tell(acted)
        if decision.outcome.verdict in CHANGES_NOTHING:
            assert decision.is_empty
        if not case.is_final and versions_ago == 1:
            assert decision.outcome.verdict is Verdict.STALE

    @precondition(lambda self: self.stage.board.incidents)
    @rule(which=ANY, crew_id=CREW_IDS)
    def choose_crew(self, which: int, crew_id: CrewId) -> None:
        case = self._any_open(which)
        can = case.status in TRAPPED and crew_id not in {held.crew_id for held in self._held()}
        can = can and case.lift_id is not None
        self._act(case, Action.ASSIGN, can=can, crew_id=crew_id)
        assert not can or self.stage.cases[case.incident_id].attempts == case.attempts + 1

    @precondition(lambda self: len(self.stage.board.incidents) > 1 and self._held())
    @rule(which=ANY, whose=ANY)
    def redirect(self, which: int, whose: int) -> None:
        case, held = self._any_open(which), pick(self._held(), whose)
        robbed = self.stage.board.incidents[held.incident_id]
        can = case.status in TRAPPED and case.lift_id is not None and case != robbed
        can = can and held.status is not AssignmentStatus.ON_SCENE and gravity(robbed) < gravity(case)
        self._act(case, Action.ASSIGN, can=can, crew_id=held.crew_id, redirect=True)
        left = self.stage.cases[robbed.incident_id]
        assert not can or not robbed.is_entrapment or left.assignment_id or Deadline.ASK_BY in left.deadlines

    @precondition(lambda self: self.stage.board.incidents)
    @rule(which=ANY, spoke_to=st.sampled_from(["", "Sergeant Zhao"]))
    def hand_over(self, which: int, spoke_to: str) -> None:
        case = self._any_open(which)
        is_waited_for = case.handover is None or not case.handover.confirmed_at
        can = case.is_entrapment and is_waited_for and bool(spoke_to)
        can = can and (case.status in TRAPPED or case.level == FIRE_BRIGADE)
        self._act(case, Action.HAND_OVER, can=can, spoke_to=spoke_to)

    @precondition(lambda self: self._offered())
    @rule(which=ANY, eta_s=st.sampled_from([None, 60, 2400]), seconds=st.sampled_from([420, 600, 1200]))
    def accept_and_vanish(self, which: int, eta_s: float | None, seconds: int) -> None:
        offered = pick(self._offered(), which)
        assert self._answer(offered, Answer.ACCEPT, eta_s=eta_s).outcome.verdict is Verdict.DONE
        self.stage.forward(seconds)

    @precondition(lambda self: self.stage.board.incidents)
    @rule(which=ANY)
    def escalate(self, which: int) -> None:
        case = self._any_open(which)
        self._act(case, Action.ESCALATE, can=_may_escalate(case))

    @precondition(lambda self: self.stage.board.incidents)
    @rule(which=ANY, passengers_confirm=st.booleans())
    def stand_down(self, which: int, passengers_confirm: bool) -> None:
        case = self._any_open(which)
        can = case.status in TRAPPED and (len(case.signs) + passengers_confirm >= 2 or not case.is_entrapment)
        self._act(case, Action.STAND_DOWN, can=can, reason="out", passengers_confirm=passengers_confirm)

    @precondition(lambda self: self.stage.board.incidents)
    @rule(which=ANY, action=st.sampled_from([Action.FALSE_ALARM, Action.CONFIRM_RELEASE]))
    def learn_that_nobody_is_inside(self, which: int, action: Action) -> None:
        case = self._any_open(which)
        can = case.is_entrapment if action is Action.CONFIRM_RELEASE else case.status in TRAPPED
        self._act(case, action, can=can, reason="they called")

    @precondition(lambda self: self.stage.board.incidents)
    @rule(which=ANY, cause_code=st.sampled_from([None, "201"]))
    def close(self, which: int, cause_code: str | None) -> None:
        case = self._any_open(which)
        is_seen_to = not case.is_entrapment or (case.status is Status.RELEASED and case.called_back_at)
        can = bool(is_seen_to and (cause_code or case.cause_code))
        self._act(case, Action.CLOSE, can=can, cause_code=cause_code)

    @precondition(lambda self: len(self.stage.board.incidents) > 1)
    @rule(which=ANY, other=ANY)
    def merge(self, which: int, other: int) -> None:
        case, into = self._any_open(which), self._any_open(other)
        can = case != into and all(one.is_entrapment and one.status in TRAPPED for one in (case, into))
        can = can and {case.lift_id, into.lift_id} not in APART and not _lift_says_so(case)
        self._act(case, Action.MERGE, can=can, into=into.incident_id, reason="the same people")
        if not can:
            return
        merged, grown = self.stage.cases[case.incident_id], self._open_case(LiftId(into.lift_id or ""))
        assert (merged.status, merged.merged_into_id) == (Status.CLOSED, into.incident_id)
        assert self.stage.board.incident_of(LiftId(case.lift_id or "")) is None
        assert grown.status is not Status.OPEN or (case.status is Status.OPEN and into.status is Status.OPEN)

    @rule(wishes=st.dictionaries(CREW_IDS, st.lists(ANY, min_size=1, max_size=3), max_size=3))
    def plan(self, wishes: dict[CrewId, list[int]]) -> None:
        """Any plan whatever, of cases that are over too: what is wrong with it must do no harm."""
        ids = [*self.stage.cases, IncidentId("nobody's")]
        routes = {crew_id: tuple(pick(ids, which) for which in stops) for crew_id, stops in wishes.items()}
        stops = (stop for route in routes.values() for stop in route)
        at = {stop: self.stage.now + timedelta(minutes=n) for n, stop in enumerate(stops)}
        self.stage.tell(PlanImproved(routes=routes, expected_at=at))

    @precondition(lambda self: any(case.is_final for case in self.stage.cases.values()))
    @rule(which=ANY, reason=st.sampled_from(["", "too early"]))
    def reopen(self, which: int, reason: str) -> None:
        over = pick(self._cases(is_over=True), which)
        can = bool(over.lift_id and reason) and self.stage.board.incident_of(over.lift_id or LiftId("")) is None
        acted = OperatorActed(incident_id=over.incident_id, action=Action.REOPEN, reason=reason)
        decision = self.stage.tell(acted)
        assert decision.outcome.verdict is (Verdict.OPENED if can else Verdict.REFUSED)
        assert can or decision.is_empty
        if can:
            case = self._open_case(LiftId(over.lift_id or ""))
            assert (case.follows_id, case.kind) == (over.incident_id, over.kind)

    @precondition(lambda self: self.stage.board.incidents)
    @rule(which=ANY)
    def comfort(self, which: int) -> None:
        case = self._any_open(which)
        self._act(case, Action.COMFORT, can=True)
        if case.is_entrapment and case.status in TRAPPED:
            ahead = self.stage.board.incidents[case.incident_id].deadlines[Deadline.COMFORT_BY]
            assert ahead == self.stage.now + timedelta(seconds=POLICY.comfort_every_s)

    @rule(crew_id=CREW_IDS, on_duty=st.booleans())
    def change_duty(self, crew_id: CrewId, on_duty: bool) -> None:
        self.stage.put_on_duty(crew_id, on_duty)

    @rule(seconds=WAITS_S)
    def wait(self, seconds: int) -> None:
        self.stage.forward(seconds)

    @precondition(lambda self: any(case.status is Status.RELEASED for case in self.stage.board.incidents.values()))
    @rule()
    def see_off(self) -> None:
        """The operator calls back and closes whatever is released."""
        for case in list(self.stage.board.incidents.values()):
            if case.status is Status.RELEASED:
                self._help(case)

    @precondition(lambda self: len(self.stage.board.incidents) >= len(self.buttons) - 1)
    @rule()
    def rescue_everybody(self) -> None:
        """From wherever things stand, willing crews and an operator bring every case to its end."""
        for crew in CREWS:
            self.stage.put_on_duty(crew.crew_id, True)
        for _ in range(ROUNDS_OF_RESCUE):
            for case in list(self.stage.board.incidents.values()):
                self._help(self.stage.cases[case.incident_id])
            if not self.stage.board.incidents:
                return
            self.stage.forward(30)
        raise AssertionError(f"some cases do not end: {self.stage.board.incidents}")

    @invariant()
    def no_deadline_is_left_behind(self) -> None:
        assert self.stage.newest_deadline_passed() is None

    @invariant()
    def each_mark_of_the_stay_is_told_once_when_it_has_passed(self) -> None:
        for case in self.stage.board.incidents.values():
            told = self.stage.told_of_the_stay(case)
            for mark in POLICY.marks if case.status in TRAPPED and case.is_entrapment else ():
                has_passed = case.trapped_since + timedelta(seconds=mark.after_s) <= self.stage.now
                is_moot = mark.only_before_arrival and "on_scene" in told
                assert told.count(mark.name) <= 1
                assert mark.name in told or is_moot or not has_passed

    # How it is done

    def _pressed(self, lift_id: LiftId, confidence: Confidence, *, has_clock: bool, restarted: bool) -> AlarmRaised:
        button = self.buttons[lift_id]
        button.boot += restarted
        button.number += 1
        at = self.stage.now.timestamp()
        return AlarmRaised(
            lift_id=lift_id,
            area=AREA,
            number=button.number,
            boot=button.boot,
            at=at,
            reported_at=at if has_clock else None,
            evidence=Evidence(confidence=confidence, reasons=("alarm button",)),
        )

    def _deliver(self, alarm: AlarmRaised) -> None:
        """A new alarm always leaves an open case that says so; any other changes nothing; each is acknowledged."""
        button = self.buttons[alarm.lift_id]
        is_new = (alarm.boot, alarm.number) > button.newest
        decision = self.stage.tell(alarm)
        button.delivered.append(alarm)
        assert acknowledged(decision) == [alarm.number]
        if is_new:
            case = self._open_case(alarm.lift_id)
            assert case.is_entrapment
            assert not case.signs
            newest = case.alarms[-1]
            assert (newest.boot, newest.number, newest.ended_at) == (alarm.boot, alarm.number, None)
        else:
            assert decision.outcome.verdict is Verdict.NOTHING
            assert decision == Decision(outcome=decision.outcome, effects=decision.effects[:1])

    def _open_case(self, lift_id: LiftId) -> Incident:
        case = self.stage.board.incident_of(lift_id)
        assert case, f"{lift_id} has no open case"
        return case

    def _cases(self, *, is_over: bool) -> list[Incident]:
        """Those that are over or those that are open, or all if there are none such."""
        cases = list(self.stage.cases.values())
        return [case for case in cases if case.is_final is is_over] or cases

    def _any_open(self, which: int) -> Incident:
        return pick(list(self.stage.board.incidents.values()), which)

    def _act(self, case: Incident, action: Action, *, can: bool, **more: object) -> None:
        """The action is carried out if it can be; otherwise nothing is changed."""
        acted = OperatorActed(incident_id=case.incident_id, action=action, **more)  # type: ignore[arg-type]
        decision = self.stage.tell(acted)
        assert decision.outcome.verdict is (Verdict.DONE if can else Verdict.REFUSED)
        assert can or decision.is_empty

    def _held(self) -> list[Assignment]:
        return [a for a in self.stage.board.assignments.values() if a.status in HOLDS_CREW]

    def _offered(self) -> list[Assignment]:
        return [a for a in self._held() if a.status is AssignmentStatus.OFFERED]

    def _answer(
        self,
        asked: Assignment,
        answer: Answer,
        *,
        attempt: int | None = None,
        crew_id: CrewId | None = None,
        injured: int | None = None,
        eta_s: float | None = None,
        cause_code: str | None = None,
    ) -> Decision:
        return self.stage.tell(
            CompanyAnswered(
                assignment_id=asked.assignment_id,
                attempt=asked.attempt if attempt is None else attempt,
                answer=answer,
                crew_id=crew_id,
                injured=injured,
                eta_s=eta_s,
                cause_code=cause_code,
            )
        )

    def _raised(self, lift_id: LiftId, fault: Fault | None, *, is_flapping: bool = False) -> FaultRaised:
        at, raw = self.stage.now.timestamp(), None if fault else UNKNOWN
        return FaultRaised(
            lift_id=lift_id,
            area=AREA,
            fault=fault,
            raw=raw,
            since=at,
            at=at,
            reported_at=None,
            reasons=(f"code: the lift reports {fault}",),
            is_flapping=is_flapping,
        )

    def _cleared(self, lift_id: LiftId, fault: Fault | None, *, is_flapping: bool = False) -> FaultCleared:
        return FaultCleared(
            lift_id=lift_id,
            area=AREA,
            fault=fault,
            raw=None if fault else UNKNOWN,
            at=self.stage.now.timestamp(),
            reported_at=None,
            is_flapping=is_flapping,
        )

    def _link(self, lift_id: LiftId, *, online: bool, lasted_s: float = 0.0) -> LinkChanged:
        at = self.stage.now.timestamp()
        return LinkChanged(lift_id=lift_id, area=AREA, online=online, at=at, reason="its will", lasted_s=lasted_s)

    def _test(self, lift_id: LiftId, *, has_come: bool) -> TestCallHeard | TestCallOverdue:
        at = self.stage.now.timestamp()
        if has_come:
            return TestCallHeard(lift_id=lift_id, area=AREA, at=at)
        return TestCallOverdue(lift_id=lift_id, area=AREA, at=at, last_at=None)

    def _news(self, lift_id: LiftId, fault: Fault | None, how: str) -> News:
        match how:
            case "cleared":
                return self._cleared(lift_id, fault)
            case "link":
                return self._link(lift_id, online=fault is None, lasted_s=3600)
            case "test":
                return self._test(lift_id, has_come=fault is None)
            case _:
                return self._raised(lift_id, fault, is_flapping=how == "flaps")

    def _belongs(self, lift_id: LiftId) -> bool:
        """The lift suffers with others."""
        return any(m.lift_id == lift_id and m.left_at is None for m in self.stage.board.members.values())

    def _help(self, case: Incident) -> None:
        if case.is_final:
            return
        if not case.is_entrapment and not case.assignment_id:
            closed = OperatorActed(incident_id=case.incident_id, action=Action.CLOSE, reason="seen to")
            assert self.stage.tell(closed).outcome.verdict is Verdict.DONE
            return
        if case.status is not Status.RELEASED:
            self._go_on(case)
            return
        self.stage.tell(OperatorActed(incident_id=case.incident_id, action=Action.CONFIRM_RELEASE))
        closed = OperatorActed(incident_id=case.incident_id, action=Action.CLOSE, cause_code="201")
        assert self.stage.tell(closed).outcome.verdict is Verdict.DONE

    def _go_on(self, case: Incident) -> None:
        held = self.stage.board.assignments.get(case.assignment_id) if case.assignment_id else None
        if held:
            assert self._answer(held, IN_TURN[held.status]).outcome.verdict is Verdict.DONE


def gravity(case: Incident) -> tuple[bool, int]:
    """How much a case matters: who is surely inside more than who may be, and somebody in need as one step more."""
    in_need = bool(case.vulnerable or case.injured)
    return (case.is_entrapment, case.evidence.confidence.rank + in_need if case.is_entrapment else 0)


def _lift_says_so(case: Incident) -> bool:
    """By its button or by its state, and it has taken neither back."""
    rings = [alarm for alarm in case.alarms if not alarm.ended_at]
    return bool(rings) or (case.is_inferred and Sign.LIFT_RECOVERED not in case.signs)


def _may_escalate(case: Incident) -> bool:
    return case.is_entrapment and case.status in TRAPPED and case.level < FIRE_BRIGADE


def acknowledged(decision: Decision) -> list[int]:
    """The numbers that this decision acknowledges to lifts."""
    return [effect.number for effect in decision.effects if isinstance(effect, AcknowledgeAlarm)]


def pick(several: list[T], which: int) -> T:
    """One of several: the newest for 0, and so on backwards, round and round."""
    return several[-1 - which % len(several)]


def test_whatever_the_desk_is_told_the_rules_of_the_house_hold() -> None:
    run_state_machine_as_test(AnyDay, settings=settings(max_examples=120, stateful_step_count=40, deadline=None))
