"""How a case ends in which nobody was inside: what was wrong has passed, or an operator sees no more to do.

Must not know what was wrong. An entrapment never ends this way.
"""

from __future__ import annotations

from dataclasses import replace

from rescue.desk.draft import Draft
from rescue.desk.letting_go import withdraw
from rescue.desk.telling import concerned, tell
from rescue.incident import Incident, Signal, Status, advance
from rescue.timeline import MACHINE, Actor


def settle(draft: Draft, incident: Incident, said: str, by: Actor = MACHINE) -> Incident:
    """The case is closed; a crew that was asked need not come."""
    companies = concerned(draft, incident)
    freed = withdraw(draft, incident, said, final=True)
    signal = Signal.CLOSED if freed.status is Status.RELEASED else Signal.SETTLED
    closed = replace(advance(freed, signal), closed_at=draft.now, deadlines={})
    closed = draft.record(closed, signal.value, said, by, cause_code=closed.cause_code)
    tell(draft, closed, "incident.closed", *companies)
    return closed


def settle_if_over(draft: Draft, incident: Incident) -> Incident:
    """The case of a lift ends by itself when nothing is wrong any more, unless a crew was sent: then people end it."""
    is_over = incident.lift_id is not None and not incident.conditions
    if not is_over or incident.is_entrapment or incident.status is not Status.OPEN:
        return incident
    return settle(draft, incident, "Nothing is wrong any more, and nobody was inside")
