"""Packs what each decision rested on, to be kept in the same transaction as the decision itself.

Decides which decisions are kept: every one that touched a case. Must not stop a decision: what cannot be packed is left
out, with a line that says so, for nobody's alarm may wait for, or fail by, what is only looked at afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import structlog

from rescue.decisions.records import How, Writer, record_of
from rescue.decisions.witness import Witness
from rescue.desk.board import Decision, Outcome
from rescue.desk.inputs import Envelope
from rescue.ports import KeptDecision

log = structlog.get_logger(__name__)


class Packer:
    """Packs for one desk."""

    def __init__(self) -> None:
        self._writer = Writer()

    def pack(
        self,
        witness: Witness,
        decision: Decision,
        now: datetime,
        how: How,
        envelopes: Sequence[Envelope] = (),
        outcomes: Sequence[Outcome] = (),
    ) -> KeptDecision | None:
        """What this decision rested on; None if it touched no case."""
        if not decision.incidents:
            return None
        try:
            record = record_of(witness, decision, now, how=how, envelopes=envelopes, outcomes=outcomes)
            return self._writer.write(record)
        except Exception as error:
            log.exception("what a decision rested on cannot be packed: left out")
            return leave_out(decision, now, f"it could not be packed: {type(error).__name__}")

    @contextmanager
    def committing(self) -> Iterator[None]:
        """From what was packed to its commit; if anything fails in between, nothing is known of what the store has."""
        try:
            yield
        except BaseException:
            self._writer.forget()
            raise


def leave_out(decision: Decision, now: datetime, reason: str) -> KeptDecision | None:
    """That this decision was made, and why it cannot be decided again; None if it touched no case."""
    if not decision.incidents:
        return None
    return KeptDecision(at=now, incident_ids=tuple(decision.incidents), left_out=reason)
