"""What companies still say of a case that is over: too late to count, but written down in its timeline, and answered.

Only the cause may still be filed, for it is often known after everybody has gone. Of one case at most LATE_KEPT
entries are made after its end; what comes then is refused and no longer written down.
"""

from __future__ import annotations

from dataclasses import replace

from rescue.desk.board import Outcome, Verdict
from rescue.desk.draft import Draft
from rescue.desk.inputs import Answer, CompanyAnswered
from rescue.incident import Assignment, Incident
from rescue.timeline import Actor, Fact, instant

LATE_KEPT = 50


def file_cause(
    draft: Draft, incident: Incident, assignment: Assignment, answered: CompanyAnswered, by: Actor
) -> Incident:
    """The case with its cause, in the place of what was filed before."""
    before = f", in the place of {incident.cause_code}" if incident.cause_code else ""
    said = f"{assignment.company_id} files cause {answered.cause_code}{before}"
    filed = replace(incident, cause_code=answered.cause_code)
    facts = {"cause_code": answered.cause_code, "reason": answered.reason or None}
    return draft.record(filed, "cause_filed", said, by, **facts)


def take_late_answer(
    draft: Draft, over: Incident, assignment: Assignment, answered: CompanyAnswered, refusal: str, by: Actor
) -> Outcome:
    """The case is over, and its timeline says who has said what since. `refusal` is why it would not count anyway."""
    if over.late_entries >= LATE_KEPT:
        return draft.outcome(Verdict.REFUSED, f"{_ended(over)}, and {LATE_KEPT} late answers are written down", over)
    late = replace(over, late_entries=over.late_entries + 1)
    if answered.answer is Answer.CAUSE and not refusal:
        filed = file_cause(draft, late, assignment, answered, by)
        return draft.outcome(Verdict.DONE, incident=filed)
    said = refusal if answered.answer is Answer.CAUSE else _ended(over)
    facts: dict[str, Fact] = {"attempt": answered.attempt, "answer": answered.answer, "reason": said}
    draft.record(late, "answer_refused", f"Too late or out of turn: {said}", by, **facts)
    return draft.outcome(Verdict.REFUSED, said, over)


def _ended(over: Incident) -> str:
    at = f" at {instant(over.closed_at)}" if over.closed_at else ""
    return f"case {over.number} is over: it was {over.status.replace('_', ' ')}{at}"
