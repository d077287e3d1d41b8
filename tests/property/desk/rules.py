"""What must hold of every decision of the desk, whatever it was told: each rule says in words what is broken.

Shares no code with the desk beyond the values it decides about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.crews import CrewId
from rescue.desk.board import Board, Decision
from rescue.effects import AcknowledgeAlarm, OfferAssignment, WithdrawAssignment
from rescue.escalation import FIRE_BRIGADE, Policy
from rescue.incident import (
    FINAL,
    HOLDS_CREW,
    TRANSITIONS,
    Assignment,
    AssignmentStatus,
    Deadline,
    Incident,
    Sign,
    Signal,
    Status,
)
from rescue.timeline import MACHINE, Entry

SIGNALS = {
    "offered": Signal.OFFERED,
    "declined": Signal.CREW_LOST,
    "overdue": Signal.CREW_LOST,
    "undelivered": Signal.CREW_LOST,
    "cannot_reach": Signal.CREW_LOST,
    "withdrawn": Signal.CREW_LOST,
    "en_route": Signal.SET_OUT,
    "on_scene": Signal.ARRIVED,
    "released": Signal.RELEASED,
    "trapped_again": Signal.TRAPPED_AGAIN,
    "closed": Signal.CLOSED,
    "stood_down": Signal.STOOD_DOWN,
    "false_alarm": Signal.FALSE_ALARM,
}
"""The signal that each kind of entry tells of; the other kinds leave the status alone."""

STAGES = {
    Status.OPEN: set[AssignmentStatus](),
    Status.DISPATCHED: {AssignmentStatus.OFFERED, AssignmentStatus.ACCEPTED},
    Status.EN_ROUTE: {AssignmentStatus.EN_ROUTE},
    Status.ON_SCENE: {AssignmentStatus.ON_SCENE},
    Status.RELEASED: set[AssignmentStatus](),
}
"""How far the crew of a case can be at each status of the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision: the board it was made on, and the board it left."""

    before: Board
    decision: Decision
    after: Board
    now: datetime
    policy: Policy

    @property
    def changes(self) -> Iterator[tuple[Incident | None, Incident]]:
        """Each incident as it was, and as it was decided."""
        return ((self.before.incidents.get(i.incident_id), i) for i in self.decision.incidents.values())

    @property
    def lost(self) -> Iterator[Assignment]:
        """Assignments that held a crew before, and hold none now."""
        for assignment in self.decision.assignments.values():
            known = self.before.assignments.get(assignment.assignment_id)
            if known and known.status in HOLDS_CREW and assignment.status not in HOLDS_CREW:
                yield assignment


def broken(step: Step) -> list[str]:
    """Every rule this decision breaks, in words."""
    return [fault for rule in RULES for fault in rule(step)]


def replayed(entries: Sequence[Entry]) -> Status:
    """The status that the history tells of, by the table; KeyError for a move that the table does not list."""
    status = Status.OPEN
    for entry in entries:
        if entry.what in SIGNALS:
            status = TRANSITIONS[status, SIGNALS[entry.what]]
    return status


def _one_open_case_a_lift(step: Step) -> Iterator[str]:
    cases = Counter(incident.lift_id for incident in step.after.incidents.values())
    yield from (f"{lift_id} has {number} open cases" for lift_id, number in cases.items() if number > 1)
    if step.after.by_lift != {i.lift_id: i.incident_id for i in step.after.incidents.values()}:
        yield "the board finds the wrong case for a lift"
    yield from (f"{i.incident_id} is {i.status} and on the board" for i in step.after.incidents.values() if i.is_final)


def _something_ahead(step: Step) -> Iterator[str]:
    yield from (f"nothing is ahead of {i.incident_id}" for i in step.after.incidents.values() if not i.deadlines)
    yield from (f"{i.incident_id} is over and waits" for _, i in step.changes if i.is_final and i.deadlines)


def _versions_rise_by_one(step: Step) -> Iterator[str]:
    for before, after in step.changes:
        if after.version != (before.version + (after.entries > before.entries) if before else 1):
            yield f"{after.incident_id} went to version {after.version} from {before.version if before else None}"


def _nothing_falls(step: Step) -> Iterator[str]:
    for before, after in step.changes:
        if before and after.level < before.level:
            yield f"{after.incident_id} fell to level {after.level}"
        if before and after.evidence.confidence.rank < before.evidence.confidence.rank:
            yield f"{after.incident_id} fell to {after.evidence.confidence}"


def _a_crew_is_in_one_place(step: Step) -> Iterator[str]:
    held = Counter(a.crew_id for a in step.after.assignments.values() if a.status in HOLDS_CREW)
    yield from (f"crew {crew_id} is held {times} times" for crew_id, times in held.items() if times > 1)


def _case_and_crew_tell_one_story(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        attempts = [a for a in step.after.assignments.values() if a.incident_id == incident.incident_id]
        held = {a.assignment_id: a.status for a in attempts if a.status in HOLDS_CREW}
        if set(held) != ({incident.assignment_id} if incident.assignment_id else set()):
            yield f"{incident.incident_id} is with {incident.assignment_id}, held are {held}"
        if not STAGES[incident.status].issuperset(held.values()) or (STAGES[incident.status] and not held):
            yield f"{incident.incident_id} is {incident.status} with {held}"
        if sorted(a.attempt for a in attempts) != list(range(1, incident.attempts + 1)):
            yield f"the attempts of {incident.incident_id} are not counted through"


def _a_crew_let_go_is_told(step: Step) -> Iterator[str]:
    told = {e.assignment.assignment_id for e in step.decision.effects if isinstance(e, WithdrawAssignment)}
    undelivered = {entry.data.get("attempt") for entry in step.decision.entries if entry.what == "undelivered"}
    for lost in step.lost:
        ours = lost.status in (AssignmentStatus.OVERDUE, AssignmentStatus.WITHDRAWN)
        if ours and lost.assignment_id not in told and lost.attempt not in undelivered:
            yield f"{lost.company_id} is not told that attempt {lost.attempt} no longer stands"


def _every_offer_is_carried(step: Step) -> Iterator[str]:
    carried = {e.assignment.assignment_id for e in step.decision.effects if isinstance(e, OfferAssignment)}
    made = {a.assignment_id for a in step.decision.assignments.values()} - set(step.before.assignments)
    if carried != made:
        yield f"offers made {made}, carried {carried}"


def _an_acceptance_is_passed_on(step: Step) -> Iterator[str]:
    told = {type(e).__name__ for e in step.decision.effects}
    for assignment in step.decision.assignments.values():
        if assignment.status is AssignmentStatus.ACCEPTED and not {"ConfirmAssignment", "NotifyPassengers"} <= told:
            yield f"{assignment.assignment_id} was accepted, and told of that are {told}"


def _a_released_case_is_called_back(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        waits = incident.status is Status.RELEASED and incident.called_back_at is None
        if waits and Deadline.CALL_BACK_BY not in incident.deadlines:
            yield f"nobody is reminded to call back for {incident.incident_id}"


def _whoever_refused_is_left_in_peace(step: Step) -> Iterator[str]:
    anew = {entry.incident_id for entry in step.decision.entries if entry.what == "trapped_again"}
    for entry in step.decision.entries:
        case = None if entry.incident_id in anew else step.before.incidents.get(entry.incident_id)
        refusal = case.refusals.get(CrewId(str(entry.data.get("crew_id")))) if case else None
        by_itself = entry.what == "offered" and entry.actor == MACHINE
        if by_itself and refusal and (step.now - refusal.at).total_seconds() < step.policy.refusal_lasts_s:
            yield f"crew {entry.data['crew_id']} is asked again by itself, after: {refusal.reason}"


def _every_level_is_engaged_in_time(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        held = step.after.assignments.get(incident.assignment_id) if incident.assignment_id else None
        is_asking = held is not None and held.status is AssignmentStatus.OFFERED and incident.level < FIRE_BRIGADE
        if is_asking and Deadline.ENGAGE_BY not in incident.deadlines:
            yield f"{incident.incident_id} asks one after the other, with no limit"


def _a_sign_of_release_is_not_outdated(step: Step) -> Iterator[str]:
    for _, after in step.changes:
        if Sign.ALARM_ENDED in after.signs and not (after.alarms and after.alarms[-1].ended_at):
            yield f"the newest alarm of {after.incident_id} stands and counts as ended"


def _an_end_has_its_grounds(step: Step) -> Iterator[str]:
    for before, after in step.changes:
        if after.status is Status.STOOD_DOWN and len(after.signs) < 2:
            yield f"{after.incident_id} was stood down on {sorted(after.signs)}"
        if after.status is Status.CLOSED and not (after.called_back_at and after.cause_code):
            yield f"{after.incident_id} was closed without a call-back and a cause"
        if after.status in FINAL and before is None:
            yield f"{after.incident_id} began as {after.status}"


def _what_is_acknowledged_is_known(step: Step) -> Iterator[str]:
    for effect in step.decision.effects:
        if isinstance(effect, AcknowledgeAlarm):
            ledger = step.after.ledgers.get(effect.lift_id)
            if ledger is None or effect.number > ledger.number:
                yield f"alarm {effect.number} of {effect.lift_id} is acknowledged and nowhere written"


RULES: tuple[Callable[[Step], Iterator[str]], ...] = (
    _one_open_case_a_lift,
    _something_ahead,
    _versions_rise_by_one,
    _nothing_falls,
    _a_crew_is_in_one_place,
    _case_and_crew_tell_one_story,
    _a_crew_let_go_is_told,
    _every_offer_is_carried,
    _an_acceptance_is_passed_on,
    _a_released_case_is_called_back,
    _whoever_refused_is_left_in_peace,
    _every_level_is_engaged_in_time,
    _a_sign_of_release_is_not_outdated,
    _an_end_has_its_grounds,
    _what_is_acknowledged_is_known,
)
