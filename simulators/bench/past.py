"""A month of a city's cases, decided by the desk itself one case at a time, for measuring what reads them.

Frequencies are a stressed city's: what matters is that every kind of ending is
there, in rows as large as the service writes them. Each case is alone on its board, so that crews are never short.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from devices.faults import Fault
from devices.messages import (
    AlarmRaised,
    Area,
    Confidence,
    EntrapmentEnded,
    EntrapmentFound,
    Evidence,
    FaultCleared,
    FaultRaised,
    LiftId,
)
from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position
from dispatch.travel import StraightLine
from rescue.desk import get_timer, handle, handle_timer
from rescue.desk.board import Board, Decision, apply
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import Action, Answer, CompanyAnswered, Envelope, Input, OperatorActed
from rescue.incident import ACCEPTED, Assignment, AssignmentId, Incident, IncidentId, Lift
from rescue.policies import Policies
from rescue.timeline import Actor, Entry
from simulators.city import City
from simulators.city import Lift as DrawnLift

RULES = DeskRules(policies=Policies(), travel=StraightLine())
ACTOR = Actor(kind="machine", name="bench", channel="desk")
TWO_HOURLY_PERCENT = (2, 1.5, 2, 9, 15, 12, 9, 8, 10.5, 17, 10, 4)
"""Entrapments over the centre's day, from midnight."""
CAUSES = ("101", "201", "301", "303", "401", "501", "601", "700")
CAUSE_WEIGHTS = (24, 20, 10, 6, 5, 20, 10, 5)
FAULTS = (Fault.DOOR_CLOSING, Fault.DOOR_OPENING, Fault.SAFETY_CIRCUIT_OPEN)
FALSE_SHARE, RECOVERED_SHARE, DECLINED_SHARE, SILENT_SHARE, ALARM_SHARE = 0.05, 0.15, 0.06, 0.03, 0.5
DRIVE_MEDIAN_S, DRIVE_SIGMA = 13.3 * 60, 0.37
WORK_MEDIAN_S, WORK_SIGMA = 3.5 * 60, 0.9
LONGEST_STAY = timedelta(hours=6)


@dataclass(slots=True)
class Past:
    """What was decided in one case, as it stands at the end."""

    board: Board
    now: datetime
    name: str
    card: Lift
    incidents: dict[IncidentId, Incident] = field(default_factory=dict)
    assignments: dict[AssignmentId, Assignment] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    @property
    def case(self) -> Incident:
        """The case."""
        return next(reversed(self.incidents.values()))

    @property
    def asked(self) -> Assignment | None:
        """The attempt that the case waits for; what is asked in relief of it stays without an answer."""
        held = self.case.assignment_id
        return self.assignments[held] if held else None

    def hear(self, said: Input) -> None:
        """The desk decides."""
        envelope = Envelope(input_id=f"{self.name}-{len(self.entries)}", input=said, actor=ACTOR, lift=self.card)
        self._take(handle(self.board, envelope, self.now, RULES))

    def wait(self, seconds: float) -> None:
        """Time goes by, and deadlines with it."""
        until = self.now + timedelta(seconds=seconds)
        while (by := get_timer(self.board)) is not None and by <= until:
            self.now = max(self.now, by)
            self._take(handle_timer(self.board, self.now, RULES))
        self.now = until

    def answer(self, answer: Answer, *, cause_code: str | None = None) -> None:
        """The company that was asked last says so."""
        if self.asked:
            self.hear(
                CompanyAnswered(
                    assignment_id=self.asked.assignment_id,
                    attempt=self.asked.attempt,
                    answer=answer,
                    people_released=2 if answer is Answer.RELEASED else None,
                    cause_code=cause_code,
                )
            )

    def act(self, action: Action, reason: str = "drawn", *, cause_code: str | None = None, out: bool = False) -> None:
        """An operator does so."""
        acted = OperatorActed(
            incident_id=self.case.incident_id,
            action=action,
            reason=reason,
            cause_code=cause_code,
            passengers_confirm=out,
        )
        self.hear(acted)

    def _take(self, decision: Decision) -> None:
        apply(self.board, decision)
        self.incidents.update(decision.incidents)
        self.assignments.update(decision.assignments)
        self.entries += decision.entries


def draw_past(city: City, rng: Random, since: datetime, days: int, entrapments: int, others: int) -> Iterator[Past]:
    """So many cases within those days, in no order; numbers count up from 1."""
    station = next(company for company in city.companies if company.kind == "station")
    for number in range(1, entrapments + others + 1):
        lift = rng.choice(city.lifts)
        board = Board(next_number=number)
        board.know(_crews(lift, station.company_id), _companies(lift, station.company_id))
        hour_weights = TWO_HOURLY_PERCENT if number <= entrapments else None
        past = Past(
            board=board, now=_draw_instant(rng, since, days, hour_weights), name=f"{number:08d}", card=card_of(lift)
        )
        if number <= entrapments:
            _suffer(past, rng)
        else:
            _break_down(past, rng)
        yield past


