"""The desk decides: inputs and the board in, a decision with its reasons out. No clock, no I/O, no randomness.

    decision = handle(board, envelope, now, rules)                  an input
    decision, outcomes = handle_news(board, envelopes, now, rules)  much news at once, as one decision
    decision = handle_timer(board, now, rules)                      deadlines that have passed
    when     = get_timer(board)                                     when to call handle_timer next

The shell commits the decision and then applies it to the board; what could not be committed has not happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from devices.messages import (
    AlarmEnded,
    AlarmRaised,
    EntrapmentEnded,
    EntrapmentFound,
    FaultCleared,
    FaultRaised,
    LinkChanged,
    TestCallHeard,
    TestCallOverdue,
)
from rescue.desk.answers import take_answer, take_undelivered
from rescue.desk.board import Board, Decision, Outcome, Verdict
from rescue.desk.conditions import clear_fault, clear_missed_test, take_fault, take_link, take_missed_test
from rescue.desk.deadlines import earliest, pass_deadlines
from rescue.desk.draft import DeskRules, Draft
from rescue.desk.handing_over import see_to_handovers
from rescue.desk.inputs import (
    CompanyAnswered,
    Envelope,
    Intake,
    News,
    OfferUndelivered,
    OperatorActed,
    PlanImproved,
)
from rescue.desk.operators import take_action
from rescue.desk.outages import settle_parents
from rescue.desk.replanning import see_to_waiting, take_plan
from rescue.desk.second_thoughts import see_to_second_thoughts
from rescue.desk.signs import note_alarm_end, note_entrapment_end, take_alarm, take_entrapment, take_intake

TIMER_LIMIT = 20
"""Cases whose deadlines pass in one decision; the rest follow in the next, so that an alarm waits for few."""


def handle(board: Board, envelope: Envelope, now: datetime, rules: DeskRules) -> Decision:
    """Decide one input."""
    draft = Draft(board, rules, now, finished=envelope.finished.incident if envelope.finished else None)
    outcome = _take(draft, envelope)
    see_to_waiting(draft)
    settle_parents(draft)
    see_to_handovers(draft)
    see_to_second_thoughts(draft)
    return draft.decide(outcome)


def handle_news(
    board: Board, envelopes: Sequence[Envelope], now: datetime, rules: DeskRules
) -> tuple[Decision, Sequence[Outcome]]:
    """Decide these inputs one after the other, as one decision, with the outcome of each."""
    draft = Draft(board, rules, now)
    outcomes = [_take(draft, envelope) for envelope in envelopes]
    settle_parents(draft)
    see_to_second_thoughts(draft)
    return draft.decide(draft.outcome(Verdict.DONE)), outcomes


def _take(draft: Draft, envelope: Envelope) -> Outcome:
    """With `_take_news`, the whole list of what the desk can be told, one line each."""
    draft.hear(envelope)
    match envelope.input:
        case AlarmRaised() as event:
            return take_alarm(draft, envelope, event)
        case EntrapmentFound() as event:
            return take_entrapment(draft, envelope, event)
        case AlarmEnded() as event:
            return note_alarm_end(draft, envelope, event)
        case EntrapmentEnded() as event:
            return note_entrapment_end(draft, envelope, event)
        case Intake() as intake:
            return take_intake(draft, envelope, intake)
        case CompanyAnswered() as answered:
            return take_answer(draft, envelope, answered)
        case OperatorActed() as acted:
            return take_action(draft, envelope, acted)
        case OfferUndelivered() as offer:
            return take_undelivered(draft, offer)
        case PlanImproved() as improved:
            return take_plan(draft, improved)
        case news:
            return _take_news(draft, envelope, news)


def _take_news(draft: Draft, envelope: Envelope, news: News) -> Outcome:
    match news:
        case FaultRaised() as event:
            return take_fault(draft, envelope, event)
        case FaultCleared() as event:
            return clear_fault(draft, envelope, event)
        case TestCallOverdue() as event:
            return take_missed_test(draft, envelope, event)
        case TestCallHeard() as event:
            return clear_missed_test(draft, envelope, event)
        case LinkChanged() as event:
            return take_link(draft, envelope, event)


def get_timer(board: Board) -> datetime | None:
    """When the next deadline passes."""
    return board.next_deadline()


def handle_timer(board: Board, now: datetime, rules: DeskRules) -> Decision:
    """Decide what follows from the deadlines that have passed, the longest overdue first."""
    due = [(by, i.incident_id) for i in board.incidents.values() if (by := earliest(i)) and by <= now]
    draft = Draft(board, rules, now)
    for _, incident_id in sorted(due)[:TIMER_LIMIT]:
        incident = draft.incident(incident_id)
        if incident:
            pass_deadlines(draft, incident)
    see_to_waiting(draft)
    settle_parents(draft)
    see_to_handovers(draft)
    see_to_second_thoughts(draft)
    return draft.decide(draft.outcome(Verdict.DONE if due else Verdict.NOTHING))
