"""A stage for the desk: lifts, companies and operators speak, time goes forward, and what the desk does can be seen.

Everything the desk decides is applied to one board; the timeline is checked for wholeness after every step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from devices.faults import Fault
from devices.messages import (
    AlarmEnded,
    AlarmRaised,
    Area,
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
from dispatch.crews import Company, CompanyId, CompanyKind, Crew, CrewId, Position
from dispatch.travel import StraightLine
from rescue.desk import get_timer, handle, handle_timer
from rescue.desk.board import Board, Decision, Outcome, apply
from rescue.desk.draft import DeskRules
from rescue.desk.inputs import Action, Answer, CompanyAnswered, Envelope, Finished, Input, Intake, OperatorActed
from rescue.effects import AcknowledgeAlarm, Effect, NotifyPassengers, OfferAssignment, ToCompany
from rescue.escalation import Policy
from rescue.incident import Assignment, AssignmentId, Caller, Incident, IncidentId, Lift, Source
from rescue.policies import Policies, Rule
from rescue.timeline import Actor, Entry, first_break

AREA = Area("410105")
HOME = Position(lon=113.66, lat=34.76)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""12:00 in Zhengzhou."""

UNKNOWN = RawFault(profile="canonical", code="Z7")
"""A code that no profile knows."""

CONTRACTOR = CompanyId("K")
STATION = CompanyId("S")


def crew(crew_id: str, company_id: CompanyId, km_east: float) -> Crew:
    """A crew on duty, so far east of the lifts."""
    return Crew(
        crew_id=CrewId(crew_id),
        company_id=company_id,
        station_id=None,
        name=f"Crew {crew_id}",
        phone="",
        members=2,
        qualifications=frozenset(),
        on_duty=True,
        position=replace(HOME, lon=HOME.lon + km_east / 91.4),
        positioned_at=NOON,
    )


def lift(lift_id: str, company_id: CompanyId | None = CONTRACTOR) -> Lift:
    """A lift at HOME, contracted to `company_id`."""
    return Lift(lift_id=LiftId(lift_id), area=AREA, position=HOME, company_id=company_id)


CREWS = (crew("K1", CONTRACTOR, 1), crew("K2", CONTRACTOR, 2), crew("K3", CONTRACTOR, 3), crew("S1", STATION, 1.5))
COMPANIES = (
    Company(company_id=CONTRACTOR, name="Kanghui", phone="", kind=CompanyKind.CONTRACTOR),
    Company(company_id=STATION, name="Station 50", phone="", kind=CompanyKind.STATION),
)


def finished_of(
    said: Input, cases: Mapping[IncidentId, Incident], assignments: Mapping[AssignmentId, Assignment]
) -> Finished | None:
    """What the shell looks up of cases that are over, from what was decided so far."""
    assignment = assignments.get(said.assignment_id) if isinstance(said, CompanyAnswered) else None
    match said:
        case CompanyAnswered():
            case = cases[assignment.incident_id] if assignment else None
        case OperatorActed(incident_id=incident_id):
            case = cases.get(incident_id)
        case AlarmRaised() | EntrapmentFound() | Intake():
            own = [one for one in cases.values() if one.lift_id == said.lift_id and one.is_entrapment]
            case = max(own, key=lambda one: one.number, default=None)
        case _:
            case = None
    return Finished(incident=case, assignment=assignment) if case and case.is_final else None