def card_of(lift: DrawnLift) -> Lift:
    """The lift as the registry has it."""
    return Lift(
        lift_id=LiftId(lift.lift_id),
        area=Area(lift.area),
        rescue_code=lift.rescue_code,
        register_code=lift.register_code,
        address=lift.address,
        building=lift.building,
        entrance=lift.entrance,
        position=Position(lift.lon, lift.lat),
        company_id=CompanyId(lift.company_id),
        floors=lift.floors,
        place_type=lift.place_type,
        user_unit=lift.user_unit,
        safety_officer=lift.safety_officer,
        safety_officer_phone=lift.safety_officer_phone,
        attributes={
            "brand": lift.brand,
            "model": lift.model,
            "drive_type": lift.drive_type,
            "commissioned_on": lift.commissioned_on.isoformat(),
        },
    )


def _draw_instant(rng: Random, since: datetime, days: int, two_hourly: Sequence[float] | None) -> datetime:
    turn = rng.choices(range(12), two_hourly)[0]
    return since + timedelta(days=rng.randrange(days), hours=2 * turn, seconds=rng.uniform(0, 7200))


def _crews(lift: DrawnLift, station_id: str) -> list[Crew]:
    """Two of the contractor's and a station's, all near."""
    owners = (lift.company_id, lift.company_id, station_id)
    return [_crew(f"{owner}-{turn}", owner, lift, km=1 + turn) for turn, owner in enumerate(owners)]


def _crew(name: str, company_id: str, lift: DrawnLift, km: float) -> Crew:
    return Crew(
        crew_id=CrewId(name),
        company_id=CompanyId(company_id),
        station_id=None,
        name=name,
        phone="",
        members=2,
        qualifications=frozenset(),
        on_duty=True,
        position=Position(lift.lon + km / 91, lift.lat),
        positioned_at=None,
    )


def _companies(lift: DrawnLift, station_id: str) -> list[Company]:
    kinds = {lift.company_id: CompanyKind.CONTRACTOR, station_id: CompanyKind.STATION}
    return [Company(company_id=CompanyId(one), name=one, phone="", kind=kind) for one, kind in kinds.items()]


def _break_down(past: Past, rng: Random) -> None:
    """A fault that holds nobody, and passes."""
    lift_id, area, fault = past.card.lift_id, past.card.area, rng.choice(FAULTS)
    at = past.now.timestamp()
    reasons = (f"code: the lift reports {fault}",)
    past.hear(
        FaultRaised(
            lift_id=lift_id, area=area, fault=fault, raw=None, since=at, at=at, reported_at=None, reasons=reasons
        )
    )
    past.wait(rng.uniform(60, 7000))
    past.hear(
        FaultCleared(lift_id=lift_id, area=area, fault=fault, raw=None, at=past.now.timestamp(), reported_at=None)
    )


def _suffer(past: Past, rng: Random) -> None:
    """An entrapment, from the first sign to the end of the case."""
    _show(past, rng)
    past.wait(rng.uniform(5, 55))
    if rng.random() < FALSE_SHARE:
        past.act(Action.FALSE_ALARM)
    elif rng.random() < RECOVERED_SHARE:
        _recover(past)
    else:
        _rescue(past, rng)


def _show(past: Past, rng: Random) -> None:
    lift_id, area, at = past.card.lift_id, past.card.area, past.now.timestamp()
    if rng.random() < ALARM_SHARE:
        evidence = Evidence(confidence=Confidence.LIKELY, reasons=("button: held 4 s",))
        past.hear(AlarmRaised(lift_id=lift_id, area=area, number=1, boot=1, at=at, reported_at=None, evidence=evidence))
        return
    confidence = rng.choices(list(Confidence), [2, 5, 3])[0]
    evidence = Evidence(confidence=confidence, reasons=("between_landings: stopped between landings with people",))
    past.hear(EntrapmentFound(lift_id=lift_id, area=area, since=at - 30, at=at, evidence=evidence))


def _recover(past: Past) -> None:
    ended = EntrapmentEnded(
        lift_id=past.card.lift_id, area=past.card.area, at=past.now.timestamp(), reasons=("levelled with open door",)
    )
    past.hear(ended)
    past.act(Action.STAND_DOWN, out=True)


def _rescue(past: Past, rng: Random) -> None:
    """A crew accepts, drives, works; the centre calls back and closes. Nobody's silence lasts for ever."""
    until = past.now + LONGEST_STAY
    while past.now < until and not _is_accepted(past):
        if rng.random() >= SILENT_SHARE:
            past.answer(Answer.DECLINE if rng.random() < DECLINED_SHARE else Answer.ACCEPT)
        past.wait(rng.uniform(10, 90))
    past.answer(Answer.EN_ROUTE)
    past.wait(rng.lognormvariate(math.log(DRIVE_MEDIAN_S), DRIVE_SIGMA))
    past.answer(Answer.ON_SCENE)
    past.wait(rng.lognormvariate(math.log(WORK_MEDIAN_S), WORK_SIGMA))
    past.answer(Answer.RELEASED, cause_code=rng.choices(CAUSES, CAUSE_WEIGHTS)[0])
    past.wait(rng.uniform(60, 800))
    past.act(Action.CONFIRM_RELEASE)
    past.act(Action.CLOSE)


def _is_accepted(past: Past) -> bool:
    return past.asked is not None and past.asked.status in ACCEPTED
