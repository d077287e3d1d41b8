"""The desk decides: an input and the board in, a decision with its reasons out. No clock, no I/O, no randomness.

    decision = handle(board, envelope, now, rules)      an input
    decision = handle_timer(board, now, rules)          deadlines that have passed
    when     = get_timer(board)                         when to call handle_timer next

The shell commits the decision and then applies it to the board; what could not be committed has not happened.
"""

from __future__ import annotations

from datetime import datetime

from devices.messages import AlarmEnded, AlarmRaised, EntrapmentEnded, EntrapmentFound, LinkChanged
from rescue.desk.answers import take_answer, take_undelivered
from rescue.desk.board import Board, Decision, Verdict
from rescue.desk.deadlines import earliest, pass_deadlines
from rescue.desk.draft import DeskRules, Draft
from rescue.desk.inputs import CompanyAnswered, Envelope, Intake, OfferUndelivered, OperatorActed
from rescue.desk.operators import take_action
from rescue.desk.signs import note_alarm_end, note_entrapment_end, note_link, take_alarm, take_entrapment, take_intake

TIMER_LIMIT = 50
"""Cases whose deadlines pass in one decision; the rest follow in the next, so that an alarm waits for few."""


def handle(board: Board, envelope: Envelope, now: datetime, rules: DeskRules) -> Decision:
    """Decide one input. Long because it is the whole list of what the desk can be told, one line each."""
    draft = Draft(board, rules, now)
    match envelope.input:
        case AlarmRaised() as event:
            return take_alarm(draft, envelope, event)
        case EntrapmentFound() as event:
            return take_entrapment(draft, envelope, event)
        case AlarmEnded() as event:
            return note_alarm_end(draft, envelope, event)
        case EntrapmentEnded() as event:
            return note_entrapment_end(draft, envelope, event)
        case LinkChanged() as event:
            return note_link(draft, envelope, event)
        case Intake() as intake:
            return take_intake(draft, envelope, intake)
        case CompanyAnswered() as answered:
            return take_answer(draft, envelope, answered)
        case OperatorActed() as acted:
            return take_action(draft, envelope, acted)
        case OfferUndelivered() as offer:
            return take_undelivered(draft, offer)


def get_timer(board: Board) -> datetime | None:
    """When the next deadline passes."""
    return min((by for i in board.incidents.values() if (by := earliest(i))), default=None)


def handle_timer(board: Board, now: datetime, rules: DeskRules) -> Decision:
    """Decide what follows from the deadlines that have passed, the longest overdue first."""
    due = [(by, i.incident_id) for i in board.incidents.values() if (by := earliest(i)) and by <= now]
    draft = Draft(board, rules, now)
    for _, incident_id in sorted(due)[:TIMER_LIMIT]:
        pass_deadlines(draft, board.incidents[incident_id])
    return draft.decide(Verdict.DONE if due else Verdict.NOTHING)