@dataclass
class Play:
    """The desk on stage. Ids count up from 1, so that a play reads the same each time."""

    crews: Sequence[Crew] = CREWS
    lifts: Sequence[Lift] = (lift("A1"), lift("A2"))
    policy: Policy = field(default_factory=Policy)
    rules_by_case: Sequence[Rule] = ()
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.board = Board()
        self.board.know(self.crews, COMPANIES)
        self.policies = Policies(centre=self.policy, rules=tuple(self.rules_by_case))
        self.rules = DeskRules(policies=self.policies, travel=StraightLine())
        self.entries: list[Entry] = []
        self.effects: list[Effect] = []
        self.cases: dict[IncidentId, Incident] = {}
        self.attempts: list[Assignment] = []
        self.assignments: dict[AssignmentId, Assignment] = {}
        self._ids = count(1)
        self._cards = {lift.lift_id: lift for lift in self.lifts}

    # What lifts say

    def alarm(
        self, lift_id: str = "A1", number: int = 1, *, boot: int = 1, reported_at: float | None = None
    ) -> Outcome:
        """The alarm button, as the tracker passes it on."""
        evidence = Evidence(confidence=Confidence.LIKELY, reasons=("alarm button held 4 s",))
        return self.tell(
            AlarmRaised(
                lift_id=LiftId(lift_id),
                area=AREA,
                number=number,
                boot=boot,
                at=self.now.timestamp(),
                reported_at=reported_at,
                evidence=evidence,
            )
        )

    def end_of_alarm(self, lift_id: str = "A1", number: int = 1) -> Outcome:
        """A competent person ends the alarm at the lift."""
        return self.tell(
            AlarmEnded(lift_id=LiftId(lift_id), area=AREA, number=number, at=self.now.timestamp(), reported_at=None)
        )

    def entrapment(self, lift_id: str = "A1", confidence: Confidence = Confidence.LIKELY) -> Outcome:
        """The tracker infers an entrapment that began 30 s ago."""
        evidence = Evidence(confidence=confidence, reasons=(f"stopped outside the door zone, {confidence}",))
        at = self.now.timestamp()
        return self.tell(EntrapmentFound(lift_id=LiftId(lift_id), area=AREA, since=at - 30, at=at, evidence=evidence))

    def recovery(self, lift_id: str = "A1") -> Outcome:
        """The lift levels and opens its doors by itself."""
        reasons = ("levelled with open door",)
        return self.tell(EntrapmentEnded(lift_id=LiftId(lift_id), area=AREA, at=self.now.timestamp(), reasons=reasons))

    def fault(
        self, lift_id: str = "A1", fault: Fault | None = Fault.DOOR_CLOSING, *, is_flapping: bool = False
    ) -> Outcome:
        """The lift has a fault; None for a code that nobody knows."""
        return self.tell(self.fault_of(lift_id, fault, is_flapping=is_flapping))

    def fault_of(self, lift_id: str, fault: Fault | None, *, is_flapping: bool = False) -> FaultRaised:
        """That fault, as the tracker passes it on."""
        return FaultRaised(
            lift_id=LiftId(lift_id),
            area=self._area_of(lift_id),
            fault=fault,
            raw=None if fault else UNKNOWN,
            since=self.now.timestamp(),
            at=self.now.timestamp(),
            reported_at=None,
            reasons=(f"code: the lift reports {fault}",),
            is_flapping=is_flapping,
        )

    def fault_over(
        self, lift_id: str = "A1", fault: Fault | None = Fault.DOOR_CLOSING, *, is_flapping: bool = False
    ) -> Outcome:
        """The fault holds no longer."""
        return self.tell(
            FaultCleared(
                lift_id=LiftId(lift_id),
                area=self._area_of(lift_id),
                fault=fault,
                raw=None if fault else UNKNOWN,
                at=self.now.timestamp(),
                reported_at=None,
                is_flapping=is_flapping,
            )
        )

    def link(self, lift_id: str = "A1", *, online: bool = False, for_hours: float = 0) -> Outcome:
        """The lift goes off line, has been off line for so long, or comes back."""
        at = self.now.timestamp()
        return self.tell(
            LinkChanged(
                lift_id=LiftId(lift_id),
                area=self._area_of(lift_id),
                online=online,
                at=at,
                reason="nothing heard",
                lasted_s=for_hours * 3600,
            )
        )

    def test_missed(self, lift_id: str = "A1") -> Outcome:
        """The test call is overdue; the last came 80 h ago."""
        at = self.now.timestamp()
        return self.tell(
            TestCallOverdue(lift_id=LiftId(lift_id), area=self._area_of(lift_id), at=at, last_at=at - 80 * 3600)
        )

    def test_heard(self, lift_id: str = "A1") -> Outcome:
        """It comes after all."""
        return self.tell(TestCallHeard(lift_id=LiftId(lift_id), area=self._area_of(lift_id), at=self.now.timestamp()))

    def _area_of(self, lift_id: str) -> Area:
        card = self._cards.get(LiftId(lift_id))
        return card.area if card else AREA

    # What people do

    def call(self, lift_id: str = "A1", *, injured: int = 0, vulnerable: tuple[str, ...] = ()) -> Outcome:
        """A passenger phones."""
        return self.tell(
            Intake(
                lift_id=LiftId(lift_id),
                area=AREA,
                source=Source.PHONE,
                caller=Caller(name="Ms Wang", phone="13800000000"),
                people=2,
                injured=injured,
                vulnerable=vulnerable,
            )
        )

    def answer(
        self,
        answer: Answer,
        *,
        of: str | None = None,
        attempt: int | None = None,
        crew: str | None = None,
        reason: str = "",
        eta_s: float | None = None,
    ) -> Outcome:
        """The company answers the newest attempt, or that with crew `of`, quoting `attempt` if given."""
        asked = next(a for a in reversed(self.attempts) if of in (None, a.crew_id))
        return self.tell(
            CompanyAnswered(
                assignment_id=asked.assignment_id,
                attempt=asked.attempt if attempt is None else attempt,
                answer=answer,
                crew_id=CrewId(crew) if crew else None,
                reason=reason,
                eta_s=eta_s,
                people_released=2 if answer is Answer.RELEASED else None,
                cause_code="201" if answer is Answer.RELEASED else None,
            )
        )

    def act(self, action: Action, *, reason: str = "", incident: str | None = None, **more: object) -> Outcome:
        """The operator acts on the newest case, or on that of this id or lift."""
        known = self.case_of(incident) if incident else self.case
        incident_id = known.incident_id if known else IncidentId(incident or "")
        return self.tell(OperatorActed(incident_id=incident_id, action=action, reason=reason, **more))  # type: ignore[arg-type]

    def tell(self, said: Input) -> Outcome:
        """Any input."""
        return self._take(handle(self.board, self.envelope(said), self.now, self.rules))

    def envelope(self, said: Input, input_id: str | None = None) -> Envelope:
        """The input as it reaches the desk."""
        lift_id = getattr(said, "lift_id", None)
        return Envelope(
            input_id=input_id or f"I{next(self._ids)}",
            input=said,
            actor=Actor(kind="machine", name="play", channel="desk"),
            lift=self._cards.get(lift_id) if lift_id else None,
            finished=finished_of(said, self.cases, self.assignments),
        )

    def forward(self, **duration: float) -> None:
        """Time goes forward; every deadline on the way passes at its moment."""
        until = self.now + timedelta(**duration)
        while (by := get_timer(self.board)) is not None and by <= until:
            self.now = max(self.now, by)
            self._take(handle_timer(self.board, self.now, self.rules))
        self.now = until

    # What can be seen

    @property
    def case(self) -> Incident:
        """The newest case, finished or not."""
        return next(reversed(self.cases.values()))

    @property
    def asked(self) -> list[str]:
        """The crews asked so far, in order."""
        return [attempt.crew_id for attempt in self.attempts]

    def case_of(self, lift_id: str = "A1") -> Incident | None:
        """The open case of a lift."""
        return self.board.incident_of(LiftId(lift_id))

    @property
    def parents(self) -> list[Incident]:
        """The open parent cases."""
        return [incident for incident in self.board.incidents.values() if incident.lift_id is None]

    def told(self, lift_id: str = "A1") -> list[str]:
        """What the people in the car have been told."""
        return [e.message for e in self.effects if isinstance(e, NotifyPassengers) and e.lift_id == lift_id]

    def acknowledged(self) -> list[int]:
        """Numbers of the alarms acknowledged to lifts."""
        return [e.number for e in self.effects if isinstance(e, AcknowledgeAlarm)]

    def sent_to(self, company_id: CompanyId) -> list[str]:
        """The kinds of webhook a company was sent, in order."""
        sent = (e for e in self.effects if not isinstance(e, AcknowledgeAlarm | NotifyPassengers))
        return [_kind(e) for e in sent if e.company_id == company_id]

    def history(self, case: Incident | None = None) -> list[str]:
        """What happened in the newest case, or in this one."""
        incident_id = (case or self.case).incident_id
        return [entry.what for entry in self.entries if entry.incident_id == incident_id]

    def said(self, what: str) -> str:
        """The newest sentence of this kind in any timeline."""
        return next(entry.said for entry in reversed(self.entries) if entry.what == what)

    def _take(self, decision: Decision) -> Outcome:
        apply(self.board, decision)
        self.entries += decision.entries
        self.effects += decision.effects
        self.cases |= decision.incidents
        self.assignments |= decision.assignments
        self.attempts += [e.assignment for e in decision.effects if isinstance(e, OfferAssignment)]
        for incident_id in decision.incidents:
            assert first_break([e for e in self.entries if e.incident_id == incident_id]) is None
        return decision.outcome


def _kind(effect: ToCompany) -> str:
    return getattr(effect, "type", type(effect).__name__)
