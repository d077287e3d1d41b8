"""The whole core under simulated time and seeded faults: tracker, desk and dispatcher as shipped, around a fake store.

A phase of faults (safety): messages are delayed, doubled, reordered and lost, the service crashes before and after
commits, webhooks fail, crews decline, fall silent, answer late and quote wrong attempts. Then a phase without
(liveness): every case must reach its end and nobody may still be inside. The invariants are looked at after every
commit.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, TypeVar

from devices.faults import Fault
from devices.fleet import Fleet
from devices.messages import EndOfAlarm, Event, LiftId, Message, RawFault, Status
from devices.slot import Rules
from dispatch.crews import CrewId
from dispatch.dealing import improve
from dispatch.travel import StraightLine
from rescue.desk import get_timer, handle, handle_news, handle_timer
from rescue.desk.board import Board, Decision, Outcome, Verdict, apply
from rescue.desk.draft import DeskRules, Draft
from rescue.desk.inputs import (
    Action,
    Answer,
    CompanyAnswered,
    Envelope,
    Input,
    Intake,
    News,
    OperatorActed,
    PlanImproved,
)
from rescue.incident import ACCEPTED, TRAPPED, AssignmentId, Caller, Deadline, Incident, IncidentId, Source
from rescue.incident import Status as CaseStatus
from rescue.policies import Policies
from rescue.ports import Carried, Delivery, Downlink, Outgoing
from rescue.sending.render import render
from rescue.shell.lookups import look_up
from rescue.shell.planner import find_routes, question
from rescue.store.memory import Endpoint, MemoryStore
from rescue.timeline import Actor
from tests.simulation.invariants import Invariants
from tests.simulation.lift import SimulatedLift
from tests.unit.desk.play import AREA, COMPANIES, CREWS, lift

T = TypeVar("T")
START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC).timestamp()
PEOPLE_ACTOR = Actor(kind="operator", name="simulated", channel="http")
LINK_KEY = b"simulation-link-key-0123456789ab"


class Crash(Exception):
    """The service dies here."""


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits: the fake store's."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("the fake store waited")


@dataclass(frozen=True, slots=True)
class Faults:
    """How often things go wrong, as probabilities, while they do."""

    lost: float = 0.1
    doubled: float = 0.1
    delayed: float = 0.3
    crash: float = 0.03
    webhook_fails: float = 0.2
    silent: float = 0.15
    declines: float = 0.25
    vanishes: float = 0.05
    wrong_attempt: float = 0.05
    forgets: float = 0.1
    reopened: float = 0.3
    hesitates: float = 0.1


NO_FAULTS = Faults(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@dataclass
class Service:
    """The shell of the simulation: one input, one commit, then apply; a crash loses all but the store."""

    store: MemoryStore
    rules: DeskRules
    fleet: Fleet
    board: Board = field(default_factory=Board)


class World:
    """One seed's city of a few lifts, four crews and an operator."""

    def __init__(self, seed: int, *, lifts: int = 4, faulty_s: float = 3600, quiet_s: float = 4 * 3600) -> None:
        self.random = random.Random(seed)
        self.now = START
        self.faulty_until = START + faulty_s
        self.until = self.faulty_until + quiet_s
        self.faults = Faults()
        self.lifts = {LiftId(f"L{n}"): SimulatedLift(LiftId(f"L{n}")) for n in range(lifts)}
        self.cards = {lift_id: replace(lift(lift_id), building="3") for lift_id in self.lifts}
        self.states: dict[LiftId, dict[str, Any]] = {}
        """What the tracker must know of each lift after a restart, as it was last stored."""
        self.retained: dict[LiftId, Status] = {}
        self.crashes = 0
        self.entrapments = 0
        self.redirected = 0
        self.mergers = 0
        self.reopened = 0
        self.held = 0
        """Deeds that waited to be undone, of which some were."""
        self.replanned = 0
        """Plans that were handed in, and offers that they changed."""
        self.offers_changed = 0
        self.working: dict[CrewId, AssignmentId] = {}
        self.seen_webhooks: set[str] = set()
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self._ids = count(1)
        self._crash_next: str | None = None
        self.store = MemoryStore()
        self._register()
        self.invariants = Invariants()
        self._start_service()

    # The run

    def play(self) -> World:
        """The faulty phase, then the quiet one, then the last look."""
        for simulated in self.lifts.values():
            self._at(self.random.uniform(0, 60), partial(self._heartbeat, simulated))
            self._at(self.random.uniform(0, 1200), partial(self._entrap, simulated))
            self._at(self.random.uniform(0, 1800), partial(self._break_down, simulated))
        self._at(self.random.uniform(0, self.faulty_until - self.now), self._cut_power)
        for _ in range(2):
            self._at(self.random.uniform(600, 3000), self._misread_plate)
        self._at(30, self._operate)
        self._at(40, self._plan)
        self._run_until(self.faulty_until)
        self.faults = NO_FAULTS
        self._run_until(self.until)
        self.invariants.check_end(self.lifts.values())
        return self

    def _run_until(self, until: float) -> None:
        while self._queue and self._queue[0][0] <= until:
            self.now, _, happen = heapq.heappop(self._queue)
            self._pass_service_deadlines()
            happen()
            self._carry_out()
        self.now = until

    def _at(self, after_s: float, happen: Callable[[], object]) -> None:
        heapq.heappush(self._queue, (self.now + after_s, next(self._order), happen))

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    # The service

    @property
    def _instant(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=self.now)

    def _register(self) -> None:
        run(self.store.put_companies(COMPANIES))
        run(self.store.put_crews(CREWS))
        run(self.store.put_lifts(list(self.cards.values())))
        for company in COMPANIES:
            self.store.put_endpoint(
                Endpoint(endpoint_id=f"E{company.company_id}", company_id=company.company_id, url="http://company")
            )

    def _start_service(self) -> None:
        rules = DeskRules(policies=Policies(), travel=StraightLine())
        self.service = Service(store=self.store, rules=rules, fleet=Fleet(Rules()))
        for lift_id in self.lifts:
            self.service.fleet.add(lift_id, AREA)
        self.service.board = run(self.store.load_board())
        self.invariants.check_loaded(self.service.board)
        for lift_id, state in self.states.items():
            self.service.fleet.restore(lift_id, state, self.now)
        for lift_id, status in self.retained.items():
            self._at(0, partial(self._receive, lift_id, status))

    def _crash(self) -> None:
        self.crashes += 1
        self._start_service()

    def _commit(self, decision: Decision) -> None:
        if decision.is_empty:
            return
        dies = self.random.choice(("before", "after")) if self._chance(self.faults.crash) else None
        if dies == "before":
            raise Crash
        self.invariants.check_decision(self.service.board, decision)
        effects = [
            render(e, policies=Policies(), public_url="http://desk", link_key=LINK_KEY, now=self._instant)
            for e in decision.effects
        ]
        run(self.store.commit(decision, effects, self._instant))
        self.invariants.committed(decision)
        if dies == "after":
            raise Crash
        apply(self.service.board, decision)
        self.invariants.check_board(self.service.board, self._instant, decision)

    def _decide(self, said: Input, actor: Actor = PEOPLE_ACTOR) -> Outcome:
        decision = handle(self.service.board, self._envelope(said, actor), self._instant, self.service.rules)
        self._commit(decision)
        return decision.outcome

    def _envelope(self, said: Input, actor: Actor) -> Envelope:
        (known,) = run(look_up(self.store, self.service.board, [said]))
        input_id = f"I{next(self._ids)}"
        return Envelope(input_id=input_id, input=said, actor=actor, lift=known.card, finished=known.finished)

    def _decide_each(self, events: Sequence[Event]) -> None:
        """As the shell does: what may hold people one by one, and then the news at once."""
        news = [event for event in events if isinstance(event, News)]
        for event in events:
            if not isinstance(event, News):
                self._decide(event)
        if news:
            envelopes = [self._envelope(event, PEOPLE_ACTOR) for event in news]
            decision, outcomes = handle_news(self.service.board, envelopes, self._instant, self.service.rules)
            assert len(outcomes) == len(news), "news without an outcome"
            self._commit(decision)
        # What the tracker knows of its lifts is stored as often.
        self.states |= dict(self.service.fleet.take_touched(len(self.lifts), self.now)[0])

    def _submit(self, said: Input) -> Outcome | None:
        """By HTTP: None if the service died under it; whoever asked must ask again."""
        try:
            return self._decide(said)
        except Crash:
            self._crash()
            return None

    def _pass_service_deadlines(self) -> None:
        try:
            self._decide_each(self.service.fleet.expire(self.now))
            while (by := get_timer(self.service.board)) is not None and by <= self._instant:
                self._commit(handle_timer(self.service.board, self._instant, self.service.rules))
        except Crash:
            self._crash()

    def _receive(self, lift_id: LiftId, message: Message) -> bool:
        """A message arrives; False if the service died before it would have acknowledged."""
        try:
            self._decide_each(self.service.fleet.observe(AREA, lift_id, message, self.now))
        except Crash:
            self._crash()
            return False
        if isinstance(message, EndOfAlarm):
            self.invariants.heard_end(lift_id, message.number)
        return True

    # The network

    def _publish(self, lift_id: LiftId, message: Message, *, qos: int) -> None:
        if isinstance(message, Status):
            self.retained[lift_id] = message
        if qos == 0 and self._chance(self.faults.lost):
            return
        delay_s = self.random.uniform(0, 90) if self._chance(self.faults.delayed) else self.random.uniform(0, 0.2)
        self._at(delay_s, lambda: self._deliver(lift_id, message, qos))
        if self._chance(self.faults.doubled):
            # A gateway that was cut off says it all again, up to an hour later.
            self._at(self.random.uniform(0, 3600), lambda: self._deliver(lift_id, message, qos))

    def _deliver(self, lift_id: LiftId, message: Message, qos: int) -> None:
        if not self._receive(lift_id, message) and qos == 1:
            self._at(1, lambda: self._deliver(lift_id, message, qos))

    def _carry_out(self) -> None:
        for outgoing in run(self.store.due(self._instant, 200)):
            fails = self._chance(self.faults.webhook_fails)
            due_at = self._instant + timedelta(seconds=5) if fails else None
            run(
                self.store.carried(
                    [
                        Carried(
                            outbox_id=outgoing.outbox_id,
                            at=self._instant,
                            done=not fails,
                            due_at=due_at,
                            status=None,
                            error="",
                        )
                    ]
                )
            )
            if not fails:
                self._arrive(outgoing)

    def _arrive(self, outgoing: Outgoing) -> None:
        match outgoing:
            case Downlink(topic=topic, payload=payload) if topic.endswith("alarm/ack"):
                self._acknowledged(LiftId(topic.split("/")[3]), payload["number"])
            case Delivery(type="assignment.offered") if outgoing.key not in self.seen_webhooks:
                self.seen_webhooks.add(outgoing.key)
                self._take_offer(outgoing.body["data"]["assignment"])
            case Delivery(type="assignment.withdrawn"):
                self._stop_working(outgoing.body["data"]["assignment"]["id"])
            case _:
                pass

    # Lifts and people

    def _heartbeat(self, simulated: SimulatedLift) -> None:
        self._publish(simulated.lift_id, simulated.status(self.now), qos=0)
        if simulated.unacknowledged:
            self._publish(simulated.lift_id, simulated.alarm(self.now, simulated.unacknowledged), qos=1)
        if self._chance(0.01) and self.now < self.faulty_until:
            simulated.restart()
        self._at(60, lambda: self._heartbeat(simulated))

    def _entrap(self, simulated: SimulatedLift) -> None:
        if self.now > self.faulty_until:
            return
        self._at(self.random.expovariate(1 / 1500), lambda: self._entrap(simulated))
        if simulated.stuck:
            return
        self.entrapments += 1
        simulated.trap(self.random.choice(("between", "landing")), 1 + self.random.randrange(4), self.now)
        self._publish(simulated.lift_id, simulated.status(self.now), qos=0)
        for _ in range(self.random.randrange(3)):
            self._at(self.random.uniform(1, 120), lambda: self._press(simulated))
        if self._chance(0.2):
            self._at(self.random.uniform(60, 300), lambda: self._phone(simulated))
        if self._chance(0.2):
            self._at(self.random.uniform(20, 1800), lambda: self._recover(simulated))

    def _break_down(self, simulated: SimulatedLift) -> None:
        """Something goes wrong that holds nobody, and passes."""
        if self.now > self.faulty_until:
            return
        simulated.fault = RawFault(profile="canonical", code="02", fault=Fault.DOOR_CLOSING)
        self._publish(simulated.lift_id, simulated.status(self.now), qos=0)
        self._at(self.random.choice((5, 60, 900)), partial(self._run_again, simulated))
        self._at(self.random.expovariate(1 / 900), partial(self._break_down, simulated))

    def _run_again(self, simulated: SimulatedLift) -> None:
        simulated.fault = None
        self._publish(simulated.lift_id, simulated.status(self.now), qos=0)

    def _cut_power(self) -> None:
        """Every lift goes dark within a minute, and has power again later."""
        for simulated in self.lifts.values():
            self._at(self.random.uniform(0, 60), partial(self._switch, simulated, is_dark=True))
            self._at(self.random.uniform(600, 2400), partial(self._switch, simulated, is_dark=False))

    def _switch(self, simulated: SimulatedLift, *, is_dark: bool) -> None:
        simulated.is_dark = is_dark
        self._publish(simulated.lift_id, simulated.status(self.now), qos=0)

    def _press(self, simulated: SimulatedLift) -> None:
        if simulated.has_trapped_people:
            self._publish(simulated.lift_id, simulated.press(self.now), qos=1)
            self.invariants.pressed(simulated)

    def _phone(self, simulated: SimulatedLift) -> None:
        if simulated.has_trapped_people and self._submit(self._intake(simulated)) is None:
            self._at(5, lambda: self._phone(simulated))

    def _misread_plate(self) -> None:
        """Somebody who is trapped phones and gives the code of the lift beside."""
        inside = [one for one in self.lifts.values() if one.has_trapped_people]
        beside = [one for one in self.lifts.values() if not self.service.board.incident_of(one.lift_id)]
        if inside and beside:
            self._submit(replace(self._intake(inside[0]), lift_id=self.random.choice(beside).lift_id))
        elif self.now < self.faulty_until:
            self._at(60, self._misread_plate)

    def _intake(self, simulated: SimulatedLift) -> Intake:
        return Intake(
            lift_id=simulated.lift_id, area=AREA, source=Source.PHONE, caller=Caller(), people=simulated.people
        )

    def _recover(self, simulated: SimulatedLift) -> None:
        if simulated.stuck:
            self._free(simulated)

    def _free(self, simulated: SimulatedLift) -> None:
        simulated.free()
        self._publish(simulated.lift_id, simulated.status(self.now), qos=0)
        for ended in simulated.end_alarms(self.now):
            self._publish(simulated.lift_id, ended, qos=1)

    def _acknowledged(self, lift_id: LiftId, number: int) -> None:
        simulated = self.lifts[lift_id]
        self.invariants.check_acknowledged(simulated, number)
        if simulated.unacknowledged == number:
            simulated.unacknowledged = None

    # Crews

    def _take_offer(self, offer: dict[str, Any]) -> None:
        if self._chance(self.faults.silent):
            return
        declines = self._chance(self.faults.declines) or CrewId(offer["crew_id"]) in self.working
        answer = Answer.DECLINE if declines else Answer.ACCEPT
        self._at(self.random.uniform(1, 240), lambda: self._answer(offer, answer))

    def _answer(self, offer: dict[str, Any], answer: Answer) -> None:
        if answer is Answer.ACCEPT and CrewId(offer["crew_id"]) in self.working:
            answer = Answer.DECLINE
        wrong = self._chance(self.faults.wrong_attempt)
        said = CompanyAnswered(
            assignment_id=AssignmentId(offer["id"]),
            attempt=offer["attempt"] + 1 if wrong else offer["attempt"],
            answer=answer,
            reason="busy",
            people_released=1,
            cause_code="201",
        )
        outcome = self._submit(said)
        if outcome is None or wrong:
            self._at(5, lambda: self._answer(offer, answer))
        elif outcome.verdict in (Verdict.DONE, Verdict.NOTHING):
            self._go_on(offer, answer)
            if self._chance(self.faults.doubled):
                self._at(3, lambda: self._submit(said))

    def _go_on(self, offer: dict[str, Any], answered: Answer) -> None:
        crew_id, assignment_id = CrewId(offer["crew_id"]), AssignmentId(offer["id"])
        if answered is Answer.ACCEPT:
            self.working[crew_id] = assignment_id
            if self._chance(self.faults.vanishes):
                self._at(5400, lambda: self.working.pop(crew_id, None))
                return
        if self.working.get(crew_id) != assignment_id:
            return
        if answered is Answer.ON_SCENE:
            self._at(self.random.uniform(30, 600), lambda: self._work(offer))
        following = {Answer.ACCEPT: Answer.EN_ROUTE, Answer.EN_ROUTE: Answer.ON_SCENE}.get(answered)
        if following:
            if following is Answer.EN_ROUTE and self._chance(self.faults.forgets):
                following = Answer.ON_SCENE
            self._at(self.random.uniform(60, 900), lambda: self._answer_if_working(offer, following))
        if answered in (Answer.RELEASED, Answer.CANNOT_REACH):
            self.working.pop(crew_id, None)

    def _answer_if_working(self, offer: dict[str, Any], answer: Answer) -> None:
        if self.working.get(CrewId(offer["crew_id"])) == offer["id"]:
            self._answer(offer, Answer.CANNOT_REACH if self._chance(self.faults.vanishes) else answer)

    def _work(self, offer: dict[str, Any]) -> None:
        """The crew opens the doors; then it reports, sooner or later."""
        assignment = next(a for a in self.invariants.assignments.values() if a.assignment_id == offer["id"])
        lift_id = self.invariants.incidents[assignment.incident_id].lift_id
        assert lift_id
        simulated = self.lifts[lift_id]
        simulated.fault = None
        if simulated.stuck:
            self._free(simulated)
        self._at(self.random.uniform(1, 300), lambda: self._answer_if_working(offer, Answer.RELEASED))

    def _stop_working(self, assignment_id: str) -> None:
        for crew_id, current in list(self.working.items()):
            if current == assignment_id:
                del self.working[crew_id]

    # The operator

    def _operate(self) -> None:
        for incident_id in list(self.service.board.incidents):
            # A merger may find that people have been inside for longer: what is past by that comes first.
            self._pass_service_deadlines()
            if incident_id in self.service.board.incidents:
                self._look_at(incident_id)
        self._at(60, self._operate)

    def _look_at(self, incident_id: Any) -> None:
        incident = self.service.board.incidents[incident_id]
        if not incident.is_entrapment:
            self._look_at_fault(incident)
            return
        assert incident.lift_id
        simulated = self.lifts[incident.lift_id]
        inside = simulated.has_trapped_people
        self._lead(incident)
        if not inside and self._merge(incident):
            return
        if incident.status is CaseStatus.RELEASED and inside:
            self._submit(self._intake(simulated))
        elif incident.status is CaseStatus.RELEASED:
            self._act(incident_id, Action.CONFIRM_RELEASE)
            self._act(incident_id, Action.CLOSE, cause_code="201")
            if self._chance(self.faults.reopened):
                self._reopen(incident_id)
        elif incident.status in TRAPPED and not inside and self._is_stale(incident_id):
            self._act(incident_id, Action.CONFIRM_RELEASE, reason="called: they are out")
        elif incident.status in TRAPPED and inside and self._is_stale(incident_id):
            free = next((c for c in CREWS if c.crew_id not in self.service.board.busy()), None)
            if free:
                self._act(incident_id, Action.ASSIGN, crew_id=free.crew_id, reason="the crew went silent")

    def _merge(self, incident: Incident) -> bool:
        """Nobody is in there: whoever called is in the lift beside, if somebody is."""
        into = next((one for one in self.service.board.incidents.values() if self._has_people_inside(one)), None)
        if into is None or incident.status not in TRAPPED or incident.source is not Source.PHONE:
            return False
        outcome = self._act(
            incident.incident_id, Action.MERGE, into=into.incident_id, reason="they read the wrong plate"
        )
        self.mergers += outcome is not None and outcome.verdict is Verdict.DONE
        # The service may have died just after it had taken it.
        return incident.incident_id not in self.service.board.incidents

    def _has_people_inside(self, incident: Incident) -> bool:
        may_be = incident.is_entrapment and incident.status in TRAPPED and incident.lift_id is not None
        return may_be and self.lifts[incident.lift_id or LiftId("")].has_trapped_people

    def _reopen(self, incident_id: Any) -> None:
        outcome = self._act(incident_id, Action.REOPEN, reason="closed by mistake")
        self.reopened += outcome is not None and outcome.verdict is Verdict.OPENED

    def _lead(self, incident: Incident) -> None:
        """What an operator does while people are inside."""
        if incident.status in TRAPPED and self._chance(0.3):
            self._act(incident.incident_id, Action.COMFORT)
        if Deadline.HAND_OVER_BY in incident.deadlines and self._chance(0.3):
            self._act(incident.incident_id, Action.HAND_OVER, spoke_to="Sergeant Zhao")
        if incident.status is CaseStatus.OPEN and self._chance(0.5):
            self._redirect(incident)
        if incident.status in TRAPPED and self._chance(self.faults.hesitates):
            self._hesitate(incident)

    def _redirect(self, incident: Incident) -> None:
        """Nobody is bound for this lift: some crew that is bound for another is sent here, if that may be."""
        bound = sorted(self.service.board.holders)
        if bound:
            crew_id = self.random.choice(bound)
            outcome = self._act(incident.incident_id, Action.ASSIGN, crew_id=crew_id, redirect=True)
            self.redirected += outcome is not None and outcome.verdict is Verdict.DONE

    def _look_at_fault(self, incident: Incident) -> None:
        """Somebody is sent to one fault in ten; what no crew ends, people close. An outage ends by itself."""
        free = next((c for c in CREWS if c.crew_id not in self.service.board.busy()), None)
        if incident.status is CaseStatus.RELEASED or self._is_stale(incident.incident_id):
            self._act(incident.incident_id, Action.CLOSE, reason="seen to")
        elif free and incident.lift_id and incident.status is CaseStatus.OPEN and self._chance(0.1):
            self._act(incident.incident_id, Action.ASSIGN, crew_id=free.crew_id, reason="it is near")
        elif incident.lift_id and self._instant - incident.opened_at > timedelta(hours=3):
            self._act(incident.incident_id, Action.CLOSE, reason="nobody knows of it any more")

    def _hesitate(self, incident: Incident) -> None:
        """The operator asks for something, and thinks better of it as often as not; or keeps the level for a while."""
        name = incident.incident_id
        deed = self.random.choice((Action.ASSIGN, Action.ASSIGN, Action.FALSE_ALARM, Action.HOLD_ESCALATION))
        crew_id = self.random.choice(CREWS).crew_id
        if deed is Action.FALSE_ALARM and incident.lift_id and self.lifts[incident.lift_id].has_trapped_people:
            # Wrongly: it is undone in time, or somebody inside makes themselves heard.
            self._at(self.random.uniform(0, 7), lambda: self._undo(name))
        elif self._chance(0.5):
            self._at(self.random.uniform(0, 12), lambda: self._undo(name))
        outcome = self._act(name, deed, crew_id=crew_id, reason="on second thoughts", hold_s=8)
        self.held += outcome is not None and outcome.verdict is Verdict.DONE

    def _undo(self, incident_id: IncidentId) -> None:
        """Asked again until it is heard: the service may be dying."""
        incident = self.service.board.incidents.get(incident_id)
        if incident and incident.held and self._act(incident_id, Action.UNDO) is None:
            self._undo(incident_id)

    def _is_stale(self, incident_id: Any) -> bool:
        """A crew accepted long ago and nothing has been heard since."""
        incident = self.service.board.incidents[incident_id]
        assignment = self.service.board.assignments.get(incident.assignment_id) if incident.assignment_id else None
        if assignment is None or assignment.status not in ACCEPTED or assignment.accepted_at is None:
            return False
        return self._instant - assignment.accepted_at > timedelta(minutes=50)

    # The planner

    def _plan(self) -> None:
        """As the shell does; the desk hears of it when it comes to it, and much may have happened by then."""
        self._at(self.random.choice((10, 60, 180)), self._plan)
        problem = question(Draft(self.service.board, self.service.rules, self._instant))
        plan = find_routes(problem, self.service.rules.travel, improve) if problem else PlanImproved(routes={})
        if plan.routes != self.service.board.routes:
            self._at(self.random.choice((0, 1, 30)), lambda: self._hand_in(plan))

    def _hand_in(self, plan: PlanImproved) -> None:
        outcome = self._submit(plan)
        if outcome and plan.routes:
            self.replanned += 1
            self.offers_changed += ", 0 offers" not in outcome.reason

    def _act(self, incident_id: Any, action: Action, **more: Any) -> Outcome | None:
        return self._submit(OperatorActed(incident_id=incident_id, action=action, **more))
