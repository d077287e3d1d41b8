"""What must hold of every decision of the desk, whatever it was told: each rule says in words what is broken.

Shares no code with the desk beyond the values it decides about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.crews import CrewId
from rescue.desk.board import Board, Decision
from rescue.desk.outages import building_of
from rescue.effects import AcknowledgeAlarm, OfferAssignment, WithdrawAssignment
from rescue.escalation import FIRE_BRIGADE, Policy
from rescue.incident import (
    FINAL,
    HOLDS_CREW,
    TRANSITIONS,
    TRAPPED,
    Assignment,
    AssignmentStatus,
    Deadline,
    Incident,
    IncidentId,
    Kind,
    Sign,
    Signal,
    Status,
)
from rescue.timeline import MACHINE, Entry

SIGNALS = {
    "offered": Signal.OFFERED,
    "took_over": Signal.OFFERED,
    "declined": Signal.CREW_LOST,
    "overdue": Signal.CREW_LOST,
    "undelivered": Signal.CREW_LOST,
    "cannot_reach": Signal.CREW_LOST,
    "withdrawn": Signal.CREW_LOST,
    "en_route": Signal.SET_OUT,
    "on_scene": Signal.ARRIVED,
    "released": Signal.RELEASED,
    "trapped_again": Signal.TRAPPED_AGAIN,
    "finished": Signal.RELEASED,
    "closed": Signal.CLOSED,
    "merged": Signal.MERGED,
    "settled": Signal.SETTLED,
    "stood_down": Signal.STOOD_DOWN,
    "false_alarm": Signal.FALSE_ALARM,
}
"""The signal that each kind of entry tells of; the other kinds leave the status alone."""

UNDER_WAY = {AssignmentStatus.ACCEPTED, AssignmentStatus.EN_ROUTE}

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

    finished: Mapping[IncidentId, Incident]
    """The cases that were over before."""

    @property
    def changes(self) -> Iterator[tuple[Incident | None, Incident]]:
        """Each incident as it was, and as it was decided."""
        known = {**self.before.incidents, **self.finished}
        return ((known.get(i.incident_id), i) for i in self.decision.incidents.values())

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
    of_lifts = [incident for incident in step.after.incidents.values() if incident.lift_id is not None]
    cases = Counter(incident.lift_id for incident in of_lifts)
    yield from (f"{lift_id} has {number} open cases" for lift_id, number in cases.items() if number > 1)
    if step.after.by_lift != {i.lift_id: i.incident_id for i in of_lifts}:
        yield "the board finds the wrong case for a lift"
    yield from (f"{i.incident_id} is {i.status} and on the board" for i in step.after.incidents.values() if i.is_final)


def _something_ahead(step: Step) -> Iterator[str]:
    yield from (f"nothing is ahead of {i.incident_id}" for i in step.after.incidents.values() if not i.deadlines)
    yield from (f"{i.incident_id} is over and waits" for _, i in step.changes if i.is_final and i.deadlines)
    if step.after.next_deadline() != min(
        (min(i.deadlines.values()) for i in step.after.incidents.values()), default=None
    ):
        yield "the board looks forward to the wrong deadline"


def _a_case_without_people_is_not_forgotten(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        waits = not incident.is_entrapment and incident.status is not Status.RELEASED
        if waits is not (Deadline.ATTEND_BY in incident.deadlines):
            yield f"{incident.incident_id}, {incident.kind}, waits for {sorted(incident.deadlines)}"


def _nobody_is_sent_by_itself_where_nobody_is_inside(step: Step) -> Iterator[str]:
    for entry in step.decision.entries:
        incident = step.decision.incidents[entry.incident_id]
        if (
            entry.what in ("offered", "relief_offered", "escalated")
            and entry.actor == MACHINE
            and not incident.is_entrapment
        ):
            yield f"{entry.what} by itself in a case of {incident.kind}"


def _what_has_passed_is_over(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        is_idle = incident.status is Status.OPEN and not incident.attempts and not incident.is_entrapment
        if is_idle and not incident.conditions:
            yield f"{incident.incident_id} is open and nothing is wrong"


def _a_parent_counts_its_lifts(step: Step) -> Iterator[str]:
    board = step.after
    for member in board.members.values():
        if member.parent_id not in board.incidents:
            yield f"{member.lift_id} belongs to {member.parent_id}, which is over"
    for parent in (incident for incident in board.incidents.values() if incident.lift_id is None):
        members = [m for m in board.members.values() if m.parent_id == parent.incident_id]
        left = [member for member in members if member.left_at]
        if (parent.affected, parent.recovered) != (len(members), len(left)):
            yield f"{parent.incident_id} counts {parent.affected} - {parent.recovered}, there are {members}"
        open_children = [i for i in board.incidents.values() if i.parent_id == parent.incident_id]
        if len(members) == len(left) and not open_children:
            yield f"{parent.incident_id} is open, and all of it has passed"
        if len(open_children) > parent.children:
            yield f"{parent.incident_id} counts {parent.children} children, {len(open_children)} are open"


def _an_event_has_one_parent(step: Step) -> Iterator[str]:
    parents = [incident for incident in step.after.incidents.values() if incident.lift_id is None]
    if step.after.by_place != {parent.place: parent.incident_id for parent in parents}:
        yield "the board finds the wrong parent for a place"
    whole = {parent.place[:2] for parent in parents if parent.place and not parent.building}
    for parent in parents:
        if parent.building and parent.place and parent.place[:2] in whole:
            yield f"{parent.building} has a parent case beside its area's"


def _lifts_that_suffer_together_are_grouped(step: Step) -> Iterator[str]:
    since = step.now - timedelta(seconds=step.policy.mass_window_s)
    alone: dict[tuple[str, str], set[str]] = defaultdict(set)
    for incident in step.after.incidents.values():
        for condition in ("mains_lost", "earthquake"):
            is_recent = incident.conditions.get(condition, since - timedelta(1)) >= since
            if incident.lift_id and incident.parent_id is None and is_recent:
                alone[condition, building_of(incident.lift)].add(incident.lift_id)
    for (condition, building), lifts in alone.items():
        if building and len(lifts) >= step.policy.mass_in_building:
            yield f"{sorted(lifts)} of {building} suffer from {condition}, each for itself"


def _a_child_says_so(step: Step) -> Iterator[str]:
    for before, after in step.changes:
        suffers = [m for m in step.after.members.values() if m.lift_id == after.lift_id and m.left_at is None]
        if before is None and not after.is_final and suffers and after.parent_id is None:
            yield f"{after.incident_id} is about {after.lift_id}, and names none of {suffers}"


def _versions_rise_by_one(step: Step) -> Iterator[str]:
    for before, after in step.changes:
        if after.version != (before.version + (after.entries > before.entries) if before else 1):
            yield f"{after.incident_id} went to version {after.version} from {before.version if before else None}"


def _nothing_falls(step: Step) -> Iterator[str]:
    for before, after in step.changes:
        if before and after.level < before.level:
            yield f"{after.incident_id} fell to level {after.level}"
        if before and list(Kind).index(after.kind) > list(Kind).index(before.kind):
            yield f"{after.incident_id} fell to {after.kind}"
        if before and after.evidence.confidence.rank < before.evidence.confidence.rank:
            yield f"{after.incident_id} fell to {after.evidence.confidence}"


def _a_crew_is_in_one_place(step: Step) -> Iterator[str]:
    held = Counter(a.crew_id for a in step.after.assignments.values() if a.status in HOLDS_CREW)
    yield from (f"crew {crew_id} is held {times} times" for crew_id, times in held.items() if times > 1)


def _case_and_crew_tell_one_story(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        attempts = [a for a in step.after.assignments.values() if a.incident_id == incident.incident_id]
        held = {a.assignment_id: a.status for a in attempts if a.status in HOLDS_CREW}
        if set(held) != {incident.assignment_id, incident.relief_id} - {None}:
            yield f"{incident.incident_id} is with {incident.assignment_id}, {incident.relief_id}, held are {held}"
        relief = held.pop(incident.relief_id) if incident.relief_id in held else None
        if relief and (relief is not AssignmentStatus.OFFERED or not UNDER_WAY.issuperset(held.values()) or not held):
            yield f"{incident.incident_id} has a relief that is {relief}, beside {held}"
        if not STAGES[incident.status].issuperset(held.values()) or (STAGES[incident.status] and not held):
            yield f"{incident.incident_id} is {incident.status} with {held}"
        if sorted(a.attempt for a in attempts) != list(range(1, incident.attempts + 1)):
            yield f"the attempts of {incident.incident_id} are not counted through"


def _a_crew_let_go_is_told(step: Step) -> Iterator[str]:
    told = {e.assignment.assignment_id for e in step.decision.effects if isinstance(e, WithdrawAssignment)}
    undelivered = {
        entry.data.get("attempt") for entry in step.decision.entries if "could not be delivered" in entry.said
    }
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
        inside = {"NotifyPassengers"} if step.decision.incidents[assignment.incident_id].is_entrapment else set()
        if assignment.status is AssignmentStatus.ACCEPTED and not {"ConfirmAssignment"} | inside <= told:
            yield f"{assignment.assignment_id} was accepted, and told of that are {told}"


def _a_released_case_is_called_back(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        waits = incident.status is Status.RELEASED and incident.called_back_at is None and incident.is_entrapment
        if waits and Deadline.CALL_BACK_BY not in incident.deadlines:
            yield f"nobody is reminded to call back for {incident.incident_id}"


def _whoever_refused_is_left_in_peace(step: Step) -> Iterator[str]:
    anew = {entry.incident_id for entry in step.decision.entries if entry.what in ("trapped_again", "rose")}
    for entry in step.decision.entries:
        case = None if entry.incident_id in anew else step.before.incidents.get(entry.incident_id)
        refusal = case.refusals.get(CrewId(str(entry.data.get("crew_id")))) if case else None
        by_itself = entry.what in ("offered", "relief_offered") and entry.actor == MACHINE
        if by_itself and refusal and (step.now - refusal.at).total_seconds() < step.policy.refusal_lasts_s:
            yield f"crew {entry.data['crew_id']} is asked again by itself, after: {refusal.reason}"


def _a_crew_under_way_is_watched(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        crew = step.after.assignments.get(incident.assignment_id) if incident.assignment_id else None
        watched = {Deadline.SET_OUT_BY, Deadline.EXPECTED_BY, Deadline.RELIEVE_BY} & incident.deadlines.keys()
        is_under_way = crew is not None and crew.status in UNDER_WAY
        if is_under_way and incident.is_entrapment and not watched:
            yield f"nobody asks where crew {crew} of {incident.incident_id} is"
        if watched and not is_under_way:
            yield f"{incident.incident_id} waits for {watched} of {crew}"


def _the_last_level_is_handed_over(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        handover, waits = incident.handover, Deadline.HAND_OVER_BY in incident.deadlines
        if incident.level == FIRE_BRIGADE and incident.is_entrapment and handover is None:
            yield f"{incident.incident_id} is at the last level, and nobody is told to call"
        if handover and not handover.confirmed_at and incident.status in TRAPPED and not waits:
            yield f"nobody is reminded to call for {incident.incident_id}"
        if waits and (handover is None or handover.confirmed_at):
            yield f"{incident.incident_id} waits for a call that was made"


def _every_level_is_engaged_in_time(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        held = step.after.assignments.get(incident.assignment_id) if incident.assignment_id else None
        is_asking = held is not None and held.status is AssignmentStatus.OFFERED and incident.level < FIRE_BRIGADE
        if is_asking and incident.is_entrapment and Deadline.ENGAGE_BY not in incident.deadlines:
            yield f"{incident.incident_id} asks one after the other, with no limit"


def _a_sign_of_release_is_not_outdated(step: Step) -> Iterator[str]:
    for _, after in step.changes:
        if Sign.ALARM_ENDED in after.signs and not (after.alarms and after.alarms[-1].ended_at):
            yield f"the newest alarm of {after.incident_id} stands and counts as ended"


def _an_end_has_its_grounds(step: Step) -> Iterator[str]:
    for before, after in step.changes:
        if after.status is Status.STOOD_DOWN and after.is_entrapment and len(after.signs) < 2:
            yield f"{after.incident_id} was stood down on {sorted(after.signs)}"
        is_filed = after.called_back_at and after.cause_code
        if after.status is Status.CLOSED and after.is_entrapment and not (is_filed or after.merged_into_id):
            yield f"{after.incident_id} was closed without a call-back and a cause"
        if after.status in FINAL and before is None and after.is_entrapment:
            yield f"{after.incident_id} began as {after.status}"


def _people_are_spoken_to(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        may_be_inside = incident.is_entrapment and incident.status in TRAPPED
        if may_be_inside is not (Deadline.COMFORT_BY in incident.deadlines):
            yield f"{incident.incident_id}, {incident.status}, waits for {sorted(incident.deadlines)}"


def _what_is_over_stays_over(step: Step) -> Iterator[str]:
    for before, after in step.changes:
        if before is None or not before.is_final:
            continue
        said = replace(after, version=0, entries=0, head="", late_entries=0, cause_code=None)
        if said != replace(before, version=0, entries=0, head="", late_entries=0, cause_code=None):
            yield f"{after.incident_id} was over and is changed"


def _nobody_is_lost_in_a_merger(step: Step) -> Iterator[str]:
    for before, after in step.changes:
        if before is None or after.merged_into_id is None or before.is_final:
            continue
        into = step.after.incidents.get(after.merged_into_id)
        if into is None or into.status not in TRAPPED or not into.is_entrapment:
            yield f"{after.incident_id} was merged into what helps nobody: {into}"
        elif (before.people or 0) > (into.people or 0) or not set(before.vulnerable) <= set(into.vulnerable):
            yield f"{into.incident_id} does not know who was in {after.incident_id}"
        if any(alarm.ended_at is None for alarm in before.alarms):
            yield f"an alarm stands, and its case {after.incident_id} was merged away"


def _what_is_acknowledged_is_known(step: Step) -> Iterator[str]:
    for effect in step.decision.effects:
        if isinstance(effect, AcknowledgeAlarm):
            ledger = step.after.ledgers.get(effect.lift_id)
            if ledger is None or effect.number > ledger.number:
                yield f"alarm {effect.number} of {effect.lift_id} is acknowledged and nowhere written"


def _a_plan_is_advice(step: Step) -> Iterator[str]:
    """It changes no offer that was accepted, none that an operator made, and none that is made in relief."""
    if step.decision.routes is None:
        return
    for assignment in step.lost:
        case = step.before.incidents[assignment.incident_id]
        if assignment.status is not AssignmentStatus.WITHDRAWN:
            yield f"{assignment.assignment_id} is {assignment.status} by a plan"
        if step.before.assignments[assignment.assignment_id].status is not AssignmentStatus.OFFERED:
            yield f"{assignment.assignment_id} had been accepted, and is taken back by a plan"
        if case.chosen_by and case.is_entrapment:
            yield f"{case.incident_id} loses the crew that {case.chosen_by} chose"
        if assignment.assignment_id == case.relief_id:
            yield f"{case.incident_id} loses its relief by a plan"


def _nobody_is_idle_while_people_wait(step: Step) -> Iterator[str]:
    """With a plan, whoever may go somewhere goes."""
    if step.decision.routes is None:
        return
    for case in step.after.incidents.values():
        if not case.is_entrapment or case.status is not Status.OPEN or Deadline.ASK_BY not in case.deadlines:
            continue
        if case.escalation_held:  # it waits for crews of its own level
            continue
        refused = {c for c, r in case.refusals.items() if step.now - r.at < timedelta(seconds=600)}
        idle = {c for c, crew in step.after.crews.items() if crew.on_duty} - refused - step.after.holders.keys()
        yield from (f"{crew_id} is idle while {case.incident_id} waits" for crew_id in sorted(idle))


def _what_an_operator_settled_is_kept(step: Step) -> Iterator[str]:
    for incident in step.after.incidents.values():
        held, shelved, kept = incident.held, incident.shelved, incident.escalation_held
        if incident.deadlines.get(Deadline.CARRY_OUT_BY) != (held.until if held else None):
            yield f"{incident.incident_id} holds {held} and waits until {incident.deadlines}"
        if kept and Deadline.ENGAGE_BY not in incident.deadlines:
            yield f"{incident.incident_id} is kept from rising, which it would not"
        if shelved and incident.deadlines.get(Deadline.ATTEND_BY) != shelved.until:
            yield f"{incident.incident_id} is put aside and comes back at another time"
        if shelved and (incident.is_entrapment or incident.status is not Status.OPEN):
            yield f"{incident.incident_id}, {incident.kind} and {incident.status}, is put aside"
        if incident.left and incident.claimed_by:
            yield f"{incident.incident_id} was left, and {incident.claimed_by} handles it"


def _what_ends_takes_nothing_along(step: Step) -> Iterator[str]:
    for _, incident in step.changes:
        if incident.is_final and (incident.held or incident.escalation_held or incident.shelved):
            yield f"{incident.incident_id} is over and still holds something"


def _a_level_that_is_kept_does_not_rise_for_want_of_an_answer(step: Step) -> Iterator[str]:
    for entry in step.decision.entries:
        before = step.before.incidents.get(entry.incident_id)
        kept = before.escalation_held if before else None
        waits = str(entry.data.get("reason", "")).startswith("nobody has accepted") or "its attempts" in entry.said
        if entry.what == "escalated" and entry.actor == MACHINE and kept and kept.until > step.now and waits:
            yield f"{entry.incident_id} is kept until {kept.until}, and rose: {entry.said}"


RULES: tuple[Callable[[Step], Iterator[str]], ...] = (
    _one_open_case_a_lift,
    _something_ahead,
    _a_case_without_people_is_not_forgotten,
    _nobody_is_sent_by_itself_where_nobody_is_inside,
    _what_has_passed_is_over,
    _a_parent_counts_its_lifts,
    _an_event_has_one_parent,
    _lifts_that_suffer_together_are_grouped,
    _a_child_says_so,
    _versions_rise_by_one,
    _nothing_falls,
    _a_crew_is_in_one_place,
    _case_and_crew_tell_one_story,
    _a_crew_let_go_is_told,
    _every_offer_is_carried,
    _an_acceptance_is_passed_on,
    _a_released_case_is_called_back,
    _whoever_refused_is_left_in_peace,
    _a_crew_under_way_is_watched,
    _the_last_level_is_handed_over,
    _every_level_is_engaged_in_time,
    _a_sign_of_release_is_not_outdated,
    _an_end_has_its_grounds,
    _people_are_spoken_to,
    _what_is_over_stays_over,
    _nobody_is_lost_in_a_merger,
    _what_is_acknowledged_is_known,
    _a_plan_is_advice,
    _nobody_is_idle_while_people_wait,
    _what_an_operator_settled_is_kept,
    _what_ends_takes_nothing_along,
    _a_level_that_is_kept_does_not_rise_for_want_of_an_answer,
)
